//! `merit rules diff`: what changed between two versions of a policy, and what the new one would have paid in a cycle.

mod impact;

use std::path::{Path, PathBuf};

use merit_core::{Error, Result};
use merit_proto::scoring::v1::{GetPolicyRequest, PolicySource};
use merit_rules::{Change, Program, Source, compare, load_policy, load_schema, render, run_tests};
use serde_json::{Value, json};

use crate::cli::Global;
use crate::commands::answer;
use crate::commands::policies::{self, Checked};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::Screen;

/// `merit rules diff`.
#[derive(Debug, clap::Args)]
pub struct DiffArgs {
    /// The old policy: a file, or NAME@VERSION of a registered one
    pub old: String,
    /// The new policy's file
    pub new: PathBuf,
    /// Also what the new one would have paid instead of the old one in this cycle
    #[arg(long)]
    pub cycle: Option<String>,
    /// With --cycle: write everyone's total before and after to this file, readable by you only
    #[arg(long, value_name = "FILE", requires = "cycle")]
    pub csv: Option<PathBuf>,
}

/// A policy as it was named.
struct Named {
    program: Program,
    source: PolicySource,
    /// Its version, where it is a registered one.
    registered: Option<u32>,
}

pub(crate) async fn run(global: &Global, args: &DiffArgs) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let from_file = Path::new(&args.old).exists();
    let session =
        if args.cycle.is_some() || !from_file { Some(Session::open(global, "rules diff").await?) } else { None };
    let old = match &session {
        Some(session) if !from_file => Some(registered(session, &args.old).await?),
        _ => file(screen, Path::new(&args.old))?,
    };
    let new = file(screen, &args.new)?;
    let (Some(old), Some(new)) = (old, new) else { return Ok(Outcome::Problems) };
    let failed = tests(screen, &args.new, &new.program);

    let changes = compare(&old.program, &new.program);
    show(screen, &old.program, &new.program, &changes);
    let mut document = document(&old.program, &new.program, &changes);
    if failed {
        screen.json(&document);
        return Ok(Outcome::Problems);
    }
    if let (Some(cycle), Some(session)) = (&args.cycle, &session) {
        let old = match old.registered {
            Some(version) => impact::Old::Registered(old.program.name().to_owned(), version),
            None => impact::Old::Text(old.source),
        };
        let told = impact::ask(session, cycle, old, new.source).await?;
        if impact::refused(screen, &told) {
            return Ok(Outcome::Problems);
        }
        impact::show(screen, &told);
        if let Some(path) = &args.csv {
            impact::write(screen, path, &told)?;
        }
        if let Some(fields) = document.as_object_mut() {
            fields.insert("impact".to_owned(), impact::document(&told));
        }
    }
    screen.json(&document);
    Ok(Outcome::Done)
}

/// A policy's file, checked; none where it has mistakes, which are told.
fn file(screen: Screen, path: &Path) -> Result<Option<Named>> {
    if !path.exists() {
        let advice = format!(
            "`{}` is not there; name a policy file, or NAME@VERSION of a registered policy for the old one",
            path.display()
        );
        return Err(Error::invalid("FILE", advice));
    }
    match policies::check(path, screen)? {
        Checked::Refused(_) => Ok(None),
        Checked::Schema(_) => {
            Err(Error::invalid("NOT_A_POLICY", format!("`{}` is a schema; name a policy", path.display())))
        }
        Checked::Policy(program) => {
            let text = policies::schema_file(path)?;
            let source = PolicySource { file_name: text.name, text: text.text };
            Ok(Some(Named { program: *program, source, registered: None }))
        }
    }
}

/// A registered policy by `NAME@VERSION`, checked against the schema that it was registered with.
async fn registered(session: &Session, named: &str) -> Result<Named> {
    let advice = || {
        Error::invalid(
            "FILE",
            format!(
                "`{named}` is not there; name a policy file, or NAME@VERSION of a registered policy, such as \"Sales plan@1\""
            ),
        )
    };
    let (name, version) = named.rsplit_once('@').ok_or_else(advice)?;
    let version = version.trim_start_matches('v').parse::<u32>().map_err(|_| advice())?;
    let request = GetPolicyRequest { policy_name: name.to_owned(), version };
    let found = answer(session.scoring().get_policy(request).await)?;
    let source = found.source.ok_or_else(|| Error::internal("scoring answered without a text"))?;
    let schema_text = Source { name: "schema.merit".to_owned(), text: found.schema_source };
    let unreadable =
        |report: String| Error::precondition("POLICY_UNREADABLE", format!("`{named}` can't be read:\n{report}"));
    let schema = load_schema(&schema_text).map_err(|said| unreadable(render(&said, &schema_text, false)))?;
    let text = Source { name: source.file_name.clone(), text: source.text.clone() };
    let program = load_policy(&text, &schema).map_err(|said| unreadable(render(&said, &text, false)))?;
    let version = found.policy.map_or(version, |policy| policy.version);
    Ok(Named { program, source, registered: Some(version) })
}

/// Whether a test of the new policy fails, which is told.
fn tests(screen: Screen, path: &Path, program: &Program) -> bool {
    let reports = run_tests(program);
    let failed: Vec<_> = reports.iter().filter(|report| !report.failures.is_empty()).collect();
    for report in &failed {
        screen.warn(format!("{}:{}: test \"{}\" fails", path.display(), report.line, report.name));
        for failure in &report.failures {
            screen.warn(format!("  line {}: expected {}, found {}", failure.line, failure.expected, failure.found));
        }
    }
    if !failed.is_empty() {
        screen.warn(format!(
            "{} of {} tests of the new policy fail; `merit rules test {}` says how it came to that. Mend the policy or what its tests expect: like this it can't be published",
            failed.len(),
            reports.len(),
            path.display()
        ));
    }
    !failed.is_empty()
}

fn show(screen: Screen, old: &Program, new: &Program, changes: &[Change]) {
    let title = |program: &Program| format!("{}, version {}", program.name(), program.version());
    screen.line(if old.name() == new.name() {
        format!("{}: version {} against version {}", new.name(), old.version(), new.version())
    } else {
        format!("{} against {}", title(old), title(new))
    });
    if changes.is_empty() {
        screen.line("\nboth say the same: nothing that is paid changes");
        return;
    }
    let (pays, other): (Vec<&Change>, Vec<&Change>) = changes.iter().partition(|change| change.pays);
    if pays.is_empty() {
        screen.line("\nnothing that is paid changes");
    } else {
        screen.heading("what is paid changes by");
        list(screen, &pays);
    }
    if !other.is_empty() {
        screen.heading("what else changes, without a change in pay");
        list(screen, &other);
    }
}

fn list(screen: Screen, changes: &[&Change]) {
    for change in changes {
        screen.wrapped(2, change.words());
    }
}

fn document(old: &Program, new: &Program, changes: &[Change]) -> Value {
    let policy = |program: &Program| json!({ "policy": program.name(), "version": program.version() });
    let list = changes.iter().map(|change| {
        json!({
            "part": change.part.word(), "name": change.name, "at": change.at, "what": change.what.word(),
            "old": change.old, "new": change.new, "pays": change.pays, "words": change.words(),
        })
    });
    json!({
        "old": policy(old), "new": policy(new), "pays": changes.iter().any(|change| change.pays),
        "changes": list.collect::<Vec<_>>(),
    })
}
