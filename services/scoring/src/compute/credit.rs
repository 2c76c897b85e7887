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
    /// How much of each field, where a policy credits more than one.
    pub credited_of: BTreeMap<String, Money>,
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

/// By policy and person, what there is to say about one result after the other.
type Said = BTreeMap<(String, String), Vec<String>>;

/// What stands for the rest where there is more to say than a person would read.
const TOLD: usize = 3;

/// What is found while results are credited, gathered so that nobody has to read a thousand lines that say the same.
#[derive(Debug, Default)]
struct Found {
    /// Shares that nobody gets.
    uncredited: Said,
    /// Results that were credited to people who are not on the roster.
    strays: Said,
}

/// Credits every frozen result, once by each policy's own `credit` block and once by the schema's rule.
#[must_use]
pub fn credit(plan: &Plan) -> Credited {
    let mut credited = Credited { by_policy: vec![Shares::new(); plan.policies.len()], ..Credited::default() };
    let mut found = Found::default();
    for (index, result) in plan.frozen.results.iter().enumerate() {
        match row(plan, result) {
            Ok((list, row)) => credit_one(plan, index, &list, &row, &mut credited, &mut found),
            Err(reason) => credited.findings.push(not_credited(result, "", reason)),
        }
    }
    for ((policy, participant), reasons) in found.uncredited {
        let reason = told(&reasons, "; ", "shares like these");
        credited.findings.push(finding(participant, &policy, reason));
    }
    for ((policy, participant), results) in found.strays {
        let reason = format!(
            "`{participant}` was not employed in {}, so what is credited to them counts for nobody: {}",
            plan.frozen.cycle.id,
            told(&results, ", ", "results")
        );
        credited.findings.push(finding(participant, &policy, reason));
    }
    credited
}

/// A result as the policies read it, with its list's name.
fn row(plan: &Plan, result: &StoredResult) -> Result<(String, Row), String> {
    if let Some(reason) = &result.quarantined {
        return Err(format!("{} {} is quarantined: {reason}", result.record, result.id()));
    }
    let record = plan.schema.records().get(&result.record).ok_or_else(|| {
        format!(
            "{} {} is not credited: the schema has no record `{}` any more",
            result.record,
            result.id(),
            result.record
        )
    })?;
    let values = result.values().map_err(|_| format!("{} {} can't be read", result.record, result.id()))?;
    Ok((record.list_name.clone(), Row { id: result.id(), values, ..Row::default() }))
}

fn credit_one(plan: &Plan, index: usize, list: &str, row: &Row, credited: &mut Credited, found: &mut Found) {
    let Some(result) = plan.frozen.results.get(index) else { return };
    let manager_of = |person: &PersonId, day: Date| manager_on(plan.frozen.people.get(person)?, day);
    let mut has_block = false;
    for (prepared, shares) in plan.policies.iter().zip(&mut credited.by_policy) {
        if prepared.program.credit() != Some(list) || !prepared.reads(list, result.dated) {
            continue;
        }
        has_block = true;
        let outcome = merit_rules::credit(&prepared.program, row, &manager_of);
        let policy = prepared.program.name();
        report(plan, result, list, policy, &outcome, &mut credited.credits, found);
        share_out(index, outcome, shares);
    }
    let outcome = credit_default(&plan.schema, list, row);
    if !has_block {
        report(plan, result, list, "", &outcome, &mut credited.credits, found);
    }
    // A record without an amount is still somebody's.
    if outcome == CreditOutcome::default() {
        match &result.belongs_to {
            Some(person) => {
                let share = Share { result: index, credited: None, credited_as: None, credited_of: BTreeMap::new() };
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
        let credited = share.amount();
        let several = share.amounts.len() > 1;
        let credited_of = share.amounts.into_iter().filter(|_| several).collect();
        let credited_as = Some(share.credited_as);
        shares.entry(share.participant).or_default().push(Share { result: index, credited, credited_as, credited_of });
    }
}

/// Tells people of one result's shares.
fn report(
    plan: &Plan,
    result: &StoredResult,
    list: &str,
    policy: &str,
    outcome: &CreditOutcome,
    credits: &mut Vec<Credit>,
    found: &mut Found,
) {
    if !outcome.uncredited.is_empty() {
        let owner = result.belongs_to.as_ref().map(ToString::to_string).unwrap_or_default();
        found.uncredited.entry((policy.to_owned(), owner)).or_default().extend(outcome.uncredited.iter().cloned());
    }
    for share in &outcome.shares {
        if !plan.roster.contains(&share.participant) && plan.frozen.cycle.period.contains(result.dated) {
            let stray = (policy.to_owned(), share.participant.to_string());
            found.strays.entry(stray).or_default().push(result.id());
        }
        for (of, amount) in &share.amounts {
            credits.push(Credit {
                participant: share.participant.clone(),
                source: result.source.clone(),
                external_id: result.external_id.clone(),
                list: list.to_owned(),
                credited_as: share.credited_as.clone(),
                of: of.clone(),
                amount: *amount,
                dated: result.dated,
                policy: policy.to_owned(),
            });
        }
    }
}

fn not_credited(result: &StoredResult, policy: &str, reason: String) -> Finding {
    finding(result.belongs_to.as_ref().map(ToString::to_string).unwrap_or_default(), policy, reason)
}

fn finding(participant: String, policy: &str, reason: String) -> Finding {
    Finding { kind: FindingKind::NotCredited, participant, policy: policy.to_owned(), output: String::new(), reason }
}

/// The first few, and how many more there are.
fn told(all: &[String], between: &str, what: &str) -> String {
    let first: Vec<&str> = all.iter().take(TOLD).map(String::as_str).collect();
    match all.len() - first.len() {
        0 => first.join(between),
        more => format!("{}{between}and {more} more {what}", first.join(between)),
    }
}
