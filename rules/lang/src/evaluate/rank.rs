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
    let value = value.spoken(&contest.rank_by.ty);
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
