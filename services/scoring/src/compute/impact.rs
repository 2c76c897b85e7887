//! What one policy in the place of another comes to: everyone's total before and after.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::PersonId;
use merit_core::{Currency, Error, Money, Result};

use super::{Plan, Whole, compute};
use crate::model::{Finding, FindingKind, Frozen, Line, Policy};

/// Both sides, compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    /// By currency.
    pub totals: Vec<Total>,
    /// By participant and currency: everyone on the roster, those who are paid nothing with zero in the new policy's.
    pub rows: Vec<Moved>,
    /// What can't be scored any more.
    pub newly_not_scored: Vec<Finding>,
    /// What can be scored now.
    pub no_longer_not_scored: Vec<Finding>,
}

/// All participants in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// Paid with the old policy.
    pub before: Money,
    /// Paid with the new one.
    pub after: Money,
    /// Who is paid more.
    pub gaining: u32,
    /// Who is paid less.
    pub losing: u32,
    /// Who is paid the same, nothing included.
    pub unchanged: u32,
}

/// One participant in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Who.
    pub participant: PersonId,
    /// Paid with the old policy.
    pub before: Money,
    /// Paid with the new one.
    pub after: Money,
}

/// Computes the cycle twice, which takes as long as two runs. `place` is that of the policy that is exchanged.
///
/// # Errors
/// `POLICY_UNREADABLE`, `TWO_SETTLE_ALL`, and `AMOUNT_TOO_LARGE` beyond 64 bits of minor units.
pub fn impact(frozen: Frozen, before: Vec<Policy>, after: Vec<Policy>, place: usize) -> Result<Impact> {
    let period = frozen.cycle.period;
    let plan = Plan::new(Frozen { policies: Plan::in_force(&period, before)?, ..frozen })?;
    let was = compute(&plan, |_| ())?;
    let frozen = plan.into_frozen();
    let plan = Plan::new(Frozen { policies: Plan::in_force(&period, after)?, ..frozen })?;
    let is = compute(&plan, |_| ())?;
    let currency = plan.policies.get(place).map(|prepared| prepared.program.currency());
    let mut impact = compare(&was, &is, plan.roster.len())?;
    // Those who are paid nothing on either side are on the list too.
    let paid: BTreeSet<PersonId> = impact.rows.iter().map(|row| row.participant.clone()).collect();
    let nothing = Money::zero(currency.unwrap_or(Currency::USD));
    let unpaid = plan.roster.iter().filter(|person| !paid.contains(*person));
    impact.rows.extend(unpaid.map(|person| Moved { participant: person.clone(), before: nothing, after: nothing }));
    impact.rows.sort_by(|a, b| (&a.participant, a.before.currency).cmp(&(&b.participant, b.before.currency)));
    Ok(impact)
}

fn compare(was: &Whole, is: &Whole, people: usize) -> Result<Impact> {
    let (before, after) = (sums(&was.lines)?, sums(&is.lines)?);
    let keys: BTreeSet<&(PersonId, Currency)> = before.keys().chain(after.keys()).collect();
    let mut impact = Impact::default();
    let mut totals: BTreeMap<Currency, Total> = BTreeMap::new();
    for key in keys {
        let (participant, currency) = key;
        let sum =
            |sums: &BTreeMap<(PersonId, Currency), i64>| Money::new(sums.get(key).copied().unwrap_or(0), *currency);
        let moved = Moved { participant: participant.clone(), before: sum(&before), after: sum(&after) };
        let nothing = Money::zero(*currency);
        let total = totals.entry(*currency).or_insert(Total {
            before: nothing,
            after: nothing,
            gaining: 0,
            losing: 0,
            unchanged: 0,
        });
        total.before = total.before.plus(moved.before)?;
        total.after = total.after.plus(moved.after)?;
        total.gaining += u32::from(moved.after.minor > moved.before.minor);
        total.losing += u32::from(moved.after.minor < moved.before.minor);
        impact.rows.push(moved);
    }
    let people = u32::try_from(people).map_err(Error::internal)?;
    for total in totals.values_mut() {
        total.unchanged = people.saturating_sub(total.gaining).saturating_sub(total.losing);
    }
    impact.totals = totals.into_values().collect();
    impact.newly_not_scored = only_in(&is.findings, &was.findings);
    impact.no_longer_not_scored = only_in(&was.findings, &is.findings);
    Ok(impact)
}

fn sums(lines: &[Line]) -> Result<BTreeMap<(PersonId, Currency), i64>> {
    let mut sums: BTreeMap<(PersonId, Currency), i64> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry((line.participant.clone(), line.amount.currency)).or_default();
        *sum = sum.checked_add(line.amount.minor).ok_or_else(|| {
            Error::invalid("AMOUNT_TOO_LARGE", format!("the total of `{}` is too large to be kept", line.participant))
        })?;
    }
    Ok(sums)
}

/// Outputs that one side could not score, and people it didn't cover, where the other could.
fn only_in(these: &[Finding], those: &[Finding]) -> Vec<Finding> {
    let kinds = [FindingKind::NotScored, FindingKind::NotCovered];
    let key = |finding: &Finding| (finding.kind, finding.participant.clone(), finding.output.clone());
    let known: BTreeSet<_> = those.iter().map(key).collect();
    let mut found: Vec<Finding> = these
        .iter()
        .filter(|finding| kinds.contains(&finding.kind) && !known.contains(&key(finding)))
        .cloned()
        .collect();
    found.sort_by_cached_key(|finding| (finding.participant.clone(), finding.output.clone(), finding.reason.clone()));
    found.dedup();
    found
}
