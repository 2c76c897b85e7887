//! What changed between two versions of a policy: not lines of text, but what is paid to whom, in the words of a plan
//! document. Layout, comments and the order of declarations are no difference.

mod bands;
mod change;
mod curves;
mod grids;
mod header;
mod inputs;
mod meaning;
mod outcomes;
mod reach;
mod renames;
mod stages;
mod tables;
mod texts;

pub use change::{Aspect, Change, Part};

use crate::program::{Expr, Place, Program};
use meaning::{meaning, plain};
use reach::Reach;
use renames::Renames;

/// All differences, in the order of a policy's parts. Empty: both say the same. A policy pays the same where no change
/// [`Change::pays`].
#[must_use]
pub fn compare(old: &Program, new: &Program) -> Vec<Change> {
    let (reach, renames) = (Reach::of(old, new), Renames::of(old, new));
    let old = &renames.apply(old);
    let mut both = Both { old, new, reach, renames, changes: Vec::new() };
    both.header();
    both.constants();
    both.inputs();
    both.credit();
    both.definitions();
    both.tables();
    both.outcomes();
    both.contests();
    both.settlement();
    both.recognitions();
    both.texts();
    both.changes
}

/// Two programs, and what was found so far.
struct Both<'p> {
    old: &'p Program,
    new: &'p Program,
    reach: Reach,
    renames: Renames,
    changes: Vec<Change>,
}

/// A part at hand.
#[derive(Clone, Copy)]
struct Of<'a> {
    part: Part,
    name: &'a str,
    pays: bool,
}

impl Both<'_> {
    /// Adds a difference, if it is one. A part that is named by its new name is none.
    fn note(&mut self, of: Of<'_>, what: Aspect, at: &str, old: Option<String>, new: Option<String>) {
        if old == new || old.as_ref().map(|old| self.renames.words(old)) == new {
            return;
        }
        self.changes.push(Change {
            part: of.part,
            name: of.name.to_owned(),
            at: at.to_owned(),
            what,
            old,
            new,
            pays: of.pays,
        });
    }

    /// Adds a difference of words that nobody is paid by.
    fn words(&mut self, of: Of<'_>, what: Aspect, at: &str, old: Option<&String>, new: Option<&String>) {
        self.note(Of { pays: false, ..of }, what, at, old.cloned(), new.cloned());
    }

    /// Adds a difference between two expressions, unless they mean the same, or say the same and differ only by what
    /// they refer to: that is told where it stands.
    fn formula(&mut self, of: Of<'_>, what: Aspect, at: &str, old: Option<&Expr>, new: Option<&Expr>) {
        if let (Some(old), Some(new)) = (old, new)
            && self.alike(old, new)
        {
            return;
        }
        let (old, new) = (old.map(|expr| shown(self.old, expr)), new.map(|expr| shown(self.new, expr)));
        self.note(of, what, at, old, new);
    }

    /// Whether two expressions mean the same, or are written the same.
    fn alike(&self, old: &Expr, new: &Expr) -> bool {
        meaning(self.old, old) == meaning(self.new, new)
            || (has_place(old.place)
                && has_place(new.place)
                && self.renames.words(&plain(&shown(self.old, old))) == plain(&shown(self.new, new)))
    }
}

const fn has_place(place: Place) -> bool {
    place.start < place.end
}

/// An expression as its policy writes it.
fn shown(program: &Program, expr: &Expr) -> String {
    crate::explain::written(program, expr)
}

/// The parts of two lists that have one name each, paired: in the new order, then those that are gone.
fn paired<'a, T>(old: &'a [T], new: &'a [T], name: impl Fn(&T) -> &str) -> Vec<(Option<&'a T>, Option<&'a T>)> {
    let mut pairs: Vec<(Option<&T>, Option<&T>)> =
        new.iter().map(|new| (old.iter().find(|old| name(old) == name(new)), Some(new))).collect();
    pairs.extend(old.iter().filter(|old| !new.iter().any(|new| name(new) == name(old))).map(|old| (Some(old), None)));
    pairs
}
