//! `merit review status`: what a review came to, who decided what, and what a person should look at.

use merit_core::{Currency, Money, Result};
use merit_proto::reviews::v1::Review;
use serde_json::{Value, json};

use super::{find, lists, state_word};
use crate::cli::Which;
use crate::commands::id;
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::Screen;

pub(crate) async fn run(screen: Screen, session: &Session, which: &Which) -> Result<Outcome> {
    let review = find(session, which).await?;
    let document = show(screen, session, &review).await?;
    screen.json(&document);
    Ok(Outcome::Done)
}

/// Tells people what a review came to, and gives the same as a document for programs.
pub(crate) async fn show(screen: Screen, session: &Session, review: &Review) -> Result<Value> {
    let findings = lists::findings(session, &review.run).await?;
    let mut head = format!(
        "review of {}: {}, run {}, {} participants, {} scorecards",
        id(&review.cycle),
        state_word(review.state()),
        id(&review.run),
        review.participants,
        review.scorecards
    );
    if !review.supersedes.is_empty() {
        head.push_str(&format!(", in place of {}", id(&review.supersedes)));
    }
    screen.line(head);
    for total in &review.totals {
        let amount = spoken(total.amount_minor_units, &total.currency_code);
        let held = spoken(total.held_minor_units, &total.currency_code);
        let released = match total.released_minor_units {
            0 => String::new(),
            freed => format!("; {} that was held back earlier is payable now", spoken(freed, &total.currency_code)),
        };
        screen.line(format!("  rewards {amount}, of which {held} held back{released}"));
    }
    if !review.root.is_empty() {
        screen.line(format!("  root {}", review.root));
    }
    for decision in &review.decisions {
        let reason = if decision.reason.is_empty() { String::new() } else { format!(": {}", decision.reason) };
        screen.line(format!("  {} by {} at {}{reason}", decision.action, decision.by, decision.at));
    }
    lists::show_findings(screen, &findings);
    Ok(json!({
        "cycle": id(&review.cycle), "run": id(&review.run), "state": state_word(review.state()), "root": review.root,
        "participants": review.participants, "scorecards": review.scorecards, "supersedes": id(&review.supersedes),
        "totals": review.totals.iter().map(|t| json!({
            "currency": t.currency_code, "amount": decimal(t.amount_minor_units, &t.currency_code),
            "held": decimal(t.held_minor_units, &t.currency_code),
            "released": decimal(t.released_minor_units, &t.currency_code),
        })).collect::<Vec<_>>(),
        "decisions": review.decisions.iter().map(|d| json!({
            "action": d.action, "by": d.by, "at": d.at, "reason": d.reason,
        })).collect::<Vec<_>>(),
        "findings": lists::findings_document(&findings),
    }))
}

/// Minor units of a currency for people.
pub(crate) fn spoken(minor: i64, code: &str) -> String {
    money(minor, code).map_or_else(|| format!("{code} {minor}"), |money| money.spoken())
}

/// Minor units of a currency as a plain decimal.
pub(crate) fn decimal(minor: i64, code: &str) -> String {
    money(minor, code).map_or_else(|| minor.to_string(), |money| money.decimal())
}

fn money(minor: i64, code: &str) -> Option<Money> {
    code.parse::<Currency>().ok().map(|currency| Money::new(minor, currency))
}
