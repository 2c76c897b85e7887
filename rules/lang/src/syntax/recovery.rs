//! Going on after a mistake: the statement that holds it is found and blanked, and the rest is read again.

use super::split::{first_word, strip_comment};
use crate::diagnostics::Span;

/// The first bracket of a part that has no partner.
pub fn unbalanced(text: &str) -> Option<Span> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let mut in_text = false;
        for (at, character) in strip_comment(line).char_indices() {
            let at = offset + at;
            let opener = match character {
                '"' => {
                    in_text = !in_text;
                    continue;
                }
                _ if in_text => continue,
                '(' | '[' | '{' => {
                    open.push((at, character));
                    continue;
                }
                ')' => '(',
                ']' => '[',
                '}' => '{',
                _ => continue,
            };
            match open.pop() {
                Some((_, found)) if found == opener => {}
                Some((start, _)) => return Some(Span::new(start, start + 1)),
                None => return Some(Span::new(at, at + 1)),
            }
        }
        offset += line.len();
    }
    open.last().map(|(start, _)| Span::new(*start, *start + 1))
}

/// The line that holds a byte, without its end.
pub fn line_around(text: &str, at: usize) -> Span {
    let at = at.min(text.len());
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |index| index + 1);
    let end = text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |index| at + index);
    Span::new(start, end)
}

/// Words that start a statement inside a declaration's brackets.
const STATEMENTS: &[&str] = &[
    "let",
    "pay",
    "propose",
    "multiply",
    "gate",
    "cap",
    "floor",
    "round",
    "hold",
    "true",
    "take",
    "payable",
    "rank",
    "award",
    "ties",
    "distribute",
    "guarantee",
    "when",
    "badge",
    "kudos",
    "announce",
    "once",
    "expect",
    "to",
    "roll",
];

/// The lines of the statement that holds the byte; none if it is the declaration's head, or opens or closes brackets.
pub fn statement_around(text: &str, at: usize) -> Option<Span> {
    let body = text.find('{')?;
    let mut line = line_around(text, at);
    while !starts_statement(text.get(line.start..line.end)?) {
        if line.start <= body || line.start == 0 {
            return None;
        }
        line = line_around(text, line.start - 1);
    }
    if line.start <= body {
        return None;
    }
    // Without its head row a table has no meaning.
    let is_row = |at: Span| text.get(at.start..at.end).is_some_and(|line| line.trim_start().starts_with('|'));
    if is_row(line) && !text.get(body..line.start)?.lines().any(|line| line.trim_start().starts_with('|')) {
        return None;
    }
    let mut end = line.end;
    while end < text.len() {
        let next = line_around(text, end + 1);
        let words = text.get(next.start..next.end)?;
        if starts_statement(words) || words.trim_start().starts_with('}') {
            break;
        }
        end = next.end;
    }
    let code: String = text.get(line.start..end)?.lines().map(strip_comment).collect();
    let balance = |open: char, close: char| code.matches(open).count() == code.matches(close).count();
    (balance('{', '}') && balance('[', ']') && !code.trim().is_empty()).then_some(Span::new(line.start, end))
}

fn starts_statement(line: &str) -> bool {
    let line = line.trim_start();
    let word = first_word(line);
    let after = line.get(word.len()..).unwrap_or_default().trim_start();
    line.starts_with('|') || STATEMENTS.contains(&word) || (!word.is_empty() && (after.starts_with(':') || after.starts_with('=')))
        // A word that nobody knows at the start of a line is a statement with a slip in it.
        || (!word.is_empty() && !matches!(word, "and" | "or" | "else" | "then" | "because" | "otherwise" | "where" | "until" | "against" | "is" | "for"))
}

/// Puts spaces in the place of a stretch, so that every other place stays right.
pub fn blank(text: &mut String, span: Span) {
    let blanked: String = text
        .get(span.start..span.end)
        .unwrap_or_default()
        .chars()
        .flat_map(|c| std::iter::repeat_n(if c == '\n' { '\n' } else { ' ' }, c.len_utf8()))
        .collect();
    text.replace_range(span.start..span.end, &blanked);
}
