//! `merit goals coverage`.

use merit_core::{Ratio, Result};
use merit_proto::goals::v1::{GetCoverageRequest, GetCoverageResponse};
use serde_json::json;

use super::{answer, cycle_name, id};
use crate::cli::{Global, Goals};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Screen, figures};

/// People named at most when some have no goal of a kind.
const NAMED: usize = 10;

pub async fn run(global: &Global, command: Goals) -> Result<Outcome> {
    let Goals::Coverage { cycle } = command;
    let screen = Screen::new(global.json);
    let session = Session::open(global, "goals coverage").await?;
    let request = GetCoverageRequest { cycle: cycle_name(&cycle)? };
    let coverage = answer(session.goals().get_coverage(request).await)?;
    show(screen, &cycle, &coverage);
    Ok(Outcome::Done)
}

pub(crate) fn show(screen: Screen, cycle: &str, coverage: &GetCoverageResponse) {
    screen.line(format!("goals in {cycle}: {} goals, {} people", coverage.goals, coverage.people));
    let share = |part: u32, of: u32| {
        let ratio = Ratio::new(part.into(), of.into()).map(|ratio| ratio.to_string()).unwrap_or_default();
        vec![format!("{part} of {of}"), figures::percent(&ratio)]
    };
    let mut rows = vec![
        [vec!["people with a goal".to_owned()], share(coverage.with_goals, coverage.people)].concat(),
        [vec!["people with a weighted innovation goal".to_owned()], share(coverage.with_innovation, coverage.people)]
            .concat(),
    ];
    for criterion in &coverage.smart {
        rows.push([vec![format!("goals that are {}", criterion.criterion)], share(criterion.met, coverage.goals)].concat());
    }
    screen.table(&["", "#count", "#share"], &rows);
    for (what, without) in
        [("no goal", &coverage.without_goals), ("no weighted innovation goal", &coverage.without_innovation)]
    {
        if !without.is_empty() {
            screen.line(format!("{what}: {}", named(without)));
        }
    }
    let smart: Vec<_> =
        coverage.smart.iter().map(|c| json!({ "criterion": c.criterion, "met": c.met })).collect();
    screen.json(&json!({
        "cycle": cycle, "people": coverage.people, "goals": coverage.goals,
        "with_goals": coverage.with_goals, "without_goals": ids(&coverage.without_goals),
        "with_innovation": coverage.with_innovation, "without_innovation": ids(&coverage.without_innovation),
        "smart": smart,
    }));
}

fn ids(names: &[String]) -> Vec<&str> {
    names.iter().map(|name| id(name)).collect()
}

fn named(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(NAMED).map(|name| id(name)).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
