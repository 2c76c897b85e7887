//! Who is credited with how much of a result.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::{Currency, Money, Rounding, Value as Outside};
use num_rational::BigRational;
use num_traits::{Signed as _, ToPrimitive as _};

use super::rounding::rounded;
use super::values::{exact, integer};
use crate::evaluate::Row;
use crate::syntax::ast::{Credit, LiteralKind, Record};

/// Coins by person, the word that they are credited under, and the column.
pub type Credited = BTreeMap<(String, String, String), i64>;

/// Who reports to whom on a day.
pub type Line<'l> = dyn Fn(&str, jiff::civil::Date) -> Option<String> + 'l;

/// By the policy's block, of its columns or the record's `amount`.
pub fn by_block(block: &Credit, record: &Record, row: &Row, line: &Line<'_>) -> Credited {
    let mut credited = Credited::new();
    let of: Vec<&str> =
        if block.of.is_empty() { vec!["amount"] } else { block.of.iter().map(|of| of.node.as_str()).collect() };
    for column in of {
        if let Some(amount) = amount(record, row, column) {
            for (person, word, part) in shares(block, row, amount.minor) {
                *credited.entry((person, word, column.to_owned())).or_default() += part;
            }
        }
    }
    if let Some(Outside::Date(day)) = block.roll_up_on.as_ref().and_then(|on| row.values.get(&on.node)) {
        for ((person, _, column), part) in credited.clone() {
            for manager in managers(&person, *day, line) {
                *credited.entry((manager, "manager".to_owned(), column.clone())).or_default() += part;
            }
        }
    }
    credited
}

/// What a row has in a column of amounts, or the column's default.
fn amount(record: &Record, row: &Row, column: &str) -> Option<Money> {
    match row.values.get(column) {
        Some(Outside::Money(amount)) => return Some(*amount),
        Some(_) => return None,
        None => {}
    }
    let field = record.fields.iter().find(|field| field.name.node == column)?;
    match &field.options.default.as_ref()?.kind {
        LiteralKind::Money { major, currency } => {
            let currency = if currency == "$" { Currency::USD } else { currency.parse().unwrap() };
            Some(Money::from_major(major, currency).unwrap())
        }
        _ => None,
    }
}

/// Who gets how much of an amount, and as what.
fn shares(block: &Credit, row: &Row, minor: i64) -> Vec<(String, String, i64)> {
    let person = |field: &str| match row.values.get(field) {
        Some(Outside::Participant(person)) => Some((person.as_str().to_owned(), field.to_owned())),
        _ => None,
    };
    let within: Vec<BigRational> =
        block.shares.iter().filter(|share| !share.in_addition).map(|share| exact(&share.percent.node)).collect();
    let mut parts = divided(minor, &within).into_iter();
    let mut given = Vec::new();
    for share in &block.shares {
        let part = if share.in_addition {
            coins(&rounded(&(integer(minor) * exact(&share.percent.node)), &integer(1), Rounding::HalfEven))
        } else {
            parts.next().unwrap()
        };
        let to = person(&share.to.node);
        if let Some((to, word)) = to.or_else(|| share.otherwise.as_ref().and_then(|other| person(&other.node))) {
            given.push((to, word, part));
        }
    }
    given
}

/// Without a block: all of `amount` to whom the record belongs.
pub fn by_default(record: &Record, row: &Row) -> Credited {
    let owner = &record.belongs_to.as_ref().unwrap().node;
    match (amount(record, row, "amount"), row.values.get(owner)) {
        (Some(amount), Some(Outside::Participant(person))) => {
            Credited::from([((person.as_str().to_owned(), owner.clone(), "amount".to_owned()), amount.minor)])
        }
        _ => Credited::new(),
    }
}

/// All above a person, each once; the line may run in a circle, and nobody is above themselves.
fn managers(person: &str, day: jiff::civil::Date, line: &Line<'_>) -> BTreeSet<String> {
    let mut above = BTreeSet::new();
    let mut at = person.to_owned();
    while let Some(next) = line(&at, day) {
        if next == person || !above.insert(next.clone()) {
            break;
        }
        at = next;
    }
    above
}

/// Coins divided by shares that sum to 100%: each rounded down, and what is left, one by one, to those who lost most by
/// that, the earlier one first. A negative amount mirrors the positive one.
pub fn divided(amount: i64, shares: &[BigRational]) -> Vec<i64> {
    if amount < 0 {
        return divided(-amount, shares).into_iter().map(|part| -part).collect();
    }
    let due: Vec<BigRational> = shares.iter().map(|share| integer(amount) * share).collect();
    let mut parts: Vec<i64> = due.iter().map(|due| coins(&due.floor())).collect();
    while parts.iter().sum::<i64>() < amount {
        let lost = |at: usize| &due[at] - integer(parts[at]);
        let mut most = 0;
        for at in 1..parts.len() {
            if lost(at) > lost(most) {
                most = at;
            }
        }
        assert!(lost(most).is_positive(), "nobody is owed what is left");
        parts[most] += 1;
    }
    parts
}

fn coins(whole: &BigRational) -> i64 {
    whole.to_integer().to_i64().unwrap()
}
