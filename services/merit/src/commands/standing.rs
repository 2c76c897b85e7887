//! `merit standing`: where a person is against their goals.

use merit_core::ids::PersonId;
use merit_core::{Error, Result};
use merit_proto::scoring::v1::{GetStandingRequest, GetStandingResponse};
use serde_json::json;

use super::{answer, cycle_name, id};
use crate::cli::{Global, Standing};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Screen, figures};

pub async fn run(global: &Global, args: &Standing) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let session = Session::open(global, "standing").await?;
    let person = PersonId::new(args.person.strip_prefix("people/").unwrap_or(&args.person))?;
    let cycle = match &args.cycle {
        Some(cycle) => cycle_name(cycle)?,
        None => present_cycle(&session).await?,
    };
    let request =
        GetStandingRequest { person: person.name(), cycle: cycle.clone(), on: args.on.clone().unwrap_or_default() };
    let standing = answer(session.scoring().get_standing(request).await)?;
    show(screen, person.as_str(), id(&cycle), &standing);
    Ok(Outcome::Done)
}

/// The cycle that has not ended and began last, or else the latest.
async fn present_cycle(session: &Session) -> Result<String> {
    let cycles = super::cycle::all(session).await?;
    let running = cycles.iter().find(|cycle| !cycle.ended);
    running.or(cycles.last()).map(|cycle| cycle.name.clone()).ok_or_else(|| {
        Error::precondition("NO_CYCLE", "no cycle is open yet; open one with `merit cycle open 2026-Q3`")
    })
}

pub(crate) fn show(screen: Screen, person: &str, cycle: &str, standing: &GetStandingResponse) {
    screen.line(format!(
        "{person} in {cycle} on {}: {} of the cycle has gone by",
        standing.on,
        figures::percent(&standing.elapsed)
    ));
    if standing.goals.is_empty() {
        screen.line(format!("{person} has no goal in {cycle}"));
    }
    let rows: Vec<_> = standing
        .goals
        .iter()
        .map(|goal| {
            vec![
                goal.title.clone(),
                goal.perspective.clone(),
                figures::spoken(goal.actual.as_ref()),
                figures::spoken(goal.target.as_ref()),
                figures::percent(&goal.attainment),
                figures::percent(&goal.pace),
                figures::percent(&goal.forecast),
                goal.reason.clone(),
            ]
        })
        .collect();
    screen.table(&["goal", "perspective", "#so far", "#target", "#attainment", "#pace", "#forecast", ""], &rows);
    let goals: Vec<_> = standing
        .goals
        .iter()
        .map(|goal| {
            json!({
                "goal": id(&goal.goal), "title": goal.title, "perspective": goal.perspective, "measure": goal.measure,
                "actual": goal.actual.as_ref().map(figures::plain), "target": goal.target.as_ref().map(figures::plain),
                "unit": goal.target.as_ref().map(figures::unit),
                "attainment": figures::plain_ratio(&goal.attainment), "pace": figures::plain_ratio(&goal.pace),
                "forecast": figures::plain_ratio(&goal.forecast), "weight": figures::plain_ratio(&goal.weight),
                "reason": goal.reason,
            })
        })
        .collect();
    screen.json(&json!({
        "person": person, "cycle": cycle, "on": standing.on, "elapsed": figures::plain_ratio(&standing.elapsed),
        "goals": goals,
    }));
}
