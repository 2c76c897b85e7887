//! Arithmetic and comparison of exact quantities. The checker has seen to types and units.

use std::cmp::Ordering;

use jiff::ToSpan as _;
use jiff::civil::Date;
use merit_core::Span;

use super::stop::Stop;
use crate::program::{Comparison, DayCount, MonthEnds, Operator, Quantity};

/// The result of an operator.
///
/// # Errors
/// A zero divisor, or a date beyond the calendar.
pub(super) fn apply(
    operator: Operator,
    left: &Quantity,
    right: &Quantity,
    month_ends: Option<MonthEnds>,
) -> Result<Quantity, Stop> {
    match (left, right) {
        (Quantity::Exact(a), Quantity::Exact(b)) => match operator {
            Operator::Add => Ok(Quantity::Exact(a + b)),
            Operator::Subtract => Ok(Quantity::Exact(a - b)),
            Operator::Multiply => Ok(Quantity::Exact(a * b)),
            Operator::Divide => a.checked_div(b).map(Quantity::Exact).ok_or_else(|| Stop::zero("a divisor is 0", None)),
        },
        (Quantity::Day(a), Quantity::Day(b)) => Ok(Quantity::Length(Span { months: 0, days: days_between(*b, *a) })),
        (Quantity::Day(day), Quantity::Length(span)) => {
            let sign = if operator == Operator::Subtract { -1 } else { 1 };
            let span = Span { months: span.months.saturating_mul(sign), days: span.days.saturating_mul(sign) };
            shift(*day, span, month_ends).map(Quantity::Day).ok_or_else(|| {
                Stop::refused(format!("the date {} from {day} is beyond the calendar", span.spoken()), None)
            })
        }
        (Quantity::Length(a), Quantity::Length(b)) => {
            let sign = if operator == Operator::Subtract { -1 } else { 1 };
            Ok(Quantity::Length(Span {
                months: a.months.saturating_add(b.months.saturating_mul(sign)),
                days: a.days.saturating_add(b.days.saturating_mul(sign)),
            }))
        }
        _ => Err(Stop::refused("two values can't be put together", None)),
    }
}

/// A day moved by months, then by days.
fn shift(day: Date, span: Span, month_ends: Option<MonthEnds>) -> Option<Date> {
    let moved = day.checked_add(span.months.months()).ok()?;
    let moved =
        if moved.day() < day.day() && month_ends == Some(MonthEnds::Up) { moved.tomorrow().ok()? } else { moved };
    moved.checked_add(i64::from(span.days).days()).ok()
}

/// Days from the first to the second, negative when backwards.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The greatest number of whole months that, added to the earlier day, don't pass the later one; negative when
/// backwards.
pub(super) fn months_between(from: Date, to: Date, month_ends: Option<MonthEnds>) -> i32 {
    if to < from {
        return -months_between(to, from, month_ends);
    }
    let months = (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month()) - i32::from(from.month());
    let reached = shift(from, Span { months, days: 0 }, month_ends).is_some_and(|day| day <= to);
    if reached { months } else { months - 1 }
}

/// How many days lie from one day to another, by what the policy says of the ends.
pub(super) fn count_days(from: Date, to: Date, count: DayCount) -> i32 {
    let between = days_between(from, to);
    match count {
        DayCount::BothEnds => between + 1,
        DayCount::FirstDay | DayCount::LastDay => between,
        // Nothing lies between a day and itself.
        DayCount::NeitherEnd if between == 0 => 0,
        DayCount::NeitherEnd => between - 1,
    }
}

/// Which of two quantities of one kind is greater.
pub(super) fn order(left: &Quantity, right: &Quantity) -> Ordering {
    match (left, right) {
        (Quantity::Exact(a), Quantity::Exact(b)) => a.cmp(b),
        (Quantity::Day(a), Quantity::Day(b)) => a.cmp(b),
        (Quantity::Length(a), Quantity::Length(b)) => length(*a).cmp(&length(*b)),
        (Quantity::Words(a), Quantity::Words(b)) => a.cmp(b),
        (Quantity::Flag(a), Quantity::Flag(b)) => a.cmp(b),
        _ => Ordering::Equal,
    }
}

/// A length in 1/4,800 days, at the Gregorian calendar's average of 146,097 days in 4,800 months.
fn length(span: Span) -> i64 {
    i64::from(span.months) * 146_097 + i64::from(span.days) * 4_800
}

/// Whether a comparison holds.
pub(super) fn compare(comparison: Comparison, left: &Quantity, right: &Quantity) -> bool {
    let order = order(left, right);
    match comparison {
        Comparison::Equal => order == Ordering::Equal,
        Comparison::NotEqual => order != Ordering::Equal,
        Comparison::Below => order == Ordering::Less,
        Comparison::AtMost => order != Ordering::Greater,
        Comparison::Above => order == Ordering::Greater,
        Comparison::AtLeast => order != Ordering::Less,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn months_between_counts_whole_months() {
        use MonthEnds::{Down, Up};
        for (from, to, rule, months) in [
            (date(2026, 1, 15), date(2026, 7, 1), Down, 5),
            (date(2026, 1, 1), date(2026, 4, 1), Down, 3),
            (date(2026, 4, 1), date(2026, 1, 1), Down, -3),
            (date(2026, 1, 31), date(2026, 2, 28), Down, 1),
            (date(2026, 1, 31), date(2026, 2, 28), Up, 0),
            (date(2026, 1, 31), date(2026, 3, 1), Up, 1),
            (date(2026, 1, 31), date(2026, 2, 27), Down, 0),
            (date(2025, 11, 30), date(2026, 11, 30), Down, 12),
        ] {
            assert_eq!(months_between(from, to, Some(rule)), months, "{from} to {to}");
        }
    }

    #[test]
    fn a_month_from_the_31st_follows_the_header() {
        let day = Quantity::Day(date(2026, 1, 31));
        let month = Quantity::Length(Span { months: 1, days: 0 });
        for (rule, expected) in [(MonthEnds::Down, date(2026, 2, 28)), (MonthEnds::Up, date(2026, 3, 1))] {
            assert_eq!(apply(Operator::Add, &day, &month, Some(rule)).unwrap(), Quantity::Day(expected));
        }
    }

    #[test]
    fn lengths_compare_by_average_months() {
        let months = |months| Quantity::Length(Span { months, days: 0 });
        let days = |days| Quantity::Length(Span { months: 0, days });
        assert_eq!(order(&months(24), &months(12)), Ordering::Greater);
        // 24 average months are 730.485 days.
        assert_eq!(order(&days(730), &months(24)), Ordering::Less);
        assert_eq!(order(&days(731), &months(24)), Ordering::Greater);
    }

    #[test]
    fn days_are_counted_with_the_ends_that_are_named() {
        let (a, b) = (date(2026, 7, 1), date(2026, 7, 31));
        for (count, days) in
            [(DayCount::BothEnds, 31), (DayCount::FirstDay, 30), (DayCount::LastDay, 30), (DayCount::NeitherEnd, 29)]
        {
            assert_eq!(count_days(a, b, count), days);
        }
        for (count, days) in
            [(DayCount::BothEnds, 1), (DayCount::FirstDay, 0), (DayCount::LastDay, 0), (DayCount::NeitherEnd, 0)]
        {
            assert_eq!(count_days(a, a, count), days);
        }
    }
}
