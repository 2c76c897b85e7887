//! The state of one evaluation: inputs resolved to slots, what has been computed, and the steps taken.

use std::collections::BTreeMap;

use merit_core::Ratio;

use super::needs::Reads as _;
use super::stop::Stop;
use super::{PersonInputs, Row, arithmetic};
use crate::program::{
    ColumnId, Define, Expr, Fact, FactId, FactSource, Formula, List, ListId, MonthEnds, Operator, Outcome, Program,
    Quantity, Range, Table, Type,
};
use crate::trace::{Figure, Step, Told};

/// A computed value, or why there is none.
pub(super) type Held = Result<Quantity, Stop>;

/// A column of the policy's own: what it needs, and its values.
pub(super) type Computed = (Result<(), Stop>, Vec<Held>);

/// What expressions refer to: a policy's, or a single formula's.
#[derive(Clone, Copy)]
pub(super) struct Scope<'p> {
    pub(super) facts: &'p [Fact],
    pub(super) lists: &'p [List],
    pub(super) tables: &'p [Table],
    pub(super) defines: &'p [Define],
    pub(super) outcomes: &'p [Outcome],
    pub(super) year_starts: i8,
    /// None for a formula.
    pub(super) program: Option<&'p Program>,
    pub(super) month_ends: Option<MonthEnds>,
}

/// One evaluation for one person.
pub(super) struct Machine<'p, 'i> {
    pub(super) scope: Scope<'p>,
    pub(super) inputs: &'i PersonInputs,
    /// Rows by [`ListId`]; none where the list was not given.
    pub(super) lists: Vec<Option<&'i [Row]>>,
    /// By [`FactId`].
    pub(super) facts: Vec<Held>,
    /// By [`crate::program::DefineId`]; not yet computed ones are a fault.
    pub(super) defines: Vec<Held>,
    /// By [`crate::program::OutcomeId`].
    pub(super) outcomes: Vec<Held>,
    /// The lets of the outcome at hand.
    pub(super) locals: Vec<Quantity>,
    /// The row at hand, and its place in its list.
    pub(super) row: Option<(usize, &'i Row)>,
    /// What was read of the row at hand, where that is told.
    pub(super) cells: Option<Vec<(ColumnId, Quantity)>>,
    /// Columns of the policy's own, by list and column: what they need, and their values in the order of the rows.
    pub(super) columns: BTreeMap<(usize, usize), Computed>,
    /// Only up to the rounding: for what a period would have paid.
    pub(super) up_to_rounding: bool,
    /// Steps since they were last taken.
    pub(super) steps: Vec<Step>,
}

impl<'p, 'i> Machine<'p, 'i> {
    /// For a policy: facts are resolved, nothing else is computed yet. The second part tells how the facts were got.
    pub(super) fn new(program: &'p Program, inputs: &'i PersonInputs) -> (Self, Vec<Told>) {
        let scope = Scope {
            facts: &program.facts,
            lists: &program.lists,
            tables: &program.tables,
            defines: &program.defines,
            outcomes: &program.outcomes,
            year_starts: program.header.year_starts,
            program: Some(program),
            month_ends: program.header.month_ends,
        };
        let mut machine = Self::over(scope, inputs);
        machine.defines = vec![Err(Stop::broken("a definition is read before it is computed")); program.defines.len()];
        machine.outcomes = vec![Err(Stop::broken("an outcome is read before it is computed")); program.outcomes.len()];
        let told = machine.resolve_facts();
        (machine, told)
    }

    /// For a formula over lists alone.
    pub(super) fn for_formula(formula: &'p Formula, inputs: &'i PersonInputs) -> Self {
        let scope = Scope {
            facts: &[],
            lists: &formula.lists,
            tables: &[],
            defines: &[],
            outcomes: &[],
            year_starts: 1,
            program: None,
            month_ends: None,
        };
        Self::over(scope, inputs)
    }

    fn over(scope: Scope<'p>, inputs: &'i PersonInputs) -> Self {
        let lists = scope.lists.iter().map(|list| inputs.lists.get(&list.name).map(Vec::as_slice)).collect();
        Self {
            scope,
            inputs,
            lists,
            facts: Vec::new(),
            defines: Vec::new(),
            outcomes: Vec::new(),
            locals: Vec::new(),
            row: None,
            cells: None,
            columns: BTreeMap::new(),
            up_to_rounding: false,
            steps: Vec::new(),
        }
    }

    fn resolve_facts(&mut self) -> Vec<Told> {
        let facts = self.scope.facts;
        self.facts = Vec::with_capacity(facts.len());
        let mut told = Vec::with_capacity(facts.len());
        for fact in facts {
            let given = self.inputs.facts.get(&fact.name);
            let held = match given {
                Some(value) => Quantity::from_value(value, &fact.ty)
                    .map_err(|what| Stop::refused(format!("`{}` {what}", fact.name), Some(&fact.name))),
                None => self.computed(fact),
            };
            let held = held
                .or_else(|stop| match &fact.default {
                    Some(default) if stop.is_caught() => Ok(default.clone()),
                    _ => Err(stop),
                })
                .and_then(|value| match outside(&value, &fact.range, &fact.ty) {
                    Some(what) => Err(Stop::refused(format!("`{}` is {what}", fact.name), Some(&fact.name))),
                    None => Ok(value),
                });
            told.push(Told { value: figure(&held), steps: self.take_steps(), computed: given.is_none() });
            self.facts.push(held);
        }
        told
    }

    /// A fact that was not given by name.
    fn computed(&mut self, fact: &'p Fact) -> Held {
        match &fact.source {
            FactSource::Given if fact.optional => Err(Stop::absent(is_missing(&fact.name), Some(&fact.name))),
            FactSource::Given => Err(Stop::missing(is_missing(&fact.name), Some(&fact.name))),
            FactSource::Formula(formula) => {
                let formula: &'p Expr = formula;
                self.needs(formula, false)?;
                self.eval(formula)
            }
            FactSource::Attainment { measure, quota, higher_is_better } => {
                self.attainment(*measure, *quota, *higher_is_better)
            }
            FactSource::PeriodStart => Ok(Quantity::Day(self.inputs.period.start)),
            FactSource::PeriodEnd => Ok(Quantity::Day(self.inputs.period.end)),
        }
    }

    fn attainment(&self, measure: FactId, quota: FactId, higher_is_better: bool) -> Held {
        let there = |fact| self.fact(fact).map(drop);
        there(quota).beside(|| there(measure))?;
        let (target, reached) = (self.fact(quota)?, self.fact(measure)?);
        let share = arithmetic::apply(Operator::Divide, &reached, &target, None)
            .map_err(|_| Stop::zero("`quota` is 0, so that there is no attainment", Some("quota")))?;
        if higher_is_better {
            return Ok(share);
        }
        let share = &Ratio::whole(2) - &share.exact();
        Ok(Quantity::Exact(if share.is_negative() { Ratio::ZERO } else { share }))
    }

    /// A fact's value.
    pub(super) fn fact(&self, id: FactId) -> Held {
        self.facts.get(id.0).cloned().unwrap_or_else(|| Err(Stop::broken("a fact is not there")))
    }

    /// A list's rows.
    pub(super) fn rows(&self, id: ListId) -> Result<&'i [Row], Stop> {
        match self.lists.get(id.0) {
            Some(Some(rows)) => Ok(rows),
            _ => {
                let name = self.scope.lists.get(id.0).map_or("a list", |list| list.name.as_str());
                Err(Stop::missing(is_missing(name), Some(name)))
            }
        }
    }

    /// The steps taken since this was last asked.
    pub(super) fn take_steps(&mut self) -> Vec<Step> {
        std::mem::take(&mut self.steps)
    }

    /// Computes without leaving steps behind, where many rows are looked at.
    pub(super) fn quietly<T>(&mut self, compute: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.steps.len();
        let result = compute(self);
        self.steps.truncate(before);
        result
    }
}

/// The trace's form of a held value.
pub(super) fn figure(held: &Held) -> Figure {
    match held {
        Ok(value) => Figure::Is(value.clone()),
        Err(stop) => Figure::Not(stop.reason.clone()),
    }
}

fn is_missing(name: &str) -> String {
    format!("`{name}` is missing")
}

/// How a value violates its range, to follow "`quota` is": `$0.00, outside its range: $1.00 to $2,500,000.00`.
fn outside(value: &Quantity, range: &Range, ty: &Type) -> Option<String> {
    let below = range.min.as_ref().is_some_and(|min| arithmetic::order(value, min).is_lt());
    let above = range.max.as_ref().is_some_and(|max| arithmetic::order(value, max).is_gt());
    if !below && !above {
        return None;
    }
    let range = match (&range.min, &range.max) {
        (Some(min), Some(max)) => format!("{} to {}", min.spoken(ty), max.spoken(ty)),
        (Some(min), None) => format!("{} and above", min.spoken(ty)),
        (None, Some(max)) => format!("up to {}", max.spoken(ty)),
        (None, None) => return None,
    };
    Some(format!("{}, outside its range: {range}", value.spoken(ty)))
}
