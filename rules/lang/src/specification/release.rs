//! What waits and is freed in a later period.

use merit_core::{Rounding, Value as Outside};
use num_traits::ToPrimitive as _;

use super::Person;
use super::rounding::rounded;
use super::values::integer;
use crate::evaluate::{Awaited, Waiting};

impl Person<'_> {
    /// Of each amount that waits, in coins: how much is freed now, and how much goes on waiting.
    pub(super) fn freed(&self, come: &dyn Fn(&Waiting, &str) -> bool) -> Vec<(i64, i64)> {
        let waiting = self.inputs.history.waiting.iter();
        let freed = waiting.map(|item| match &item.what {
            Awaited::Event(event) => {
                if come(item, event) {
                    item.amount.minor
                } else {
                    0
                }
            }
            Awaited::Cash { list, column, reference, earned, invoiced, collected } => {
                let now = self.cash(list, column, reference);
                let before = earned.minor - item.amount.minor;
                // What was paid stays paid, even where cash is paid back.
                let due = payable(earned.minor, collected.minor + now, invoiced.minor) - before;
                if now == 0 { 0 } else { due.max(0) }
            }
        });
        freed.zip(&self.inputs.history.waiting).map(|(freed, item)| (freed, item.amount.minor - freed)).collect()
    }

    /// What came in under a reference.
    pub(super) fn cash(&self, list: &str, column: &str, reference: &str) -> i64 {
        let rows = self.inputs.lists.get(list).into_iter().flatten();
        let own = rows.filter(|row| row.values.get("reference") == Some(&Outside::Text(reference.to_owned())));
        let amounts = own.filter_map(|row| match row.values.get(column) {
            Some(Outside::Money(money)) if money.currency == self.currency() => Some(money.minor),
            _ => None,
        });
        amounts.sum()
    }
}

/// As much of what was earned as of the invoice is collected, to the coin towards zero.
pub fn payable(earned: i64, collected: i64, invoiced: i64) -> i64 {
    if invoiced <= 0 || collected >= invoiced {
        return earned;
    }
    let part = integer(earned) * integer(collected.max(0)) / integer(invoiced);
    rounded(&part, &integer(1), Rounding::Down).to_integer().to_i64().unwrap()
}
