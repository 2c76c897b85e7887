//! Settling: per payee, over the proposed amounts of a policy's payouts, or of all policies'. First the cap over all of
//! them, then the guarantee, then what is taken back of earlier draws.

use merit_core::period::PeriodUnit;
use merit_core::{Currency, Money, Period, Ratio, Rounding};

use super::machine::Machine;
use super::stop::Stop;
use super::{History, NotScored, PersonInputs};
use crate::program::{CapTotal, Expr, Guarantee, Program, Type};

/// The payout name of a cap's line.
pub const CAP_TOTAL: &str = "cap total";
/// The payout name of what a guarantee adds that isn't owed back.
pub const GUARANTEE: &str = "guarantee";
/// The payout name of a recoverable draw.
pub const DRAW: &str = "draw";
/// The payout name of what is taken back of recoverable draws.
pub const DRAW_RECOVERY: &str = "draw recovery";

/// A proposed amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleInput {
    /// The caller's key.
    pub line: String,
    /// The payout's name.
    pub payout: String,
    /// How much, what is held included; 0 for what was held earlier and is freed now.
    pub amount: Money,
    /// What becomes payable now.
    pub payable: Money,
}

/// A line that settling adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleLine {
    /// [`CAP_TOTAL`], [`GUARANTEE`], [`DRAW`] or [`DRAW_RECOVERY`].
    pub payout: String,
    /// Signed: a cap and a recovery give negative lines.
    pub amount: Money,
    /// The statement's `because`.
    pub reason: Option<String>,
    /// How that came about, for people.
    pub words: Vec<String>,
}

/// What settling one payee gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settled {
    /// Lines that it adds.
    pub lines: Vec<SettleLine>,
    /// What is left of recoverable draws afterwards; none where the policy knows of none.
    pub owed: Option<Money>,
}

/// Settles one payee's proposed amounts for the period of the inputs. Amounts of another currency than the policy's take
/// no part: each currency settles apart.
///
/// # Errors
/// Something that the block reads is missing or out of its range.
pub fn settle(program: &Program, inputs: &PersonInputs, proposed: &[SettleInput]) -> Result<Settled, NotScored> {
    let Some(block) = &program.settle else { return Ok(Settled::default()) };
    let (mut machine, _) = Machine::new(program, inputs);
    machine.define_all(program);
    let currency = program.header.currency;
    let counted: Vec<&SettleInput> = proposed.iter().filter(|input| input.amount.currency == currency).collect();
    let mut settled = Settled { lines: Vec::new(), owed: inputs.history.owed };
    if let Some(cap) = &block.cap_total {
        settled.lines.extend(capped(&mut machine, cap, &counted)?);
    }
    if let Some(guarantee) = &block.guarantee {
        let lines = settled.lines.iter().map(|line| line.amount);
        let payable = sum(counted.iter().map(|input| input.payable).chain(lines), currency)?;
        guaranteed(&mut machine, guarantee, payable, &mut settled)?;
    }
    Ok(settled)
}

fn too_large(currency: Currency) -> Stop {
    Stop::refused(format!("the {currency} total is too large to be kept"), None)
}

fn sum(amounts: impl Iterator<Item = Money>, currency: Currency) -> Result<i64, Stop> {
    let mut amounts = amounts;
    amounts.try_fold(0_i64, |sum, amount| sum.checked_add(amount.minor)).ok_or_else(|| too_large(currency))
}

/// An amount in coins, towards zero.
fn coins<'p>(machine: &mut Machine<'p, '_>, expr: &'p Expr, times: i64) -> Result<(i64, Currency), Stop> {
    let Type::Money(currency) = expr.ty else { return Err(Stop::broken("settling is about money")) };
    let major = &machine.read(expr)?.exact() * &Ratio::whole(times);
    let coins = &major * &Ratio::whole(currency.minor_per_major());
    let coins = coins.round(Rounding::Down).to_i64().ok_or_else(|| too_large(currency))?;
    Ok((coins, currency))
}

fn capped<'p>(
    machine: &mut Machine<'p, '_>,
    cap: &'p CapTotal,
    counted: &[&SettleInput],
) -> Result<Option<SettleLine>, Stop> {
    // Towards zero, so that no more than the cap is paid.
    let (most, currency) = coins(machine, &cap.at, 1)?;
    let total = sum(counted.iter().map(|input| input.amount), currency)?;
    if total <= most {
        return Ok(None);
    }
    let excess = most.checked_sub(total).ok_or_else(|| too_large(currency))?;
    let [most, total, excess] = [most, total, excess].map(|minor| Money::new(minor, currency));
    let parts: Vec<String> = counted
        .iter()
        .filter(|input| input.amount.minor != 0)
        .map(|input| format!("{} {}", input.payout, input.amount.spoken()))
        .collect();
    let because = because(cap.because.as_ref());
    Ok(Some(SettleLine {
        payout: CAP_TOTAL.to_owned(),
        amount: excess,
        reason: cap.because.clone(),
        words: vec![
            format!("total of all payouts: {} ({})", total.spoken(), parts.join(" + ")),
            format!(
                "capped at {} in total{because}: {} − {} = {}",
                most.spoken(),
                most.spoken(),
                total.spoken(),
                excess.spoken()
            ),
        ],
    }))
}

fn because(because: Option<&String>) -> String {
    because.map(|because| format!(" because {because}")).unwrap_or_default()
}

/// How many whole units lie inside a period.
fn units(period: &Period, unit: PeriodUnit) -> i64 {
    let months = |period: &Period| {
        let (start, end) = (period.start, period.end);
        (i64::from(end.year()) - i64::from(start.year())) * 12 + i64::from(end.month()) - i64::from(start.month())
    };
    match unit {
        PeriodUnit::Week => {
            let weeks = period.ending_inside(unit);
            i64::try_from(weeks.iter().filter(|week| period.covers(week)).count()).unwrap_or(0)
        }
        PeriodUnit::Month => months(period),
        PeriodUnit::Quarter => months(period) / 3,
        PeriodUnit::Half => months(period) / 6,
        PeriodUnit::Year => months(period) / 12,
    }
}

/// How many of the policy's periods are behind. One on record is one; an opening balance may stand for several, and those
/// of different figures for the same.
fn passed(history: &History, unit: PeriodUnit) -> u32 {
    let mut stretches: Vec<Period> = history.periods.iter().map(|past| past.period).collect();
    stretches.sort();
    let mut whole: Vec<Period> = Vec::new();
    for stretch in stretches {
        match whole.last_mut() {
            Some(last) if stretch.start <= last.end => last.end = last.end.max(stretch.end),
            _ => whole.push(stretch),
        }
    }
    let behind = whole.iter().map(|stretch| units(stretch, unit).max(1)).fold(0_i64, i64::saturating_add);
    u32::try_from(behind).unwrap_or(u32::MAX)
}

/// What is lacking to the guarantee is added; what is above it pays earlier draws back.
fn guaranteed<'p>(
    machine: &mut Machine<'p, '_>,
    guarantee: &'p Guarantee,
    payable: i64,
    settled: &mut Settled,
) -> Result<(), Stop> {
    let inputs = machine.inputs;
    let number =
        passed(&inputs.history, machine.scope.program.map_or(guarantee.per, Program::period)).saturating_add(1);
    let times = units(&inputs.period, guarantee.per);
    let (least, currency) = coins(machine, &guarantee.at_least, times)?;
    let money = |minor| Money::new(minor, currency);
    let in_force = guarantee.periods.is_none_or(|periods| number <= periods);
    let recoverable = guarantee.draw.is_some_and(|draw| draw.recoverable);
    let owed = settled.owed.map_or(0, |owed| owed.minor);
    if recoverable {
        settled.owed = Some(money(owed));
    }
    let each = if times == 1 { String::new() } else { format!(" for {times} {}s", guarantee.per.word()) };
    let told = format!(
        "guaranteed: {}{each}{}; payable without it: {}",
        money(least).spoken(),
        because(guarantee.because.as_ref()),
        money(payable).spoken()
    );
    if in_force && payable < least {
        let added = least.checked_sub(payable).ok_or_else(|| too_large(currency))?;
        let payout = if recoverable { DRAW } else { GUARANTEE };
        let mut words =
            vec![told, format!("{} − {} = {}", money(least).spoken(), money(payable).spoken(), money(added).spoken())];
        if recoverable {
            let after = owed.checked_add(added).ok_or_else(|| too_large(currency))?;
            words.push(format!(
                "an advance that is owed back: {} owed before, {} now",
                money(owed).spoken(),
                money(after).spoken()
            ));
            settled.owed = Some(money(after));
        }
        settled.lines.push(SettleLine {
            payout: payout.to_owned(),
            amount: money(added),
            reason: guarantee.because.clone(),
            words,
        });
        return Ok(());
    }
    let Some(draw) = guarantee.draw.filter(|draw| draw.recoverable && owed > 0 && number >= draw.recover_from) else {
        return Ok(());
    };
    let keep = if draw.may_take_all { 0 } else { least };
    let back = payable.saturating_sub(keep).min(owed);
    if back <= 0 {
        return Ok(());
    }
    let left = money(owed - back);
    let bound = if draw.may_take_all {
        String::new()
    } else {
        format!(", never below the guarantee of {}", money(least).spoken())
    };
    settled.owed = Some(left);
    settled.lines.push(SettleLine {
        payout: DRAW_RECOVERY.to_owned(),
        amount: money(-back),
        reason: guarantee.because.clone(),
        words: vec![
            told,
            format!(
                "of {} owed, {} is taken back from {}{bound}; {} is still owed",
                money(owed).spoken(),
                money(back).spoken(),
                money(payable).spoken(),
                left.spoken()
            ),
        ],
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use merit_core::{Currency, Value};

    use super::*;
    use crate::program::sample::{USD, inputs, usd};
    use crate::program::{CapTotal, Place, Range, Settle};

    /// `cap total at limit because "Plan section 7"`.
    fn program() -> Program {
        let mut program = Program::empty();
        let at = program.fact("limit", USD, false, Range::default());
        let cap = CapTotal { at, because: Some("Plan section 7".to_owned()), place: Place::default() };
        program.settle = Some(Settle { all: false, guarantee: None, cap_total: Some(cap) });
        program
    }

    fn proposed(amounts: &[(i64, Currency)]) -> Vec<SettleInput> {
        let input = |(index, (minor, currency)): (usize, &(i64, Currency))| SettleInput {
            line: index.to_string(),
            payout: format!("payout_{index}"),
            amount: Money::new(*minor, *currency),
            payable: Money::new(*minor, *currency),
        };
        amounts.iter().enumerate().map(input).collect()
    }

    #[test]
    fn the_excess_over_the_cap_is_one_negative_line() {
        let (usd_, eur) = (Currency::USD, Currency::EUR);
        for (amounts, expected) in [
            (vec![(25_000_000, usd_), (100_000, usd_)], Some(-50_000)),
            (vec![(25_050_000, usd_)], None),
            (vec![(25_050_001, usd_)], Some(-1)),
            // Each currency settles apart.
            (vec![(25_050_000, usd_), (100_000, eur)], None),
            (vec![], None),
        ] {
            let lines =
                settle(&program(), &inputs("ana", &[("limit", usd("250500"))]), &proposed(&amounts)).unwrap().lines;
            assert_eq!(lines.first().map(|line| line.amount.minor), expected, "{amounts:?}");
            assert!(lines.len() <= 1);
        }
    }

    #[test]
    fn the_line_says_how_it_came_about() {
        let inputs = inputs("ana", &[("limit", usd("250500"))]);
        let lines = settle(&program(), &inputs, &proposed(&[(25_000_000, Currency::USD), (100_000, Currency::USD)]))
            .unwrap()
            .lines;
        let line = lines.first().unwrap();
        assert_eq!((line.payout.as_str(), line.reason.as_deref()), ("cap total", Some("Plan section 7")));
        assert_eq!(
            line.words,
            [
                "total of all payouts: $251,000.00 (payout_0 $250,000.00 + payout_1 $1,000.00)",
                "capped at $250,500.00 in total because Plan section 7: $250,500.00 − $251,000.00 = -$500.00",
            ]
        );
    }

    #[test]
    fn periods_behind_count_once_however_opening_balances_are_cut() {
        use super::super::Past;
        let past = |first: &str, last: &str| Past {
            period: Period::through(first.parse().unwrap(), last.parse().unwrap()).unwrap(),
            values: std::collections::BTreeMap::new(),
        };
        let passed = |periods: Vec<Past>, unit| passed(&History { periods, ..History::default() }, unit);
        let half = || vec![past("2026-01-01", "2026-06-30")];
        assert_eq!((passed(half(), PeriodUnit::Month), passed(half(), PeriodUnit::Quarter)), (6, 2));
        let mut cut = half();
        cut.extend([
            past("2026-04-01", "2026-06-30"),
            past("2026-07-01", "2026-09-30"),
            past("2025-10-01", "2025-12-31"),
        ]);
        assert_eq!(passed(cut, PeriodUnit::Quarter), 4);
        // A month left out is none, and a stretch that is no whole period is one.
        let months =
            vec![past("2026-01-01", "2026-01-31"), past("2026-03-01", "2026-03-31"), past("2026-05-10", "2026-05-20")];
        assert_eq!(passed(months, PeriodUnit::Month), 3);
        assert_eq!(passed(Vec::new(), PeriodUnit::Month), 0);
    }

    #[test]
    fn a_cap_that_reads_something_missing_is_not_settled() {
        let error = settle(&program(), &inputs("ana", &[]), &proposed(&[(1, Currency::USD)])).unwrap_err();
        assert_eq!(error.reason, "`limit` is missing");
        let odd = Value::Money(Money::new(1, Currency::EUR));
        assert!(settle(&program(), &inputs("ana", &[("limit", odd)]), &proposed(&[])).is_err());
    }
}
