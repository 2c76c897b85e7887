//! Diagnostics as text for a terminal: the place, the source line, the underline, the words.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

use super::{Diagnostic, Diagnostics, Label, Severity, Span};
use crate::Source;

/// A place for people: line and column, both counted from 1; a column is a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

/// Line and column of a byte of the text. A place beyond the end is the end.
#[must_use]
pub fn place(text: &str, at: usize) -> Place {
    Places::of(text).at(at)
}

/// Where the lines of a text begin, so that many places of a large text are found soon.
pub(super) struct Places<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Places<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    pub(super) fn at(&self, at: usize) -> Place {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= at);
        let start = self.start(line);
        Place { line, column: self.text.get(start..at).unwrap_or_default().chars().count() + 1 }
    }

    /// Where a line begins, and the line without its end.
    fn line(&self, line: usize) -> (usize, &'t str) {
        let start = self.start(line);
        let rest = self.text.get(start..).unwrap_or_default();
        let shown = rest.split('\n').next().unwrap_or_default();
        (start, shown.strip_suffix('\r').unwrap_or(shown))
    }

    fn start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }
}

/// All of a file's diagnostics as text, each with its place, source line, underline and help. Tabs are shown as four
/// columns, wide characters as two, control characters as a box.
#[must_use]
pub fn render(diagnostics: &Diagnostics, source: &Source, color: bool) -> String {
    let mut out = String::new();
    let paint = Paint { color };
    let places = Places::of(&source.text);
    for diagnostic in &diagnostics.0 {
        if !out.is_empty() {
            out.push('\n');
        }
        one(diagnostic, source, &places, paint, &mut out);
    }
    out
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn with(self, style: &str, text: &str) -> String {
        if self.color { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

const BOLD_RED: &str = "1;31";
const BOLD_YELLOW: &str = "1;33";
const BOLD_BLUE: &str = "1;34";
const BOLD: &str = "1";

fn one(diagnostic: &Diagnostic, source: &Source, places: &Places<'_>, paint: Paint, out: &mut String) {
    let (word, style) = match diagnostic.severity {
        Severity::Error => ("error", BOLD_RED),
        Severity::Warning => ("warning", BOLD_YELLOW),
    };
    let head = paint.with(style, &format!("{word}[{}]", diagnostic.code));
    let title = paint.with(BOLD, &format!(": {}", clean(&diagnostic.title)));
    let _ = writeln!(out, "{head}{title}");
    let at = places.at(diagnostic.span().start);
    let lines = by_line(diagnostic, places);
    let width = lines.keys().next_back().map_or(1, |line| line.to_string().len());
    let gutter = |number: &str, bar: &str| paint.with(BOLD_BLUE, &format!("{number:>width$} {bar}"));
    let arrow = paint.with(BOLD_BLUE, &format!("{:>width$}-->", ""));
    let _ = writeln!(out, "{arrow} {}:{}:{}", clean(&source.name), at.line, at.column);
    if !source.text.is_empty() {
        let _ = writeln!(out, "{}", gutter("", "|"));
        let mut previous: Option<usize> = None;
        for (line, labels) in lines {
            if previous.is_some_and(|before| before + 1 < line) {
                let _ = writeln!(out, "{}", paint.with(BOLD_BLUE, "..."));
            }
            previous = Some(line);
            source_line(line, &labels, places, &gutter, paint, style, out);
        }
    }
    for note in &diagnostic.notes {
        let _ = writeln!(out, "{} note: {}", gutter("", "="), clean(note));
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(out, "{} help: {}", gutter("", "="), clean(help));
    }
}

fn by_line<'a>(diagnostic: &'a Diagnostic, places: &Places<'_>) -> BTreeMap<usize, Vec<&'a Label>> {
    let mut lines: BTreeMap<usize, Vec<&Label>> = BTreeMap::new();
    for label in &diagnostic.labels {
        lines.entry(places.at(label.span.start).line).or_default().push(label);
    }
    for labels in lines.values_mut() {
        labels.sort_by_key(|label| (label.span, !label.primary));
    }
    lines
}

fn source_line(
    line: usize,
    labels: &[&Label],
    places: &Places<'_>,
    gutter: &dyn Fn(&str, &str) -> String,
    paint: Paint,
    style: &str,
    out: &mut String,
) {
    let (start, text) = places.line(line);
    let window = Window::around(text, start, labels);
    let _ = writeln!(out, "{} {}", gutter(&line.to_string(), "|"), window.text);
    for row in underlines(labels, &window, paint, style) {
        let _ = writeln!(out, "{} {row}", gutter("", "|"));
    }
}

/// The marks under a source line: all on one row where they don't overlap, with the words of the last beside it and the
/// words of the others below, each under its mark.
fn underlines(labels: &[&Label], window: &Window, paint: Paint, style: &str) -> Vec<String> {
    let mut rows = Vec::new();
    let mut left: Vec<&Label> = labels.to_vec();
    while !left.is_empty() {
        let (mut row, mut end, mut taken, mut later) = (String::new(), 0, Vec::new(), Vec::new());
        for label in left {
            let (from, to) = window.columns(label.span);
            if from < end {
                later.push(label);
                continue;
            }
            let to = to.max(from + 1);
            let (mark, colour) = if label.primary { ("^", style) } else { ("-", BOLD_BLUE) };
            row.push_str(&" ".repeat(from - end));
            row.push_str(&paint.with(colour, &mark.repeat(to - from)));
            end = to + 1;
            row.push(' ');
            taken.push((label, from));
        }
        let last = taken.pop();
        if let Some((label, _)) = last {
            row.push_str(&clean(&label.text));
        }
        rows.push(row.trim_end().to_owned());
        for (label, from) in taken.into_iter().rev().filter(|(label, _)| !label.text.is_empty()) {
            rows.push(format!("{}{}", " ".repeat(from), clean(&label.text)));
        }
        left = later;
    }
    rows
}

/// The part of a source line that is shown: lines of machine-made files can be a megabyte long.
struct Window {
    text: String,
    /// Byte of the file and column on screen at each character's start, and after the last.
    stops: Vec<(usize, usize)>,
}

/// Characters shown of a line, and of those how many may stand before the first underline.
const SHOWN: usize = 200;
const BEFORE: usize = 80;

impl Window {
    fn around(line: &str, start: usize, labels: &[&Label]) -> Self {
        let first = labels.iter().map(|label| label.span.start.saturating_sub(start)).min().unwrap_or(0);
        let at = line.char_indices().take_while(|(byte, _)| *byte < first).count();
        let skip = if line.chars().count() > SHOWN { at.saturating_sub(BEFORE) } else { 0 };
        let mut window = Self { text: String::new(), stops: Vec::new() };
        let mut column = 0;
        if skip > 0 {
            window.text.push('…');
            column = 1;
        }
        let mut end = start;
        for (byte, character) in line.char_indices().skip(skip).take(SHOWN) {
            window.stops.push((start + byte, column));
            let shown = if character == '\t' { "    ".to_owned() } else { clean_char(character).to_string() };
            column += if character == '\t' { 4 } else { character.width().unwrap_or(1) };
            window.text.push_str(&shown);
            end = start + byte + character.len_utf8();
        }
        window.stops.push((end, column));
        window
    }

    fn columns(&self, span: Span) -> (usize, usize) {
        let last = self.stops.last().map_or(0, |stop| stop.1);
        let column = |at: usize| self.stops.iter().find(|(byte, _)| *byte >= at).map_or(last, |(_, column)| *column);
        let from = column(span.start);
        (from, column(span.end).max(from))
    }
}

/// Text from a file never steers the terminal.
fn clean(text: &str) -> String {
    text.chars().map(clean_char).collect()
}

fn clean_char(character: char) -> char {
    let steers = character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    if steers { '\u{fffd}' } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;

    fn shown(text: &str, span: Span) -> String {
        let source = Source { name: "a.merit".to_owned(), text: text.to_owned() };
        render(&Diagnostic::new(codes::SYNTAX, "oops", span, "here").into(), &source, false)
    }

    #[test]
    fn tabs_and_wide_characters_keep_the_underline_in_place() {
        let text = "\tpay 日本 xx";
        let at = text.find("xx").unwrap();
        insta::assert_snapshot!(shown(text, Span::new(at, at + 2)), @r"
        error[M0101]: oops
         --> a.merit:1:9
          |
        1 |     pay 日本 xx
          |              ^^ here
        ");
    }

    #[test]
    fn long_lines_are_cut_around_the_place_and_nothing_steers_the_terminal() {
        let text = format!("{}\x1b[2Jbad{}", "a".repeat(500), "b".repeat(500));
        let out = shown(&text, Span::new(504, 507));
        assert!(!out.contains('\x1b') && out.lines().all(|line| line.chars().count() < 260), "{out}");
        let mark = out.lines().find(|line| line.contains("^^^")).unwrap().find('^').unwrap();
        let line = out.lines().find(|line| line.contains("bad")).unwrap();
        assert_eq!(line.chars().skip(mark).take(3).collect::<String>(), "bad");
    }

    #[test]
    fn a_place_at_the_end_or_inside_a_character_is_no_trouble() {
        for (start, end) in [(3, 3), (99, 120), (1, 2)] {
            assert!(shown("日", Span::new(start, end)).contains("oops"));
        }
    }
}
