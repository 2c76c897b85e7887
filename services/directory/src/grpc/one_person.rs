//! One person over the wire: from the contract's person to a row, and back.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Error, Result, Value};
use merit_platform::identity::Principal;
use merit_platform::mask::Mask;
use merit_platform::once::asked;
use merit_platform::{etag, wire};
use merit_proto::directory::v1 as proto;

use super::{Grpc, for_reader, read_value};
use crate::model::{Person, PersonRow};

const CREATE_PERSON: &str = "/merit.directory.v1.DirectoryService/CreatePerson";
const UPDATE_PERSON: &str = "/merit.directory.v1.DirectoryService/UpdatePerson";

/// What an update can write.
const PATHS: [&str; 3] = ["display_name", "email", "attributes.*"];

impl Grpc {
    pub(super) async fn create(
        &self,
        caller: &Principal,
        request: proto::CreatePersonRequest,
    ) -> Result<proto::CreatePersonResponse> {
        let asked = asked(&request.request_id, CREATE_PERSON, caller, &request)?;
        let from = wire::day("the first day", &request.from)?;
        let person = request.person.unwrap_or_default();
        let row = PersonRow {
            person_id: request.person_id,
            external_id: person.external_id,
            display_name: person.display_name,
            email: person.email,
            from: from.to_string(),
            attributes: values(person.attributes)?,
            ..PersonRow::default()
        };
        let person = self.directory.create(row, asked.as_ref()).await?;
        Ok(proto::CreatePersonResponse { person: Some(for_reader(&person, from, true)) })
    }

    pub(super) async fn update(
        &self,
        caller: &Principal,
        request: proto::UpdatePersonRequest,
    ) -> Result<proto::UpdatePersonResponse> {
        let asked = asked(&request.request_id, UPDATE_PERSON, caller, &request)?;
        let from = self.day(&request.from)?;
        let person = request.person.unwrap_or_default();
        let mask = Mask::read(request.update_mask.as_ref(), &PATHS, &set(&person))?;
        let id = PersonId::from_name(&person.name)?;
        let row = updated(&person, &mask, from)?;
        let expect = |known: &Person| etag::check(&person.etag, &etag_of(known));
        let person = self.directory.change(&id, asked.as_ref(), &expect, row).await?;
        Ok(proto::UpdatePersonResponse { person: Some(for_reader(&person, from, true)) })
    }
}

/// Another one when anything about the person is on record that was not.
pub(super) fn etag_of(person: &Person) -> String {
    let facts = person.history.iter().map(|fact| format!("{} {} {}", fact.attribute, fact.from, fact.seq));
    let identities = person.identities.iter().map(|identity| format!("{} {}", identity.source, identity.external_id));
    let rest: Vec<String> = facts.chain(identities).collect();
    let head = ["person", person.id.as_str(), &person.display_name, person.email.as_deref().unwrap_or_default()];
    etag::of(&head.into_iter().chain(rest.iter().map(String::as_str)).collect::<Vec<_>>())
}

fn updated(person: &proto::Person, mask: &Mask, from: Date) -> Result<PersonRow> {
    let mut row = PersonRow { from: from.to_string(), ..PersonRow::default() };
    for (path, text, into) in
        [("display_name", &person.display_name, &mut row.display_name), ("email", &person.email, &mut row.email)]
    {
        if mask.has(path) {
            if text.is_empty() {
                let message = format!("`{path}` can't be taken away from a person; give another one");
                return Err(Error::invalid("BAD_PERSON", message));
            }
            into.clone_from(text);
        }
    }
    for attribute in mask.under("attributes") {
        let value = match person.attributes.get(attribute) {
            Some(value) => read_value(value)?,
            None => None,
        };
        row.attributes.insert(attribute.to_owned(), value);
    }
    Ok(row)
}

fn values(attributes: BTreeMap<String, merit_proto::r#type::v1::Value>) -> Result<BTreeMap<String, Option<Value>>> {
    attributes.into_iter().map(|(name, value)| Ok((name, read_value(&value)?))).collect()
}

/// What is set in a person, of what can be written.
fn set(person: &proto::Person) -> Vec<String> {
    let texts = [("display_name", &person.display_name), ("email", &person.email)];
    let texts = texts.iter().filter(|(_, text)| !text.is_empty()).map(|(path, _)| (*path).to_owned());
    texts.chain(person.attributes.keys().map(|name| format!("attributes.{name}"))).collect()
}
