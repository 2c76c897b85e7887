//! The calendar: months added, months and days between.

use jiff::civil::Date;

use super::values::{Answer, Gap, Value};
use crate::syntax::ast::DayCount;

/// A day moved by whole months, then by days. Where the month has no such day: its last day, or (`up`) the next month's
/// first. Beyond the calendar nothing is scored.
pub fn moved(day: Date, months: i64, days: i64, up: bool) -> Answer {
    let month = i64::from(day.year()) * 12 + i64::from(day.month()) - 1 + months;
    let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
    let in_month = |wanted: i64| {
        let first = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, 1).ok()?;
        if wanted <= i64::from(first.days_in_month()) {
            Date::new(first.year(), first.month(), i8::try_from(wanted).ok()?).ok()
        } else if up {
            first.last_of_month().tomorrow().ok()
        } else {
            Some(first.last_of_month())
        }
    };
    let landed = in_month(day.day().into()).ok_or(Gap::NotScored)?;
    by_days(landed, days).map(Value::Day).ok_or(Gap::NotScored)
}

fn by_days(day: Date, days: i64) -> Option<Date> {
    let length = jiff::Span::new().try_days(days).ok()?;
    day.checked_add(length).ok()
}

/// Days from one to the other, negative when backwards.
pub fn days(from: Date, to: Date) -> i64 {
    from.until(to).unwrap().get_days().into()
}

/// How many whole months can be added to the earlier day without passing the later one; negative when backwards.
pub fn months(from: Date, to: Date, up: bool) -> i64 {
    if to < from {
        return -months(to, from, up);
    }
    let mut months = 0;
    while moved(from, months + 1, 0, up).is_ok_and(|day| day.day() <= to) {
        months += 1;
    }
    months
}

/// Days counted with the ends that are named.
pub fn counted(from: Date, to: Date, count: DayCount) -> i64 {
    let (first, last) = match count {
        DayCount::BothEnds => (true, true),
        DayCount::FirstDay => (true, false),
        DayCount::LastDay => (false, true),
        DayCount::NeitherEnd => (false, false),
    };
    let between = days(from, to) - 1;
    if from == to {
        // A day and itself: it is both ends, and counts once where an end counts that is a day of its own.
        return i64::from(first && last);
    }
    between + i64::from(first) + i64::from(last)
}
