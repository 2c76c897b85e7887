//! The answers whose parts are sent as they are kept, written by hand for that. Their contract stands in the `.proto` files,
//! like every other's; a test holds these to it.

use prost::Message;
use tonic::Status;

use crate::encoded::Encoded;
use crate::goals::v1::Goal;
use crate::scorecard::v1::Scorecard;

/// What `ListGoals` answers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ListGoalsResponse {
    /// By id.
    #[prost(message, repeated, tag = "1")]
    pub goals: Vec<Encoded<Goal>>,
    /// For the next page; empty after the last.
    #[prost(string, tag = "2")]
    pub next_page_token: String,
}

/// What `ListScorecards` answers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ListScorecardsResponse {
    /// By person, their own before their team's.
    #[prost(message, repeated, tag = "1")]
    pub scorecards: Vec<Encoded<Scorecard>>,
    /// For the next page; empty after the last.
    #[prost(string, tag = "2")]
    pub next_page_token: String,
}

/// A piece of what `ExportScorecards` answers.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ExportScorecardsResponse {
    /// By person, their own before their team's.
    #[prost(message, repeated, tag = "1")]
    pub scorecards: Vec<Encoded<Scorecard>>,
}

/// The parts of an answer.
///
/// # Errors
/// `INTERNAL` as [`Encoded::read`].
pub fn read<M: Message + Default>(parts: Vec<Encoded<M>>) -> Result<Vec<M>, Status> {
    parts.into_iter().map(|part| part.read().map_err(|error| Status::internal(error.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use prost::bytes::Bytes;
    use prost_types::FileDescriptorSet;
    use prost_types::field_descriptor_proto::{Label, Type};

    use super::*;

    /// Fields of a message of the contract: number, name, type, whether there may be many.
    fn fields(package: &str, message: &str) -> Vec<(i32, String, Type, String, bool)> {
        let files = FileDescriptorSet::decode(crate::DESCRIPTORS).unwrap().file;
        let messages = files.into_iter().filter(|file| file.package() == package).flat_map(|file| file.message_type);
        let message = messages.into_iter().find(|found| found.name() == message).unwrap();
        let field = |field: prost_types::FieldDescriptorProto| {
            let many = field.label() == Label::Repeated;
            (field.number(), field.name().to_owned(), field.r#type(), field.type_name().to_owned(), many)
        };
        message.field.into_iter().map(field).collect()
    }

    #[test]
    fn the_answers_are_those_of_the_contract() {
        let many = |name: &str, of: &str| (1, name.to_owned(), Type::Message, of.to_owned(), true);
        let token = || (2, "next_page_token".to_owned(), Type::String, String::new(), false);
        let scorecards = || many("scorecards", ".merit.scorecard.v1.Scorecard");
        assert_eq!(fields("merit.reviews.v1", "ListScorecardsResponse"), [scorecards(), token()]);
        assert_eq!(fields("merit.reviews.v1", "ExportScorecardsResponse"), [scorecards()]);
        assert_eq!(fields("merit.goals.v1", "ListGoalsResponse"), [many("goals", ".merit.goals.v1.Goal"), token()]);
    }

    #[test]
    fn kept_and_read_are_the_same_on_the_wire() {
        let card = |person: &str| Scorecard {
            person: person.to_owned(),
            missing: vec!["x".repeat(300)],
            ..Scorecard::default()
        };
        let read = vec![Encoded::Read(card("people/ana")), Encoded::Read(card("people/bo")), Encoded::default()];
        let kept = vec![Encoded::kept(&card("people/ana")), read[1].clone(), Encoded::Kept(Bytes::new())];
        let answer = |scorecards| ListScorecardsResponse { scorecards, next_page_token: "next".to_owned() };
        let bytes = answer(kept.clone()).encode_to_vec();
        assert_eq!(bytes, answer(read.clone()).encode_to_vec());
        assert_eq!(ListScorecardsResponse::decode(bytes.as_slice()).unwrap(), answer(read.clone()));
        assert_eq!(super::read(kept).unwrap(), super::read(read).unwrap());
        assert!(Encoded::<Scorecard>::Kept(Bytes::from_static(&[0xff])).read().is_err());
    }
}
