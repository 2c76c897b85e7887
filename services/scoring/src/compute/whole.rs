//! A whole run in memory, for previews and verification.

use std::collections::BTreeMap;

use merit_core::Result;
use merit_core::ids::PersonId;

use super::attainment::AsOf;
use super::groups::of_groups;
use super::rank::rank;
use super::settle::settle;
use super::{Credited, Plan, credit, score_person};
use crate::model::{Attainment, Balance, Finding, Keyed, Line, Outcome, Person, Recognition, Score};

/// Everything that a run gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whole {
    /// Proposed lines.
    pub lines: Vec<Line>,
    /// Scores.
    pub scores: Vec<Score>,
    /// What to look at.
    pub findings: Vec<Finding>,
    /// Recognition.
    pub recognitions: Vec<Recognition>,
    /// Where goals stand.
    pub attainments: Vec<Attainment>,
    /// What is left to the next cycle.
    pub balances: Vec<Balance>,
}

/// Computes it, telling after each person how many are done.
///
/// # Errors
/// Never for what the rules can give.
pub fn compute(plan: &Plan, progress: impl FnMut(usize)) -> Result<Whole> {
    compute_credited(plan, &credit(plan), progress)
}

/// As [`compute`], where the results are credited already.
///
/// # Errors
/// Never for what the rules can give.
pub fn compute_credited(plan: &Plan, credited: &Credited, mut progress: impl FnMut(usize)) -> Result<Whole> {
    let mut whole = Whole { findings: credited.findings.clone(), ..Whole::default() };
    for (done, person) in plan.people().enumerate() {
        let mut outcome = score_person(plan, credited, person)?;
        whole.lines.append(&mut outcome.lines);
        whole.scores.append(&mut outcome.scores);
        whole.findings.append(&mut outcome.findings);
        whole.recognitions.append(&mut outcome.recognitions);
        whole.attainments.append(&mut outcome.attainments);
        whole.balances.append(&mut outcome.balances);
        progress(done + 1);
    }
    whole.attainments.append(&mut of_groups(plan, credited, &AsOf::end(plan)));
    let mut ranking = rank(plan, credited)?;
    whole.lines.append(&mut ranking.lines);
    whole.findings.append(&mut ranking.findings);
    whole.scores.append(&mut ranking.scores);
    whole.balances.append(&mut ranking.balances);
    whole.lines.sort_by(|a, b| a.participant.cmp(&b.participant));
    let mut added = Vec::new();
    for (person, lines) in by_payee(plan, &whole.lines) {
        let mut settled = settle(plan, credited, person, lines)?;
        added.append(&mut settled.lines);
        whole.findings.append(&mut settled.findings);
    }
    whole.lines.append(&mut added);
    Ok(whole)
}

/// Everyone on the roster, and whoever else has lines, each with their lines. `lines` are sorted by participant.
pub fn by_payee<'p>(plan: &'p Plan, lines: &'p [Line]) -> Vec<(&'p Person, &'p [Line])> {
    let mut found: BTreeMap<&PersonId, (&Person, &[Line])> =
        plan.people().map(|person| (&person.id, (person, [].as_slice()))).collect();
    for own in lines.chunk_by(|a, b| a.participant == b.participant) {
        let person = own.first().and_then(|line| plan.frozen.people.get(&line.participant));
        if let Some(person) = person {
            found.insert(&person.id, (person, own));
        }
    }
    found.into_values().collect()
}

impl Whole {
    /// Puts each sort of outcome into the order of its keys, the same one once.
    pub fn sort(&mut self) {
        by_key(&mut self.lines);
        by_key(&mut self.scores);
        by_key(&mut self.findings);
        by_key(&mut self.recognitions);
        by_key(&mut self.attainments);
        by_key(&mut self.balances);
    }

    /// As it is stored.
    ///
    /// # Errors
    /// Never for what the rules can give.
    pub fn outcomes(&self) -> Result<Vec<Outcome>> {
        let lines = self.lines.iter().map(Outcome::of);
        let scores = self.scores.iter().map(Outcome::of);
        let findings = self.findings.iter().map(Outcome::of);
        let recognitions = self.recognitions.iter().map(Outcome::of);
        let attainments = self.attainments.iter().map(Outcome::of);
        let balances = self.balances.iter().map(Outcome::of);
        lines.chain(scores).chain(findings).chain(recognitions).chain(attainments).chain(balances).collect()
    }
}

fn by_key<K: Keyed>(outcomes: &mut Vec<K>) {
    outcomes.sort_by_cached_key(Keyed::key);
    outcomes.dedup_by_key(|outcome| outcome.key());
}
