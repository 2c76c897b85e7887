//! What posting a run adds to the ledger, and the entries behind each line.

use std::collections::BTreeMap;

use merit_core::{Error, Money, Result};

use crate::model::{Keyed as _, Line, LineKind};

/// An account of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What the organisation bears.
    Expense,
    /// What the payee is owed now.
    Payable,
    /// What the payee is owed once an event has come.
    Held,
}

impl Account {
    /// Its word in the store.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Expense => "expense",
            Self::Payable => "payable",
            Self::Held => "held",
        }
    }
}

/// The entries of a line: they sum to zero.
///
/// # Errors
/// `AMOUNT_TOO_LARGE` beyond 64 bits of minor units.
pub fn entries(amount: Money, held: Money) -> Result<[(Account, i64); 3]> {
    let too_large = || Error::invalid("AMOUNT_TOO_LARGE", "the amount is too large to be posted");
    let expense = amount.minor.checked_neg().ok_or_else(too_large)?;
    let payable = amount.minor.checked_sub(held.minor).ok_or_else(too_large)?;
    Ok([(Account::Expense, expense), (Account::Payable, payable), (Account::Held, held.minor)])
}

/// The lines that bring what is posted to what is proposed: a new line as it is, a changed one by its difference, one
/// that is no longer proposed by its reversal. `posted` are the cycle's posted lines with the run of each, adjustments
/// left out.
///
/// # Errors
/// `AMOUNT_TOO_LARGE` beyond 64 bits of minor units.
pub fn differences(posted: &[(String, Line)], proposed: &[Line]) -> Result<Vec<Line>> {
    let mut before: BTreeMap<String, (String, Line)> = BTreeMap::new();
    for (run, line) in posted {
        match before.get_mut(&line.key()) {
            None => drop(before.insert(line.key(), (run.clone(), line.clone()))),
            Some((latest, sum)) => {
                sum.amount = sum.amount.plus(line.amount)?;
                sum.held = sum.held.plus(line.held)?;
                latest.clone_from(run);
            }
        }
    }
    let mut lines = Vec::new();
    for line in proposed {
        match before.remove(&line.key()) {
            None => lines.push(line.clone()),
            Some((run, old)) => lines.extend(correction(&run, &old, line)?),
        }
    }
    for (run, old) in before.into_values() {
        let nothing =
            Line { amount: Money::zero(old.amount.currency), held: Money::zero(old.amount.currency), ..old.clone() };
        lines.extend(correction(&run, &old, &nothing)?);
    }
    lines.sort_by_cached_key(Line::key);
    Ok(lines)
}

fn correction(run: &str, old: &Line, new: &Line) -> Result<Option<Line>> {
    let minus = |money: Money| {
        let minor = money
            .minor
            .checked_neg()
            .ok_or_else(|| Error::invalid("AMOUNT_TOO_LARGE", "the amount is too large to be posted"))?;
        Ok::<_, Error>(Money::new(minor, money.currency))
    };
    let amount = new.amount.plus(minus(old.amount)?)?;
    let held = new.held.plus(minus(old.held)?)?;
    if amount.minor == 0 && held.minor == 0 {
        return Ok(None);
    }
    if new.kind == LineKind::Release {
        let reason = format!(
            "corrects {run}: {} that was held back is payable instead of {}",
            minus(new.held)?.spoken(),
            minus(old.held)?.spoken()
        );
        return Ok(Some(Line { amount, held, taken_back: None, reason, ..new.clone() }));
    }
    let held_words = if held.minor == 0 {
        String::new()
    } else {
        format!(", held back {} instead of {}", new.held.spoken(), old.held.spoken())
    };
    let because =
        if new.reason.is_empty() || new.amount.minor == 0 { String::new() } else { format!("; {}", new.reason) };
    let reason =
        format!("corrects {run}: {} instead of {}{held_words}{because}", new.amount.spoken(), old.amount.spoken());
    Ok(Some(Line { amount, held, taken_back: None, reason, ..new.clone() }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;
    use merit_core::Currency;
    use merit_core::ids::PersonId;
    use proptest::prelude::*;

    use super::*;

    fn line(participant: &str, payout: &str, currency: Currency, amount: i64, held: i64) -> Line {
        let day = date(2026, 9, 30);
        Line {
            participant: PersonId::new(participant).unwrap(),
            policy: "P".to_owned(),
            version: 1,
            payout: payout.to_owned(),
            line: "2026-Q3".to_owned(),
            amount: Money::new(amount, currency),
            held: Money::new(held, currency),
            taken_back: None,
            earned_on: day,
            payable_on: day,
            reason: "why".to_owned(),
            because: vec![],
            about: String::new(),
            kind: LineKind::Payout,
            words: vec![],
        }
    }

    /// A run's lines: some of six keys, none of them nothing.
    fn proposal() -> impl Strategy<Value = Vec<Line>> {
        let keys = [
            ("ana", "a", Currency::USD),
            ("ana", "a", Currency::EUR),
            ("ana", "b", Currency::USD),
            ("bob", "a", Currency::USD),
            ("bob", "b", Currency::EUR),
            ("cy", "a", Currency::USD),
        ];
        prop::collection::vec(prop::option::of((prop_oneof![-5_i64..=-1, 1_i64..=5], -3_i64..=3)), keys.len()).prop_map(
            move |picks| {
                keys.iter()
                    .zip(picks)
                    .filter_map(|((who, payout, currency), pick)| {
                        pick.map(|(amount, held)| line(who, payout, *currency, amount, held))
                    })
                    .collect()
            },
        )
    }

    fn sums<'l>(lines: impl IntoIterator<Item = &'l Line>) -> BTreeMap<String, (i64, i64)> {
        let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        for line in lines {
            let sum = sums.entry(line.key()).or_default();
            *sum = (sum.0 + line.amount.minor, sum.1 + line.held.minor);
        }
        sums.retain(|_, sum| *sum != (0, 0));
        sums
    }

    proptest! {
        #[test]
        fn after_each_run_the_ledger_says_what_the_run_says(runs in prop::collection::vec(proposal(), 1..5)) {
            let mut posted: Vec<(String, Line)> = Vec::new();
            for (number, proposed) in runs.iter().enumerate() {
                let fresh = differences(&posted, proposed).unwrap();
                for line in &fresh {
                    let entries = entries(line.amount, line.held).unwrap();
                    prop_assert_eq!(entries.iter().map(|(_, minor)| minor).sum::<i64>(), 0);
                }
                posted.extend(fresh.into_iter().map(|line| (format!("runs/{number}"), line)));
                prop_assert_eq!(sums(posted.iter().map(|(_, line)| line)), sums(proposed));
                prop_assert!(differences(&posted, proposed).unwrap().is_empty(), "posting again posts nothing");
            }
        }
    }

    #[test]
    fn a_freed_amount_is_corrected_in_the_payees_words() {
        let freed = |held| Line { kind: LineKind::Release, ..line("ana", "a", Currency::USD, 0, held) };
        let fresh = differences(&[("runs/1".to_owned(), freed(-45_000))], &[freed(-40_000)]).unwrap();
        let told: Vec<_> = fresh.iter().map(|line| (line.held.minor, line.reason.as_str())).collect();
        assert_eq!(told, [(5_000, "corrects runs/1: $400.00 that was held back is payable instead of $450.00")]);
        let sum: Vec<i64> = entries(fresh[0].amount, fresh[0].held).unwrap().iter().map(|(_, minor)| *minor).collect();
        assert_eq!(sum, [0, -5_000, 5_000]);
    }

    #[test]
    fn amounts_beyond_64_bits_are_refused() {
        let huge = Money::new(i64::MIN, Currency::USD);
        assert_eq!(entries(huge, Money::zero(Currency::USD)).unwrap_err().reason, "AMOUNT_TOO_LARGE");
        let posted = [("runs/1".to_owned(), line("ana", "a", Currency::USD, i64::MIN, 0))];
        assert_eq!(differences(&posted, &[]).unwrap_err().reason, "AMOUNT_TOO_LARGE");
    }
}
