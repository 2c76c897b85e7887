//! A person's own scorecard, ready to be laid out.

use merit_core::{Ratio, Result};
use merit_platform::wire;
use merit_proto::scorecard::v1::Scorecard;

use super::goals::{self, GoalView, Reached};
use super::people::Names;
use super::sections::{self, NotScoredView, NoteView, RecognitionView, RewardView, ScoreView, TotalView};
use super::words;

/// What stands at the head of every scorecard.
#[derive(Debug, Clone)]
pub struct Head {
    /// The person, or the manager of the team.
    pub name: String,
    /// `2026-Q3`.
    pub cycle: String,
    /// `1 July to 30 September 2026`.
    pub period: String,
    /// The run that the figures come from.
    pub run: String,
    /// A few figures at a glance.
    pub tiles: Vec<Tile>,
}

/// A figure at a glance.
#[derive(Debug, Clone)]
pub struct Tile {
    pub label: String,
    pub figure: String,
    /// May be empty.
    pub note: String,
}

/// A person's own scorecard.
#[derive(Debug, Clone)]
pub struct PersonView {
    pub head: Head,
    pub goals: Vec<GoalView>,
    pub scores: Vec<ScoreView>,
    pub rewards: Vec<RewardView>,
    pub totals: Vec<TotalView>,
    pub recognitions: Vec<RecognitionView>,
    pub feedback: Vec<NoteView>,
    pub not_scored: Vec<NotScoredView>,
    pub missing: Vec<String>,
}

impl PersonView {
    pub fn subject(&self) -> String {
        format!("Your scorecard for {}", self.head.cycle)
    }

    /// What a mail program shows beside the subject. No amounts: it may show on a locked screen.
    pub fn preview(&self) -> String {
        let goals = Reached::count(self.goals.iter()).words();
        format!("{}: {goals}. Your goals, scores, rewards and feedback.", self.head.period)
    }
}

pub fn view(card: &Scorecard, names: &Names) -> Result<PersonView> {
    let head = head(card, names)?;
    let (participant, cycle) = (head.name.clone(), head.cycle.clone());
    let mut view = PersonView {
        head,
        goals: card.goals.iter().map(|goal| goals::view(goal, true, names)).collect::<Result<_>>()?,
        scores: sections::scores(&card.scores, &cycle, names)?,
        rewards: card.rewards.iter().map(sections::reward).collect::<Result<_>>()?,
        totals: card.totals.iter().map(sections::total).collect::<Result<_>>()?,
        recognitions: card
            .recognitions
            .iter()
            .map(|line| sections::recognition(line, &participant, names))
            .collect::<Result<_>>()?,
        feedback: card.feedback.iter().map(|note| sections::note(note, &card.goals, names)).collect(),
        not_scored: sections::not_scored(&card.not_scored),
        missing: words::sentences(&card.missing),
    };
    let overall = wire::optional_ratio("the attainment", &card.overall_attainment)?;
    view.head.tiles = tiles(&view, overall.as_ref());
    Ok(view)
}

pub fn head(card: &Scorecard, names: &Names) -> Result<Head> {
    let cycle = merit_core::ids::CycleId::from_name(&card.cycle)?;
    let person = merit_core::ids::PersonId::from_name(&card.person)?;
    let first = wire::day("the first day", &card.first_day)?;
    let last = wire::day("the last day", &card.last_day)?;
    Ok(Head {
        name: names.of(&person),
        cycle: cycle.to_string(),
        period: words::stretch(first, last),
        run: merit_core::text::harmless(card.run.strip_prefix("runs/").unwrap_or(&card.run)),
        tiles: Vec::new(),
    })
}

/// At most three: attainment, the score where there is one, rewards.
fn tiles(view: &PersonView, overall: Option<&Ratio>) -> Vec<Tile> {
    let mut tiles: Vec<Tile> = attainment(overall, Reached::count(view.goals.iter())).into_iter().collect();
    // Other outcomes are parts of it, or measures.
    let is_score = |score: &&ScoreView| !score.proposal && score.title.to_lowercase().ends_with("score");
    let mut scores = view.scores.iter().filter(is_score);
    if let (Some(score), None) = (scores.next(), scores.next()) {
        tiles.push(tile(&score.title, score.value.clone(), String::new()));
    }
    if let Some(total) = view.totals.first() {
        let note = match (total.held.is_empty(), total.released.is_empty()) {
            (_, false) => format!("{} to be paid now", total.payable),
            (false, true) => format!("{} of it held back", total.held),
            (true, true) => String::new(),
        };
        let note = if view.totals.len() > 1 { "other currencies below".to_owned() } else { note };
        tiles.push(tile("Rewards", total.amount.clone(), note));
    }
    tiles
}

/// The overall attainment with how many goals are reached, or the latter alone.
pub fn attainment(overall: Option<&Ratio>, goals: Reached) -> Option<Tile> {
    match overall {
        _ if goals.all == 0 => None,
        Some(overall) => Some(tile("Attainment", words::percent(overall), goals.words())),
        None => {
            let unknown = if goals.unknown == 0 { String::new() } else { format!("{} not known", goals.unknown) };
            Some(tile("Goals reached", format!("{} of {}", goals.reached, goals.all), unknown))
        }
    }
}

pub fn tile(label: &str, figure: String, note: String) -> Tile {
    Tile { label: label.to_owned(), figure, note }
}
