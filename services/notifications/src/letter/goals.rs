//! A goal with where it stands.

use merit_core::{Ratio, Result};
use merit_platform::wire;
use merit_proto::scorecard::v1::GoalLine;

use super::people::Names;
use super::words;

/// A goal as it is shown.
#[derive(Debug, Clone)]
pub struct GoalView {
    pub title: String,
    /// A title: `Financial`.
    pub perspective: String,
    /// `104.5%`, or why there is none.
    pub attainment: Attainment,
    /// `$525,000.00 of $500,000.00`; what is unknown is said to be.
    pub figures: String,
    /// `weight 40%`, or empty.
    pub weight: String,
    /// Whether it is a person's, who is expected to have a view of their own.
    pub owned: bool,
    /// The person's own view; none when it is missing.
    pub own: Option<OwnView>,
}

/// Measure against target.
#[derive(Debug, Clone)]
pub enum Attainment {
    /// Known.
    Known {
        /// `104.5%`.
        figure: String,
        /// 0 to 100, for the bar.
        bar: u8,
        /// At 100% or above.
        reached: bool,
    },
    /// Not known, and why.
    Unknown(String),
}

/// A person's own view of their goal.
#[derive(Debug, Clone)]
pub struct OwnView {
    /// `90%`, or empty when only words were given.
    pub rating: String,
    /// May be empty.
    pub comment: Vec<String>,
    pub given_on: String,
}

impl Attainment {
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known { .. })
    }

    pub const fn reached(&self) -> bool {
        matches!(self, Self::Known { reached: true, .. })
    }

    /// `104.5%`, or `–`.
    pub fn figure(&self) -> &str {
        match self {
            Self::Known { figure, .. } => figure,
            Self::Unknown(_) => "–",
        }
    }

    /// Why it is not known, or empty.
    pub fn reason(&self) -> &str {
        match self {
            Self::Known { .. } => "",
            Self::Unknown(reason) => reason,
        }
    }

    /// How much of the bar is full, 0 to 100.
    pub const fn bar(&self) -> u8 {
        match self {
            Self::Known { bar, .. } => *bar,
            Self::Unknown(_) => 0,
        }
    }
}

impl OwnView {
    /// `90% on 28 September 2026`, or only the day.
    pub fn heading(&self) -> String {
        if self.rating.is_empty() {
            format!("Own view, {}", self.given_on)
        } else {
            format!("Own view {}, {}", self.rating, self.given_on)
        }
    }
}

/// A person's goal, or a team's, of which nobody has an own view.
pub fn view(goal: &GoalLine, owned: bool, names: &Names) -> Result<GoalView> {
    let actual = goal.actual.as_ref().map(|value| words::value(value, names)).transpose()?;
    let target = goal.target.as_ref().map(|value| words::value(value, names)).transpose()?;
    let figures = match (actual, target) {
        (Some(actual), Some(target)) => format!("{actual} of {target}"),
        (Some(actual), None) => format!("{actual}, no target set"),
        (None, Some(target)) => format!("Nothing on record, target {target}"),
        (None, None) => String::new(),
    };
    let weight = wire::optional_ratio("the weight", &goal.weight)?;
    Ok(GoalView {
        title: merit_core::text::harmless(&goal.title),
        perspective: words::title(&goal.perspective),
        attainment: attainment(goal)?,
        owned,
        figures,
        weight: weight.map(|weight| format!("weight {}", words::percent(&weight))).unwrap_or_default(),
        own: goal.self_assessment.as_ref().map(own).transpose()?,
    })
}

fn attainment(goal: &GoalLine) -> Result<Attainment> {
    Ok(match wire::optional_ratio("the attainment", &goal.attainment)? {
        Some(ratio) => {
            let hundredths = (&ratio * &Ratio::whole(100)).floor();
            let full = hundredths.clamp(Ratio::ZERO, Ratio::whole(100)).to_i64().unwrap_or(0);
            Attainment::Known {
                figure: words::percent(&ratio),
                bar: u8::try_from(full).unwrap_or(0),
                reached: ratio >= Ratio::ONE,
            }
        }
        None if goal.reason.trim().is_empty() => Attainment::Unknown("attainment is not known".to_owned()),
        None => Attainment::Unknown(merit_core::text::harmless(goal.reason.trim())),
    })
}

fn own(own: &merit_proto::scorecard::v1::SelfAssessment) -> Result<OwnView> {
    let rating = wire::optional_ratio("the rating", &own.rating)?;
    let comment = if own.comment.trim().is_empty() { Vec::new() } else { words::paragraphs(&own.comment) };
    Ok(OwnView {
        rating: rating.map(|rating| words::percent(&rating)).unwrap_or_default(),
        comment,
        given_on: words::day_of(&own.given_on),
    })
}

/// How many goals there are, how many of them are reached, and of how many that isn't known.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reached {
    pub reached: usize,
    pub unknown: usize,
    pub all: usize,
}

impl Reached {
    pub fn count<'a>(goals: impl Iterator<Item = &'a GoalView>) -> Self {
        goals.fold(Self::default(), |sum, goal| Self {
            reached: sum.reached + usize::from(goal.attainment.reached()),
            unknown: sum.unknown + usize::from(!goal.attainment.is_known()),
            all: sum.all + 1,
        })
    }

    /// `1 of 4 goals reached, 1 not known`, or `no goals`.
    pub fn words(self) -> String {
        if self.all == 0 {
            return "no goals".to_owned();
        }
        let goals = words::count(self.all, "goal");
        format!(
            "{} of {goals} reached{}",
            self.reached,
            if self.unknown == 0 { String::new() } else { format!(", {} not known", self.unknown) }
        )
    }
}
