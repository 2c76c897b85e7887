//! A file's rows as the services take them.

mod balances;
mod events;
mod feedback;
mod goals;
mod people;
mod ratings;
mod results;
mod self_assessments;

use merit_core::Problem;
use merit_proto::directory::v1::PersonRow;
use merit_proto::feedback::v1::{NoteRow, RatingRow, SelfAssessmentRow};
use merit_proto::goals::v1::GoalRow;
use merit_proto::scoring::v1::{BalanceRow, EventRow, ResultRow};
use merit_rules::{Field, Measure, Schema};

use super::cell::Wanted;
use super::fields::{Cells, Columns, Fields, Known, bind};
use super::profile::Profile;
use super::table::Row;
use super::{ImportKind, PeopleIndex, Recorded};

/// Typed rows of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// People.
    People(Vec<PersonRow>),
    /// Goals and quotas.
    Goals(Vec<GoalRow>),
    /// Results.
    Results(Vec<ResultRow>),
    /// Ratings.
    Ratings(Vec<RatingRow>),
    /// Events.
    Events(Vec<EventRow>),
    /// Opening balances.
    Balances(Vec<BalanceRow>),
    /// Notes of feedback.
    Feedback(Vec<NoteRow>),
    /// Self-assessments.
    SelfAssessments(Vec<SelfAssessmentRow>),
}

impl Rows {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::People(rows) => rows.len(),
            Self::Goals(rows) => rows.len(),
            Self::Results(rows) => rows.len(),
            Self::Ratings(rows) => rows.len(),
            Self::Events(rows) => rows.len(),
            Self::Balances(rows) => rows.len(),
            Self::Feedback(rows) => rows.len(),
            Self::SelfAssessments(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What rows are made from.
pub struct Material<'a> {
    pub profile: &'a Profile,
    pub columns: &'a Columns,
    /// Those that the profile's filters leave.
    pub rows: Vec<&'a Row>,
    pub schema: Option<&'a Schema>,
    pub people: &'a PeopleIndex,
    pub recorded: &'a Recorded,
}

/// Typed rows, what is wrong with the others, and the rules they went through.
pub struct Made {
    pub rows: Rows,
    pub problems: Vec<Problem>,
    pub fields: Fields,
}

/// Types the rows.
///
/// # Errors
/// Everything that keeps the profile from fitting the file or the schema; then no row was looked at.
pub fn make(kind: ImportKind, material: &Material<'_>) -> Result<Made, Vec<Problem>> {
    match kind {
        ImportKind::People => people::make(material),
        ImportKind::Goals => goals::make(material),
        ImportKind::Results => results::make(material),
        ImportKind::Ratings => ratings::make(material),
        ImportKind::Events => events::make(material),
        ImportKind::Balances => balances::make(material),
        ImportKind::Feedback => feedback::make(material),
        ImportKind::SelfAssessments => self_assessments::make(material),
    }
}

impl Material<'_> {
    fn bind(&self, what: &str, needed: &[&str], others: &[&str]) -> Result<Fields, Vec<Problem>> {
        let known: Vec<Known> = Known::list(needed, true).chain(Known::list(others, false)).collect();
        bind(self.profile, what, &known, self.columns)
    }

    /// Rows without a problem, and the problems of the others.
    fn each<T>(&self, fields: &Fields, mut row: impl FnMut(&mut Cells<'_>) -> Option<T>) -> (Vec<T>, Vec<Problem>) {
        let (mut good, mut problems) = (Vec::with_capacity(self.rows.len()), Vec::new());
        for one in &self.rows {
            let mut cells = Cells::new(fields, self.people, one);
            let made = row(&mut cells);
            if cells.problems.is_empty() {
                good.extend(made);
            } else {
                problems.append(&mut cells.problems);
            }
        }
        (good, problems)
    }

    fn measure(&self, cells: &mut Cells<'_>, name: &str) -> Option<&Measure> {
        let measures = self.schema?.measures();
        let found = measures.get(name);
        if found.is_none() {
            let known = merit_rules::nearest(name, measures.keys().map(String::as_str));
            let advice = known.map_or_else(
                || "add it to the schema, or correct it".to_owned(),
                |known| format!("did you mean `{known}`?"),
            );
            cells.wrong("measure", format!("the schema has no measure `{}`; {advice}", merit_core::text::shown(name)));
        }
        found
    }
}

/// A resource's name from its id; empty where there is none.
fn named(collection: &str, id: &str) -> String {
    if id.is_empty() { String::new() } else { format!("{collection}/{id}") }
}

/// What a column of the schema takes.
fn of_field<'a>(field: &'a Field) -> Option<Wanted<'a>> {
    let kind = field.ty.value_type()?;
    Some(Wanted { kind, options: &field.options, currency: field.currency })
}

/// What a measure takes.
fn of_measure<'a>(schema: &'a Schema, measure: &Measure) -> Option<Wanted<'a>> {
    let options = measure.choice.as_ref().and_then(|choice| schema.choices().get(choice));
    let kind = measure.ty.value_type()?;
    Some(Wanted { kind, options: options.map_or(&[], Vec::as_slice), currency: measure.currency })
}
