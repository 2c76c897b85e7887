//! Keys of several parts that sort by bytes as their parts do.

/// Between parts: below every character that a part may hold.
const SEPARATOR: char = '\u{1f}';

/// One key from several parts.
#[must_use]
pub fn joined(parts: &[&str]) -> String {
    parts.join("\u{1f}")
}

/// A key for people.
#[must_use]
pub fn shown_key(key: &str) -> String {
    key.split(SEPARATOR).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_as_their_parts_do() {
        assert!(joined(&["a", "z"]) < joined(&["a b", "a"]));
        assert!(joined(&["ana", "b"]) < joined(&["ana-b", "a"]));
        assert_eq!(shown_key(&joined(&["line", "ana", "", "x"])), "line / ana / x");
    }
}
