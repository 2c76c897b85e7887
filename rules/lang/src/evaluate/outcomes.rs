//! Running the statements of a payout or a recommendation.

use merit_core::{Money, Ratio, Rounding};

use super::machine::{Held, Machine, figure};
use super::stop::Stop;
use crate::program::{Expr, Outcome, Quantity, Statement, StatementKind, Type};
use crate::trace::{Effect, Event, OutcomeTold};

/// What an outcome came to.
pub(super) struct Ran {
    pub(super) value: Held,
    pub(super) held: Option<Money>,
    pub(super) held_until: Option<String>,
    /// The `because`s of the statements that took effect.
    pub(super) reasons: Vec<String>,
    pub(super) told: OutcomeTold,
}

/// An outcome under way.
struct Running<'p> {
    outcome: &'p Outcome,
    amount: Quantity,
    /// A gate failed: caps, floors and further gates are skipped.
    gated: bool,
    /// The least cap that was passed, for the check against floors.
    cap: Option<Ratio>,
    rounding: Option<(Rounding, Ratio)>,
    held: Option<(Ratio, String)>,
    reasons: Vec<String>,
    events: Vec<Event>,
}

impl<'p> Machine<'p, '_> {
    /// Runs an outcome; what it reads was computed before.
    pub(super) fn run(&mut self, outcome: &'p Outcome) -> Ran {
        let mut running = Running {
            outcome,
            amount: nothing(&outcome.ty),
            gated: false,
            cap: None,
            rounding: None,
            held: None,
            reasons: Vec::new(),
            events: Vec::new(),
        };
        self.locals.clear();
        let done = self.outcome_needs(outcome).and_then(|()| {
            outcome.statements.iter().enumerate().try_for_each(|(index, statement)| {
                let effect = self.statement(&mut running, statement);
                running.events.extend(self.take_steps().into_iter().map(Event::Step));
                if let Some(effect) = effect? {
                    running.events.push(Event::Effect(index, effect));
                }
                Ok(())
            })
        });
        self.take_steps();
        running.finish(done)
    }

    /// Everything that an outcome reads, on whatever path.
    fn outcome_needs(&self, outcome: &'p Outcome) -> Result<(), Stop> {
        outcome.statements.iter().try_for_each(|statement| match &statement.kind {
            StatementKind::Let(_, value)
            | StatementKind::Pay(value)
            | StatementKind::Cap(value)
            | StatementKind::Floor(value) => self.needs(value, false),
            StatementKind::Multiply { by, when } => {
                self.needs(by, false)?;
                when.as_ref().map_or(Ok(()), |when| self.needs(when, false))
            }
            StatementKind::Gate { condition, otherwise } => {
                self.needs(condition, false)?;
                otherwise.as_ref().map_or(Ok(()), |otherwise| self.needs(otherwise, false))
            }
            StatementKind::Round(..) | StatementKind::HoldBack { .. } => Ok(()),
        })
    }

    /// Runs one statement. No effect where an earlier gate skips it.
    fn statement(&mut self, running: &mut Running<'p>, statement: &'p Statement) -> Result<Option<Effect>, Stop> {
        Ok(Some(match &statement.kind {
            StatementKind::Let(_, value) => {
                let value = self.eval(value)?;
                self.locals.push(value.clone());
                Effect::Let(value)
            }
            StatementKind::Pay(value) => {
                running.amount = self.eval(value)?;
                Effect::Pay(running.amount.clone())
            }
            StatementKind::Multiply { by, when } => match when {
                Some(when) if !self.eval(when)?.is_yes() => Effect::NotMultiplied,
                _ => {
                    let factor = self.eval(by)?.exact();
                    let after = &running.amount.exact() * &factor;
                    running.amount = Quantity::Exact(after.clone());
                    running.because(statement);
                    Effect::Multiplied(factor, after)
                }
            },
            StatementKind::Gate { .. } | StatementKind::Cap(_) | StatementKind::Floor(_) if running.gated => {
                return Ok(None);
            }
            StatementKind::Gate { condition, otherwise } => {
                if self.eval(condition)?.is_yes() {
                    Effect::GatePassed
                } else {
                    self.gate_failed(running, statement, otherwise.as_ref())?
                }
            }
            StatementKind::Cap(at) => {
                let (cap, before) = (self.eval(at)?.exact(), running.amount.exact());
                running.cap = Some(running.cap.take().map_or_else(|| cap.clone(), |least| least.min(cap.clone())));
                if before > cap {
                    running.amount = Quantity::Exact(cap.clone());
                    running.because(statement);
                    Effect::Capped(cap, before)
                } else {
                    Effect::Within(cap)
                }
            }
            StatementKind::Floor(at) => self.floor(running, statement, at)?,
            StatementKind::Round(mode, step) => {
                let before = running.amount.exact();
                let after = before.round_to(step, *mode);
                running.rounding = Some((*mode, step.clone()));
                running.amount = Quantity::Exact(after.clone());
                Effect::Rounded(before, after)
            }
            StatementKind::HoldBack { share, until } => {
                let amount = running.amount.exact();
                let held = &amount * share;
                let held = match &running.rounding {
                    Some((mode, step)) => held.round_to(step, *mode),
                    None => held,
                };
                let paid = &amount - &held;
                if !held.is_zero() {
                    running.because(statement);
                }
                running.held = Some((held.clone(), until.clone()));
                Effect::Held(held, paid)
            }
        }))
    }

    fn gate_failed(
        &mut self,
        running: &mut Running<'p>,
        statement: &Statement,
        otherwise: Option<&'p Expr>,
    ) -> Result<Effect, Stop> {
        running.gated = true;
        running.amount = match otherwise {
            Some(otherwise) => self.eval(otherwise)?,
            None => nothing(&running.outcome.ty),
        };
        // What was multiplied before no longer counts.
        running.reasons.clear();
        running.because(statement);
        Ok(Effect::GateFailed(running.amount.clone()))
    }

    fn floor(&mut self, running: &mut Running<'p>, statement: &Statement, at: &'p Expr) -> Result<Effect, Stop> {
        let (floor, before) = (self.eval(at)?.exact(), running.amount.exact());
        let ty = &running.outcome.ty;
        if let Some(cap) = running.cap.as_ref().filter(|cap| **cap < floor) {
            let [floor, cap] = [&floor, cap].map(|bound| Quantity::Exact(bound.clone()).spoken(ty));
            return Err(Stop::refused(format!("the floor of {floor} lies above the cap of {cap}"), None));
        }
        Ok(if before < floor {
            running.amount = Quantity::Exact(floor.clone());
            running.because(statement);
            Effect::Floored(floor, before)
        } else {
            Effect::Within(floor)
        })
    }
}

impl Running<'_> {
    fn because(&mut self, statement: &Statement) {
        self.reasons.extend(statement.because.clone());
    }

    fn finish(self, done: Result<(), Stop>) -> Ran {
        let (value, held) = match done.and_then(|()| self.keep()) {
            Ok(held) => (Ok(self.amount), held),
            Err(stop) => (Err(stop), None),
        };
        let scored = value.is_ok();
        Ran {
            told: OutcomeTold { value: figure(&value), events: self.events },
            held_until: if scored { self.held.map(|(_, until)| until) } else { None },
            reasons: if scored { self.reasons } else { Vec::new() },
            value,
            held,
        }
    }

    /// The held part as coins; also finds an amount that can't be kept.
    fn keep(&self) -> Result<Option<Money>, Stop> {
        let refused = |reason| Stop::refused(reason, None);
        self.amount.to_value(&self.outcome.ty).map_err(refused)?;
        match (&self.held, &self.outcome.ty) {
            (Some((held, _)), Type::Money(currency)) => {
                Money::from_major(held, *currency).map(Some).map_err(|error| refused(error.message))
            }
            _ => Ok(None),
        }
    }
}

/// What is paid where nothing is.
fn nothing(ty: &Type) -> Quantity {
    match ty {
        Type::Text | Type::Choice(_) | Type::Participant => Quantity::Words(String::new()),
        Type::YesNo => Quantity::Flag(false),
        _ => Quantity::Exact(Ratio::ZERO),
    }
}
