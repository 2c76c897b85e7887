//! A scorecard as plain text.

use super::goals::{Attainment, GoalView};
use super::page::Page;
use super::person::{Head, PersonView};
use super::sections::{NoteView, RecognitionView, RewardView, ScoreView, TotalView};
use super::team::{MemberView, TeamView};

/// Columns of a bar.
const BAR: u8 = 20;

pub fn person(view: &PersonView) -> String {
    let mut page = Page::default();
    head(&mut page, "Scorecard", &view.head.name, &view.head);
    missing(&mut page, &view.missing);
    page.heading("Goals");
    if view.goals.is_empty() {
        page.words(0, "No goals in this cycle.");
    }
    for one in &view.goals {
        goal(&mut page, one);
    }
    if !view.scores.is_empty() {
        page.heading("Scores");
        for one in &view.scores {
            score(&mut page, one);
        }
    }
    page.heading("Rewards");
    if view.rewards.is_empty() && view.totals.is_empty() {
        page.words(0, "No rewards in this cycle.");
    }
    for one in &view.rewards {
        reward(&mut page, one);
    }
    for one in &view.totals {
        total(&mut page, one);
    }
    if !view.not_scored.is_empty() {
        page.heading("Not scored");
        for one in &view.not_scored {
            page.words(0, &one.title);
            page.words(2, &one.reason);
            page.words(2, &one.policy);
            page.gap();
        }
    }
    if !view.recognitions.is_empty() {
        page.heading("Recognition");
        for one in &view.recognitions {
            recognition(&mut page, one);
        }
    }
    page.heading("Feedback");
    if view.feedback.is_empty() {
        page.words(0, "No feedback on record for this cycle.");
    }
    for one in &view.feedback {
        note(&mut page, one);
    }
    foot(&mut page, &view.head);
    page.finish()
}

pub fn team(view: &TeamView) -> String {
    let mut page = Page::default();
    head(&mut page, "Team scorecard", &format!("The team of {}", view.head.name), &view.head);
    missing(&mut page, &view.missing);
    page.heading("Needs attention");
    if view.attention().is_empty() {
        page.words(0, "Nobody, by the figures of this cycle.");
    }
    for member in view.attention() {
        page.words(0, &member.name);
        for line in &member.attention {
            page.marked(2, "- ", line);
        }
        page.gap();
    }
    if !view.goals.is_empty() {
        page.heading("The team's goals");
        for one in &view.goals {
            goal(&mut page, one);
        }
    }
    page.heading("People");
    if view.members.is_empty() {
        page.words(0, "Nobody reported to you on the cycle's last day.");
    }
    for one in &view.members {
        member(&mut page, one);
    }
    for one in &view.totals {
        total(&mut page, one);
    }
    foot(&mut page, &view.head);
    page.finish()
}

fn head(page: &mut Page, kind: &str, name: &str, head: &Head) {
    page.words(0, &format!("{} {}", kind.to_uppercase(), head.cycle));
    page.words(0, name);
    page.words(0, &head.period);
    page.gap();
    for tile in &head.tiles {
        let label = if tile.note.is_empty() { tile.label.clone() } else { format!("{} ({})", tile.label, tile.note) };
        page.pair(0, &label, &tile.figure);
    }
}

fn foot(page: &mut Page, head: &Head) {
    page.gap();
    page.rule(0);
    let run = if head.run.is_empty() { String::new() } else { format!("The figures come from run {}. ", head.run) };
    page.words(0, &format!("{run}If one looks wrong, ask your revenue operations team; this mailbox is not read."));
}

fn missing(page: &mut Page, missing: &[String]) {
    if missing.is_empty() {
        return;
    }
    page.heading("Missing");
    for line in missing {
        page.marked(0, "- ", line);
    }
}

fn goal(page: &mut Page, goal: &GoalView) {
    page.pair(0, &goal.title, goal.attainment.figure());
    if goal.attainment.is_known() {
        page.words(2, &bar(&goal.attainment));
    }
    let about = [&goal.perspective, &goal.weight].into_iter().filter(|fact| !fact.is_empty());
    for fact in [about.cloned().collect::<Vec<_>>().join(", "), goal.figures.clone()] {
        if !fact.is_empty() {
            page.words(2, &fact);
        }
    }
    if !goal.attainment.reason().is_empty() {
        page.words(2, &format!("Not known: {}", goal.attainment.reason()));
    }
    match &goal.own {
        None if goal.owned => page.words(2, "No self-assessment"),
        None => {}
        Some(own) => {
            page.words(2, &own.heading());
            for line in &own.comment {
                page.quoted(4, "| ", line);
            }
        }
    }
    page.gap();
}

/// Nothing when it is not known: an empty bar would look like zero.
fn bar(attainment: &Attainment) -> String {
    if !attainment.is_known() {
        return String::new();
    }
    let marks = usize::from(attainment.bar()) * usize::from(BAR) / 100;
    format!("[{}{}]", "#".repeat(marks), ".".repeat(usize::from(BAR) - marks))
}

fn score(page: &mut Page, score: &ScoreView) {
    page.pair(0, &score.title, &score.value);
    if score.proposal {
        page.words(2, "Proposed, not decided");
    }
    if !score.about.is_empty() {
        page.words(2, &score.about);
    }
    page.words(2, &score.policy);
    for line in &score.figures {
        page.words(4, &line.whole());
    }
    page.gap();
}

fn reward(page: &mut Page, reward: &RewardView) {
    page.pair(0, &reward.title, &reward.amount);
    for note in &reward.notes {
        page.words(2, note);
    }
    page.words(2, &reward.policy);
    if !reward.dates.is_empty() {
        page.words(2, &reward.dates);
    }
    for line in &reward.because {
        page.words(2, line);
    }
    for line in &reward.figures {
        page.words(4, &line.whole());
    }
    page.gap();
}

fn total(page: &mut Page, total: &TotalView) {
    page.rule(0);
    page.pair(0, "Earned in all", &total.amount);
    if !total.held.is_empty() {
        page.pair(0, "Held back", &total.held);
    }
    if !total.released.is_empty() {
        page.pair(0, "Held back earlier, payable now", &total.released);
    }
    if !total.payable.is_empty() {
        page.pair(0, "To be paid", &total.payable);
    }
}

fn recognition(page: &mut Page, line: &RecognitionView) {
    page.words(0, &line.title);
    if !line.marks.is_empty() {
        page.words(2, &line.marks.join(", "));
    }
    for text in &line.text {
        page.words(2, text);
    }
    if !line.policy.is_empty() {
        page.words(2, &line.policy);
    }
    page.gap();
}

fn note(page: &mut Page, note: &NoteView) {
    page.words(0, &format!("{}, {}", note.author, note.given_on));
    if !note.goal.is_empty() {
        page.words(0, &format!("About \"{}\"", note.goal));
    }
    for line in &note.text {
        page.quoted(2, "| ", line);
    }
    for reply in &note.replies {
        page.words(4, &format!("{} answered on {}", reply.author, reply.given_on));
        for line in &reply.text {
            page.quoted(6, "| ", line);
        }
    }
    page.words(2, if note.acknowledged { "Acknowledged" } else { "Not acknowledged yet" });
    page.gap();
}

fn member(page: &mut Page, member: &MemberView) {
    let mark = if member.attention.is_empty() { "" } else { " (needs attention)" };
    let name = format!("{}{mark}", member.name);
    if member.overall.is_empty() {
        page.words(0, &name);
    } else {
        page.pair(0, &name, &format!("{} attainment", member.overall));
    }
    let mut rows = Vec::new();
    for goal in &member.goals {
        rows.push(vec![goal.title.clone(), bar(&goal.attainment), goal.attainment.figure().to_owned()]);
    }
    page.table(2, &rows);
    if member.goals.is_empty() {
        page.words(2, "No goals");
    }
    for goal in member.goals.iter().filter(|goal| !goal.attainment.reason().is_empty()) {
        page.words(4, &format!("{}: {}", goal.title, goal.attainment.reason()));
    }
    for score in &member.scores {
        let title = if score.proposal { format!("{} (proposed)", score.title) } else { score.title.clone() };
        page.pair(2, &title, &score.value);
    }
    for total in &member.totals {
        page.pair(2, "Rewards", &total.amount);
    }
    page.gap();
}
