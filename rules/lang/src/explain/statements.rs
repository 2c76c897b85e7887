//! Words for what the statements of an outcome did.

use merit_core::{Ratio, Rounding};

use super::after_rounding::after_rounding;
use super::figures::Figures;
use super::reads::Read;
use super::written::written;
use super::{Teller, spoken};
use crate::program::{Expr, Outcome, OutcomeId, OutcomeKind, Quantity, Statement, StatementKind, Type};
use crate::trace::{Effect, Event, Figure, Step};

impl<'a> Teller<'a> {
    /// The outcome with everything behind it.
    pub(super) fn outcome(&mut self, id: OutcomeId) {
        let (Some(outcome), Some(told)) = (self.program.outcomes.get(id.0), self.trace.outcome(id)) else { return };
        let read: Vec<&Expr> = outcome.statements.iter().flat_map(expressions).collect();
        self.read_first(&read);
        let value = match &told.value {
            Figure::Is(value) => value,
            Figure::Not(reason) => {
                self.lines.push(format!("{} is not scored: {reason}", outcome.name));
                return;
            }
        };
        let mut steps: Vec<Step> = Vec::new();
        let mut state = State { locals: Vec::new(), amount: Ratio::ZERO };
        for event in &told.events {
            match event {
                Event::Step(step) => {
                    self.lines.extend(self.step(step));
                    steps.push(step.clone());
                }
                Event::Effect(index, effect) => {
                    if let Some(statement) = outcome.statements.get(*index) {
                        if let Some((lines, after)) = after_rounding(outcome, statement, effect, &state.amount) {
                            self.lines.extend(lines);
                            state.amount = after;
                            steps.clear();
                            continue;
                        }
                        let line = self.effect(outcome, statement, effect, &mut state, &steps);
                        self.lines.extend(line);
                    }
                    steps.clear();
                }
            }
        }
        self.lines.push(format!("{}: {}", outcome.name, spoken(value, &outcome.ty)));
    }

    /// One line for an outcome that another output reads.
    pub(super) fn outcome_in_short(&mut self, id: OutcomeId) {
        let (Some(outcome), Some(told)) = (self.program.outcomes.get(id.0), self.trace.outcome(id)) else { return };
        if self.told.insert(Read::Outcome(id)) {
            self.lines.push(match &told.value {
                Figure::Is(value) => format!("{}: {}", outcome.name, spoken(value, &outcome.ty)),
                Figure::Not(reason) => format!("{} is not scored: {reason}", outcome.name),
            });
        }
    }

    fn effect(
        &self,
        outcome: &'a Outcome,
        statement: &'a Statement,
        effect: &Effect,
        state: &mut State,
        steps: &[Step],
    ) -> Option<String> {
        let money = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), &outcome.ty);
        let because = statement.because.as_ref().map(|because| format!(" because {because}")).unwrap_or_default();
        let why = statement.because.as_ref().map(|because| format!(" ({because})")).unwrap_or_default();
        match (effect, &statement.kind) {
            (Effect::Let(value), StatementKind::Let(name, expr)) => {
                let figures = Figures::new(self.trace, steps, &state.locals).of(expr);
                let line = self.equation(name, expr, figures, &spoken(value, &expr.ty));
                state.locals.push(value.clone());
                Some(line)
            }
            (Effect::Pay(value), StatementKind::Pay(expr)) => {
                let figures = Figures::new(self.trace, steps, &state.locals).of(expr);
                state.amount = value.exact();
                let word = if outcome.kind == OutcomeKind::Payout { "pay" } else { "propose" };
                Some(self.equation(word, expr, figures, &spoken(value, &outcome.ty)))
            }
            (Effect::Multiplied(factor, after), StatementKind::Multiply { by, .. }) => {
                let factor = spoken(&Quantity::Exact(factor.clone()), &by.ty);
                let line = format!("× {factor}{because}: {} × {factor} = {}", money(&state.amount), money(after));
                state.amount = after.clone();
                Some(line)
            }
            (Effect::NotMultiplied, StatementKind::Multiply { by, when: Some(when) }) => {
                let factor = written(self.program, by);
                Some(format!("not × {factor}{why}: it needs “{}”", written(self.program, when)))
            }
            (Effect::GatePassed, StatementKind::Gate { condition, .. }) => {
                Some(format!("gate passed{why}: {}", written(self.program, condition)))
            }
            (Effect::GateFailed(value), StatementKind::Gate { condition, .. }) => {
                state.amount = value.exact();
                let condition = written(self.program, condition);
                let instead = spoken(value, &outcome.ty);
                Some(format!("gate failed{because}: it needs “{condition}”, so the amount becomes {instead}"))
            }
            (Effect::Capped(cap, before), _) => {
                state.amount = cap.clone();
                Some(format!("capped at {}{because}: {} is more", money(cap), money(before)))
            }
            (Effect::Floored(floor, before), _) => {
                state.amount = floor.clone();
                Some(format!("raised to the floor of {}{because}: {} is less", money(floor), money(before)))
            }
            (Effect::Rounded(before, after), StatementKind::Round(mode, step)) => {
                state.amount = after.clone();
                let step = spoken(&Quantity::Exact(step.clone()), &outcome.ty);
                Some(if before == after {
                    format!("rounded {} to {step}: {}", mode_words(*mode), money(after))
                } else {
                    format!("rounded {} to {step}: {} becomes {}", mode_words(*mode), money(before), money(after))
                })
            }
            (Effect::Held(held, _), _) if held.is_zero() => None,
            (Effect::Held(held, paid), StatementKind::HoldBack { share, until }) => {
                let share = spoken(&Quantity::Exact(share.clone()), &Type::Percent);
                Some(format!("held back {share}{because}: {} until {until}, paid now {}", money(held), money(paid)))
            }
            // Within its cap or floor: nothing happened.
            _ => None,
        }
    }
}

/// What the statements so far came to.
struct State {
    locals: Vec<Quantity>,
    amount: Ratio,
}

fn expressions(statement: &Statement) -> Vec<&Expr> {
    match &statement.kind {
        StatementKind::Let(_, value)
        | StatementKind::Pay(value)
        | StatementKind::Cap(value)
        | StatementKind::Floor(value) => vec![value],
        StatementKind::Multiply { by, when } => [Some(by), when.as_ref()].into_iter().flatten().collect(),
        StatementKind::Gate { condition, otherwise } => {
            [Some(condition), otherwise.as_ref()].into_iter().flatten().collect()
        }
        StatementKind::Round(..)
        | StatementKind::TrueUp(_)
        | StatementKind::TakeBack(_)
        | StatementKind::Payable { .. }
        | StatementKind::HoldBack { .. } => Vec::new(),
    }
}

pub(super) const fn mode_words(mode: Rounding) -> &'static str {
    match mode {
        Rounding::HalfEven => "half even",
        Rounding::HalfUp => "half up",
        Rounding::Down => "down",
        Rounding::Up => "up",
    }
}
