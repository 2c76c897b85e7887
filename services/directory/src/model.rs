//! People and what is known of them from which day on.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Problem, Value};

/// The attribute that holds the reporting line.
pub const MANAGER: &str = "manager";
/// The attribute that says in which team somebody is.
pub const TEAM: &str = "team";
/// The attribute with the first day of work.
pub const STARTED: &str = "started";
/// The attribute with the last day of work.
pub const ENDED: &str = "ended";

/// The attributes that anybody may read of anybody.
pub const OPEN_ATTRIBUTES: [&str; 3] = [MANAGER, "role", TEAM];

/// A person as on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id.
    pub id: PersonId,
    /// What people call them.
    pub display_name: String,
    /// Where their mail goes, if that is known.
    pub email: Option<String>,
    /// The rows of sources that they are, in the order of recording.
    pub identities: Vec<Identity>,
    /// All that was ever recorded, superseded versions too, in the order of attribute, day and change.
    pub history: Vec<Fact>,
}

/// Which row of which source a person is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Such as `hr`.
    pub source: String,
    /// The source's own key.
    pub external_id: String,
}

/// An attribute from a day on, as one change recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its name.
    pub attribute: String,
    /// The first day in force.
    pub from: Date,
    /// The value; none ends the attribute.
    pub value: Option<Value>,
    /// The number of the change that recorded it.
    pub seq: i64,
}

impl Person {
    /// The value in force on a day: of the facts that begin by then, the last by day and then by change.
    #[must_use]
    pub fn value(&self, attribute: &str, day: Date) -> Option<&Value> {
        in_force(self.history.iter().filter(|fact| fact.attribute == attribute), day)?.value.as_ref()
    }

    /// All values in force on a day.
    #[must_use]
    pub fn attributes(&self, day: Date) -> BTreeMap<String, Value> {
        self.history
            .chunk_by(|a, b| a.attribute == b.attribute)
            .filter_map(|facts| in_force(facts.iter(), day))
            .filter_map(|fact| Some((fact.attribute.clone(), fact.value.clone()?)))
            .collect()
    }

    /// The history that counts, oldest first: of several versions of one attribute and day, the last.
    #[must_use]
    pub fn effective(&self) -> Vec<&Fact> {
        let mut facts: Vec<&Fact> = self
            .history
            .chunk_by(|a, b| (&a.attribute, a.from) == (&b.attribute, b.from))
            .filter_map(|versions| versions.iter().max_by_key(|fact| fact.seq))
            .collect();
        facts.sort_by(|a, b| (a.from, &a.attribute).cmp(&(b.from, &b.attribute)));
        facts
    }
}

/// Of facts about one attribute, the one in force on a day.
pub fn in_force<'a>(facts: impl Iterator<Item = &'a Fact>, day: Date) -> Option<&'a Fact> {
    facts.filter(|fact| fact.from <= day).max_by_key(|fact| (fact.from, fact.seq))
}

/// A file of people as it comes in.
#[derive(Debug, Clone, Default)]
pub struct PeopleFile {
    /// Where the rows come from.
    pub source: String,
    /// The file's name, for the record.
    pub file_name: String,
    /// Check everything, write nothing.
    pub validate_only: bool,
    /// The rows.
    pub rows: Vec<PersonRow>,
    /// What was wrong already when the rows were read.
    pub problems: Vec<Problem>,
}

/// A row of it, not yet checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonRow {
    /// The line in the file, from 1.
    pub line: u32,
    /// The person's id.
    pub person_id: String,
    /// The source's own key; empty: the one on record, or the person's id.
    pub external_id: String,
    /// What people call them.
    pub display_name: String,
    /// Empty: as on record.
    pub email: String,
    /// The first day on which the attributes are in force.
    pub from: String,
    /// The values, or none for what is no more from that day on. Attributes that are not here stay as they are.
    pub attributes: BTreeMap<String, Option<Value>>,
}

/// What an import did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows of new people.
    pub added: u32,
    /// Rows that recorded something about people on record.
    pub changed: u32,
    /// Rows that said what was on record already.
    pub unchanged: u32,
    /// Rows that can't be taken. If there is one, nothing was written and nothing is counted.
    pub problems: Vec<Problem>,
}

/// What one import writes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Where the rows come from.
    pub source: String,
    /// The file's name.
    pub file_name: String,
    /// New identities.
    pub identities: Vec<(Identity, PersonId)>,
    /// New names and addresses.
    pub versions: Vec<Version>,
    /// New facts; their `seq` is given when they are recorded.
    pub facts: Vec<(PersonId, Fact)>,
}

/// A new name or address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Whose.
    pub person: PersonId,
    /// What people call them.
    pub display_name: String,
    /// Where their mail goes.
    pub email: Option<String>,
}

impl Change {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.identities.is_empty() && self.versions.is_empty() && self.facts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn person(mut history: Vec<Fact>) -> Person {
        history.sort_by(|a, b| (&a.attribute, a.from, a.seq).cmp(&(&b.attribute, b.from, b.seq)));
        let id = PersonId::new("ana").unwrap();
        Person { id, display_name: "Ana".to_owned(), email: None, identities: Vec::new(), history }
    }

    fn day(offset: i64) -> Date {
        date(2026, 7, 1).checked_add(offset.days()).unwrap()
    }

    proptest! {
        // The specification replays the changes in the order of recording: each sets its day and, of all days up to the
        // one asked for, the latest counts.
        #[test]
        fn the_last_by_day_and_then_by_change_is_in_force(
            facts in prop::collection::vec((0..2_u8, 0..6_i64, prop::option::of(0..4_i64)), 0..24),
            asked in -1..8_i64,
        ) {
            let history: Vec<Fact> = facts.iter().enumerate().map(|(seq, (attribute, from, value))| Fact {
                attribute: format!("a{attribute}"), from: day(*from), value: value.map(Value::Count), seq: i64::try_from(seq).unwrap() + 1,
            }).collect();
            let mut by_day: BTreeMap<(String, Date), Option<Value>> = BTreeMap::new();
            for fact in &history {
                by_day.insert((fact.attribute.clone(), fact.from), fact.value.clone());
            }
            let mut expected: BTreeMap<String, Value> = BTreeMap::new();
            for ((attribute, from), value) in &by_day {
                if *from <= day(asked) {
                    match value {
                        Some(value) => expected.insert(attribute.clone(), value.clone()),
                        None => expected.remove(attribute),
                    };
                }
            }
            let person = person(history);
            prop_assert_eq!(person.attributes(day(asked)), expected.clone());
            prop_assert_eq!(person.value("a0", day(asked)), expected.get("a0"));
            let effective: BTreeMap<_, _> =
                person.effective().into_iter().map(|fact| ((fact.attribute.clone(), fact.from), fact.value.clone())).collect();
            prop_assert_eq!(person.effective().len(), by_day.len());
            prop_assert_eq!(effective, by_day);
        }
    }
}
