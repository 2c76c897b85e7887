//! Requests that may come twice, over the wire: what was asked, and the answer to give again. The rule is
//! [`merit_core::once`]'s.

use merit_core::once::Asked;
use merit_core::{Error, Result};
use prost::Message;

use crate::identity::Principal;

/// What a caller asks for under the id in a request; none where it has no id.
///
/// # Errors
/// `BAD_REQUEST_ID`.
pub fn asked(id: &str, method: &'static str, caller: &Principal, request: &impl Message) -> Result<Option<Asked>> {
    Asked::new(id, method, &caller.subject, &request.encode_to_vec())
}

/// An answer, to be kept.
pub fn kept(answer: &impl Message) -> Vec<u8> {
    answer.encode_to_vec()
}

/// An answer that was kept.
///
/// # Errors
/// When it can't be read.
pub fn again<M: Message + Default>(answer: &[u8]) -> Result<M> {
    M::decode(answer).map_err(Error::internal)
}
