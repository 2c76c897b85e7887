//! Settling: the cap over all of a payee's amounts, then the guarantee, then what is taken back of earlier draws.

use jiff::civil::Date;
use merit_core::Rounding;
use merit_core::period::PeriodUnit;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::rounding::rounded;
use super::values::{Gap, coins, fits, integer};
use super::{Person, dates};
use crate::evaluate::SettleInput;
use crate::syntax::ast::{Expr, Guarantee, Settle};

/// Lines by their name, in coins, and what is owed of draws afterwards.
pub type Settled = (Vec<(&'static str, BigRational)>, Option<BigRational>);

impl Person<'_> {
    /// Amounts of other currencies take no part.
    pub(super) fn settled(&self, settle: &Settle, proposed: &[SettleInput]) -> Result<Settled, Gap> {
        let own = || proposed.iter().filter(|input| input.amount.currency == self.currency());
        let mut lines = Vec::new();
        let mut payable: BigRational = own().map(|input| integer(input.payable.minor)).sum();
        if let Some((at, _)) = &settle.cap {
            let most = self.coins_of(at, 1)?;
            let total: BigRational = own().map(|input| integer(input.amount.minor)).sum();
            kept(&total)?;
            if total > most {
                let excess = most - total;
                kept(&excess)?;
                payable += &excess;
                lines.push(("cap total", excess));
            }
        }
        let mut owed = self.inputs.history.owed.map(|owed| integer(owed.minor));
        if let Some(guarantee) = &settle.guarantee {
            kept(&payable)?;
            self.guaranteed(guarantee, &payable, &mut lines, &mut owed)?;
        }
        Ok((lines, owed))
    }

    fn guaranteed(
        &self,
        guarantee: &Guarantee,
        payable: &BigRational,
        lines: &mut Vec<(&'static str, BigRational)>,
        owed: &mut Option<BigRational>,
    ) -> Result<(), Gap> {
        let least = self.coins_of(
            &guarantee.at_least,
            whole_units(self.inputs.period.start, self.inputs.period.end, guarantee.per.node),
        )?;
        let number = self.periods_behind() + 1;
        let draw = guarantee.draw.as_ref().filter(|draw| draw.recoverable);
        let before = owed.clone().unwrap_or_else(BigRational::zero);
        if draw.is_some() {
            *owed = Some(before.clone());
        }
        let in_force = guarantee.periods.as_ref().is_none_or(|periods| number <= periods.node as usize);
        if in_force && *payable < least {
            let added = least - payable;
            kept(&added)?;
            if draw.is_some() {
                kept(&(&before + &added))?;
                *owed = Some(before + &added);
            }
            lines.push((if draw.is_some() { "draw" } else { "guarantee" }, added));
        } else if let Some(draw) = draw
            && number >= draw.recover_from.as_ref().map_or(1, |from| from.node) as usize
        {
            let keeps = if draw.may_take_all.is_some() { integer(0) } else { least };
            let back = (payable - keeps).min(before.clone());
            if back.is_positive() {
                *owed = Some(before - &back);
                lines.push(("draw recovery", -back));
            }
        }
        Ok(())
    }

    /// An amount times a number in whole coins, towards zero.
    fn coins_of(&self, amount: &Expr, times: i64) -> Result<BigRational, Gap> {
        let exact = self.read(amount)?.number() * coins(self.currency()) * integer(times);
        let coins = rounded(&exact, &integer(1), Rounding::Down);
        kept(&coins)?;
        Ok(coins)
    }

    /// All days on record, stretch by stretch; each stretch is as many of the policy's periods as fit, at least one.
    fn periods_behind(&self) -> usize {
        let unit = self.policy.header.period.as_ref().unwrap().node;
        let mut days: std::collections::BTreeSet<Date> = std::collections::BTreeSet::new();
        for past in &self.inputs.history.periods {
            let mut day = past.period.start;
            while day < past.period.end {
                days.insert(day);
                day = day.tomorrow().unwrap();
            }
        }
        let mut behind = 0;
        while let Some(start) = days.pop_first() {
            let mut end = start.tomorrow().unwrap();
            while days.remove(&end) {
                end = end.tomorrow().unwrap();
            }
            behind += usize::try_from(whole_units(start, end, unit).max(1)).unwrap();
        }
        behind
    }
}

/// How many whole units lie between two days; weeks from Monday.
fn whole_units(start: Date, end: Date, unit: PeriodUnit) -> i64 {
    let months = match unit {
        PeriodUnit::Week => {
            let mut day = start;
            while day.weekday() != jiff::civil::Weekday::Monday {
                day = day.tomorrow().unwrap();
            }
            return (dates::days(day, end) / 7).max(0);
        }
        PeriodUnit::Month => 1,
        PeriodUnit::Quarter => 3,
        PeriodUnit::Half => 6,
        PeriodUnit::Year => 12,
    };
    dates::months(start, end, false) / months
}

fn kept(coins: &BigRational) -> Result<(), Gap> {
    if fits(coins) { Ok(()) } else { Err(Gap::NotScored) }
}
