//! Contests: the second stage, which compares people by what the first stage gave each of them.

use std::collections::BTreeMap;

use merit_core::allocate::largest_remainder;
use merit_core::ids::PersonId;
use merit_core::{Money, Ratio};

use super::machine::Machine;
use super::stop::Stop;
use super::{Evaluation, NotScored, PersonInputs};
use crate::program::{Contest, Program, Quantity};

/// One participant of the policy with what the first stage read and gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContestEntry {
    /// Who.
    pub participant: PersonId,
    /// What the first stage read.
    pub inputs: PersonInputs,
    /// What it gave.
    pub evaluation: Evaluation,
}

/// A prize.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Award {
    /// Who.
    pub participant: PersonId,
    /// The contest's name.
    pub contest: String,
    /// From 1; those who tie have the same, the best one.
    pub place: u32,
    /// How much.
    pub amount: Money,
    /// The group that they were ranked in, for `within`.
    pub group: Option<String>,
    /// How that came about, for people.
    pub words: Vec<String>,
    /// The contest's `because`.
    pub reason: Option<String>,
}

/// All contests' prizes and those who could not be ranked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContestOutcome {
    /// By contest, group, place and participant.
    pub awards: Vec<Award>,
    /// Participants whose value is not scored, with the reason, once for each contest.
    pub not_ranked: Vec<(PersonId, NotScored)>,
}

/// A participant with the value they are ranked by.
struct Ranked<'e> {
    participant: &'e PersonId,
    value: Quantity,
}

/// Ranks the participants of each contest, highest first. Those who tie share the prizes of the places that they take
/// together, by largest remainder in the order of their ids.
#[must_use]
pub fn rank(program: &Program, entries: &[ContestEntry]) -> ContestOutcome {
    let mut outcome = ContestOutcome::default();
    for contest in &program.contests {
        let mut groups: BTreeMap<Option<String>, Vec<Ranked<'_>>> = BTreeMap::new();
        for entry in entries {
            match value_of(program, contest, entry) {
                Ok((group, value)) => {
                    groups.entry(group).or_default().push(Ranked { participant: &entry.participant, value });
                }
                Err(stop) => outcome.not_ranked.push((entry.participant.clone(), stop.into())),
            }
        }
        for (group, ranked) in groups {
            award(program, contest, group.as_deref(), ranked, &mut outcome.awards);
        }
    }
    outcome.not_ranked.sort_by(|a, b| a.0.cmp(&b.0));
    outcome
}

/// The participant's group and value.
fn value_of(program: &Program, contest: &Contest, entry: &ContestEntry) -> Result<(Option<String>, Quantity), Stop> {
    let (mut machine, _) = Machine::new(program, &entry.inputs);
    machine.define_all(program);
    let value = machine.read(&contest.rank_by)?;
    let group = match contest.within {
        Some(fact) => {
            let ty =
                program.facts.get(fact.0).map(|fact| &fact.ty).ok_or_else(|| Stop::broken("a fact is not there"))?;
            Some(machine.fact(fact)?.spoken(ty))
        }
        None => None,
    };
    Ok((group, value))
}

fn award(
    program: &Program,
    contest: &Contest,
    group: Option<&str>,
    mut ranked: Vec<Ranked<'_>>,
    awards: &mut Vec<Award>,
) {
    ranked.sort_by(|a, b| b.value.exact().cmp(&a.value.exact()).then_with(|| a.participant.cmp(b.participant)));
    let of = ranked.len();
    let mut place = 0;
    for tied in ranked.chunk_by(|a, b| a.value == b.value) {
        let Some(prizes) = contest.prizes.get(place..).filter(|prizes| !prizes.is_empty()) else { return };
        let shared = prizes.get(..tied.len()).unwrap_or(prizes);
        let Some(currency) = shared.first().map(|prize| prize.currency) else { return };
        let total = shared.iter().fold(0_i64, |sum, prize| sum.saturating_add(prize.minor));
        let parts = largest_remainder(total, &vec![Ratio::ONE; tied.len()]);
        for (ranked, minor) in tied.iter().zip(parts) {
            let amount = Money::new(minor, currency);
            awards.push(Award {
                participant: ranked.participant.clone(),
                contest: contest.name.clone(),
                place: u32::try_from(place + 1).unwrap_or(u32::MAX),
                amount,
                group: group.map(str::to_owned),
                words: words(program, contest, &ranked.value, place, tied.len(), of, group, total, amount),
                reason: contest.because.clone(),
            });
        }
        place += tied.len();
    }
}

#[expect(clippy::too_many_arguments, reason = "the figures that one sentence tells")]
fn words(
    program: &Program,
    contest: &Contest,
    value: &Quantity,
    place: usize,
    tied: usize,
    of: usize,
    group: Option<&str>,
    total: i64,
    amount: Money,
) -> Vec<String> {
    let by = crate::explain::quoted(program, contest.rank_by.place);
    let within = group.map(|group| format!(" in {group}")).unwrap_or_default();
    let value = crate::explain::spoken(value, &contest.rank_by.ty);
    let mut words = vec![format!("place {} of {of}{within} by {by}: {value}", place + 1)];
    if tied > 1 {
        let pool = Money::new(total, amount.currency).spoken();
        let places = if contest.prizes.len() > place + 1 {
            format!("prizes of places {} to {}", place + 1, (place + tied).min(contest.prizes.len()))
        } else {
            format!("prize of place {}", place + 1)
        };
        words.push(format!(
            "{tied} tie and share the {places}: {pool} ÷ {tied} = {} for this participant",
            amount.spoken()
        ));
    } else {
        words.push(format!("prize of place {}: {}", place + 1, amount.spoken()));
    }
    words.extend(contest.because.as_ref().map(|because| format!("because {because}")));
    words
}

#[cfg(test)]
mod tests {
    use merit_core::Value;
    use proptest::prelude::*;

    use super::*;
    use crate::evaluate::evaluate;
    use crate::program::sample::{inputs, person, usd};
    use crate::program::{FactId, Place, Range, Type};

    /// Ranks by `attainment` within `region`, three prizes.
    fn program() -> Program {
        let mut program = Program::empty();
        let attainment = program.fact("attainment", Type::Percent, false, Range::default());
        program.fact("region", Type::Choice("Region".to_owned()), false, Range::default());
        let rank_by = program.define("rank_by", attainment);
        let prizes = ["1000", "500", "250"].map(|prize| match usd(prize) {
            Value::Money(money) => money,
            other => panic!("{other:?}"),
        });
        program.contests.push(Contest {
            name: "top".to_owned(),
            about: None,
            rank_by,
            within: Some(FactId(1)),
            prizes: prizes.to_vec(),
            because: Some("Plan".to_owned()),
            place: Place::default(),
        });
        program
    }

    fn entry(program: &Program, id: &str, percent: Option<i64>, region: &str) -> ContestEntry {
        let mut facts = vec![("region", Value::Choice(region.to_owned()))];
        facts.extend(percent.map(|percent| ("attainment", Value::Percent(Ratio::percent(percent)))));
        let inputs = inputs(id, &facts);
        ContestEntry { participant: person(id), evaluation: evaluate(program, &inputs), inputs }
    }

    fn told(outcome: &ContestOutcome) -> Vec<(&str, &str, u32, String)> {
        outcome
            .awards
            .iter()
            .map(|a| (a.participant.as_str(), a.group.as_deref().unwrap_or("-"), a.place, a.amount.decimal()))
            .collect()
    }

    #[test]
    fn each_group_has_its_prizes_and_ties_share_the_places_that_they_take() {
        let program = program();
        let entries: Vec<ContestEntry> = [
            ("dee", Some(90), "EMEA"),
            ("cy", Some(120), "EMEA"),
            ("bo", Some(120), "EMEA"),
            ("ana", Some(90), "EMEA"),
            ("eve", Some(90), "EMEA"),
            ("fay", Some(10), "APJ"),
            ("gus", None, "APJ"),
        ]
        .map(|(id, percent, region)| entry(&program, id, percent, region))
        .into();
        let outcome = rank(&program, &entries);
        // Places 1 and 2 hold 1,000 + 500, half each; three tie for places 3 to 5, of which only the third has a prize:
        // 250.00 ÷ 3 leaves one cent, for the first of them by id.
        let expected: Vec<(&str, &str, u32, String)> = [
            ("fay", "APJ", 1, "1000.00"),
            ("bo", "EMEA", 1, "750.00"),
            ("cy", "EMEA", 1, "750.00"),
            ("ana", "EMEA", 3, "83.34"),
            ("dee", "EMEA", 3, "83.33"),
            ("eve", "EMEA", 3, "83.33"),
        ]
        .map(|(id, group, place, amount)| (id, group, place, amount.to_owned()))
        .into();
        assert_eq!(told(&outcome), expected);
        assert_eq!(outcome.not_ranked.len(), 1);
        assert_eq!(
            (outcome.not_ranked[0].0.as_str(), outcome.not_ranked[0].1.reason.as_str()),
            ("gus", "`attainment` is missing")
        );
        assert_eq!(outcome.awards[0].reason.as_deref(), Some("Plan"));
        assert_eq!(
            outcome.awards[1].words[1],
            "2 tie and share the prizes of places 1 to 2: $1,500.00 ÷ 2 = $750.00 for this participant"
        );
        assert_eq!(
            outcome.awards[3].words[1],
            "3 tie and share the prize of place 3: $250.00 ÷ 3 = $83.34 for this participant"
        );
    }

    proptest! {
        #[test]
        fn awards_sum_to_the_prizes_whatever_the_order_of_entries(
            percents in prop::collection::vec(0_i64..4, 3..9),
            seed in 0_usize..100,
        ) {
            let program = program();
            let mut entries: Vec<ContestEntry> =
                percents.iter().enumerate().map(|(n, percent)| entry(&program, &format!("p{n}"), Some(*percent), "EMEA")).collect();
            let outcome = rank(&program, &entries);
            prop_assert_eq!(outcome.awards.iter().map(|award| award.amount.minor).sum::<i64>(), 175_000);
            let count = entries.len();
            entries.rotate_left(seed % count);
            prop_assert_eq!(rank(&program, &entries), outcome);
        }
    }

    #[test]
    fn fewer_people_than_prizes() {
        let program = program();
        let entries = [entry(&program, "ana", Some(0), "APJ"), entry(&program, "bo", Some(1), "APJ")];
        let outcome = rank(&program, &entries);
        assert_eq!(
            outcome.awards.iter().map(|a| (a.participant.as_str(), a.amount.minor)).collect::<Vec<_>>(),
            [("bo", 100_000), ("ana", 50_000)]
        );
    }
}
