//! Parts that have another name and are otherwise the same.

use super::meaning::plain;
use super::{Aspect, Both, Change, Part};
use crate::diagnostics::Span;
use crate::program::Program;
use crate::syntax::split::{PartKind, first_word, split, strip_comment};

/// The old names of parts by kind, each with the new one.
#[derive(Default)]
pub(super) struct Renames(Vec<Renamed>);

struct Renamed {
    part: Part,
    old: String,
    new: String,
}

/// A declaration as it is written: its keyword, its name, and what follows.
struct Declared {
    word: String,
    name: String,
    body: String,
}

impl Renames {
    /// Finds them: a name that is gone and one that is new, of which each is the only one with the other's content. What
    /// a content names may be renamed, too.
    pub(super) fn of(old: &Program, new: &Program) -> Self {
        let (before, after) = (declared(&old.text), declared(&new.text));
        let has = |all: &[Declared], name: &str| all.iter().any(|one| one.name == name);
        let mut gone: Vec<&Declared> = before.iter().filter(|one| !has(&after, &one.name)).collect();
        let mut added: Vec<&Declared> = after.iter().filter(|one| !has(&before, &one.name)).collect();
        let mut found = Self::default();
        // Each round finds one, so that it ends.
        while let Some((was, is)) = found.next(&gone, &added) {
            let (Some(left), Some(right)) = (gone.get(was), added.get(is)) else { break };
            let Some(part) = part_of(&left.word) else { break };
            found.0.push(Renamed { part, old: left.name.clone(), new: right.name.clone() });
            gone.remove(was);
            added.remove(is);
        }
        found
    }

    fn next(&self, gone: &[&Declared], added: &[&Declared]) -> Option<(usize, usize)> {
        let same = |was: &Declared, is: &Declared| {
            // It may name itself: `previous score`.
            let body = replaced(&self.words(&was.body), &|word| (word == was.name).then_some(is.name.as_str()));
            was.word == is.word && body == is.body
        };
        gone.iter().enumerate().find_map(|(at, was)| {
            let mut fits = added.iter().enumerate().filter(|(_, is)| same(was, is));
            let (only, is) = fits.next().filter(|_| fits.next().is_none())?;
            let rivals = gone.iter().filter(|other| same(other, is)).count();
            (rivals == 1).then_some((at, only))
        })
    }

    /// The old program under the new names, its text left as it is.
    pub(super) fn apply(&self, old: &Program) -> Program {
        let mut program = old.clone();
        let tables = program.tables.iter_mut().map(|table| &mut table.name);
        let defines = program.defines.iter_mut().map(|define| &mut define.name);
        let outcomes = program.outcomes.iter_mut().map(|outcome| &mut outcome.name);
        let contests = program.contests.iter_mut().map(|contest| &mut contest.name);
        let recognitions = program.recognitions.iter_mut().map(|recognize| &mut recognize.name);
        for name in tables.chain(defines).chain(outcomes).chain(contests).chain(recognitions) {
            if let Some(new) = self.new_name(name) {
                *name = new.to_owned();
            }
        }
        program
    }

    /// The new name of something.
    pub(super) fn new_name(&self, old: &str) -> Option<&str> {
        self.0.iter().find(|renamed| renamed.old == old).map(|renamed| renamed.new.as_str())
    }

    /// A text with each old name replaced.
    pub(super) fn words(&self, text: &str) -> String {
        if self.0.is_empty() { text.to_owned() } else { replaced(text, &|word| self.new_name(word)) }
    }
}

impl Both<'_> {
    /// Notes the parts of a kind that only have another name.
    pub(super) fn renamed(&mut self, part: Part) {
        for renamed in self.renames.0.iter().filter(|renamed| renamed.part == part) {
            let (old, new) = (renamed.old.clone(), renamed.new.clone());
            // What is on record, in the ledger and elsewhere, stands under the old name.
            let pays = matches!(part, Part::Payout | Part::Contest)
                || part == Part::Definition && on_record(&self.new.text, &new);
            self.changes.push(Change {
                part,
                name: new.clone(),
                at: String::new(),
                what: Aspect::Renamed,
                old: Some(old),
                new: Some(new),
                pays,
            });
        }
    }
}

/// Whether a policy reads earlier periods' values of a definition.
fn on_record(text: &str, name: &str) -> bool {
    let text = code(text);
    ["previous", "total of", "in a row where"]
        .iter()
        .any(|before| format!("{text} ").contains(&format!(" {before} {name} ")))
}

fn part_of(word: &str) -> Option<Part> {
    Some(match word {
        "const" => Part::Constant,
        "define" | "weigh" => Part::Definition,
        "tiers" | "bands" | "curve" | "rates" | "table" => Part::Table,
        "payout" => Part::Payout,
        "recommend" => Part::Recommendation,
        "contest" => Part::Contest,
        "recognize" => Part::Recognition,
        _ => return None,
    })
}

/// The declarations that have a name to change.
fn declared(text: &str) -> Vec<Declared> {
    let parts = split(text).into_iter().filter(|part| part.kind == PartKind::Declaration);
    parts.filter_map(|part| declaration(text, part.span)).collect()
}

fn declaration(text: &str, span: Span) -> Option<Declared> {
    let text = code(text.get(span.start..span.end)?);
    let word = first_word(&text).to_owned();
    part_of(&word)?;
    let rest = text.get(word.len()..)?.trim_start();
    let (name, body) = match rest.strip_prefix('"') {
        Some(title) => title.split_once('"')?,
        None => rest.split_at(first_word(rest).len()),
    };
    // A column of a list belongs to the list.
    (!name.is_empty() && !body.starts_with('.')).then(|| Declared {
        word,
        name: name.to_owned(),
        body: body.trim().to_owned(),
    })
}

/// A text without comments and layout.
fn code(text: &str) -> String {
    plain(&text.lines().map(strip_comment).collect::<Vec<_>>().join(" ")).replace(':', " : ").replace("  ", " ")
}

/// A text with its words replaced where there is something in their place.
fn replaced<'n>(text: &str, new: &dyn Fn(&str) -> Option<&'n str>) -> String {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(part_of_word) {
        let (between, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|c| !part_of_word(c)).unwrap_or(from.len()));
        out.push_str(between);
        out.push_str(new(word).unwrap_or(word));
        rest = after;
    }
    out.push_str(rest);
    out
}
