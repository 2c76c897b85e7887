//! The people in a scorecard, and their names.

use std::collections::BTreeSet;

use merit_core::ids::PersonId;
use merit_core::text::harmless;
use merit_proto::scorecard::v1::{GoalLine, ScoreLine, Scorecard};
use merit_proto::r#type::v1::{Value, ValueKind};

use crate::model::Contacts;

/// Everyone that a scorecard names. What is no person's name is left out; it is shown as it stands.
#[must_use]
pub fn people_in(card: &Scorecard) -> BTreeSet<PersonId> {
    let mut found = BTreeSet::new();
    let mut name = |name: &str| found.extend(PersonId::from_name(name).ok());
    name(&card.person);
    card.recognitions.iter().for_each(|line| name(&line.kudos_from));
    for note in &card.feedback {
        name(&note.author);
        note.replies.iter().for_each(|reply| name(&reply.author));
    }
    card.members.iter().for_each(|member| name(&member.person));
    let mut values: Vec<&Value> = Vec::new();
    values.extend(in_goals(&card.goals).chain(in_scores(&card.scores)));
    for member in &card.members {
        values.extend(in_goals(&member.goals).chain(in_scores(&member.scores)));
    }
    let participants = values.into_iter().filter(|value| value.kind() == ValueKind::Participant);
    found.extend(participants.filter_map(|value| PersonId::new(&value.text).ok()));
    found
}

fn in_goals(goals: &[GoalLine]) -> impl Iterator<Item = &Value> {
    goals.iter().flat_map(|goal| goal.actual.iter().chain(&goal.target))
}

fn in_scores(scores: &[ScoreLine]) -> impl Iterator<Item = &Value> {
    scores.iter().filter_map(|score| score.value.as_ref())
}

/// Names to show.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a>(&'a Contacts);

impl<'a> Names<'a> {
    pub const fn new(contacts: &'a Contacts) -> Self {
        Self(contacts)
    }

    /// The name of a person, or the id when the directory doesn't know them any more.
    pub fn of(&self, id: &PersonId) -> String {
        match self.0.get(id) {
            Some(contact) if !contact.display_name.trim().is_empty() => harmless(contact.display_name.trim()),
            _ => id.to_string(),
        }
    }

    /// The name behind a resource name.
    pub fn of_name(&self, name: &str) -> String {
        PersonId::from_name(name).map_or_else(|_| harmless(name), |id| self.of(&id))
    }
}
