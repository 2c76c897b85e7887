//! What earlier periods have on record.

use jiff::civil::Date;
use merit_core::Value as Outside;
use merit_core::period::PeriodUnit;
use num_rational::BigRational;

use super::values::{Answer, Gap, Value, exact, given, integer};
use super::{Person, dates};
use crate::evaluate::Past;
use crate::syntax::ast::{Item, TypeKind};

/// An outcome of a period with what it took back.
pub(super) fn earned(past: &Past, name: &str) -> Option<BigRational> {
    let number = |name: &str| past.values.get(name).and_then(Outside::number).map(|number| exact(&number));
    Some(number(name)? + number(&format!("{name} taken back")).unwrap_or_else(|| integer(0)))
}

impl Person<'_> {
    /// `total of … in the year to date`, or without this period.
    pub(super) fn to_date(&self, name: &str, unit: PeriodUnit, with_this: bool) -> Answer {
        let mut total = self.earlier_in(name, unit)?;
        if with_this {
            total += self.figure(name).unwrap()?.number();
        }
        Ok(Value::Number(total))
    }

    /// The sum over the earlier periods that end in the stretch in which this one ends.
    pub(super) fn earlier_in(&self, name: &str, unit: PeriodUnit) -> Result<BigRational, Gap> {
        let since = self.stretch(unit);
        let mut total = integer(0);
        for past in &self.inputs.history.periods {
            if past.period.last() >= since
                && let Some(value) = past.values.get(name)
            {
                total += given(value, self.type_of(name), self.currency())?.number();
            }
        }
        Ok(total)
    }

    /// What an outcome's sales had earned in the stretch before a day: taking back doesn't count.
    pub(super) fn earned_in(&self, name: &str, unit: PeriodUnit, before: Date) -> BigRational {
        let since = self.stretch_of(unit, before);
        let own = self.inputs.history.periods.iter();
        own.filter(|past| (since..before).contains(&past.period.last())).filter_map(|past| earned(past, name)).sum()
    }

    /// The first day of the year, half or quarter in which the period's last day lies.
    fn stretch(&self, unit: PeriodUnit) -> Date {
        self.stretch_of(unit, self.inputs.period.last())
    }

    fn stretch_of(&self, unit: PeriodUnit, last: Date) -> Date {
        let starts = self.policy.header.year_starts.as_ref().map_or(1, |month| month.node);
        let length = match unit {
            PeriodUnit::Quarter => 3,
            PeriodUnit::Half => 6,
            PeriodUnit::Year => 12,
            PeriodUnit::Month => 1,
            PeriodUnit::Week => panic!("there is no week to date"),
        };
        let firsts: Vec<i8> = (0..12 / length).map(|n| (starts - 1 + n * length) % 12 + 1).collect();
        let mut day = last.first_of_month();
        while !firsts.contains(&day.month()) {
            day = dates::moved(day, -1, 0, false).unwrap().day();
        }
        day
    }

    /// `periods in a row where …`: back from this one, each ending where the next begins.
    pub(super) fn in_a_row(&self, name: &str) -> Answer {
        if !self.figure(name).unwrap()?.yes() {
            return Ok(Value::count(0));
        }
        let (mut count, mut begins) = (1, self.inputs.period.start);
        for past in self.inputs.history.periods.iter().rev() {
            if past.period.end != begins || past.values.get(name) != Some(&Outside::YesNo(true)) {
                break;
            }
            count += 1;
            begins = past.period.start;
        }
        Ok(Value::count(count))
    }

    /// `previous …`: of the period that ends where this one begins.
    pub(super) fn previous(&self, name: &str) -> Answer {
        let before = self.inputs.history.periods.iter().find(|past| past.period.end == self.inputs.period.start);
        match before.and_then(|past| past.values.get(name)) {
            Some(value) => given(value, self.type_of(name), self.currency()),
            None => Err(Gap::Absent),
        }
    }

    /// The written type of a definition or an outcome.
    fn type_of(&self, name: &str) -> &TypeKind {
        let found = self.policy.items.iter().find_map(|item| match item {
            Item::Define { name: own, ty: Some(ty), .. } if own.node == name => Some(&ty.kind),
            Item::Weigh(weigh) if weigh.name.node == name => Some(&weigh.ty.kind),
            Item::Outcome(outcome) if outcome.name.node == name => Some(&outcome.ty.kind),
            _ => None,
        });
        found.unwrap()
    }
}
