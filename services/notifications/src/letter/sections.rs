//! The parts of a scorecard that follow its goals: scores, rewards, recognition, feedback, what was not scored.

use merit_core::text::harmless;
use merit_core::{Error, Money, Ratio, Result};
use merit_platform::wire;
use merit_proto::scorecard::v1 as proto;

use super::figures::{self, FigureLine, Told};
use super::people::Names;
use super::words;

/// A score or another outcome that is not pay.
#[derive(Debug, Clone)]
pub struct ScoreView {
    /// Short: the outcome's own name.
    pub title: String,
    /// What it is about, where the policy says more than the name does.
    pub about: String,
    /// With its version, and the period where that is not the whole cycle.
    pub policy: String,
    pub value: String,
    /// In order, without what an earlier outcome of the policy told.
    pub figures: Vec<FigureLine>,
    /// Nobody has decided it yet.
    pub proposal: bool,
}

/// One reward.
#[derive(Debug, Clone)]
pub struct RewardView {
    pub title: String,
    pub policy: String,
    /// `2026-Q3, earned 30 September 2026, payable 30 September 2026`.
    pub dates: String,
    /// Of what was held back earlier, what becomes payable now.
    pub amount: String,
    /// What stands under the amount: what of it is held back, what was taken back, that it was held back earlier.
    pub notes: Vec<String>,
    pub because: Vec<String>,
    /// In order and whole: each amount stands by itself.
    pub figures: Vec<FigureLine>,
}

/// A currency's sum.
#[derive(Debug, Clone)]
pub struct TotalView {
    pub amount: String,
    /// Empty when nothing is held back.
    pub held: String,
    /// What was held back earlier and is payable now; empty when nothing is.
    pub released: String,
    /// What is to be paid now; empty when it is the amount.
    pub payable: String,
}

/// A badge, points, kudos or an announcement.
#[derive(Debug, Clone)]
pub struct RecognitionView {
    pub title: String,
    /// `Gold`, `250 points`, `from Bo Chen`.
    pub marks: Vec<String>,
    pub text: Vec<String>,
    pub policy: String,
}

/// A note of feedback.
#[derive(Debug, Clone)]
pub struct NoteView {
    pub author: String,
    pub given_on: String,
    pub text: Vec<String>,
    /// The goal's title, or empty.
    pub goal: String,
    pub acknowledged: bool,
    pub replies: Vec<ReplyView>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct ReplyView {
    pub author: String,
    pub given_on: String,
    pub text: Vec<String>,
}

/// What could not be scored for one reason.
#[derive(Debug, Clone)]
pub struct NotScoredView {
    /// `Capped quota, Quarter bonus, Score`.
    pub title: String,
    pub policy: String,
    pub reason: String,
}

/// A scorecard's scores, those that are decided first.
///
/// # Errors
/// As [`score`].
pub fn scores(lines: &[proto::ScoreLine], cycle: &str, names: &Names) -> Result<Vec<ScoreView>> {
    let mut told = Told::default();
    let (proposed, decided): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.proposal);
    decided.into_iter().chain(proposed).map(|line| score(line, cycle, names, &mut told)).collect()
}

fn score(line: &proto::ScoreLine, cycle: &str, names: &Names, told: &mut Told) -> Result<ScoreView> {
    let whole_cycle = line.period.is_empty() || line.period == cycle;
    let policy = words::policy(&line.policy, line.version);
    Ok(ScoreView {
        title: words::title(&line.output),
        about: harmless(line.about.trim()),
        policy: if whole_cycle { policy } else { format!("{policy}, {}", harmless(&line.period)) },
        value: line.value.as_ref().map_or_else(|| Ok("–".to_owned()), |value| words::value(value, names))?,
        figures: told.fresh(&words::policy(&line.policy, line.version), &line.figures),
        proposal: line.proposal,
    })
}

pub fn reward(line: &proto::RewardLine) -> Result<RewardView> {
    let amount = words::money(line.amount.as_ref())?.ok_or_else(|| missing("a reward has no amount"))?;
    let held = words::money(line.held.as_ref())?.filter(|held| held.minor != 0);
    let released = line.kind() == proto::RewardKind::Release;
    let mut notes: Vec<String> = Vec::new();
    if let Some(back) = words::money(line.taken_back.as_ref())?.filter(|back| back.minor != 0) {
        notes.push(format!("after {} taken back", back.spoken()));
    }
    match held {
        Some(_) if released => notes.push("payable now".to_owned()),
        Some(held) => notes.push(format!("{} held back", held.spoken())),
        None => {}
    }
    let shown = held.filter(|_| released).map(|held| Money::new(held.minor.saturating_neg(), held.currency));
    let mut dates = Vec::new();
    // What a release is for, its dates say better than its key.
    if !line.line.is_empty() && !released {
        dates.push(harmless(&line.line));
    }
    match (line.earned_on.as_str(), line.payable_on.as_str()) {
        ("", "") => {}
        (earned, payable) if earned == payable || payable.is_empty() => {
            dates.push(format!("earned {}", words::day_of(earned)))
        }
        ("", payable) => dates.push(format!("payable {}", words::day_of(payable))),
        (earned, payable) => {
            dates.push(format!("earned {}", words::day_of(earned)));
            dates.push(format!("payable {}", words::day_of(payable)));
        }
    }
    Ok(RewardView {
        title: match line.kind() {
            proto::RewardKind::Settlement => words::settlement(&line.payout),
            proto::RewardKind::Release => {
                format!("{}, held back earlier", words::about_or_title(&line.about, &line.payout))
            }
            _ => words::about_or_title(&line.about, &line.payout),
        },
        policy: if line.adjustment { "Entered by hand".to_owned() } else { words::policy(&line.policy, line.version) },
        dates: dates.join(", "),
        amount: shown.unwrap_or(amount).spoken(),
        notes,
        because: words::sentences(&line.because),
        figures: figures::all(&line.figures),
    })
}

pub fn total(total: &proto::RewardTotal) -> Result<TotalView> {
    let amount = words::money(total.amount.as_ref())?.ok_or_else(|| missing("a total has no amount"))?;
    let held = words::money(total.held.as_ref())?.filter(|held| held.minor != 0);
    let released = words::money(total.released.as_ref())?.filter(|released| released.minor != 0);
    let kept = held.map_or(amount, |held| Money::new(amount.minor.saturating_sub(held.minor), amount.currency));
    let payable = released.map_or(Ok(kept), |released| kept.plus(released))?;
    let other = held.is_some() || released.is_some();
    Ok(TotalView {
        amount: amount.spoken(),
        held: held.map(|held| held.spoken()).unwrap_or_default(),
        released: released.map(|released| released.spoken()).unwrap_or_default(),
        payable: if other { payable.spoken() } else { String::new() },
    })
}

pub fn recognition(line: &proto::RecognitionLine, participant: &str, names: &Names) -> Result<RecognitionView> {
    let mut marks = Vec::new();
    marks.extend([&line.badge, &line.level].into_iter().filter(|mark| !mark.is_empty()).map(|mark| words::title(mark)));
    if let Some(points) = wire::optional_ratio("the points", &line.points)? {
        let unit = if points == Ratio::ONE { "point" } else { "points" };
        marks.push(format!("{} {unit}", merit_core::money::grouped(&points.decimal(4))));
    }
    if !line.kudos_from.is_empty() {
        marks.push(format!("Kudos from {}", names.of_name(&line.kudos_from)));
    }
    let text = line.text.replace("{participant.name}", participant);
    Ok(RecognitionView {
        title: if line.title.is_empty() { "Recognition".to_owned() } else { harmless(&line.title) },
        marks,
        text: if text.trim().is_empty() { Vec::new() } else { words::paragraphs(&text) },
        policy: harmless(&line.policy),
    })
}

pub fn note(line: &proto::FeedbackLine, goals: &[proto::GoalLine], names: &Names) -> NoteView {
    let goal = goals.iter().find(|goal| !line.goal.is_empty() && goal.goal == line.goal);
    NoteView {
        author: names.of_name(&line.author),
        given_on: words::day_of(&line.given_on),
        text: words::paragraphs(&line.text),
        goal: goal.map(|goal| harmless(&goal.title)).unwrap_or_default(),
        acknowledged: line.acknowledged,
        replies: line
            .replies
            .iter()
            .map(|reply| ReplyView {
                author: names.of_name(&reply.author),
                given_on: words::day_of(&reply.given_on),
                text: words::paragraphs(&reply.text),
            })
            .collect(),
    }
}

/// Outcomes of one policy that fail for one reason stand together.
pub fn not_scored(lines: &[proto::NotScoredLine]) -> Vec<NotScoredView> {
    let mut views: Vec<NotScoredView> = Vec::new();
    for line in lines {
        let title =
            if line.output.is_empty() { "Everything in this policy".to_owned() } else { words::title(&line.output) };
        let (policy, reason) = (harmless(&line.policy), words::sentence(&harmless(&line.reason)));
        match views.iter_mut().find(|view| view.policy == policy && view.reason == reason) {
            Some(view) => view.title = format!("{}, {title}", view.title),
            None => views.push(NotScoredView { title, policy, reason }),
        }
    }
    views
}

fn missing(what: &str) -> Error {
    Error::invalid("BAD_SCORECARD", what)
}
