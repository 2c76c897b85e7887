//! What lists of a run's outcomes, and of the ledger, can be filtered by. What a reader may see is settled before: no filter
//! tells of a row that is not for them.

use merit_core::{Ratio, Result};
use merit_platform::filter::{Field, Filter, Kind, Value};

use crate::model::{
    Attainment, Credit, Finding, FindingKind, Line, LineKind, Recognition, RosterEntry, Score, ScoreKind,
};

/// A row that can be filtered.
pub trait Filtered {
    /// Its fields.
    const FIELDS: &'static [Field];

    /// A field's value; none where it is empty.
    fn value(&self, field: &str) -> Option<Value>;
}

/// Reads a filter of rows of one kind.
///
/// # Errors
/// `BAD_FILTER`.
pub fn read<K: Filtered>(text: &str) -> Result<Filter> {
    Filter::parse(text, K::FIELDS)
}

/// Whether a row passes.
pub fn passes<K: Filtered>(filter: &Filter, row: &K) -> bool {
    filter.passes(&|field: &str| row.value(field))
}

const fn field(name: &'static str) -> Field {
    Field { name, kind: Kind::Text }
}

const fn word(name: &'static str, words: &'static [&'static str]) -> Field {
    Field { name, kind: Kind::Word(words) }
}

const VERSION: Field = Field { name: "version", kind: Kind::Number };

fn text(text: &str) -> Option<Value> {
    if text.is_empty() { None } else { Some(Value::Text(text.to_owned())) }
}

/// `people/…`
fn person(id: &str) -> Option<Value> {
    if id.is_empty() { None } else { text(&format!("people/{id}")) }
}

fn number(number: u32) -> Option<Value> {
    Some(Value::Number(Ratio::whole(i64::from(number))))
}

impl Filtered for Finding {
    const FIELDS: &'static [Field] = &[
        word("kind", &["not-scored", "not-covered", "not-credited", "guideline"]),
        field("participant"),
        field("policy"),
        field("output"),
        field("reason"),
    ];

    fn value(&self, field: &str) -> Option<Value> {
        match field {
            "kind" => text(match self.kind {
                FindingKind::NotScored => "not-scored",
                FindingKind::NotCovered => "not-covered",
                FindingKind::NotCredited => "not-credited",
                FindingKind::Guideline => "guideline",
            }),
            "participant" => person(&self.participant),
            "policy" => text(&self.policy),
            "output" => text(&self.output),
            "reason" => text(&self.reason),
            _ => None,
        }
    }
}

impl Filtered for Score {
    const FIELDS: &'static [Field] = &[
        word("kind", &["measure", "attainment", "definition", "recommendation", "payout"]),
        field("participant"),
        field("policy"),
        VERSION,
        field("output"),
        field("period"),
    ];

    fn value(&self, field: &str) -> Option<Value> {
        match field {
            "kind" => text(match self.kind {
                ScoreKind::Measure => "measure",
                ScoreKind::Attainment => "attainment",
                ScoreKind::Definition => "definition",
                ScoreKind::Recommendation => "recommendation",
                ScoreKind::Payout => "payout",
            }),
            "participant" => person(self.participant.as_str()),
            "policy" => text(&self.policy),
            "version" => number(self.version),
            "output" => text(&self.output),
            "period" => text(&self.period),
            _ => None,
        }
    }
}

impl Filtered for Line {
    const FIELDS: &'static [Field] = &[
        word("kind", &["payout", "contest", "settlement", "adjustment", "release"]),
        field("participant"),
        field("policy"),
        VERSION,
        field("payout"),
        field("line"),
        Field { name: "earned_on", kind: Kind::Day },
    ];

    fn value(&self, field: &str) -> Option<Value> {
        match field {
            "kind" => text(match self.kind {
                LineKind::Payout => "payout",
                LineKind::Contest => "contest",
                LineKind::Settlement => "settlement",
                LineKind::Adjustment => "adjustment",
                LineKind::Release => "release",
            }),
            "participant" => person(self.participant.as_str()),
            "policy" => text(&self.policy),
            "version" => number(self.version),
            "payout" => text(&self.payout),
            "line" => text(&self.line),
            "earned_on" => Some(Value::Day(self.earned_on)),
            _ => None,
        }
    }
}

impl Filtered for Credit {
    const FIELDS: &'static [Field] = &[
        field("participant"),
        field("source"),
        field("external_id"),
        field("list"),
        field("credited_as"),
        field("policy"),
        Field { name: "dated", kind: Kind::Day },
    ];

    fn value(&self, field: &str) -> Option<Value> {
        match field {
            "participant" => person(self.participant.as_str()),
            "source" => text(&self.source),
            "external_id" => text(&self.external_id),
            "list" => text(&self.list),
            "credited_as" => text(&self.credited_as),
            "policy" => text(&self.policy),
            "dated" => Some(Value::Day(self.dated)),
            _ => None,
        }
    }
}

impl Filtered for Recognition {
    const FIELDS: &'static [Field] = &[
        field("participant"),
        field("policy"),
        field("period"),
        field("title"),
        field("badge"),
        field("level"),
        Field { name: "points", kind: Kind::Number },
    ];

    fn value(&self, field: &str) -> Option<Value> {
        match field {
            "participant" => person(self.participant.as_str()),
            "policy" => text(&self.policy),
            "period" => text(&self.period),
            "title" => text(&self.title),
            "badge" => text(&self.badge),
            "level" => text(&self.level),
            "points" => self.points.clone().map(Value::Number),
            _ => None,
        }
    }
}

impl Filtered for Attainment {
    const FIELDS: &'static [Field] = &[
        field("owner"),
        field("goal"),
        field("measure"),
        word("perspective", &["financial", "operational", "innovation", "development"]),
        Field { name: "attainment", kind: Kind::Number },
    ];

    fn value(&self, field: &str) -> Option<Value> {
        let standing = &self.standing;
        match field {
            "owner" => text(&self.owner),
            "goal" => text(&standing.goal),
            "measure" => text(&standing.measure),
            "perspective" => text(&standing.perspective),
            "attainment" => standing.attainment.clone().map(Value::Number),
            _ => None,
        }
    }
}

impl Filtered for RosterEntry {
    const FIELDS: &'static [Field] =
        &[field("participant"), field("manager"), field("team"), word("active", &["yes", "no"])];

    fn value(&self, field: &str) -> Option<Value> {
        match field {
            "participant" => person(self.participant.as_str()),
            "manager" => person(self.manager.as_ref().map_or("", |manager| manager.as_str())),
            "team" => text(&self.team),
            "active" => text(if self.active { "yes" } else { "no" }),
            _ => None,
        }
    }
}
