//! What people are given: values on and beside the steps of the ladders, out of range, of another currency, or not at all.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use merit_core::ids::PersonId;
use merit_core::{Currency, Money, Period, Ratio, Span, Value};

use super::Written;
use super::literals::{BASIS_POINTS, CENTS, COUNTS, DAYS, HUNDREDTHS, POINTS, TEXTS};
use super::random::Random;
use super::schema::{KNOWN, Kind, LISTS};
use crate::evaluate::{History, PersonInputs, Row};

/// A person's periods, oldest first. What the earlier ones leave behind is for those who run them to say.
pub type Life = Vec<PersonInputs>;

/// People of one policy, all in one period with those before it: so many periods together.
pub fn people(seed: u64, count: usize, written: &Written) -> Vec<Life> {
    let mut random = Random(seed ^ 0x005e_ed0f_9e09);
    let start = date(2026, 1, 1).saturating_add(i32::try_from(random.below(12)).unwrap().months());
    let length = *random.pick(&[1, 3, 6, 12]);
    let mut lives: Vec<Life> = Vec::new();
    let mut left = count;
    while left > 0 {
        let periods = *random.pick(&[1, 1, 2, 3, 5]).min(&left);
        left -= periods;
        let mut life = Life::new();
        for before in (0..periods).rev() {
            let months = i32::try_from(before).unwrap() * length;
            let from = start.saturating_sub(months.months());
            let period = Period::new(from, from.saturating_add(length.months())).unwrap();
            life.push(one(&mut random, lives.len(), period, written));
        }
        if periods > 2 && random.chance(15) {
            // A period that nobody knows of.
            life.remove(1);
        }
        lives.push(life);
    }
    lives
}

fn one(random: &mut Random, at: usize, period: Period, written: &Written) -> PersonInputs {
    let currency = written.currency;
    let mut facts = BTreeMap::new();
    // Some people are complete, so that outputs that read much are scored too.
    let missing = *random.pick(&[0, 0, 4, 15]);
    let strays = *random.pick(&[0, 0, 3, 12]);
    for known in KNOWN {
        let often = if ["bookings", "cost", "effort", "awards"].contains(&known.name) { 88 } else { missing };
        let often = if known.optional { 30 } else { often };
        if !random.chance(often) {
            let value = stray(random, known.kind, currency, strays);
            facts.insert(known.name.to_owned(), tamed(random, known.name, value, strays));
        }
    }
    if !random.chance(missing) {
        let zero = random.chance(8);
        let quota =
            if zero { Value::Money(Money::zero(currency)) } else { stray(random, written.quota, currency, strays) };
        facts.insert("quota".to_owned(), quota);
    }
    if !random.chance(missing) {
        let least = if random.chance(strays) { -1_000 } else { 0 };
        facts.insert("foreign".to_owned(), Value::Money(Money::new(random.between(least, 9_000_000), Currency::GBP)));
    }
    if random.chance(12) {
        facts.insert("attainment".to_owned(), value(random, Kind::Percent, currency));
    }
    let mut lists = BTreeMap::new();
    for list in LISTS {
        if random.chance(missing / 2) {
            continue;
        }
        let count = *random.pick(&[0, 1, 2, 3, 3, 5]);
        let rows = (0..count).map(|n| row(random, list.name, n, (missing, strays), (currency, period))).collect();
        lists.insert(list.name.to_owned(), rows);
    }
    PersonInputs { person: person(at), period, facts, lists, history: History::default() }
}

pub fn person(at: usize) -> PersonId {
    PersonId::new(&format!("p{at:02}")).unwrap()
}

/// Now and then a value that no range takes, or of another currency.
fn stray(random: &mut Random, kind: Kind, currency: Currency, strays: usize) -> Value {
    if kind == Kind::Money && random.chance(strays / 3) {
        return Value::Money(Money::new(random.between(1, 1_000_000), Currency::GBP));
    }
    value(random, kind, currency)
}

/// Mostly inside the schema's range.
fn tamed(random: &mut Random, name: &str, value: Value, strays: usize) -> Value {
    if random.chance(strays) {
        return value;
    }
    let percent = |n: i64| Value::Percent(Ratio::new(n.into(), 10_000).unwrap());
    match (name, &value) {
        ("salary" | "allowance", Value::Money(money)) => {
            Value::Money(Money::new(money.minor.checked_abs().unwrap_or(0).saturating_add(1_000), money.currency))
        }
        ("bonus_target" | "uptime", _) => percent(random.between(0, 10_000)),
        ("rating" | "csat", _) => Value::Number(Ratio::new(random.between(0, 500).into(), 100).unwrap()),
        ("reports" | "team_size" | "defects", _) => Value::Count(random.between(1, 100)),
        _ => value,
    }
}

fn row(
    random: &mut Random,
    list: &str,
    n: usize,
    (missing, strays): (usize, usize),
    (currency, period): (Currency, Period),
) -> Row {
    let columns: &[(&str, Kind, bool)] = match list {
        "deals" => &[
            ("amount", Kind::Money, false),
            ("costs", Kind::Money, false),
            ("units", Kind::Count, false),
            ("weight", Kind::Number, false),
            ("discount", Kind::Percent, false),
            ("closed", Kind::Date, false),
            ("signed", Kind::Date, true),
            ("term", Kind::Duration, false),
            ("is_new", Kind::YesNo, false),
            ("product", Kind::Text, false),
            ("region", Kind::Region, false),
            ("level", Kind::Level, true),
            ("reference", Kind::Text, true),
            ("owner", Kind::Person, false),
            ("partner", Kind::Person, true),
            ("overlay", Kind::Person, true),
        ],
        "tasks" => &[
            ("score", Kind::Number, false),
            ("effort", Kind::Number, false),
            ("gives", Kind::Points, false),
            ("estimate", Kind::Number, false),
            ("done", Kind::Date, false),
            ("due", Kind::Date, true),
            ("urgent", Kind::YesNo, false),
            ("assignee", Kind::Person, false),
        ],
        "cancellations" => {
            &[("amount", Kind::Money, false), ("owner", Kind::Person, false), ("credited_on", Kind::Date, false)]
        }
        "refunds" => &[("amount", Kind::Money, false), ("owner", Kind::Person, false)],
        "invoices" | "payments" => {
            &[("amount", Kind::Money, false), ("reference", Kind::Text, false), ("seller", Kind::Person, false)]
        }
        _ => &[
            ("grade", Kind::Number, false),
            ("share", Kind::Percent, false),
            ("held", Kind::Date, false),
            ("spent", Kind::Duration, false),
            ("subject", Kind::Person, false),
        ],
    };
    let mut values = BTreeMap::new();
    for (name, kind, optional) in columns {
        if random.chance(if *optional { 40 } else { missing / 5 }) {
            continue;
        }
        let given = stray(random, *kind, currency, strays / 2);
        values.insert((*name).to_owned(), in_record(random, (list, name), period, given));
    }
    let share = random.between(0, 500_000) * if random.chance(6) { -1 } else { 1 };
    let credited = (list == "deals" && !random.chance(missing / 5)).then(|| Money::new(share, currency));
    let words = ["owner", "partner", "overlay", "manager"];
    let credited_as = (list == "deals").then(|| (*random.pick(&words)).to_owned());
    Row { id: format!("{list}-{n}"), values, credited, credited_as, ..Row::default() }
}

/// Results that a record's ranges refuse never come so far.
fn in_record(random: &mut Random, (list, name): (&str, &str), period: Period, given: Value) -> Value {
    match (name, given) {
        // In this period or one of those before it.
        ("credited_on", _) => {
            let days = period.end.since(period.start).unwrap().get_days();
            Value::Date(period.end.saturating_sub((1 + random.between(0, i64::from(days) * 3 - 1)).days()))
        }
        ("reference", _) if list != "deals" => Value::Text(format!("R{}", random.between(1, 3))),
        ("amount", Value::Money(money)) if list != "deals" => {
            Value::Money(Money::new(random.between(1, 3_000_000), money.currency))
        }
        // A thousand shares of it can still be kept.
        ("amount", Value::Money(money)) => Value::Money(Money::new(money.minor.abs() / 1_000, money.currency)),
        ("costs", Value::Money(money)) => Value::Money(Money::new(money.minor / 1_000, money.currency)),
        ("weight" | "grade", _) => Value::Number(Ratio::new(random.between(0, 500).into(), 100).unwrap()),
        ("effort" | "score", Value::Number(number)) => Value::Number(number.abs()),
        ("estimate", Value::Number(number)) => Value::Number(&number.abs() + &Ratio::ONE),
        ("discount", _) => Value::Percent(Ratio::new(random.between(0, 10_000).into(), 10_000).unwrap()),
        (_, Value::Count(count)) => Value::Count(count.abs()),
        (_, given) => given,
    }
}

/// A value of a kind, on a step of its ladder in a third of the cases.
pub fn value(random: &mut Random, kind: Kind, currency: Currency) -> Value {
    let on_a_step = random.chance(35);
    let ratio = |numerator: i64, denominator: i64| Ratio::new(numerator.into(), denominator.into()).unwrap();
    match kind {
        Kind::Money => {
            let minor = match random.below(20) {
                _ if on_a_step => *random.pick(&CENTS),
                0 => random.between(-i64::MAX / 2, i64::MAX / 2),
                1 => -random.between(1, 1_000_000),
                _ => {
                    let most = *random.pick(&[1_000, 1_000_000, 100_000_000]);
                    random.between(0, most)
                }
            };
            Value::Money(Money::new(minor, currency))
        }
        Kind::Percent if on_a_step => Value::Percent(ratio(*random.pick(&BASIS_POINTS), 10_000)),
        Kind::Percent => Value::Percent(ratio(random.between(-100, 3_000), random.between(1, 2_000))),
        Kind::Number if on_a_step => Value::Number(ratio(*random.pick(&HUNDREDTHS), 100)),
        Kind::Number => {
            let below = *random.pick(&[7, 100, 999_983, 1_000_000_000_000]);
            Value::Number(ratio(random.between(-below, below * 6), random.between(1, below)))
        }
        Kind::Count if on_a_step => Value::Count(*random.pick(&COUNTS)),
        Kind::Count => {
            let least = if random.chance(10) { -5 } else { 0 };
            Value::Count(random.between(least, 120))
        }
        Kind::Points if on_a_step => Value::Points(ratio(*random.pick(&POINTS), 1)),
        Kind::Points => Value::Points(ratio(random.between(-50, 900), random.between(1, 3))),
        Kind::Date => Value::Date(day(random, on_a_step)),
        Kind::Duration => {
            let (months, days) = (random.between(0, 30), random.between(0, 60));
            let span =
                |months: i64, days: i64| Span { months: months.try_into().unwrap(), days: days.try_into().unwrap() };
            Value::Duration(*random.pick(&[span(months, 0), span(0, days * 12), span(months, days), span(12, 0)]))
        }
        Kind::Text => Value::Text((*random.pick(&TEXTS)).to_owned()),
        Kind::YesNo => Value::YesNo(random.chance(50)),
        Kind::Region | Kind::Level | Kind::Grade => Value::Choice((*random.pick(kind.options())).to_owned()),
        Kind::Person => Value::Participant(person(random.below(8))),
    }
}

/// Often the end of a month.
fn day(random: &mut Random, on_a_step: bool) -> Date {
    if on_a_step {
        return random.pick(&DAYS).parse().unwrap();
    }
    let first = date(2024, 1, 1).saturating_add(i32::try_from(random.below(40)).unwrap().months());
    if random.chance(50) {
        first.last_of_month()
    } else {
        first.saturating_add(i32::try_from(random.below(28)).unwrap().days())
    }
}
