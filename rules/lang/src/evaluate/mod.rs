//! Running a program for one person, and the stages around it. Pure and deterministic: no clock, no input or output, and
//! the same answer whatever the order of rows.

mod after_rounding;
mod arithmetic;
mod columns;
mod credit;
mod earlier;
mod expression;
mod history;
mod holds;
mod inputs;
mod lists;
mod machine;
mod needs;
mod outcomes;
mod rank;
mod recognize;
mod release;
mod settle;
mod stop;
mod tables;
mod values;
mod weigh;

pub(crate) use columns::column_values;
pub use credit::{CreditOutcome, CreditShare, credit, credit_default};
pub use history::{Awaited, History, Past, Release, Waiting, record, recorded_of};
pub(crate) use holds::holds;
pub use inputs::inputs_from_json;
pub use rank::{Award, ContestEntry, ContestOutcome, Guideline, Labelled, rank};
pub(crate) use rank::{Ranked, decide};
pub use release::release;
pub use settle::{CAP_TOTAL, DRAW, DRAW_RECOVERY, GUARANTEE, SettleInput, SettleLine, Settled, settle};

use std::collections::BTreeMap;

use merit_core::ids::PersonId;
use merit_core::{Currency, Money, Period, Ratio, Value};

use crate::program::{Formula, OncePer, OutcomeKind, OutputKind, Program, Quantity, Step, Type};
use crate::schema::Schema;
use crate::trace::{OutcomeTold, Told, Trace};
use machine::{Held, Machine, figure};
use stop::Stop;

/// Semantic version of the engine: raised whenever the same program and inputs may give another result. Part of a run's
/// pins.
pub const ENGINE_VERSION: &str = "3";

/// Where a text says the participant's name: filled in when it is shown.
pub const PARTICIPANT_NAME: &str = "{participant.name}";

/// One record of a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// For traces: source and external id. Unique in its list.
    pub id: String,
    /// Its fields by name; an absent one is missing.
    pub values: BTreeMap<String, Value>,
    /// The participant's share, set by crediting; without it `credited` can't be read.
    pub credited: Option<Money>,
    /// How the participant was credited: `owner`, `overlay`, `manager`.
    pub credited_as: Option<String>,
    /// The participant's share of each field, where a policy credits more than one; the first is `credited` too.
    pub credited_of: BTreeMap<String, Money>,
}

/// All that a policy may read about one person in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonInputs {
    /// Who.
    pub person: PersonId,
    /// The policy's period.
    pub period: Period,
    /// Attributes, measures without a formula and `quota` by name; an absent one is missing. What is given here wins
    /// over computing it (`attainment`, measures with a formula, `period_start`, `period_end`).
    pub facts: BTreeMap<String, Value>,
    /// Rows by the list's name, credited ones where the policy (or the schema's default) credits. An absent list is
    /// missing: an output that reads it is not scored. A list without rows is given as an empty one.
    pub lists: BTreeMap<String, Vec<Row>>,
    /// What earlier periods left behind.
    pub history: History,
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotScored {
    /// For people: "`quota` is missing".
    pub reason: String,
    /// The input at fault, if it is one.
    pub input: Option<String>,
}

/// What a policy gives for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation {
    /// One for each of [`Program::outputs`], in its order.
    pub outputs: Vec<Output>,
    /// What is given, in the policy's order.
    pub recognitions: Vec<Recognition>,
    /// How all of it came about.
    pub trace: Trace,
}

/// One output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// What becomes of it.
    pub kind: OutputKind,
    /// Its value (what is held back included), or why there is none. A definition's money that is no whole number of
    /// coins is shown rounded half even; the policy computes on with the exact amount.
    pub outcome: Result<Value, NotScored>,
    /// The part of the value that is held back, if the policy holds back.
    pub held: Option<Money>,
    /// What that waits for: an event, or cash.
    pub held_until: Option<String>,
    /// What was taken back, positive.
    pub taken_back: Option<Money>,
    /// What is held back, item by item, for later periods.
    pub waiting: Vec<Waiting>,
    /// The `because`s that took effect, in order.
    pub reasons: Vec<String>,
}

/// Recognition that is given. Texts keep [`PARTICIPANT_NAME`] as it is; all other holes are filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognition {
    /// Its title.
    pub name: String,
    /// Badge and level.
    pub badge: Option<(String, Option<String>)>,
    /// Points.
    pub points: Option<Ratio>,
    /// Kudos; none where the one who gives it is missing.
    pub kudos: Option<Kudos>,
    /// An announcement.
    pub announce: Option<Announcement>,
    /// How often at most; the caller sees to it.
    pub once_per: Option<OncePer>,
}

/// Thanks from somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kudos {
    /// From whom.
    pub from: PersonId,
    /// What they say; may be empty.
    pub text: String,
}

/// Words for a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The channel.
    pub to: String,
    /// The words.
    pub text: String,
}

/// Whether the policy applies to the person: the header's `applies to`.
///
/// # Errors
/// Something that the condition reads is missing or out of its range.
pub fn applies(program: &Program, inputs: &PersonInputs) -> Result<bool, NotScored> {
    let Some(condition) = &program.header.applies else { return Ok(true) };
    let (mut machine, _) = Machine::new(program, inputs);
    machine.define_all(program);
    machine.needs(condition, false)?;
    Ok(machine.eval(condition)?.is_yes())
}

/// Everything that the policy gives for the person.
#[must_use]
pub fn evaluate(program: &Program, inputs: &PersonInputs) -> Evaluation {
    let (mut machine, facts) = Machine::new(program, inputs);
    let mut defines: Vec<Option<Told>> = vec![None; program.defines.len()];
    let mut outcomes: Vec<Option<(Output, OutcomeTold)>> = vec![None; program.outcomes.len()];
    let mut columns = Vec::new();
    for step in &program.order {
        match step {
            Step::Column(list, column) => columns.extend(machine.own_column(*list, *column)),
            Step::Define(id) => {
                let told = machine.define(program, id.0);
                set(&mut defines, id.0, told);
            }
            Step::Outcome(id) => {
                let run = machine.outcome(program, id.0);
                set(&mut outcomes, id.0, run);
            }
        }
    }
    let mut outputs: Vec<Output> = program
        .defines
        .iter()
        .zip(&machine.defines)
        .map(|(define, held)| of_define(&define.name, &define.ty, held))
        .collect();
    let defines = defines.into_iter().flatten().collect();
    let mut trace = Trace { facts, defines, columns, ..Trace::default() };
    for (output, told) in outcomes.into_iter().flatten() {
        outputs.push(output);
        trace.outcomes.push(told);
    }
    let mut recognitions = Vec::new();
    for recognize in &program.recognitions {
        let (given, told) = machine.recognize(recognize);
        recognitions.extend(given);
        trace.recognitions.push(told);
    }
    Evaluation { outputs, recognitions, trace }
}

/// A measure's value for a person: what is given under its name, or its formula over their lists, or its default.
///
/// A formula whose amounts name no currency takes the currency of the rows.
///
/// # Errors
/// A value or a list that it reads is missing, or its formula can't be computed.
pub fn measure_value(schema: &Schema, measure: &str, inputs: &PersonInputs) -> Result<Value, NotScored> {
    if let Some(value) = inputs.facts.get(measure) {
        return Ok(value.clone());
    }
    let missing = || Stop::missing(format!("`{measure}` is missing"), Some(measure));
    let Some(found) = schema.measures().get(measure) else { return Err(missing().into()) };
    let computed = match &found.checked {
        None => Err(missing()),
        Some(formula) if found.currency.is_some() => formula_value(formula, inputs),
        Some(formula) => match currency_of(formula, inputs) {
            Some(currency) => formula_value(&in_currency(formula, currency), inputs),
            None => formula_value(formula, inputs),
        },
    };
    computed.or_else(|stop| match &found.default {
        Some(default) if stop.is_caught() => Ok(default.clone()),
        _ => Err(stop.into()),
    })
}

fn formula_value(formula: &Formula, inputs: &PersonInputs) -> Result<Value, Stop> {
    let mut machine = Machine::for_formula(formula, inputs);
    let value = machine.read(&formula.value)?;
    value.to_value(&formula.value.ty).map_err(|reason| Stop::refused(reason, None))
}

/// The currency of the first amount among the rows that the formula reads.
fn currency_of(formula: &Formula, inputs: &PersonInputs) -> Option<Currency> {
    let rows = formula.lists.iter().filter_map(|list| inputs.lists.get(&list.name)).flatten();
    let amounts = rows.flat_map(|row| {
        row.credited.into_iter().chain(row.values.values().filter_map(|value| match value {
            Value::Money(money) => Some(*money),
            _ => None,
        }))
    });
    amounts.map(|money| money.currency).next()
}

/// The formula with all its amounts in that currency.
fn in_currency(formula: &Formula, currency: Currency) -> Formula {
    let mut formula = formula.clone();
    let types = formula.lists.iter_mut().flat_map(|list| &mut list.columns).map(|column| &mut column.ty);
    for ty in types.chain([&mut formula.value.ty]) {
        if let Type::Money(own) = ty {
            *own = currency;
        }
    }
    formula
}

impl<'p> Machine<'p, '_> {
    /// Computes a definition, once all that it reads is there.
    fn define(&mut self, program: &'p Program, index: usize) -> Option<Told> {
        let define = program.defines.get(index)?;
        let held = self.needs(&define.value, false).and_then(|()| self.eval(&define.value));
        let told = Told { value: figure(&held), steps: self.take_steps(), computed: true };
        set(&mut self.defines, index, held);
        Some(told)
    }

    /// Runs an outcome, once all that it reads is there.
    fn outcome(&mut self, program: &'p Program, index: usize) -> Option<(Output, OutcomeTold)> {
        let outcome = program.outcomes.get(index)?;
        let run = self.run(outcome);
        let value = run
            .value
            .clone()
            .and_then(|value| value.to_value(&outcome.ty).map_err(|reason| Stop::refused(reason, None)));
        let output = Output {
            name: outcome.name.clone(),
            kind: match outcome.kind {
                OutcomeKind::Payout => OutputKind::Payout,
                OutcomeKind::Recommend => OutputKind::Recommend,
            },
            outcome: value.map_err(NotScored::from),
            held: run.held,
            held_until: run.held_until,
            taken_back: run.taken_back,
            waiting: run.waiting,
            reasons: run.reasons,
        };
        set(&mut self.outcomes, index, run.value);
        Some((output, run.told))
    }

    /// Computes everything in order, without outputs.
    fn define_all(&mut self, program: &'p Program) {
        for step in &program.order {
            match step {
                Step::Define(id) => drop(self.define(program, id.0)),
                Step::Outcome(id) => drop(self.outcome(program, id.0)),
                Step::Column(list, column) => drop(self.own_column(*list, *column)),
            }
        }
    }

    /// The value of an expression that stands outside definitions and outcomes, after everything was computed.
    fn read(&mut self, expr: &'p crate::program::Expr) -> Result<Quantity, Stop> {
        self.needs(expr, false)?;
        self.eval(expr)
    }
}

fn of_define(name: &str, ty: &Type, held: &Held) -> Output {
    let outcome = held.clone().and_then(|value| value.to_value(ty).map_err(|reason| Stop::refused(reason, None)));
    Output {
        name: name.to_owned(),
        kind: OutputKind::Define,
        outcome: outcome.map_err(NotScored::from),
        held: None,
        held_until: None,
        taken_back: None,
        waiting: Vec::new(),
        reasons: Vec::new(),
    }
}

fn set<T>(slots: &mut [T], index: usize, value: T) {
    if let Some(slot) = slots.get_mut(index) {
        *slot = value;
    }
}
