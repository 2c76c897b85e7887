//! Figures that change inside a period, averaged by days; and a cycle's figure spread over the periods inside it.

use jiff::civil::Date;
use merit_core::allocate::largest_remainder;
use merit_core::{Money, Period, Ratio, Rounding, Value};

/// The average over the period's days of the value in force on each; days without one don't count. Money is rounded half
/// even to the coin, a count becomes a number where the average isn't whole.
#[must_use]
pub fn by_days<'v>(period: &Period, value_on: impl Fn(Date) -> Option<&'v Value>) -> Option<Value> {
    let (mut total, mut days) = (Ratio::ZERO, 0_i64);
    let mut sample: Option<&Value> = None;
    let mut day = period.start;
    while day < period.end {
        if let Some(value) = value_on(day) {
            // Amounts of two currencies have no average: the later one stands alone.
            if sample.is_some_and(|known| currency(known) != currency(value)) {
                (total, days) = (Ratio::ZERO, 0);
            }
            total = &total + &value.number()?;
            days += 1;
            sample = Some(value);
        }
        day = day.tomorrow().ok()?;
    }
    let average = total.checked_div(&Ratio::whole(days))?;
    Some(like(sample?, average))
}

fn currency(value: &Value) -> Option<merit_core::Currency> {
    match value {
        Value::Money(money) => Some(money.currency),
        _ => None,
    }
}

/// A number as a value of the same kind as another.
fn like(sample: &Value, number: Ratio) -> Value {
    match sample {
        Value::Money(money) => {
            let minor = (&number * &Ratio::whole(money.currency.minor_per_major())).round(Rounding::HalfEven);
            Value::Money(Money::new(minor.to_i64().unwrap_or(i64::MAX), money.currency))
        }
        Value::Percent(_) => Value::Percent(number),
        Value::Points(_) => Value::Points(number),
        Value::Count(_) => number.to_i64().filter(|_| number.is_whole()).map_or(Value::Number(number), Value::Count),
        _ => Value::Number(number),
    }
}

/// One period's part of a figure that is set for several: money by largest remainder, the earlier ones first; the rest
/// exactly.
#[must_use]
pub fn part(whole: &Value, place: usize, of: usize) -> Option<Value> {
    let count = i64::try_from(of).ok()?;
    if let Value::Money(money) = whole {
        let parts = largest_remainder(money.minor, &vec![Ratio::ONE; of]);
        return parts.get(place).map(|minor| Value::Money(Money::new(*minor, money.currency)));
    }
    // A rate holds for each part as for the whole.
    if let Value::Percent(_) = whole {
        return Some(whole.clone());
    }
    Some(like(whole, whole.number()?.checked_div(&Ratio::whole(count))?))
}

/// Two figures of one kind together.
#[must_use]
pub fn plus(left: &Value, right: &Value) -> Option<Value> {
    (currency(left) == currency(right)).then_some(())?;
    Some(like(left, &left.number()? + &right.number()?))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use merit_core::Currency;

    use super::*;

    fn usd(minor: i64) -> Value {
        Value::Money(Money::new(minor, Currency::USD))
    }

    #[test]
    fn a_quota_that_changes_is_averaged_by_days() {
        // 92 days: 31 at $300,000 and 61 at $361,000.
        let quarter = Period::quarter(2026, 3).unwrap();
        let (july, later) = (usd(30_000_000), usd(36_100_000));
        let on = |day: Date| Some(if day < date(2026, 8, 1) { &july } else { &later });
        // (31 × 300,000 + 61 × 361,000) ÷ 92 = 31,321,000 ÷ 92 = 340,445.652…
        assert_eq!(by_days(&quarter, on), Some(usd(34_044_565)));
        // Days without one don't count.
        let from_august = |day: Date| (day >= date(2026, 8, 1)).then_some(&later);
        assert_eq!(by_days(&quarter, from_august), Some(later.clone()));
        assert_eq!(by_days(&quarter, |_| None), None);
    }

    #[test]
    fn a_quota_is_spread_to_the_cent() {
        let whole = usd(10_000_000);
        let parts: Vec<Option<Value>> = (0..3).map(|place| part(&whole, place, 3)).collect();
        assert_eq!(parts, [Some(usd(3_333_334)), Some(usd(3_333_333)), Some(usd(3_333_333))]);
        assert_eq!(part(&Value::Count(9), 1, 3), Some(Value::Count(3)));
        assert_eq!(part(&Value::Percent(Ratio::percent(95)), 1, 3), Some(Value::Percent(Ratio::percent(95))));
        assert_eq!(part(&whole, 3, 3), None);
    }

    #[test]
    fn figures_of_two_currencies_are_not_added() {
        let eur = Value::Money(Money::new(1, Currency::EUR));
        assert_eq!(plus(&usd(1), &eur), None);
        assert_eq!(plus(&usd(1), &usd(2)), Some(usd(3)));
    }
}
