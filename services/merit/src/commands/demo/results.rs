//! What the close came to: a table of people with attainment and rewards, and what somebody should look at.

use std::collections::BTreeMap;

use merit_core::Result;
use merit_proto::reviews::v1::Review;
use merit_proto::scoring::v1::{FindingKind, Score};
use serde_json::{Value, json};

use crate::commands::{id, review as reviews};
use crate::session::Session;
use crate::show::{Screen, figures};

/// People in the table.
const SHOWN: usize = 15;

/// What was shown.
pub(super) struct Shown {
    /// Each payee's totals.
    pub payees: Vec<Value>,
    /// The id of the best paid person, as an example to look at.
    pub example: Option<String>,
}

pub(super) async fn show(screen: Screen, session: &Session, review: &Review) -> Result<Shown> {
    let lines = reviews::lines(session, &review.cycle, "").await?;
    let scores = reviews::scores(session, &review.run).await?;
    let findings = reviews::findings(session, &review.run).await?;
    let mut payees = reviews::payees(&lines);
    payees.sort_by(|a, b| b.amount_minor_units.cmp(&a.amount_minor_units).then(a.participant.cmp(&b.participant)));
    let attainment = attainments(&scores);

    screen.heading(&format!("The {} best paid of {} payees", SHOWN.min(payees.len()), payees.len()));
    let rows: Vec<_> = payees
        .iter()
        .take(SHOWN)
        .map(|payee| {
            let amount = reviews::spoken(payee.amount_minor_units, &payee.currency_code);
            let held = reviews::spoken(payee.held_minor_units, &payee.currency_code);
            let reached = attainment.get(payee.participant.as_str()).cloned().unwrap_or_else(|| "–".to_owned());
            vec![id(&payee.participant).to_owned(), reached, amount, held]
        })
        .collect();
    screen.table(&["person", "#attainment", "#rewards", "#held back"], &rows);
    for total in &review.totals {
        let amount = reviews::spoken(total.amount_minor_units, &total.currency_code);
        let held = reviews::spoken(total.held_minor_units, &total.currency_code);
        screen.line(format!("in all {amount}, of which {held} held back"));
    }

    let of = |kind: FindingKind| findings.iter().filter(move |finding| finding.kind() == kind);
    screen.heading("To look at");
    let mut rows: Vec<_> = of(FindingKind::NotScored)
        .filter(|finding| finding.output == "commission")
        .map(|finding| {
            vec![id(&finding.participant).to_owned(), "not paid a commission".to_owned(), finding.reason.clone()]
        })
        .collect();
    rows.extend(
        of(FindingKind::NotCredited).map(|finding| {
            vec![id(&finding.participant).to_owned(), "not credited".to_owned(), finding.reason.clone()]
        }),
    );
    screen.table(&["person", "", "why"], &rows);
    let uncovered = of(FindingKind::NotCovered).count();
    if uncovered > 0 {
        screen.line(format!("{uncovered} people are covered by no policy; `review status --cycle 2026-Q3` lists them"));
    }
    let documents = payees.iter().map(|payee| {
        json!({
            "participant": id(&payee.participant), "currency": payee.currency_code,
            "amount": reviews::decimal(payee.amount_minor_units, &payee.currency_code),
            "held": reviews::decimal(payee.held_minor_units, &payee.currency_code),
        })
    });
    Ok(Shown { payees: documents.collect(), example: payees.first().map(|p| id(&p.participant).to_owned()) })
}

/// Each participant's attainment of the measure that their plan pays on.
fn attainments(scores: &[Score]) -> BTreeMap<&str, String> {
    let of_attainment = scores.iter().filter(|score| score.output == "attainment");
    of_attainment.map(|score| (score.participant.as_str(), figures::spoken(score.value.as_ref()))).collect()
}
