//! A manager's scorecard about their people, ready to be laid out.

use merit_core::Result;
use merit_platform::wire;
use merit_proto::scorecard::v1::{RewardTotal, Scorecard, TeamMember};

use super::goals::{self, GoalView, Reached};
use super::people::Names;
use super::person::{Head, attainment, head, tile};
use super::sections::{self, ScoreView, TotalView};
use super::words;

/// A team's scorecard.
#[derive(Debug, Clone)]
pub struct TeamView {
    pub head: Head,
    /// The team's own goals.
    pub goals: Vec<GoalView>,
    pub members: Vec<MemberView>,
    /// The team's pay in all; empty unless the cycle's setting shows it.
    pub totals: Vec<TotalView>,
    /// What is expected and not there.
    pub missing: Vec<String>,
}

/// A person of the team.
#[derive(Debug, Clone)]
pub struct MemberView {
    pub name: String,
    /// `104.5%`, or empty when it can't be said.
    pub overall: String,
    pub goals: Vec<GoalView>,
    pub scores: Vec<ScoreView>,
    /// Why this person needs attention; empty when they don't.
    pub attention: Vec<String>,
    /// Empty unless the cycle's setting shows pay.
    pub totals: Vec<TotalView>,
}

impl TeamView {
    pub fn subject(&self) -> String {
        format!("Your team's scorecard for {}", self.head.cycle)
    }

    /// Those who need attention.
    pub fn attention(&self) -> Vec<&MemberView> {
        self.members.iter().filter(|member| !member.attention.is_empty()).collect()
    }

    /// What a mail program shows beside the subject. No names: it may show on a locked screen.
    pub fn preview(&self) -> String {
        let need = self.attention().len();
        let people = if self.members.len() == 1 { "person" } else { "people" };
        let who = match need {
            0 => "nobody needs attention".to_owned(),
            1 => "1 needs attention".to_owned(),
            more => format!("{more} need attention"),
        };
        format!("{}: {} {people}, {who}.", self.head.period, self.members.len())
    }
}

impl MemberView {
    /// `2 of 3 goals reached, 1 not known`, or that there are none.
    pub fn goals_reached(&self) -> String {
        Reached::count(self.goals.iter()).words()
    }
}

pub fn view(card: &Scorecard, names: &Names) -> Result<TeamView> {
    let head = head(card, names)?;
    let members = card.members.iter().map(|member| one(member, card.shows_pay, &head.cycle, names));
    let members = members.collect::<Result<_>>()?;
    let mut view = TeamView {
        goals: card.goals.iter().map(|goal| goals::view(goal, false, names)).collect::<Result<_>>()?,
        totals: pay(&card.totals, card.shows_pay)?,
        members,
        missing: words::sentences(&card.missing),
        head,
    };
    let goals = Reached::count(view.members.iter().flat_map(|member| &member.goals));
    let mut tiles = vec![
        tile("People", view.members.len().to_string(), String::new()),
        tile("Need attention", view.attention().len().to_string(), String::new()),
    ];
    tiles.extend(attainment(None, goals));
    view.head.tiles = tiles;
    Ok(view)
}

/// The setting decides here once more: what is not to be shown is not even laid out.
fn pay(totals: &[RewardTotal], shows_pay: bool) -> Result<Vec<TotalView>> {
    if shows_pay { totals.iter().map(sections::total).collect() } else { Ok(Vec::new()) }
}

fn one(member: &TeamMember, shows_pay: bool, cycle: &str, names: &Names) -> Result<MemberView> {
    let overall = wire::optional_ratio("the attainment", &member.overall_attainment)?;
    Ok(MemberView {
        name: names.of_name(&member.person),
        overall: overall.map(|overall| words::percent(&overall)).unwrap_or_default(),
        goals: member.goals.iter().map(|goal| goals::view(goal, true, names)).collect::<Result<_>>()?,
        scores: sections::scores(&member.scores, cycle, names)?,
        attention: words::sentences(&member.attention),
        totals: pay(&member.totals, shows_pay)?,
    })
}
