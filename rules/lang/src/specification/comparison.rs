//! The evaluator held to the specification on generated policies and people.
//!
//! `MERIT_CASES=1000000` compares that many people (20 under each policy); `MERIT_SEED=17` takes the policy of that seed
//! alone, as a failure names it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use super::agreement::{Seen, disagreement};
use super::generator;
use super::generator::people::{Life, people};
use super::shrink::shrink;
use crate::check::check_policy;
use crate::diagnostics::{Diagnostics, codes};
use crate::schema::Schema;
use crate::syntax::ast::File;
use crate::syntax::{parse_policy, parse_schema};
use crate::{Source, load_schema};

/// People under one policy.
const PEOPLE: usize = 20;

/// What a well-typed policy may be refused for: a divisor that is 0, a floor above its cap, rows that are not on record.
const EXPECTED: [&str; 3] = [codes::MAY_DIVIDE_BY_ZERO.id, codes::FLOOR_ABOVE_CAP.id, codes::RECOMPUTING.id];

/// A schema, checked and as a tree.
struct Schemas(BTreeMap<String, (Schema, File)>);

impl Schemas {
    fn new() -> Self {
        let all = ["USD", "EUR", "JPY", "KWD"].map(|code| {
            let sign = if code == "USD" { "$".to_owned() } else { format!("{code} ") };
            let source = Source { name: "schema.merit".to_owned(), text: generator::schema_text(&sign) };
            let schema = load_schema(&source).unwrap_or_else(|said| panic!("{}", told(&said, &source.text)));
            let tree = parse_schema(&source, &mut Diagnostics::default()).unwrap();
            (code.to_owned(), (schema, tree))
        });
        Self(all.into())
    }

    /// What a text is refused for, or where evaluator and specification differ on it.
    fn judge(
        &self,
        text: &str,
        currency: &str,
        people: &[Life],
        seen: &mut Seen,
    ) -> Result<Option<String>, Diagnostics> {
        let (schema, schema_tree) = &self.0[currency];
        let source = Source { name: "generated.merit".to_owned(), text: text.to_owned() };
        let mut said = Diagnostics::default();
        let Some(tree) = parse_policy(&source, &mut said) else { return Err(said) };
        let program = check_policy(&tree, &source, schema, said)?;
        let compared =
            catch_unwind(AssertUnwindSafe(|| disagreement(&program, schema, &tree, schema_tree, people, seen)));
        Ok(compared
            .unwrap_or_else(|panicked| Some(format!("one of the two panics: {:?}", panicked.downcast_ref::<String>()))))
    }
}

fn told(said: &Diagnostics, text: &str) -> String {
    let lines = said.0.iter().map(|said| {
        let line = text.get(..said.span().start).unwrap_or_default().matches('\n').count() + 1;
        format!("{} line {line}: {}", said.code, said.title)
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What became of many seeds.
#[derive(Default)]
struct Outcome {
    policies: usize,
    refused: BTreeMap<String, (usize, String)>,
    seen: Seen,
    failure: Option<String>,
}

fn of_seed(schemas: &Schemas, seed: u64, count: usize, outcome: &mut Outcome) {
    let written = generator::policy(seed);
    let people = people(seed, count, &written);
    let currency = written.currency.code().to_owned();
    outcome.policies += 1;
    match schemas.judge(&written.text, &currency, &people, &mut outcome.seen) {
        Ok(None) => {}
        Ok(Some(difference)) => {
            let fails = |text: &str, people: &[Life]| {
                matches!(schemas.judge(text, &currency, people, &mut Seen::default()), Ok(Some(_)))
            };
            let (text, people) = shrink(written.text, people, &fails);
            let small = schemas.judge(&text, &currency, &people, &mut Seen::default()).unwrap_or_default();
            outcome.failure = Some(format!(
                "MERIT_SEED={seed}: {difference}\n\nmade small: {}\n\n{text}\n\n{people:#?}",
                small.unwrap_or_default()
            ));
        }
        Err(said) => {
            let first = said.0.first().map_or_else(String::new, |said| format!("{} {}", said.code, said.title));
            let code = first.split(' ').next().unwrap_or_default().to_owned();
            let told = format!("MERIT_SEED={seed}\n{}\n\n{}", told(&said, &written.text), written.text);
            outcome.refused.entry(code).or_insert((0, told)).0 += 1;
        }
    }
}

/// All seeds, shared out over the machine's cores.
fn of_seeds(policies: u64) -> Outcome {
    let schemas = Schemas::new();
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let (all, stop) = (Mutex::new(Outcome::default()), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for core in 0..cores {
            let (schemas, all, stop) = (&schemas, &all, &stop);
            let run = move || {
                let mut own = Outcome::default();
                let mut seed = core;
                while seed < policies && !stop.load(Ordering::Relaxed) {
                    of_seed(schemas, seed, PEOPLE, &mut own);
                    stop.fetch_or(own.failure.is_some(), Ordering::Relaxed);
                    seed += cores;
                }
                all.lock().unwrap().add(own);
            };
            // Deep trees of unoptimised code take more than a thread's usual stack.
            std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, run).unwrap();
        }
    });
    all.into_inner().unwrap()
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.policies += other.policies;
        for (code, (count, told)) in other.refused {
            self.refused.entry(code).or_insert((0, told)).0 += count;
        }
        self.seen.add(&other.seen);
        self.failure = self.failure.take().or(other.failure);
    }

    fn refusals(&self) -> usize {
        self.refused.values().map(|(count, _)| count).sum()
    }
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.replace('_', "").parse().unwrap())
}

#[test]
fn evaluator_and_specification_agree() {
    if let Some(seed) = from_environment("MERIT_SEED") {
        let mut outcome = Outcome::default();
        of_seed(&Schemas::new(), seed, PEOPLE, &mut outcome);
        assert!(outcome.failure.is_none() && outcome.refused.is_empty(), "{:?}", outcome.failure);
        return;
    }
    let cases = from_environment("MERIT_CASES").unwrap_or(20_000);
    let outcome = of_seeds(cases.div_ceil(PEOPLE as u64));
    if let Some(failure) = outcome.failure {
        panic!("{failure}");
    }
    let (policies, refused) = (outcome.policies, outcome.refusals());
    for (code, (count, told)) in outcome.refused.iter().filter(|(code, _)| !EXPECTED.contains(&code.as_str())) {
        println!("{count} refused with {code}, such as {told}\n");
    }
    println!("{policies} policies, {refused} refused; {:?}", outcome.seen);
    assert!(refused * 2 < policies, "{refused} of {policies} generated policies were refused");
    outcome.seen.is_rich();
}

/// What the specification covers, by a word of it.
const CONSTRUCTS: &[&str] = &[
    " optional",
    " default ",
    " and above\n",
    "attainment of defects",
    "applies to participants where",
    "month ends round up",
    "const ",
    " otherwise ",
    " is missing",
    " in (",
    "(if ",
    "(not ",
    "(-(",
    "abs(",
    "min(",
    "max(",
    "months_between(",
    "days_between(",
    "counting both ends",
    "counting the first day",
    "counting the last day",
    "counting neither end",
    " rounded half even to ",
    " rounded half up to ",
    " rounded down to ",
    " rounded up to ",
    "sum of ",
    "count of deals.",
    "highest of ",
    "lowest of ",
    "average of ",
    "any of ",
    " weighted by ",
    "bands ",
    " marginal {",
    " retroactive {",
    "curve ",
    "clamped outside",
    "extended outside",
    "zero outside",
    " unique {",
    " first {",
    "| otherwise |",
    "(apply ",
    " against ",
    "(lookup bands_",
    "(lookup curve_",
    "(lookup grid_",
    ".gives_1 for ",
    "  let ",
    "  multiply by ",
    " when ",
    "  gate ",
    " else pay ",
    " else propose ",
    "  cap at ",
    "  floor at ",
    "  hold back ",
    "recommend ",
    "recognize ",
    "  award ",
    "  kudos from ",
    "  announce to ",
    "credit deals",
    " in addition",
    " otherwise owner",
    "roll up to managers",
    "contest ",
    " within ",
    "cap total at ",
    "year starts in ",
    "define deals.own_",
    "weigh ",
    "missing parts left out",
    "missing parts count as 0",
    " marginal for ",
    " retroactive for ",
    " filled by house",
    "zero below, clamped above",
    "extended below, zero above",
    " starting at ",
    "rates ",
    " converted to ",
    " in the year to date",
    " earlier in the quarter",
    "periods in a row where ",
    "(previous ",
    "  true up over ",
    " at the rate paid on ",
    " by recomputing on ",
    "  payable as ",
    " of amount, costs",
    "award top ",
    "distribute ",
    "only in groups of ",
    "guarantee at least ",
    " as non-recoverable draw",
    "never below the guarantee",
    "may take all",
];

#[test]
fn every_construct_is_written() {
    let policies: Vec<String> = (0..1_000).map(|seed| generator::policy(seed).text).collect();
    let often = |word: &&str| policies.iter().filter(|text| text.contains(*word)).count();
    let rare: Vec<_> = CONSTRUCTS.iter().filter(|word| often(word) < 10).map(|word| (word, often(word))).collect();
    assert!(rare.is_empty(), "hardly ever written, of 1,000 policies: {rare:?}");
}
