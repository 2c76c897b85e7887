//! A goal: what an owner wants a measure or a milestone to reach in a cycle.

use std::fmt;

use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId, TeamId};
use merit_core::{Ratio, Scope, Value};

use super::Perspective;

/// Whose goal it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// Everybody's.
    Organisation,
    /// A team's.
    Team(TeamId),
    /// A person's.
    Person(PersonId),
}

impl Owner {
    /// The resource name, empty for the organisation.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Organisation => String::new(),
            Self::Team(team) => team.name(),
            Self::Person(person) => person.name(),
        }
    }

    /// The owner of a resource name, if it is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Organisation);
        }
        TeamId::from_name(name).map(Self::Team).or_else(|_| PersonId::from_name(name).map(Self::Person)).ok()
    }

    /// Whether a reader with this scope may know of goals of this owner: everybody of those of teams and of the organisation.
    #[must_use]
    pub fn is_within(&self, scope: &Scope) -> bool {
        match self {
            Self::Person(person) => scope.holds(person),
            Self::Team(_) | Self::Organisation => true,
        }
    }

    /// How far from the top: goals serve goals of their own level or nearer to the top.
    #[must_use]
    pub const fn level(&self) -> u8 {
        match self {
            Self::Organisation => 0,
            Self::Team(_) => 1,
            Self::Person(_) => 2,
        }
    }

    /// The level in words.
    #[must_use]
    pub const fn level_word(&self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Team(_) => "team",
            Self::Person(_) => "person",
        }
    }
}

/// For people: `ana-silva`, `the organisation`.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organisation => f.write_str("the organisation"),
            Self::Team(team) => write!(f, "`{team}`"),
            Self::Person(person) => write!(f, "`{person}`"),
        }
    }
}

/// Which row of which source a goal is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Such as `planning`.
    pub source: String,
    /// The source's own key.
    pub external_id: String,
}

/// What a goal says, beside its targets and progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The cycle it belongs to for good.
    pub cycle: CycleId,
    /// Whose it is for good.
    pub owner: Owner,
    /// In a few words.
    pub title: String,
    /// May be empty.
    pub description: String,
    /// The schema's measure; none for a milestone.
    pub measure: Option<String>,
    /// Its perspective, the measure's where it has one.
    pub perspective: Perspective,
    /// Its share of its owner's whole, 0 to 1.
    pub weight: Option<Ratio>,
    /// The goal that it serves.
    pub parent: Option<GoalId>,
    /// The day it is due, inside the cycle.
    pub due: Date,
    /// When it counts as done. May be empty.
    pub done_when: String,
    /// Why it can be reached. May be empty.
    pub rationale: String,
}

/// A target from a day on, as one change recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The first day in force.
    pub from: Date,
    /// The target.
    pub value: Value,
    /// The number of the change that recorded it.
    pub seq: i64,
}

/// How far a milestone has come on a day, as one change recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The day.
    pub on: Date,
    /// 0 to 1; 1 is done.
    pub done: Ratio,
    /// May be empty.
    pub comment: String,
    /// The number of the change that recorded it.
    pub seq: i64,
}

/// A goal as on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// The id.
    pub id: GoalId,
    /// What it says.
    pub content: Content,
    /// Counts its changes, from 1.
    pub version: u32,
    /// The rows of sources that it is, in the order of recording.
    pub identities: Vec<Identity>,
    /// All that were ever recorded, superseded ones too, by day and change.
    pub targets: Vec<Target>,
    /// All that was ever recorded, by day and change.
    pub progress: Vec<Progress>,
}

impl Goal {
    /// The target in force on a day: of those that begin by then, the last by day and then by change.
    #[must_use]
    pub fn target(&self, day: Date) -> Option<&Value> {
        let begun = self.targets.iter().filter(|target| target.from <= day);
        begun.max_by_key(|target| (target.from, target.seq)).map(|target| &target.value)
    }

    /// The targets that count, oldest first: of several of one day, the last.
    #[must_use]
    pub fn effective_targets(&self) -> Vec<&Target> {
        let days = self.targets.chunk_by(|a, b| a.from == b.from);
        days.filter_map(|versions| versions.iter().max_by_key(|target| target.seq)).collect()
    }

    /// The progress that counts, oldest first: of several of one day, the last.
    #[must_use]
    pub fn effective_progress(&self) -> Vec<&Progress> {
        let days = self.progress.chunk_by(|a, b| a.on == b.on);
        days.filter_map(|versions| versions.iter().max_by_key(|progress| progress.seq)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::ToSpan as _;
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn owners_have_names() {
        for name in ["", "teams/East", "people/ana"] {
            assert_eq!(Owner::from_name(name).unwrap().name(), name);
        }
        assert!(Owner::from_name("ana").is_none() && Owner::from_name("teams/").is_none());
    }

    proptest! {
        // The specification replays the changes in order: each sets its day, and the latest day up to the one asked for counts.
        #[test]
        fn the_last_target_by_day_and_then_by_change_is_in_force(
            targets in prop::collection::vec((0..6_i64, 0..4_i64), 0..16), asked in -1..8_i64,
        ) {
            let day = |offset: i64| date(2026, 7, 1).checked_add(offset.days()).unwrap();
            let mut by_day = BTreeMap::new();
            let mut recorded: Vec<Target> = Vec::new();
            for (seq, (from, value)) in (1..).zip(&targets) {
                by_day.insert(day(*from), Value::Count(*value));
                recorded.push(Target { from: day(*from), value: Value::Count(*value), seq });
            }
            recorded.sort_by_key(|target| (target.from, target.seq));
            let goal = goal(recorded);
            let expected = by_day.range(..=day(asked)).next_back().map(|(_, value)| value);
            prop_assert_eq!(goal.target(day(asked)), expected);
            let effective: Vec<_> = goal.effective_targets().into_iter().map(|target| (target.from, target.value.clone())).collect();
            prop_assert_eq!(effective, by_day.into_iter().collect::<Vec<_>>());
        }
    }

    fn goal(targets: Vec<Target>) -> Goal {
        let content = Content {
            cycle: CycleId::new("2026-Q3").unwrap(),
            owner: Owner::Organisation,
            title: "Bookings".to_owned(),
            description: String::new(),
            measure: Some("bookings".to_owned()),
            perspective: Perspective::Financial,
            weight: None,
            parent: None,
            due: date(2026, 9, 30),
            done_when: String::new(),
            rationale: String::new(),
        };
        Goal {
            id: GoalId::new("g").unwrap(),
            content,
            version: 1,
            identities: Vec::new(),
            targets,
            progress: Vec::new(),
        }
    }
}
