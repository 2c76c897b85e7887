//! Field masks of updates (AIP-134): which fields of what was sent are to be written.

use std::collections::BTreeSet;

use merit_core::text::shown;
use merit_core::{Error, Result};
use prost_types::FieldMask;

/// The fields to be written, by path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask(BTreeSet<String>);

impl Mask {
    /// Reads a mask. `known` are the paths that may be written; one that ends in `.*` stands for any name there, such as
    /// `attributes.*`. `*` is all of them that have no such end. A mask that is absent or empty means `set`: the paths whose
    /// fields are set in what was sent.
    ///
    /// # Errors
    /// `BAD_MASK` for a path that can't be written, with those that can.
    pub fn read(mask: Option<&FieldMask>, known: &[&str], set: &[String]) -> Result<Self> {
        let paths = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
        if paths.is_empty() {
            return Ok(Self(set.iter().cloned().collect()));
        }
        let mut wanted = BTreeSet::new();
        for path in paths {
            if path == "*" {
                wanted.extend(known.iter().filter(|known| !known.ends_with(".*")).map(|known| (*known).to_owned()));
            } else if known.iter().any(|known| covers(known, path)) {
                wanted.insert(path.clone());
            } else {
                let can: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                let message = format!("`{}` in the update mask can't be written; take {}", shown(path), can.join(", "));
                return Err(Error::invalid("BAD_MASK", message));
            }
        }
        Ok(Self(wanted))
    }

    /// Whether a path is to be written.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.0.contains(path)
    }

    /// The names under a path that are to be written: `role` for `attributes.role` under `attributes`.
    pub fn under(&self, path: &str) -> impl Iterator<Item = &str> {
        let prefix = format!("{path}.");
        self.0.iter().filter_map(move |wanted| wanted.strip_prefix(&prefix))
    }

    /// Whether nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn covers(known: &str, path: &str) -> bool {
    match known.strip_suffix('*') {
        Some(prefix) => path.strip_prefix(prefix).is_some_and(|name| !name.is_empty() && !name.contains(['.', '*'])),
        None => known == path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["title", "description", "attributes.*"];

    fn read(paths: &[&str]) -> Result<Mask> {
        let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
        Mask::read(Some(&mask), &KNOWN, &["title".to_owned()])
    }

    #[test]
    fn a_mask_names_what_is_written() {
        let mask = read(&["description", "attributes.role"]).unwrap();
        assert!(mask.has("description") && !mask.has("title"));
        assert_eq!(mask.under("attributes").collect::<Vec<_>>(), ["role"]);
        let all = read(&["*"]).unwrap();
        assert!(all.has("title") && all.has("description"));
        assert_eq!(all.under("attributes").count(), 0);
    }

    #[test]
    fn without_a_mask_what_is_set_is_written() {
        for mask in [None, Some(FieldMask::default())] {
            let mask = Mask::read(mask.as_ref(), &KNOWN, &["title".to_owned()]).unwrap();
            assert!(mask.has("title") && !mask.has("description") && !mask.is_empty());
        }
    }

    #[test]
    fn paths_that_can_not_be_written_are_refused_with_those_that_can() {
        for bad in ["version", "", "attributes", "attributes.", "attributes.a.b", "attributes.*", "Title", "title.x"] {
            let refused = read(&["title", bad]).unwrap_err();
            assert_eq!(refused.reason, "BAD_MASK", "{bad}");
            assert!(refused.message.contains("take `title`, `description`, `attributes.*`"), "{}", refused.message);
        }
    }
}
