//! Registering policies: checked, tested, immutable.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use merit_core::digest::sha256;
use merit_core::{Error, Kind, Result};
use merit_rules::{Program, Schema, Source, TestReport, load_policy, render, run_tests};

use super::{Scoring, apart};
use crate::compute::plan;
use crate::model::Policy;

/// A policy's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceText {
    /// For messages.
    pub file_name: String,
    /// The text.
    pub text: String,
}

/// Why a policy was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which file.
    pub file_name: String,
    /// Place, source line and advice.
    pub report: String,
}

/// What became of a set of policies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Publication {
    /// Each policy, and whether it is new.
    pub policies: Vec<(Policy, bool)>,
    /// If there is one, nothing was registered.
    pub refusals: Vec<Refusal>,
}

impl Scoring {
    /// The schema in force.
    ///
    /// # Errors
    /// `NO_SCHEMA` with what to do.
    pub(super) async fn schema_text(&self) -> Result<String> {
        self.neighbours.schema().await.map_err(|error| {
            if error.kind == Kind::NotFound {
                let message = "no schema is registered; run `merit schema apply FILE` first";
                Error::precondition("NO_SCHEMA", message)
            } else {
                error
            }
        })
    }

    /// Registered policies by name and version. An open-ended version ends the day before a later one starts.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn policies(&self) -> Result<Vec<Policy>> {
        Ok(with_ends(self.store.policies().await?))
    }

    /// Checks policies, runs their tests and, unless `validate_only`, registers those that are new. All or none.
    ///
    /// # Errors
    /// `NO_SCHEMA`, and those of the store.
    pub async fn publish(&self, sources: Vec<SourceText>, validate_only: bool) -> Result<Publication> {
        let schema_text = self.schema_text().await?;
        let known = self.store.policies().await?;
        let publication =
            apart(move || Ok(examine(&plan::schema(&schema_text)?, &schema_text, known, sources))).await?;
        let fresh: Vec<Policy> =
            publication.policies.iter().filter(|(_, new)| *new).map(|(policy, _)| policy.clone()).collect();
        if publication.refusals.is_empty() && !validate_only && !fresh.is_empty() {
            self.store.add_policies(fresh, self.clock.now()).await?;
        }
        Ok(publication)
    }
}

/// Looks at each source against what is registered and what came before it in the set.
fn examine(schema: &Schema, schema_text: &str, mut known: Vec<Policy>, sources: Vec<SourceText>) -> Publication {
    let mut publication = Publication::default();
    for source in sources {
        let file_name = source.file_name.clone();
        match one(schema, schema_text, &known, source) {
            Ok((policy, new)) => {
                if new {
                    known.push(policy.clone());
                }
                publication.policies.push((policy, new));
            }
            Err(report) => publication.refusals.push(Refusal { file_name, report }),
        }
    }
    publication
}

fn one(schema: &Schema, schema_text: &str, known: &[Policy], source: SourceText) -> Result<(Policy, bool), String> {
    let text = Source { name: source.file_name.clone(), text: source.text.clone() };
    let program = load_policy(&text, schema).map_err(|diagnostics| render(&diagnostics, &text, false))?;
    let policy = describe(&program, schema_text, source);
    if let Some(before) = known.iter().find(|known| known.name == policy.name && known.version == policy.version) {
        return if before.sha256 == policy.sha256 { Ok((before.clone(), false)) } else { Err(reused(before, &policy)) };
    }
    failed_tests(&policy.file_name, &run_tests(&program)).map_or(Ok(()), Err)?;
    overlap(known, &policy).map_or(Ok(()), Err)?;
    Ok((policy, true))
}

fn describe(program: &Program, schema_text: &str, source: SourceText) -> Policy {
    let (from, to) = program.effective();
    // Lengths keep the two texts apart.
    let content = format!("{}\n{}{}\n{schema_text}", source.text.len(), source.text, schema_text.len());
    Policy {
        name: program.name().to_owned(),
        version: program.version(),
        sha256: sha256(content.as_bytes()),
        from,
        to,
        about: program.about().unwrap_or_default().to_owned(),
        file_name: source.file_name,
        text: source.text,
        schema_text: schema_text.to_owned(),
        tests: u32::try_from(program.tests()).unwrap_or(u32::MAX),
    }
}

fn reused(before: &Policy, policy: &Policy) -> String {
    let (file, name, version) = (&policy.file_name, &policy.name, policy.version);
    let what = if before.text == policy.text { "under another schema" } else { "with other content" };
    format!(
        "{file}: `{name}` version {version} is registered already {what}, and a version never changes; raise it to `version {}`\n",
        version.saturating_add(1)
    )
}

/// Every failing test, with what was expected, what was found and how it came about.
fn failed_tests(file: &str, reports: &[TestReport]) -> Option<String> {
    let mut text = String::new();
    for report in reports.iter().filter(|report| !report.failures.is_empty()) {
        let _ = writeln!(text, "{file}:{}: test \"{}\" fails", report.line, report.name);
        for failure in &report.failures {
            let _ = writeln!(text, "  line {}: expected {}, found {}", failure.line, failure.expected, failure.found);
            for words in &failure.words {
                let _ = writeln!(text, "    {words}");
            }
        }
    }
    (!text.is_empty()).then_some(text)
}

/// Two versions of one policy never hold on the same day. A later start ends a version that names no last day.
fn overlap(known: &[Policy], policy: &Policy) -> Option<String> {
    let clash = known.iter().filter(|other| other.name == policy.name).find(|other| {
        let (earlier, later) = if other.from <= policy.from { (*other, policy) } else { (policy, *other) };
        earlier.from == later.from || earlier.to.is_some_and(|to| to >= later.from)
    })?;
    let (file, name, version, other) = (&policy.file_name, &policy.name, policy.version, clash.version);
    let advice = match clash.to {
        Some(to) if clash.from <= policy.from => to.tomorrow().map_or_else(
            |_| "it has no day after that".to_owned(),
            |day| format!("begin version {version} on {day} or later, `effective {day}`"),
        ),
        _ if clash.from == policy.from => {
            format!("begin version {version} on a later day, and version {other} ends the day before")
        }
        _ => format!(
            "end version {version} before {}: `effective {} to {}`",
            clash.from,
            policy.from,
            clash.from.yesterday().unwrap_or(clash.from)
        ),
    };
    Some(format!(
        "{file}: `{name}` version {version} holds {}, and version {other} {}; {advice}\n",
        days(policy),
        days(clash)
    ))
}

fn days(policy: &Policy) -> String {
    match policy.to {
        Some(to) => format!("from {} to {to}", policy.from),
        None => format!("from {} on", policy.from),
    }
}

/// Gives each open-ended version its last day: the day before the next version of the policy starts.
fn with_ends(mut policies: Vec<Policy>) -> Vec<Policy> {
    let mut starts: BTreeMap<String, Vec<Date>> = BTreeMap::new();
    for policy in &policies {
        starts.entry(policy.name.clone()).or_default().push(policy.from);
    }
    for policy in policies.iter_mut().filter(|policy| policy.to.is_none()) {
        let later = starts.get(&policy.name).into_iter().flatten().filter(|start| **start > policy.from).min();
        policy.to = later.and_then(|start| start.yesterday().ok());
    }
    policies
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn policy(version: u32, from: Date, to: Option<Date>) -> Policy {
        Policy {
            name: "P".to_owned(),
            version,
            sha256: String::new(),
            from,
            to,
            about: String::new(),
            file_name: "p.merit".to_owned(),
            text: String::new(),
            schema_text: String::new(),
            tests: 0,
        }
    }

    #[test]
    fn versions_never_overlap() {
        let (july, september, october) = (date(2026, 7, 1), date(2026, 9, 30), date(2026, 10, 1));
        for (first, second, said) in [
            ((july, None), (october, None), None),
            ((july, Some(september)), (october, None), None),
            ((october, None), (july, Some(september)), None),
            (
                (july, None),
                (july, None),
                Some(
                    "p.merit: `P` version 2 holds from 2026-07-01 on, and version 1 from 2026-07-01 on; begin version 2 on a later day, and version 1 ends the day before\n",
                ),
            ),
            (
                (july, Some(october)),
                (september, None),
                Some(
                    "p.merit: `P` version 2 holds from 2026-09-30 on, and version 1 from 2026-07-01 to 2026-10-01; begin version 2 on 2026-10-02 or later, `effective 2026-10-02`\n",
                ),
            ),
            (
                (october, None),
                (july, Some(october)),
                Some(
                    "p.merit: `P` version 2 holds from 2026-07-01 to 2026-10-01, and version 1 from 2026-10-01 on; end version 2 before 2026-10-01: `effective 2026-07-01 to 2026-09-30`\n",
                ),
            ),
        ] {
            let known = [policy(1, first.0, first.1)];
            assert_eq!(overlap(&known, &policy(2, second.0, second.1)).as_deref(), said);
        }
    }

    #[test]
    fn a_later_version_ends_an_open_one() {
        let ended = with_ends(vec![policy(1, date(2026, 1, 1), None), policy(2, date(2026, 7, 1), None)]);
        assert_eq!(ended.iter().map(|p| p.to).collect::<Vec<_>>(), [Some(date(2026, 6, 30)), None]);
    }
}
