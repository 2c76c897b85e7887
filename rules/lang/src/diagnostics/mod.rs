//! What Merit says about a policy or schema text: plain data with places in the text. Words on a screen are made from it
//! by [`render`]; the language server and the gRPC error read the same data.

pub mod codes;
mod located;
mod nearest;
mod render;

use serde::{Deserialize, Serialize};

pub use codes::Code;
pub use located::{Located, LocatedLabel, located};
pub use nearest::nearest;
pub use render::{Place, place, render};

/// A place in a text: bytes from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// From the first byte to the byte after the last.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The place, widened to whole characters of the text: a copy whose slips were mended has others.
    #[must_use]
    pub fn within(self, text: &str) -> Self {
        let (mut start, mut end) = (self.start.min(text.len()), self.end.min(text.len()));
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        while !text.is_char_boundary(end) {
            end += 1;
        }
        Self { start, end: end.max(start) }
    }

    /// The smallest place that holds both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is refused.
    Error,
    /// The file is taken.
    Warning,
}

/// An underlined place and what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said beside the underline; may be empty.
    pub text: String,
    /// Whether it is the place of the mistake; the others show what it clashes with.
    pub primary: bool,
}

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable code, such as `M0301`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence: lower case, no full stop.
    pub title: String,
    /// Places, the primary one first.
    pub labels: Vec<Label>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place. `label` may be empty.
    pub fn new(code: Code, title: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            code: code.id.to_owned(),
            severity: Severity::Error,
            title: title.into(),
            labels: vec![Label { span, text: label.into(), primary: true }],
            notes: Vec::new(),
            help: None,
        }
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into(), primary: false });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Says what to do, if there is something.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The place of the mistake.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels.iter().find(|label| label.primary).map_or(Span::default(), |label| label.span)
    }
}

/// All that is wrong with one text, in the order of the text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Diagnostics(pub Vec<Diagnostic>);

/// Mistakes of one file that are shown.
pub(crate) const MOST_SHOWN: usize = 100;

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In the order of the text, the same mistake once; beyond a hundred only their number. Each place lies in the text
    /// and holds whole characters.
    #[must_use]
    pub fn sorted(mut self, text: &str) -> Self {
        for label in self.0.iter_mut().flat_map(|one| &mut one.labels) {
            label.span = label.span.within(text);
        }
        self.0.sort_by(|a, b| (a.span(), &a.code).cmp(&(b.span(), &b.code)));
        self.0.dedup_by(|a, b| a.span() == b.span() && a.code == b.code && a.title == b.title);
        let more = self.0.len().saturating_sub(MOST_SHOWN);
        self.0.truncate(MOST_SHOWN);
        if let Some(last) = self.0.last_mut().filter(|_| more > 0) {
            last.notes.push(format!("{more} more after this one"));
        }
        self
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}
