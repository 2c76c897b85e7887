//! What a Rust file names from outside itself, read from its words: good enough to hold rules over, with no compiler.

use std::collections::BTreeSet;

/// The paths that the file's own code names: the first two parts of each that starts with a crate's name or `crate`,
/// such as `sqlx::query`, `merit_core::Money` or `crate::store`. Comments, strings and a `#[cfg(test)]` module at the
/// end don't count. `crates` are the names that count as a crate's.
#[must_use]
pub fn imports(text: &str, crates: &BTreeSet<String>) -> BTreeSet<String> {
    let words = words(&without_tests(&without_comments(text)));
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let is_first = starts_a_path(words.get(..at).unwrap_or_default());
        let is_crate = word == "crate" || word == "std" || crates.contains(word);
        if !is_first || !is_crate {
            continue;
        }
        match (words.get(at + 1).map(String::as_str), words.get(at + 2)) {
            (Some("::"), Some(second)) if second == "{" => {
                found.extend(heads(words.get(at + 3..).unwrap_or_default()).map(|head| format!("{word}::{head}")));
            }
            (Some("::"), Some(second)) => {
                found.insert(format!("{word}::{second}"));
            }
            // `use sqlx;` and `use sqlx as database;`
            (Some(";" | "as"), _) if at > 0 && words.get(at - 1).is_some_and(|before| before == "use") => {
                found.insert(word.clone());
            }
            _ => {}
        }
    }
    found
}

/// Whether the next word is the first of a path, seen from the words before it: `sqlx::…` and `::sqlx::…` are,
/// `super::sqlx::…` isn't.
fn starts_a_path(before: &[String]) -> bool {
    match before {
        [.., root, colons] if colons == "::" => {
            root == "use" || !root.ends_with(|sign: char| sign.is_alphanumeric() || "_>)".contains(sign))
        }
        _ => true,
    }
}

/// The first word of each branch in a `{a, b::{c, d}, e}` whose opening brace was just read.
fn heads(words: &[String]) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    let mut at_head = true;
    let mut found = Vec::new();
    for word in words {
        match word.as_str() {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "," if depth == 0 => at_head = true,
            name if depth == 0 && at_head => {
                found.push(name);
                at_head = false;
            }
            _ => {}
        }
    }
    found.into_iter()
}

/// The names of the modules in files of their own that only tests see: `#[cfg(test)] mod fakes;`.
#[must_use]
pub fn test_modules(text: &str) -> BTreeSet<String> {
    let after_mark = text.split("#[cfg(test)]").skip(1).filter_map(item);
    let names = after_mark.filter_map(|item| item.rsplit_once("mod ")?.1.strip_suffix(';').map(str::to_owned));
    names.collect()
}

/// The first line that is no attribute.
fn item(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#["))
}

/// Names, `::`, and single signs.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(sign) = rest.next() {
        if sign.is_alphanumeric() || sign == '_' {
            let mut word = String::from(sign);
            while let Some(more) = rest.next_if(|next| next.is_alphanumeric() || *next == '_') {
                word.push(more);
            }
            words.push(word);
        } else if sign == ':' && rest.next_if_eq(&':').is_some() {
            words.push("::".into());
        } else if !sign.is_whitespace() {
            words.push(sign.into());
        }
    }
    words
}

/// Blanks comments and the insides of strings.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if sign == '"' {
            string_length(rest)
        } else if let Some(hashes) = raw_string(rest) {
            let close = format!("\"{}", "#".repeat(hashes));
            let inside = hashes + 2;
            rest.get(inside..).and_then(|body| body.find(&close)).map_or(rest.len(), |end| inside + end + close.len())
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest.get(1..).and_then(|body| body.find('\'')).map_or(rest.len(), |end| end + 2)
        } else {
            0
        };
        if skipped == 0 {
            kept.push(sign);
            rest = rest.get(sign.len_utf8()..).unwrap_or_default();
        } else {
            kept.push(' ');
            rest = rest.get(skipped..).unwrap_or_default();
        }
    }
    kept
}

/// The bytes of a string in double quotes, both quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, sign) in text.char_indices().skip(1) {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The number of hashes of the raw string that starts here.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix('r')?;
    let body = after.trim_start_matches('#');
    body.starts_with('"').then_some(after.len() - body.len())
}

/// Cuts the file where its tests begin, which stand at the end: at `#[cfg(test)]` over a module with a body.
fn without_tests(text: &str) -> String {
    let is_module = |after: &str| item(after).is_some_and(|item| item.starts_with("mod ") && !item.ends_with(';'));
    let mut marks = text.match_indices("#[cfg(test)]");
    let cut = marks.find(|(at, mark)| text.get(at + mark.len()..).is_some_and(is_module));
    cut.and_then(|(at, _)| text.get(..at)).unwrap_or(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let crates = ["sqlx", "tonic", "merit_core"].map(str::to_owned).into();
        imports(text, &crates).into_iter().collect()
    }

    #[test]
    fn knows_the_files_that_only_tests_see() {
        let text =
            "mod run;\n#[cfg(test)]\nmod fakes;\n#[cfg(test)]\npub(crate) mod oracle;\n#[cfg(test)]\nmod tests {}";
        assert_eq!(test_modules(text), ["fakes", "oracle"].map(str::to_owned).into());
    }

    #[test]
    fn names_what_a_file_takes_from_outside() {
        for (text, wanted) in [
            ("use merit_core::Money;", vec!["merit_core::Money"]),
            (
                "use merit_core::{Money, ids::{PersonId, GoalId}, Clock};",
                vec!["merit_core::Clock", "merit_core::Money", "merit_core::ids"],
            ),
            ("fn f() { let _ = sqlx::query(\"select 1\"); }", vec!["sqlx::query"]),
            ("use tonic;", vec!["tonic"]),
            ("use tonic as wire;", vec!["tonic"]),
            ("use crate::store::sqlite::Sqlite;", vec!["crate::store"]),
            ("use ::sqlx::Row;", vec!["sqlx::Row"]),
            ("fn f(row: &::sqlx::Row) {}", vec!["sqlx::Row"]),
            ("use super::sqlx::Row;", vec![]),
            ("// use sqlx::Row;\n/* tonic::Status */", vec![]),
            ("let s = \"sqlx::Row \\\" tonic::Status\"; let r = r#\"tonic::x \" sqlx::y\"#;", vec![]),
            ("let quote = '\"'; use sqlx::Row; let other = '\"';", vec!["sqlx::Row"]),
            ("use std::fs;\n#[cfg(test)]\nmod tests { use sqlx::Row; }", vec!["std::fs"]),
            ("#[cfg(test)]\nmod tests;\nuse sqlx::Row;", vec!["sqlx::Row"]),
            ("struct sqlx { a: u8 }", vec![]),
        ] {
            assert_eq!(found(text), wanted, "{text}");
        }
    }
}
