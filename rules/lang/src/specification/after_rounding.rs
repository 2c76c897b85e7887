//! What follows a payout's rounding: true up, take back, payable as, hold back.

use std::collections::BTreeMap;

use merit_core::{Rounding, Value as Outside};
use num_rational::BigRational;
use num_traits::{ToPrimitive as _, Zero as _};

use super::Person;
use super::credit::divided;
use super::expressions::round;
use super::history::earned;
use super::outcomes::Kept;
use super::release::payable;
use super::rounding::rounded;
use super::values::{Gap, Value, coins, exact, fits, integer, major};
use crate::evaluate::{History, Past, PersonInputs};
use crate::syntax::ast::{ListColumn, Literal, Outcome, Statement};

/// How the outcome is rounded.
type Rounded<'a> = (Rounding, &'a Literal);

impl Person<'_> {
    pub(super) fn after_rounding(
        &self,
        outcome: &Outcome,
        amount: Value,
        rounding: Rounded<'_>,
        failed: bool,
        kept: &mut Kept,
    ) -> Result<Value, Gap> {
        let mut amount = amount.number().clone();
        let statements = || outcome.statements.iter().map(|statement| &statement.node);
        for statement in statements() {
            // A failed gate decides over this period alone.
            if let Statement::TrueUp { over, .. } = statement
                && !failed
            {
                amount -= self.earned_in(&outcome.name.node, over.node, self.inputs.period.last());
            }
        }
        for statement in statements() {
            if let Statement::TakeBack { percent, recomputing, list, .. } = statement {
                let back =
                    self.taken_back(outcome, &amount, rounding, (&exact(&percent.node), *recomputing), &list.node)?;
                self.minor(&(&back * coins(self.currency())))?;
                amount -= &back;
                kept.taken_back = Some(back);
            }
        }
        for statement in statements() {
            match statement {
                Statement::Payable { paid, against, .. } => kept.waiting = self.waits(&amount, paid, against)?,
                Statement::Hold { percent, until, .. } => {
                    let part = round(&(&amount * exact(&percent.node)), rounding.0, rounding.1).number().clone();
                    let minor = &part * coins(self.currency());
                    kept.waiting = vec![(until.node.clone(), self.minor(&minor)?)];
                    kept.held = Some(part);
                }
                _ => {}
            }
        }
        if statements().any(|statement| matches!(statement, Statement::Payable { .. })) {
            let waits: i64 = kept.waiting.iter().map(|(_, minor)| minor).sum();
            kept.held = Some(integer(waits) / coins(self.currency()));
        }
        kept.waiting.retain(|(_, minor)| *minor != 0);
        Ok(Value::Number(amount))
    }

    fn minor(&self, minor: &BigRational) -> Result<i64, Gap> {
        if fits(minor) { Ok(minor.to_integer().to_i64().unwrap()) } else { Err(Gap::NotScored) }
    }

    /// What was paid for what was cancelled: by period, at the rate paid or by recomputing, a share of it, rounded.
    fn taken_back(
        &self,
        outcome: &Outcome,
        amount: &BigRational,
        (mode, to): Rounded<'_>,
        (share, recomputing): (&BigRational, bool),
        list: &str,
    ) -> Result<BigRational, Gap> {
        let record = self.record(list);
        let dated = record.fields.iter().any(|field| field.name.node == "credited_on");
        let mut periods: BTreeMap<Option<jiff::civil::Date>, (Option<&Past>, BigRational)> = BTreeMap::new();
        for row in &self.inputs.lists[list] {
            let cancelled = match row.credited {
                Some(credited) => major(&credited),
                None => self.cell(record, row, "amount").unwrap()?.number().clone(),
            };
            let past = if dated {
                let day = self.cell(record, row, "credited_on").unwrap()?.day();
                if self.inputs.period.contains(day) {
                    None
                } else {
                    let found = self.inputs.history.periods.iter().find(|past| past.period.contains(day));
                    Some(found.ok_or(Gap::NotScored)?)
                }
            } else {
                None
            };
            let entry = periods.entry(past.map(|past| past.period.start)).or_insert((past, integer(0)));
            entry.1 += cancelled;
        }
        let mut back = integer(0);
        for (past, cancelled) in periods.into_values() {
            let paid_for = if recomputing {
                self.worth_less(outcome, past, &cancelled)?
            } else {
                let (paid, measure) = self.rate(outcome, amount, past, dated)?;
                if measure.is_zero() { integer(0) } else { paid / measure * cancelled }
            };
            back += round(&(paid_for * share), mode, to).number();
        }
        Ok(back)
    }

    /// What a period paid, and for how much of the header's measure. Where a cancelled record doesn't say when it was
    /// credited, all periods on record together; where none is, this one.
    fn rate(
        &self,
        outcome: &Outcome,
        amount: &BigRational,
        past: Option<&Past>,
        dated: bool,
    ) -> Result<(BigRational, BigRational), Gap> {
        let measure = &self.policy.header.attainment_of.as_ref().unwrap().node;
        let name = &outcome.name.node;
        let trued_up = outcome.statements.iter().find_map(|statement| match &statement.node {
            Statement::TrueUp { over, .. } => Some(over.node),
            _ => None,
        });
        // Amounts that are trued up belong together: the stretch's so far, for the measure of all of it.
        let before = |day| trued_up.map_or_else(|| integer(0), |unit| self.earned_in(name, unit, day));
        let on_record = |past: &Past| {
            let measured = past.values.get(measure).and_then(Outside::number).map(|number| exact(&number))?;
            Some((earned(past, name)? + before(past.period.last()), measured))
        };
        if let Some(past) = past {
            return on_record(past).ok_or(Gap::NotScored);
        }
        let mut all: Vec<_> = self.inputs.history.periods.iter().filter_map(on_record).collect();
        if trued_up.is_some() {
            all = all.pop().into_iter().collect();
        }
        if !dated && !all.is_empty() {
            return Ok((all.iter().map(|(paid, _)| paid).sum(), all.iter().map(|(_, measure)| measure).sum()));
        }
        let now = amount + before(self.inputs.period.last());
        Ok((now, self.figure(measure).unwrap()?.number().clone()))
    }

    /// How much less a period's outcome, up to its rounding, comes to with less of the measure.
    fn worth_less(&self, outcome: &Outcome, past: Option<&Past>, less: &BigRational) -> Result<BigRational, Gap> {
        let name = &self.policy.header.attainment_of.as_ref().unwrap().node;
        let mut inputs = match past {
            None => self.inputs.clone(),
            Some(past) => self.inputs_of(past),
        };
        let now = match past.and_then(|past| past.values.get(name)) {
            Some(value) => exact(&value.number().unwrap()),
            None => self.figure(name).unwrap()?.number().clone(),
        };
        let mut came_to = Vec::new();
        for measure in [now.clone(), now - less] {
            let minor = rounded(&(measure * coins(self.currency())), &integer(1), Rounding::HalfEven);
            let money = merit_core::Money::new(self.minor(&minor)?, self.currency());
            inputs.facts.insert(name.clone(), Outside::Money(money));
            let again = Person { up_to_rounding: true, ..Person::new(self.policy, self.schema, &inputs) };
            came_to.push(again.figure(&outcome.name.node).unwrap().map_err(|_| Gap::NotScored)?.number().clone());
        }
        Ok(&came_to[0] - &came_to[1])
    }

    /// What an earlier period read, but for what is computed from it.
    fn inputs_of(&self, past: &Past) -> PersonInputs {
        let mut facts = past.values.clone();
        facts.remove("attainment");
        facts.retain(|name, _| self.input(name).is_some());
        let periods = self.inputs.history.periods.iter().filter(|other| other.period.end <= past.period.start);
        let history = History { periods: periods.cloned().collect(), ..History::default() };
        PersonInputs { person: self.inputs.person.clone(), period: past.period, facts, lists: BTreeMap::new(), history }
    }

    /// Coins that wait for cash, by invoice: the amount is shared out over what was invoiced, and of each share as much is
    /// payable as of its invoice is collected, to the coin towards zero.
    fn waits(&self, amount: &BigRational, paid: &ListColumn, against: &ListColumn) -> Result<Vec<(String, i64)>, Gap> {
        let minor = self.minor(&(amount * coins(self.currency())))?;
        let invoices = self.by_reference(against)?;
        if minor <= 0 {
            return Ok(Vec::new());
        }
        let whole: i64 = invoices.values().map(|invoiced| (*invoiced).max(0)).sum();
        if invoices.is_empty() {
            return Err(Gap::NotScored);
        }
        assert!(whole > 0, "invoices without amounts are not generated");
        let shares: Vec<_> = invoices.values().map(|invoiced| integer((*invoiced).max(0)) / integer(whole)).collect();
        let mut waiting = Vec::new();
        for ((reference, invoiced), earned) in invoices.iter().zip(divided(minor, &shares)) {
            let collected = self.cash(&paid.list.node, &paid.column.node, reference);
            let payable = payable(earned, collected, *invoiced);
            waiting.push((reference.clone(), earned - payable));
        }
        Ok(waiting)
    }

    fn by_reference(&self, column: &ListColumn) -> Result<BTreeMap<String, i64>, Gap> {
        let record = self.record(&column.list.node);
        let mut sums = BTreeMap::new();
        for row in &self.inputs.lists[&column.list.node] {
            let amount = self.cell(record, row, &column.column.node).unwrap()?.number().clone();
            let Value::Words(reference) = self.cell(record, row, "reference").unwrap()? else { unreachable!() };
            *sums.entry(reference).or_insert(0) += self.minor(&(amount * coins(self.currency())))?;
        }
        Ok(sums)
    }
}
