//! How much of a file is read at all: what reading costs grows with its declarations and its code, not with its comments.

use super::split::{Part, strip_comment};
use crate::diagnostics::{Diagnostic, Span, codes};

/// Most declarations of a file.
const MOST_PARTS: usize = 2_000;
/// Most bytes of a file that are neither comment nor indent. A plan of ten pages has some twenty thousand.
const MOST_CODE: usize = 1 << 17;

/// Why a file is not read, if it is too large for that.
pub fn too_large_to_read(text: &str, parts: &[Part]) -> Option<Diagnostic> {
    if let Some(part) = parts.get(MOST_PARTS) {
        let title = format!("the file has more than {MOST_PARTS} declarations");
        return Some(said(title, Span::new(part.span.start, part.span.start + 1)));
    }
    let line = line_beyond(text)?;
    Some(said(format!("the file has more than {} KiB without its comments", MOST_CODE >> 10), line))
}

fn said(title: String, span: Span) -> Diagnostic {
    Diagnostic::new(codes::TOO_MANY, title, span, "")
        .help("what differs from person to person or from deal to deal belongs in the data, not in the policy")
}

/// The first line whose code goes beyond the most.
fn line_beyond(text: &str) -> Option<Span> {
    let (mut code, mut offset) = (0, 0);
    for line in text.split_inclusive('\n') {
        code += strip_comment(line).trim().len();
        if code > MOST_CODE {
            return Some(Span::new(offset, offset + line.trim_end().len()));
        }
        offset += line.len();
    }
    None
}
