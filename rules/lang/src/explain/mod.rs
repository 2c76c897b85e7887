//! Words from a trace: plain sentences with figures that the person concerned can recheck with a calculator.

mod after_rounding;
mod applies;
mod counted;
mod figures;
mod later_steps;
mod reads;
mod statements;
mod steps;
mod written;

use std::collections::BTreeSet;

use crate::program::{
    ColumnId, DefineId, Expr, ExprKind, FactId, FactSource, ListId, OutcomeId, Program, Quantity, Type,
};
use crate::trace::{Figure, Step, Told, Trace};
pub use applies::explain_applies;
pub use counted::{CountedRows, counted_rows};
pub(crate) use steps::bound_words;
pub(crate) use written::{quoted, written};

use figures::Figures;
use reads::{Read, Reads};

/// How an output (or a recognition, by its title) came about, line by line: what it read, what was computed from that,
/// and each statement's effect. Nothing for a name that the policy doesn't have.
#[must_use]
pub fn explain(program: &Program, trace: &Trace, output: &str) -> Vec<String> {
    let mut teller = Teller { program, trace, lines: Vec::new(), told: BTreeSet::new() };
    if let Some(index) = program.outcomes.iter().position(|outcome| outcome.name == output) {
        teller.outcome(OutcomeId(index));
    } else if let Some(index) = program.defines.iter().position(|define| define.name == output) {
        teller.define(DefineId(index));
    } else if let Some(index) = program.recognitions.iter().position(|recognize| recognize.name == output) {
        teller.recognition(index);
    } else if let Some(index) = program.facts.iter().position(|fact| fact.name == output) {
        teller.fact(FactId(index));
    } else if let Some((list, column)) = own_column(program, output) {
        teller.own_column(list, column);
    }
    teller.lines
}

/// A column of the policy's own by its list and name: `deals.earned`.
fn own_column(program: &Program, name: &str) -> Option<(ListId, ColumnId)> {
    let (list, column) = name.split_once('.')?;
    let at = program.lists.iter().position(|known| known.name == list)?;
    let column = program.lists.get(at)?.columns.iter().position(|known| known.name == column)?;
    Some((ListId(at), ColumnId(column)))
}

/// A quantity for people, marked where the words can't hold it exactly.
pub(crate) fn spoken(value: &Quantity, ty: &Type) -> String {
    let words = value.spoken(ty);
    let exact = match (value, ty) {
        (Quantity::Exact(r), Type::Money(_)) => r.fixed(6).parse::<merit_core::Ratio>().is_ok_and(|shown| shown == *r),
        (Quantity::Exact(r), Type::Percent) => r.decimal(6).parse::<merit_core::Ratio>().is_ok_and(|shown| shown == *r),
        (Quantity::Exact(r), _) => r.decimal(4).parse::<merit_core::Ratio>().is_ok_and(|shown| shown == *r),
        _ => true,
    };
    if exact { words } else { format!("about {words}") }
}

/// Tells one output, and before it all that it read, each thing once.
struct Teller<'a> {
    program: &'a Program,
    trace: &'a Trace,
    lines: Vec<String>,
    told: BTreeSet<Read>,
}

impl<'a> Teller<'a> {
    /// Everything that the expressions read, in reading order.
    fn read_first(&mut self, exprs: &[&'a Expr]) {
        let mut reads = Reads::default();
        for expr in exprs {
            reads.collect(self.program, expr);
        }
        for read in reads.in_order() {
            if self.told.contains(&read) {
                continue;
            }
            match read {
                Read::Fact(id) => self.fact(id),
                Read::Define(id) => self.define(id),
                Read::Outcome(id) => self.outcome_in_short(id),
                Read::Column(list, column) => self.own_column(list, column),
            }
        }
    }

    fn fact(&mut self, id: FactId) {
        let (Some(fact), Some(told)) = (self.program.facts.get(id.0), self.trace.fact(id)) else { return };
        if !self.told.insert(Read::Fact(id)) {
            return;
        }
        let line = match (&told.value, &fact.source) {
            (Figure::Not(reason), _) => {
                let own = reason.strip_prefix(&format!("`{}` is ", fact.name)).unwrap_or(reason);
                format!("{}: {own}", fact.name)
            }
            (Figure::Is(value), FactSource::Attainment { measure, quota, higher_is_better }) if told.computed => {
                self.fact(*measure);
                self.fact(*quota);
                self.attainment(&fact.name, value, *measure, *quota, *higher_is_better)
            }
            (Figure::Is(value), FactSource::Formula(formula)) if told.computed => {
                self.read_first(&[formula]);
                return self.computed(&fact.name, formula, value, &told.steps);
            }
            (Figure::Is(value), FactSource::Given) if told.computed => {
                format!("{}: {}, its default, since none is given", fact.name, spoken(value, &fact.ty))
            }
            (Figure::Is(value), _) => format!("{}: {}", fact.name, spoken(value, &fact.ty)),
        };
        self.lines.push(line);
    }

    fn attainment(&self, name: &str, value: &Quantity, measure: FactId, quota: FactId, higher: bool) -> String {
        let words = |id: FactId| {
            let fact = self.program.facts.get(id.0)?;
            match &self.trace.fact(id)?.value {
                Figure::Is(value) => Some((fact.name.as_str(), spoken(value, &fact.ty))),
                Figure::Not(_) => None,
            }
        };
        let share = spoken(value, &Type::Percent);
        match (words(measure), words(quota)) {
            (Some((measure, reached)), Some((quota, target))) if higher => {
                format!("{name}: {measure} ÷ {quota} = {reached} ÷ {target} = {share}")
            }
            (Some((measure, reached)), Some((quota, target))) => {
                format!(
                    "{name}: lower is better, so 2 − {measure} ÷ {quota} (never below 0) = 2 − {reached} ÷ {target} = {share}"
                )
            }
            _ => format!("{name}: {share}"),
        }
    }

    fn define(&mut self, id: DefineId) {
        let (Some(define), Some(told)) = (self.program.defines.get(id.0), self.trace.define(id)) else { return };
        if !self.told.insert(Read::Define(id)) {
            return;
        }
        match &told.value {
            Figure::Not(reason) => self.lines.push(format!("{} is not scored: {reason}", define.name)),
            Figure::Is(value) => {
                self.read_first(&[&define.value]);
                self.computed(&define.name, &define.value, value, &told.steps);
            }
        }
    }

    /// `name: formula = figures = value`, after the steps that the formula took.
    fn computed(&mut self, name: &str, expr: &'a Expr, value: &Quantity, steps: &[Step]) {
        // A figure over a list is the whole formula: one line says it all.
        if let ([Step::Counted(counted)], Some(aggregate)) = (steps, aggregate_of(expr)) {
            let condition = aggregate.condition.as_ref().map(|condition| written(self.program, condition));
            let (value, rest) = self.counted(counted, condition);
            self.lines.push(format!("{name}: {value}, {rest}"));
            return;
        }
        for step in steps {
            self.lines.extend(self.step(step));
        }
        // The table of weights is no formula to repeat.
        if matches!(expr.kind, ExprKind::Weigh(..)) {
            self.lines.push(format!("{name}: {}", spoken(value, &expr.ty)));
            return;
        }
        let figures = Figures::new(self.trace, steps, &[]).of(expr);
        self.lines.push(self.equation(name, expr, figures, &spoken(value, &expr.ty)));
    }

    /// `name: formula = figures = value`, without what says the same twice.
    fn equation(&self, name: &str, expr: &Expr, figures: Option<String>, value: &str) -> String {
        let formula = written(self.program, expr).replace(" * ", " × ").replace(" / ", " ÷ ");
        let mut parts = vec![formula];
        parts.extend(figures);
        parts.push(value.to_owned());
        parts.retain(|part| !part.is_empty());
        parts.dedup();
        format!("{name}: {}", parts.join(" = "))
    }

    fn recognition(&mut self, index: usize) {
        let (Some(recognize), Some(told)) = (self.program.recognitions.get(index), self.trace.recognitions.get(index))
        else {
            return;
        };
        let Told { value, steps, .. } = told;
        self.read_first(&[&recognize.when]);
        for step in steps {
            self.lines.extend(self.step(step));
        }
        let when = written(self.program, &recognize.when);
        self.lines.push(match value {
            Figure::Is(value) if value.is_yes() => format!("“{}” is given: {when}", recognize.name),
            Figure::Is(_) => format!("“{}” is not given: it needs “{when}”", recognize.name),
            Figure::Not(reason) => format!("“{}” is not given: {reason}", recognize.name),
        });
    }
}

/// The figure over a list that an expression is, but for its `otherwise`.
fn aggregate_of(expr: &Expr) -> Option<&crate::program::Aggregate> {
    match &expr.kind {
        ExprKind::Aggregate(aggregate) => Some(aggregate),
        ExprKind::Otherwise(left, _) => aggregate_of(left),
        _ => None,
    }
}
