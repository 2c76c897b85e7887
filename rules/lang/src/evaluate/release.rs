//! Freeing what waits: held back amounts once their event has come, and amounts that become payable with cash.

use std::collections::BTreeMap;

use merit_core::{Money, Ratio, Rounding, Value};

use super::Row;
use super::history::{Awaited, Release, Waiting};

/// Frees what has come, and gives what goes on waiting. `come` says whether an event has come for what was earned in that
/// period; `lists` are the rows of this period.
///
/// Cash frees a part of an amount, to the coin towards zero; the last of it comes when all that was invoiced is collected.
#[must_use]
pub fn release(
    waiting: &[Waiting],
    come: &dyn Fn(&Waiting, &str) -> bool,
    lists: &BTreeMap<String, Vec<Row>>,
) -> (Vec<Release>, Vec<Waiting>) {
    let (mut released, mut left) = (Vec::new(), Vec::new());
    for item in waiting {
        let (now, still) = match &item.what {
            Awaited::Event(event) if come(item, event) => {
                let words = vec![format!("earned from {} to {} and held back until {event}", item.since, item.until)];
                (Some(freed(item, item.amount, event, words)), None)
            }
            Awaited::Event(_) => (None, Some(item.clone())),
            Awaited::Cash { .. } => cash(item, lists),
        };
        released.extend(now.filter(|now| now.amount.minor != 0));
        left.extend(still.filter(|still| still.amount.minor != 0));
    }
    (released, left)
}

fn freed(item: &Waiting, amount: Money, what: &str, words: Vec<String>) -> Release {
    let (payout, since, until) = (item.payout.clone(), item.since, item.until);
    Release { payout, since, until, amount, what: what.to_owned(), words }
}

fn cash(item: &Waiting, lists: &BTreeMap<String, Vec<Row>>) -> (Option<Release>, Option<Waiting>) {
    let Awaited::Cash { list, column, reference, earned, invoiced, collected } = &item.what else {
        return (None, Some(item.clone()));
    };
    let came = collected_now(lists.get(list).map(Vec::as_slice).unwrap_or_default(), column, reference, *invoiced);
    if came == 0 {
        return (None, Some(item.clone()));
    }
    let collected = Money::new(collected.minor.saturating_add(came), invoiced.currency);
    let before = earned.minor.saturating_sub(item.amount.minor);
    let payable = share(*earned, collected, *invoiced);
    // What was paid is not taken back here: that is what `take back` is for.
    let now = Money::new(payable.saturating_sub(before).max(0), earned.currency);
    let rest = Money::new(item.amount.minor.saturating_sub(now.minor), earned.currency);
    let words = vec![format!(
        "{} of {} invoiced under {reference} is collected, so {} of {} is payable, {} of it before",
        collected.spoken(),
        invoiced.spoken(),
        Money::new(before.saturating_add(now.minor), earned.currency).spoken(),
        earned.spoken(),
        Money::new(before, earned.currency).spoken(),
    )];
    let what = Awaited::Cash {
        list: list.clone(),
        column: column.clone(),
        reference: reference.clone(),
        earned: *earned,
        invoiced: *invoiced,
        collected,
    };
    (Some(freed(item, now, reference, words)), Some(Waiting { amount: rest, what, ..item.clone() }))
}

/// What came in under a reference, in minor units.
pub(super) fn collected_now(rows: &[Row], column: &str, reference: &str, invoiced: Money) -> i64 {
    let own = |row: &&Row| matches!(row.values.get("reference"), Some(Value::Text(text)) if text == reference);
    rows.iter()
        .filter(own)
        .filter_map(|row| match row.values.get(column) {
            Some(Value::Money(money)) if money.currency == invoiced.currency => Some(money.minor),
            _ => None,
        })
        .fold(0_i64, i64::saturating_add)
}

/// The part of what was earned that is payable, in minor units: as much of it as of the invoice is collected, never less
/// than nothing and never more than all.
pub(super) fn share(earned: Money, collected: Money, invoiced: Money) -> i64 {
    if invoiced.minor <= 0 || collected.minor >= invoiced.minor {
        return earned.minor;
    }
    if collected.minor <= 0 {
        return 0;
    }
    let ratio = Ratio::whole(collected.minor).checked_div(&Ratio::whole(invoiced.minor)).unwrap_or(Ratio::ZERO);
    (&Ratio::whole(earned.minor) * &ratio).round(Rounding::Down).to_i64().unwrap_or(0)
}
