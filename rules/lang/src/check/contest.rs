//! Contests: who is ranked by what, and what there is to win.

use merit_core::{Money, Ratio};

use super::Checker;
use super::bands::place;
use super::operators::ordered;
use super::scope::Symbol;
use super::words::{to_value, type_words};
use crate::diagnostics::{Diagnostic, codes};
use crate::program::{Contest, Prizes, Type};
use crate::syntax::ast::{self, Name, Spanned};

impl Checker<'_> {
    /// Checks a contest. `None` where it was reported.
    pub fn contest(&mut self, contest: &ast::Contest) -> Option<Contest> {
        let before = self.said.0.len();
        let rank_by = self.expr(&contest.by, None);
        if let Some(rank_by) = &rank_by
            && !ordered(&rank_by.ty)
        {
            let title = format!("people can't be ranked by {}", type_words(&rank_by.ty));
            self.said.push(Diagnostic::new(codes::CONTEST, title, contest.by.span, ""));
        }
        let within = match &contest.within {
            Some(name) => Some(self.group(name)?),
            None => None,
        };
        let prizes = match &contest.prizes {
            ast::Prizes::Places { places, prizes } => self.places(places, prizes),
            ast::Prizes::Top { percent, prize } => {
                self.part_of_all(percent, "the part that wins");
                self.prize(prize).map(|prize| Prizes::Top(percent.node.clone(), prize))
            }
            ast::Prizes::Distribute(shares) => self.distribution(shares),
        };
        (self.said.0.len() == before).then_some(())?;
        self.note_labels(&contest.name, prizes.as_ref()?);
        Some(Contest {
            name: contest.name.node.clone(),
            about: contest.about.as_ref().map(|about| about.node.clone()),
            rank_by: rank_by?,
            within,
            prizes: prizes?,
            only_in: contest.only_in.as_ref().map(|(size, guideline)| (size.node, *guideline)),
            because: contest.because.as_ref().map(|because| because.node.clone()),
            place: place(contest.name.span),
        })
    }

    fn places(&mut self, places: &Spanned<u32>, written: &[ast::Literal]) -> Option<Prizes> {
        if usize::try_from(places.node).ok() != Some(written.len()) {
            let title = format!("{} places, and {} prizes", places.node, written.len());
            self.said.push(
                Diagnostic::new(codes::CONTEST, title, places.span, "")
                    .help("each place has its own prize, the first place's first"),
            );
        }
        let prizes: Vec<Money> = written.iter().filter_map(|prize| self.prize(prize)).collect();
        (prizes.len() == written.len()).then_some(Prizes::Places(prizes))
    }

    fn prize(&mut self, written: &ast::Literal) -> Option<Money> {
        let ty = Type::Money(self.fallback());
        let quantity = self.literal_of(written, &ty, "a prize")?;
        match to_value(&ty, &quantity) {
            Some(merit_core::Value::Money(money)) if money.minor >= 0 => Some(money),
            _ => {
                let title = "a prize is an amount of $0 or more";
                self.said.push(Diagnostic::new(codes::CONTEST, title, written.span, ""));
                None
            }
        }
    }

    fn part_of_all(&mut self, percent: &Spanned<Ratio>, what: &str) {
        if percent.node <= Ratio::ZERO || percent.node > Ratio::ONE {
            let title = format!("{what} lies above 0% and is at most 100%");
            self.said.push(Diagnostic::new(codes::OUT_OF_RANGE, title, percent.span, ""));
        }
    }

    fn distribution(&mut self, shares: &[(Spanned<Ratio>, Name)]) -> Option<Prizes> {
        let mut labels: Vec<(Ratio, String)> = Vec::new();
        for (percent, label) in shares {
            self.part_of_all(percent, "a share");
            if labels.iter().any(|(_, known)| *known == label.node) {
                let title = format!("`{}` has two shares", label.node);
                self.said.push(Diagnostic::new(codes::SHARES, title, label.span, ""));
            }
            labels.push((percent.node.clone(), label.node.clone()));
        }
        let total: Ratio = labels.iter().map(|(share, _)| share.clone()).sum();
        if total != Ratio::ONE {
            let words = merit_core::Value::Percent(total).spoken();
            let span = shares.first()?.0.span.to(shares.last()?.1.span);
            let title = format!("these shares add up to {words}");
            self.said.push(Diagnostic::new(codes::SHARES, title, span, "they have to add up to 100%"));
        }
        Some(Prizes::Distribute(labels))
    }

    fn group(&mut self, name: &Name) -> Option<crate::program::FactId> {
        match self.names.get(&name.node) {
            Some(Symbol::Fact(id)) => {
                let id = *id;
                let fact = self.facts.get(id.0)?;
                if fact.optional && fact.default.is_none() {
                    self.may_be_missing(&name.node, name.span, "people without it belong to no group");
                    return None;
                }
                Some(id)
            }
            Some(other) => {
                let title = format!("people are grouped by an input, and `{}` is {}", name.node, other.words());
                self.said.push(Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, name.span, ""));
                None
            }
            None => {
                self.unknown(&name.node, name.span);
                None
            }
        }
    }
}
