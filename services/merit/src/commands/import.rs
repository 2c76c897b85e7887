//! `merit import`: a CSV file, whole or not at all.

use merit_core::{Error, Problem, Result};
use serde_json::json;

use crate::cli::{Global, Import};
use crate::exit::Outcome;
use crate::import::{self, Profile};
use crate::session::Session;
use crate::show::{Progress, Screen};

/// Rows at fault shown to people; programs get all.
const SHOWN: usize = 50;

pub async fn run(global: &Global, args: &Import) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let profile = Profile::load(&args.profile, args.kind)?;
    if !args.file.is_file() {
        return Err(Error::not_found("FILE", format!("there is no file `{}`", args.file.display())));
    }
    let session = Session::open(global, "import").await?;
    let work = import::run(session.link(), args.kind, &args.file, &profile, args.dry_run);
    let taken = Progress::wait("importing", work).await?;
    let file = args.file.display().to_string();
    screen.json(&json!({
        "file": file, "kind": args.kind.word(), "dry_run": args.dry_run, "written": taken.written,
        "added": taken.added, "changed": taken.changed, "unchanged": taken.unchanged, "left_out": taken.left_out,
        "problems": taken.problems, "quarantined": taken.quarantined,
        "withdrawn": taken.withdrawn, "unsure": taken.unsure,
    }));
    if !taken.problems.is_empty() {
        list(screen, &taken.problems);
        let rows = if taken.problems.len() == 1 { "1 problem" } else { &format!("{} problems", taken.problems.len()) };
        screen.warn(format!("`{file}` was not taken: {rows}. Mend the file or its profile and import it again."));
        return Ok(Outcome::Problems);
    }
    if !taken.quarantined.is_empty() {
        screen.warn(format!("put aside for a look, not counted ({}):", taken.quarantined.len()));
        list(screen, &taken.quarantined);
    }
    if !taken.withdrawn.is_empty() {
        let corrected = if args.dry_run { "would be corrected" } else { "corrected" };
        screen.warn(format!("on record from before and left out now, {corrected} ({}):", taken.withdrawn.len()));
        list(screen, &taken.withdrawn);
    }
    if !taken.unsure.is_empty() {
        let rows = taken.unsure.len();
        screen.warn(format!("left out, and it can't be seen whether they are on record from before ({rows}):"));
        list(screen, &taken.unsure);
    }
    screen.line(sentence(args, &taken));
    Ok(Outcome::Done)
}

fn sentence(args: &Import, taken: &import::Outcome) -> String {
    let would = if args.dry_run { "would add" } else { "added" };
    let mut text = format!(
        "{} {}: {would} {}, {} {}, {} as on record",
        args.kind,
        args.file.display(),
        taken.added,
        if args.dry_run { "change" } else { "changed" },
        taken.changed,
        taken.unchanged
    );
    if taken.left_out > 0 {
        text.push_str(&format!(", {} left out by the profile", taken.left_out));
    }
    if args.dry_run {
        text.push_str("; nothing was written");
    }
    text
}

fn list(screen: Screen, problems: &[Problem]) {
    for problem in problems.iter().take(SHOWN) {
        screen.warn(format!("  {problem}"));
    }
    if problems.len() > SHOWN {
        screen.warn(format!("  … and {} more; --json prints them all", problems.len() - SHOWN));
    }
}
