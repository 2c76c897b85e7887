//! Settling: per payee, over everything that is proposed.

use merit_core::{Money, Period};
use merit_rules::{SettleInput, applies};

use super::credit::Credited;
use super::employment::employed;
use super::inputs::{Gathered, gather};
use super::score::{not_scored, stopped};
use super::{Plan, Prepared};
use crate::model::{Finding, Keyed as _, Line, LineKind, Person};

/// What settling one payee gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Lines that it adds.
    pub lines: Vec<Line>,
    /// What could not be settled.
    pub findings: Vec<Finding>,
}

/// Settles one payee's proposed lines: first each policy's own, then over all of them.
#[must_use]
pub fn settle(plan: &Plan, credited: &Credited, person: &Person, proposed: &[Line]) -> Settled {
    let mut settled = Settled::default();
    for all in [false, true] {
        for (index, prepared) in plan.policies.iter().enumerate() {
            if !prepared.program.settle() || prepared.program.settles_all() != all {
                continue;
            }
            for period in prepared.periods.iter().filter(|period| employed(person, period)) {
                let gathered = gather(plan, credited, index, person, period);
                let lines: Vec<&Line> =
                    proposed.iter().chain(&settled.lines).filter(|line| covers(prepared, all, period, line)).collect();
                if lines.is_empty() || applies(&prepared.program, &gathered.inputs) != Ok(true) {
                    continue;
                }
                let added = one(plan, prepared, person, period, &gathered, &lines);
                match added {
                    Ok(mut lines) => settled.lines.append(&mut lines),
                    Err(finding) => settled.findings.push(finding),
                }
            }
        }
    }
    settled
}

/// Whether a settle block looks at a line: one of its own policy and period, or any earned in the period.
fn covers(prepared: &Prepared, all: bool, period: &Period, line: &Line) -> bool {
    let own = line.policy == prepared.program.name() && line.version == prepared.program.version();
    (all || own) && period.contains(line.earned_on) && line.amount.currency == prepared.program.currency()
}

fn one(
    plan: &Plan,
    prepared: &Prepared,
    person: &Person,
    period: &Period,
    gathered: &Gathered,
    lines: &[&Line],
) -> Result<Vec<Line>, Finding> {
    let inputs: Vec<SettleInput> = lines
        .iter()
        .map(|line| SettleInput { line: line.key(), payout: line.payout.clone(), amount: line.amount })
        .collect();
    let added = merit_rules::settle(&prepared.program, &gathered.inputs, &inputs)
        .map_err(|why| not_scored(person, prepared.program.name(), "settle", stopped(plan, period, gathered, &why)))?;
    let day = period.last();
    let line = |added: merit_rules::SettleLine| Line {
        participant: person.id.clone(),
        policy: prepared.program.name().to_owned(),
        version: prepared.program.version(),
        payout: added.payout,
        line: plan.label(period),
        amount: added.amount,
        held: Money::zero(added.amount.currency),
        earned_on: day,
        payable_on: day,
        reason: added.reason.clone().unwrap_or_default(),
        because: added.reason.into_iter().collect(),
        about: String::new(),
        kind: LineKind::Settlement,
        words: added.words,
    };
    Ok(added.into_iter().filter(|added| added.amount.minor != 0).map(line).collect())
}
