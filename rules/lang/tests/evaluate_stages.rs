//! The stages around a person's evaluation, on policies in text: crediting, measures, contests, settling.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on stops")]

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::{Date, date};
use merit_core::ids::PersonId;
use merit_core::{Currency, Money, Period, Ratio, Value};
use merit_rules::{
    ContestEntry, History, PersonInputs, Program, Row, Schema, SettleInput, Source, applies, credit, credit_default,
    evaluate, load_policy, load_schema, measure_value, rank, render, run_tests, settle,
};

fn schema() -> Schema {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies/schema.merit");
    let source = Source::from_bytes("schema.merit", &std::fs::read(path).unwrap()).unwrap();
    load_schema(&source).unwrap_or_else(|d| panic!("{}", render(&d, &source, false)))
}

/// A policy of bookings in US dollars with these declarations.
fn policy(declarations: &str) -> Program {
    let text = format!(
        r#"policy "Sample" version 1
  uses schema "schema.merit"
  attainment of bookings
  effective 2026-01-01
  applies to participants where role = AE
  period quarter
  currency USD
  month ends round down

{declarations}
"#
    );
    let source = Source { name: "sample.merit".to_owned(), text };
    load_policy(&source, &schema()).unwrap_or_else(|d| panic!("{}", render(&d, &source, false)))
}

const INPUTS: &str = "inputs {
  role   : Role
  region : Region
  quota  : money from $1 to $2,500,000
  deals  : list of Deal
}
";

const PAY: &str = "
payout commission : money {
  pay    bookings * 10%
  round  half even to $0.01
}
";

fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

fn usd(cents: i64) -> Money {
    Money::new(cents, Currency::USD)
}

fn deal(id: &str, cents: i64, people: &[(&str, &str)]) -> Row {
    let mut values = BTreeMap::from([
        ("amount".to_owned(), Value::Money(usd(cents))),
        ("closed".to_owned(), Value::Date(date(2026, 2, 1))),
        ("is_new".to_owned(), Value::YesNo(true)),
    ]);
    values.extend(people.iter().map(|(field, id)| ((*field).to_owned(), Value::Participant(person(id)))));
    Row { id: id.to_owned(), values, ..Row::default() }
}

fn credited(id: &str, cents: i64) -> Row {
    Row { credited: Some(usd(cents)), credited_as: Some("owner".to_owned()), ..deal(id, cents, &[]) }
}

fn inputs(id: &str, quota: i64, deals: Vec<Row>) -> PersonInputs {
    PersonInputs {
        person: person(id),
        period: Period::quarter(2026, 1).unwrap(),
        facts: BTreeMap::from([
            ("role".to_owned(), Value::Choice("AE".to_owned())),
            ("region".to_owned(), Value::Choice("EMEA".to_owned())),
            ("quota".to_owned(), Value::Money(usd(quota))),
        ]),
        lists: BTreeMap::from([("deals".to_owned(), deals)]),
        history: History::default(),
    }
}

/// kim above ana, zoe above kim.
fn line(of: &PersonId, _: Date) -> Option<PersonId> {
    match of.as_str() {
        "ana" => Some(person("kim")),
        "kim" => Some(person("zoe")),
        _ => None,
    }
}

#[test]
fn a_split_an_overlay_and_a_roll_up() {
    let program = policy(&format!(
        "{INPUTS}credit deals {{\n  to owner 100%, overlay 30% in addition\n  roll up to managers on closed\n}}\n{PAY}"
    ));
    assert_eq!(program.credit(), Some("deals"));
    let row = deal("crm/1", 10_001, &[("owner", "ana"), ("overlay", "bo")]);
    let outcome = credit(&program, &row, &line);
    let told: Vec<_> = outcome
        .shares
        .iter()
        .map(|s| (s.participant.as_str(), s.credited_as.as_str(), s.amount().unwrap().minor))
        .collect();
    // 30% of 100.01 is 30.003; ana's managers get ana's share, nobody is above bo.
    assert_eq!(
        told,
        [("ana", "owner", 10_001), ("bo", "overlay", 3000), ("kim", "manager", 10_001), ("zoe", "manager", 10_001)]
    );
    assert!(outcome.shares.iter().all(|share| share.amounts[0].0 == "amount") && outcome.uncredited.is_empty());
    // Nothing is lost where nobody helped; a deal of nobody is.
    let without = credit(&program, &deal("crm/2", 10_001, &[("owner", "ana")]), &line);
    assert_eq!((without.shares.len(), without.uncredited.len()), (3, 0));
    let nobodys = credit(&program, &deal("crm/3", 10_001, &[]), &line);
    assert_eq!(nobodys.uncredited, ["100% of `amount` of crm/3 ($100.01) is not credited: `owner` is missing"]);
}

#[test]
fn without_a_credit_block_the_record_belongs_to_its_owner() {
    let outcome = credit_default(&schema(), "deals", &deal("crm/1", 500, &[("owner", "ana"), ("overlay", "bo")]));
    let told: Vec<_> = outcome
        .shares
        .iter()
        .map(|s| (s.participant.as_str(), s.credited_as.as_str(), s.amount().unwrap().minor))
        .collect();
    assert_eq!(told, [("ana", "owner", 500)]);
    let outcome = credit_default(&schema(), "deals", &deal("crm/2", 500, &[]));
    assert_eq!(
        (outcome.shares.len(), outcome.uncredited),
        (0, vec!["crm/2 is not credited: `owner` is missing".to_owned()])
    );
}

#[test]
fn measures_with_a_formula_are_computed_and_others_read() {
    let mut inputs = inputs("ana", 100, vec![credited("a", 1000), credited("b", 250)]);
    let mut renewal = credited("c", 999);
    renewal.values.insert("is_new".to_owned(), Value::YesNo(false));
    inputs.lists.get_mut("deals").unwrap().push(renewal);
    let measure = |name: &str, inputs: &PersonInputs| measure_value(&schema(), name, inputs).map_err(|not| not.reason);
    assert_eq!(measure("bookings", &inputs), Ok(Value::Money(usd(1250))));
    assert_eq!(measure("csat", &inputs), Err("`csat` is missing".to_owned()));
    assert_eq!(measure("streak", &inputs), Ok(Value::Count(0)));
    inputs.facts.insert("csat".to_owned(), Value::Number(Ratio::whole(4)));
    assert_eq!(measure("csat", &inputs), Ok(Value::Number(Ratio::whole(4))));
    inputs.lists.clear();
    assert_eq!(measure("bookings", &inputs), Err("`deals` is missing".to_owned()));
}

#[test]
fn whom_the_policy_applies_to() {
    let program = policy(&format!("{INPUTS}{PAY}"));
    let mut inputs = inputs("ana", 100, Vec::new());
    assert_eq!(applies(&program, &inputs), Ok(true));
    inputs.facts.insert("role".to_owned(), Value::Choice("SDR".to_owned()));
    assert_eq!(applies(&program, &inputs), Ok(false));
    inputs.facts.remove("role");
    assert_eq!(applies(&program, &inputs).unwrap_err().reason, "`role` is missing");
}

#[test]
fn a_contest_ranks_by_exact_attainment_and_leaves_out_whom_it_cannot_score() {
    let program = policy(&format!(
        "{INPUTS}{PAY}
contest top about \"First two in each region\" {{
  rank participants by attainment within region
  award first 2 places  $1,000, $500
  ties share
}}
"
    ));
    assert_eq!(program.contests(), ["top"]);
    // 1/3 and 333,333/1,000,000 of quota look alike in words but are not equal.
    let entries: Vec<ContestEntry> = [
        inputs("ana", 300, vec![credited("a", 100)]),
        inputs("bo", 1_000_000, vec![credited("b", 333_333)]),
        inputs("cy", 600, vec![credited("c", 200)]),
        inputs("dee", 0, vec![credited("d", 200)]),
    ]
    .map(|inputs| ContestEntry { participant: inputs.person.clone(), evaluation: evaluate(&program, &inputs), inputs })
    .into();
    let outcome = rank(&program, &entries);
    let told: Vec<_> = outcome.awards.iter().map(|a| (a.participant.as_str(), a.place, a.amount.minor)).collect();
    assert_eq!(told, [("ana", 1, 75_000), ("cy", 1, 75_000)]);
    assert_eq!(
        outcome.awards[0].words,
        [
            "place 1 of 3 in EMEA by attainment: about 33.3333%",
            "2 tie and share the prizes of places 1 to 2: $1,500.00 ÷ 2 = $750.00 for this participant",
        ]
    );
    let not: Vec<_> = outcome.not_ranked.iter().map(|(id, not)| (id.as_str(), not.reason.as_str())).collect();
    assert_eq!(not, [("dee", "`quota` is $0.00, outside its range: $1.00 to $2,500,000.00")]);
}

#[test]
fn a_cap_on_the_total_takes_back_the_excess() {
    let program = policy(&format!("{INPUTS}{PAY}\nsettle {{\n  cap total at $100   because \"Section 7\"\n}}\n"));
    assert!(program.settle() && !program.settles_all());
    let proposed = [("commission", 9000), ("spif", 2050)].map(|(payout, cents)| SettleInput {
        line: payout.to_owned(),
        payout: payout.to_owned(),
        amount: usd(cents),
        payable: usd(cents),
    });
    let inputs = inputs("ana", 100, Vec::new());
    let lines = settle(&program, &inputs, &proposed).unwrap();
    assert_eq!(lines.lines.iter().map(|line| line.amount.minor).collect::<Vec<_>>(), [-1050]);
    assert!(settle(&program, &inputs, &proposed[..1]).unwrap().lines.is_empty());
    assert!(settle(&policy(&format!("{INPUTS}{PAY}")), &inputs, &proposed).unwrap().lines.is_empty());
}

#[test]
fn lower_is_better_mirrors_the_attainment() {
    let text = "policy \"Ramp\" version 1
  uses schema \"schema.merit\"
  attainment of days_open
  effective 2026-01-01
  applies to everyone
  period quarter
  currency USD

define reached : percent = attainment
";
    let schema_text = "schema \"S\" version 1
participant {
  role : text
}
measure days_open : number from 0 and above  lower is better  operational
";
    let schema = Source { name: "s".to_owned(), text: schema_text.to_owned() };
    let schema = load_schema(&schema).unwrap_or_else(|d| panic!("{}", render(&d, &schema, false)));
    let source = Source { name: "p".to_owned(), text: text.to_owned() };
    let program = load_policy(&source, &schema).unwrap_or_else(|d| panic!("{}", render(&d, &source, false)));
    for (days, target, expected) in [(30, 40, "5/4"), (40, 40, "1"), (60, 40, "1/2"), (100, 40, "0"), (0, 40, "2")] {
        let mut inputs = inputs("ana", 0, Vec::new());
        inputs.facts = BTreeMap::from([
            ("days_open".to_owned(), Value::Number(Ratio::whole(days))),
            ("quota".to_owned(), Value::Number(Ratio::whole(target))),
        ]);
        let output = evaluate(&program, &inputs).outputs.remove(0);
        assert_eq!(output.outcome, Ok(Value::Percent(expected.parse().unwrap())), "{days} of {target}");
    }
}

#[test]
fn a_ratio_of_counts_is_a_percentage_with_an_otherwise_too() {
    let program = policy(&format!(
        "{INPUTS}{PAY}
define won   : count   = count of deals where (is_new)
define share : percent = won / count of deals otherwise 0%
"
    ));
    let share = |deals| {
        let evaluation = evaluate(&program, &inputs("ana", 100_000, deals));
        evaluation.outputs.iter().find(|output| output.name == "share").unwrap().outcome.clone()
    };
    assert_eq!(share(vec![credited("D-1", 100)]), Ok(Value::Percent(Ratio::ONE)));
    assert_eq!(share(vec![]), Ok(Value::Percent(Ratio::ZERO)));
}

/// `sum of sales.credited` is a figure that the checker takes, so the close has to have it.
#[test]
fn a_record_without_an_amount_is_credited_by_its_first_money_field() {
    let text = "schema \"Homes\" version 1\n\nrecord Sale as sales dated by sold belongs to agent {\n  fee : money from $0 and above\n  agent : participant\n  sold : date\n}\n";
    let source = Source { name: "schema.merit".to_owned(), text: text.to_owned() };
    let schema = load_schema(&source).unwrap();
    let values = BTreeMap::from([
        ("fee".to_owned(), Value::Money(usd(12_345))),
        ("agent".to_owned(), Value::Participant(person("ana"))),
    ]);
    let outcome = credit_default(&schema, "sales", &Row { id: "S-1".to_owned(), values, ..Row::default() });
    assert!(outcome.uncredited.is_empty());
    let shares: Vec<_> =
        outcome.shares.iter().map(|share| (share.participant.as_str(), share.amounts.clone())).collect();
    assert_eq!(shares, [("ana", vec![("fee".to_owned(), usd(12_345))])]);
}

#[test]
fn what_the_schema_has_for_a_missing_column_counts() {
    let source = |name: &str, text: &str| Source { name: name.to_owned(), text: text.to_owned() };
    let schema = source(
        "schema.merit",
        r#"schema "Defaults" version 1
participant {
  role : text
}
record Deal as deals dated by closed belongs to owner {
  amount : money from $0 and above
  margin : money default $20
  units  : count default 3
  owner  : participant
  closed : date
}
measure bookings : money = sum of deals.credited  higher is better  financial
"#,
    );
    let schema = load_schema(&schema).unwrap_or_else(|d| panic!("{}", render(&d, &schema, false)));
    let policy = source(
        "p.merit",
        r#"policy "P" version 1
  uses schema "schema.merit"
  attainment of bookings
  effective 2026-01-01
  applies to everyone
  period quarter
  currency USD

inputs {
  deals : list of Deal
}

credit deals {
  of amount, margin
  to owner 100%
}

define units : count = sum of deals.units

payout bonus : money {
  pay    sum of deals.margin where (units is at least 1)
  round  half even to $0.01
}

test "of two deals one says neither" {
  given { deals = [ { amount = $1, owner = ana }, { amount = $2, units = 5, margin = $7, owner = ana } ] }
  expect units = 8
  expect bonus = $27.00
  expect credit to owner of margin = $27
}
"#,
    );
    let program = load_policy(&policy, &schema).unwrap_or_else(|d| panic!("{}", render(&d, &policy, false)));
    for report in run_tests(&program) {
        assert!(report.failures.is_empty(), "{:#?}", report.failures);
    }
}
