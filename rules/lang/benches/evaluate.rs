//! How long one participant takes: the shipped commission policy over ten credited deals, with its trace, and that trace told
//! in words. Prints one line; each figure is the median of several rounds over different participants.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use merit_rules::{
    Evaluation, PersonInputs, Program, Source, evaluate, explain, inputs_from_json, load_policy, load_schema, render,
};
use serde_json::json;

/// Participants in a round: enough that their inputs don't stay in the nearest cache.
const PARTICIPANTS: usize = 2000;
/// Deals of each participant.
const DEALS: usize = 10;
/// Rounds; odd, so that one of them is the median.
const ROUNDS: usize = 11;
/// What is told in words.
const OUTPUT: &str = "commission";

type Failed = Box<dyn Error>;

fn main() -> Result<(), Failed> {
    let program = program()?;
    let people = (0..PARTICIPANTS).map(|index| person(&program, index)).collect::<Result<Vec<_>, _>>()?;
    let evaluations: Vec<Evaluation> = people.iter().map(|inputs| evaluate(&program, inputs)).collect();
    for evaluation in &evaluations {
        scored(evaluation)?;
    }
    let evaluating = median(&people, |inputs| drop(black_box(evaluate(&program, black_box(inputs)))));
    let telling = median(&evaluations, |evaluation| {
        drop(black_box(explain(&program, black_box(&evaluation.trace), OUTPUT)));
    });
    println!("evaluation with trace {evaluating} ns per participant with {DEALS} deals, in words {telling} ns more");
    Ok(())
}

/// The commission policy that ships.
fn program() -> Result<Program, Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies");
    let source = |name: &str| -> Result<Source, Failed> {
        Source::from_bytes(name, &fs::read(folder.join(name))?).map_err(|_| format!("`{name}` can't be read").into())
    };
    let (schema_source, policy_source) = (source("schema.merit")?, source("ae_commission.merit")?);
    let schema = load_schema(&schema_source).map_err(|found| render(&found, &schema_source, false))?;
    Ok(load_policy(&policy_source, &schema).map_err(|found| render(&found, &policy_source, false))?)
}

/// A participant whose region, quota, score and deals vary with the index, from far below to far above quota.
fn person(program: &Program, index: usize) -> Result<PersonInputs, Failed> {
    let deals: Vec<_> = (0..DEALS).map(|number| deal(index, number)).collect();
    let inputs = json!({
        "person": format!("person-{index}"), "period_start": "2026-07-01", "period_end": "2026-10-01",
        "role": "AccountExecutive", "segment": pick(&["Enterprise", "Group", "Solo"], index),
        "region": pick(&["East", "Central", "West"], index / 3),
        "quota": format!("${}", 200_000 + index % 17 * 25_000),
        "csat": pick(&["3.2", "3.9", "4.4", "4.7"], index / 7), "deals": deals,
    });
    Ok(inputs_from_json(program, &inputs.to_string())?)
}

fn deal(person: usize, number: usize) -> serde_json::Value {
    let kind = person + number;
    json!({
        "id": format!("crm:{person}-{number}"),
        "credited": format!("${}.{:02}", 4_000 + (person * 7_919 + number * 104_729) % 90_000, kind % 100),
        "product": pick(&["PracticeManagement", "RevenueCycle", "OncologyCoding"], kind),
        "term": pick(&["12 months", "24 months", "36 months"], kind / 2),
        "closed": format!("2026-{:02}-{:02}", 7 + number % 3, 1 + kind % 28), "is_new": !kind.is_multiple_of(4),
    })
}

fn pick<'a>(words: &[&'a str], index: usize) -> &'a str {
    words.get(index % words.len()).copied().unwrap_or_default()
}

/// A round that stops at the first missing input would measure nothing.
fn scored(evaluation: &Evaluation) -> Result<(), Failed> {
    match evaluation.outputs.iter().find_map(|output| output.outcome.as_ref().err()) {
        None => Ok(()),
        Some(stopped) => Err(stopped.reason.clone().into()),
    }
}

/// Nanoseconds for one item: the median round's.
fn median<T>(items: &[T], work: impl Fn(&T)) -> u128 {
    let mut rounds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let begun = Instant::now();
            items.iter().for_each(&work);
            begun.elapsed().as_nanos()
        })
        .collect();
    rounds.sort_unstable();
    rounds.get(ROUNDS / 2).map_or(0, |nanoseconds| nanoseconds / items.len() as u128)
}
