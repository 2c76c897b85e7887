//! Crediting: who gets how much of one result.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use merit_core::allocate::largest_remainder;
use merit_core::ids::PersonId;
use merit_core::{Money, Ratio, Rounding, Value};

use super::Row;
use crate::program::{Credit, Program, Share};
use crate::schema::Schema;

/// How rolled-up credit is told apart from direct credit.
const MANAGER: &str = "manager";

/// A participant's share of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditShare {
    /// Who.
    pub participant: PersonId,
    /// The field that names them (`owner`, `overlay`), or `manager` for rolled-up credit. At most one share for each
    /// participant and word.
    pub credited_as: String,
    /// How much of each credited field, in the policy's order; at least one.
    pub amounts: Vec<(String, Money)>,
}

impl CreditShare {
    /// How much of the first field.
    #[must_use]
    pub fn amount(&self) -> Option<Money> {
        self.amounts.first().map(|(_, amount)| *amount)
    }
}

/// What crediting one result gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreditOutcome {
    /// Direct shares in the policy's order, then managers by id.
    pub shares: Vec<CreditShare>,
    /// What is not credited and why, for people.
    pub uncredited: Vec<String>,
}

/// Credits one result by the policy's `credit` block. `manager_of` gives the manager in force on a day; it may run in a
/// circle. Nothing without a `credit` block: see [`credit_default`].
///
/// Shares that sum to 100% divide the amount by largest remainder, the earlier one first where two are equal; a share
/// `in addition` is rounded half even on its own. Managers at all levels get, in one share, what the people below them
/// got directly.
#[must_use]
pub fn credit(program: &Program, row: &Row, manager_of: &dyn Fn(&PersonId, Date) -> Option<PersonId>) -> CreditOutcome {
    let Some(block) = &program.credit else { return CreditOutcome::default() };
    let mut outcome = CreditOutcome::default();
    for of in &block.of {
        let Some(amount) = amount_of(row, of, read(program, row, of), &mut outcome) else { continue };
        for (share, part) in block.shares.iter().zip(parts(block, amount)) {
            match receiver(row, share) {
                Some((participant, credited_as)) => {
                    let part = Money::new(part, amount.currency);
                    add(&mut outcome.shares, participant, credited_as, part, of);
                }
                // Nothing of the amount is lost: most deals have no overlay, and nobody wants a list of them.
                None if share.in_addition => {}
                None => outcome.uncredited.push(format!(
                    "{} of `{of}` of {} ({}) is not credited: `{}` is missing",
                    Value::Percent(share.share.clone()).spoken(),
                    row.id,
                    Money::new(part, amount.currency).spoken(),
                    share.to
                )),
            }
        }
    }
    if let Some(roll_up) = &block.roll_up {
        match read(program, row, &roll_up.on) {
            Some(Value::Date(day)) => roll(&mut outcome.shares, day, &block.of, manager_of),
            _ => outcome.uncredited.push(format!("no manager is credited for {}: `{}` is missing", row.id, roll_up.on)),
        }
    }
    outcome
}

/// Credits one result without a `credit` block: all of its amount (see [`RecordType::credited_field`]) to the participant
/// that the record belongs to.
///
/// [`RecordType::credited_field`]: crate::schema::RecordType::credited_field
#[must_use]
pub fn credit_default(schema: &Schema, list: &str, row: &Row) -> CreditOutcome {
    let mut outcome = CreditOutcome::default();
    let Some(record) = schema.records().values().find(|record| record.list_name == list) else {
        outcome.uncredited.push(format!("no record of the schema is listed as `{list}`"));
        return outcome;
    };
    let Some(field) = record.credited_field() else { return outcome };
    let given = row.values.get(&field.name).or(field.default.as_ref()).cloned();
    let field = field.name.as_str();
    let Some(amount) = amount_of(row, field, given, &mut outcome) else { return outcome };
    match row.values.get(&record.belongs_to) {
        Some(Value::Participant(person)) => {
            add(&mut outcome.shares, person, &record.belongs_to, amount, field);
        }
        _ => outcome.uncredited.push(format!("{} is not credited: `{}` is missing", row.id, record.belongs_to)),
    }
    outcome
}

/// A row's value in a column of the credited list, or what the schema has for a missing one.
fn read(program: &Program, row: &Row, field: &str) -> Option<Value> {
    let default = || {
        let list = program.lists.get(program.credit.as_ref()?.list.0)?;
        let column = list.columns.iter().find(|column| column.name == field)?;
        column.default.as_ref()?.to_value(&column.ty).ok()
    };
    row.values.get(field).cloned().or_else(default)
}

fn amount_of(row: &Row, field: &str, given: Option<Value>, outcome: &mut CreditOutcome) -> Option<Money> {
    match given {
        Some(Value::Money(money)) => Some(money),
        _ => {
            outcome.uncredited.push(format!("{} is not credited: `{field}` is missing", row.id));
            None
        }
    }
}

/// Each share's part in minor units, in the shares' order.
fn parts(block: &Credit, amount: Money) -> Vec<i64> {
    let weights: Vec<Ratio> =
        block.shares.iter().map(|s| if s.in_addition { Ratio::ZERO } else { s.share.clone() }).collect();
    let divided = largest_remainder(amount.minor, &weights);
    let part = |(index, share): (usize, &Share)| {
        if share.in_addition {
            (&Ratio::whole(amount.minor) * &share.share).round(Rounding::HalfEven).to_i64().unwrap_or(0)
        } else {
            divided.get(index).copied().unwrap_or(0)
        }
    };
    block.shares.iter().enumerate().map(part).collect()
}

/// Who gets a share, and as what.
fn receiver<'a>(row: &'a Row, share: &'a Share) -> Option<(&'a PersonId, &'a str)> {
    let person = |field: &'a str| match row.values.get(field) {
        Some(Value::Participant(person)) => Some((person, field)),
        _ => None,
    };
    person(&share.to).or_else(|| share.otherwise.as_deref().and_then(person))
}

/// Adds to the participant's share under that word, or makes one.
fn add(shares: &mut Vec<CreditShare>, participant: &PersonId, credited_as: &str, amount: Money, of: &str) {
    let found = shares.iter().position(|s| s.participant == *participant && s.credited_as == credited_as);
    let place = found.unwrap_or_else(|| {
        let (participant, credited_as) = (participant.clone(), credited_as.to_owned());
        shares.push(CreditShare { participant, credited_as, amounts: Vec::new() });
        shares.len() - 1
    });
    let Some(share) = shares.get_mut(place) else { return };
    match share.amounts.iter_mut().find(|(field, _)| field == of) {
        Some((_, sum)) => sum.minor = sum.minor.saturating_add(amount.minor),
        None => share.amounts.push((of.to_owned(), amount)),
    }
}

/// Gives the managers at all levels what the people below them got directly.
fn roll(
    shares: &mut Vec<CreditShare>,
    day: Date,
    fields: &[String],
    manager_of: &dyn Fn(&PersonId, Date) -> Option<PersonId>,
) {
    let mut rolled: BTreeMap<PersonId, BTreeMap<usize, Money>> = BTreeMap::new();
    for share in shares.iter() {
        let mut seen = BTreeSet::from([share.participant.clone()]);
        let mut next = manager_of(&share.participant, day);
        while let Some(manager) = next.filter(|manager| seen.insert(manager.clone())) {
            let sums = rolled.entry(manager.clone()).or_default();
            for (field, amount) in &share.amounts {
                let place = fields.iter().position(|known| known == field).unwrap_or(0);
                let sum = sums.entry(place).or_insert(Money::zero(amount.currency));
                sum.minor = sum.minor.saturating_add(amount.minor);
            }
            next = manager_of(&manager, day);
        }
    }
    for (participant, sums) in rolled {
        for (place, amount) in sums {
            let Some(field) = fields.get(place) else { continue };
            add(shares, &participant, MANAGER, amount, field);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::program::sample::{person, ratio, row};
    use crate::program::{ListId, RollUp};

    fn share(to: &str, share: &str, in_addition: bool, otherwise: Option<&str>) -> Share {
        Share { to: to.to_owned(), share: ratio(share), in_addition, otherwise: otherwise.map(str::to_owned) }
    }

    fn policy(shares: Vec<Share>, roll_up: bool) -> Program {
        let roll_up = roll_up.then(|| RollUp { on: "closed".to_owned() });
        let credit = Some(Credit { list: ListId(0), of: vec!["amount".to_owned()], shares, roll_up });
        Program { credit, ..Program::empty() }
    }

    /// A deal of some cents; `owner`, `partner`, `overlay` as named, closed on 2026-03-01.
    fn deal(cents: i64, people: &[(&str, &str)]) -> Row {
        let amount = Value::Money(Money::new(cents, merit_core::Currency::USD));
        let mut values = vec![("amount", amount), ("closed", Value::Date(date(2026, 3, 1)))];
        values.extend(people.iter().map(|(field, id)| (*field, Value::Participant(person(id)))));
        row("crm/D-1", &values)
    }

    /// ana and bo report to kim until March, then bo to lee; both to zoe, who reports to herself in a circle with kim.
    fn line(of: &PersonId, day: Date) -> Option<PersonId> {
        let manager = match of.as_str() {
            "ana" => "kim",
            "bo" if day < date(2026, 3, 1) => "kim",
            "bo" => "lee",
            "kim" | "lee" => "zoe",
            "zoe" => "kim",
            _ => return None,
        };
        Some(person(manager))
    }

    fn told(outcome: &CreditOutcome) -> Vec<(&str, &str, i64)> {
        outcome
            .shares
            .iter()
            .map(|s| (s.participant.as_str(), s.credited_as.as_str(), s.amount().map_or(0, |amount| amount.minor)))
            .collect()
    }

    #[test]
    fn splits_overlays_and_managers_at_all_levels() {
        let program = policy(
            vec![
                share("owner", "0.6", false, None),
                share("partner", "0.4", false, None),
                share("overlay", "0.3", true, None),
            ],
            true,
        );
        let outcome = credit(&program, &deal(1001, &[("owner", "ana"), ("partner", "bo"), ("overlay", "kim")]), &line);
        // 600.6 and 400.4 cents: the cent left goes to the larger remainder. 300.3 cents beside it.
        // kim (above ana) gets 601 as a manager and 300 as the overlay; lee (above bo) 400; zoe is above all of them: 1,301
        // once, though she reports to kim in a circle. kim is also above zoe's people: above bo through lee and zoe.
        assert_eq!(
            told(&outcome),
            [
                ("ana", "owner", 601),
                ("bo", "partner", 400),
                ("kim", "overlay", 300),
                ("kim", "manager", 1001),
                ("lee", "manager", 400),
                ("zoe", "manager", 1301),
            ]
        );
        assert!(outcome.uncredited.is_empty());
    }

    #[test]
    fn the_reporting_line_is_that_of_the_stated_day() {
        let program = policy(vec![share("owner", "1", false, None)], true);
        let mut early = deal(100, &[("owner", "bo")]);
        early.values.insert("closed".to_owned(), Value::Date(date(2026, 2, 28)));
        assert_eq!(told(&credit(&program, &early, &line))[1], ("kim", "manager", 100));
        let late = credit(&program, &deal(100, &[("owner", "bo")]), &line);
        assert!(told(&late).contains(&("lee", "manager", 100)));
        early.values.remove("closed");
        let undated = credit(&program, &early, &line);
        assert_eq!(told(&undated), [("bo", "owner", 100)]);
        assert_eq!(undated.uncredited, ["no manager is credited for crm/D-1: `closed` is missing"]);
    }

    #[test]
    fn an_additional_share_without_a_receiver_is_nobodys_loss() {
        let line = |_: &PersonId, _: Date| None;
        let shares = vec![share("owner", "1", false, None), share("overlay", "0.3", true, None)];
        let outcome = credit(&policy(shares, false), &deal(1000, &[("owner", "ana")]), &line);
        assert_eq!((told(&outcome), outcome.uncredited.len()), (vec![("ana", "owner", 1000)], 0));
    }

    #[test]
    fn a_share_without_a_receiver_is_reported_or_goes_to_the_one_named() {
        let shares = |otherwise| vec![share("owner", "0.6", false, None), share("partner", "0.4", false, otherwise)];
        let alone = deal(1000, &[("owner", "ana")]);
        let outcome = credit(&policy(shares(None), false), &alone, &line);
        assert_eq!(told(&outcome), [("ana", "owner", 600)]);
        assert_eq!(outcome.uncredited, ["40% of `amount` of crm/D-1 ($4.00) is not credited: `partner` is missing"]);
        let outcome = credit(&policy(shares(Some("owner")), false), &alone, &line);
        assert_eq!(told(&outcome), [("ana", "owner", 1000)]);
        assert!(outcome.uncredited.is_empty());
        let mut nothing = alone;
        nothing.values.remove("amount");
        let outcome = credit(&policy(shares(None), false), &nothing, &line);
        assert_eq!((outcome.shares.len(), outcome.uncredited.len()), (0, 1));
    }

    #[test]
    fn what_the_schema_has_for_a_missing_amount_is_credited() {
        use crate::program::sample::{USD, exact};
        let mut program = policy(vec![share("owner", "1", false, None)], false);
        program.list("deals", &[("amount", USD)]);
        program.lists[0].columns[0].default = Some(exact("2.50"));
        let mut row = deal(1000, &[("owner", "ana")]);
        assert_eq!(told(&credit(&program, &row, &line)), [("ana", "owner", 1000)]);
        row.values.remove("amount");
        assert_eq!(told(&credit(&program, &row, &line)), [("ana", "owner", 250)]);
    }

    #[test]
    fn no_block_no_shares() {
        assert_eq!(credit(&Program::empty(), &deal(1, &[("owner", "ana")]), &line), CreditOutcome::default());
    }

    proptest! {
        #[test]
        fn shares_of_one_hundred_percent_sum_to_the_amount(cents in -1_000_000_i64..1_000_000, first in 1_i64..99, second in 1_i64..99) {
            prop_assume!(first + second < 100);
            let percent = |n: i64| Ratio::percent(n).to_string();
            let shares = vec![
                share("owner", &percent(first), false, None),
                share("partner", &percent(second), false, None),
                share("overlay", &percent(100 - first - second), false, None),
            ];
            let outcome = credit(&policy(shares, false), &deal(cents, &[("owner", "a"), ("partner", "b"), ("overlay", "c")]), &line);
            prop_assert_eq!(outcome.shares.iter().filter_map(|share| share.amount()).map(|amount| amount.minor).sum::<i64>(), cents);
        }
    }
}
