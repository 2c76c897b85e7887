//! What is wrong with one row of a file of goals, held against the record.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use merit_core::ids::{CycleId, GoalId, PersonId, TeamId, slug};
use merit_core::text::{self, shown};
use merit_core::{Error, Problem, Ratio, Value};

use super::Schema;
use crate::model::{Content, Cycle, Goal, GoalRow, Identity, Owner, Perspective, team_id};

/// What a file of goals is held against.
pub struct Record {
    /// Cycles by id.
    pub cycles: BTreeMap<String, Cycle>,
    /// All goals of the cycles that the file names, and all goals that it names itself.
    pub goals: BTreeMap<GoalId, Goal>,
    /// Which goals the file's external ids are.
    pub identities: BTreeMap<String, GoalId>,
    /// The schema in force.
    pub schema: Option<Box<dyn Schema>>,
    /// Everybody.
    pub people: BTreeSet<PersonId>,
    /// Every team that anybody was ever in.
    pub teams: BTreeSet<TeamId>,
}

/// A row whose own words are right.
pub struct Checked<'r> {
    pub row: &'r GoalRow,
    pub id: GoalId,
    pub identity: Identity,
    pub content: Content,
    pub target: Option<(Date, Value)>,
    pub progress: Option<(Date, Ratio)>,
}

/// Checks rows one after the other.
pub struct Checker<'a> {
    pub record: &'a Record,
    /// The source of the file.
    pub source: String,
    /// The line of each goal in the file so far.
    pub lines: BTreeMap<GoalId, u32>,
    /// The goal of each key in the file so far.
    keys: BTreeMap<String, GoalId>,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    pub fn new(record: &'a Record, source: &str) -> Self {
        Self { record, source: source.to_owned(), lines: BTreeMap::new(), keys: BTreeMap::new(), problems: Vec::new() }
    }

    fn problem<T>(&mut self, row: &GoalRow, column: &str, message: impl Into<String>) -> Option<T> {
        self.problems.push(Problem::cell(row.line, column, message));
        None
    }

    fn cell<T>(&mut self, row: &GoalRow, column: &str, read: Result<T, Error>) -> Option<T> {
        read.map_err(|error| self.problems.push(Problem::cell(row.line, column, error.message))).ok()
    }

    /// Checks one row. All that is wrong with it is put among the problems, and then there is no answer.
    pub fn check<'r>(&mut self, row: &'r GoalRow) -> Option<Checked<'r>> {
        let before = self.problems.len();
        let id = self.id(row);
        let known = id.as_ref().and_then(|id| self.record.goals.get(id)).map(|goal| &goal.content);
        let cycle = self.cycle(row, known);
        let owner = self.owner(row, known);
        let identity = id.as_ref().and_then(|id| self.identify(row, id));
        let measure = self.measure(row, known);
        let perspective = self.perspective(row, measure.as_ref(), known);
        let title = self.title(row, measure.as_ref(), known);
        let weight = self.weight(row, known);
        let parent = self.parent(row, known);
        let [description, done_when, rationale] = self.notes(row, known);
        let due = self.due(row, cycle, known);
        let target = self.target(row, cycle, measure.as_ref());
        let progress = self.progress(row, cycle, measure.as_ref());
        let (cycle, owner, id) = (cycle?, owner?, id?);
        self.check_unmoved(row, &id, cycle, &owner, known);
        if measure == Some(None) && done_when.as_deref() == Some("") && !self.has_progress(&id, &progress) {
            self.problem::<()>(
                row,
                "done_when",
                "a goal without a measure says in `done_when` when it counts as done, or gives its progress",
            );
        }
        if self.problems.len() > before {
            return None;
        }
        let content = Content {
            cycle: cycle.id.clone(),
            owner,
            title: title?,
            description: description?,
            measure: measure?,
            perspective: perspective?,
            weight: weight?,
            parent: parent?,
            due: due?,
            done_when: done_when?,
            rationale: rationale?,
        };
        Some(Checked { row, id, identity: identity?, content, target: target?, progress: progress? })
    }

    fn cycle(&mut self, row: &GoalRow, known: Option<&Content>) -> Option<&'a Cycle> {
        let id = match (row.cycle.as_str(), known) {
            ("", Some(known)) => known.cycle.clone(),
            ("", None) => {
                return self.problem(row, "cycle", "the row doesn't say its cycle; give its id, such as 2026-Q3");
            }
            (id, _) => self.cell(row, "cycle", CycleId::new(id))?,
        };
        match self.record.cycles.get(id.as_str()) {
            Some(cycle) => Some(cycle),
            None => self.problem(row, "cycle", format!("cycle `{id}` is not open; open it first")),
        }
    }

    fn owner(&mut self, row: &GoalRow, known: Option<&Content>) -> Option<Owner> {
        let owner = row.owner.trim();
        match row.owner_kind.as_str() {
            "" if owner.is_empty() && known.is_some() => known.map(|known| known.owner.clone()),
            "organisation" if owner.is_empty() => Some(Owner::Organisation),
            "organisation" => {
                self.problem(row, "owner", "a goal of the organisation has no other owner; leave it empty")
            }
            "team" => match team_id(owner) {
                Some(team) if self.record.teams.contains(&team) => Some(Owner::Team(team)),
                _ => self.problem(
                    row,
                    "owner",
                    format!("nobody is or was in a team `{}`; check its name, or import people first", shown(owner)),
                ),
            },
            "person" => {
                let person = self.cell(row, "owner", PersonId::new(owner))?;
                if self.record.people.contains(&person) {
                    return Some(Owner::Person(person));
                }
                self.problem(row, "owner", format!("`{person}` is not on record; import people first, or check the id"))
            }
            _ => self.problem(row, "owner_kind", "say whose goal it is: organisation, team or person"),
        }
    }

    fn id(&mut self, row: &GoalRow) -> Option<GoalId> {
        if row.goal_id.is_empty() && row.measure.is_empty() {
            return self.problem(
                row,
                "goal_id",
                "the goal has no id, and without a measure none can be made; give it one",
            );
        }
        self.cell(row, "goal_id", GoalId::new(&goal_id(row)))
    }

    /// The row's identity in the source, if nothing on record or earlier in the file speaks against it.
    fn identify(&mut self, row: &GoalRow, id: &GoalId) -> Option<Identity> {
        if let Some(line) = self.lines.get(id).copied() {
            return self.problem(row, "goal_id", format!("`{id}` is on line {line} already; give each goal one row"));
        }
        self.lines.insert(id.clone(), row.line);
        let identities = self.record.goals.get(id).map(|goal| goal.identities.as_slice()).unwrap_or_default();
        let recorded =
            identities.iter().find(|identity| identity.source == self.source).map(|i| i.external_id.as_str());
        let external_id = match (row.external_id.trim(), recorded) {
            ("", recorded) => recorded.unwrap_or(id.as_str()).to_owned(),
            (given, _) => self.cell(row, "external_id", text::line("the external id", given))?,
        };
        let said = shown(&external_id);
        if let Some(recorded) = recorded.filter(|recorded| *recorded != external_id) {
            let recorded = shown(recorded);
            let message = format!(
                "`{id}` is `{recorded}` of `{}` on record, and this row is `{said}`; give another goal another id",
                self.source
            );
            return self.problem(row, "external_id", message);
        }
        if let Some(line) = self.keys.get(&external_id).and_then(|other| self.lines.get(other)).copied() {
            return self.problem(
                row,
                "external_id",
                format!("`{said}` is on line {line} already; give each goal a key of its own"),
            );
        }
        if let Some(other) = self.record.identities.get(&external_id).filter(|other| *other != id) {
            let message = format!(
                "`{said}` of `{}` is `{other}` on record; keep that id, or give this goal another key",
                self.source
            );
            return self.problem(row, "external_id", message);
        }
        self.keys.insert(external_id.clone(), id.clone());
        Some(Identity { source: self.source.clone(), external_id })
    }

    /// A goal keeps its cycle and its owner, because figures of the past rest on them.
    fn check_unmoved(&mut self, row: &GoalRow, id: &GoalId, cycle: &Cycle, owner: &Owner, known: Option<&Content>) {
        let Some(known) = known else { return };
        if known.cycle != cycle.id {
            self.problem::<()>(
                row,
                "cycle",
                format!("`{id}` is a goal of {} on record; give the goal of {} another id", known.cycle, cycle.id),
            );
        } else if known.owner != *owner {
            self.problem::<()>(
                row,
                "owner",
                format!("`{id}` is a goal of {} on record; give the goal of {owner} another id", known.owner),
            );
        }
    }

    /// Some measure, or none for a milestone.
    #[expect(clippy::option_option, reason = "a problem, no measure, a measure")]
    fn measure(&mut self, row: &GoalRow, known: Option<&Content>) -> Option<Option<String>> {
        if row.measure.is_empty() {
            return Some(known.and_then(|known| known.measure.clone()));
        }
        let Some(schema) = &self.record.schema else {
            let message = "no schema is registered, so there are no measures yet; apply a schema first";
            return self.problem(row, "measure", message);
        };
        if schema.measures().contains_key(&row.measure) {
            return Some(Some(row.measure.clone()));
        }
        let names: Vec<&str> = schema.measures().keys().map(String::as_str).collect();
        let message = format!("`{}` is not a measure of the schema; it has {}", shown(&row.measure), names.join(", "));
        self.problem(row, "measure", message)
    }

    fn perspective(
        &mut self,
        row: &GoalRow,
        measure: Option<&Option<String>>,
        known: Option<&Content>,
    ) -> Option<Perspective> {
        let of_measure = measure
            .and_then(|measure| self.record.schema.as_ref()?.measures().get(measure.as_ref()?))
            .map(|m| m.perspective);
        match (row.perspective.as_str(), of_measure) {
            ("", Some(perspective)) => Some(perspective),
            ("", None) => match known {
                Some(known) => Some(known.perspective),
                // A measure that is wrong has been named already.
                None if measure.is_none() => None,
                None => self.problem(
                    row,
                    "perspective",
                    "say the perspective: financial, operational, innovation or development",
                ),
            },
            (word, of_measure) => match (Perspective::from_word(word), of_measure) {
                (None, _) => {
                    let message = format!(
                        "`{}` is not a perspective; take financial, operational, innovation or development",
                        shown(word)
                    );
                    self.problem(row, "perspective", message)
                }
                (Some(said), Some(perspective)) if said != perspective => {
                    let measure = measure.and_then(|measure| measure.as_deref()).unwrap_or_default();
                    let message = format!(
                        "`{measure}` is {} by the schema, and the row says {word}; leave the perspective empty",
                        perspective.word()
                    );
                    self.problem(row, "perspective", message)
                }
                (said, _) => said,
            },
        }
    }

    fn title(&mut self, row: &GoalRow, measure: Option<&Option<String>>, known: Option<&Content>) -> Option<String> {
        match (row.title.trim(), known, measure) {
            ("", Some(known), _) => Some(known.title.clone()),
            ("", None, Some(Some(measure))) => Some(in_words(measure)),
            // A measure that is wrong has been named already.
            ("", None, None) => None,
            (title, _, _) => self.cell(row, "title", text::line("the title", title)),
        }
    }

    #[expect(clippy::option_option, reason = "a problem, no weight, a weight")]
    fn weight(&mut self, row: &GoalRow, known: Option<&Content>) -> Option<Option<Ratio>> {
        if row.weight.is_empty() {
            return Some(known.and_then(|known| known.weight.clone()));
        }
        let weight: Ratio = self.cell(row, "weight", row.weight.parse())?;
        if (Ratio::ZERO..=Ratio::ONE).contains(&weight) {
            return Some(Some(weight));
        }
        let message = format!("a weight of {} is not between 0% and 100%", Value::Percent(weight).spoken());
        self.problem(row, "weight", message)
    }

    #[expect(clippy::option_option, reason = "a problem, no parent, a parent")]
    fn parent(&mut self, row: &GoalRow, known: Option<&Content>) -> Option<Option<GoalId>> {
        if row.parent.is_empty() {
            return Some(known.and_then(|known| known.parent.clone()));
        }
        self.cell(row, "parent", GoalId::new(&row.parent)).map(Some)
    }

    /// Description, condition for being done, and rationale.
    fn notes(&mut self, row: &GoalRow, known: Option<&Content>) -> [Option<String>; 3] {
        let mut note = |column: &str, what: &str, said: &str, known: Option<&String>| match said.trim() {
            "" => Some(known.cloned().unwrap_or_default()),
            said => self.cell(row, column, text::note(what, said)),
        };
        [
            note("description", "the description", &row.description, known.map(|known| &known.description)),
            note("done_when", "the condition for being done", &row.done_when, known.map(|known| &known.done_when)),
            note("rationale", "the rationale", &row.rationale, known.map(|known| &known.rationale)),
        ]
    }

    fn due(&mut self, row: &GoalRow, cycle: Option<&Cycle>, known: Option<&Content>) -> Option<Date> {
        if row.due.is_empty() {
            return known.map(|known| known.due).or(Some(cycle?.days.last()));
        }
        let due = self.day(row, "due", &row.due)?;
        self.inside(row, "due", "the goal is due on", due, cycle?)
    }

    fn inside(&mut self, row: &GoalRow, column: &str, what: &str, day: Date, cycle: &Cycle) -> Option<Date> {
        if cycle.days.contains(day) {
            return Some(day);
        }
        self.problem(row, column, format!("{what} {day}, outside its cycle {} ({})", cycle.id, cycle.days))
    }

    #[expect(clippy::option_option, reason = "a problem, no target, a target")]
    fn target(
        &mut self,
        row: &GoalRow,
        cycle: Option<&Cycle>,
        measure: Option<&Option<String>>,
    ) -> Option<Option<(Date, Value)>> {
        let from = match row.from.as_str() {
            "" => cycle.map(|cycle| cycle.days.start),
            from => self.day(row, "from", from),
        };
        let Some(target) = &row.target else { return Some(None) };
        let Some(measure) = measure? else {
            return self.problem(
                row,
                "target",
                "a target needs a measure; name one, or say in `done_when` when the goal counts as done",
            );
        };
        if let Some(Err(message)) = self.record.schema.as_ref().map(|schema| schema.accepts(measure, target)) {
            self.problem::<()>(row, "target", message);
        }
        let from = self.inside(row, "from", "the target holds from", from?, cycle?)?;
        Some(Some((from, target.clone())))
    }

    #[expect(clippy::option_option, reason = "a problem, no progress, progress")]
    fn progress(
        &mut self,
        row: &GoalRow,
        cycle: Option<&Cycle>,
        measure: Option<&Option<String>>,
    ) -> Option<Option<(Date, Ratio)>> {
        if row.progress.is_empty() {
            return Some(None);
        }
        if let Some(measure) = measure? {
            let message =
                format!("`{}` measures this goal, so its progress is not told by hand; leave it empty", shown(measure));
            return self.problem(row, "progress", message);
        }
        let done: Option<Ratio> = self.cell(row, "progress", row.progress.parse());
        if let Some(done) = done.as_ref().filter(|done| !(Ratio::ZERO..=Ratio::ONE).contains(*done)) {
            let message = format!("a progress of {} is not between 0% and 100%", Value::Percent(done.clone()).spoken());
            self.problem::<()>(row, "progress", message);
        }
        let on = match row.progress_on.as_str() {
            "" => {
                return self.problem(
                    row,
                    "progress_on",
                    "the row doesn't say on which day the goal had come so far; give a date like 2026-07-01",
                );
            }
            on => self.day(row, "progress_on", on)?,
        };
        if let Some(cycle) = cycle.filter(|cycle| on < cycle.days.start) {
            let message =
                format!("{on} is before the first day of {}, {}; give a later day", cycle.id, cycle.days.start);
            return self.problem(row, "progress_on", message);
        }
        Some(Some((on, done?)))
    }

    fn has_progress(&self, id: &GoalId, progress: &Option<Option<(Date, Ratio)>>) -> bool {
        !matches!(progress, Some(None)) || self.record.goals.get(id).is_some_and(|goal| !goal.progress.is_empty())
    }

    /// A day in its one form, `2026-07-01`.
    fn day(&mut self, row: &GoalRow, column: &str, text: &str) -> Option<Date> {
        match text.parse::<Date>().ok().filter(|day| day.year() > 0 && day.to_string() == text) {
            Some(day) => Some(day),
            None => self.problem(row, column, format!("`{}` is not a date like 2026-07-01", shown(text))),
        }
    }
}

/// The goal that a row is about: the one it names, or else one made of owner, measure and cycle.
pub fn goal_id(row: &GoalRow) -> Cow<'_, str> {
    if !row.goal_id.is_empty() || row.measure.is_empty() {
        return Cow::Borrowed(&row.goal_id);
    }
    let owner = if row.owner.is_empty() { "organisation" } else { &row.owner };
    Cow::Owned(slug(&format!("{owner}-{}-{}", row.measure.replace('_', "-"), row.cycle)))
}

/// A measure's name as a title: `csat_score` is `Csat score`.
fn in_words(measure: &str) -> String {
    let words = measure.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
