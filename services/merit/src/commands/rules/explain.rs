//! `merit rules explain`: why a person is paid what they are, step by step, down to the results that counted.

mod document;
mod results;

use std::collections::BTreeSet;

use merit_core::ids::{PersonId, RunId};
use merit_core::{Error, Result};
use merit_proto::reviews::v1::{GetReviewRequest, ReviewState};
use merit_proto::scoring::v1::{
    ExplainPersonRequest, ExplainPersonResponse, Line, LineKind, LineTotal, OutputExplanation, PolicyExplanation,
    RunState,
};

use crate::cli::Global;
use crate::commands::{answer, cycle_name, id, review};
use crate::exit::Outcome;
use crate::session::Session;
use crate::show::{Screen, figures};

/// `merit rules explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArgs {
    /// The person's id
    pub person: String,
    /// The cycle's id, or last-ended
    #[arg(long)]
    pub cycle: String,
    /// A run's id; without it, the cycle's present one, or a preview where there is none
    #[arg(long)]
    pub run: Option<String>,
    /// Only policies with this in their name
    #[arg(long, value_name = "NAME")]
    pub policy: Option<String>,
    /// Only this payout, recommendation, contest or definition
    #[arg(long, value_name = "NAME")]
    pub output: Option<String>,
}

/// Which parts are wanted.
struct Wanted<'a> {
    policy: Option<String>,
    output: Option<&'a str>,
}

impl Wanted<'_> {
    fn policy(&self, name: &str) -> bool {
        self.policy.as_ref().is_none_or(|part| name.to_lowercase().contains(part))
    }

    fn output(&self, name: &str) -> bool {
        self.output.is_none_or(|output| output == name)
    }

    const fn everything(&self) -> bool {
        self.policy.is_none() && self.output.is_none()
    }
}

pub(crate) async fn run(global: &Global, args: &ExplainArgs) -> Result<Outcome> {
    let screen = Screen::new(global.json);
    let session = Session::open(global, "rules explain").await?;
    let person = PersonId::new(args.person.strip_prefix("people/").unwrap_or(&args.person))?;
    let cycle = cycle_name(&args.cycle)?;
    let (run, state) = match &args.run {
        Some(run) => (RunId::new(run.strip_prefix("runs/").unwrap_or(run))?.name(), None),
        None => present_run(&session, &cycle).await?,
    };
    let request = ExplainPersonRequest { person: person.name(), cycle, run };
    let mut told = answer(session.scoring().explain_person(request).await)?;
    let wanted =
        Wanted { policy: args.policy.as_ref().map(|part| part.to_lowercase()), output: args.output.as_deref() };
    keep(&mut told, &wanted)?;
    // What is earned comes before what settling and people make of it.
    told.lines.sort_by_key(|line| match line.kind() {
        LineKind::Payout | LineKind::Unspecified => 0,
        LineKind::Contest => 1,
        LineKind::Release => 2,
        LineKind::Settlement => 3,
        LineKind::Adjustment => 4,
    });
    let state = state.unwrap_or_else(|| state_of(&told));
    show(screen, person.as_str(), &told, &state, &wanted);
    screen.json(&document::of(person.as_str(), &told, &state));
    Ok(Outcome::Done)
}

/// The run of the cycle's present review with its state, as far as the caller may see reviews. Scoring decides otherwise.
async fn present_run(session: &Session, cycle: &str) -> Result<(String, Option<String>)> {
    let request = GetReviewRequest { cycle: cycle.to_owned(), run: String::new() };
    let found = session.reviews().get_review(request).await;
    let Some(review) = found.ok().and_then(|answer| answer.into_inner().review) else {
        return Ok((String::new(), None));
    };
    let words = match review.state() {
        ReviewState::Settled | ReviewState::Composed => "not approved yet: the lines are proposed",
        ReviewState::Approved => "approved, its lines are on the ledger",
        ReviewState::Published => "approved and published, its lines are on the ledger",
        ReviewState::Rejected => "rejected: nothing of it is paid",
        ReviewState::Superseded => "superseded by a later run",
        _ => return Ok((String::new(), None)),
    };
    Ok((review.run, Some(words.to_owned())))
}

/// What scoring itself knows of the run's state.
fn state_of(told: &ExplainPersonResponse) -> String {
    let state = told.run.as_ref().map(merit_proto::scoring::v1::Run::state);
    match (told.preview, state) {
        (true, _) => "no run yet: a preview of what is on record now, nothing of it is approved",
        (_, Some(RunState::Posted)) => "approved, its lines are on the ledger",
        _ => "not approved yet: the lines are proposed",
    }
    .to_owned()
}

/// Leaves out what isn't wanted.
fn keep(told: &mut ExplainPersonResponse, wanted: &Wanted<'_>) -> Result<()> {
    let nothing = |what: &str, name: &str, known: BTreeSet<String>| {
        let known: Vec<String> = known.into_iter().map(|name| format!("`{name}`")).collect();
        Err(Error::not_found("NOTHING_TO_EXPLAIN", format!("no {what} `{name}` here; there are {}", known.join(", "))))
    };
    let lines = told.lines.iter();
    let known: BTreeSet<String> = told.policies.iter().map(|policy| policy.policy.clone()).collect();
    if let Some(part) = &wanted.policy
        && !known.iter().any(|name| wanted.policy(name))
    {
        return nothing("policy", part, known);
    }
    let policies = told.policies.iter().filter(|policy| wanted.policy(&policy.policy));
    let outputs = policies.flat_map(|policy| &policy.outputs).map(|output| output.output.clone());
    let lines = lines.filter(|line| wanted.policy(&line.policy));
    let known: BTreeSet<String> = outputs.chain(lines.map(|line| line.payout.clone())).collect();
    if let Some(output) = wanted.output
        && !known.contains(output)
    {
        return nothing("output", output, known);
    }
    told.lines.retain(|line| wanted.policy(&line.policy) && wanted.output(&line.payout));
    told.policies.retain(|policy| wanted.policy(&policy.policy));
    for policy in &mut told.policies {
        policy.outputs.retain(|output| wanted.output(&output.output));
    }
    if wanted.output.is_some() {
        told.policies.retain(|policy| !policy.outputs.is_empty());
    }
    told.findings.retain(|finding| finding.policy.is_empty() || wanted.policy(&finding.policy));
    if !wanted.everything() {
        told.uncounted.clear();
        told.posted.clear();
    }
    Ok(())
}

fn show(screen: Screen, person: &str, told: &ExplainPersonResponse, state: &str, wanted: &Wanted<'_>) {
    let run = told.run.clone().unwrap_or_default();
    screen.line(format!("{person} in {}", id(&run.cycle)));
    if told.preview {
        screen.wrapped(2, state);
    } else {
        screen.wrapped(2, format!("run {}, {state}", id(&run.name)));
    }
    // What was told once isn't told again under its policy.
    let mut said: BTreeSet<(String, String, String)> = BTreeSet::new();
    for line in &told.lines {
        show_line(screen, line, &mut said);
    }
    sum(screen, told, wanted);
    let applying: Vec<&PolicyExplanation> = told.policies.iter().filter(|policy| policy.applies).collect();
    for (index, policy) in applying.iter().enumerate() {
        show_policy(screen, policy, &told.lines, &mut said);
        results::show(screen, policy, applying.get(..index).unwrap_or_default());
    }
    for policy in told.policies.iter().filter(|policy| !policy.applies) {
        screen.heading(&format!("{} doesn't apply", title(policy)));
        for why in &policy.why {
            screen.wrapped(2, why);
        }
    }
    if wanted.everything() {
        results::show_uncounted(screen, told);
    }
}

fn title(policy: &PolicyExplanation) -> String {
    format!("{}, version {}, {}", policy.policy, policy.version, policy.period)
}

/// A line with all that led to it.
fn show_line(screen: Screen, line: &Line, said: &mut BTreeSet<(String, String, String)>) {
    let held = line.held.as_ref().map_or(0, |held| held.minor_units);
    let code = line.amount.as_ref().map(|amount| amount.currency_code.clone()).unwrap_or_default();
    let mut head = format!("{}  {}", figures::amount(line.amount.as_ref()), line.payout);
    if line.kind() == LineKind::Release {
        // Nothing more is earned: what waited is payable now.
        let freed = review::spoken(held.saturating_neg(), &code);
        head = format!("{freed} of {} that was held back is payable now", line.payout);
    }
    if !line.about.is_empty() {
        head.push_str(&format!(" ({})", line.about));
    }
    screen.heading(&head);
    let by = match line.kind() {
        LineKind::Adjustment => format!("by hand, {}", line.earned_on),
        LineKind::Contest => format!("contest of {}, version {}, {}", line.policy, line.version, line.line),
        LineKind::Settlement => format!("settled by {}, version {}, {}", line.policy, line.version, line.line),
        LineKind::Release => format!("held earlier by {}, version {}, {}", line.policy, line.version, line.line),
        LineKind::Payout | LineKind::Unspecified => format!("{}, version {}, {}", line.policy, line.version, line.line),
    };
    screen.wrapped(2, by);
    for figure in &line.figures {
        screen.wrapped(4, figure);
        said.insert((line.policy.clone(), line.line.clone(), figure.clone()));
    }
    let because: Vec<&str> =
        line.reason.split("; ").filter(|part| !line.figures.iter().any(|figure| figure.contains(part))).collect();
    if !because.is_empty() {
        screen.wrapped(4, format!("because {}", because.join("; ")));
    }
    if held != 0
        && line.kind() != LineKind::Release
        && !line.figures.iter().any(|figure| figure.starts_with("held back"))
    {
        let paid = line.amount.as_ref().map_or(0, |amount| amount.minor_units).saturating_sub(held);
        let (held, paid) = (figures::amount(line.held.as_ref()), review::spoken(paid, &code));
        screen.wrapped(4, format!("of it {held} is held back, and {paid} is payable on {}", line.payable_on));
    }
}

/// The sum of the lines, written out.
fn sum(screen: Screen, told: &ExplainPersonResponse, wanted: &Wanted<'_>) {
    if told.lines.is_empty() {
        screen.line(if wanted.everything() { "\nnothing is paid; below is why" } else { "\nno line is paid by this" });
        return;
    }
    let of = |code: &str| {
        let lines = told.lines.iter().filter_map(|line| line.amount.as_ref()).filter(|m| m.currency_code == code);
        lines.cloned().collect::<Vec<_>>()
    };
    for total in &told.totals {
        let code = total.amount.as_ref().map(|amount| amount.currency_code.clone()).unwrap_or_default();
        let lines = of(&code);
        let minor = lines.iter().fold(0_i64, |sum, amount| sum.saturating_add(amount.minor_units));
        let mut words = String::new();
        for (index, amount) in lines.iter().enumerate() {
            match (index, amount.minor_units < 0) {
                (0, _) => words.push_str(&figures::amount(Some(amount))),
                (_, true) => {
                    words.push_str(&format!(" − {}", review::spoken(amount.minor_units.saturating_neg(), &code)))
                }
                (_, false) => words.push_str(&format!(" + {}", figures::amount(Some(amount)))),
            }
        }
        let equals = if lines.len() > 1 { format!(" = {}", review::spoken(minor, &code)) } else { String::new() };
        if !lines.is_empty() && (wanted.everything() || lines.len() > 1) {
            let what = if wanted.everything() { "in all" } else { "these lines" };
            screen.heading(&format!("{what} {}", review::spoken(minor, &code)));
            screen.wrapped(2, format!("{words}{equals}"));
        }
        if wanted.everything() {
            let (held, freed) = held_and_freed(&told.lines, &code);
            if held != 0 {
                screen.wrapped(2, format!("of which {} is held back", review::spoken(held, &code)));
            }
            if freed != 0 {
                screen.wrapped(2, format!("and {} that was held back is payable now", review::spoken(freed, &code)));
            }
        }
    }
    for posted in &told.posted {
        let LineTotal { amount, .. } = posted;
        let words = format!(
            "the ledger has {} of earlier runs; approving this run posts the difference",
            figures::amount(amount.as_ref())
        );
        screen.wrapped(2, words);
    }
}

/// What of the lines is held back, and what was and is freed, in minor units.
fn held_and_freed(lines: &[Line], code: &str) -> (i64, i64) {
    let of = |released: bool| {
        let own = lines.iter().filter(|line| (line.kind() == LineKind::Release) == released);
        let held = own.filter_map(|line| line.held.as_ref()).filter(|held| held.currency_code == code);
        held.fold(0_i64, |sum, held| sum.saturating_add(held.minor_units))
    };
    (of(false), of(true).saturating_neg())
}

/// A policy's other outputs, and what it read.
fn show_policy(
    screen: Screen,
    policy: &PolicyExplanation,
    lines: &[Line],
    said: &mut BTreeSet<(String, String, String)>,
) {
    screen.heading(&title(policy));
    for why in &policy.why {
        screen.wrapped(2, why);
    }
    for output in &policy.outputs {
        let paid = lines
            .iter()
            .any(|line| line.policy == policy.policy && line.line == policy.period && line.payout == output.output);
        let key = |figure: &String| (policy.policy.clone(), policy.period.clone(), figure.clone());
        let told: Vec<&String> = output.figures.iter().filter(|figure| !said.contains(&key(figure))).collect();
        let scored = output.value.is_some();
        if paid || (told.is_empty() && output.kind == "definition" && scored) {
            continue;
        }
        // A definition's last figure says its name and value already.
        let named = output.kind == "definition" && scored;
        let about = if named && !output.about.is_empty() { format!(" ({})", output.about) } else { String::new() };
        if !named {
            screen.wrapped(2, head(output));
        }
        let not_scored = format!("{} is not scored", output.output);
        let told: Vec<&String> = told.into_iter().filter(|figure| !figure.starts_with(&not_scored)).collect();
        for (index, figure) in told.iter().enumerate() {
            let about = if index + 1 == told.len() { about.as_str() } else { "" };
            screen.wrapped(if named { 2 } else { 4 }, format!("{figure}{about}"));
            said.insert(key(figure));
        }
    }
}

/// `commission: $0.00 (payout)`; `commission: not scored, since …`.
fn head(output: &OutputExplanation) -> String {
    let what = if output.about.is_empty() { output.kind.clone() } else { format!("{}, {}", output.kind, output.about) };
    match (&output.value, output.kind.as_str()) {
        (Some(value), _) => format!("{} ({what}): {}", output.output, figures::spoken(Some(value))),
        (None, "contest") => format!("{} ({what}): {}", output.output, output.reason),
        (None, _) => format!("{} ({what}): not scored, since {}", output.output, output.reason),
    }
}
