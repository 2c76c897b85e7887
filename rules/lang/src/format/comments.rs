//! The comments of a file and what each belongs to: a part's inside, a part's last line, or the part below.

use crate::syntax::split::{Part, strip_comment};

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Its first byte in the file.
    pub at: usize,
    /// From its sign on, without the line's end.
    pub text: String,
    /// Whether a blank line stands before it.
    pub after_blank: bool,
}

/// All comments of a text, in order.
pub fn find(text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let code = strip_comment(line);
        let comment = line.get(code.len()..).unwrap_or_default().trim_end();
        if !comment.is_empty() {
            let at = offset + code.len();
            found.push(Comment { at, text: comment.to_owned(), after_blank: after_blank(text, at) });
        }
        offset += line.len();
    }
    found
}

/// Whether the line before the one that holds a byte is blank.
pub fn after_blank(text: &str, at: usize) -> bool {
    let mut lines = text.get(..at).unwrap_or_default().rsplit('\n').skip(1);
    lines.next().is_some_and(|line| line.trim().is_empty())
}

/// The comments of one part.
#[derive(Debug, Default)]
pub struct Around {
    /// On lines of their own above it.
    pub above: Vec<Comment>,
    /// Between its words: the byte in the part, and the text.
    pub inside: Vec<(usize, String)>,
    /// At the end of its last line.
    pub after: Option<String>,
}

/// Each part's comments, and those after the last part.
pub fn assign(text: &str, parts: &[Part]) -> (Vec<Around>, Vec<Comment>) {
    let mut around: Vec<Around> = parts.iter().map(|_| Around::default()).collect();
    let mut last = Vec::new();
    for comment in find(text) {
        let next = parts.partition_point(|part| part.span.start <= comment.at);
        let before = next.checked_sub(1).and_then(|index| Some((parts.get(index)?, around.get_mut(index)?)));
        if let Some((part, around)) = before {
            let between = text.get(part.span.end..comment.at);
            if between.is_none() {
                around.inside.push((comment.at - part.span.start, comment.text));
                continue;
            }
            if between.is_some_and(|between| !between.contains('\n')) {
                around.after = Some(comment.text);
                continue;
            }
        }
        match around.get_mut(next) {
            Some(around) => around.above.push(comment),
            None => last.push(comment),
        }
    }
    (around, last)
}
