//! Values that earlier periods have on record.

use jiff::civil::Date;
use merit_core::Ratio;
use merit_core::period::PeriodUnit;

use super::history::Past;
use super::machine::{Held, Machine};
use super::stop::Stop;
use crate::program::{DefineId, Quantity, Recorded, Type};
use crate::trace::Step;

impl<'p> Machine<'p, '_> {
    /// `total of … in the year to date`, `total of … earlier in the year`.
    pub(super) fn total_to_date(&mut self, recorded: Recorded, unit: PeriodUnit, with_this: bool) -> Held {
        let (name, ty) = self.recorded(recorded)?;
        let mut parts = self.earlier_in(name, ty, unit)?;
        if with_this {
            let now = match recorded {
                Recorded::Define(id) => super::expression::held(&self.defines, id.0)?,
                Recorded::Outcome(id) => super::expression::held(&self.outcomes, id.0)?,
            };
            parts.push((self.inputs.period.to_string(), now.exact()));
        }
        let total: Ratio = parts.iter().map(|(_, part)| part.clone()).sum();
        let ty = ty.clone();
        self.steps.push(Step::Total { name: name.to_owned(), ty, parts, total: total.clone() });
        Ok(Quantity::Exact(total))
    }

    /// The values of the earlier periods that end in the same stretch.
    pub(super) fn earlier_in(&self, name: &str, ty: &Type, unit: PeriodUnit) -> Result<Vec<(String, Ratio)>, Stop> {
        let since = self.stretch(unit);
        let mut parts = Vec::new();
        for past in self.inputs.history.periods.iter().filter(|past| past.period.last() >= since) {
            if let Some(value) = past.values.get(name) {
                let value = Quantity::from_value(value, ty)
                    .map_err(|what| Stop::refused(format!("`{name}` of {} {what}", past.period), None))?;
                parts.push((past.period.to_string(), value.exact()));
            }
        }
        Ok(parts)
    }

    /// The first day of the stretch that the period's last day lies in.
    pub(super) fn stretch(&self, unit: PeriodUnit) -> Date {
        unit.start_of(self.inputs.period.last(), self.scope.year_starts)
    }

    /// `periods in a row where …`.
    pub(super) fn in_a_row(&mut self, id: DefineId) -> Held {
        let (name, _) = self.recorded(Recorded::Define(id))?;
        let mut count: i64 = 0;
        if super::expression::held(&self.defines, id.0)?.is_yes() {
            count = 1;
            let mut next = self.inputs.period.start;
            // Opening balances of other names may stand for longer stretches.
            let named = |past: &&Past| past.values.contains_key(name);
            for past in self.inputs.history.periods.iter().rev().filter(named) {
                let held = matches!(past.values.get(name), Some(merit_core::Value::YesNo(true)));
                if past.period.end != next || !held {
                    break;
                }
                count += 1;
                next = past.period.start;
            }
        }
        self.steps.push(Step::InARow { name: name.to_owned(), count });
        Ok(Quantity::Exact(Ratio::whole(count)))
    }

    /// `previous …`: of the period that ends where this one begins.
    pub(super) fn previous(&mut self, recorded: Recorded) -> Held {
        let (name, ty) = self.recorded(recorded)?;
        let missing = || Stop::absent(format!("no period before has `{name}` on record"), None);
        let before = |past: &&Past| past.period.end == self.inputs.period.start && past.values.contains_key(name);
        let past: &Past = self.inputs.history.periods.iter().rev().find(before).ok_or_else(missing)?;
        let value = past.values.get(name).ok_or_else(missing)?;
        let value = Quantity::from_value(value, ty)
            .map_err(|what| Stop::refused(format!("`{name}` of {} {what}", past.period), None))?;
        let (name, ty, period) = (name.to_owned(), ty.clone(), past.period.to_string());
        self.steps.push(Step::Previous { name, ty, period, value: value.clone() });
        Ok(value)
    }

    /// Under which name a value is on record, and its type.
    fn recorded(&self, recorded: Recorded) -> Result<(&'p str, &'p Type), Stop> {
        let scope = self.scope;
        let found = match recorded {
            Recorded::Define(id) => scope.defines.get(id.0).map(|define| (define.name.as_str(), &define.ty)),
            Recorded::Outcome(id) => scope.outcomes.get(id.0).map(|outcome| (outcome.name.as_str(), &outcome.ty)),
        };
        found.ok_or_else(|| Stop::broken("nothing of that name is on record"))
    }
}
