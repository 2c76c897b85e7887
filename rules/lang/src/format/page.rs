//! A page of text from a document of words, breaks and comments. A group stands on one line where it fits; where it
//! doesn't, each of its breaks becomes a new line. After a comment a new line always begins.

use unicode_width::UnicodeWidthStr as _;

/// A text with places where it may be broken.
#[derive(Debug, Clone)]
pub enum Doc {
    /// Words, without a line break.
    Text(String),
    /// These spaces, or a new line where the group is broken.
    Break(&'static str),
    /// A new line.
    Line,
    /// Lines that begin inside are indented by so much more, or less.
    Nest(isize, Box<Doc>),
    /// Lines that begin inside start in the column where this does.
    Align(Box<Doc>),
    /// Unbroken if it fits.
    Group(Box<Doc>),
    /// With another page width.
    Wide(usize, Box<Doc>),
    /// One after the other.
    All(Vec<Doc>),
    /// A comment on a line of its own.
    Above(String),
    /// A comment at a line's end.
    After(String),
}

impl Doc {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn group(self) -> Self {
        Self::Group(Box::new(self))
    }

    pub fn align(self) -> Self {
        Self::Align(Box::new(self))
    }

    pub fn nest(self, by: isize) -> Self {
        Self::Nest(by, Box::new(self))
    }
}

/// The columns of a text.
pub fn width(text: &str) -> usize {
    text.width()
}

#[derive(Clone, Copy)]
struct Job<'a> {
    indent: usize,
    flat: bool,
    page: usize,
    doc: &'a Doc,
}

/// Prints a document; its first line starts at an indent, which is not written.
pub fn print(doc: &Doc, indent: usize, page: usize) -> String {
    let mut page_so_far = Page { out: String::new(), column: indent, fresh: None, comment: false };
    let mut jobs = vec![Job { indent, flat: false, page, doc }];
    while let Some(job) = jobs.pop() {
        page_so_far.put(job, &mut jobs);
    }
    page_so_far.out
}

/// One line without comments, however long.
pub fn flat(doc: &Doc) -> String {
    print(doc, 0, usize::MAX)
}

struct Page {
    out: String,
    column: usize,
    /// The indent of a line that was begun and has nothing on it yet.
    fresh: Option<usize>,
    /// Whether a comment ends the line.
    comment: bool,
}

impl Page {
    fn put<'a>(&mut self, job: Job<'a>, jobs: &mut Vec<Job<'a>>) {
        match job.doc {
            Doc::Text(text) => self.words(text, job.indent),
            Doc::Break(_) if !job.flat => self.line(job.indent),
            Doc::Break(spaces) if !self.comment && self.fresh.is_none() => self.words(spaces, job.indent),
            Doc::Break(_) => {}
            Doc::Line => self.line(job.indent),
            Doc::Nest(by, doc) => jobs.push(Job { indent: job.indent.saturating_add_signed(*by), doc, ..job }),
            Doc::Align(doc) => {
                let indent = if self.comment { job.indent } else { self.fresh.unwrap_or(self.column) };
                jobs.push(Job { indent, doc, ..job });
            }
            Doc::Group(doc) => {
                let flat = job.flat || self.fits(Job { flat: true, doc, ..job }, jobs);
                jobs.push(Job { flat, doc, ..job });
            }
            Doc::Wide(page, doc) => jobs.push(Job { page: *page, doc, ..job }),
            Doc::All(docs) => jobs.extend(docs.iter().rev().map(|doc| Job { doc, ..job })),
            Doc::Above(comment) => {
                if self.comment || self.fresh.is_none() && !self.out.is_empty() {
                    self.line(job.indent);
                }
                self.words(comment, job.indent);
                self.comment = true;
            }
            Doc::After(comment) => {
                self.words("  ", job.indent);
                self.words(comment, job.indent);
                self.comment = true;
            }
        }
    }

    fn words(&mut self, text: &str, indent: usize) {
        if text.is_empty() {
            return;
        }
        if self.comment {
            self.line(indent);
        }
        if let Some(indent) = self.fresh.take() {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
        }
        self.out.push_str(text);
        self.column += width(text);
    }

    fn line(&mut self, indent: usize) {
        let length = self.out.trim_end_matches(' ').len();
        self.out.truncate(length);
        self.out.push('\n');
        self.fresh = Some(indent);
        self.comment = false;
    }

    /// Whether a group, and what follows it up to the next place where a line may end, fits on the line.
    fn fits<'a>(&self, group: Job<'a>, after: &[Job<'a>]) -> bool {
        if self.comment {
            return false;
        }
        let mut room = group.page.saturating_sub(self.fresh.unwrap_or(self.column));
        let mut inside = vec![group];
        let mut ended = false;
        while let Some(job) = inside.pop() {
            match job.doc {
                Doc::Text(text) | Doc::Above(text) if ended && !text.is_empty() => return false,
                Doc::Line | Doc::Above(_) => return false,
                Doc::After(_) => ended = true,
                Doc::Text(text) if !take(&mut room, text) => return false,
                Doc::Break(spaces) if !ended && !take(&mut room, spaces) => return false,
                Doc::Text(_) | Doc::Break(_) => {}
                Doc::Nest(_, doc) | Doc::Align(doc) | Doc::Group(doc) | Doc::Wide(_, doc) => {
                    inside.push(Job { doc, ..job });
                }
                Doc::All(docs) => inside.extend(docs.iter().rev().map(|doc| Job { doc, ..job })),
            }
        }
        if ended {
            return true;
        }
        let mut following: Vec<Job<'a>> = Vec::new();
        for job in after.iter().rev() {
            following.push(*job);
            while let Some(job) = following.pop() {
                match job.doc {
                    Doc::Text(text) if !take(&mut room, text) => return false,
                    Doc::Break(spaces) if job.flat => {
                        if !take(&mut room, spaces) {
                            return false;
                        }
                    }
                    // A group after this one may be broken at its first break.
                    Doc::Break(_) | Doc::Line | Doc::Above(_) | Doc::After(_) => return true,
                    Doc::Text(_) => {}
                    Doc::Nest(_, doc) | Doc::Align(doc) | Doc::Group(doc) | Doc::Wide(_, doc) => {
                        following.push(Job { doc, ..job });
                    }
                    Doc::All(docs) => following.extend(docs.iter().rev().map(|doc| Job { doc, ..job })),
                }
            }
        }
        true
    }
}

/// Takes a text's columns from the room that is left, if there is enough.
fn take(room: &mut usize, text: &str) -> bool {
    match room.checked_sub(width(text)) {
        Some(left) => {
            *room = left;
            true
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum() -> Doc {
        let later = |text: &str| Doc::All(vec![Doc::Break(" "), Doc::text(text)]).nest(-2);
        Doc::All(vec![
            Doc::text("pay  "),
            Doc::All(vec![Doc::text("aaa"), later("+ bbb"), later("+ ccc")]).align().group(),
        ])
    }

    #[test]
    fn a_group_is_broken_where_it_does_not_fit() {
        assert_eq!(print(&sum(), 0, 20), "pay  aaa + bbb + ccc");
        assert_eq!(print(&sum(), 0, 19), "pay  aaa\n   + bbb\n   + ccc");
    }

    #[test]
    fn a_comment_at_the_end_leaves_a_group_whole_and_one_inside_breaks_it() {
        let after = |text: &str| Doc::All(vec![Doc::text(text), Doc::After("# why".into())]);
        let last = Doc::All(vec![Doc::text("a"), Doc::Break(" "), after("b")]).group();
        assert_eq!(print(&Doc::All(vec![last, Doc::Line, Doc::text("c")]), 0, 20), "a b  # why\nc");
        let first = Doc::All(vec![after("a"), Doc::Break(" "), Doc::text("b")]).group();
        assert_eq!(print(&first, 0, 20), "a  # why\nb");
        let no_break = Doc::All(vec![after("a"), Doc::text("b")]);
        assert_eq!(print(&no_break.nest(4), 0, 20), "a  # why\n    b");
    }
}
