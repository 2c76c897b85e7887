//! Cuts a file into its header lines and declarations by layout alone: a declaration starts in the first column (or with
//! its keyword, where no bracket is open). So a mistake in one never reaches the next.

use crate::diagnostics::Span;

/// A part of a file: its first word and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Which kind of part its first word makes it.
    pub kind: PartKind,
    /// First word to last character that isn't space or comment.
    pub span: Span,
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// `policy …` or `schema …`.
    First,
    /// A header line.
    Header,
    /// A declaration, known or not.
    Declaration,
}

/// Words that start a declaration.
pub const DECLARATIONS: &[&str] = &[
    "const",
    "choice",
    "record",
    "measure",
    "participant",
    "event",
    "inputs",
    "credit",
    "define",
    "tiers",
    "curve",
    "bands",
    "table",
    "payout",
    "recommend",
    "contest",
    "settle",
    "recognize",
    "check",
    "test",
    "weigh",
    "rates",
];

/// Words that start a header line.
pub const HEADER: &[&str] =
    &["about", "attainment", "uses", "effective", "applies", "period", "currency", "month", "year"];

/// The parts of a text, in order.
pub fn split(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut depth, mut offset, mut in_header) = (0_i32, 0, true);
    let mut header_indent = usize::MAX;
    for line in text.split_inclusive('\n') {
        let code = strip_comment(line);
        let trimmed = code.trim_start_matches([' ', '\t']);
        let indent = code.len() - trimmed.len();
        let body = trimmed.trim_end();
        if !body.is_empty() {
            let word: &str = first_word(body);
            let starts = if DECLARATIONS.contains(&word) && (depth == 0 || indent == 0 && declares(body, word)) {
                in_header = false;
                Some(PartKind::Declaration)
            } else if depth > 0 {
                None
            } else if matches!(word, "policy" | "schema") && (indent == 0 || parts.is_empty()) {
                Some(PartKind::First)
            } else if HEADER.contains(&word) && (in_header || indent == 0) && !parts.is_empty() {
                Some(PartKind::Header)
            } else if indent == 0 && (body.starts_with(|c: char| c.is_alphabetic()) || parts.is_empty()) {
                // A word that nobody knows: a declaration with a slip in its keyword.
                in_header = false;
                Some(PartKind::Declaration)
            } else if in_header && !parts.is_empty() && !word.is_empty() && indent <= header_indent {
                // A header line with a slip in its word; one that goes on is indented deeper.
                Some(PartKind::Header)
            } else {
                None
            };
            let (start, end) = (offset + indent, offset + indent + body.len());
            if let Some(kind) = starts {
                depth = 0;
                if kind == PartKind::Header {
                    header_indent = header_indent.min(indent);
                }
                parts.push(Part { kind, span: Span::new(start, end) });
            } else if let Some(part) = parts.last_mut() {
                part.span.end = end;
            } else {
                parts.push(Part { kind: PartKind::Declaration, span: Span::new(start, end) });
            }
            depth = (depth + nesting(body)).max(0);
        }
        offset += line.len();
    }
    parts
}

/// Inside an open bracket a line in the first column is a new declaration only if it looks like one, name and all.
fn declares(body: &str, word: &str) -> bool {
    let after = body.get(word.len()..).unwrap_or_default().trim_start();
    match word {
        "inputs" | "participant" | "settle" => after.starts_with('{'),
        _ => after.starts_with(|c: char| c.is_alphabetic() || c == '"'),
    }
}

/// The letters, digits and underscores that a line begins with.
pub fn first_word(line: &str) -> &str {
    let end = line.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(line.len());
    line.get(..end).unwrap_or_default()
}

/// A line without its comment.
pub fn strip_comment(line: &str) -> &str {
    let mut in_text = false;
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => in_text = !in_text,
            b'#' if !in_text => return line.get(..at).unwrap_or_default(),
            _ => {}
        }
    }
    line
}

/// Opening less closing brackets of a line, those in texts left out.
fn nesting(line: &str) -> i32 {
    let (mut in_text, mut depth) = (false, 0);
    for byte in line.bytes() {
        match byte {
            b'"' => in_text = !in_text,
            b'{' | b'(' | b'[' if !in_text => depth += 1,
            b'}' | b')' | b']' if !in_text => depth -= 1,
            _ => {}
        }
    }
    depth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_found_by_layout() {
        let text = "policy \"x\" version 1\n  about \"y\"\n  perod quarter\n\n# note\npayout a : money {\n  pay $1 # {\n\ndefine b =\n  1\n  + 2\npayuot c {\n}\n";
        let parts: Vec<_> = split(text).into_iter().map(|p| (p.kind, &text[p.span.start..p.span.end])).collect();
        assert_eq!(
            parts,
            [
                (PartKind::First, "policy \"x\" version 1"),
                (PartKind::Header, "about \"y\""),
                (PartKind::Header, "perod quarter"),
                (PartKind::Declaration, "payout a : money {\n  pay $1"),
                (PartKind::Declaration, "define b =\n  1\n  + 2"),
                (PartKind::Declaration, "payuot c {\n}"),
            ]
        );
    }
}
