//! `merit rules …`. `check`, `test`, `publish`, `code` and `eval` are here, the others in files of their names.

mod diff;
mod explain;
mod fmt;
pub mod table;

use std::path::{Path, PathBuf};

use merit_core::{Error, Result};
use merit_proto::scoring::v1::{PolicySource, PublishPoliciesRequest, PublishPoliciesResponse};
use merit_rules::{OutputKind, Program, TestReport};
use serde_json::json;

pub use self::diff::DiffArgs;
pub use self::explain::ExplainArgs;

use crate::cli::{Global, Rules};
use crate::commands::policies::{self, Checked};
use crate::commands::{answer, codes, read_text};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Screen, figures};

pub async fn run(global: &Global, command: Rules) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    match command {
        Rules::Check { paths } => check(screen, &paths, false),
        Rules::Test { paths } => check(screen, &paths, true),
        Rules::Publish { paths } => {
            let files = policies::find(&paths)?;
            let session = Session::open(global, "rules publish").await?;
            publish(screen, &session, &files).await
        }
        Rules::Code { code } => codes::run(screen, code.as_deref()),
        Rules::Eval { file, input } => evaluate(screen, &file, &input),
        Rules::Fmt { paths, check } => fmt::run(screen, &paths, check),
        Rules::Table(command) => table::run(screen, command),
        Rules::Explain(args) => explain::run(global, &args).await,
        Rules::Diff(args) => diff::run(global, &args).await,
    }
}

fn check(screen: Screen, paths: &[PathBuf], with_tests: bool) -> Result<Outcome> {
    let mut refused = 0_usize;
    let mut documents = Vec::new();
    let mut first: Option<String> = None;
    for path in policies::find(paths)? {
        let name = path.display().to_string();
        match policies::check(&path, screen)? {
            Checked::Refused(diagnostics) => {
                refused += 1;
                first = first.or_else(|| diagnostics.first().map(|one| one.code.clone()));
                documents.push(json!({ "file": name, "ok": false, "diagnostics": diagnostics }));
            }
            Checked::Schema(schema) => {
                screen.line(format!("{name}: schema \"{}\" version {} is fine", schema.name(), schema.version()));
                documents
                    .push(json!({ "file": name, "ok": true, "schema": schema.name(), "version": schema.version() }));
            }
            Checked::Policy(program) => {
                let failed = report(screen, &name, &program, with_tests, &mut documents);
                refused += usize::from(failed);
            }
        }
    }
    codes::closing(first.as_deref()).into_iter().for_each(|line| screen.warn(line));
    screen.json(&json!(documents));
    Ok(if refused == 0 { Outcome::Done } else { Outcome::Problems })
}

/// Tells what a policy's check, and its tests where wanted, found. True when a test failed.
fn report(
    screen: Screen,
    name: &str,
    program: &Program,
    with_tests: bool,
    documents: &mut Vec<serde_json::Value>,
) -> bool {
    let title = format!("policy \"{}\" version {}", program.name(), program.version());
    let reports = if with_tests { merit_rules::run_tests(program) } else { Vec::new() };
    let failed: Vec<_> = reports.iter().filter(|report| !report.failures.is_empty()).collect();
    let tests = if with_tests {
        format!("{} of {} tests pass", reports.len() - failed.len(), reports.len())
    } else {
        format!("is fine, {} not run", tests_in_words(program.tests()))
    };
    screen.line(format!("{name}: {title}: {tests}"));
    for check in program.checks() {
        screen.line(format!("  line {}: check {}: {}", check.line, check.text, check.status));
    }
    for report in &failed {
        screen.warn(failure(name, report));
    }
    documents.push(json!({
        "file": name, "ok": failed.is_empty(), "policy": program.name(), "version": program.version(),
        "tests": reports.len(), "failed": failed.iter().map(|report| &report.name).collect::<Vec<_>>(),
    }));
    !failed.is_empty()
}

fn tests_in_words(count: usize) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

/// A failed test in words: what was expected, what came, and how it came about.
fn failure(name: &str, report: &TestReport) -> String {
    let mut text = format!("{name}:{}: test \"{}\" fails", report.line, report.name);
    for failure in &report.failures {
        text.push_str(&format!("\n  line {}: expected {}, found {}", failure.line, failure.expected, failure.found));
        for words in &failure.words {
            text.push_str(&format!("\n      {words}"));
        }
    }
    text
}

/// Checks, tests and registers the policies among the files; schemas among them are passed over.
pub(crate) async fn publish(screen: Screen, session: &Session, files: &[PathBuf]) -> Result<Outcome> {
    let sources =
        policies::publishable(files)?.into_iter().map(|(file_name, text)| PolicySource { file_name, text }).collect();
    let request = PublishPoliciesRequest { sources, ..Default::default() };
    let published: PublishPoliciesResponse = answer(session.scoring().publish_policies(request).await)?;
    for failure in &published.failures {
        screen.warn(&failure.report);
    }
    if !published.failures.is_empty() {
        let first = published.failures.iter().flat_map(|failure| &failure.diagnostics).next();
        codes::closing(first.map(|one| one.code.as_str())).into_iter().for_each(|line| screen.warn(line));
        screen.warn("nothing was published; mend the files above and publish again");
        screen.json(&json!({ "failures": published.failures.iter().map(|f| &f.file_name).collect::<Vec<_>>() }));
        return Ok(Outcome::Problems);
    }
    let rows: Vec<_> = published
        .policies
        .iter()
        .map(|policy| {
            let until = if policy.effective_to.is_empty() { "open" } else { &policy.effective_to };
            let done = if policy.created { "published" } else { "was published already" };
            let hash = policy.sha256.get(..12).unwrap_or(&policy.sha256);
            vec![
                policy.policy_name.clone(),
                policy.version.to_string(),
                format!("{} to {until}", policy.effective_from),
                tests_in_words(usize::try_from(policy.tests).unwrap_or(usize::MAX)),
                hash.to_owned(),
                done.to_owned(),
            ]
        })
        .collect();
    screen.table(&["policy", "#version", "effective", "#tests", "content", ""], &rows);
    let list: Vec<_> = published
        .policies
        .iter()
        .map(|p| json!({ "policy": p.policy_name, "version": p.version, "sha256": p.sha256, "created": p.created }))
        .collect();
    screen.json(&json!(list));
    Ok(Outcome::Done)
}

fn evaluate(screen: Screen, file: &Path, input: &Path) -> Result<Outcome> {
    let program = match policies::check(file, screen)? {
        Checked::Policy(program) => program,
        Checked::Refused(_) => return Ok(Outcome::Problems),
        Checked::Schema(_) => {
            return Err(Error::invalid("NOT_A_POLICY", format!("`{}` is a schema; name a policy", file.display())));
        }
    };
    let inputs = merit_rules::inputs_from_json(&program, &read_text(input)?)?;
    let evaluation = merit_rules::evaluate(&program, &inputs);
    let mut documents = Vec::new();
    for output in &evaluation.outputs {
        let words = merit_rules::explain(&program, &evaluation.trace, &output.name);
        let shown = match &output.outcome {
            Ok(value) => value.spoken(),
            Err(reason) => format!("not scored: {}", reason.reason),
        };
        screen.heading(&format!("{} {} = {shown}", kind_word(output.kind), output.name));
        for line in &words {
            screen.line(format!("  {line}"));
        }
        let value = output.outcome.as_ref().ok().map(merit_platform::wire::value);
        documents.push(json!({
            "output": output.name, "kind": kind_word(output.kind),
            "value": value.as_ref().map(figures::plain), "unit": value.as_ref().map(figures::unit),
            "held": output.held.map(|held| held.decimal()),
            "not_scored": output.outcome.as_ref().err().map(|reason| &reason.reason), "words": words,
        }));
    }
    for recognition in &evaluation.recognitions {
        screen.line(format!("\nrecognized: {}", recognition.name));
    }
    let recognized: Vec<_> = evaluation.recognitions.iter().map(|recognition| &recognition.name).collect();
    screen.json(&json!({ "outputs": documents, "recognized": recognized }));
    Ok(Outcome::Done)
}

const fn kind_word(kind: OutputKind) -> &'static str {
    match kind {
        OutputKind::Define => "definition",
        OutputKind::Payout => "payout",
        OutputKind::Recommend => "recommendation",
    }
}
