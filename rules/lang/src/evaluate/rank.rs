//! Contests: the second stage, which compares people by what the first stage gave each of them.

use std::cmp::Ordering;

use merit_core::allocate::largest_remainder;
use merit_core::ids::PersonId;
use merit_core::{Money, Ratio};

use super::arithmetic::order;
use super::machine::Machine;
use super::stop::Stop;
use super::{Evaluation, NotScored, PersonInputs};
use crate::program::{Contest, Prizes, Program, Quantity};

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

/// A label that a distribution gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labelled {
    /// Who.
    pub participant: PersonId,
    /// The contest's name.
    pub contest: String,
    /// The label: `high`.
    pub label: String,
    /// The group that they were ranked in, for `within`.
    pub group: Option<String>,
    /// How that came about, for people.
    pub words: Vec<String>,
}

/// What a contest would give in a group that is too small to be held to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guideline {
    /// The contest's name.
    pub contest: String,
    /// The group, for `within`.
    pub group: Option<String>,
    /// For people: what it would be, and that it binds nobody.
    pub words: String,
}

/// All contests' prizes and those who could not be ranked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContestOutcome {
    /// By contest, group, place and participant.
    pub awards: Vec<Award>,
    /// By contest, group, place and participant.
    pub labels: Vec<Labelled>,
    /// Of groups that are too small.
    pub guidelines: Vec<Guideline>,
    /// Participants whose value is not scored, with the reason, once for each contest.
    pub not_ranked: Vec<(PersonId, NotScored)>,
}

/// A group with its value in words. Two values may have the same words, and are two groups all the same.
struct Group {
    name: String,
    value: Quantity,
}

fn by_group(a: Option<&Group>, b: Option<&Group>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => a.name.cmp(&b.name).then_with(|| order(&a.value, &b.value)),
        _ => Ordering::Equal,
    }
}

/// A participant with the value they are ranked by.
pub(crate) struct Ranked<'e> {
    pub(crate) participant: &'e PersonId,
    pub(crate) value: Quantity,
}

/// Ranks the participants of each contest, highest first. Those who tie share the prizes of the places that they take
/// together, by largest remainder in the order of their ids; of a distribution they all get the better label.
#[must_use]
pub fn rank(program: &Program, entries: &[ContestEntry]) -> ContestOutcome {
    let mut outcome = ContestOutcome::default();
    for contest in &program.contests {
        let mut grouped: Vec<(Option<Group>, Ranked<'_>)> = Vec::new();
        for entry in entries {
            match value_of(program, contest, entry) {
                Ok((group, value)) => grouped.push((group, Ranked { participant: &entry.participant, value })),
                Err(stop) => outcome.not_ranked.push((entry.participant.clone(), stop.into())),
            }
        }
        grouped.sort_by(|(a, _), (b, _)| by_group(a.as_ref(), b.as_ref()));
        let mut groups: Vec<(Option<Group>, Vec<Ranked<'_>>)> = Vec::new();
        for (group, ranked) in grouped {
            match groups.last_mut().filter(|(last, _)| by_group(last.as_ref(), group.as_ref()).is_eq()) {
                Some((_, all)) => all.push(ranked),
                None => groups.push((group, vec![ranked])),
            }
        }
        for (group, ranked) in groups {
            decide(program, contest, group.as_ref().map(|group| group.name.as_str()), ranked, &mut outcome);
        }
    }
    outcome.not_ranked.sort_by(|a, b| a.0.cmp(&b.0));
    outcome
}

/// The participant's group and value.
fn value_of(program: &Program, contest: &Contest, entry: &ContestEntry) -> Result<(Option<Group>, Quantity), Stop> {
    let (mut machine, _) = Machine::new(program, &entry.inputs);
    machine.define_all(program);
    let value = machine.read(&contest.rank_by)?;
    let group = match contest.within {
        Some(fact) => {
            let ty =
                program.facts.get(fact.0).map(|fact| &fact.ty).ok_or_else(|| Stop::broken("a fact is not there"))?;
            let value = machine.fact(fact)?;
            Some(Group { name: value.spoken(ty), value })
        }
        None => None,
    };
    Ok((group, value))
}

/// Decides a contest in one group.
pub(crate) fn decide(
    program: &Program,
    contest: &Contest,
    group: Option<&str>,
    mut ranked: Vec<Ranked<'_>>,
    outcome: &mut ContestOutcome,
) {
    ranked.sort_by(|a, b| order(&b.value, &a.value).then_with(|| a.participant.cmp(b.participant)));
    let size = u32::try_from(ranked.len()).unwrap_or(u32::MAX);
    if let Some((least, guideline)) = contest.only_in.filter(|(least, _)| size < *least) {
        if guideline {
            outcome.guidelines.push(too_small(contest, group, ranked.len(), least));
        }
        return;
    }
    match &contest.prizes {
        Prizes::Places(prizes) => award(program, contest, group, &ranked, prizes, &mut outcome.awards),
        Prizes::Top(part, prize) => {
            let prizes = vec![*prize; winners(part, ranked.len())];
            award(program, contest, group, &ranked, &prizes, &mut outcome.awards);
        }
        Prizes::Distribute(shares) => label(program, contest, group, &ranked, shares, &mut outcome.labels),
    }
}

/// So many whole people as fit into the part, at least one.
fn winners(part: &Ratio, of: usize) -> usize {
    let of = i64::try_from(of).unwrap_or(i64::MAX);
    let whole = (part * &Ratio::whole(of)).floor().to_i64().unwrap_or(0).max(1);
    usize::try_from(whole.min(of)).unwrap_or(0)
}

/// How many people get each label: by largest remainder, the better label first where two are equal.
fn counts(shares: &[(Ratio, String)], of: usize) -> Vec<usize> {
    let weights: Vec<Ratio> = shares.iter().map(|(share, _)| share.clone()).collect();
    let parts = largest_remainder(i64::try_from(of).unwrap_or(i64::MAX), &weights);
    parts.into_iter().map(|part| usize::try_from(part).unwrap_or(0)).collect()
}

fn too_small(contest: &Contest, group: Option<&str>, of: usize, least: u32) -> Guideline {
    let would = match &contest.prizes {
        Prizes::Distribute(shares) => {
            let parts = shares.iter().zip(counts(shares, of)).map(|((_, label), count)| format!("{count} {label}"));
            parts.collect::<Vec<_>>().join(", ")
        }
        Prizes::Top(part, prize) => format!("{} for the first {}", prize.spoken(), winners(part, of)),
        Prizes::Places(prizes) => format!("prizes for the first {}", prizes.len().min(of)),
    };
    let name = &contest.name;
    let within = group.map(|group| format!(" in {group}")).unwrap_or_default();
    let people = if of == 1 { "person".to_owned() } else { "people".to_owned() };
    let words = format!(
        "`{name}`{within} is a guideline for these {of} {people}, since it binds groups of {least} and above: {would}"
    );
    Guideline { contest: name.clone(), group: group.map(str::to_owned), words }
}

fn award(
    program: &Program,
    contest: &Contest,
    group: Option<&str>,
    ranked: &[Ranked<'_>],
    prizes: &[Money],
    awards: &mut Vec<Award>,
) {
    let of = ranked.len();
    let mut place = 0;
    for tied in ranked.chunk_by(|a, b| order(&a.value, &b.value).is_eq()) {
        let Some(left) = prizes.get(place..).filter(|left| !left.is_empty()) else { return };
        let shared = left.get(..tied.len()).unwrap_or(left);
        let Some(currency) = shared.first().map(|prize| prize.currency) else { return };
        let total = shared.iter().fold(0_i64, |sum, prize| sum.saturating_add(prize.minor));
        let parts = largest_remainder(total, &vec![Ratio::ONE; tied.len()]);
        for (ranked, minor) in tied.iter().zip(parts) {
            let amount = Money::new(minor, currency);
            let mut words = vec![placed(program, contest, &ranked.value, place, of, group)];
            words.push(won(place, tied.len(), prizes.len(), Money::new(total, currency), amount));
            words.extend(contest.because.as_ref().map(|because| format!("because {because}")));
            awards.push(Award {
                participant: ranked.participant.clone(),
                contest: contest.name.clone(),
                place: u32::try_from(place + 1).unwrap_or(u32::MAX),
                amount,
                group: group.map(str::to_owned),
                words,
                reason: contest.because.clone(),
            });
        }
        place += tied.len();
    }
}

/// Each gets the label of the place that they stand at; those who tie, of the best place among them.
fn label(
    program: &Program,
    contest: &Contest,
    group: Option<&str>,
    ranked: &[Ranked<'_>],
    shares: &[(Ratio, String)],
    labels: &mut Vec<Labelled>,
) {
    let of = ranked.len();
    let counts = counts(shares, of);
    let told: Vec<String> = shares.iter().zip(&counts).map(|((_, label), count)| format!("{count} {label}")).collect();
    let mut place = 0;
    for tied in ranked.chunk_by(|a, b| order(&a.value, &b.value).is_eq()) {
        let mut before = 0;
        let label = shares.iter().zip(&counts).find(|(_, count)| {
            before += **count;
            place < before
        });
        let Some(((_, label), _)) = label else { return };
        for ranked in tied {
            let words = vec![
                placed(program, contest, &ranked.value, place, of, group),
                format!("of {of}: {}; so {label}", told.join(", ")),
            ];
            labels.push(Labelled {
                participant: ranked.participant.clone(),
                contest: contest.name.clone(),
                label: label.clone(),
                group: group.map(str::to_owned),
                words,
            });
        }
        place += tied.len();
    }
}

fn placed(
    program: &Program,
    contest: &Contest,
    value: &Quantity,
    place: usize,
    of: usize,
    group: Option<&str>,
) -> String {
    let by = crate::explain::quoted(program, contest.rank_by.place);
    let within = group.map(|group| format!(" in {group}")).unwrap_or_default();
    let value = crate::explain::spoken(value, &contest.rank_by.ty);
    format!("place {} of {of}{within} by {by}: {value}", place + 1)
}

fn won(place: usize, tied: usize, prizes: usize, pool: Money, amount: Money) -> String {
    if tied < 2 {
        return format!("prize of place {}: {}", place + 1, amount.spoken());
    }
    let places = if prizes > place + 1 {
        format!("prizes of places {} to {}", place + 1, (place + tied).min(prizes))
    } else {
        format!("prize of place {}", place + 1)
    };
    format!("{tied} tie and share the {places}: {} ÷ {tied} = {} for this participant", pool.spoken(), amount.spoken())
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
            prizes: Prizes::Places(prizes.to_vec()),
            only_in: None,
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
    fn dates_are_ranked_and_groups_told_apart_by_their_value() {
        let mut program = Program::empty();
        let since = program.fact("since", Type::Date, false, Range::default());
        program.fact("score", Type::Number, false, Range::default());
        let rank_by = program.define("rank_by", since);
        let contest = self::program().contests.remove(0);
        program.contests.push(Contest { rank_by, ..contest });
        // The third and the fourth differ in a digit that nobody is shown.
        let people = [("ana", 3, "1"), ("bo", 5, "1"), ("cy", 1, "2.00000001"), ("dee", 9, "2.00000002")];
        let entries: Vec<ContestEntry> = people
            .map(|(id, day, score)| {
                let since = Value::Date(jiff::civil::date(2026, 1, day));
                let score = Value::Number(score.parse().unwrap());
                let inputs = inputs(id, &[("since", since), ("score", score)]);
                ContestEntry { participant: person(id), evaluation: evaluate(&program, &inputs), inputs }
            })
            .into();
        let outcome = rank(&program, &entries);
        let expected = [("bo", 1, 100_000), ("ana", 2, 50_000), ("cy", 1, 100_000), ("dee", 1, 100_000)];
        let found = outcome.awards.iter().map(|a| (a.participant.as_str(), a.place, a.amount.minor));
        assert_eq!(found.collect::<Vec<_>>(), expected);
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
