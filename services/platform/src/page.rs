//! Pages over a sort key (AIP-158): the token is opaque and says after which key to go on.

use merit_core::{Error, Result};

/// Rows on a page when the caller doesn't say.
pub const DEFAULT_SIZE: usize = 100;
/// Most rows on a page.
pub const MAX_SIZE: usize = 1000;

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Rows on the page, 1 to [`MAX_SIZE`].
    pub size: usize,
    /// The last key of the page before; none for the first page.
    pub after: Option<String>,
}

impl Page {
    /// From a request's fields. A size of 0 means [`DEFAULT_SIZE`], a larger one than [`MAX_SIZE`] means that.
    ///
    /// # Errors
    /// `BAD_PAGE` for a negative size or a token that this program did not make.
    pub fn parse(page_size: i32, page_token: &str) -> Result<Self> {
        let size = usize::try_from(page_size)
            .map_err(|_| Error::invalid("BAD_PAGE", "the page size is below zero; leave it out for the default"))?;
        let size = if size == 0 { DEFAULT_SIZE } else { size.min(MAX_SIZE) };
        let after = if page_token.is_empty() { None } else { Some(decode(page_token)?) };
        Ok(Self { size, after })
    }

    /// The token that goes on after a key.
    #[must_use]
    pub fn next_token(last_key: &str) -> String {
        last_key.bytes().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Cuts rows, of which one more than the page's size was read, to the page and its next token (empty at the end).
#[must_use]
pub fn cut<T>(mut rows: Vec<T>, page: &Page, key: impl Fn(&T) -> String) -> (Vec<T>, String) {
    let more = rows.len() > page.size;
    rows.truncate(page.size);
    let token =
        if more { rows.last().map(|row| Page::next_token(&key(row))).unwrap_or_default() } else { String::new() };
    (rows, token)
}

fn decode(token: &str) -> Result<String> {
    let bad = || Error::invalid("BAD_PAGE", "the page token is not one of ours; start again without it");
    if !token.len().is_multiple_of(2) || !token.is_ascii() {
        return Err(bad());
    }
    let bytes = (0..token.len())
        .step_by(2)
        .map(|at| token.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()).ok_or_else(bad));
    String::from_utf8(bytes.collect::<Result<Vec<u8>>>()?).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip_and_forgeries_are_refused() {
        let page = Page::parse(0, &Page::next_token("zoë|1")).unwrap();
        assert_eq!(page, Page { size: DEFAULT_SIZE, after: Some("zoë|1".to_owned()) });
        for bad in ["x", "zz", "ff", "é0"] {
            assert_eq!(Page::parse(1, bad).unwrap_err().reason, "BAD_PAGE", "{bad}");
        }
        assert!(Page::parse(-1, "").is_err());
        assert_eq!(Page::parse(i32::MAX, "").unwrap().size, MAX_SIZE);
    }

    #[test]
    fn the_last_page_has_no_token() {
        let page = Page { size: 2, after: None };
        assert_eq!(cut(vec![1, 2, 3], &page, ToString::to_string), (vec![1, 2], Page::next_token("2")));
        assert_eq!(cut(vec![1, 2], &page, ToString::to_string), (vec![1, 2], String::new()));
    }
}
