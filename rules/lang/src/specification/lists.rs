//! Figures over the rows of a list, and the cells of a row.

use num_traits::Zero as _;

use super::inputs::currency_in;
use super::values::{Answer, Gap, Gaps, Value, given, integer};
use super::{Here, Person, literal};
use crate::evaluate::Row;
use crate::syntax::ast::{Aggregate, Expr, ExprKind, Item, Record, TypeKind};
use merit_core::{Value as Outside, ValueType};

impl Person<'_> {
    /// `sum of deals.credited where (…)`.
    pub(super) fn aggregate(&self, expr: &Expr, here: Here<'_>) -> Answer {
        let ExprKind::Aggregate { kind, list, column, condition, weighted_by } = &expr.kind else { unreachable!() };
        let record = self.record(&list.node);
        let rows = self.inputs.lists.get(&list.node).ok_or(Gap::Missing)?;
        let cell = |row: &Row, name: &str| self.cell(record, row, name).unwrap();
        let (mut gaps, mut values, mut weights) = (Gaps::default(), Vec::new(), Vec::new());
        for row in rows {
            let here = Here { list: Some(&list.node), row: Some((record, row)), ..here };
            match condition.as_ref().map_or(Ok(Value::Flag(true)), |condition| self.value(condition, here)) {
                Ok(Value::Flag(true)) => {}
                Ok(_) => continue,
                Err(gap) => {
                    gaps.0.push(gap);
                    continue;
                }
            }
            let value = column.as_ref().map_or(Ok(Value::Flag(true)), |column| cell(row, &column.node));
            let weight = weighted_by.as_ref().map_or(Ok(Value::Number(integer(1))), |by| cell(row, &by.node));
            match (value, weight) {
                // Rows without the value aren't counted; any other figure over them is missing.
                (Err(gap), _) if *kind == Aggregate::Count && gap.is_caught() => {}
                (Err(gap), _) | (_, Err(gap)) => gaps.0.push(gap),
                (Ok(value), Ok(weight)) => {
                    values.push(value);
                    weights.push(weight.number().clone());
                }
            }
        }
        gaps.worst()?;
        match kind {
            Aggregate::Count => Ok(Value::count(values.len())),
            Aggregate::Any => Ok(Value::Flag(!values.is_empty())),
            Aggregate::Sum => Ok(Value::Number(values.iter().map(Value::number).sum())),
            Aggregate::Highest => values.into_iter().max_by(Value::order).ok_or(Gap::Absent),
            Aggregate::Lowest => values.into_iter().min_by(Value::order).ok_or(Gap::Absent),
            Aggregate::Average if values.is_empty() => Err(Gap::Absent),
            Aggregate::Average => {
                let total = values.iter().zip(&weights).map(|(value, weight)| value.number() * weight);
                let (total, of) = (total.sum::<num_rational::BigRational>(), weights.iter().sum());
                if num_rational::BigRational::is_zero(&of) { Err(Gap::Zero) } else { Ok(Value::Number(total / of)) }
            }
        }
    }

    /// The names that a row has.
    pub(super) fn columns(&self, list: &str) -> Vec<String> {
        let fields = self.record(list).fields.iter().map(|field| field.name.node.clone());
        let own = self.policy.items.iter().filter_map(|item| match item {
            Item::Column { list: of, column, .. } if of.node == list => Some(column.node.clone()),
            _ => None,
        });
        fields.chain(own).chain(["credited".to_owned(), "credited_as".to_owned()]).collect()
    }

    /// A column of the policy's own.
    pub(super) fn own_column(&self, list: &str, column: &str) -> Option<&Item> {
        self.policy.items.iter().find(
            |item| matches!(item, Item::Column { list: of, column: own, .. } if of.node == list && own.node == column),
        )
    }

    /// What a column of the policy's own reads beside its row.
    pub(super) fn own_column_needs(&self, own: &Item) -> Result<(), Gap> {
        let Item::Column { list, value, .. } = own else { unreachable!() };
        self.needs(value, false, Here { list: Some(&list.node), ..Here::default() }).worst()
    }

    /// A given value wins over computing it.
    fn own_cell(&self, own: &Item, record: &Record, row: &Row) -> Answer {
        let Item::Column { list, column, ty, value, .. } = own else { unreachable!() };
        if let Some(value) = row.values.get(&column.node) {
            return given(value, &ty.as_ref().unwrap().kind, self.currency());
        }
        self.own_column_needs(own)?;
        self.value(value, Here { list: Some(&list.node), row: Some((record, row)), lets: &[] })
    }

    /// A row's value in a column; none if rows have no such column.
    pub(super) fn cell(&self, record: &Record, row: &Row, name: &str) -> Option<Answer> {
        let field = record.fields.iter().find(|field| field.name.node == name);
        let list = record.plural.as_ref().map_or("", |plural| plural.node.as_str());
        if let Some(own) = self.own_column(list, name) {
            return Some(self.own_cell(own, record, row));
        }
        let ty = match (name, field) {
            (_, Some(field)) => field.ty.kind.clone(),
            ("credited", None) => TypeKind::Plain(ValueType::Money),
            ("credited_as", None) => TypeKind::Plain(ValueType::Text),
            _ => return None,
        };
        let currency = field.and_then(|field| currency_in(&field.options)).unwrap_or(self.currency());
        let as_given = |value: &Outside| given(value, &ty, currency);
        if let Some(value) = row.values.get(name) {
            return Some(as_given(value));
        }
        Some(match (name, field) {
            ("credited", None) => row.credited.map_or(Err(Gap::Missing), |money| as_given(&Outside::Money(money))),
            ("credited_as", None) => row.credited_as.clone().map(Value::Words).ok_or(Gap::Missing),
            (_, Some(field)) => {
                let read = match &field.formula {
                    Some(formula) => {
                        self.value(formula, Here { list: Some(list), row: Some((record, row)), lets: &[] })
                    }
                    None if field.options.optional.is_some() => Err(Gap::Absent),
                    None => Err(Gap::Missing),
                };
                match (read, &field.options.default) {
                    (Err(gap), Some(default)) if gap.is_caught() => Ok(literal(default)),
                    (read, _) => read,
                }
            }
            _ => unreachable!(),
        })
    }
}
