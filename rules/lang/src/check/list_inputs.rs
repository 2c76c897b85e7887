//! Lists among the inputs: which records they hold, and the columns that crediting adds.

use super::Checker;
use super::inputs::field_type;
use super::scope::Symbol;
use super::words::to_quantity;
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::program::{Column, ColumnId, ColumnSource, Input, InputSource, List, ListId, Type};
use crate::schema::{self, RecordType};
use crate::syntax::ast::{Field, Item};

impl Checker<'_> {
    /// A list that the policy names.
    pub fn list_input(&mut self, field: &Field, record: &str) {
        let Some(schema) = self.schema else { return };
        let name = &field.name.node;
        let Some(kind) = schema.records().get(record) else {
            let help = nearest(record, schema.records().keys().map(String::as_str))
                .map(|meant| format!("did you mean `{meant}`?"));
            let title = format!("the schema has no record `{record}`");
            self.said.push(Diagnostic::new(codes::NOT_IN_SCHEMA, title, field.ty.span, "").maybe_help(help));
            self.damaged.insert(name.clone());
            return;
        };
        if kind.list_name != *name {
            let title = format!("the list of `{record}` is called `{}`", kind.list_name);
            self.said.push(
                Diagnostic::new(codes::NOT_IN_SCHEMA, title, field.name.span, "")
                    .help(format!("write `{} : list of {record}`", kind.list_name)),
            );
            self.damaged.insert(name.clone());
            return;
        }
        for (span, what) in [
            (field.options.range.as_ref().map(|range| range.span), "a range"),
            (field.options.default.as_ref().map(|default| default.span), "a default"),
            (field.options.optional, "`optional`"),
            (field.options.averaged, "`averaged by days`"),
            (field.options.spread, "`spread evenly`"),
        ] {
            if let Some(span) = span {
                let title = format!("a list has no use for {what}");
                self.said.push(
                    Diagnostic::new(codes::SCHEMA_DIFFERS, title, span, "")
                        .help("a list without rows is an empty list"),
                );
            }
        }
        let id = self.use_list(kind);
        self.names.insert(name, Symbol::List(id), None);
        let about = field.about.as_ref().map(|about| about.node.clone());
        self.add_input(Input {
            to_date: field.options.to_date.as_ref().map(|unit| unit.node),
            ..Input::plain(name, None, InputSource::Records(name.clone()), about)
        });
    }

    /// The list of a record, made on first use.
    pub fn use_list(&mut self, record: &RecordType) -> ListId {
        if let Some(at) = self.lists.iter().position(|list| list.name == record.list_name) {
            return ListId(at);
        }
        let id = ListId(self.lists.len());
        self.lists.push(List { name: record.list_name.clone(), record: record.name.clone(), columns: Vec::new() });
        let fallback = self.fallback();
        for name in &record.order {
            let Some(field) = record.fields.get(name) else { continue };
            let ty = field_type(field, fallback);
            if let Some(schema::Range { min: Some(min), .. }) = &field.range
                && let crate::program::Quantity::Exact(min) = to_quantity(min)
            {
                self.column_lows.insert((id.0, self.lists.get(id.0).map_or(0, |list| list.columns.len())), min);
            }
            let source = match &field.formula {
                Some(formula) => {
                    let before = std::mem::replace(&mut self.placeless, true);
                    let checked = self.in_row(id, |checker| checker.expr(formula, Some(&ty)));
                    self.placeless = before;
                    checked.map_or(ColumnSource::Given, |checked| ColumnSource::Formula(Box::new(checked)))
                }
                None => ColumnSource::Given,
            };
            let optional = field.optional && field.default.is_none();
            let default = field.default.as_ref().map(to_quantity);
            self.push_column(id, Column { name: name.clone(), ty, source, optional, default });
        }
        self.credit_columns(id, record);
        id
    }

    /// `credited_margin` and the like, where the policy credits more than one column.
    pub fn credited_columns(&mut self, items: &[Item]) {
        for credit in items.iter().filter_map(|item| if let Item::Credit(credit) = item { Some(credit) } else { None })
        {
            let Some(Symbol::List(id)) = self.names.get(&credit.list.node).cloned() else { continue };
            if credit.of.len() < 2 {
                continue;
            }
            for of in &credit.of {
                let name = format!("credited_{}", of.node);
                let Some(ty) = self.column(id, &of.node).and_then(|at| self.column_type(id, at)) else { continue };
                if self.column(id, &name).is_none() {
                    let source = ColumnSource::CreditedOf(of.node.clone());
                    self.push_column(id, Column { name, ty, source, optional: false, default: None });
                }
            }
        }
    }

    fn column_type(&self, list: ListId, at: ColumnId) -> Option<Type> {
        self.lists.get(list.0)?.columns.get(at.0).map(|column| column.ty.clone())
    }

    /// `credited` and `credited_as`, for records with an amount to credit.
    fn credit_columns(&mut self, id: ListId, record: &RecordType) {
        let Some(money) = record.credited_field() else { return };
        let ty = field_type(money, self.fallback());
        let added =
            |name: &str, ty, source| Column { name: name.to_owned(), ty, source, optional: false, default: None };
        self.push_column(id, added("credited", ty, ColumnSource::Credited));
        let choice = format!("who is credited for {}", record.list_name);
        let mut words: Vec<String> = record
            .order
            .iter()
            .filter(|name| {
                record.fields.get(*name).is_some_and(|f| f.ty.value_type() == Some(merit_core::ValueType::Participant))
            })
            .cloned()
            .collect();
        if !words.iter().any(|word| word == "manager") {
            words.push("manager".to_owned());
        }
        self.choices.insert(choice.clone(), words);
        let ty = Type::Choice(choice);
        self.push_column(id, added("credited_as", ty, ColumnSource::CreditedAs));
    }
}
