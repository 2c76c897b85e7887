//! Registering policies: checked, tested, immutable.

use std::collections::BTreeMap;

use jiff::civil::Date;
use merit_core::digest::sha256;
use merit_core::once::{Once, Outcome as Came};
use merit_core::{Error, Kind, Result};
use merit_rules::{
    Diagnostic, Diagnostics, Located, Program, Schema, Source, codes, failed_tests, load_policy, located, render,
    run_tests,
};

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
    /// The same as data.
    pub diagnostics: Vec<Located>,
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

    /// Checks policies, runs their tests and, unless `validate_only`, registers those that are new. All or none. What was
    /// asked for before is not checked again; where nothing was to be registered, nothing is kept.
    ///
    /// # Errors
    /// `NO_SCHEMA`, `CONCURRENT_CHANGE`, `REQUEST_ID_REUSED`, and those of the store.
    pub async fn publish(
        &self,
        sources: Vec<SourceText>,
        validate_only: bool,
        once: Option<&Once<'_, Publication>>,
    ) -> Result<Came<Publication>> {
        let once = once.filter(|_| !validate_only);
        if let Some(before) = self.answered(once).await? {
            return Ok(Came::Before(before));
        }
        let schema_text = self.schema_text().await?;
        let known = self.store.policies().await?;
        let publication =
            apart(move || Ok(examine(&plan::schema(&schema_text)?, &schema_text, known, sources))).await?;
        let fresh: Vec<Policy> =
            publication.policies.iter().filter(|(_, new)| *new).map(|(policy, _)| policy.clone()).collect();
        if !publication.refusals.is_empty() || validate_only || (fresh.is_empty() && once.is_none()) {
            return Ok(Came::Done(publication));
        }
        let answer = |(): &()| once.map(|once| (once.answer)(&publication)).unwrap_or_default();
        let kept = once.map(|once| Once { asked: once.asked, answer: &answer });
        Ok(match self.store.add_policies(fresh, self.clock.now(), kept.as_ref()).await? {
            Came::Done(()) => Came::Done(publication),
            Came::Before(before) => Came::Before(before),
        })
    }
}

/// Looks at each source against what is registered and what came before it in the set.
fn examine(schema: &Schema, schema_text: &str, mut known: Vec<Policy>, sources: Vec<SourceText>) -> Publication {
    let mut publication = Publication::default();
    for source in sources {
        match one(schema, schema_text, &known, source) {
            Ok((policy, new)) => {
                if new {
                    known.push(policy.clone());
                }
                publication.policies.push((policy, new));
            }
            Err(refusal) => publication.refusals.push(refusal),
        }
    }
    publication
}

fn one(schema: &Schema, schema_text: &str, known: &[Policy], source: SourceText) -> Result<(Policy, bool), Refusal> {
    let text = Source { name: source.file_name.clone(), text: source.text.clone() };
    let refuse = |said: Diagnostics| refusal(&text, &said);
    let program = load_policy(&text, schema).map_err(refuse)?;
    let policy = describe(&program, schema_text, source);
    if let Some(before) = known.iter().find(|known| known.name == policy.name && known.version == policy.version) {
        return if before.sha256 == policy.sha256 {
            Ok((before.clone(), false))
        } else {
            Err(refuse(reused(before, &policy, &text).into()))
        };
    }
    let failed = failed_tests(&run_tests(&program), &text);
    if !failed.is_empty() {
        return Err(refuse(failed));
    }
    match overlap(known, &policy, &text) {
        Some(overlap) => Err(refuse(overlap.into())),
        None => Ok((policy, true)),
    }
}

/// Why a text is refused, ready to print and as data.
pub(super) fn refusal(text: &Source, said: &Diagnostics) -> Refusal {
    Refusal { file_name: text.name.clone(), report: render(said, text, false), diagnostics: located(said, text) }
}

pub(super) fn describe(program: &Program, schema_text: &str, source: SourceText) -> Policy {
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

fn reused(before: &Policy, policy: &Policy, text: &Source) -> Diagnostic {
    let (name, version) = (&policy.name, policy.version);
    let what = if before.text == policy.text { "under another schema" } else { "with other content" };
    let title = format!("`{name}` version {version} is published already {what}");
    Diagnostic::new(codes::VERSION_REUSED, title, text.line_that_begins("policy"), "")
        .note("a version never changes: what was paid by it has to be found again")
        .help(format!("raise it to `version {}`", version.saturating_add(1)))
}

/// Two versions of one policy never hold on the same day. A later start ends a version that names no last day.
fn overlap(known: &[Policy], policy: &Policy, text: &Source) -> Option<Diagnostic> {
    let clash = known.iter().filter(|other| other.name == policy.name).find(|other| {
        let (earlier, later) = if other.from <= policy.from { (*other, policy) } else { (policy, *other) };
        earlier.from == later.from || earlier.to.is_some_and(|to| to >= later.from)
    })?;
    let (name, version, other) = (&policy.name, policy.version, clash.version);
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
    let title = format!("`{name}` version {version} and version {other} hold on the same days");
    Some(
        Diagnostic::new(codes::VERSIONS_OVERLAP, title, text.line_that_begins("effective"), days(policy))
            .note(format!("version {other} holds {}", days(clash)))
            .help(advice),
    )
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
                Some([
                    "from 2026-07-01 on",
                    "version 1 holds from 2026-07-01 on",
                    "begin version 2 on a later day, and version 1 ends the day before",
                ]),
            ),
            (
                (july, Some(october)),
                (september, None),
                Some([
                    "from 2026-09-30 on",
                    "version 1 holds from 2026-07-01 to 2026-10-01",
                    "begin version 2 on 2026-10-02 or later, `effective 2026-10-02`",
                ]),
            ),
            (
                (october, None),
                (july, Some(october)),
                Some([
                    "from 2026-07-01 to 2026-10-01",
                    "version 1 holds from 2026-10-01 on",
                    "end version 2 before 2026-10-01: `effective 2026-07-01 to 2026-09-30`",
                ]),
            ),
        ] {
            let known = [policy(1, first.0, first.1)];
            let text = Source { name: "p.merit".to_owned(), text: String::new() };
            let found = overlap(&known, &policy(2, second.0, second.1), &text);
            let found = found.map(|found| [found.labels[0].text.clone(), found.notes[0].clone(), found.help.unwrap()]);
            assert_eq!(found, said.map(|said| said.map(str::to_owned)));
        }
    }

    #[test]
    fn a_later_version_ends_an_open_one() {
        let ended = with_ends(vec![policy(1, date(2026, 1, 1), None), policy(2, date(2026, 7, 1), None)]);
        assert_eq!(ended.iter().map(|p| p.to).collect::<Vec<_>>(), [Some(date(2026, 6, 30)), None]);
    }
}
