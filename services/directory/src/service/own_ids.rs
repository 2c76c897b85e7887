//! Ids that no new person gets: they are what the records of who did what call parts of Merit itself, and a person of that
//! id could not be told from them.

use merit_core::ids::PersonId;
use merit_core::{Error, Result};

/// The subjects of our own parts.
const OURS: [&str; 3] = ["operator", "service", "system"];

/// The id again, if a new person may have it.
///
/// # Errors
/// `BAD_ID` when a part of Merit has it.
pub fn free(id: PersonId) -> Result<PersonId> {
    if !OURS.contains(&id.as_str()) {
        return Ok(id);
    }
    let message = format!(
        "`{id}` can't be a person's id: it is what records of who did what call a part of Merit itself; give them another \
         id, such as `{id}-1`"
    );
    Err(Error::invalid("BAD_ID", message))
}
