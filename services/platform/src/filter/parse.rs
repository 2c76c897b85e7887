//! From text to a filter, by recursive descent within limits.

use merit_core::text::shown;
use merit_core::{Error, Result};

use super::{Field, Kind, MAX_BYTES, MAX_DEPTH, MAX_TESTS, Node, Operator, Value};

pub(super) fn filter(text: &str, fields: &[Field]) -> Result<Node> {
    if text.len() > MAX_BYTES {
        return Err(bad(&format!("it has more than {MAX_BYTES} bytes")));
    }
    let mut reader = Reader { chars: text.chars().collect(), at: 0, tests: 0, fields };
    reader.space();
    if reader.peek().is_none() {
        return Ok(Node::All(Vec::new()));
    }
    let node = reader.joined(0)?;
    match reader.peek() {
        None => Ok(node),
        Some(_) => Err(reader.wrong("AND, OR or the end was expected")),
    }
}

fn bad(what: &str) -> Error {
    Error::invalid("BAD_FILTER", format!("the filter can't be read: {what}"))
}

struct Reader<'a> {
    chars: Vec<char>,
    at: usize,
    tests: usize,
    fields: &'a [Field],
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// What is wrong at the present place.
    fn wrong(&self, what: &str) -> Error {
        wrong_at(self.at, what)
    }

    /// Takes a whole word if it stands here.
    fn word(&mut self, word: &str) -> bool {
        let end = self.at + word.chars().count();
        let here = self.chars.get(self.at..end).is_some_and(|here| here.iter().copied().eq(word.chars()));
        let ends = self.chars.get(end).is_none_or(|c| !is_bare(*c));
        if here && ends {
            self.at = end;
            self.space();
        }
        here && ends
    }

    /// Terms with AND between them, or with OR.
    fn joined(&mut self, depth: usize) -> Result<Node> {
        let mut nodes = vec![self.term(depth)?];
        let mut joined_by: Option<&str> = None;
        loop {
            let at = self.at;
            let word = if self.word("AND") {
                "AND"
            } else if self.word("OR") {
                "OR"
            } else {
                break;
            };
            if joined_by.is_some_and(|before| before != word) {
                return Err(wrong_at(at, "put brackets around what goes together: AND and OR are mixed"));
            }
            joined_by = Some(word);
            nodes.push(self.term(depth)?);
        }
        Ok(if joined_by == Some("OR") { Node::Any(nodes) } else { Node::All(nodes) })
    }

    fn term(&mut self, depth: usize) -> Result<Node> {
        let deeper = || format!("there are more than {MAX_DEPTH} brackets inside each other");
        if self.peek() == Some('(') {
            if depth == MAX_DEPTH {
                return Err(self.wrong(&deeper()));
            }
            self.at += 1;
            self.space();
            let inside = self.joined(depth + 1)?;
            if self.peek() != Some(')') {
                let what =
                    if self.peek().is_none() { "a closing bracket is missing" } else { "AND, OR or ) was expected" };
                return Err(self.wrong(what));
            }
            self.at += 1;
            self.space();
            return Ok(inside);
        }
        let at = self.at;
        if self.word("NOT") {
            if depth == MAX_DEPTH {
                return Err(wrong_at(at, &deeper()));
            }
            return Ok(Node::Not(Box::new(self.term(depth + 1)?)));
        }
        self.test()
    }

    fn test(&mut self) -> Result<Node> {
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return Err(bad(&format!("there are more than {MAX_TESTS} tests")));
        }
        let at = self.at;
        let name = self.bare();
        if name.is_empty() {
            return Err(self.wrong("a field is missing"));
        }
        let Some(field) = self.fields.iter().find(|field| field.name == name) else {
            let known: Vec<String> = self.fields.iter().map(|field| format!("`{}`", field.name)).collect();
            return Err(wrong_at(at, &format!("there is no field `{}` here; take {}", shown(&name), known.join(", "))));
        };
        self.space();
        let at = self.at;
        let is = self.operator()?;
        self.space();
        if is == Operator::Contains && self.peek() == Some('*') {
            self.at += 1;
            self.space();
            return Ok(Node::Present(field.name));
        }
        fits(field, is).map_err(|what| wrong_at(at, &what))?;
        let at = self.at;
        let text = self.value()?;
        self.space();
        let value = typed(field.kind, is, text).map_err(|what| wrong_at(at, &what))?;
        Ok(Node::Test { field: field.name, is, value })
    }

    fn operator(&mut self) -> Result<Operator> {
        let second = self.chars.get(self.at + 1) == Some(&'=');
        let (operator, length) = match (self.peek(), second) {
            (Some('='), _) => (Operator::Equal, 1),
            (Some('!'), true) => (Operator::Unequal, 2),
            (Some('<'), true) => (Operator::LessOrEqual, 2),
            (Some('<'), false) => (Operator::Less, 1),
            (Some('>'), true) => (Operator::GreaterOrEqual, 2),
            (Some('>'), false) => (Operator::Greater, 1),
            (Some(':'), _) => (Operator::Contains, 1),
            _ => return Err(self.wrong("an operator is missing: =, !=, <, <=, >, >= or :")),
        };
        self.at += length;
        Ok(operator)
    }

    /// Letters, digits and what stands inside names, numbers and days.
    fn bare(&mut self) -> String {
        let begin = self.at;
        while self.peek().is_some_and(is_bare) {
            self.at += 1;
        }
        self.chars.get(begin..self.at).unwrap_or_default().iter().collect()
    }

    fn value(&mut self) -> Result<String> {
        if self.peek() != Some('"') {
            let text = self.bare();
            return if text.is_empty() { Err(self.wrong("a value is missing")) } else { Ok(text) };
        }
        let begin = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '"' => return Ok(text),
                '\\' => match self.peek() {
                    Some(escaped @ ('"' | '\\')) => {
                        self.at += 1;
                        text.push(escaped);
                    }
                    _ => return Err(wrong_at(self.at - 1, "after a backslash comes a quote or a backslash")),
                },
                c => text.push(c),
            }
        }
        Err(wrong_at(begin, "the quote is not closed"))
    }
}

fn wrong_at(at: usize, what: &str) -> Error {
    bad(&format!("at character {} {what}", at + 1))
}

fn is_bare(c: char) -> bool {
    c.is_alphanumeric() || "-_./".contains(c)
}

/// Whether an operator can be used on a field.
fn fits(field: &Field, is: Operator) -> std::result::Result<(), String> {
    let ordered = matches!(field.kind, Kind::Number | Kind::Day);
    match is {
        Operator::Equal | Operator::Unequal => Ok(()),
        Operator::Contains if ordered => Err(format!("`{}` is not a text; compare it by =, <, >", field.name)),
        Operator::Contains => Ok(()),
        _ if ordered => Ok(()),
        _ => Err(format!("`{}` can only be compared by =, != and :", field.name)),
    }
}

fn typed(kind: Kind, is: Operator, text: String) -> std::result::Result<Value, String> {
    match kind {
        Kind::Text => Ok(Value::Text(text)),
        Kind::Word(words) if is != Operator::Contains && !words.contains(&text.as_str()) => {
            Err(format!("`{}` is not one of {}", shown(&text), words.join(", ")))
        }
        Kind::Word(_) => Ok(Value::Text(text)),
        Kind::Number => text.parse().map(Value::Number).map_err(|_| format!("`{}` is not a number", shown(&text))),
        Kind::Day => {
            // `jiff` also reads times and other forms; a day here is ten characters.
            let day = (text.len() == 10).then(|| text.parse().ok()).flatten();
            day.map(Value::Day).ok_or_else(|| format!("`{}` is not a day like 2026-07-01", shown(&text)))
        }
    }
}
