//! Reads a file: mends slips, splits it, parses each part, and goes on after a mistake with the next statement or the
//! next declaration.

use pest::iterators::{Pair, Pairs};

use super::ast::{File, Item, Name, Spanned};
use super::expected::refusal;
use super::grammar::{self, Kids, Rule};
use super::habits::{PASTED, PASTED_HELP};
use super::recovery::{blank, line_around, statement_around, unbalanced};
use super::size::too_large_to_read;
use super::slips::mend;
use super::split::{DECLARATIONS, HEADER, Part, PartKind, first_word, split, strip_comment};
use crate::Source;
use crate::diagnostics::{Diagnostic, Diagnostics, Span, codes, nearest};
use crate::source::{LARGEST, too_large};

/// Longest declaration and longest line of one, in bytes.
const LONGEST_PART: usize = 1 << 17;
const LONGEST_LINE: usize = 1 << 13;
/// Most mistakes that are reported for one declaration.
const MOST_MISTAKES: usize = 10;

/// What parsing a part needs.
pub struct Reader<'a> {
    /// What is wrong so far.
    pub said: &'a mut Diagnostics,
    /// Byte of the file at which the part starts.
    pub base: usize,
    /// Operators of the expression at hand, and how deep it is nested.
    pub operators: usize,
    /// Nesting of expressions.
    pub nesting: usize,
    /// Whether the part lost a statement or a row.
    pub damaged: bool,
}

impl Reader<'_> {
    /// The place of a pair in the file.
    pub fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let trimmed = span.as_str().trim_end().len();
        Span::new(self.base + span.start(), self.base + span.start() + trimmed)
    }

    /// A name, as a name; a text, without its quotes.
    pub fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        let text = pair.as_str();
        let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Spanned::new(text.to_owned(), self.span(pair))
    }

    /// The first name or text among the parts.
    pub fn named(&self, kids: &Kids<'_>, rule: Rule) -> Option<Name> {
        kids.get(rule).map(|pair| self.name(pair))
    }
}

/// Which of the two kinds of file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileKind {
    Policy,
    Schema,
}

/// Reads a policy. What could be read is given even where something is wrong.
pub fn parse_policy(source: &Source, said: &mut Diagnostics) -> Option<File> {
    parse(source, FileKind::Policy, said)
}

/// Reads a schema. What could be read is given even where something is wrong.
pub fn parse_schema(source: &Source, said: &mut Diagnostics) -> Option<File> {
    parse(source, FileKind::Schema, said)
}

/// The file that a policy's `uses schema` names; none if there is no such line to be read.
#[must_use]
pub fn schema_reference(source: &Source) -> Option<String> {
    let line = source
        .text
        .lines()
        .map(|line| strip_comment(line).trim())
        .find(|line| line.strip_prefix("uses").is_some_and(|rest| rest.trim_start().starts_with("schema")))?;
    let (_, rest) = line.split_once('"')?;
    rest.split_once('"').map(|(name, _)| name.to_owned())
}

fn parse(source: &Source, kind: FileKind, said: &mut Diagnostics) -> Option<File> {
    if source.text.len() > LARGEST {
        said.push(too_large(source.text.len()));
        return None;
    }
    let mut slips = Diagnostics::default();
    let mended = mend(&source.text, &mut slips);
    let slipped: Vec<Span> = slips.0.iter().map(Diagnostic::span).collect();
    said.0.extend(slips.0);
    if mended.hopeless {
        return None;
    }
    let parts = split(&mended.text);
    if let Some(large) = too_large_to_read(&mended.text, &parts) {
        said.push(large);
        return None;
    }
    first_part(&mended.text, &parts, kind, said)?;
    let mut file = File::default();
    let mut seen_declaration = false;
    for part in &parts {
        let mut text = mended.text.get(part.span.start..part.span.end).unwrap_or_default().to_owned();
        let word = first_word(&text).to_owned();
        let mut work = Work { file: &mut file, said: &mut *said, slipped: &slipped, part, kind };
        match part.kind {
            PartKind::First => work.first(&text),
            PartKind::Header if seen_declaration && HEADER.contains(&word.as_str()) => work.misplaced(&word),
            PartKind::Header => work.header(&text),
            PartKind::Declaration => {
                seen_declaration = true;
                work.declaration(&mut text, &word);
            }
        }
    }
    Some(file)
}

/// Whether the file begins as its kind must; otherwise nothing else is worth saying.
fn first_part(text: &str, parts: &[Part], kind: FileKind, said: &mut Diagnostics) -> Option<()> {
    let (wanted, other) = match kind {
        FileKind::Policy => ("policy", "schema"),
        FileKind::Schema => ("schema", "policy"),
    };
    let first = parts.iter().find(|part| part.kind == PartKind::First);
    let word = first.map(|part| first_word(text.get(part.span.start..part.span.end).unwrap_or_default()));
    if word == Some(wanted) {
        return Some(());
    }
    let at = first.or(parts.first()).map_or(Span::default(), |part| {
        let text = text.get(part.span.start..part.span.end).unwrap_or_default();
        Span::new(part.span.start, part.span.start + first_word(text).len().max(1))
    });
    said.push(if word == Some(other) {
        Diagnostic::new(codes::WRONG_KIND, format!("this is a {other}, and a {wanted} is needed here"), at, "")
    } else {
        let help = format!("begin it with `{wanted} \"its name\" version 1`");
        let what = if parts.is_empty() {
            "the file is empty".to_owned()
        } else {
            format!("the file doesn't begin with `{wanted}`")
        };
        Diagnostic::new(codes::NOT_A_POLICY, what, at, "").help(help)
    });
    None
}

/// One part at work.
struct Work<'a, 'b> {
    file: &'b mut File,
    said: &'a mut Diagnostics,
    slipped: &'b [Span],
    part: &'b Part,
    kind: FileKind,
}

impl Work<'_, '_> {
    fn reader(&mut self, damaged: bool) -> Reader<'_> {
        Reader { said: &mut *self.said, base: self.part.span.start, operators: 0, nesting: 0, damaged }
    }

    /// Whether a slip that was already reported lies on the line of that byte of the part.
    fn slipped_near(&self, text: &str, at: usize) -> bool {
        let line = line_around(text, at);
        let (start, end) = (self.part.span.start + line.start, self.part.span.start + line.end);
        self.slipped.iter().any(|span| span.start < end && span.end > start)
    }

    fn first(&mut self, text: &str) {
        if self.file.header.name.is_some() {
            let span = Span::new(self.part.span.start, self.part.span.start + first_word(text).len());
            self.said.push(Diagnostic::new(
                codes::REPEATED,
                "a file holds one policy or one schema",
                span,
                "a second one starts here",
            ));
            return;
        }
        if self.header_too_long(text) {
            return;
        }
        let rule = if self.kind == FileKind::Policy { Rule::one_policy_line } else { Rule::one_schema_line };
        match grammar::parse(rule, text) {
            Ok(mut pairs) => {
                let Some(pair) = pairs.next() else { return };
                let mut header = std::mem::take(&mut self.file.header);
                self.reader(false).first_line(&pair, &mut header);
                self.file.header = header;
            }
            Err(failure) => self.header_refused(&failure, text),
        }
    }

    fn header(&mut self, text: &str) {
        let word = first_word(text);
        if !HEADER.contains(&word) {
            self.file.header.damaged = true;
            let shown = if word.is_empty() { text.chars().take(1).collect() } else { word.to_owned() };
            let span = Span::new(self.part.span.start, self.part.span.start + shown.len());
            let help = match nearest(word, HEADER.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "the header has `about`, `uses schema`, `attainment of`, `effective`, `applies to`, `period`, `currency`, `month ends` and `year starts in`".to_owned(),
            };
            if !self.slipped_near(text, 0) {
                let title = format!("`{shown}` is not a header line");
                self.said.push(Diagnostic::new(codes::SYNTAX, title, span, "").help(help));
            }
            return;
        }
        if self.header_too_long(text) {
            return;
        }
        match grammar::parse(Rule::one_header_line, text) {
            Ok(mut pairs) => {
                let Some(line) = pairs.next().and_then(|pair| pair.into_inner().next()) else { return };
                let mut header = std::mem::take(&mut self.file.header);
                self.reader(false).header_line(&line, &mut header);
                self.file.header = header;
            }
            Err(failure) => self.header_refused(&failure, text),
        }
    }

    /// A header's text, if it is one that a person could have written.
    fn header_too_long(&mut self, text: &str) -> bool {
        let long = self.too_long(text);
        self.file.header.damaged |= long;
        long
    }

    fn header_refused(&mut self, failure: &grammar::Failure, text: &str) {
        self.file.header.damaged = true;
        let refusal = refusal(failure, text, self.part.span.start);
        if !self.slipped_near(text, refusal.at) {
            self.said.push(refusal.diagnostic);
        }
    }

    fn misplaced(&mut self, word: &str) {
        self.file.header.damaged = true;
        let span = Span::new(self.part.span.start, self.part.span.start + word.len());
        self.said.push(
            Diagnostic::new(codes::HEADER_PLACE, format!("`{word}` belongs to the header"), span, "")
                .help("move the line up, before the first declaration"),
        );
    }

    fn declaration(&mut self, text: &mut String, word: &str) {
        let known = DECLARATIONS.contains(&word);
        if !known {
            self.unknown(text, word);
            return;
        }
        let rule = if self.kind == FileKind::Policy { Rule::one_item } else { Rule::one_schema_item };
        if self.kind == FileKind::Schema && !matches!(word, "choice" | "record" | "measure" | "participant" | "event") {
            let span = Span::new(self.part.span.start, self.part.span.start + word.len());
            self.said.push(
                Diagnostic::new(codes::WRONG_KIND, format!("`{word}` belongs to a policy, not to a schema"), span, "")
                    .help("a schema holds `choice`, `event`, `participant`, `record` and `measure`"),
            );
            return;
        }
        if self.too_long(text) {
            return;
        }
        if let Some(at) = unbalanced(text) {
            self.names_of(text);
            if !self.slipped_near(text, at.start) {
                let bracket = text.get(at.start..at.end).unwrap_or_default().to_owned();
                let opens = matches!(bracket.as_str(), "(" | "[" | "{");
                let title = if opens {
                    format!("this `{bracket}` is never closed")
                } else {
                    format!("nothing opens this `{bracket}`")
                };
                let span = Span::new(self.part.span.start + at.start, self.part.span.start + at.end);
                let help = if opens { "add the closing one" } else { "take it out, or add the opening one" };
                self.said.push(Diagnostic::new(codes::UNCLOSED, title, span, "").help(help));
            }
            return;
        }
        let item = match grammar::parse(rule, text) {
            Ok(pairs) => self.build(pairs, false),
            Err(_) => {
                let damaged = self.recover(rule, text);
                grammar::parse(rule, text).ok().and_then(|pairs| self.build(pairs, damaged))
            }
        };
        match item {
            Some((Some(item), _)) => self.file.items.push(item),
            Some((None, spoke)) => {
                self.names_of(text);
                if !spoke {
                    // Every refusal comes with a message; should one ever come without, it is said all the same.
                    let span = Span::new(self.part.span.start, self.part.span.start + word.len());
                    let title = format!("this `{word}` can't be read");
                    self.said.push(Diagnostic::new(codes::SYNTAX, title, span, ""));
                }
            }
            None => self.names_of(text),
        }
    }

    /// The declaration, unless it was reported, and whether anything was.
    fn build(&mut self, mut pairs: Pairs<'_, Rule>, damaged: bool) -> Option<(Option<Item>, bool)> {
        let item = pairs.next()?.into_inner().next()?;
        let mut reader = self.reader(damaged);
        let before = reader.said.0.len();
        let built = reader.item(&item);
        let spoke = reader.said.0.len() > before;
        Some((built, spoke))
    }

    /// Whether a declaration or one of its lines is too long to be one that a person wrote; says so.
    fn too_long(&mut self, text: &str) -> bool {
        let line = text.split('\n').map(str::len).max().unwrap_or(0);
        let title = if line > LONGEST_LINE {
            format!("a line of this declaration is longer than {LONGEST_LINE} bytes")
        } else if text.len() > LONGEST_PART {
            format!("this declaration is longer than {LONGEST_PART} bytes")
        } else {
            return false;
        };
        let span = Span::new(self.part.span.start, self.part.span.start + first_word(text).len());
        self.said.push(Diagnostic::new(codes::TOO_MANY, title, span, "").help("split it into several with `define`"));
        self.names_of(text.get(..text.find('\n').unwrap_or(text.len()).min(200)).unwrap_or_default());
        true
    }

    fn unknown(&mut self, text: &str, word: &str) {
        self.names_of(text);
        let shown = if word.is_empty() { text.chars().take(1).collect() } else { word.to_owned() };
        let span = Span::new(self.part.span.start, self.part.span.start + shown.len());
        let words = DECLARATIONS.iter().chain(HEADER).copied();
        if text.lines().next().is_some_and(|line| line.contains('\t') && !line.contains('{')) {
            // One mistake, however many rows it has.
            if self.said.0.last().is_none_or(|last| last.title != PASTED) {
                self.said.push(Diagnostic::new(codes::UNKNOWN_DECLARATION, PASTED, span, "").help(PASTED_HELP));
            }
            return;
        }
        let help = match nearest(word, words) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "a line that starts in the first column begins with a word such as `define`, `payout` or `test`; indent a line that goes on".to_owned(),
        };
        if !self.slipped_near(text, 0) {
            self.said.push(
                Diagnostic::new(codes::UNKNOWN_DECLARATION, format!("`{shown}` doesn't begin a declaration"), span, "")
                    .help(help),
            );
        }
    }

    /// Parses until it succeeds, reporting each mistake and blanking the statement that holds it. Whether it had to.
    fn recover(&mut self, rule: Rule, text: &mut String) -> bool {
        let mut damaged = false;
        for _ in 0..MOST_MISTAKES {
            let Err(failure) = grammar::parse(rule, text) else { return damaged };
            let refusal = refusal(&failure, text, self.part.span.start);
            let statement = statement_around(text, refusal.at);
            let left_over = damaged
                && text
                    .get(refusal.at..)
                    .is_none_or(|rest| rest.is_empty() || rest.starts_with('}') || rest.starts_with("otherwise"));
            // Rows that were pasted without their bars are one mistake.
            let again = damaged
                && refusal.diagnostic.title == PASTED
                && self.said.0.last().is_some_and(|last| last.title == refusal.diagnostic.title);
            if !left_over && !again && !self.slipped_near(text, refusal.at) {
                self.said.push(refusal.diagnostic);
            }
            let Some(statement) = statement else { break };
            self.names_of(text.get(statement.start..statement.end).unwrap_or_default());
            blank(text, statement);
            damaged = true;
        }
        damaged
    }

    /// Names that a text with mistakes meant to give.
    fn names_of(&mut self, text: &str) {
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let name = match words.as_slice() {
                [first, second, ..] if DECLARATIONS.contains(first) || *first == "let" => second,
                [first, ..] if line.contains(':') => first,
                _ => continue,
            };
            // An unknown declaration names something as well: `payuot commission`.
            for name in [*name, words.get(1).copied().unwrap_or_default()] {
                let name = first_word(name);
                if !name.is_empty() {
                    self.file.damaged.push(Spanned::new(name.to_owned(), self.part.span));
                }
            }
        }
        if let Some(second) = text.split_whitespace().nth(1).map(first_word).filter(|word| !word.is_empty()) {
            self.file.damaged.push(Spanned::new(second.to_owned(), self.part.span));
        }
    }
}

impl Reader<'_> {
    /// Builds a declaration. `None` where the part was reported.
    pub fn item(&mut self, pair: &Pair<'_, Rule>) -> Option<Item> {
        match pair.as_rule() {
            Rule::const_def
            | Rule::choice
            | Rule::record
            | Rule::measure
            | Rule::attributes
            | Rule::event
            | Rule::inputs
            | Rule::define
            | Rule::credit => self.plain_declaration(pair),
            Rule::tiers | Rule::bands | Rule::curve | Rule::rates | Rule::weigh | Rule::table => {
                self.table_declaration(pair)
            }
            Rule::payout | Rule::recommend | Rule::contest | Rule::settle | Rule::recognize => self.stage(pair),
            Rule::check => self.check(pair).map(Item::Check),
            Rule::test => self.test(pair).map(Item::Test),
            _ => None,
        }
    }
}
