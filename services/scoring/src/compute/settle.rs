//! Settling: per payee, over everything that is proposed.

use merit_core::{Money, Period, Result};
use merit_rules::SettleInput;

use super::credit::Credited;
use super::history::applied;
use super::inputs::Gathered;
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
///
/// # Errors
/// Never for what the rules can give.
pub fn settle(plan: &Plan, credited: &Credited, person: &Person, proposed: &[Line]) -> Result<Settled> {
    let mut settled = Settled::default();
    for all in [false, true] {
        for (index, prepared) in plan.policies.iter().enumerate() {
            let program = &prepared.program;
            if !program.settle() || program.settles_all() != all || (proposed.is_empty() && !program.guarantees()) {
                continue;
            }
            let mut owed = None;
            for (period, mut gathered) in applied(plan, credited, index, person)? {
                // What a period of this cycle draws, the next one may take back.
                owed = owed.or(gathered.inputs.history.owed);
                gathered.inputs.history.owed = owed;
                let lines: Vec<&Line> =
                    proposed.iter().chain(&settled.lines).filter(|line| covers(prepared, all, &period, line)).collect();
                if lines.is_empty() && !program.guarantees() {
                    continue;
                }
                match one(plan, prepared, person, &period, &gathered, &lines) {
                    Ok((mut lines, left)) => {
                        owed = left.or(owed);
                        settled.lines.append(&mut lines);
                    }
                    Err(finding) => settled.findings.push(finding),
                }
            }
        }
    }
    Ok(settled)
}

/// Whether a settle block looks at a line: one of its own policy and period, or any of the period. What was held earlier
/// belongs to the period in which it becomes payable.
fn covers(prepared: &Prepared, all: bool, period: &Period, line: &Line) -> bool {
    let own = line.policy == prepared.program.name() && line.version == prepared.program.version();
    let day = if line.kind == LineKind::Release { line.payable_on } else { line.earned_on };
    (all || own) && period.contains(day) && line.amount.currency == prepared.program.currency()
}

/// The lines that settling adds, and what is owed after it.
fn one(
    plan: &Plan,
    prepared: &Prepared,
    person: &Person,
    period: &Period,
    gathered: &Gathered,
    lines: &[&Line],
) -> std::result::Result<(Vec<Line>, Option<Money>), Finding> {
    let input = |line: &&Line| SettleInput {
        line: line.key(),
        payout: line.payout.clone(),
        amount: line.amount,
        payable: Money::new(line.amount.minor.saturating_sub(line.held.minor), line.amount.currency),
    };
    let inputs: Vec<SettleInput> = lines.iter().map(input).collect();
    let merit_rules::Settled { lines, owed } = merit_rules::settle(&prepared.program, &gathered.inputs, &inputs)
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
        taken_back: None,
        earned_on: day,
        payable_on: day,
        reason: added.reason.clone().unwrap_or_default(),
        because: added.reason.into_iter().collect(),
        about: String::new(),
        kind: LineKind::Settlement,
        words: added.words,
    };
    Ok((lines.into_iter().filter(|added| added.amount.minor != 0).map(line).collect(), owed))
}
