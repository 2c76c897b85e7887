//! Recognition that policies give, at most as often as they say.

use merit_core::Period;
use merit_rules::Recognition as Given;

use crate::model::{Granted, Person, Recognition};

/// Takes what a policy gives in one period, unless it was given before within the stretch that `once per` names. `granted`
/// holds what was given so far and grows.
pub fn take(
    person: &Person,
    policy: &str,
    period: &Period,
    label: &str,
    given: Given,
    granted: &mut Vec<Granted>,
    year_starts: i8,
) -> Option<Recognition> {
    let on = period.last();
    let before = granted.iter().any(|earlier| {
        earlier.policy == policy
            && earlier.title == given.name
            && given.once_per.is_some_and(|once| once.covers(earlier.on, on, year_starts))
    });
    if before {
        return None;
    }
    granted.push(Granted { policy: policy.to_owned(), title: given.name.clone(), on });
    let (badge, level) = given.badge.map_or_else(Default::default, |(badge, level)| (badge, level.unwrap_or_default()));
    let said = [
        given.kudos.as_ref().map(|kudos| kudos.text.as_str()),
        given.announce.as_ref().map(|announce| announce.text.as_str()),
    ];
    let said: Vec<&str> = said.into_iter().flatten().filter(|text| !text.is_empty()).collect();
    Some(Recognition {
        participant: person.id.clone(),
        policy: policy.to_owned(),
        period: label.to_owned(),
        title: given.name,
        badge,
        level,
        points: given.points,
        text: said.join("\n"),
        kudos_from: given.kudos.map(|kudos| kudos.from),
        announce_to: given.announce.map(|announce| announce.to).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use merit_core::ids::PersonId;
    use merit_core::period::PeriodUnit;
    use merit_rules::OncePer;

    use super::*;

    fn badge(once_per: Option<OncePer>) -> Given {
        Given {
            name: "Hot streak".to_owned(),
            badge: Some(("hot".to_owned(), None)),
            points: None,
            kudos: None,
            announce: None,
            once_per,
        }
    }

    #[test]
    fn once_per_counts_within_its_stretch() {
        let person = Person {
            id: PersonId::new("ana").unwrap(),
            history: vec![],
            ratings: vec![],
            granted: vec![],
            carried: vec![],
            occurred: vec![],
            earlier: vec![],
        };
        let month = |m| Period::new(date(2026, m, 1), date(2026, m + 1, 1)).unwrap();
        let earlier = Granted { policy: "P".to_owned(), title: "Hot streak".to_owned(), on: date(2026, 6, 30) };
        for (once_per, year_starts, months) in [
            (None, 1, vec![7, 8, 9]),
            (Some(OncePer::Period(PeriodUnit::Quarter)), 1, vec![7]),
            (Some(OncePer::Period(PeriodUnit::Half)), 1, vec![7]),
            (Some(OncePer::Period(PeriodUnit::Year)), 1, vec![]),
            // A year, and so a quarter, that begins in August.
            (Some(OncePer::Period(PeriodUnit::Quarter)), 8, vec![8]),
            (Some(OncePer::Period(PeriodUnit::Year)), 8, vec![8]),
            (Some(OncePer::Policy), 1, vec![]),
        ] {
            let mut granted = vec![earlier.clone()];
            let taken: Vec<i8> = [7, 8, 9]
                .into_iter()
                .filter(|m| take(&person, "P", &month(*m), "x", badge(once_per), &mut granted, year_starts).is_some())
                .collect();
            assert_eq!(taken, months, "{once_per:?}");
        }
    }
}
