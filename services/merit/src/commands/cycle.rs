//! `merit cycle open · set · list · show`.

use merit_core::Result;
use merit_proto::goals::v1::{self as proto, Approval, Cycle, TeamPay};
use serde_json::{Value, json};

use super::{answer, cycle_name, id};
use crate::cli::{self, Global};
use crate::exit::Outcome;
use crate::pages::{self, PAGE_SIZE};
use crate::session::Session;
use crate::show::Screen;

pub async fn run(global: &Global, command: cli::Cycle) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let session = Session::open(global, "cycle").await?;
    let mut goals = session.goals();
    match command {
        cli::Cycle::Open { cycle, starts, ends, zone } => {
            // An organisation stays in its zone: quarters of two zones would overlap by hours.
            let zone = match zone {
                Some(zone) => zone,
                None => all(&session).await?.pop().map(|last| last.zone).unwrap_or_default(),
            };
            let request = proto::OpenCycleRequest {
                cycle_id: cycle,
                first_day: starts.unwrap_or_default(),
                last_day: ends.unwrap_or_default(),
                zone,
            };
            let cycle = answer(goals.open_cycle(request).await)?.cycle.unwrap_or_default();
            show(screen, &cycle);
        }
        cli::Cycle::Set { cycle, approval, team_pay, self_assessment_until } => {
            let request = proto::UpdateCycleRequest {
                name: cycle_name(&cycle)?,
                approval: approval.map_or(Approval::Unspecified, approval_to_wire).into(),
                team_pay: team_pay.map_or(TeamPay::Unspecified, team_pay_to_wire).into(),
                self_assessment_until: self_assessment_until.unwrap_or_default(),
                ..proto::UpdateCycleRequest::default()
            };
            let cycle = answer(goals.update_cycle(request).await)?.cycle.unwrap_or_default();
            show(screen, &cycle);
        }
        cli::Cycle::Show { cycle } => {
            let request = proto::GetCycleRequest { name: cycle_name(&cycle)? };
            let cycle = answer(goals.get_cycle(request).await)?.cycle.unwrap_or_default();
            show(screen, &cycle);
        }
        cli::Cycle::List => list(screen, &session).await?,
    }
    Ok(Outcome::Done)
}

/// All cycles, earliest first.
pub(crate) async fn all(session: &Session) -> Result<Vec<Cycle>> {
    pages::all(|page_token| {
        let mut goals = session.goals();
        async move {
            let request = proto::ListCyclesRequest { page_size: PAGE_SIZE, page_token };
            let page = goals.list_cycles(request).await?.into_inner();
            Ok((page.cycles, page.next_page_token))
        }
    })
    .await
}

async fn list(screen: Screen, session: &Session) -> Result<()> {
    let cycles = all(session).await?;
    if cycles.is_empty() {
        screen.line("no cycle is open yet; open one with `merit cycle open 2026-Q3`");
    }
    let rows: Vec<_> = cycles
        .iter()
        .map(|c| {
            let state = if c.ended { "ended" } else { "open" };
            vec![id(&c.name).to_owned(), c.first_day.clone(), c.last_day.clone(), c.zone.clone(), state.to_owned()]
        })
        .collect();
    screen.table(&["cycle", "first day", "last day", "zone", "state"], &rows);
    screen.json(&Value::Array(cycles.iter().map(document).collect()));
    Ok(())
}

fn show(screen: Screen, cycle: &Cycle) {
    let name = id(&cycle.name);
    let state = match (cycle.ended, cycle.window_ended) {
        (false, _) => "open",
        (true, false) => "ended, self-assessments still open",
        (true, true) => "ended",
    };
    screen.line(format!("cycle {name}: {} to {} in {}, {state}", cycle.first_day, cycle.last_day, cycle.zone));
    screen.line(format!(
        "  approval {}, team pay {}, self-assessments until {}",
        approval_word(cycle.approval()),
        team_pay_word(cycle.team_pay()),
        cycle.self_assessment_until
    ));
    screen.json(&document(cycle));
}

fn document(cycle: &Cycle) -> Value {
    json!({
        "cycle": id(&cycle.name), "first_day": cycle.first_day, "last_day": cycle.last_day, "zone": cycle.zone,
        "starts_at": cycle.starts_at, "ends_at": cycle.ends_at,
        "approval": approval_word(cycle.approval()), "team_pay": team_pay_word(cycle.team_pay()),
        "self_assessment_until": cycle.self_assessment_until, "ended": cycle.ended, "window_ended": cycle.window_ended,
    })
}

const fn approval_to_wire(approval: cli::Approval) -> Approval {
    match approval {
        cli::Approval::Automatic => Approval::Automatic,
        cli::Approval::Required => Approval::Required,
    }
}

const fn team_pay_to_wire(team_pay: cli::TeamPay) -> TeamPay {
    match team_pay {
        cli::TeamPay::Hidden => TeamPay::Hidden,
        cli::TeamPay::Shown => TeamPay::Shown,
    }
}

const fn approval_word(approval: Approval) -> &'static str {
    match approval {
        Approval::Automatic => "automatic",
        Approval::Required | Approval::Unspecified => "required",
    }
}

const fn team_pay_word(team_pay: TeamPay) -> &'static str {
    match team_pay {
        TeamPay::Shown => "shown",
        TeamPay::Hidden | TeamPay::Unspecified => "hidden",
    }
}
