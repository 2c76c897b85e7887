//! What goals need to know of people.

use jiff::civil::Date;
use merit_core::ids::{self, PersonId, TeamId};

/// A person with the dates that matter here. Each list is in order of day; in force is the last that begins by a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The person.
    pub id: PersonId,
    /// Teams they were ever in.
    pub teams: Vec<TeamId>,
    /// First day of work, as known from a day on.
    pub started: Vec<(Date, Option<Date>)>,
    /// Last day of work, as known from a day on.
    pub ended: Vec<(Date, Option<Date>)>,
}

impl Member {
    /// Whether they work here on a day; who has no first day always did.
    #[must_use]
    pub fn works_on(&self, day: Date) -> bool {
        known(&self.started, day).is_none_or(|started| started <= day)
            && known(&self.ended, day).is_none_or(|ended| day <= ended)
    }
}

/// A date as known for a day: the one in force, or else the first that was put on record for a later day. A last day of
/// work often comes with a file that counts from after it.
fn known(dates: &[(Date, Option<Date>)], day: Date) -> Option<Date> {
    match dates.iter().rev().find(|(from, _)| *from <= day) {
        Some((_, date)) => *date,
        None => dates.iter().find_map(|(_, date)| *date),
    }
}

/// The id of the team that people name so: the name itself where it is an id, or else one made from it, so `East` is
/// `teams/East` and `East Practice` is `teams/east-practice`. None if no letter is left.
#[must_use]
pub fn team_id(name: &str) -> Option<TeamId> {
    let name = name.trim();
    TeamId::new(name).or_else(|_| TeamId::new(&ids::slug(name))).ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_and_the_last_day_are_days_of_work() {
        let july = date(2026, 7, 1);
        let member = |started: Option<Date>, ended: Option<Date>| Member {
            id: PersonId::new("ana").unwrap(),
            teams: Vec::new(),
            started: vec![(july, started)],
            ended: vec![(date(2026, 8, 1), ended), (date(2026, 9, 1), None)],
        };
        for (started, ended, day, works) in [
            (None, None, july, true),
            (Some(july), None, july, true),
            (Some(date(2026, 7, 2)), None, july, false),
            (None, Some(date(2026, 8, 15)), date(2026, 8, 15), true),
            (None, Some(date(2026, 8, 15)), date(2026, 8, 16), false),
            (None, Some(date(2026, 7, 15)), date(2026, 7, 20), false),
            (None, Some(date(2026, 7, 15)), date(2026, 9, 1), true),
            (Some(july), None, date(2026, 6, 30), false),
            (Some(date(2026, 6, 1)), None, date(2026, 6, 30), true),
        ] {
            assert_eq!(member(started, ended).works_on(day), works, "{started:?} {ended:?} {day}");
        }
    }

    #[test]
    fn teams_have_ids() {
        for (name, id) in [("East", Some("East")), (" East Practice ", Some("east-practice")), ("!", None)] {
            assert_eq!(team_id(name).as_ref().map(TeamId::as_str), id);
        }
    }
}
