//! Pages over a sort key (AIP-158): the token is opaque and says after which key to go on, and of which list.
//!
//! A token holds the last key and a checksum over the key and the request that it was made for, paging fields apart. So one
//! of another list, filter or order is refused, and so is one that somebody bent. It is no secret: what a caller may see is
//! decided again for every page.

use std::future::Future;

use merit_core::digest::sha256;
use merit_core::{Error, Result};
use merit_proto::{directory, feedback, goals, notifications, reviews, scoring};
use prost::Message;

use crate::filter::Filter;

/// Rows on a page when the caller doesn't say.
pub const DEFAULT_SIZE: usize = 100;
/// Most rows on a page.
pub const MAX_SIZE: usize = 1000;
/// Rows read at a time where a filter leaves some out.
const READ: usize = 500;
/// Characters of the checksum at a token's beginning.
const CHECKSUM: usize = 16;

/// A list's request.
pub trait Paged: Message + Sized {
    /// The list's name.
    const LIST: &'static str;
    /// Rows asked for; 0 where that is left to us.
    fn size(&self) -> i32;
    /// The token of the page before; empty for the first page.
    fn token(&self) -> &str;
    /// The same request without both.
    fn unpaged(&self) -> Self;
}

macro_rules! paged {
    ($($service:ident::$request:ident),+ $(,)?) => {$(
        impl Paged for $service::v1::$request {
            const LIST: &'static str = concat!(stringify!($service), ".", stringify!($request));
            fn size(&self) -> i32 {
                self.page_size
            }
            fn token(&self) -> &str {
                &self.page_token
            }
            fn unpaged(&self) -> Self {
                let mut unpaged = self.clone();
                unpaged.page_size = 0;
                unpaged.page_token.clear();
                unpaged
            }
        }
    )+};
}

paged! {
    directory::ListPeopleRequest,
    directory::ListTeamsRequest,
    feedback::ListNotesRequest,
    goals::ListCyclesRequest,
    goals::ListGoalsRequest,
    notifications::ListMailReadsRequest,
    notifications::ListMailsRequest,
    reviews::ListOperationsRequest,
    reviews::ListReviewsRequest,
    reviews::ListScorecardReadsRequest,
    reviews::ListScorecardsRequest,
    scoring::ListAttainmentsRequest,
    scoring::ListCreditsRequest,
    scoring::ListFindingsRequest,
    scoring::ListLinesRequest,
    scoring::ListPayReadsRequest,
    scoring::ListPoliciesRequest,
    scoring::ListRecognitionsRequest,
    scoring::ListRosterRequest,
    scoring::ListRunsRequest,
    scoring::ListScoresRequest,
}

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows on the page, 1 to [`MAX_SIZE`].
    pub size: usize,
    /// The last key of the page before; none for the first page.
    pub after: Option<String>,
    /// What tokens of this list hold to.
    list: String,
}

impl Page {
    /// From a list's request. A size of 0 means [`DEFAULT_SIZE`], a larger one than [`MAX_SIZE`] means that.
    ///
    /// # Errors
    /// `BAD_PAGE` for a negative size, and for a token that was not made for this request.
    pub fn of<R: Paged>(request: &R) -> Result<Self> {
        let size = usize::try_from(request.size())
            .map_err(|_| Error::invalid("BAD_PAGE", "the page size is below zero; leave it out for the default"))?;
        let size = if size == 0 { DEFAULT_SIZE } else { size.min(MAX_SIZE) };
        let bytes = [R::LIST.as_bytes(), b"\0", &request.unpaged().encode_to_vec()].concat();
        let mut page = Self { size, after: None, list: sha256(&bytes) };
        if !request.token().is_empty() {
            page.after = Some(page.key(request.token())?);
        }
        Ok(page)
    }

    /// The token that goes on after a key.
    #[must_use]
    pub fn next_token(&self, last_key: &str) -> String {
        let hex: String = last_key.bytes().map(|byte| format!("{byte:02x}")).collect();
        format!("{}{hex}", self.checksum(last_key))
    }

    fn checksum(&self, key: &str) -> String {
        sha256(format!("{}\0{key}", self.list).as_bytes()).chars().take(CHECKSUM).collect()
    }

    /// The key in a token of this list.
    fn key(&self, token: &str) -> Result<String> {
        let bad = || {
            Error::invalid(
                "BAD_PAGE",
                "the page token was not made for this request; start again without it, and change nothing between pages",
            )
        };
        let hex = token.get(CHECKSUM..).filter(|hex| hex.is_ascii() && hex.len().is_multiple_of(2)).ok_or_else(bad)?;
        let bytes = (0..hex.len())
            .step_by(2)
            .map(|at| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or_else(bad));
        let key = String::from_utf8(bytes.collect::<Result<Vec<u8>>>()?).map_err(|_| bad())?;
        if self.next_token(&key) == token { Ok(key) } else { Err(bad()) }
    }
}

/// The number that a list goes on after, where its keys are numbers.
///
/// # Errors
/// `BAD_PAGE` when the key is none.
pub fn number(after: Option<&str>) -> Result<Option<i64>> {
    let bad = |_| Error::invalid("BAD_PAGE", "the page token is not one of ours; start again without it");
    after.map(|after| after.parse().map_err(bad)).transpose()
}

/// Cuts rows, of which one more than the page's size was read, to the page and its next token (empty at the end).
#[must_use]
pub fn cut<T>(mut rows: Vec<T>, page: &Page, key: impl Fn(&T) -> String) -> (Vec<T>, String) {
    let more = rows.len() > page.size;
    rows.truncate(page.size);
    let token =
        if more { rows.last().map(|row| page.next_token(&key(row))).unwrap_or_default() } else { String::new() };
    (rows, token)
}

/// Reads on until there is one row more than the page takes of those that pass a filter, or no more to read. `read` gives
/// rows after a key, at most so many.
///
/// # Errors
/// Those of `read`.
pub async fn fill<T, F>(
    page: &Page,
    filter: &Filter,
    passes: impl Fn(&Filter, &T) -> bool,
    key: impl Fn(&T) -> String,
    read: impl Fn(Option<String>, usize) -> F,
) -> Result<Vec<T>>
where
    F: Future<Output = Result<Vec<T>>>,
{
    let wanted = page.size + 1;
    let step = if filter.is_empty() { wanted } else { wanted.max(READ) };
    let mut after = page.after.clone();
    let mut kept = Vec::new();
    loop {
        let rows = read(after.take(), step).await?;
        let last = rows.last().map(&key);
        let more = rows.len() == step;
        kept.extend(rows.into_iter().filter(|row| passes(filter, row)));
        if !more || kept.len() >= wanted {
            kept.truncate(wanted);
            return Ok(kept);
        }
        after = last;
    }
}

#[cfg(test)]
mod tests {
    use goals::v1::ListGoalsRequest;
    use proptest::prelude::*;

    use super::*;

    fn request(cycle: &str, page_size: i32, page_token: &str) -> ListGoalsRequest {
        ListGoalsRequest {
            cycle: cycle.to_owned(),
            page_size,
            page_token: page_token.to_owned(),
            ..ListGoalsRequest::default()
        }
    }

    #[test]
    fn a_token_goes_on_with_its_own_request_only() {
        let token = Page::of(&request("cycles/a", 7, "")).unwrap().next_token("zoë|1");
        let page = Page::of(&request("cycles/a", 9, &token)).unwrap();
        assert_eq!((page.size, page.after.as_deref()), (9, Some("zoë|1")));
        let other_filter = Page::of(&request("cycles/b", 7, &token)).unwrap_err();
        assert_eq!(other_filter.reason, "BAD_PAGE");
        let other_list = goals::v1::ListCyclesRequest { page_size: 7, page_token: token };
        assert_eq!(Page::of(&other_list).unwrap_err().reason, "BAD_PAGE");
    }

    #[test]
    fn sizes_below_zero_are_refused_and_large_ones_cut() {
        assert_eq!(Page::of(&request("c", -1, "")).unwrap_err().reason, "BAD_PAGE");
        assert_eq!(Page::of(&request("c", i32::MIN, "")).unwrap_err().reason, "BAD_PAGE");
        assert_eq!(Page::of(&request("c", 0, "")).unwrap().size, DEFAULT_SIZE);
        assert_eq!(Page::of(&request("c", i32::MAX, "")).unwrap().size, MAX_SIZE);
    }

    #[test]
    fn the_last_page_has_no_token() {
        let page = Page::of(&request("c", 2, "")).unwrap();
        assert_eq!(cut(vec![1, 2, 3], &page, ToString::to_string), (vec![1, 2], page.next_token("2")));
        assert_eq!(cut(vec![1, 2], &page, ToString::to_string), (vec![1, 2], String::new()));
    }

    proptest! {
        #[test]
        fn what_is_no_token_of_ours_is_refused(token in "\\PC{1,40}") {
            prop_assert_eq!(Page::of(&request("c", 1, &token)).unwrap_err().reason, "BAD_PAGE");
        }

        #[test]
        fn a_bent_token_is_refused(key in "\\PC{0,20}", at in 0..100_usize, to in "[0-9a-f]") {
            let page = Page::of(&request("c", 1, "")).unwrap();
            let token = page.next_token(&key);
            prop_assert_eq!(page.key(&token).unwrap(), key);
            let at = at % token.len();
            let bent = format!("{}{to}{}", &token[..at], &token[at + 1..]);
            prop_assert_eq!(page.key(&bent).is_ok(), bent == token);
        }
    }
}
