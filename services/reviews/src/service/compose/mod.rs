//! Makes a run's scorecards from what was gathered: pure, and the same bytes whatever the order of the rows.

mod attention;
mod person;
mod sorted;
mod team;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use merit_core::ids::{PersonId, RunId};
use merit_core::{Currency, Money, Ratio};

use crate::encoding::encode;
use crate::model::{
    Composition, Cycle, Gathered, GoalLine, Pins, RewardKind, RewardLine, RewardTotal, Scorecard, StoredCard,
};
use sorted::Facts;

/// What all scorecards of a run share.
pub(super) struct Ground<'a> {
    cycle: &'a Cycle,
    run: &'a RunId,
    shows_pay: bool,
}

/// Composes all scorecards of a run: one for each person of its roster or with pay in it, one for each manager of somebody
/// employed on the cycle's last day.
#[must_use]
pub fn compose(cycle: &Cycle, run: &RunId, gathered: Gathered, pins: Pins) -> Composition {
    let findings = u32::try_from(gathered.findings.len()).unwrap_or(u32::MAX);
    let facts = Facts::sort(gathered, &pins.adjustments);
    let ground = Ground { cycle, run, shows_pay: pins.shows_pay };
    let people: BTreeMap<PersonId, Scorecard> =
        facts.people.iter().map(|(id, about)| (id.clone(), person::scorecard(&ground, id, about))).collect();
    let teams = team::scorecards(&ground, &facts, &people);
    let everything: Vec<&RewardLine> = facts.people.values().flat_map(|about| about.rewards.iter()).collect();
    let totals = totals(everything);
    let mut cards: Vec<StoredCard> = people
        .values()
        .chain(&teams)
        .map(|card| StoredCard { kind: card.kind, person: card.person.clone(), bytes: encode(card) })
        .collect();
    cards.sort_by(|a, b| (&a.person, a.kind).cmp(&(&b.person, b.kind)));
    Composition { cards, pins, totals, findings }
}

/// The sums of lines, one per currency, by code. A currency whose sum is too large to be kept is left out.
fn totals<'a>(lines: impl IntoIterator<Item = &'a RewardLine>) -> Vec<RewardTotal> {
    let mut sums: BTreeMap<Currency, Option<RewardTotal>> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(line.amount.currency).or_insert_with(|| {
            let nothing = Money::zero(line.amount.currency);
            Some(RewardTotal { amount: nothing, held: nothing, released: None })
        });
        *sum = sum.and_then(|sum| add(sum, line));
    }
    sums.into_values().flatten().collect()
}

/// A sum with one line more. What was held back earlier and is free now is no part of what is held back of this cycle's.
fn add(sum: RewardTotal, line: &RewardLine) -> Option<RewardTotal> {
    let amount = sum.amount.plus(line.amount).ok()?;
    if line.kind != RewardKind::Release {
        return Some(RewardTotal { amount, held: sum.held.plus(line.held).ok()?, ..sum });
    }
    let freed = Money::new(line.held.minor.checked_neg()?, line.held.currency);
    let released = sum.released.map_or(Some(freed), |before| before.plus(freed).ok())?;
    Some(RewardTotal { amount, released: Some(released), ..sum })
}

/// Attainments weighted by the goals' weights, over the goals that have both; none when no goal has.
fn overall(goals: &[GoalLine]) -> Option<Ratio> {
    let (mut sum, mut weights) = (Ratio::ZERO, Ratio::ZERO);
    for goal in goals {
        if let (Some(attainment), Some(weight)) = (&goal.attainment, &goal.weight) {
            sum = &sum + &(attainment * weight);
            weights = &weights + weight;
        }
    }
    sum.checked_div(&weights)
}
