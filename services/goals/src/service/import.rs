//! What a file of goals would change, and everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::GoalId;
use merit_core::text::shown;
use merit_core::{Problem, Ratio, Result, Scope, Value};

use super::cascade::circles;
use super::check::{Checked, Checker, Record, goal_id};
use super::{ATTEMPTS, Goals, busy};
use crate::model::{Change, Content, Cycle, Goal, GoalsChange, GoalsFile, Outcome, Owner};
use crate::store::GoalQuery;

impl Goals {
    /// Takes a whole file of goals, or nothing and says what is wrong with it.
    ///
    /// # Errors
    /// `ABORTED` when other changes kept coming in between, and those of the store and the directory. Rows at fault are no
    /// error: they are in the outcome.
    pub async fn import(&self, file: &GoalsFile) -> Result<Outcome> {
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            // Files are for who may write everybody's goals.
            let plan = plan(&self.record(cutoff, file).await?, file, &Scope::Everyone);
            let writes = !file.validate_only && !plan.change.versions.is_empty();
            if self.recorded(cutoff, writes.then_some(Change::Goals(plan.change))).await? {
                return Ok(plan.outcome);
            }
        }
        Err(busy())
    }

    /// What is on record of all that a file names.
    pub(super) async fn record(&self, cutoff: i64, file: &GoalsFile) -> Result<Record> {
        let cycles: BTreeMap<_, _> =
            self.store.cycles(cutoff).await?.into_iter().map(|cycle| (cycle.id.as_str().to_owned(), cycle)).collect();
        let named: BTreeSet<String> =
            file.rows.iter().flat_map(|row| [goal_id(row).into_owned(), row.parent.clone()]).collect();
        let mut goals = BTreeMap::new();
        for cycle in file.rows.iter().map(|row| row.cycle.as_str()).collect::<BTreeSet<_>>() {
            self.add_cycle(cutoff, cycles.get(cycle), &mut goals).await?;
        }
        // What is not of the cycles that the rows name comes with its own cycle, for the weights and the cascade.
        let ids = named.iter().filter_map(|id| GoalId::new(id).ok()).filter(|id| !goals.contains_key(id)).collect();
        let others = self.store.goals(&GoalQuery { ids: Some(ids), ..GoalQuery::at(cutoff) }).await?;
        for cycle in others.iter().map(|goal| goal.content.cycle.as_str()).collect::<BTreeSet<_>>() {
            self.add_cycle(cutoff, cycles.get(cycle), &mut goals).await?;
        }
        // A row without a key has its goal's id for one.
        let keys: Vec<String> = file.rows.iter().map(|row| row.external_id.trim().to_owned()).chain(named).collect();
        let identities = self.store.identities(&file.source, &keys).await?;
        let members =
            if file.rows.iter().any(|row| !row.owner.is_empty()) { self.people.members().await? } else { Vec::new() };
        Ok(Record {
            cycles,
            goals,
            identities,
            schema: self.read_schema().await?,
            teams: members.iter().flat_map(|member| member.teams.iter().cloned()).collect(),
            people: members.into_iter().map(|member| member.id).collect(),
        })
    }

    async fn add_cycle(&self, cutoff: i64, cycle: Option<&Cycle>, goals: &mut BTreeMap<GoalId, Goal>) -> Result<()> {
        let Some(cycle) = cycle else { return Ok(()) };
        let found = self.store.goals(&GoalQuery::of_cycle(cutoff, cycle.id.clone())).await?;
        goals.extend(found.into_iter().map(|goal| (goal.id.clone(), goal)));
        Ok(())
    }
}

/// What an import would do.
pub struct Plan {
    /// What to write; empty when there is a problem.
    pub change: GoalsChange,
    /// What to tell.
    pub outcome: Outcome,
}

/// Holds a file against the record. Goals on record are named to who may read them.
pub fn plan(record: &Record, file: &GoalsFile, seen: &Scope) -> Plan {
    let mut checker = Checker::new(record, &file.source);
    checker.problems.clone_from(&file.problems);
    let mut rows: Vec<Checked<'_>> = file.rows.iter().filter_map(|row| checker.check(row)).collect();
    for checked in &mut rows {
        checked.row.clear.iter().for_each(|clear| clear.apply(&mut checked.content));
    }
    let mut problems = std::mem::take(&mut checker.problems);
    let after = Merged::new(record, &rows);
    after.check_parents(&checker.lines, &rows, &mut problems);
    after.check_circles(&checker.lines, seen, &mut problems);
    after.check_weights(&rows, &mut problems);
    if !problems.is_empty() {
        problems.sort();
        problems.dedup();
        return Plan { change: GoalsChange::default(), outcome: Outcome { problems, ..Outcome::default() } };
    }
    let mut plan = Plan {
        change: GoalsChange {
            source: file.source.clone(),
            file_name: shown(&file.file_name),
            ..GoalsChange::default()
        },
        outcome: Outcome::default(),
    };
    rows.iter().for_each(|row| plan.take(row, record.goals.get(&row.id)));
    plan
}

impl Plan {
    /// Adds what a row says beyond the record.
    fn take(&mut self, row: &Checked<'_>, known: Option<&Goal>) {
        let mut differs = known.is_none_or(|known| known.content != row.content);
        if let Some((from, value)) = &row.target
            && known.and_then(|known| known.target(*from)) != Some(value)
        {
            self.change.targets.push((row.id.clone(), *from, value.clone()));
            differs = true;
        }
        if let Some((on, done)) = &row.progress {
            let recorded =
                known.and_then(|known| known.effective_progress().into_iter().find(|progress| progress.on == *on));
            let comment = &row.row.progress_comment;
            if recorded
                .is_none_or(|recorded| recorded.done != *done || (!comment.is_empty() && recorded.comment != *comment))
            {
                self.change.progress.push((row.id.clone(), *on, done.clone(), comment.clone()));
                differs = true;
            }
        }
        if known.is_none_or(|known| !known.identities.contains(&row.identity)) {
            self.change.identities.push((row.identity.clone(), row.id.clone()));
            differs = true;
        }
        if differs {
            let version = known.map_or(1, |known| known.version.saturating_add(1));
            self.change.versions.push((row.id.clone(), version, row.content.clone()));
        }
        let count = match (known, differs) {
            (None, _) => &mut self.outcome.added,
            (Some(_), true) => &mut self.outcome.changed,
            (Some(_), false) => &mut self.outcome.unchanged,
        };
        *count += 1;
    }
}

/// The goals as they would be after the import.
struct Merged<'a> {
    goals: BTreeMap<&'a GoalId, &'a Content>,
}

impl<'a> Merged<'a> {
    fn new(record: &'a Record, rows: &'a [Checked<'_>]) -> Self {
        let mut goals: BTreeMap<_, _> = record.goals.iter().map(|(id, goal)| (id, &goal.content)).collect();
        goals.extend(rows.iter().map(|row| (&row.id, &row.content)));
        Self { goals }
    }

    /// Goals serve goals that are there, of their own cycle, of their own level or one nearer to the top.
    fn check_parents(&self, lines: &BTreeMap<GoalId, u32>, rows: &[Checked<'_>], problems: &mut Vec<Problem>) {
        for row in rows {
            let Some(parent) = &row.content.parent else { continue };
            let mut problem = |message| problems.push(Problem::cell(row.row.line, "parent", message));
            match self.goals.get(parent) {
                _ if *parent == row.id => {
                    problem(format!("`{parent}` can't serve itself; name the goal that it serves, or none"))
                }
                // A parent whose own row is wrong has been named already.
                None if lines.contains_key(parent) => {}
                None => problem(format!("`{parent}` is neither in this file nor on record; add a row for it")),
                Some(other) if other.cycle != row.content.cycle => {
                    problem(format!(
                        "`{parent}` is a goal of {}, and this one is of {}; name one of the same cycle",
                        other.cycle, row.content.cycle
                    ));
                }
                Some(other) if other.owner.level() > row.content.owner.level() => problem(format!(
                    "`{parent}` is a {}'s goal, which a goal of {} can't serve; goals serve the team or the organisation",
                    other.owner.level_word(),
                    if row.content.owner == Owner::Organisation { "the organisation" } else { "a team" },
                )),
                Some(_) => {}
            }
        }
    }

    fn check_circles(&self, lines: &BTreeMap<GoalId, u32>, seen: &Scope, problems: &mut Vec<Problem>) {
        let serves = self
            .goals
            .iter()
            .filter_map(|(id, goal)| Some((*id, goal.parent.as_ref()?)))
            .filter(|(id, parent)| id != parent);
        for circle in circles(&serves.collect()) {
            let line = circle.iter().filter_map(|id| lines.get(*id)).min().copied().unwrap_or(0);
            let readable = |id: &&GoalId| self.goals.get(*id).is_none_or(|goal| goal.owner.is_within(seen));
            let message = if circle.iter().all(readable) {
                let names: Vec<String> = circle.iter().chain(circle.first()).map(|id| format!("`{id}`")).collect();
                format!("goals serve each other in a circle: {}; change one parent", names.join(" → "))
            } else {
                "with this parent goals serve each other in a circle; name another parent".to_owned()
            };
            problems.push(Problem::cell(line, "parent", message));
        }
    }

    /// The weights of an owner's goals in a cycle are shares of one whole.
    fn check_weights(&self, rows: &[Checked<'_>], problems: &mut Vec<Problem>) {
        let mut sums: BTreeMap<_, Ratio> = BTreeMap::new();
        for goal in self.goals.values() {
            if let Some(weight) = &goal.weight {
                let sum = sums.entry((&goal.cycle, &goal.owner)).or_insert(Ratio::ZERO);
                *sum = &*sum + weight;
            }
        }
        let last: BTreeMap<_, u32> =
            rows.iter().map(|row| ((&row.content.cycle, &row.content.owner), row.row.line)).collect();
        for ((cycle, owner), line) in last {
            let Some(sum) = sums.get(&(cycle, owner)).filter(|sum| **sum > Ratio::ONE) else { continue };
            let sum = Value::Percent(sum.clone()).spoken();
            problems.push(Problem::cell(
                line,
                "weight",
                format!("the weights of {owner} in {cycle} add up to {sum}; lower them to at most 100%"),
            ));
        }
    }
}
