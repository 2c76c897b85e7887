//! Etags (AIP-154): what a caller read, so that a change is made on that and on nothing newer.

use merit_core::digest::sha256;
use merit_core::{Error, Kind, Result};

/// Characters of an etag.
const LENGTH: usize = 20;

/// The etag of something, of its name and whatever changes when it does. Opaque, and another one for other parts.
#[must_use]
pub fn of(parts: &[&str]) -> String {
    // Each part's length keeps `a`, `bc` apart from `ab`, `c`.
    let told: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
    sha256(told.as_bytes()).chars().take(LENGTH).collect()
}

/// Lets a change go on if its caller read what is on record now, or doesn't say (an empty etag).
///
/// # Errors
/// `STALE_ETAG` when it was changed since.
pub fn check(given: &str, on_record: &str) -> Result<()> {
    if given.is_empty() || given == on_record {
        return Ok(());
    }
    let message = "it was changed since you read it; read it again and make your change on that";
    Err(Error::new(Kind::Aborted, "STALE_ETAG", message))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn other_parts_have_another_etag(
            one in prop::collection::vec("[a-c0-9:]{0,3}", 0..4), two in prop::collection::vec("[a-c0-9:]{0,3}", 0..4),
        ) {
            let tag = |parts: &[String]| of(&parts.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(tag(&one) == tag(&two), one == two);
        }
    }

    #[test]
    fn a_change_without_an_etag_goes_on_and_one_with_an_old_one_does_not() {
        let (old, new) = (of(&["goals/a", "1"]), of(&["goals/a", "2"]));
        check("", &new).unwrap();
        check(&new, &new).unwrap();
        let stale = check(&old, &new).unwrap_err();
        assert_eq!((stale.kind, stale.reason.as_str()), (Kind::Aborted, "STALE_ETAG"));
    }
}
