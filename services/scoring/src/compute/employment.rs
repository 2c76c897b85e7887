//! What was true of a person on a day, read from their dated history.

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Period, Value};

use crate::model::Person;

/// The attribute that holds the first day of work.
const STARTED: &str = "started";
/// The attribute that holds the last day of work.
const ENDED: &str = "ended";
/// The attribute that holds the reporting line.
const MANAGER: &str = "manager";

/// The attribute's value in force on a day.
#[must_use]
pub fn in_force<'p>(person: &'p Person, attribute: &str, day: Date) -> Option<&'p Value> {
    let dated = person.history.iter().filter(|dated| dated.attribute == attribute && dated.from <= day);
    dated.max_by_key(|dated| dated.from).and_then(|dated| dated.value.as_ref()).map(|value| &value.0)
}

/// The manager in force on a day.
#[must_use]
pub fn manager_on(person: &Person, day: Date) -> Option<PersonId> {
    match in_force(person, MANAGER, day) {
        Some(Value::Participant(manager)) => Some(manager.clone()),
        _ => None,
    }
}

/// A date attribute as known for a day: the one in force, or else the first that was put on record for a later day. A
/// last day of work often comes with a file that counts from after it.
fn date_of(person: &Person, attribute: &str, day: Date) -> Option<Date> {
    let stated = in_force(person, attribute, day).or_else(|| {
        let later = person.history.iter().filter(|dated| dated.attribute == attribute && dated.from > day);
        later.filter(|dated| dated.value.is_some()).min_by_key(|dated| dated.from)?.value.as_ref().map(|value| &value.0)
    });
    match stated {
        Some(Value::Date(date)) => Some(*date),
        _ => None,
    }
}

/// Whether the person was employed on at least one of the days; someone without a first day always was.
#[must_use]
pub fn employed(person: &Person, period: &Period) -> bool {
    let last = period.last();
    date_of(person, STARTED, last).is_none_or(|started| started <= last)
        && date_of(person, ENDED, last).is_none_or(|ended| ended >= period.start)
}

/// The period's last day, or the person's if they left before.
#[must_use]
pub fn last_day(person: &Person, period: &Period) -> Date {
    let last = period.last();
    date_of(person, ENDED, last).filter(|ended| *ended >= period.start).map_or(last, |ended| ended.min(last))
}

/// Whether an attribute is one of the two dates of employment, which count whatever day they are recorded for.
#[must_use]
pub fn is_employment(attribute: &str) -> bool {
    attribute == STARTED || attribute == ENDED
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::{DatedValue, Packed};

    fn person(history: &[(&str, Date, Option<Value>)]) -> Person {
        let history = history.iter().map(|(attribute, from, value)| DatedValue {
            attribute: (*attribute).to_owned(),
            from: *from,
            value: value.clone().map(Packed),
        });
        Person {
            id: PersonId::new("ana").unwrap(),
            history: history.collect(),
            ratings: vec![],
            granted: vec![],
            carried: vec![],
            occurred: vec![],
            earlier: vec![],
        }
    }

    #[test]
    fn who_is_on_the_roster() {
        let quarter = Period::quarter(2026, 3).unwrap();
        let day = |attribute, from, on| (attribute, from, Some(Value::Date(on)));
        let (old, october) = (date(2026, 1, 1), date(2026, 10, 1));
        for (history, employed_then, last) in [
            (vec![], true, date(2026, 9, 30)),
            (vec![day("started", old, date(2026, 9, 30))], true, date(2026, 9, 30)),
            (vec![day("started", old, date(2026, 10, 1))], false, date(2026, 9, 30)),
            (vec![day("ended", old, date(2026, 7, 1))], true, date(2026, 7, 1)),
            (vec![day("ended", old, date(2026, 6, 30))], false, date(2026, 9, 30)),
            // Recorded later than the day itself.
            (vec![day("ended", october, date(2026, 8, 15))], true, date(2026, 8, 15)),
            // Left, came back, and the leaving no longer holds.
            (vec![day("ended", old, date(2026, 3, 1)), ("ended", date(2026, 5, 1), None)], true, date(2026, 9, 30)),
        ] {
            let person = person(&history);
            assert_eq!(
                (employed(&person, &quarter), last_day(&person, &quarter)),
                (employed_then, last),
                "{history:?}"
            );
        }
    }

    #[test]
    fn the_line_in_force_on_the_day_counts() {
        let boss = |id: &str| Some(Value::Participant(PersonId::new(id).unwrap()));
        let person = person(&[
            ("manager", date(2026, 1, 1), boss("bo")),
            ("manager", date(2026, 8, 1), boss("cy")),
            ("manager", date(2026, 9, 1), None),
        ]);
        for (day, manager) in [
            (date(2025, 12, 31), None),
            (date(2026, 7, 31), Some("bo")),
            (date(2026, 8, 1), Some("cy")),
            (date(2026, 9, 1), None),
        ] {
            assert_eq!(manager_on(&person, day).as_ref().map(PersonId::as_str), manager, "{day}");
        }
    }
}
