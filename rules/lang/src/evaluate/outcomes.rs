//! Running the statements of a payout or a recommendation.

use merit_core::{Money, Ratio, Rounding, Span};

use super::history::{Awaited, Waiting};
use super::machine::{Held, Machine, figure};
use super::needs::{Reads as _, each};
use super::stop::Stop;
use crate::program::{Expr, Outcome, Quantity, Statement, StatementKind, Type};
use crate::trace::{Effect, Event, OutcomeTold};

/// What an outcome came to.
pub(super) struct Ran {
    pub(super) value: Held,
    pub(super) held: Option<Money>,
    pub(super) held_until: Option<String>,
    pub(super) taken_back: Option<Money>,
    pub(super) waiting: Vec<Waiting>,
    /// The `because`s of the statements that took effect.
    pub(super) reasons: Vec<String>,
    pub(super) told: OutcomeTold,
}

/// An outcome under way.
pub(super) struct Running<'p> {
    pub(super) outcome: &'p Outcome,
    pub(super) amount: Quantity,
    /// A gate failed: caps, floors and further gates are skipped.
    gated: bool,
    /// The least cap that was passed, for the check against floors.
    cap: Option<Ratio>,
    rounding: Option<(Rounding, Ratio)>,
    held: Option<(Ratio, String)>,
    /// What was taken back, positive.
    pub(super) taken_back: Option<Ratio>,
    /// What waits for cash.
    pub(super) waiting: Option<Vec<Waiting>>,
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
            taken_back: None,
            waiting: None,
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
        running.finish(done, self)
    }

    /// Everything that an outcome reads, on whatever path.
    fn outcome_needs(&self, outcome: &'p Outcome) -> Result<(), Stop> {
        each(outcome.statements.iter().map(|statement| self.statement_needs(statement)))
    }

    fn statement_needs(&self, statement: &'p Statement) -> Result<(), Stop> {
        match &statement.kind {
            StatementKind::Let(_, value)
            | StatementKind::Pay(value)
            | StatementKind::Cap(value)
            | StatementKind::Floor(value) => self.needs(value, false),
            StatementKind::Multiply { by: first, when: second }
            | StatementKind::Gate { condition: first, otherwise: second } => {
                self.needs(first, false).beside(|| second.as_ref().map_or(Ok(()), |second| self.needs(second, false)))
            }
            // Computing an earlier period again ends at the rounding.
            StatementKind::TakeBack(_) | StatementKind::Payable { .. } if self.up_to_rounding => Ok(()),
            StatementKind::TakeBack(back) => self.rows(back.list).map(drop),
            StatementKind::Payable { paid, against } => {
                self.rows(paid.list).map(drop).beside(|| self.rows(against.list).map(drop))
            }
            StatementKind::Round(..) | StatementKind::TrueUp(_) | StatementKind::HoldBack { .. } => Ok(()),
        }
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
            StatementKind::TrueUp(_)
            | StatementKind::TakeBack(_)
            | StatementKind::Payable { .. }
            | StatementKind::HoldBack { .. }
                if self.up_to_rounding =>
            {
                return Ok(None);
            }
            // A failed gate decides over this period alone: it takes nothing of earlier ones back.
            StatementKind::TrueUp(_) if running.gated => return Ok(None),
            StatementKind::TrueUp(unit) => {
                running.because(statement);
                self.true_up(running, *unit)?
            }
            StatementKind::TakeBack(block) => {
                let effect = self.take_back(running, block)?;
                if running.taken_back.as_ref().is_some_and(|back| !back.is_zero()) {
                    running.because(statement);
                }
                effect
            }
            StatementKind::Payable { paid, against } => {
                running.because(statement);
                self.payable(running, *paid, *against)?
            }
            StatementKind::HoldBack { share, until } => {
                let amount = running.amount.exact();
                let held = running.rounded(&(&amount * share));
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

    /// An amount rounded as the outcome is.
    pub(super) fn rounded(&self, amount: &Ratio) -> Ratio {
        match &self.rounding {
            Some((mode, step)) => amount.round_to(step, *mode),
            None => amount.clone(),
        }
    }

    fn finish(self, done: Result<(), Stop>, machine: &Machine<'_, '_>) -> Ran {
        let kept = done.and_then(|()| self.keep(machine));
        let scored = kept.is_ok();
        let (value, kept) = match kept {
            Ok(kept) => (Ok(self.amount), kept),
            Err(stop) => (Err(stop), Kept::default()),
        };
        let cash = self.waiting.filter(|_| scored).map(|_| CASH.to_owned());
        let held_until = if scored { self.held.map(|(_, until)| until).or(cash) } else { None };
        Ran {
            told: OutcomeTold { value: figure(&value), events: self.events },
            held_until: held_until.filter(|_| kept.held.is_some()),
            reasons: if scored { self.reasons } else { Vec::new() },
            value,
            held: kept.held,
            taken_back: kept.taken_back,
            waiting: kept.waiting,
        }
    }

    /// What waits and what was taken back, as coins; also finds an amount that can't be kept.
    fn keep(&self, machine: &Machine<'_, '_>) -> Result<Kept, Stop> {
        let refused = |reason| Stop::refused(reason, None);
        self.amount.to_value(&self.outcome.ty).map_err(refused)?;
        let Type::Money(currency) = self.outcome.ty else { return Ok(Kept::default()) };
        let money = |amount: &Ratio| Money::from_major(amount, currency).map_err(|error| refused(error.message));
        let taken_back = self.taken_back.as_ref().map(money).transpose()?;
        if let Some(waiting) = &self.waiting {
            let held = waiting.iter().fold(0_i64, |sum, item| sum.saturating_add(item.amount.minor));
            let held = Some(Money::new(held, currency));
            return Ok(Kept { held, taken_back, waiting: waiting.clone() });
        }
        let Some((held, until)) = &self.held else { return Ok(Kept { taken_back, ..Kept::default() }) };
        let held = money(held)?;
        let period = machine.inputs.period;
        let waiting = (held.minor != 0).then(|| Waiting {
            payout: self.outcome.name.clone(),
            since: period.start,
            until: period.last(),
            amount: held,
            what: Awaited::Event(until.clone()),
        });
        Ok(Kept { held: Some(held), taken_back, waiting: waiting.into_iter().collect() })
    }
}

/// What is kept beside an outcome's amount.
#[derive(Default)]
struct Kept {
    held: Option<Money>,
    taken_back: Option<Money>,
    waiting: Vec<Waiting>,
}

/// What an amount waits for that becomes payable with cash.
const CASH: &str = "cash comes in";

/// What is paid where nothing is.
fn nothing(ty: &Type) -> Quantity {
    match ty {
        Type::Text | Type::Choice(_) | Type::Participant => Quantity::Words(String::new()),
        Type::YesNo => Quantity::Flag(false),
        Type::Duration => Quantity::Length(Span { months: 0, days: 0 }),
        _ => Quantity::Exact(Ratio::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::{Output, evaluate};
    use crate::program::sample::{USD, expr, inputs, literal, ratio, usd};
    use crate::program::{ExprKind, Program, Range};

    fn flag(yes: bool) -> Expr {
        expr(ExprKind::Literal(Quantity::Flag(yes)), Type::YesNo)
    }

    fn gate(yes: bool, otherwise: Option<&str>) -> StatementKind {
        StatementKind::Gate { condition: flag(yes), otherwise: otherwise.map(|amount| literal(amount, USD)) }
    }

    /// Name, statements, amount, what is held back, reasons.
    type Case = (&'static str, Vec<StatementKind>, &'static str, Option<&'static str>, &'static [&'static str]);

    /// The statements with `because`s "0", "1", … run for nobody in particular.
    fn run(statements: Vec<StatementKind>) -> Output {
        let mut program = Program::empty();
        program.payout("pay", statements);
        for (index, statement) in program.outcomes.iter_mut().flat_map(|o| &mut o.statements).enumerate() {
            statement.because = Some(index.to_string());
        }
        evaluate(&program, &inputs("ana", &[])).outputs.remove(0)
    }

    #[test]
    fn statements_take_effect_in_order_and_give_their_reasons() {
        let pay = |amount: &str| StatementKind::Pay(literal(amount, USD));
        let times = |factor: &str, when: bool| StatementKind::Multiply {
            by: literal(factor, Type::Percent),
            when: Some(flag(when)),
        };
        let cap = |amount: &str| StatementKind::Cap(literal(amount, USD));
        let floor = |amount: &str| StatementKind::Floor(literal(amount, USD));
        let cents = || StatementKind::Round(Rounding::HalfEven, ratio("0.01"));
        let hold = || StatementKind::HoldBack { share: ratio("0.1"), until: "invoices_paid".to_owned() };
        let cases: [Case; 8] = [
            // 49,350 × 105% = 51,817.50; a tenth is 5,181.75.
            (
                "all",
                vec![pay("49350"), times("1.05", true), gate(true, None), cap("250000"), floor("0"), cents(), hold()],
                "51817.50",
                Some("5181.75"),
                &["1", "6"],
            ),
            ("a multiplier that doesn't apply", vec![pay("100"), times("2", false), cents()], "100.00", None, &[]),
            ("the cap", vec![pay("300"), cap("250"), floor("10"), cents()], "250.00", None, &["1"]),
            ("the floor", vec![pay("-5"), cap("250"), floor("10"), cents()], "10.00", None, &["2"]),
            // The gate wipes out the multiplier and skips cap and floor; what it pays is rounded and held back.
            (
                "a failed gate",
                vec![pay("100"), times("2", true), gate(false, None), cap("50"), floor("10"), cents(), hold()],
                "0.00",
                Some("0.00"),
                &["2"],
            ),
            (
                "a failed gate that pays",
                vec![pay("100"), gate(false, Some("0.055")), cap("0"), floor("10"), cents(), hold()],
                "0.06",
                Some("0.01"),
                &["1", "5"],
            ),
            (
                "the first failed gate decides",
                vec![pay("100"), gate(true, None), gate(false, Some("7")), gate(false, Some("8")), cents()],
                "7.00",
                None,
                &["2"],
            ),
            ("half even", vec![pay("0.125"), cents()], "0.12", None, &[]),
        ];
        for (name, statements, amount, held, reasons) in cases {
            let output = run(statements);
            assert_eq!(output.outcome, Ok(usd(amount)), "{name}");
            assert_eq!(output.held.map(|held| held.decimal()), held.map(str::to_owned), "{name}");
            assert_eq!(output.reasons, reasons, "{name}");
        }
    }

    #[test]
    fn a_floor_above_the_cap_is_not_scored() {
        let output = run(vec![
            StatementKind::Pay(literal("1", USD)),
            StatementKind::Cap(literal("5", USD)),
            StatementKind::Floor(literal("6", USD)),
            StatementKind::Round(Rounding::Down, ratio("0.01")),
        ]);
        assert_eq!(output.outcome.unwrap_err().reason, "the floor of $6.00 lies above the cap of $5.00");
    }

    #[test]
    fn an_amount_beyond_what_can_be_kept_is_that_persons_alone() {
        let mut program = Program::empty();
        let base = program.fact("base", USD, false, Range::default());
        let huge = expr(
            ExprKind::Arithmetic(
                crate::program::Operator::Multiply,
                Box::new(base),
                Box::new(literal("1000000000000", Type::Count)),
            ),
            USD,
        );
        program.payout("pay", vec![StatementKind::Pay(huge), StatementKind::Round(Rounding::Down, ratio("0.01"))]);
        let output = |base: &str| evaluate(&program, &inputs("ana", &[("base", usd(base))])).outputs.remove(0).outcome;
        assert!(output("1000000").unwrap_err().reason.contains("too large"));
        assert_eq!(output("1"), Ok(usd("1000000000000")));
    }

    proptest! {
        #[test]
        fn held_and_paid_sum_to_the_rounded_amount(
            thousandths in -1_000_000_i128..1_000_000,
            share in 0_i64..=100,
            mode in prop::sample::select(vec![Rounding::HalfEven, Rounding::HalfUp, Rounding::Down, Rounding::Up]),
        ) {
            let amount = Ratio::new(thousandths, 1000).unwrap();
            let pay = |amount: &Ratio| StatementKind::Pay(literal(&amount.to_string(), USD));
            let output = |amount: &Ratio| run(vec![
                pay(amount),
                StatementKind::Round(mode, ratio("0.01")),
                StatementKind::HoldBack { share: Ratio::percent(share), until: "paid".to_owned() },
            ]);
            let found = output(&amount);
            let rounded = amount.round_to(&ratio("0.01"), mode);
            prop_assert_eq!(found.outcome.clone(), Ok(usd(&rounded.to_string())));
            let held = found.held.unwrap().major();
            prop_assert_eq!(&held, &(&rounded * &Ratio::percent(share)).round_to(&ratio("0.01"), mode));
            // A reversal mirrors its payment.
            let reversed = output(&-amount);
            prop_assert_eq!(reversed.held.unwrap().minor, -found.held.unwrap().minor);
        }
    }
}
