//! Who gets how much of each result.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::Money;
use merit_core::ids::PersonId;
use merit_rules::{CreditOutcome, Row, credit_default};

use super::Plan;
use super::employment::manager_on;
use crate::model::{Credit, Finding, FindingKind, StoredResult};

/// A participant's share of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its place in the frozen results.
    pub result: usize,
    /// How much; none where the record has no amount.
    pub credited: Option<Money>,
    /// As what.
    pub credited_as: Option<String>,
}

/// Shares by participant, in the order of the results.
pub type Shares = BTreeMap<PersonId, Vec<Share>>;

/// All results credited.
#[derive(Debug, Default)]
pub struct Credited {
    /// Of the list that each policy's `credit` block names; in the order of the policies.
    pub by_policy: Vec<Shares>,
    /// Of every list, by the schema's own rule: all of it to whom the record belongs.
    pub by_default: Shares,
    /// For people to read.
    pub credits: Vec<Credit>,
    /// What was credited to nobody.
    pub findings: Vec<Finding>,
}

/// Results that were credited to people who are not on the roster, by policy and person.
type Strays = BTreeMap<(String, PersonId), Vec<String>>;

/// Credits every frozen result, once by each policy's own `credit` block and once by the schema's rule.
#[must_use]
pub fn credit(plan: &Plan) -> Credited {
    let mut credited = Credited { by_policy: vec![Shares::new(); plan.policies.len()], ..Credited::default() };
    let mut strays = Strays::new();
    for (index, result) in plan.frozen.results.iter().enumerate() {
        match row(plan, result) {
            Ok((list, row)) => credit_one(plan, index, &list, &row, &mut credited, &mut strays),
            Err(reason) => credited.findings.push(not_credited(result, "", reason)),
        }
    }
    credited.findings.extend(strays.into_iter().map(|((policy, person), results)| stray(plan, policy, person, &results)));
    credited
}

/// A result as the policies read it, with its list's name.
fn row(plan: &Plan, result: &StoredResult) -> Result<(String, Row), String> {
    if let Some(reason) = &result.quarantined {
        return Err(format!("{} {} is quarantined: {reason}", result.record, result.id()));
    }
    let record = plan.schema.records().get(&result.record).ok_or_else(|| {
        format!("{} {} is not credited: the schema has no record `{}` any more", result.record, result.id(), result.record)
    })?;
    let values = result.values().map_err(|_| format!("{} {} can't be read", result.record, result.id()))?;
    Ok((record.list_name.clone(), Row { id: result.id(), values, credited: None, credited_as: None }))
}

fn credit_one(plan: &Plan, index: usize, list: &str, row: &Row, credited: &mut Credited, strays: &mut Strays) {
    let Some(result) = plan.frozen.results.get(index) else { return };
    let manager_of = |person: &PersonId, day: Date| manager_on(plan.frozen.people.get(person)?, day);
    let mut has_block = false;
    for (prepared, shares) in plan.policies.iter().zip(&mut credited.by_policy) {
        let in_period = prepared.periods.iter().any(|period| period.contains(result.dated));
        if prepared.program.credit() != Some(list) || !in_period {
            continue;
        }
        has_block = true;
        let outcome = merit_rules::credit(&prepared.program, row, &manager_of);
        let policy = prepared.program.name();
        report(plan, result, list, policy, &outcome, &mut credited.credits, &mut credited.findings, strays);
        share_out(index, outcome, shares);
    }
    let outcome = credit_default(&plan.schema, list, row);
    if !has_block {
        report(plan, result, list, "", &outcome, &mut credited.credits, &mut credited.findings, strays);
    }
    // A record without an amount is still somebody's.
    if outcome == CreditOutcome::default() {
        match &result.belongs_to {
            Some(person) => {
                let share = Share { result: index, credited: None, credited_as: None };
                credited.by_default.entry(person.clone()).or_default().push(share);
            }
            None if !has_block => {
                let reason = format!("{} {} belongs to nobody", result.record, result.id());
                credited.findings.push(not_credited(result, "", reason));
            }
            None => {}
        }
    }
    share_out(index, outcome, &mut credited.by_default);
}

fn share_out(index: usize, outcome: CreditOutcome, shares: &mut Shares) {
    for share in outcome.shares {
        shares.entry(share.participant).or_default().push(Share {
            result: index,
            credited: Some(share.amount),
            credited_as: Some(share.credited_as),
        });
    }
}

#[expect(clippy::too_many_arguments, reason = "one result's facts and the three places that take what is said about it")]
fn report(
    plan: &Plan,
    result: &StoredResult,
    list: &str,
    policy: &str,
    outcome: &CreditOutcome,
    credits: &mut Vec<Credit>,
    findings: &mut Vec<Finding>,
    strays: &mut Strays,
) {
    for reason in &outcome.uncredited {
        findings.push(not_credited(result, policy, reason.clone()));
    }
    for share in &outcome.shares {
        if !plan.roster.contains(&share.participant) && plan.frozen.cycle.period.contains(result.dated) {
            strays.entry((policy.to_owned(), share.participant.clone())).or_default().push(result.id());
        }
        credits.push(Credit {
            participant: share.participant.clone(),
            source: result.source.clone(),
            external_id: result.external_id.clone(),
            list: list.to_owned(),
            credited_as: share.credited_as.clone(),
            amount: share.amount,
            dated: result.dated,
            policy: policy.to_owned(),
        });
    }
}

fn not_credited(result: &StoredResult, policy: &str, reason: String) -> Finding {
    Finding {
        kind: FindingKind::NotCredited,
        participant: result.belongs_to.as_ref().map(ToString::to_string).unwrap_or_default(),
        policy: policy.to_owned(),
        output: String::new(),
        reason,
    }
}

fn stray(plan: &Plan, policy: String, person: PersonId, results: &[String]) -> Finding {
    let named: Vec<&str> = results.iter().take(3).map(String::as_str).collect();
    let more = match results.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Finding {
        kind: FindingKind::NotCredited,
        participant: person.to_string(),
        policy,
        output: String::new(),
        reason: format!(
            "`{person}` was not employed in {}, so what is credited to them counts for nobody: {}{more}",
            plan.frozen.cycle.id,
            named.join(", ")
        ),
    }
}
