//! A policy or schema file's text, taken from bytes with care.

use crate::diagnostics::{Diagnostic, Diagnostics, Span, codes};

pub use merit_grammar::LARGEST;

/// A text and the name under which messages speak of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's name.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// How files of other programs begin.
const DOCUMENTS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a spreadsheet or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet or document"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "a word processor's document"),
    (b"\x1f\x8b", "a compressed file"),
];

impl Source {
    /// Takes a file's bytes. A byte order mark at the start is left out.
    ///
    /// # Errors
    /// One diagnostic when the bytes are more than 1 MiB, another program's document, or not UTF-8.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, Diagnostics> {
        let at = |index: usize| Span::new(index, index);
        if bytes.len() > LARGEST {
            return Err(too_large(bytes.len()).into());
        }
        if let Some((_, what)) = DOCUMENTS.iter().find(|(start, _)| bytes.starts_with(start)) {
            let said = Diagnostic::new(codes::SPREADSHEET, format!("this is {what}, not a policy"), at(0), "")
                .help("policies are plain text files that end in `.merit`; paste the table's cells into one, with `|` between them");
            return Err(said.into());
        }
        let utf16 = bytes.starts_with(b"\xff\xfe")
            || bytes.starts_with(b"\xfe\xff")
            || bytes.iter().take(4).filter(|byte| **byte == 0).count() == 2;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) if !utf16 => Ok(Self { name: name.into(), text: text.to_owned() }),
            Ok(_) => Err(not_text(1, "UTF-16").into()),
            Err(error) => {
                let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
                let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
                Err(not_text(line, if utf16 { "UTF-16" } else { "another encoding" }).into())
            }
        }
    }

    /// The place of a line (from 1) without its indent.
    #[must_use]
    pub fn line_span(&self, line: usize) -> Span {
        let start: usize = self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let line = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        Span::new(start + indent, start + line.trim_end().len().max(indent))
    }

    /// The place of the first line that begins with that word, as `effective`; the text's start where there is none.
    #[must_use]
    pub fn line_that_begins(&self, word: &str) -> Span {
        let begins = |line: &str| line.split_whitespace().next() == Some(word);
        self.text.lines().position(begins).map_or(Span::default(), |index| self.line_span(index + 1))
    }
}

/// The message for a text beyond the limit.
pub(crate) fn too_large(bytes: usize) -> Diagnostic {
    Diagnostic::new(
        codes::TOO_LARGE,
        format!("the file has {bytes} bytes; a policy has at most {LARGEST}"),
        Span::default(),
        "",
    )
    .help("a rate table that is that long belongs in the data, not in the policy")
}

fn not_text(line: usize, encoding: &str) -> Diagnostic {
    Diagnostic::new(codes::NOT_TEXT, format!("line {line} is not UTF-8 text"), Span::default(), "")
        .note(format!("it looks like {encoding}"))
        .help("save the file again as UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_no_text_are_named_for_what_they_are() {
        for (bytes, code, words) in [
            (b"PK\x03\x04xyz".as_slice(), "M0002", "spreadsheet"),
            (b"policy \"caf\xe9\"", "M0001", "line 1"),
            (b"\n\npolicy \"\x93x\x94\"", "M0001", "line 3"),
            (b"\xff\xfep\0o\0l\0", "M0001", "line 1"),
        ] {
            let Diagnostics(said) = Source::from_bytes("a.merit", bytes).unwrap_err();
            assert_eq!(said[0].code, code, "{said:?}");
            assert!(said[0].title.contains(words), "{said:?}");
        }
        assert_eq!(Source::from_bytes("a.merit", &vec![b' '; LARGEST + 1]).unwrap_err().0[0].code, "M0003");
        assert_eq!(Source::from_bytes("a.merit", b"\xef\xbb\xbfpolicy").unwrap().text, "policy");
    }
}
