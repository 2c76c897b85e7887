//! Payouts and recommendations, statement by statement. Statements run in an order of their own, so that the order in which
//! they are written is no difference.

use std::mem::discriminant;

use merit_core::Rounding;

use super::meaning::{plain, written};
use super::{Aspect, Both, Of, Part, paired, shown};
use crate::program::{Expr, ExprKind, Outcome, OutcomeKind, Program, Quantity, Statement, StatementKind, Type};

/// A statement before and after.
type Pair<'p> = (Option<&'p Statement>, Option<&'p Statement>);

impl Both<'_> {
    pub(super) fn outcomes(&mut self) {
        self.renamed(Part::Payout);
        self.renamed(Part::Recommendation);
        for (old, new) in paired(&self.old.outcomes, &self.new.outcomes, |outcome| &outcome.name) {
            let Some(outcome) = new.or(old) else { continue };
            let part = if outcome.kind == OutcomeKind::Payout { Part::Payout } else { Part::Recommendation };
            let of = Of { part, name: &outcome.name, pays: self.reach.has(&outcome.name) };
            match (old, new) {
                (Some(old), Some(new)) => self.outcome(of, old, new),
                (old, new) => {
                    let old = old.map(|outcome| amount(self.old, outcome));
                    let new = new.map(|outcome| amount(self.new, outcome));
                    self.note(of, Aspect::Itself, "", old, new);
                }
            }
        }
    }

    fn outcome(&mut self, of: Of<'_>, old: &Outcome, new: &Outcome) {
        let kind = |outcome: &Outcome| {
            Some(if outcome.kind == OutcomeKind::Payout { "paid" } else { "only proposed" }.to_owned())
        };
        self.note(Of { pays: true, ..of }, Aspect::Value, "", kind(old), kind(new));
        let ty = |outcome: &Outcome| Some(outcome.ty.value_type().word().to_owned());
        self.note(of, Aspect::Value, "", ty(old), ty(new));
        self.words(of, Aspect::About, "", old.about.as_ref(), new.about.as_ref());
        let pairs = self.pairs(&old.statements, &new.statements);
        for (was, is) in &pairs {
            let Some(either) = is.or(*was) else { continue };
            let (what, at) = aspect(&either.kind);
            let alike = matches!((was, is), (Some(was), Some(is)) if self.same(was, is));
            if !alike {
                let was = was.map(|statement| said(self.old, &old.ty, statement));
                let is = is.map(|statement| said(self.new, &new.ty, statement));
                self.note(of, what, at, was, is);
            }
            if let (Some(was), Some(is)) = (was, is) {
                self.words(of, Aspect::Because, what.word(), was.because.as_ref(), is.because.as_ref());
            }
        }
        self.gate_order(of, &old.statements, &pairs);
    }

    /// Statements that say the same first, then those of one kind in their order, then what is new or gone.
    fn pairs<'p>(&self, old: &'p [Statement], new: &'p [Statement]) -> Vec<Pair<'p>> {
        let mut left: Vec<&Statement> = old.iter().collect();
        let mut take = |fits: &dyn Fn(&Statement) -> bool| {
            let found = left.iter().position(|old| fits(old));
            found.map(|index| left.remove(index))
        };
        let mut pairs: Vec<Pair<'p>> =
            new.iter().map(|new| (take(&|old: &Statement| self.same(old, new)), Some(new))).collect();
        for (old, new) in &mut pairs {
            if let (None, Some(new)) = (&old, new) {
                *old = take(&|old: &Statement| {
                    discriminant(&old.kind) == discriminant(&new.kind) && aspect(&old.kind).1 == aspect(&new.kind).1
                });
            }
        }
        pairs.extend(left.into_iter().map(|old| (Some(old), None)));
        pairs
    }

    fn same(&self, old: &Statement, new: &Statement) -> bool {
        let ((was, before), (is, after)) = (parts(self.old, old), parts(self.new, new));
        discriminant(&old.kind) == discriminant(&new.kind)
            && self.renames.words(&was) == is
            && before.len() == after.len()
            && before.iter().zip(&after).all(|(old, new)| self.alike(old, new))
    }

    /// The first gate that fails decides what is paid instead, so that the order counts where that differs.
    fn gate_order(&mut self, of: Of<'_>, old: &[Statement], pairs: &[Pair<'_>]) {
        let gates: Vec<(usize, &Statement)> = pairs
            .iter()
            .filter_map(|(was, is)| {
                let is = is.filter(|is| matches!(is.kind, StatementKind::Gate { .. }))?;
                let place = old.iter().position(|old| was.is_some_and(|was| std::ptr::eq(old, was)))?;
                Some((place, is))
            })
            .collect();
        for pair in gates.windows(2) {
            let [(first, one), (second, other)] = pair else { continue };
            let instead = |statement: &Statement| parts(self.new, statement).1.get(1).map(|expr| shown(self.new, expr));
            if first > second && instead(one) != instead(other) {
                let words = |statement: &Statement| Some(said(self.new, &Type::YesNo, statement));
                self.note(of, Aspect::RowOrder, "", words(other), words(one));
            }
        }
    }
}

/// What kind of statement it is, and a `let`'s name.
fn aspect(kind: &StatementKind) -> (Aspect, &str) {
    match kind {
        StatementKind::Let(name, _) => (Aspect::Let, name),
        StatementKind::Pay(_) => (Aspect::Amount, ""),
        StatementKind::Multiply { .. } => (Aspect::Multiplier, ""),
        StatementKind::Gate { .. } => (Aspect::Gate, ""),
        StatementKind::Cap(_) => (Aspect::Cap, ""),
        StatementKind::Floor(_) => (Aspect::Floor, ""),
        StatementKind::Round(..) => (Aspect::Rounding, ""),
        StatementKind::HoldBack { .. } => (Aspect::HoldBack, ""),
        // Told as they are written.
        _ => (Aspect::Statement, ""),
    }
}

/// What a statement says beside its expressions, and these.
fn parts<'s>(program: &Program, statement: &'s Statement) -> (String, Vec<&'s Expr>) {
    match &statement.kind {
        StatementKind::Let(name, value) => (name.clone(), vec![value]),
        StatementKind::Pay(value) | StatementKind::Cap(value) | StatementKind::Floor(value) => {
            (String::new(), vec![value])
        }
        StatementKind::Multiply { by, when } => {
            (String::new(), [Some(by), when.as_ref()].into_iter().flatten().collect())
        }
        StatementKind::Gate { condition, otherwise } => {
            // Nothing is paid where a failed gate names nothing.
            let instead = otherwise.as_ref().filter(|instead| !is_nothing(instead));
            (String::new(), [Some(condition), instead].into_iter().flatten().collect())
        }
        StatementKind::Round(mode, step) => (format!("{mode:?} {step}"), Vec::new()),
        StatementKind::HoldBack { share, until } => (format!("{share} {until}"), Vec::new()),
        // Told as they are written.
        _ => (written(program, statement.place), Vec::new()),
    }
}

fn is_nothing(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Quantity::Exact(value)) if value.is_zero())
}

/// A statement for people, without its keyword and its `because`.
fn said(program: &Program, ty: &Type, statement: &Statement) -> String {
    match &statement.kind {
        StatementKind::Let(_, value)
        | StatementKind::Pay(value)
        | StatementKind::Cap(value)
        | StatementKind::Floor(value) => shown(program, value),
        StatementKind::Multiply { by, when } => match when {
            Some(when) => format!("{} when {}", shown(program, by), shown(program, when)),
            None => shown(program, by),
        },
        StatementKind::Gate { condition, otherwise } => match otherwise {
            Some(instead) => format!("{} else pay {}", shown(program, condition), shown(program, instead)),
            None => shown(program, condition),
        },
        StatementKind::Round(mode, step) => {
            let mode = match mode {
                Rounding::HalfEven => "half even",
                Rounding::HalfUp => "half up",
                Rounding::Down => "down",
                Rounding::Up => "up",
            };
            format!("{mode} to {}", Quantity::Exact(step.clone()).spoken(ty))
        }
        StatementKind::HoldBack { share, until } => {
            format!("{} until `{until}`", Quantity::Exact(share.clone()).spoken(&Type::Percent))
        }
        // Told as they are written.
        _ => plain(&written(program, statement.place)),
    }
}

/// What an outcome pays, for one that is new.
fn amount(program: &Program, outcome: &Outcome) -> String {
    let pay = outcome.statements.iter().find_map(|statement| match &statement.kind {
        StatementKind::Pay(value) => Some(shown(program, value)),
        _ => None,
    });
    pay.map(|pay| format!("`{pay}`")).unwrap_or_default()
}
