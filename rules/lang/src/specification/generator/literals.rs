//! Literals of every kind: free ones, and ladders of rising ones from which bands, ranges and points are taken. What people
//! are given often lies on a step of the same ladders.

use merit_core::Currency;

use super::random::Random;
use super::schema::Kind;

/// Rising amounts in cents.
pub const CENTS: [i64; 9] = [-50_000, 0, 1, 9_999, 100_000, 250_050, 1_000_000, 5_000_000, 10_000_000];
/// Rising hundredths of a percent.
pub const BASIS_POINTS: [i64; 10] = [-2_500, 0, 1_250, 3_333, 5_000, 8_000, 9_999, 10_000, 12_500, 20_000];
/// Rising hundredths.
pub const HUNDREDTHS: [i64; 9] = [-150, 0, 50, 100, 250, 375, 490, 500, 1_000];
pub const COUNTS: [i64; 7] = [0, 1, 2, 5, 10, 25, 100];
pub const POINTS: [i64; 6] = [0, 10, 25, 50, 100, 250];
pub const DAYS: [&str; 9] = [
    "2025-06-30",
    "2025-12-31",
    "2026-01-01",
    "2026-01-31",
    "2026-02-28",
    "2026-03-31",
    "2026-04-01",
    "2026-07-01",
    "2026-12-31",
];
pub const LENGTHS: [&str; 10] =
    ["0 days", "15 days", "1 month", "45 days", "2 months", "1 quarter", "6 months", "1 year", "400 days", "18 months"];
pub const TEXTS: [&str; 4] = ["alpha", "beta", "", "two words"];

/// How many steps a kind's ladder has.
pub const fn steps(kind: Kind) -> usize {
    match kind {
        Kind::Money => CENTS.len(),
        Kind::Percent => BASIS_POINTS.len(),
        Kind::Number => HUNDREDTHS.len(),
        Kind::Count => COUNTS.len(),
        Kind::Points => POINTS.len(),
        Kind::Date => DAYS.len(),
        Kind::Duration => LENGTHS.len(),
        _ => 0,
    }
}

/// A step of a kind's ladder as a literal.
pub fn step(kind: Kind, at: usize, currency: Currency) -> String {
    match kind {
        Kind::Money => money(CENTS[at], currency),
        Kind::Percent => format!("{}%", decimal(BASIS_POINTS[at], 2)),
        Kind::Number => decimal(HUNDREDTHS[at], 2),
        Kind::Count => COUNTS[at].to_string(),
        Kind::Points => format!("{} points", POINTS[at]),
        Kind::Date => DAYS[at].to_owned(),
        Kind::Duration => LENGTHS[at].to_owned(),
        other => panic!("{other:?} has no ladder"),
    }
}

/// Whether a step lies above 0.
pub const fn is_above_zero(kind: Kind, at: usize) -> bool {
    match kind {
        Kind::Money => CENTS[at] > 0,
        Kind::Percent => BASIS_POINTS[at] > 0,
        Kind::Number => HUNDREDTHS[at] > 0,
        Kind::Count => COUNTS[at] > 0,
        Kind::Points => POINTS[at] > 0,
        _ => false,
    }
}

/// An amount of coins as a literal: `$1,234.50`, `-EUR 12.00`, `JPY 500`.
pub fn money(minor: i64, currency: Currency) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let unit = if currency == Currency::USD { "$".to_owned() } else { format!("{currency} ") };
    format!("{sign}{unit}{}", decimal(minor.abs(), currency.digits()))
}

/// A decimal with that many digits after the point, those that matter at least.
fn decimal(scaled: i64, digits: u32) -> String {
    let unit = 10_i64.pow(digits);
    let sign = if scaled < 0 { "-" } else { "" };
    let (whole, rest) = (scaled.abs() / unit, scaled.abs() % unit);
    if digits == 0 {
        return format!("{sign}{whole}");
    }
    format!("{sign}{whole}.{rest:0width$}", width = digits as usize)
}

/// A literal of a kind; none for people.
pub fn any(kind: Kind, random: &mut Random, currency: Currency) -> String {
    if steps(kind) > 0 && random.chance(30) {
        let at = random.below(steps(kind));
        return step(kind, at, currency);
    }
    match kind {
        Kind::Money => {
            let most = *random.pick(&[100, 10_000, 1_000_000, 100_000_000]);
            let least = if random.chance(20) { -most } else { 0 };
            money(random.between(least, most), currency)
        }
        Kind::Percent => format!("{}%", decimal(random.between(-2_000, 20_000), 2)),
        Kind::Number => {
            let digits = *random.pick(&[1, 2, 6]);
            decimal(random.between(-2_000, 12_000), digits)
        }
        Kind::Count => random.between(0, 30).to_string(),
        Kind::Points => format!("{} points", random.between(0, 300)),
        Kind::Date => format!("2026-{:02}-{:02}", random.between(1, 12), random.between(1, 28)),
        Kind::Duration => match random.below(3) {
            0 => format!("{} days", random.between(0, 500)),
            1 => format!("{} months", random.between(0, 40)),
            _ => format!("{} weeks", random.between(0, 60)),
        },
        Kind::Text => format!("\"{}\"", random.pick(&TEXTS)),
        Kind::YesNo => (*random.pick(&["yes", "no"])).to_owned(),
        Kind::Region | Kind::Level | Kind::Grade => (*random.pick(kind.options())).to_owned(),
        Kind::Person => panic!("there is no literal person"),
    }
}

/// A literal that isn't 0, for divisors.
pub fn not_zero(kind: Kind, random: &mut Random, currency: Currency) -> String {
    match kind {
        Kind::Money => money(random.between(1, 3_000_000), currency),
        Kind::Count => random.between(1, 12).to_string(),
        Kind::Number => {
            let digits = *random.pick(&[1, 2, 6]);
            decimal(random.between(1, 12_000) * *random.pick(&[1, -1]), digits)
        }
        other => panic!("nothing is divided by {other:?}"),
    }
}

/// A step to round to.
pub fn rounding(kind: Kind, random: &mut Random, currency: Currency) -> String {
    match kind {
        Kind::Money => {
            let coins = *random.pick(&[1, 5, 25, 100, 1_000]);
            money(coins, currency)
        }
        Kind::Percent => (*random.pick(&["0.01%", "0.1%", "1%", "2.5%"])).to_owned(),
        Kind::Number => (*random.pick(&["0.1", "0.01", "0.25", "1"])).to_owned(),
        Kind::Count => (*random.pick(&["1", "5", "10"])).to_owned(),
        Kind::Points => (*random.pick(&["1 points", "5 points", "25 points"])).to_owned(),
        other => panic!("{other:?} isn't rounded"),
    }
}
