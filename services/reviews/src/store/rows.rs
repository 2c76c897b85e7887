//! Rows as a store keeps them, and the model behind them.

use jiff::Timestamp;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::{Error, Result};

use crate::model::{CardKind, Decision, Deed, Review, State, StoredCard};
use crate::store::Waiting;

#[derive(sqlx::FromRow)]
pub struct ReviewRow {
    seq: i64,
    pub run: String,
    cycle: String,
    state: String,
    posting: i64,
    created_at: String,
    approved_at: Option<String>,
    published_at: Option<String>,
    root: String,
    #[sqlx(try_from = "i64")]
    participants: u32,
    #[sqlx(try_from = "i64")]
    findings: u32,
    totals: String,
    #[sqlx(try_from = "i64")]
    scorecards: u32,
    supersedes: Option<String>,
    pins: Option<String>,
}

impl ReviewRow {
    pub fn review(self, decisions: Vec<DecisionRow>) -> Result<Review> {
        let instant = |text: &String| at(text);
        Ok(Review {
            seq: self.seq,
            run: RunId::new(&self.run)?,
            cycle: CycleId::new(&self.cycle)?,
            state: State::from_word(&self.state).ok_or_else(|| damaged("state"))?,
            posting: self.posting != 0,
            created_at: at(&self.created_at)?,
            approved_at: self.approved_at.as_ref().map(instant).transpose()?,
            published_at: self.published_at.as_ref().map(instant).transpose()?,
            decisions: decisions.into_iter().map(DecisionRow::decision).collect::<Result<_>>()?,
            root: self.root,
            participants: self.participants,
            findings: self.findings,
            totals: serde_json::from_str(&self.totals).map_err(|_| damaged("totals"))?,
            scorecards: self.scorecards,
            supersedes: self.supersedes.as_deref().map(RunId::new).transpose()?,
            pins: self.pins.as_deref().map(serde_json::from_str).transpose().map_err(|_| damaged("pins"))?,
        })
    }
}

#[derive(sqlx::FromRow)]
pub struct DecisionRow {
    deed: String,
    decided_by: String,
    at: String,
    reason: String,
    own_lines: i64,
}

impl DecisionRow {
    fn decision(self) -> Result<Decision> {
        Ok(Decision {
            deed: Deed::from_word(&self.deed).ok_or_else(|| damaged("decision"))?,
            by: self.decided_by,
            at: at(&self.at)?,
            reason: self.reason,
            own_lines: self.own_lines != 0,
        })
    }
}

#[derive(sqlx::FromRow)]
pub struct CardRow {
    kind: String,
    person: String,
    content: Vec<u8>,
}

impl CardRow {
    pub fn card(self) -> Result<StoredCard> {
        Ok(StoredCard {
            kind: CardKind::from_word(&self.kind).ok_or_else(|| damaged("scorecard"))?,
            person: PersonId::new(&self.person)?,
            bytes: self.content,
        })
    }
}

#[derive(sqlx::FromRow)]
pub struct WaitingRow {
    seq: i64,
    key: String,
    #[sqlx(flatten)]
    card: CardRow,
}

impl WaitingRow {
    pub fn waiting(self) -> Result<Waiting> {
        Ok(Waiting { seq: self.seq, key: self.key, card: self.card.card()? })
    }
}

fn at(text: &str) -> Result<Timestamp> {
    text.parse().map_err(|_| damaged("time"))
}

fn damaged(what: &str) -> Error {
    Error::internal(format!("a stored review's {what} can't be read"))
}
