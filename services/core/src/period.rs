//! Stretches of days: half-open, [start, end), in the cycle's time zone.

use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Days from `start` up to, not including, `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub start: Date,
    /// The day after the last.
    pub end: Date,
}

/// How long a policy's period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeriodUnit {
    /// Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
    /// Three months.
    Quarter,
    /// Six months.
    Half,
    /// Twelve months.
    Year,
}

impl PeriodUnit {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Half => "half",
            Self::Year => "year",
        }
    }

    /// The first day of the stretch that a day lies in, with years that begin on the first of a month (1 to 12): halves and
    /// quarters are counted from there. A week begins on Monday.
    #[must_use]
    pub fn start_of(self, day: Date, year_starts: i8) -> Date {
        let months = match self {
            Self::Week => {
                let back = i64::from(day.weekday().to_monday_zero_offset());
                return day.checked_sub(back.days()).unwrap_or(day);
            }
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Half => 6,
            Self::Year => 12,
        };
        let since = (i32::from(day.month()) - i32::from(year_starts)).rem_euclid(12) % months;
        day.first_of_month().checked_sub(since.months()).unwrap_or(day)
    }
}

impl Period {
    /// # Errors
    /// `BAD_PERIOD` when the end is not after the start.
    pub fn new(start: Date, end: Date) -> Result<Self> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(Error::invalid("BAD_PERIOD", format!("the period from {start} to before {end} has no day")))
        }
    }

    /// From the first to the last day, both inside.
    ///
    /// # Errors
    /// `BAD_PERIOD` when the last day is before the first.
    pub fn through(first: Date, last: Date) -> Result<Self> {
        let end = last.checked_add(1.day()).map_err(|_| Error::invalid("BAD_PERIOD", "the date is too late"))?;
        Self::new(first, end)
    }

    /// The last day inside.
    #[must_use]
    pub fn last(&self) -> Date {
        self.end.yesterday().unwrap_or(self.start)
    }

    /// Number of days, at least 1.
    #[must_use]
    pub fn days(&self) -> i64 {
        i64::from(self.start.until(self.end).map_or(0, |s| s.get_days()))
    }

    /// Whether the day lies inside.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        self.start <= day && day < self.end
    }

    /// Whether the other lies wholly inside this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a day.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The calendar quarter 1 to 4 of a year.
    ///
    /// # Errors
    /// `BAD_PERIOD` when the quarter is not 1 to 4 or the year not 1 to 9998.
    pub fn quarter(year: i16, quarter: i8) -> Result<Self> {
        if !(1..=4).contains(&quarter) || !(1..=9998).contains(&year) {
            return Err(Error::invalid("BAD_PERIOD", format!("there is no quarter {quarter} of {year}")));
        }
        let start = date(year, quarter * 3 - 2, 1);
        let end = if quarter == 4 { date(year + 1, 1, 1) } else { date(year, quarter * 3 + 1, 1) };
        Self::new(start, end)
    }

    /// The whole periods of a unit that end inside this one, in order: for a quarter its three months, itself, and the
    /// half and the year that end with it. A quarter is counted back from this period's own end, three months at a time,
    /// so a fiscal quarter works too; weeks are Monday to Sunday.
    #[must_use]
    pub fn ending_inside(&self, unit: PeriodUnit) -> Vec<Self> {
        let mut found = Vec::new();
        match unit {
            PeriodUnit::Week => {
                let mut end = self.end;
                while end.weekday() != jiff::civil::Weekday::Monday {
                    let Ok(day) = end.yesterday() else { return found };
                    end = day;
                }
                while let Ok(start) = end.checked_sub(7.days()) {
                    if end <= self.start {
                        break;
                    }
                    found.push(Self { start, end });
                    end = start;
                }
            }
            PeriodUnit::Month => {
                let mut end = self.end;
                while let Ok(start) = end.checked_sub(1.month()) {
                    if end <= self.start {
                        break;
                    }
                    found.push(Self { start, end });
                    end = start;
                }
            }
            PeriodUnit::Quarter => found.push(*self),
            PeriodUnit::Half | PeriodUnit::Year => {
                let months = if unit == PeriodUnit::Half { 6 } else { 12 };
                let ends_one = (i32::from(self.end.month()) - 1) % months == 0 && self.end.day() == 1;
                if ends_one && let Ok(start) = self.end.checked_sub(months.months()) {
                    found.push(Self { start, end: self.end });
                }
            }
        }
        found.reverse();
        found
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_are_half_open() {
        let q3 = Period::quarter(2026, 3).unwrap();
        assert_eq!((q3.start, q3.end, q3.days()), (date(2026, 7, 1), date(2026, 10, 1), 92));
        assert!(q3.contains(date(2026, 9, 30)) && !q3.contains(date(2026, 10, 1)));
        assert_eq!(Period::quarter(2026, 4).unwrap().end, date(2027, 1, 1));
        assert!(Period::quarter(2026, 5).is_err());
    }

    #[test]
    fn periods_that_end_inside_a_quarter() {
        let q2 = Period::quarter(2026, 2).unwrap();
        let months = q2.ending_inside(PeriodUnit::Month);
        assert_eq!(
            months.iter().map(|p| p.start).collect::<Vec<_>>(),
            [date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)]
        );
        assert_eq!(q2.ending_inside(PeriodUnit::Half), [Period { start: date(2026, 1, 1), end: date(2026, 7, 1) }]);
        assert!(q2.ending_inside(PeriodUnit::Year).is_empty());
        assert!(Period::quarter(2026, 3).unwrap().ending_inside(PeriodUnit::Half).is_empty());
        let weeks = q2.ending_inside(PeriodUnit::Week);
        assert_eq!(weeks.len(), 13);
        assert!(weeks.iter().all(|w| w.days() == 7 && w.end > q2.start && w.end <= q2.end));
    }
}
