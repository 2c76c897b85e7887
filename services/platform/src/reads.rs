//! Lists of who read what about others: asked for and paged in the same way, whichever service keeps the record.

use merit_core::Result;
use merit_core::ids::PersonId;
use merit_core::reads::ReadsPart;
use merit_proto::{notifications, reviews, scoring};

use crate::page::{Page, Paged, cut, number};
use crate::wire::optional_instant;

/// The request of such a list.
pub trait ReadsRequest: Paged {
    /// The resource name of whom the reads are about; empty: of everybody.
    fn person(&self) -> &str;
    /// Who read; empty: everybody.
    fn reader(&self) -> &str;
    /// From when on; empty: from the beginning.
    fn since(&self) -> &str;
    /// Before when; empty: to the end.
    fn until(&self) -> &str;
}

macro_rules! reads {
    ($($service:ident::$request:ident),+ $(,)?) => {$(
        impl ReadsRequest for $service::v1::$request {
            fn person(&self) -> &str {
                &self.person
            }
            fn reader(&self) -> &str {
                &self.reader
            }
            fn since(&self) -> &str {
                &self.since
            }
            fn until(&self) -> &str {
                &self.until
            }
        }
    )+};
}

reads! {
    notifications::ListMailReadsRequest,
    reviews::ListScorecardReadsRequest,
    scoring::ListPayReadsRequest,
}

/// Which page is wanted, and which rows of the record may be on it: one more than it holds, for [`cut_reads`].
///
/// # Errors
/// `BAD_PAGE`, `BAD_NAME` and `BAD_TIME`.
pub fn wanted<R: ReadsRequest>(request: &R) -> Result<(Page, ReadsPart)> {
    let page = Page::of(request)?;
    let named = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let part = ReadsPart {
        person: named(request.person()).map(|name| PersonId::from_name(&name)).transpose()?,
        reader: named(request.reader()),
        since: optional_instant(request.since())?,
        until: optional_instant(request.until())?,
        before: number(page.after.as_deref())?,
        limit: page.size + 1,
    };
    Ok((page, part))
}

/// The page of what was found, by its numbers, and the token of the next one.
#[must_use]
pub fn cut_reads<T>(found: Vec<(i64, T)>, page: &Page) -> (Vec<T>, String) {
    let (found, token) = cut(found, page, |(number, _)| number.to_string());
    (found.into_iter().map(|(_, read)| read).collect(), token)
}
