//! One form for policy and schema files. Only white space, the order of header lines and of a payout's statements,
//! columns and the grouping of digits change: what the file says, its comments and its texts stay.

mod block;
mod comments;
mod fields;
mod file;
mod given;
mod layout;
mod leaves;
mod one_line;
mod outline;
mod page;
mod rows;
mod statements;

use crate::Source;
use crate::diagnostics::Diagnostics;
use crate::syntax::split::{PartKind, first_word, split};
use crate::syntax::{parse_policy, parse_schema};

pub(crate) use file::{content, entry, printed_block};
pub(crate) use layout::Layout;
pub(crate) use leaves::{Piece, leaves, pieces};
pub(crate) use rows::cells;

/// The comments of a part, each with its first byte.
pub(crate) fn comments_of(text: &str) -> Vec<(usize, String)> {
    comments::find(text).into_iter().map(|comment| (comment.at, comment.text)).collect()
}

/// A policy or schema file in its one form.
///
/// # Errors
/// What the reader says about a file that it can't read.
pub fn format(source: &Source) -> Result<String, Diagnostics> {
    let schema = readable(source)?;
    let text = source.text.replace("\r\n", "\n");
    Ok(file::file(&text, schema).unwrap_or(text))
}

/// What a file says, without its layout: the same for two files that differ in white space, comments, the grouping of
/// digits, the order of header lines or the order of a payout's statements.
///
/// # Errors
/// As [`format`].
pub fn outline(source: &Source) -> Result<String, Diagnostics> {
    let schema = readable(source)?;
    let mut header = Vec::new();
    let mut declarations = String::new();
    for part in split(&source.text) {
        let text = source.text.get(part.span.start..part.span.end).unwrap_or_default();
        let said = content(entry(part.kind, schema), text).map(|pair| outline::outline(&pair));
        match part.kind {
            PartKind::Declaration => declarations.push_str(&said.unwrap_or_default()),
            PartKind::First | PartKind::Header => header.extend(said),
        }
    }
    header.sort();
    Ok(header.concat() + &declarations)
}

/// Whether a file that can be read is a schema.
pub(crate) fn readable(source: &Source) -> Result<bool, Diagnostics> {
    let parts = split(&source.text);
    let first = parts.iter().find(|part| part.kind == PartKind::First).or(parts.first());
    let word = first.and_then(|part| source.text.get(part.span.start..part.span.end)).map(first_word);
    let schema = word == Some("schema");
    let mut said = Diagnostics::default();
    if schema {
        parse_schema(source, &mut said);
    } else {
        parse_policy(source, &mut said);
    }
    if said.is_empty() { Ok(schema) } else { Err(said.sorted(&source.text)) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Diagnostics, Source, format, parse_policy, parse_schema};
    use crate::syntax::ast::{File, Item};

    /// A tree in words, without the places of its parts. A payout's statements in the order in which they run; the words
    /// of a check, which are kept as they were written, left out.
    fn tree(text: &str) -> Option<String> {
        let source = Source { name: String::new(), text: text.to_owned() };
        let mut said = Diagnostics::default();
        let file = if text.contains("schema \"") && !text.contains("policy \"") {
            parse_schema(&source, &mut said)
        } else {
            parse_policy(&source, &mut said)
        };
        said.is_empty().then(|| words(file.unwrap()))
    }

    fn words(mut file: File) -> String {
        use crate::syntax::ast::Statement;
        for item in &mut file.items {
            match item {
                Item::Outcome(outcome) => outcome.statements.sort_by_key(|statement| match statement.node {
                    Statement::Let { .. } => 0,
                    Statement::Amount { .. } => 1,
                    Statement::Multiply { .. } => 2,
                    Statement::Gate { .. } => 3,
                    Statement::Cap { .. } => 4,
                    Statement::Floor { .. } => 5,
                    Statement::Round { .. } => 6,
                    Statement::TrueUp { .. } => 7,
                    Statement::TakeBack { .. } => 8,
                    Statement::Payable { .. } => 9,
                    Statement::Hold { .. } => 10,
                }),
                Item::Check(check) => check.text.clear(),
                _ => {}
            }
        }
        let mut words = format!("{file:?}");
        while let Some(from) = words.find("Span { start: ") {
            let to = from + words[from..].find('}').unwrap() + 1;
            words.replace_range(from..to, "place");
        }
        words
    }

    #[test]
    fn a_formatted_file_has_the_same_tree() {
        let mut seen = 0;
        for folder in ["../policies", "tests/mistakes", "tests/format", "../../tests/e2e/small/policies"] {
            for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
                let path = entry.unwrap().path();
                let Ok(text) = std::fs::read_to_string(&path) else { continue };
                let Some(before) = path.extension().filter(|end| *end != "snap").and_then(|_| tree(&text)) else {
                    continue;
                };
                let source = Source { name: String::new(), text };
                let after = tree(&format(&source).unwrap());
                assert!(after == Some(before), "{}", path.display());
                seen += 1;
            }
        }
        assert!(seen > 50, "{seen}");
    }
}
