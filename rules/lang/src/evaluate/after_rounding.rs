//! What follows the rounding of a payout: true up, take back, payable as.

use std::collections::BTreeMap;

use merit_core::allocate::largest_remainder;
use merit_core::period::PeriodUnit;
use merit_core::{Currency, Money, Period, Ratio, Value};

use super::history::{Awaited, Past, Waiting};
use super::machine::Machine;
use super::outcomes::Running;
use super::release::{collected_now, share};
use super::stop::Stop;
use super::{History, PersonInputs};
use crate::program::{Cash, FactSource, Quantity, StatementKind, TakeBack, Type};
use crate::trace::{CashTold, Effect, TakenBack};

/// What a period paid, and for how much of the measure.
type Paid = (Ratio, Ratio);

impl<'p> Machine<'p, '_> {
    /// Less this outcome's amounts of earlier periods in the same stretch.
    pub(super) fn true_up(&self, running: &mut Running<'p>, unit: PeriodUnit) -> Result<Effect, Stop> {
        // What was taken back stays taken back: the year's figures don't say that it was.
        let since = self.stretch(unit);
        let periods = self.inputs.history.periods.iter().filter(|past| past.period.last() >= since);
        let earlier: Vec<(String, Ratio)> =
            periods.filter_map(|past| Some((past.period.to_string(), past.earned(&running.outcome.name)?))).collect();
        let before: Ratio = earlier.iter().map(|(_, amount)| amount.clone()).sum();
        let after = &running.amount.exact() - &before;
        running.amount = Quantity::Exact(after.clone());
        Ok(Effect::TruedUp(earlier, after))
    }

    /// Less what was paid for records that were cancelled.
    pub(super) fn take_back(&mut self, running: &mut Running<'p>, block: &TakeBack) -> Result<Effect, Stop> {
        let mut told = Vec::new();
        let mut total = Ratio::ZERO;
        for (past, rows) in self.cancelled(block)? {
            let amount: Ratio = rows.iter().map(|(_, amount)| amount.clone()).sum();
            let (was, instead) = if block.recomputing {
                let (with, without) = self.recomputed(running, past.as_ref(), &amount)?;
                ((with, amount.clone()), Some(without))
            } else {
                (self.rate_paid(running, past.as_ref(), block.credited_on.is_some())?, None)
            };
            let paid_for = match &instead {
                Some(instead) => &was.0 - instead,
                None => &was.0.checked_div(&was.1).unwrap_or(Ratio::ZERO) * &amount,
            };
            let back = running.rounded(&(&paid_for * &block.share));
            total = &total + &back;
            let period = past.as_ref().map(|past| past.period.to_string());
            told.push(TakenBack { rows, period, was, instead, back });
        }
        let after = &running.amount.exact() - &total;
        running.taken_back = Some(total);
        running.amount = Quantity::Exact(after.clone());
        Ok(Effect::TakenBack(told, after))
    }

    /// The cancelled records with their amounts, by the earlier period in which they were credited; none for this period,
    /// or where the record doesn't say.
    #[expect(clippy::type_complexity, reason = "periods with their rows, used once")]
    fn cancelled(&mut self, block: &TakeBack) -> Result<Vec<(Option<Past>, Vec<(String, Ratio)>)>, Stop> {
        let rows = self.rows(block.list)?;
        let mut by_period: BTreeMap<Option<Period>, (Option<Past>, Vec<(String, Ratio)>)> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate() {
            let amount = match row.credited {
                Some(money) => money.major(),
                None => self.cell(block.list, block.amount, (at, row))?.exact(),
            };
            let past = match block.credited_on {
                Some(column) => match self.cell(block.list, column, (at, row))? {
                    Quantity::Day(day) if self.inputs.period.contains(day) => None,
                    Quantity::Day(day) => Some(self.past_on(day, &row.id)?),
                    _ => None,
                },
                None => None,
            };
            let entry = by_period.entry(past.as_ref().map(|past| past.period)).or_insert((past, Vec::new()));
            entry.1.push((row.id.clone(), amount));
        }
        let mut groups: Vec<_> = by_period.into_values().collect();
        groups.iter_mut().for_each(|(_, rows)| rows.sort());
        Ok(groups)
    }

    fn past_on(&self, day: jiff::civil::Date, row: &str) -> Result<Past, Stop> {
        let (measure, _) = self.measure()?;
        let of_day = || self.inputs.history.periods.iter().filter(|past| past.period.contains(day));
        // Opening balances of other names may be cut into other stretches.
        let found = of_day().find(|past| past.values.contains_key(measure)).or_else(|| of_day().next());
        found.cloned().ok_or_else(|| {
            let reason = format!(
                "{row} was credited on {day}, and no period of that day is on record: import its opening balances"
            );
            Stop::refused(reason, None)
        })
    }

    /// What was paid for how much of the header's measure: in that period, or (where the record doesn't say when it was
    /// credited) over all periods on record; in this period, if there is none.
    fn rate_paid(&self, running: &Running<'p>, past: Option<&Past>, dated: bool) -> Result<Paid, Stop> {
        let (measure, fact) = self.measure()?;
        let name = running.outcome.name.as_str();
        let trued_up = running.outcome.statements.iter().find_map(|statement| match statement.kind {
            StatementKind::TrueUp(unit) => Some(unit),
            _ => None,
        });
        let periods = &self.inputs.history.periods;
        // A true-up's amounts belong together: all of the stretch so far, for the measure of all of it.
        let before = |last: jiff::civil::Date| -> Ratio {
            let Some(unit) = trued_up else { return Ratio::ZERO };
            let since = unit.start_of(last, self.scope.year_starts);
            let earlier = periods.iter().filter(|past| past.period.last() >= since && past.period.last() < last);
            earlier.filter_map(|past| past.earned(name)).sum()
        };
        let on_record = |past: &Past| {
            let measured = past.values.get(measure).and_then(Value::number)?;
            Some((&past.earned(name)? + &before(past.period.last()), measured))
        };
        if let Some(past) = past {
            let missing = format!("what `{name}` paid in {} is not on record", past.period);
            return on_record(past).ok_or_else(|| Stop::refused(missing, None));
        }
        let all: Vec<Paid> = match trued_up {
            None => periods.iter().filter_map(on_record).collect(),
            Some(_) => periods.iter().rev().find_map(on_record).into_iter().collect(),
        };
        if !dated && !all.is_empty() {
            return Ok(all.into_iter().fold((Ratio::ZERO, Ratio::ZERO), |sum, one| (&sum.0 + &one.0, &sum.1 + &one.1)));
        }
        let now = &running.amount.exact() + &before(self.inputs.period.last());
        Ok((now, self.fact(fact)?.exact()))
    }

    /// The header's measure: its name and place.
    fn measure(&self) -> Result<(&'p str, crate::program::FactId), Stop> {
        let facts = self.scope.facts;
        let found = facts.iter().find_map(|fact| match fact.source {
            FactSource::Attainment { measure, .. } => Some((facts.get(measure.0)?.name.as_str(), measure)),
            _ => None,
        });
        found.ok_or_else(|| Stop::broken("there is no measure in the header"))
    }

    /// What the outcome comes to, up to its rounding, with the measure as it was and less an amount.
    fn recomputed(&self, running: &Running<'p>, past: Option<&Past>, less: &Ratio) -> Result<(Ratio, Ratio), Stop> {
        let (name, fact) = self.measure()?;
        let ty = self.scope.facts.get(fact.0).map_or(&Type::Number, |fact| &fact.ty);
        let mut inputs = match past {
            None => self.inputs.clone(),
            Some(past) => self.inputs_of(past),
        };
        let now = match past.and_then(|past| past.values.get(name)) {
            Some(value) => {
                Quantity::from_value(value, ty).map_err(|what| Stop::refused(format!("`{name}` {what}"), None))?
            }
            None => self.fact(fact)?,
        };
        let mut results = Vec::new();
        for measure in [now.exact(), &now.exact() - less] {
            let value = Quantity::Exact(measure).to_value(ty).map_err(|reason| Stop::refused(reason, None))?;
            inputs.facts.insert(name.to_owned(), value);
            results.push(self.outcome_with(&inputs, &running.outcome.name)?.exact());
        }
        match results.as_slice() {
            [with, without] => Ok((with.clone(), without.clone())),
            _ => Err(Stop::broken("a period was not computed again")),
        }
    }

    /// The facts of an earlier period. What is computed from them is computed again.
    fn inputs_of(&self, past: &Past) -> PersonInputs {
        let given = self.scope.facts.iter().filter(|fact| !matches!(fact.source, FactSource::Attainment { .. }));
        let facts = given.filter_map(|fact| Some((fact.name.clone(), past.values.get(&fact.name)?.clone()))).collect();
        let earlier = self.inputs.history.periods.iter().filter(|other| other.period.end <= past.period.start);
        let history = History { periods: earlier.cloned().collect(), ..History::default() };
        PersonInputs { person: self.inputs.person.clone(), period: past.period, facts, lists: BTreeMap::new(), history }
    }

    fn outcome_with(&self, inputs: &PersonInputs, name: &str) -> Result<Quantity, Stop> {
        let Some(program) = self.scope.program else { return Err(Stop::broken("there is no policy")) };
        let (mut machine, _) = Machine::new(program, inputs);
        machine.up_to_rounding = true;
        machine.define_all(program);
        let index = program.outcomes.iter().position(|outcome| outcome.name == name);
        let held = index.and_then(|index| machine.outcomes.get(index)).cloned();
        held.unwrap_or_else(|| Err(Stop::broken("an outcome is not there"))).map_err(|stop| {
            Stop::refused(format!("the period {} can't be computed again: {}", inputs.period, stop.reason), None)
        })
    }

    /// What is payable now of what this period's invoices earned, and what waits for cash.
    pub(super) fn payable(&mut self, running: &mut Running<'p>, paid: Cash, against: Cash) -> Result<Effect, Stop> {
        let Type::Money(currency) = running.outcome.ty else { return Err(Stop::broken("only money waits for cash")) };
        let amount =
            Money::from_major(&running.amount.exact(), currency).map_err(|error| Stop::refused(error.message, None))?;
        let invoices = self.invoices(against, currency)?;
        self.rows(paid.list)?;
        if amount.minor <= 0 {
            running.waiting = Some(Vec::new());
            return Ok(Effect::Cash(Vec::new(), amount.major(), Ratio::ZERO));
        }
        if invoices.is_empty() {
            let reason = "nothing was invoiced, so it can't be said when this becomes payable";
            return Err(Stop::refused(reason, self.list_name(against)));
        }
        let weights: Vec<Ratio> = invoices.values().map(|invoiced| Ratio::whole(invoiced.minor.max(0))).collect();
        let parts = largest_remainder(amount.minor, &weights);
        let (mut told, mut waiting, mut now) = (Vec::new(), Vec::new(), 0_i64);
        let (list, column) = self.names_of(paid);
        for ((reference, invoiced), earned) in invoices.into_iter().zip(parts) {
            let earned = Money::new(earned, currency);
            let collected = collected_now(self.rows(paid.list)?, &column, &reference, invoiced);
            let collected = Money::new(collected, currency);
            let payable = Money::new(share(earned, collected, invoiced), currency);
            now = now.saturating_add(payable.minor);
            told.push(CashTold {
                reference: reference.clone(),
                earned: earned.major(),
                invoiced: invoiced.major(),
                collected: collected.major(),
                payable: payable.major(),
            });
            let (list, column) = (list.clone(), column.clone());
            let what = Awaited::Cash { list, column, reference, earned, invoiced, collected };
            let rest = Money::new(earned.minor.saturating_sub(payable.minor), currency);
            waiting.extend((rest.minor != 0).then(|| self.waiting(running, rest, what)));
        }
        let waits = Money::new(amount.minor.saturating_sub(now), currency);
        running.waiting = Some(waiting);
        Ok(Effect::Cash(told, Money::new(now, currency).major(), waits.major()))
    }

    /// An amount of this period that waits.
    pub(super) fn waiting(&self, running: &Running<'p>, amount: Money, what: Awaited) -> Waiting {
        let period = self.inputs.period;
        Waiting { payout: running.outcome.name.clone(), since: period.start, until: period.last(), amount, what }
    }

    /// What was invoiced, by reference.
    fn invoices(&mut self, against: Cash, currency: Currency) -> Result<BTreeMap<String, Money>, Stop> {
        let mut invoices: BTreeMap<String, Money> = BTreeMap::new();
        for (at, row) in self.rows(against.list)?.iter().enumerate() {
            let amount = self.cell(against.list, against.amount, (at, row))?.exact();
            let amount = Money::from_major(&amount, currency).map_err(|error| Stop::refused(error.message, None))?;
            let Quantity::Words(reference) = self.cell(against.list, against.reference, (at, row))? else {
                return Err(Stop::broken("a reference is text"));
            };
            let sum = invoices.entry(reference).or_insert(Money::zero(currency));
            *sum = sum.plus(amount).map_err(|error| Stop::refused(error.message, None))?;
        }
        Ok(invoices)
    }

    fn list_name(&self, cash: Cash) -> Option<&'p str> {
        self.scope.lists.get(cash.list.0).map(|list| list.name.as_str())
    }

    fn names_of(&self, cash: Cash) -> (String, String) {
        let list = self.scope.lists.get(cash.list.0);
        let column = list.and_then(|list| list.columns.get(cash.amount.0));
        (
            list.map(|list| list.name.clone()).unwrap_or_default(),
            column.map(|column| column.name.clone()).unwrap_or_default(),
        )
    }
}
