//! A file: its header in one order, its declarations with a blank line between them, comments where they belong.

use pest::iterators::Pair;

use super::comments::{self, Around, after_blank};
use super::layout::Layout;
use super::one_line::{Columns, is_one_line};
use super::outline::outline;
use super::page::{self, Doc};
use crate::syntax::grammar::{self, Rule};
use crate::syntax::split::{Part, PartKind, split};

/// Columns of a line.
const WIDTH: usize = 110;

/// The header's lines in their order.
const HEADER_ORDER: &[Rule] = &[
    Rule::doc,
    Rule::uses_schema,
    Rule::attainment_of,
    Rule::effective,
    Rule::applies,
    Rule::period_decl,
    Rule::year_decl,
    Rule::currency_decl,
    Rule::months_decl,
];

/// A part of the file with what belongs to it.
struct Section<'t> {
    kind: PartKind,
    text: &'t str,
    pair: Pair<'t, Rule>,
    entry: Rule,
    around: Around,
    after_blank: bool,
}

impl Section<'_> {
    fn is_one_line(&self) -> bool {
        is_one_line(self.pair.as_rule())
    }

    /// Whether a blank line stands before this, or before one of the comments above it.
    fn has_blank(&self) -> bool {
        self.after_blank || self.around.above.iter().any(|comment| comment.after_blank)
    }
}

/// The grammar's entry for a part.
pub fn entry(kind: PartKind, schema: bool) -> Rule {
    match kind {
        PartKind::First if schema => Rule::one_schema_line,
        PartKind::First => Rule::one_policy_line,
        PartKind::Header => Rule::one_header_line,
        PartKind::Declaration if schema => Rule::one_schema_item,
        PartKind::Declaration => Rule::one_item,
    }
}

/// What a part is: for the first line the line itself, for others what is in it.
pub fn content<'t>(entry: Rule, text: &'t str) -> Option<Pair<'t, Rule>> {
    let whole = grammar::parse(entry, text).ok()?.next()?;
    match entry {
        Rule::one_policy_line | Rule::one_schema_line => Some(whole),
        _ => whole.into_inner().next(),
    }
}

fn sections<'t>(text: &'t str, parts: &[Part], around: Vec<Around>, schema: bool) -> Option<Vec<Section<'t>>> {
    let mut sections = Vec::new();
    for (part, around) in parts.iter().zip(around) {
        let entry = entry(part.kind, schema);
        let words = text.get(part.span.start..part.span.end)?;
        let pair = content(entry, words)?;
        let after_blank = after_blank(text, part.span.start);
        sections.push(Section { kind: part.kind, text: words, pair, entry, around, after_blank });
    }
    Some(sections)
}

/// The file in its one form; none if a part of it can't be read.
pub fn file(text: &str, schema: bool) -> Option<String> {
    let parts = split(text);
    let (around, last) = comments::assign(text, &parts);
    let mut header = sections(text, &parts, around, schema)?;
    let declarations = header.split_off(header.partition_point(|section| section.kind != PartKind::Declaration));
    header.sort_by_key(|section| match section.kind {
        PartKind::First => None,
        _ => Some(HEADER_ORDER.iter().position(|rule| *rule == section.pair.as_rule()).unwrap_or(HEADER_ORDER.len())),
    });
    let mut out = String::new();
    for section in &header {
        let indent = if section.kind == PartKind::First { 0 } else { 2 };
        for comment in &section.around.above {
            if indent == 0 && comment.after_blank && !out.is_empty() {
                out.push('\n');
            }
            put(&mut out, indent, &comment.text, None);
        }
        if indent == 0 && section.after_blank && !out.is_empty() {
            out.push('\n');
        }
        put(&mut out, indent, &printed(section, indent, Layout::block), section.around.after.as_deref());
    }
    put_declarations(&mut out, &declarations);
    for (index, comment) in last.iter().enumerate() {
        if comment.after_blank || index == 0 && declarations.is_empty() {
            out.push('\n');
        }
        put(&mut out, 0, &comment.text, None);
    }
    Some(out)
}

fn put(out: &mut String, indent: usize, text: &str, after: Option<&str>) {
    out.push_str(&" ".repeat(indent));
    out.push_str(text);
    if let Some(comment) = after {
        out.push_str("  ");
        out.push_str(comment);
    }
    out.push('\n');
}

fn put_declarations(out: &mut String, declarations: &[Section<'_>]) {
    let mut before: Option<&Section<'_>> = None;
    let alike =
        |a: &Section<'_>, b: &Section<'_>| a.is_one_line() && a.pair.as_rule() == b.pair.as_rule() && !b.has_blank();
    for group in declarations.chunk_by(alike) {
        let columns: Vec<Columns<'_>> = group.iter().map(|section| Columns::of(&section.pair)).collect();
        let widths = Columns::widths(&columns);
        for (section, columns) in group.iter().zip(&columns) {
            let together =
                before.is_some_and(|before| before.is_one_line() && (section.is_one_line() || detached(section)));
            let mut blank = !together;
            let mut first = true;
            for comment in &section.around.above {
                if if first { blank || comment.after_blank } else { comment.after_blank } {
                    out.push('\n');
                }
                (first, blank) = (false, false);
                put(out, 0, &comment.text, None);
            }
            if blank || section.after_blank {
                out.push('\n');
            }
            let text = if section.is_one_line() {
                printed(section, 0, |layout, _| columns.doc(layout, &widths))
            } else {
                printed(section, 0, Layout::block)
            };
            put(out, 0, &text, section.around.after.as_deref());
            before = Some(section);
        }
    }
}

/// Whether the comments above a declaration belong to what is above them: a blank line parts them from it.
fn detached(section: &Section<'_>) -> bool {
    let later = section.around.above.iter().skip(1).any(|comment| comment.after_blank);
    !section.around.above.is_empty() && (later || section.after_blank)
}

/// A part's text. Where it would not say the same as what was written, it stays as it was written.
fn printed(section: &Section<'_>, indent: usize, lay_out: impl Fn(&mut Layout, &Pair<'_, Rule>) -> Doc) -> String {
    let mut layout = Layout::new(&section.pair, section.text, &section.around.inside);
    let doc = lay_out(&mut layout, &section.pair);
    let text = page::print(&doc, indent, WIDTH);
    if says_the_same(section, &text) { text } else { as_written(section.text) }
}

/// A declaration with brackets in its one form; none if it can't be read.
pub fn printed_block(entry: Rule, text: &str) -> Option<String> {
    let pair = content(entry, text)?;
    let around = Around { inside: super::comments_of(text), ..Around::default() };
    let section = Section { kind: PartKind::Declaration, text, pair, entry, around, after_blank: false };
    Some(printed(&section, 0, Layout::block))
}

fn says_the_same(section: &Section<'_>, text: &str) -> bool {
    let same_words = content(section.entry, text).is_some_and(|pair| outline(&pair) == outline(&section.pair));
    let texts = |text: &str| {
        let mut texts: Vec<String> = comments::find(text).into_iter().map(|comment| comment.text).collect();
        texts.sort();
        texts
    };
    same_words && texts(text) == texts(section.text) && split(text).len() == 1
}

fn as_written(text: &str) -> String {
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}
