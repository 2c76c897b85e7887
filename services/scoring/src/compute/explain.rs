//! Why one person is paid what they are: each policy with whether it applies, its outputs step by step, and the results
//! that it read; and the results that name the person and count for them nowhere.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use merit_core::{Money, Period, Ratio, Result, Value};
use merit_rules::{CountedRows, OutputKind, Row, Trace, counted_rows, evaluate, explain, explain_applies};

use super::credit::Credited;
use super::employment::employed;
use super::history::{Track, applied};
use super::inputs::{Gathered, gather};
use super::{Plan, Prepared};
use crate::model::{Finding, FindingKind, Line, Packed, Person, Score, ScoreKind, StoredResult};

/// Traces of one person by policy, version and period.
pub type Traces = BTreeMap<(String, u32, String), Trace>;

/// Everything about one person, but for the lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explained {
    /// Every policy and each of its periods.
    pub policies: Vec<PolicyExplained>,
    /// Results that name the person and count for them nowhere.
    pub uncounted: Vec<Uncounted>,
}

/// One policy for one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyExplained {
    /// Its name.
    pub policy: String,
    /// Its version.
    pub version: u32,
    /// The period's label.
    pub period: String,
    /// Whether it applies to the person.
    pub applies: bool,
    /// Why it does, or doesn't.
    pub why: Vec<String>,
    /// What it gives, in its own order; contests last.
    pub outputs: Vec<OutputExplained>,
    /// What it read.
    pub results: Vec<Counted>,
}

/// One output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputExplained {
    /// Its name.
    pub output: String,
    /// definition, recommendation, payout or contest.
    pub kind: &'static str,
    /// What it is about; may be empty.
    pub about: String,
    /// Its value, or why there is none.
    pub value: Result<Packed, String>,
    /// Step by step.
    pub figures: Vec<String>,
}

/// A result that a policy read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Source and id there.
    pub result: String,
    /// The schema's record.
    pub record: String,
    /// The list that it stands in.
    pub list: String,
    /// The day that puts it into the period.
    pub dated: Option<Date>,
    /// The whole amount.
    pub value: Option<Money>,
    /// The person's part of it.
    pub credited: Option<Money>,
    /// As what; may be empty.
    pub credited_as: String,
    /// Part ÷ whole.
    pub share: Option<Ratio>,
    /// What counted it.
    pub counted_in: Vec<String>,
}

/// A result that names the person and counts for them nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncounted {
    /// Source and id there.
    pub result: String,
    /// The schema's record.
    pub record: String,
    /// The day that puts it into a period.
    pub dated: Date,
    /// Why it doesn't count.
    pub reason: String,
}

/// What a run gave for the person.
#[derive(Debug, Clone, Copy)]
pub struct Given<'r> {
    /// Scores.
    pub scores: &'r [Score],
    /// Findings.
    pub findings: &'r [Finding],
    /// Lines, those of contests among them.
    pub lines: &'r [Line],
    /// How the outputs came about, where that was kept.
    pub traces: &'r Traces,
}

/// Explains it.
///
/// # Errors
/// Never for what the rules can give.
pub fn explain_person(plan: &Plan, credited: &Credited, person: &Person, given: &Given<'_>) -> Result<Explained> {
    let mut explained = Explained::default();
    for (index, prepared) in plan.policies.iter().enumerate() {
        let applied = applied(plan, credited, index, person)?;
        for period in &prepared.periods {
            let gathered = match applied.iter().find(|(of, _)| of == period) {
                Some((_, gathered)) => gathered.clone(),
                None => {
                    let track = Track::begin(person, prepared.program.name(), Some(prepared.program.currency()));
                    gather(plan, credited, index, person, period, &track.history)
                }
            };
            explained.policies.push(policy(plan, person, prepared, period, &gathered, given));
        }
    }
    let read = explained.policies.iter().flat_map(|policy| &policy.results).map(|result| result.result.as_str());
    let read: BTreeSet<&str> = read.collect();
    let naming = plan.frozen.results.iter().filter(|result| names(result, person));
    let inside = naming.filter(|result| plan.frozen.cycle.period.contains(result.dated));
    explained.uncounted = inside
        .filter(|result| !read.contains(result.id().as_str()))
        .map(|result| Uncounted {
            result: result.id(),
            record: result.record.clone(),
            dated: result.dated,
            reason: why_uncounted(plan, credited, person, result),
        })
        .collect();
    Ok(explained)
}

fn policy(
    plan: &Plan,
    person: &Person,
    prepared: &Prepared,
    period: &Period,
    gathered: &Gathered,
    given: &Given<'_>,
) -> PolicyExplained {
    let label = plan.label(period);
    let mut explained = PolicyExplained {
        policy: prepared.program.name().to_owned(),
        version: prepared.program.version(),
        period: label,
        applies: false,
        why: Vec::new(),
        outputs: Vec::new(),
        results: Vec::new(),
    };
    if !employed(person, period) {
        explained.why.push(format!("`{}` was not employed on any day of {}", person.id, explained.period));
        return explained;
    }
    (explained.applies, explained.why) = explain_applies(&prepared.program, &gathered.inputs);
    if !explained.applies {
        return explained;
    }
    let evaluation = evaluate(&prepared.program, &gathered.inputs);
    let key = (explained.policy.clone(), explained.version, explained.period.clone());
    let trace = given.traces.get(&key).unwrap_or(&evaluation.trace);
    for output in &evaluation.outputs {
        let kept = given.scores.iter().find(|score| {
            score.policy == explained.policy
                && score.period == explained.period
                && score.output == output.name
                && own(score)
        });
        let value = match (kept, &output.outcome) {
            (Some(score), _) => Ok(score.value.clone()),
            (None, Err(stopped)) => Err(gathered.reason(stopped)),
            (None, Ok(value)) => Ok(Packed(value.clone())),
        };
        explained.outputs.push(OutputExplained {
            output: output.name.clone(),
            kind: match output.kind {
                OutputKind::Define => "definition",
                OutputKind::Recommend => "recommendation",
                OutputKind::Payout => "payout",
            },
            about: prepared.about.get(&output.name).cloned().unwrap_or_default(),
            value,
            figures: explain(&prepared.program, trace, &output.name),
        });
    }
    contests(prepared, given, &mut explained);
    let counted = counted_rows(&prepared.program, trace);
    explained.results = results(prepared, gathered, &counted);
    explained
}

/// Whether a score is an output of its policy, rather than a measure told beside it.
fn own(score: &Score) -> bool {
    !matches!(score.kind, ScoreKind::Measure | ScoreKind::Attainment)
}

/// Contests that the person won nothing in; what was won is a line.
fn contests(prepared: &Prepared, given: &Given<'_>, explained: &mut PolicyExplained) {
    for contest in prepared.program.contests() {
        let won = given
            .lines
            .iter()
            .any(|line| line.policy == explained.policy && line.line == explained.period && line.payout == contest);
        if won {
            continue;
        }
        let label = given.scores.iter().find(|score| {
            score.policy == explained.policy && score.period == explained.period && score.output == contest
        });
        if let Some(label) = label {
            explained.outputs.push(OutputExplained {
                output: contest.to_owned(),
                kind: "contest",
                about: String::new(),
                value: Ok(label.value.clone()),
                figures: label.words.clone(),
            });
            continue;
        }
        let not_ranked = given.findings.iter().find(|finding| {
            finding.kind == FindingKind::NotScored
                && finding.policy == explained.policy
                && finding.output.split(", ").any(|output| output == contest)
        });
        let reason = not_ranked.map_or_else(
            || "no prize: others took the places that win".to_owned(),
            |finding| format!("not ranked: {}", finding.reason),
        );
        explained.outputs.push(OutputExplained {
            output: contest.to_owned(),
            kind: "contest",
            about: String::new(),
            value: Err(reason),
            figures: Vec::new(),
        });
    }
}

/// What the policy read, list by list, in the order of day and id.
fn results(prepared: &Prepared, gathered: &Gathered, counted: &[CountedRows]) -> Vec<Counted> {
    let mut results = Vec::new();
    for (list, rows) in &gathered.inputs.lists {
        results.extend(rows.iter().map(|row| result(prepared, list, row, counted)));
    }
    results.sort_by(|a, b| (&a.list, a.dated, &a.result).cmp(&(&b.list, b.dated, &b.result)));
    results
}

fn result(prepared: &Prepared, list: &str, row: &Row, counted: &[CountedRows]) -> Counted {
    let record = prepared.schema.record_of_list(list);
    let dated = record.and_then(|record| match row.values.get(&record.dated_by) {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    });
    let own = prepared.program.credit() == Some(list);
    let of = prepared.program.credited_field().filter(|_| own).unwrap_or("amount");
    let value = match row.values.get(of) {
        Some(Value::Money(money)) => Some(*money),
        _ => None,
    };
    let share = match (row.credited, value) {
        (Some(part), Some(whole)) if part.currency == whole.currency => {
            Ratio::whole(part.minor).checked_div(&Ratio::whole(whole.minor))
        }
        _ => None,
    };
    let mut counted_in: Vec<String> = Vec::new();
    for rows in counted.iter().filter(|rows| rows.list == list && rows.rows.contains(&row.id)) {
        if !counted_in.contains(&rows.name) {
            counted_in.push(rows.name.clone());
        }
    }
    Counted {
        result: row.id.clone(),
        record: record.map(|record| record.name.clone()).unwrap_or_default(),
        list: list.to_owned(),
        dated,
        value,
        credited: row.credited,
        credited_as: row.credited_as.clone().unwrap_or_default(),
        share,
        counted_in,
    }
}

/// Whether it belongs to the person or names them in one of its fields.
fn names(result: &StoredResult, person: &Person) -> bool {
    let named = |value: &Value| matches!(value, Value::Participant(id) if *id == person.id);
    // An id is written as it is, so most results needn't be read to see that they don't.
    let may = || result.content.contains(person.id.as_str());
    result.belongs_to.as_ref() == Some(&person.id)
        || may() && result.values().is_ok_and(|values| values.values().any(named))
}

fn why_uncounted(plan: &Plan, credited: &Credited, person: &Person, result: &StoredResult) -> String {
    if let Some(reason) = &result.quarantined {
        return format!("quarantined: {reason}");
    }
    let list = plan.schema.records().get(&result.record).map(|record| record.list_name.clone()).unwrap_or_default();
    let shares = credited.credits.iter().filter(|credit| {
        credit.list == list && credit.source == result.source && credit.external_id == result.external_id
    });
    let mut others: Vec<String> = Vec::new();
    for credit in shares {
        if credit.participant == person.id {
            return format!("credited to `{}`, but no policy that covers them reads `{list}`", person.id);
        }
        let share = format!("`{}` as {}: {}", credit.participant, credit.credited_as, credit.amount.spoken());
        if !others.contains(&share) {
            others.push(share);
        }
    }
    if others.is_empty() {
        format!("no policy that covers `{}` reads `{list}`", person.id)
    } else {
        format!("credited to others: {}", others.join(", "))
    }
}
