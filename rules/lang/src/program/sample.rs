//! Small programs built by hand, for tests of what runs them.

use std::collections::BTreeMap;

use jiff::civil::date;
use merit_core::ids::PersonId;
use merit_core::period::PeriodUnit;
use merit_core::{Currency, Money, Period, Ratio, Value};

use super::{
    Band, BandTable, Bound, Column, ColumnSource, Define, DefineId, Expr, ExprKind, Fact, FactId, FactSource, Header,
    List, MonthEnds, Operator, Outcome, OutcomeId, OutcomeKind, Place, Program, Quantity, Range, ResultColumn,
    Statement, StatementKind, Step, Table, TableKind, TierMode, Type,
};
use crate::evaluate::{PersonInputs, Row};

pub(crate) const USD: Type = Type::Money(Currency::USD);

pub(crate) fn ratio(text: &str) -> Ratio {
    text.parse().unwrap()
}

pub(crate) fn exact(text: &str) -> Quantity {
    Quantity::Exact(ratio(text))
}

pub(crate) fn usd(text: &str) -> Value {
    Value::Money(Money::from_major(&ratio(text), Currency::USD).unwrap())
}

pub(crate) fn person(id: &str) -> PersonId {
    PersonId::new(id).unwrap()
}

pub(crate) fn expr(kind: ExprKind, ty: Type) -> Expr {
    Expr { kind, ty, place: Place::default() }
}

pub(crate) fn literal(text: &str, ty: Type) -> Expr {
    expr(ExprKind::Literal(exact(text)), ty)
}

pub(crate) fn arithmetic(left: Expr, operator: Operator, right: Expr) -> Expr {
    let ty = left.ty.clone();
    expr(ExprKind::Arithmetic(operator, Box::new(left), Box::new(right)), ty)
}

pub(crate) fn statement(kind: StatementKind) -> Statement {
    Statement { kind, because: None, place: Place::default() }
}

/// Bands with these lower bounds (the first open below) and rates, in percents.
pub(crate) fn bands(by: Type, rows: &[(Option<&str>, &str)]) -> BandTable {
    let bound = |index: usize| rows.get(index).and_then(|(from, _)| *from).map(exact);
    let bands = rows
        .iter()
        .enumerate()
        .map(|(index, (_, rate))| Band {
            bound: Bound { from: bound(index), below: bound(index + 1) },
            values: vec![literal(rate, Type::Percent)],
            place: Place::default(),
        })
        .collect();
    BandTable { by, label: "key".to_owned(), filled_by: None, bands }
}

pub(crate) fn table(name: &str, result: Type, kind: TableKind) -> Table {
    let columns = vec![ResultColumn { name: "value".to_owned(), ty: result }];
    Table { name: name.to_owned(), place: Place::default(), columns, kind }
}

pub(crate) fn tiers(mode: TierMode, bands: BandTable) -> Table {
    table("rates", Type::Percent, TableKind::Tiers(mode, bands))
}

impl Program {
    /// A policy of quarters in US dollars with nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            text: String::new(),
            header: Header {
                name: "Sample".to_owned(),
                version: 1,
                about: None,
                effective: (date(2026, 1, 1), None),
                applies: None,
                period: PeriodUnit::Quarter,
                currency: Currency::USD,
                month_ends: Some(MonthEnds::Down),
                year_starts: 1,
                measure: None,
            },
            facts: Vec::new(),
            lists: Vec::new(),
            tables: Vec::new(),
            defines: Vec::new(),
            outcomes: Vec::new(),
            order: Vec::new(),
            credit: None,
            recognitions: Vec::new(),
            contests: Vec::new(),
            settle: None,
            tests: Vec::new(),
            checks: Vec::new(),
            inputs: BTreeMap::new(),
        }
    }

    /// Adds a fact that is given and reads it.
    pub(crate) fn fact(&mut self, name: &str, ty: Type, optional: bool, range: Range) -> Expr {
        let (name, source, default, about) = (name.to_owned(), FactSource::Given, None, None);
        self.facts.push(Fact { name, ty: ty.clone(), source, range, optional, default, about });
        expr(ExprKind::Fact(FactId(self.facts.len() - 1)), ty)
    }

    /// Adds a list with given columns, `credited` and `credited_as`.
    pub(crate) fn list(&mut self, name: &str, columns: &[(&str, Type)]) {
        let column = |name: &str, ty: &Type, source| Column {
            name: name.to_owned(),
            ty: ty.clone(),
            source,
            optional: false,
            default: None,
        };
        let mut columns: Vec<Column> = columns.iter().map(|(name, ty)| column(name, ty, ColumnSource::Given)).collect();
        columns.push(column("credited", &USD, ColumnSource::Credited));
        columns.push(column("credited_as", &Type::Text, ColumnSource::CreditedAs));
        self.lists.push(List { name: name.to_owned(), record: "Record".to_owned(), columns });
    }

    /// Adds a definition and reads it.
    pub(crate) fn define(&mut self, name: &str, value: Expr) -> Expr {
        let ty = value.ty.clone();
        let id = DefineId(self.defines.len());
        self.defines.push(Define {
            name: name.to_owned(),
            ty: ty.clone(),
            value,
            about: None,
            place: Place::default(),
        });
        self.order.push(Step::Define(id));
        expr(ExprKind::Define(id), ty)
    }

    /// Adds a payout in US dollars.
    pub(crate) fn payout(&mut self, name: &str, statements: Vec<StatementKind>) -> Expr {
        let id = OutcomeId(self.outcomes.len());
        self.outcomes.push(Outcome {
            name: name.to_owned(),
            kind: OutcomeKind::Payout,
            ty: USD,
            about: None,
            statements: statements.into_iter().map(statement).collect(),
            place: Place::default(),
        });
        self.order.push(Step::Outcome(id));
        expr(ExprKind::Outcome(id), USD)
    }
}

/// Inputs of a person in 2026-Q1.
pub(crate) fn inputs(id: &str, facts: &[(&str, Value)]) -> PersonInputs {
    PersonInputs {
        person: person(id),
        period: Period::quarter(2026, 1).unwrap(),
        facts: facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        lists: BTreeMap::new(),
        history: crate::evaluate::History::default(),
    }
}

/// A row with these fields.
pub(crate) fn row(id: &str, values: &[(&str, Value)]) -> Row {
    let values = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Row { id: id.to_owned(), values, ..Row::default() }
}
