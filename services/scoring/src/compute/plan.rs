//! A run's frozen inputs made ready: texts loaded, periods and the roster worked out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use merit_core::ids::PersonId;
use merit_core::{Error, Period, Result};
use merit_rules::{Program, Schema, Source, load_policy, load_schema, render};

use super::employment::{employed, in_force, manager_on};
use crate::model::{Frozen, Goal, OwnerKind, Person, Policy, RosterEntry};

/// A policy ready to run.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The policy.
    pub program: Program,
    /// The schema that it was checked against.
    pub schema: Arc<Schema>,
    /// The whole periods of the policy's unit that end in the cycle and lie inside its effective days.
    pub periods: Vec<Period>,
    /// What each output is about.
    pub about: BTreeMap<String, String>,
}

impl Prepared {
    /// From which days a list's rows are read for a period: the period's own, or `year to date` and the like.
    #[must_use]
    pub fn stretch(&self, list: &str, period: &Period) -> Period {
        stretch(&self.program, list, period)
    }

    /// Whether any of the policy's periods reads a row of the list that is dated on that day.
    #[must_use]
    pub fn reads(&self, list: &str, day: jiff::civil::Date) -> bool {
        self.periods.iter().any(|period| self.stretch(list, period).contains(day))
    }
}

fn stretch(program: &Program, list: &str, period: &Period) -> Period {
    let to_date = program.inputs().get(list).and_then(|input| input.to_date);
    let start = to_date.map_or(period.start, |unit| unit.start_of(period.last(), program.year_starts()));
    Period { start: start.min(period.start), end: period.end }
}

/// Where each person's goals are among all.
fn places(goals: &[Goal]) -> BTreeMap<String, Vec<usize>> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, goal) in goals.iter().enumerate().filter(|(_, goal)| goal.owner_kind == OwnerKind::Person) {
        places.entry(goal.owner.clone()).or_default().push(index);
    }
    places
}

/// Frozen inputs with what follows from them.
#[derive(Debug)]
pub struct Plan {
    /// The inputs.
    pub frozen: Arc<Frozen>,
    /// The schema in force.
    pub schema: Arc<Schema>,
    /// In the order of [`Frozen::policies`].
    pub policies: Arc<[Prepared]>,
    /// Everyone employed on at least one day of the cycle.
    pub roster: Arc<BTreeSet<PersonId>>,
    /// Goals in the place of the frozen ones.
    instead: Option<Vec<Goal>>,
    /// Places among the goals of each person's.
    goals_of: BTreeMap<String, Vec<usize>>,
}

impl Plan {
    /// Loads the texts and works out periods and the roster.
    ///
    /// # Errors
    /// `POLICY_UNREADABLE` when this engine no longer takes a text that was registered.
    pub fn new(frozen: Frozen) -> Result<Self> {
        let mut schemas: BTreeMap<String, Arc<Schema>> = BTreeMap::new();
        let schema = schema_of(&mut schemas, &frozen.schema_text)?;
        let mut policies = Vec::with_capacity(frozen.policies.len());
        for policy in &frozen.policies {
            let schema = schema_of(&mut schemas, &policy.schema_text)?;
            let program = load(policy, &schema)?;
            let periods = periods_of(policy, &program, &frozen.cycle.period);
            let about = program.outputs().into_iter().filter_map(|output| Some((output.name, output.about?))).collect();
            policies.push(Prepared { program, schema, periods, about });
        }
        let cycle = frozen.cycle.period;
        let roster = frozen.people.values().filter(|person| employed(person, &cycle));
        let roster = Arc::new(roster.map(|person| person.id.clone()).collect());
        let (policies, goals_of) = (policies.into(), places(&frozen.goals));
        Ok(Self { frozen: Arc::new(frozen), schema, policies, roster, instead: None, goals_of })
    }

    /// The same plan with other goals, by id. All else is shared.
    #[must_use]
    pub fn with_goals(&self, goals: Vec<Goal>) -> Self {
        let (goals_of, instead) = (places(&goals), Some(goals));
        let (frozen, schema, policies, roster) =
            (self.frozen.clone(), self.schema.clone(), self.policies.clone(), self.roster.clone());
        Self { frozen, schema, policies, roster, instead, goals_of }
    }

    /// The inputs, when nothing else is wanted any more.
    #[must_use]
    pub fn into_frozen(self) -> Frozen {
        Arc::unwrap_or_clone(self.frozen)
    }

    /// All goals, by id.
    #[must_use]
    pub fn goals(&self) -> &[Goal] {
        self.instead.as_deref().unwrap_or(&self.frozen.goals)
    }

    /// The person's goals, by id.
    pub fn goals_of(&self, person: &PersonId) -> impl Iterator<Item = &Goal> {
        let places = self.goals_of.get(person.as_str()).map(Vec::as_slice).unwrap_or_default();
        places.iter().filter_map(|index| self.goals().get(*index))
    }

    /// The people on the roster, by id.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.roster.iter().filter_map(|id| self.frozen.people.get(id))
    }

    /// What a period is called: the cycle's id for the cycle itself, its days otherwise.
    #[must_use]
    pub fn label(&self, period: &Period) -> String {
        let cycle = &self.frozen.cycle;
        if *period == cycle.period { cycle.id.to_string() } else { period.to_string() }
    }

    /// The roster with reporting lines and teams as of the cycle's last day.
    #[must_use]
    pub fn roster(&self) -> Vec<RosterEntry> {
        let last = self.frozen.cycle.period.last();
        let entry = |person: &Person| RosterEntry {
            participant: person.id.clone(),
            manager: manager_on(person, last),
            team: in_force(person, "team", last).map(ToString::to_string).unwrap_or_default(),
            active: super::last_day(person, &self.frozen.cycle.period) == last,
        };
        self.people().map(entry).collect()
    }

    /// The days that a run over this cycle and these policies reads results of.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn window(cycle: &Period, policies: &[Policy]) -> Result<Period> {
        let mut window = *cycle;
        let mut schemas = BTreeMap::new();
        for policy in policies {
            let program = load(policy, &*schema_of(&mut schemas, &policy.schema_text)?)?;
            for period in periods_of(policy, &program, cycle) {
                window.end = window.end.max(period.end);
                let starts = program.lists().into_iter().map(|list| stretch(&program, list, &period).start);
                window.start = starts.fold(window.start.min(period.start), Ord::min);
            }
        }
        Ok(window)
    }

    /// The day since which goals of earlier cycles count towards a quota, and on which measures: of policies whose periods
    /// are longer than the cycle. None where no policy needs any.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn quotas_since(cycle: &Period, policies: &[Policy]) -> Result<Option<(jiff::civil::Date, BTreeSet<String>)>> {
        let mut schemas = BTreeMap::new();
        let (mut since, mut measures) = (cycle.start, BTreeSet::new());
        for policy in policies {
            let program = load(policy, &*schema_of(&mut schemas, &policy.schema_text)?)?;
            let Some(measure) = program.attainment_of() else { continue };
            for period in periods_of(policy, &program, cycle).iter().filter(|period| period.start < cycle.start) {
                since = since.min(period.start);
                measures.insert(measure.to_owned());
            }
        }
        Ok((since < cycle.start).then_some((since, measures)))
    }

    /// The events that can free inside a cycle what was held back in it: of policies with more than one period there.
    ///
    /// # Errors
    /// As [`Plan::new`].
    pub fn awaited_inside(cycle: &Period, policies: &[Policy]) -> Result<BTreeSet<String>> {
        let mut schemas = BTreeMap::new();
        let mut awaited = BTreeSet::new();
        for policy in policies {
            let program = load(policy, &*schema_of(&mut schemas, &policy.schema_text)?)?;
            if periods_of(policy, &program, cycle).len() > 1 {
                awaited.extend(program.awaits().into_iter().map(str::to_owned));
            }
        }
        Ok(awaited)
    }

    /// Those of the policies that have a period in the cycle.
    ///
    /// # Errors
    /// As [`Plan::new`], and `TWO_SETTLE_ALL` when more than one settles over all of them.
    pub fn in_force(cycle: &Period, policies: Vec<Policy>) -> Result<Vec<Policy>> {
        let mut schemas = BTreeMap::new();
        let (mut kept, mut settling) = (Vec::new(), BTreeSet::new());
        for policy in policies {
            let program = load(&policy, &*schema_of(&mut schemas, &policy.schema_text)?)?;
            if periods_of(&policy, &program, cycle).is_empty() {
                continue;
            }
            if program.settles_all() {
                settling.insert(policy.name.clone());
            }
            kept.push(policy);
        }
        if settling.len() > 1 {
            let names: Vec<String> = settling.iter().map(|name| format!("`{name}`")).collect();
            return Err(Error::precondition(
                "TWO_SETTLE_ALL",
                format!("{} each have `settle all`; keep it in one of them", names.join(" and ")),
            ));
        }
        Ok(kept)
    }
}

/// A registered policy, loaded.
///
/// # Errors
/// `POLICY_UNREADABLE` when this engine no longer takes it.
pub fn load(policy: &Policy, schema: &Schema) -> Result<Program> {
    let source = Source { name: policy.file_name.clone(), text: policy.text.clone() };
    load_policy(&source, schema).map_err(|diagnostics| {
        Error::precondition(
            "POLICY_UNREADABLE",
            format!(
                "policy `{}` version {} can't be read:\n{}",
                policy.name,
                policy.version,
                render(&diagnostics, &source, false)
            ),
        )
    })
}

/// The schema with that text.
///
/// # Errors
/// `SCHEMA_UNREADABLE` when this engine doesn't take it.
pub fn schema(text: &str) -> Result<Schema> {
    let source = Source { name: "schema.merit".to_owned(), text: text.to_owned() };
    load_schema(&source).map_err(|diagnostics| {
        Error::precondition(
            "SCHEMA_UNREADABLE",
            format!("the schema can't be read:\n{}", render(&diagnostics, &source, false)),
        )
    })
}

fn schema_of(known: &mut BTreeMap<String, Arc<Schema>>, text: &str) -> Result<Arc<Schema>> {
    if let Some(schema) = known.get(text) {
        return Ok(Arc::clone(schema));
    }
    let loaded = Arc::new(schema(text)?);
    known.insert(text.to_owned(), Arc::clone(&loaded));
    Ok(loaded)
}

/// The periods that a registered policy has in a cycle.
///
/// # Errors
/// As [`Plan::new`].
pub fn periods(policy: &Policy, cycle: &Period) -> Result<Vec<Period>> {
    let program = load(policy, &schema(&policy.schema_text)?)?;
    Ok(periods_of(policy, &program, cycle))
}

fn periods_of(policy: &Policy, program: &Program, cycle: &Period) -> Vec<Period> {
    cycle.ending_inside(program.period()).into_iter().filter(|period| policy.covers(period)).collect()
}
