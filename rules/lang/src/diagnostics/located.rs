//! Diagnostics for programs: the same data, each place with its line and column as well. JSON and the gRPC message are made
//! from it, so that both say what the terminal says.

use serde::{Deserialize, Serialize};

use super::render::Places;
use super::{Diagnostics, Severity, Span};
use crate::Source;

/// One mistake, with places that need no text to be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located {
    /// Stable code, such as `M0301`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence: lower case, no full stop.
    pub title: String,
    /// Places, the primary one first.
    pub labels: Vec<LocatedLabel>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A place and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocatedLabel {
    /// First byte.
    pub start_byte: usize,
    /// The byte after the last.
    pub end_byte: usize,
    /// Line of the first character, from 1.
    pub start_line: usize,
    /// The first character's number in its line, from 1.
    pub start_column: usize,
    /// Line of the place after the last character, from 1.
    pub end_line: usize,
    /// The number in its line of the place after the last character, from 1.
    pub end_column: usize,
    /// What is said beside it; may be empty.
    pub text: String,
    /// Whether it is the place of the mistake.
    pub primary: bool,
}

/// The diagnostics of a text with lines and columns.
#[must_use]
pub fn located(diagnostics: &Diagnostics, source: &Source) -> Vec<Located> {
    let places = Places::of(&source.text);
    let label = |span: Span, text: &str, primary: bool| {
        let (start, end) = (places.at(span.start), places.at(span.end));
        LocatedLabel {
            start_byte: span.start,
            end_byte: span.end,
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
            text: text.to_owned(),
            primary,
        }
    };
    let one = |diagnostic: &super::Diagnostic| Located {
        code: diagnostic.code.clone(),
        severity: diagnostic.severity,
        title: diagnostic.title.clone(),
        labels: diagnostic.labels.iter().map(|of| label(of.span, &of.text, of.primary)).collect(),
        notes: diagnostic.notes.clone(),
        help: diagnostic.help.clone(),
    };
    diagnostics.0.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::{Diagnostic, codes, place, render};

    #[test]
    fn places_are_those_of_the_terminal() {
        let source = Source { name: "a.merit".to_owned(), text: "é = 1\r\n日本 = zz\n".to_owned() };
        let at = source.text.find("zz").unwrap();
        let said: Diagnostics =
            Diagnostic::new(codes::UNKNOWN_NAME, "nothing is called `zz`", Span::new(at, at + 2), "here")
                .also(Span::new(0, 2), "é")
                .help("define it")
                .into();
        let found = located(&said, &source);
        let [one] = found.as_slice() else { panic!("{found:?}") };
        let [first, second] = one.labels.as_slice() else { panic!("{one:?}") };
        assert_eq!((first.start_line, first.start_column, first.end_line, first.end_column), (2, 6, 2, 8));
        assert_eq!((second.start_line, second.start_column, second.end_column), (1, 1, 2));
        assert!(render(&said, &source, false).contains("a.merit:2:6"));
        let before = place(&source.text, at);
        assert_eq!((before.line, before.column), (2, 6));
        let json = serde_json::to_value(one).unwrap();
        assert_eq!((&json["severity"], &json["code"]), (&"error".into(), &"M0201".into()));
    }
}
