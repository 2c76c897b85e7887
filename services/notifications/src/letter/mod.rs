//! A scorecard as words: made when it is sent or shown, from data and from the names of the moment.

mod figures;
mod goals;
mod html;
mod page;
mod people;
mod person;
mod sections;
mod team;
mod text;
mod words;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

use merit_core::{Error, Result};
use merit_proto::scorecard::v1::{Scorecard, ScorecardKind};

use crate::model::{Contacts, Letter};

pub use people::people_in;

/// Writes a scorecard, with the names of the people in it; whoever is not among the contacts is shown by id.
///
/// # Errors
/// `BAD_SCORECARD` when it says no kind, person or cycle, or holds a value that can't be read.
pub fn write(card: &Scorecard, contacts: &Contacts) -> Result<Letter> {
    let names = people::Names::new(contacts);
    match card.kind() {
        ScorecardKind::Person => {
            let view = person::view(card, &names).map_err(unreadable)?;
            Ok(Letter { subject: view.subject(), html: html::person(&view)?, text: text::person(&view) })
        }
        ScorecardKind::Team => {
            let view = team::view(card, &names).map_err(unreadable)?;
            Ok(Letter { subject: view.subject(), html: html::team(&view)?, text: text::team(&view) })
        }
        ScorecardKind::Unspecified => Err(Error::invalid("BAD_SCORECARD", "the scorecard says no kind")),
    }
}

fn unreadable(error: Error) -> Error {
    Error::invalid("BAD_SCORECARD", format!("the scorecard can't be read: {}", error.message))
}
