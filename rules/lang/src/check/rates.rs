//! Rates of currencies, and amounts converted by them.

use merit_core::{Currency, Ratio};

use super::Checker;
use super::bands::place;
use super::scope::Symbol;
use super::words::a_type;
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::{Expr, ExprKind, Quantity, Rates, ResultColumn, Table, TableKind, Type};
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    /// Checks a table of rates. `None` where it was reported.
    pub fn rates(&mut self, rates: &ast::Rates) -> Option<Table> {
        let before = self.said.0.len();
        let to = self.known_currency(&rates.to);
        let mut columns: Vec<ResultColumn> = Vec::new();
        for name in &rates.from {
            let currency = self.known_currency(name);
            if currency.is_some() && currency == to || columns.iter().any(|column| column.name == name.node) {
                let title = format!("`{}` stands here twice", name.node);
                self.said.push(Diagnostic::new(codes::DEFINED_TWICE, title, name.span, ""));
            }
            columns.push(ResultColumn { name: name.node.clone(), ty: Type::Number });
        }
        let mut rows = Vec::new();
        for row in &rates.rows {
            if row.values.len() != columns.len() {
                self.row_width(row.values.len() + 1, columns.len() + 1, row.span);
                continue;
            }
            if rows.last().is_some_and(|(day, _)| *day >= row.from.node) {
                self.said.push(
                    Diagnostic::new(codes::CURVE_POINTS, "rates stand in the order of their days", row.from.span, "")
                        .help("write the earliest day first"),
                );
            }
            let values: Vec<Ratio> = row.values.iter().filter_map(|value| self.rate(value)).collect();
            rows.push((row.from.node, values));
        }
        if rates.damaged || self.said.0.len() > before {
            return None;
        }
        self.rates_to.insert(rates.name.node.clone(), to?);
        let (name, place) = (rates.name.node.clone(), place(rates.name.span));
        Some(Table { name, place, columns, kind: TableKind::Rates(Rates { rows }) })
    }

    fn known_currency(&mut self, name: &Name) -> Option<Currency> {
        match name.node.parse::<Currency>() {
            Ok(currency) => Some(currency),
            Err(error) => {
                self.said.push(Diagnostic::new(codes::UNKNOWN_CURRENCY, error.message, name.span, ""));
                None
            }
        }
    }

    fn rate(&mut self, literal: &ast::Literal) -> Option<Ratio> {
        let Quantity::Exact(rate) = self.literal_of(literal, &Type::Number, "a rate")? else { return None };
        if rate <= Ratio::ZERO {
            self.said.push(Diagnostic::new(codes::OUT_OF_RANGE, "a rate lies above 0", literal.span, ""));
            return None;
        }
        Some(rate)
    }

    /// `savings converted to USD by fx on adopted_on`
    pub fn converted(&mut self, value: &ast::Expr, to: &Name, rates: &Name, on: &Name, span: Span) -> Option<Expr> {
        let value = self.expr(value, None)?;
        let day = self.expr_of(&super::inputs::named(on), &Type::Date, "`on`")?;
        let into = self.known_currency(to)?;
        let Type::Money(from) = value.ty else {
            let title = format!("only amounts of money are converted, and this is {}", a_type(&value.ty));
            return self.wrong(codes::WRONG_TYPE, title, Span::new(value.place.start, value.place.end));
        };
        let Some(Symbol::Table(id)) = self.names.get(&rates.node).cloned() else {
            if !self.is_damaged(&rates.node) {
                let title = format!("there are no rates called `{}`", rates.node);
                self.said.push(
                    Diagnostic::new(codes::UNKNOWN_NAME, title, rates.span, "")
                        .help(format!("declare them: `rates {} to {into} {{ … }}`", rates.node)),
                );
            }
            return None;
        };
        let table = self.tables.get(id.0)?.clone()?;
        let Some(due) = self.rates_to.get(&rates.node).copied() else {
            let title = format!("`{}` holds no rates of currencies", rates.node);
            return self.wrong(codes::WRONG_KIND_OF_NAME, title, rates.span);
        };
        if due != into {
            let title = format!("the rates of `{}` are into {due}, not into {into}", rates.node);
            return self.wrong(codes::WRONG_CURRENCY, title, to.span);
        }
        if from == into {
            return self.wrong(codes::WRONG_CURRENCY, format!("this amount is in {into} already"), span);
        }
        let Some(column) = table.columns.iter().position(|column| column.name == from.code()) else {
            let title = format!("`{}` has no rate for {from}", rates.node);
            self.said.push(
                Diagnostic::new(codes::WRONG_CURRENCY, title, rates.span, "")
                    .help(format!("add a column `{from}` to its head row")),
            );
            return None;
        };
        self.node(ExprKind::Converted(Box::new(value), id, column, Box::new(day)), Type::Money(into), span)
    }
}
