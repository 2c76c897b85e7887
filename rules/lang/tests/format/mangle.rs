//! Spoils the layout of a file and nothing else.

use proptest::prelude::*;

/// What to do next, over and over.
pub fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 16..200)
}

struct Choices<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Choices<'_> {
    /// A number below that.
    fn below(&mut self, most: usize) -> usize {
        self.at += 1;
        // The index is mixed in, so that a short list isn't a short period.
        let byte = self.bytes[self.at % self.bytes.len()] as usize;
        (byte + self.at / self.bytes.len() * 7) % most
    }
}

/// The same file, laid out badly: white space, line breaks (`anywhere`, or only between clauses), order of header lines and
/// of statements, grouping.
pub fn layout(text: &str, choices: &[u8], anywhere: bool) -> String {
    let mut choices = Choices { bytes: choices, at: 0 };
    let lines = shuffled(text, &mut choices);
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut header = true;
    for (index, line) in lines.iter().enumerate() {
        let (code, comment) = split_comment(line);
        let first = code.split_whitespace().next().unwrap_or_default();
        header &= !(!first.is_empty() && index > 0 && !code.starts_with(' '));
        let is_row = first.starts_with('|');
        let goes_on = depth > 0 && !is_row && !first.is_empty() && !out.trim_end_matches(' ').ends_with('\n');
        let previous_commented = lines.get(index.wrapping_sub(1)).is_some_and(|line| !split_comment(line).1.is_empty());
        if index > 0 {
            if goes_on && !previous_commented && choices.below(4) == 0 {
                out.push(' ');
            } else {
                out.push_str(if choices.below(8) == 0 { " \n" } else { "\n" });
                if depth > 0 || code.starts_with(' ') && !header {
                    out.push_str(&" ".repeat(1 + choices.below(6)));
                } else if header && code.starts_with(' ') {
                    out.push_str("   ");
                }
            }
        }
        put(&mut out, code.trim(), Place { first: index == 0, header, anywhere }, &mut choices);
        if !comment.is_empty() {
            out.push_str(if code.trim().is_empty() { "" } else { "   " });
            out.push_str(comment);
        }
        depth = (depth + opens(code)).saturating_sub(closes(code));
    }
    out
}

/// The words of a line's code; a text in quotes is part of one word.
fn words(code: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut quoted, mut from) = (false, 0);
    for (at, character) in code.char_indices() {
        quoted ^= character == '"';
        if character == ' ' && !quoted {
            words.push(&code[from..at]);
            from = at + 1;
        }
    }
    words.push(&code[from..]);
    words.retain(|word| !word.is_empty());
    words
}

/// Words before which a line may end even where a comment ends it; others may be the middle of a phrase.
const CLAUSES: &[&str] = &[
    "+", "-", "*", "/", "=", ":", "<", "<=", ">", ">=", "<>", "is", "and", "or", "then", "else", "because", "when", "{",
];

/// A line's code, its white space changed.
fn put(out: &mut String, code: &str, place: Place, choices: &mut Choices<'_>) {
    let words = words(code);
    for (word, next) in words.iter().zip(words.iter().skip(1).map(|next| Some(*next)).chain([None])) {
        out.push_str(&if word.contains('"') { (*word).to_owned() } else { grouping(word, choices) });
        let Some(next) = next else { break };
        // `EUR 5`, `12 months`, `250 points` and `dated by` are single words with a space inside.
        let currency = word.len() >= 3 && word.ends_with(|c: char| c.is_ascii_uppercase());
        let number =
            word.rsplit(['(', '-', '[']).next().is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let fixed = currency || number || *word == "dated";
        let signs = ["+", "*", "/", "<", "<=", ">=", "<>"];
        let tight = !fixed && (signs.contains(word) || signs.contains(&next));
        let clause = CLAUSES.contains(&next) && !["higher", "lower"].contains(word)
            || place.anywhere && !next.starts_with('|') && *word != "|";
        match choices.below(12) {
            0 if !fixed && clause && !place.first && !starts_declaration(next, place.header) => {
                out.push('\n');
                out.push_str(&" ".repeat(5 + choices.below(4)));
            }
            1 if !fixed => out.push('\t'),
            2 => out.push_str("   "),
            3 if tight => {}
            _ => out.push(' '),
        }
    }
}

/// What may be done to a line.
#[derive(Clone, Copy)]
struct Place {
    first: bool,
    header: bool,
    anywhere: bool,
}

fn starts_declaration(word: &str, header: bool) -> bool {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphabetic());
    let words = ["credit", "participant", "period", "about", "measure", "table", "event", "record", "rates", "test"];
    words.contains(&word) || header && ["month", "currency", "uses", "attainment", "applies", "year"].contains(&word)
}

/// A number with its commas taken out, or left.
fn grouping(word: &str, choices: &mut Choices<'_>) -> String {
    let bytes = word.as_bytes();
    let between = |at: usize| {
        at > 0
            && bytes[at] == b','
            && bytes[at - 1].is_ascii_digit()
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    };
    if !(0..bytes.len()).any(between) || choices.below(2) == 0 {
        return word.to_owned();
    }
    word.char_indices().filter(|(at, _)| !between(*at)).map(|(_, c)| c).collect()
}

/// The lines, the header's and each payout's statements in another order. Statements of one kind keep theirs.
fn shuffled(text: &str, choices: &mut Choices<'_>) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let ends = lines.iter().position(String::is_empty).unwrap_or(lines.len());
    if !lines[..ends].iter().any(|line| line.contains('#') || line.starts_with("    ")) {
        shuffle(&mut lines[1.min(ends)..ends], choices);
    }
    let mut at = 0;
    while at < lines.len() {
        if lines[at].starts_with("payout") || lines[at].starts_with("recommend") {
            let end = at + lines[at..].iter().position(|line| line.starts_with('}')).unwrap_or(0);
            let body = at + 1..end.max(at + 1);
            if lines[body.clone()].iter().all(|line| !line.starts_with("   ") && !line.contains('#')) {
                shuffle(&mut lines[body], choices);
            }
        }
        at += 1;
    }
    lines
}

fn shuffle(lines: &mut [String], choices: &mut Choices<'_>) {
    for at in (1..lines.len()).rev() {
        let other = choices.below(at + 1);
        let word = |at: usize| lines[at].split_whitespace().next().map(str::to_owned);
        // Neither may pass a line of its own kind.
        let kinds: Vec<_> = (other..=at).map(word).collect();
        let passes = |kind: &Option<String>| kinds.iter().filter(|other| *other == kind).count() > 1;
        if !passes(&kinds[0]) && !passes(&kinds[kinds.len() - 1]) {
            lines.swap(at, other);
        }
    }
}

/// Comments at the ends of lines and between them.
pub fn comments(text: &str, choices: &[u8]) -> String {
    let mut choices = Choices { bytes: choices, at: 0 };
    let mut out = String::from("# the first of all\n");
    for (index, line) in text.lines().enumerate() {
        let (_, comment) = split_comment(line);
        if index > 0 && choices.below(9) == 0 {
            out.push_str(&format!("{}# above {index}\n", " ".repeat(choices.below(5))));
        }
        out.push_str(line);
        if comment.is_empty() && choices.below(7) == 0 {
            out.push_str(&format!(" # at the end of {index} \"here"));
        }
        out.push('\n');
        if choices.below(12) == 0 {
            out.push('\n');
        }
    }
    out
}

fn split_comment(line: &str) -> (&str, &str) {
    let quotes = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
    match line.match_indices('#').map(|(at, _)| at).find(quotes) {
        Some(at) => line.split_at(at),
        None => (line, ""),
    }
}

fn bare(code: &str) -> String {
    code.split('"').step_by(2).collect()
}

fn opens(code: &str) -> usize {
    bare(code).matches(['{', '(', '[']).count()
}

fn closes(code: &str) -> usize {
    bare(code).matches(['}', ')', ']']).count()
}
