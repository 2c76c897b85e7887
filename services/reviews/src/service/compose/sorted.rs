//! What was gathered, sorted by person: after this, nothing depends on the order in which rows arrived.

use std::collections::BTreeMap;

use merit_core::ids::PersonId;

use crate::model::{
    Adjustment, FeedbackLine, Finding, FindingKind, Gathered, GoalLine, NotScoredLine, Owner, RecognitionLine,
    RewardLine, RosterEntry, ScoreLine,
};

/// All that is known of one person in a run.
#[derive(Debug, Default)]
pub struct About {
    /// Their place in the roster; none for somebody who only has pay.
    pub roster: Option<RosterEntry>,
    pub goals: Vec<GoalLine>,
    pub scores: Vec<ScoreLine>,
    pub rewards: Vec<RewardLine>,
    pub recognitions: Vec<RecognitionLine>,
    pub feedback: Vec<FeedbackLine>,
    pub not_scored: Vec<NotScoredLine>,
    /// Why no policy covers them, where none does.
    pub not_covered: Option<String>,
}

/// All that is known of a run.
#[derive(Debug, Default)]
pub struct Facts {
    pub people: BTreeMap<PersonId, About>,
    /// Goals of teams, by the team's id.
    pub teams: BTreeMap<String, Vec<GoalLine>>,
}

impl Facts {
    /// Sorts by person. What is said of people who are neither in the roster nor paid is left out: they have no scorecard.
    pub fn sort(gathered: Gathered, adjustments: &[Adjustment]) -> Self {
        let mut facts = Self::default();
        for entry in gathered.roster {
            let person = entry.person.clone();
            facts.people.entry(person).or_default().roster = Some(entry);
        }
        for (person, line) in gathered.rewards {
            facts.people.entry(person).or_default().rewards.push(line);
        }
        for adjustment in adjustments {
            facts.people.entry(adjustment.person.clone()).or_default().rewards.push(adjustment.line.clone());
        }
        facts.take_goals(gathered.attainments, gathered.goals);
        for (person, line) in gathered.scores {
            facts.with(&person, |about| about.scores.push(line));
        }
        for (person, line) in gathered.recognitions {
            facts.with(&person, |about| about.recognitions.push(line));
        }
        for (person, line) in gathered.feedback {
            facts.with(&person, |about| about.feedback.push(line));
        }
        for finding in gathered.findings {
            facts.take_finding(finding);
        }
        for (person, goal, view) in gathered.self_assessments {
            facts.with(&person, |about| {
                if let Some(line) = about.goals.iter_mut().find(|line| line.goal == goal) {
                    line.self_assessment = Some(view);
                }
            });
        }
        facts.people.values_mut().for_each(About::order);
        facts.teams.values_mut().for_each(order_goals);
        facts
    }

    fn with(&mut self, person: &PersonId, take: impl FnOnce(&mut About)) {
        if let Some(about) = self.people.get_mut(person) {
            take(about);
        }
    }

    /// Goals as scoring found them; those that scoring says nothing about, as they are on record.
    fn take_goals(&mut self, found: Vec<(Owner, GoalLine)>, on_record: Vec<(Owner, GoalLine)>) {
        let known: std::collections::BTreeSet<String> = found.iter().map(|(_, line)| line.goal.clone()).collect();
        let rest = on_record.into_iter().filter(|(_, line)| !known.contains(&line.goal));
        for (owner, line) in found.into_iter().chain(rest) {
            match owner {
                Owner::Person(person) => self.with(&person, |about| about.goals.push(line)),
                Owner::Team(team) => self.teams.entry(team).or_default().push(line),
                Owner::Organisation => {}
            }
        }
    }

    fn take_finding(&mut self, finding: Finding) {
        let Some(person) = finding.person else { return };
        self.with(&person, |about| match finding.kind {
            FindingKind::NotScored => about.not_scored.push(finding.line),
            FindingKind::NotCovered => about.not_covered = Some(finding.line.reason),
            FindingKind::NotCredited | FindingKind::Guideline => {}
        });
    }
}

impl About {
    fn order(&mut self) {
        order_goals(&mut self.goals);
        self.scores.sort_by(|a, b| {
            (&a.policy, a.version, &a.period, &a.output).cmp(&(&b.policy, b.version, &b.period, &b.output))
        });
        // Adjustments come after what policies pay.
        self.rewards.sort_by(|a, b| {
            let key = |line: &RewardLine| {
                (
                    line.adjustment,
                    line.policy.clone(),
                    line.version,
                    line.payout.clone(),
                    line.line.clone(),
                    line.amount,
                )
            };
            key(a).cmp(&key(b))
        });
        self.recognitions.sort();
        self.feedback
            .sort_by(|a, b| (a.given_on, &a.author, &a.goal, &a.text).cmp(&(b.given_on, &b.author, &b.goal, &b.text)));
        self.not_scored.sort();
        self.not_scored.dedup();
    }
}

fn order_goals(goals: &mut Vec<GoalLine>) {
    goals.sort_by(|a, b| a.goal.cmp(&b.goal));
    goals.dedup_by(|a, b| a.goal == b.goal);
}
