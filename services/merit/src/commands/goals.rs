//! `merit goals coverage`.

use merit_core::{Ratio, Result};
use merit_proto::goals::v1::{GetCoverageRequest, GetCoverageResponse, Goal, ListGoalsRequest};
use merit_proto::kept::read;
use serde_json::{Value, json};

use super::{answer, cycle_name, id};
use crate::cli::{Global, Goals};
use crate::exit::Outcome;
use crate::pages::{self, PAGE_SIZE};
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
    let unmet = unmet(&session, &cycle_name(&cycle)?).await?;
    show(screen, &coverage, &cycle);
    screen.heading(&format!("Criteria that are not met: {}", unmet.len()));
    let rows: Vec<_> =
        unmet.iter().take(NAMED).map(|one| vec![one.goal.clone(), one.criterion.clone(), one.reason.clone()]).collect();
    screen.table(&["goal", "criterion", "why"], &rows);
    if unmet.len() > NAMED {
        screen.line(format!("… and {} more; --json prints them all", unmet.len() - NAMED));
    }
    screen.json(&document(&cycle, &coverage, &unmet));
    Ok(Outcome::Done)
}

/// A criterion of SMART that a goal does not meet.
struct Unmet {
    goal: String,
    criterion: String,
    reason: String,
}

async fn unmet(session: &Session, cycle: &str) -> Result<Vec<Unmet>> {
    let goals = pages::all(|page_token| {
        let (mut client, cycle) = (session.goals(), cycle.to_owned());
        async move {
            let request = ListGoalsRequest { cycle, page_size: PAGE_SIZE, page_token, ..ListGoalsRequest::default() };
            let page = client.list_goals(request).await?.into_inner();
            Ok((read(page.goals)?, page.next_page_token))
        }
    })
    .await?;
    let of = |goal: Goal| {
        let name = id(&goal.name).to_owned();
        goal.smart.into_iter().filter(|criterion| !criterion.met).map(move |criterion| Unmet {
            goal: name.clone(),
            criterion: criterion.criterion,
            reason: criterion.reason,
        })
    };
    Ok(goals.into_iter().flat_map(of).collect())
}

pub(crate) fn show(screen: Screen, coverage: &GetCoverageResponse, cycle: &str) {
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
        rows.push(
            [vec![format!("goals that are {}", criterion.criterion)], share(criterion.met, coverage.goals)].concat(),
        );
    }
    screen.table(&["", "#count", "#share"], &rows);
    for (what, without) in
        [("no goal", &coverage.without_goals), ("no weighted innovation goal", &coverage.without_innovation)]
    {
        if !without.is_empty() {
            screen.line(format!("{what}: {}", named(without)));
        }
    }
}

fn document(cycle: &str, coverage: &GetCoverageResponse, unmet: &[Unmet]) -> Value {
    let smart: Vec<_> = coverage.smart.iter().map(|c| json!({ "criterion": c.criterion, "met": c.met })).collect();
    let unmet: Vec<_> =
        unmet.iter().map(|one| json!({ "goal": one.goal, "criterion": one.criterion, "reason": one.reason })).collect();
    json!({
        "cycle": cycle, "people": coverage.people, "goals": coverage.goals,
        "with_goals": coverage.with_goals, "without_goals": ids(&coverage.without_goals),
        "with_innovation": coverage.with_innovation, "without_innovation": ids(&coverage.without_innovation),
        "smart": smart, "unmet": unmet,
    })
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
