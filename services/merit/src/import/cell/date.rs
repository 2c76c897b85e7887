//! Days in the order and with the marks that a profile names.

use jiff::civil::Date;
use merit_core::text::shown;
use serde::Deserialize;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
}

/// How days are written: `year-month-day`, `month/day/year`, `day.month.year`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DateFormat {
    order: [Part; 3],
    mark: char,
    words: String,
}

impl Default for DateFormat {
    fn default() -> Self {
        Self { order: [Part::Year, Part::Month, Part::Day], mark: '-', words: "year-month-day".to_owned() }
    }
}

impl TryFrom<String> for DateFormat {
    type Error = String;

    fn try_from(words: String) -> Result<Self, String> {
        let parse = || {
            let mark = words.chars().find(|c| !c.is_alphabetic())?;
            let part = |word: &str| match word {
                "year" => Some(Part::Year),
                "month" => Some(Part::Month),
                "day" => Some(Part::Day),
                _ => None,
            };
            let order: [Part; 3] = words.split(mark).map(part).collect::<Option<Vec<_>>>()?.try_into().ok()?;
            let all = [Part::Year, Part::Month, Part::Day].iter().all(|part| order.contains(part));
            all.then_some((order, mark))
        };
        match parse() {
            Some((order, mark)) => Ok(Self { order, mark, words }),
            None => {
                Err(format!("`{}` is not a form of dates like `month/day/year` or `day.month.year`", shown(&words)))
            }
        }
    }
}

impl DateFormat {
    /// Reads a day.
    ///
    /// # Errors
    /// Words for people.
    pub fn read(&self, text: &str) -> Result<Date, String> {
        self.parse(text).ok_or_else(|| {
            let other = if text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                "; format the column as dates in the spreadsheet and save it again".to_owned()
            } else {
                format!("; correct it, or say in the profile how `dates` are written ({} now)", self.words)
            };
            format!("`{}` is not a day{other}", shown(text))
        })
    }

    fn parse(&self, text: &str) -> Option<Date> {
        let pieces: [&str; 3] = text.split(self.mark).collect::<Vec<_>>().try_into().ok()?;
        let (mut year, mut month, mut day) = (None, None, None);
        for (part, piece) in self.order.into_iter().zip(pieces) {
            let width = if part == Part::Year { 4..=4 } else { 1..=2 };
            if !width.contains(&piece.len()) || !piece.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            match part {
                Part::Year => year = piece.parse::<i16>().ok(),
                Part::Month => month = piece.parse::<i8>().ok(),
                Part::Day => day = piece.parse::<i8>().ok(),
            }
        }
        Date::new(year?, month?, day?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_the_profile_says() {
        for (format, text, expected) in [
            ("year-month-day", "2026-07-01", "2026-07-01"),
            ("month/day/year", "7/1/2026", "2026-07-01"),
            ("day.month.year", "01.07.2026", "2026-07-01"),
            (
                "month/day/year",
                "13/1/2026",
                "`13/1/2026` is not a day; correct it, or say in the profile how `dates` are written (month/day/year now)",
            ),
            (
                "year-month-day",
                "2026-02-30",
                "`2026-02-30` is not a day; correct it, or say in the profile how `dates` are written (year-month-day now)",
            ),
            (
                "month/day/year",
                "7/1/26",
                "`7/1/26` is not a day; correct it, or say in the profile how `dates` are written (month/day/year now)",
            ),
            (
                "year-month-day",
                "2026-07-01T10:00",
                "`2026-07-01T10:00` is not a day; correct it, or say in the profile how `dates` are written (year-month-day now)",
            ),
            (
                "year-month-day",
                "46204",
                "`46204` is not a day; format the column as dates in the spreadsheet and save it again",
            ),
        ] {
            let read = DateFormat::try_from(format.to_owned()).unwrap().read(text);
            assert_eq!(read.map_or_else(|message| message, |day| day.to_string()), expected, "{format} {text}");
        }
    }

    #[test]
    fn forms_name_each_part_once() {
        for bad in ["", "day", "day/month", "day/month/month", "dd/mm/yyyy", "day/month/year/day", "day-month/year"] {
            assert!(DateFormat::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
