//! Whole policies from text: their own tests pass, a wrong expectation fails, and one person's figures are told in words
//! that can be rechecked.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on stops")]

use std::fs;
use std::path::{Path, PathBuf};

use merit_core::Value;
use merit_rules::{
    Evaluation, PersonInputs, Program, Source, Trace, applies, evaluate, explain, inputs_from_json, load_policy,
    load_schema, render, run_tests,
};

/// Folders with policies beside their `schema.merit`.
fn folders() -> [PathBuf; 3] {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    [here.join("tests/policies"), here.join("../policies"), here.join("../policies/constructs")]
}

fn source(path: &Path) -> Source {
    Source::from_bytes(path.display().to_string(), &fs::read(path).unwrap()).unwrap()
}

fn load(folder: &Path, source: &Source) -> Result<Program, String> {
    let schema_source = self::source(&folder.join("schema.merit"));
    let schema = load_schema(&schema_source).map_err(|d| render(&d, &schema_source, false))?;
    load_policy(source, &schema).map_err(|d| render(&d, source, false))
}

fn policies(folder: &Path) -> Vec<Source> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "merit") && !path.ends_with("schema.merit"));
    paths.sort();
    paths.iter().map(|path| source(path)).collect()
}

/// One of the policies beside these tests.
fn policy(name: &str) -> Program {
    let [folder, ..] = folders();
    load(&folder, &source(&folder.join(format!("{name}.merit")))).unwrap_or_else(|words| panic!("{words}"))
}

/// One of the policies that ship.
fn shipped(name: &str) -> Program {
    let [_, folder, _] = folders();
    load(&folder, &source(&folder.join(format!("{name}.merit")))).unwrap_or_else(|words| panic!("{words}"))
}

#[test]
fn every_policy_passes_its_own_tests() {
    let mut tests = 0;
    for folder in folders() {
        for source in policies(&folder) {
            let program = load(&folder, &source).unwrap_or_else(|words| panic!("{words}"));
            for report in run_tests(&program) {
                assert!(report.failures.is_empty(), "{} “{}”: {:#?}", source.name, report.name, report.failures);
                tests += 1;
            }
        }
    }
    assert!(tests >= 17, "only {tests} tests were run");
}

/// The line with another expectation, if it is one: its last digit raised by one, or `not` put in or taken out.
fn altered(line: &str) -> Option<String> {
    let start = line.find("expect ")?;
    if line.trim_start().starts_with('#') {
        return None;
    }
    if let Some(rest) = line.get(start..)?.strip_prefix("expect not recognized") {
        return Some(format!("{}expect recognized{rest}", line.get(..start)?));
    }
    if let Some(rest) = line.get(start..)?.strip_prefix("expect recognized").filter(|rest| !rest.contains(" with ")) {
        return Some(format!("{}expect not recognized{rest}", line.get(..start)?));
    }
    let at = line.rfind(|c: char| c.is_ascii_digit())?;
    let digit = line.get(at..=at)?.parse::<u8>().ok()?;
    Some(format!("{}{}{}", line.get(..at)?, (digit + 1) % 10, line.get(at + 1..)?))
}

#[test]
fn a_wrong_expectation_fails_where_it_stands() {
    let mut expectations = 0;
    for folder in folders() {
        for source in policies(&folder) {
            let (mut lines, mut wrong) = (Vec::new(), Vec::new());
            for (index, line) in source.text.lines().enumerate() {
                let altered = altered(line);
                wrong.extend(altered.is_some().then_some(index + 1));
                lines.push(altered.unwrap_or_else(|| line.to_owned()));
            }
            let source = Source { name: source.name, text: lines.join("\n") };
            let program = load(&folder, &source).unwrap_or_else(|words| panic!("{words}"));
            let failures: Vec<_> = run_tests(&program).into_iter().flat_map(|report| report.failures).collect();
            let found: Vec<usize> = failures.iter().map(|failure| failure.line as usize).collect();
            assert_eq!(found, wrong, "{}: {failures:#?}", source.name);
            let mut explained = Vec::new();
            for failure in failures {
                assert_ne!(failure.expected, failure.found, "{}", source.name);
                // Of so many only the number is told.
                let of_group = failure.expected.ends_with("participants") || failure.expected.ends_with("participant");
                // Of a contest the ranking is told once.
                let contest = failure.expected.split(" = ").next().unwrap().to_owned();
                assert!(
                    of_group || !failure.words.is_empty() || explained.contains(&contest),
                    "{}: {failure:#?}",
                    source.name
                );
                explained.push(contest);
            }
            expectations += wrong.len();
        }
    }
    assert!(expectations >= 200, "only {expectations} expectations were altered");
}

/// Everything that the policy says about a person.
fn told(program: &Program, inputs: &PersonInputs) -> String {
    let evaluation = evaluate(program, inputs);
    let outcomes = evaluation.outputs.iter().map(|output| output.name.clone());
    let recognitions = evaluation.recognitions.iter().map(|recognition| recognition.name.clone());
    outcomes
        .chain(recognitions)
        .map(|name| format!("== {name}\n{}\n", explain(program, &evaluation.trace, &name).join("\n")))
        .collect::<Vec<_>>()
        .join("\n")
}

const AE: &str = r#"{
  "person": "ana-silva", "period_start": "2026-02-01", "period_end": "2026-05-01",
  "role": "AE", "segment": "Enterprise", "region": "EMEA", "quota": "$400,000", "csat": 4.6,
  "deals": [
    { "id": "crm/17", "credited": "$400,000", "term": "36 months", "closed": "2026-02-10", "is_new": true },
    { "id": "crm/21", "credited": "$120,000", "term": "12 months", "closed": "2026-03-02", "is_new": true },
    { "id": "crm/22", "credited": "$50,000", "term": "24 months", "closed": "2026-03-09", "is_new": false }
  ]
}"#;

#[test]
fn a_commission_in_words() {
    let program = policy("ae_commission");
    let inputs = inputs_from_json(&program, AE).unwrap();
    assert_eq!(applies(&program, &inputs), Ok(true));
    insta::assert_snapshot!("commission", told(&program, &inputs));
}

#[test]
fn a_commission_above_the_cap_one_without_a_gate_and_one_without_a_quota() {
    let program = policy("ae_commission");
    for (name, from, to) in [
        ("commission_capped", "\"$400,000\", \"term\"", "\"$2,400,000.75\", \"term\""),
        ("commission_gated", "4.6", "3.4"),
        ("commission_without_csat", "\"csat\": 4.6,", ""),
        ("commission_without_quota", "\"quota\": \"$400,000\",", ""),
        ("commission_with_a_quota_of_zero", "\"quota\": \"$400,000\"", "\"quota\": \"$0\""),
    ] {
        assert!(AE.contains(from));
        let inputs = inputs_from_json(&program, &AE.replace(from, to)).unwrap();
        insta::assert_snapshot!(name, told(&program, &inputs));
    }
}

#[test]
fn a_review_in_words() {
    let program = policy("review_score");
    let inputs = inputs_from_json(
        &program,
        r#"{
          "person": "bo", "period_start": "2026-07-01", "period_end": "2027-01-01",
          "tenure_months": 18, "attainment": "110%", "forecast_accuracy": "92%", "values_score": "80%",
          "salary": "GBP 80,000", "target_bonus": "GBP 10,000", "team_units": 25, "team_size": 3
        }"#,
    )
    .unwrap();
    insta::assert_snapshot!("review", told(&program, &inputs));
}

#[test]
fn recognition_in_words() {
    let program = policy("recognition");
    let inputs = inputs_from_json(
        &program,
        r#"{
          "person": "cy", "period_start": "2026-03-01", "period_end": "2026-04-01",
          "attainment": "104%", "streak": 3, "started": "2026-01-15", "manager": "kim",
          "ideas": [
            { "id": "lab/1", "stage": "Adopted", "savings": "EUR 100,000", "authors": 3 },
            { "id": "lab/2", "stage": "Piloted", "savings": "EUR 80,000", "authors": 1 }
          ]
        }"#,
    )
    .unwrap();
    insta::assert_snapshot!("recognition", told(&program, &inputs));
    let given = evaluate(&program, &inputs).recognitions;
    let names: Vec<&str> = given.iter().map(|recognition| recognition.name.as_str()).collect();
    assert_eq!(names, ["Hot streak", "First sale", "Big idea"]);
    let streak = given[0].announce.as_ref().unwrap();
    assert_eq!(
        (streak.to.as_str(), streak.text.as_str()),
        ("#sales-wins", "{participant.name} has hit quota 3 months in a row")
    );
    let kudos = given[1].kudos.as_ref().unwrap();
    assert_eq!((kudos.from.as_str(), kudos.text.as_str()), ("kim", "Welcome aboard, {participant.name}!"));
}

const PERSON: &str = r#"{
  "person": "ana-silva", "period_start": "2026-04-01", "period_end": "2026-07-01",
  "quota": "$300,000",
  "deals": [
    { "id": "crm/31", "credited": "$120,000", "credited_as": "owner", "product": "OncologyCoding",
      "term": "36 months", "closed": "2026-04-20", "is_new": true },
    { "id": "crm/32", "credited": "$90,000", "credited_as": "owner", "product": "PracticeManagement",
      "term": "12 months", "closed": "2026-05-11", "is_new": true },
    { "id": "crm/35", "credited": "$24,000.50", "credited_as": "overlay", "product": "RevenueCycle",
      "term": "24 months", "closed": "2026-06-30", "is_new": false }
  ],
  "#;

#[test]
fn the_policies_that_ship_in_words() {
    for (name, more) in [
        (
            "ae_commission",
            r#""role": "AccountExecutive", "region": "Central", "csat": 4.2, "started": "2026-02-02",
            "cancellations": [
              { "id": "crm/C-1", "amount": "$12,000", "credited_on": "2026-04-20", "cancelled_on": "2026-06-12" }
            ] }"#,
        ),
        (
            "review_score",
            r#""role": "AccountExecutive", "started": "2024-01-15", "values_score": "90%", "salary": "$96,000" }"#,
        ),
        (
            "recognition",
            r#""streak": 0, "started": "2026-05-04", "manager": "kim", "training_hours": 16.5,
            "ideas": [ { "id": "lab/4", "stage": "Adopted", "savings": "$55,000", "authors": 3 } ] }"#,
        ),
    ] {
        let program = shipped(name);
        let inputs = inputs_from_json(&program, &format!("{PERSON}{more}")).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(applies(&program, &inputs), Ok(true), "{name}");
        assert!(program.lists().contains(&"deals"), "{name} needs the deals behind its attainment");
        insta::assert_snapshot!(format!("shipped_{name}"), told(&program, &inputs));
    }
}

#[test]
fn a_trace_keeps_its_words_when_it_is_stored() {
    let program = policy("ae_commission");
    let Evaluation { trace, .. } = evaluate(&program, &inputs_from_json(&program, AE).unwrap());
    let text = serde_json::to_string(&trace).unwrap();
    let stored: Trace = serde_json::from_str(&text).unwrap();
    assert_eq!(stored, trace);
    assert_eq!(explain(&program, &stored, "commission"), explain(&program, &trace, "commission"));
    assert!(text.len() < 4000, "{} bytes: {text}", text.len());
}

#[test]
fn inputs_that_the_policy_cannot_read_are_refused_with_a_way_out() {
    let program = policy("ae_commission");
    let words = |from: &str, to: &str| {
        assert!(AE.contains(from), "{from}");
        inputs_from_json(&program, &AE.replacen(from, to, 1)).unwrap_err().message
    };
    let all = [
        words("\"quota\"", "\"qouta\""),
        words("\"is_new\"", "\"is_knew\""),
        words("\"$400,000\"", "400000"),
        words("\"$400,000\"", "\"$400,000.005\""),
        words("\"$400,000\"", "\"400.000,00\""),
        words("\"36 months\"", "36"),
        words("\"2026-02-10\"", "\"10.02.2026\""),
        words("true", "\"maybe\""),
        words("\"person\": \"ana-silva\",", ""),
        words("\"period_end\": \"2026-05-01\",", ""),
        words("\"2026-05-01\"", "\"2026-01-01\""),
        words("4.6", "\"good\""),
        inputs_from_json(&program, "[]").unwrap_err().message,
        inputs_from_json(&program, "{ \"person\": ").unwrap_err().message,
    ];
    insta::assert_snapshot!("bad_inputs", all.join("\n"));
}

#[test]
fn values_are_exact_and_in_their_units() {
    let program = policy("ae_commission");
    let evaluation = evaluate(&program, &inputs_from_json(&program, AE).unwrap());
    let commission = evaluation.outputs.iter().find(|output| output.name == "commission").unwrap();
    // Bookings are 520,000 (crm/22 is no new business): 200,000 × 4% + 200,000 × 8% + 100,000 × 12% + 20,000 × 15%
    // = 39,000; and 400,000 × 2% = 8,000 (crm/17 alone is new and long). 47,000 × 105% × 105% = 51,817.50.
    let Ok(Value::Money(amount)) = &commission.outcome else { panic!("{commission:?}") };
    assert_eq!(amount.decimal(), "51817.50");
    assert_eq!(commission.held.unwrap().decimal(), "5181.75");
    assert_eq!(commission.reasons, ["Customer health accelerator", "Plan document section 6.1"]);
}
