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
use crate::diagnostics::{Diagnostics, codes};
use crate::syntax::split::{PartKind, first_word, split};
use crate::syntax::{parse_policy, parse_schema};

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
        let said = file::content(file::entry(part.kind, schema), text).map(|pair| outline::outline(&pair));
        match part.kind {
            PartKind::Declaration => declarations.push_str(&said.unwrap_or_default()),
            PartKind::First | PartKind::Header => header.extend(said),
        }
    }
    header.sort();
    Ok(header.concat() + &declarations)
}

/// Whether a file that can be read is a schema. What this version reads and can't compute is no mistake here.
fn readable(source: &Source) -> Result<bool, Diagnostics> {
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
    said.0.retain(|one| one.code != codes::UNSUPPORTED.id);
    if said.is_empty() { Ok(schema) } else { Err(said.sorted()) }
}
