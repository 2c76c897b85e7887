//! The words and signs of a parsed part, each in its one spelling. Nothing of the text is ever left out: what the grammar
//! has no name for is taken word by word.

use pest::iterators::Pair;

use crate::syntax::grammar::Rule;
use crate::syntax::split::strip_comment;

/// A word, a sign or a literal.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// What it is; none where the grammar has no name for it.
    pub rule: Option<Rule>,
    /// Its first byte in the part.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// As it is printed.
    pub text: String,
}

/// A part of a pair.
#[derive(Debug, Clone)]
pub enum Piece<'i> {
    /// A word.
    Leaf(Leaf),
    /// Something with parts.
    Pair(Pair<'i, Rule>),
}

impl Piece<'_> {
    /// The words of it.
    pub fn leaves(&self) -> Vec<Leaf> {
        match self {
            Self::Leaf(leaf) => vec![leaf.clone()],
            Self::Pair(pair) => leaves(pair),
        }
    }

    /// What it is.
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::Leaf(leaf) => leaf.rule,
            Self::Pair(pair) => Some(pair.as_rule()),
        }
    }

    /// Whether it is that sign or word.
    pub fn is(&self, rule: Rule) -> bool {
        self.rule() == Some(rule)
    }
}

/// Literals and names that the grammar reads without space between their parts.
const WHOLE: &[Rule] = &[
    Rule::money,
    Rule::percent,
    Rule::points,
    Rule::duration,
    Rule::date,
    Rule::number,
    Rule::whole,
    Rule::text,
    Rule::template,
    Rule::list_field,
    Rule::list_col,
    Rule::owner,
];

/// All words of a pair, in order.
pub fn leaves(pair: &Pair<'_, Rule>) -> Vec<Leaf> {
    pieces(pair).iter().flat_map(Piece::leaves).collect()
}

/// The parts of a pair, in order, words without a name included.
pub fn pieces<'i>(pair: &Pair<'i, Rule>) -> Vec<Piece<'i>> {
    let span = pair.as_span();
    if is_word(pair) {
        return vec![Piece::Leaf(word(pair))];
    }
    let mut found = Vec::new();
    let mut at = span.start();
    for child in parts(pair) {
        nameless(pair, at, child.as_span().start(), &mut found);
        at = child.as_span().end();
        found.push(if is_word(&child) { Piece::Leaf(word(&child)) } else { Piece::Pair(child) });
    }
    nameless(pair, at, span.end(), &mut found);
    found
}

fn parts<'i>(pair: &Pair<'i, Rule>) -> impl Iterator<Item = Pair<'i, Rule>> {
    pair.clone().into_inner().filter(|pair| !pair.as_str().is_empty() && pair.as_rule() != Rule::EOI)
}

fn is_word(pair: &Pair<'_, Rule>) -> bool {
    WHOLE.contains(&pair.as_rule()) || parts(pair).next().is_none()
}

fn word(pair: &Pair<'_, Rule>) -> Leaf {
    let start = pair.as_span().start();
    let text = spelt(pair.as_rule(), pair.as_str());
    Leaf { rule: Some(pair.as_rule()), start, end: start + pair.as_str().trim_end().len(), text }
}

/// The words between two parts that belong to neither.
fn nameless(pair: &Pair<'_, Rule>, from: usize, to: usize, found: &mut Vec<Piece<'_>>) {
    let start = pair.as_span().start();
    let between = pair.as_str().get(from - start..to - start).unwrap_or_default();
    let mut offset = from;
    for line in between.split_inclusive('\n') {
        let mut at = 0;
        for word in strip_comment(line).split_ascii_whitespace() {
            let start = at + line.get(at..).and_then(|rest| rest.find(word)).unwrap_or(0);
            at = start + word.len();
            let leaf = Leaf { rule: None, start: offset + start, end: offset + at, text: word.to_owned() };
            found.push(Piece::Leaf(leaf));
        }
        offset += line.len();
    }
}

/// The one spelling of a word or a literal.
fn spelt(rule: Rule, written: &str) -> String {
    match rule {
        Rule::text | Rule::template | Rule::text_body => written.to_owned(),
        Rule::money => grouped(&single_spaces(written), 4),
        Rule::percent | Rule::points | Rule::duration | Rule::number | Rule::whole => {
            grouped(&single_spaces(written), 5)
        }
        _ => single_spaces(written),
    }
}

fn single_spaces(written: &str) -> String {
    written.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

/// Commas between the thousands of the whole part, if it has so many digits.
fn grouped(written: &str, from: usize) -> String {
    let Some(start) = written.find(|c: char| c.is_ascii_digit()) else { return written.to_owned() };
    let (sign, rest) = written.split_at(start);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',')).unwrap_or(rest.len());
    let (whole, after) = rest.split_at(end);
    let digits: Vec<char> = whole.chars().filter(char::is_ascii_digit).collect();
    let mut out = sign.to_owned();
    for (index, digit) in digits.iter().enumerate() {
        if digits.len() >= from && index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(*digit);
    }
    out + after
}

/// The text of a literal without its grouping: what two spellings of one value have in common.
pub fn ungrouped(leaf: &Leaf) -> String {
    match leaf.rule {
        Some(Rule::money | Rule::percent | Rule::points | Rule::duration | Rule::number | Rule::whole) => {
            leaf.text.replace(',', "")
        }
        _ => leaf.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (rule, written, spelling) in [
            (Rule::money, "$1200000", "$1,200,000"),
            (Rule::money, "-$1200.5", "-$1,200.5"),
            (Rule::money, "EUR    250000.00", "EUR 250,000.00"),
            (Rule::money, "$999", "$999"),
            (Rule::number, "10000", "10,000"),
            (Rule::number, "2,026", "2026"),
            (Rule::whole, "2026", "2026"),
            (Rule::percent, "12.50000%", "12.50000%"),
            (Rule::points, "12000   points", "12,000 points"),
            (Rule::text, "\"a  1200000\"", "\"a  1200000\""),
            (Rule::date, "2026-12-31", "2026-12-31"),
        ] {
            assert_eq!(spelt(rule, written), spelling);
        }
    }
}
