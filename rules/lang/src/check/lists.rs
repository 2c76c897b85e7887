//! Figures over lists: `sum of deals.credited where (…)`.

use super::Checker;
use super::operators::{amount, ordered};
use super::scope::Symbol;
use super::words::type_words;
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{Aggregate, AggregateKind, ColumnId, Expr, ExprKind, ListId, Place, Type};
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    /// A list's column by its name.
    pub fn column(&self, list: ListId, name: &str) -> Option<ColumnId> {
        self.lists.get(list.0)?.columns.iter().position(|column| column.name == name).map(ColumnId)
    }

    /// A list by its name; says so where there is none.
    pub fn list(&mut self, name: &Name) -> Option<ListId> {
        match self.names.get(&name.node) {
            Some(Symbol::List(id)) => Some(*id),
            Some(other) => {
                let title = format!("`{}` is {}, and a list is needed here", name.node, other.words());
                self.said.push(Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, name.span, ""));
                None
            }
            None => {
                self.unknown(&name.node, name.span);
                None
            }
        }
    }

    /// A list's column; says so where there is none.
    pub fn column_of(&mut self, list: ListId, name: &Name) -> Option<(ColumnId, Type, bool)> {
        let found = self.lists.get(list.0)?;
        if let Some(at) = self.column(list, &name.node) {
            let column = found.columns.get(at.0)?;
            return Some((at, column.ty.clone(), column.optional));
        }
        if self.is_damaged(&format!("{}.{}", found.name, name.node)) {
            return None;
        }
        let names = found.columns.iter().map(|column| column.name.as_str());
        let help = match nearest(&name.node, names.clone()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it has {}", names.collect::<Vec<_>>().join(", ")),
        };
        let title = format!("a row of `{}` has no column `{}`", found.name, name.node);
        self.said.push(Diagnostic::new(codes::UNKNOWN_COLUMN, title, name.span, "").help(help));
        None
    }

    /// A figure over a list.
    pub fn aggregate(&mut self, expr: &ast::Expr) -> Option<Expr> {
        let ast::ExprKind::Aggregate { kind, list: list_name, column, condition, weighted_by } = &expr.kind else {
            return None;
        };
        let span = expr.span;
        if self.row.is_some() {
            let title = "a figure over a list can't stand inside a row";
            self.said.push(
                Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, span, "")
                    .help("give it a name with `define`, and use the name"),
            );
            return None;
        }
        let list = self.list(list_name)?;
        let condition =
            condition.as_ref().map(|condition| self.in_row(list, |checker| checker.condition(condition, "`where`")));
        let column = match column {
            Some(name) => Some((name, self.column_of(list, name)?)),
            None => None,
        };
        let weighted = match weighted_by {
            Some(name) => Some(self.weight(list, name, *kind)?),
            None => None,
        };
        let condition = match condition {
            Some(condition) => Some(condition?),
            None => None,
        };
        let ty = self.aggregate_type(
            *kind,
            list_name,
            column.as_ref().map(|(name, (_, ty, optional))| (*name, ty, *optional)),
            span,
        )?;
        if matches!(kind, ast::Aggregate::Highest | ast::Aggregate::Lowest | ast::Aggregate::Average)
            && self.lenient == 0
        {
            let word = kind.word();
            self.said.push(
                Diagnostic::new(
                    codes::MAY_BE_MISSING,
                    format!("the {word} of no rows at all is missing"),
                    span,
                    "the list may have no such rows",
                )
                .help(format!("say what counts then: `{word} of … otherwise …`")),
            );
        }
        let kind = match kind {
            ast::Aggregate::Sum => AggregateKind::Sum,
            ast::Aggregate::Count => AggregateKind::Count,
            ast::Aggregate::Highest => AggregateKind::Highest,
            ast::Aggregate::Lowest => AggregateKind::Lowest,
            ast::Aggregate::Average => AggregateKind::Average,
            ast::Aggregate::Any => AggregateKind::Any,
        };
        let aggregate = Aggregate {
            kind,
            list,
            column: column.map(|(_, (column, _, _))| column),
            condition,
            weighted_by: weighted,
        };
        let place = if self.placeless { Place::default() } else { Place { start: span.start, end: span.end } };
        Some(Expr { kind: ExprKind::Aggregate(Box::new(aggregate)), ty, place })
    }

    /// Checks inside one row of a list: its columns are names, and nothing missing is caught outside.
    pub fn in_row<T>(&mut self, list: ListId, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.row.replace(list), std::mem::take(&mut self.lenient));
        let out = check(self);
        (self.row, self.lenient) = before;
        out
    }

    fn aggregate_type(
        &mut self,
        kind: ast::Aggregate,
        list: &Name,
        column: Option<(&Name, &Type, bool)>,
        span: Span,
    ) -> Option<Type> {
        let word = kind.word();
        let Some((name, ty, optional)) = column else {
            return match kind {
                ast::Aggregate::Count => Some(Type::Count),
                ast::Aggregate::Any => Some(Type::YesNo),
                _ => {
                    let title = format!("`{word} of {}` doesn't say of which column", list.node);
                    self.said.push(
                        Diagnostic::new(codes::UNKNOWN_COLUMN, title, span, "")
                            .help(format!("name it: `{word} of {}.amount`", list.node)),
                    );
                    None
                }
            };
        };
        let fine = match kind {
            ast::Aggregate::Count => return Some(Type::Count),
            ast::Aggregate::Any => {
                let title = format!("`any of` asks for rows, not for the column `{}`", name.node);
                self.said.push(
                    Diagnostic::new(codes::WRONG_TYPE, title, name.span, "")
                        .help(format!("put the condition in `where`: `any of {} where (…)`", list.node)),
                );
                return None;
            }
            ast::Aggregate::Sum | ast::Aggregate::Average => amount(ty),
            ast::Aggregate::Highest | ast::Aggregate::Lowest => ordered(ty),
        };
        if !fine {
            let title = format!("`{word}` has no meaning for {}", type_words(ty));
            self.said.push(Diagnostic::new(
                codes::WRONG_TYPE,
                title,
                name.span,
                format!("this column is {}", type_words(ty)),
            ));
            return None;
        }
        if optional {
            let title = format!("the column `{}` may be missing", name.node);
            self.said.push(
                Diagnostic::new(codes::MAY_BE_MISSING, title, name.span, "it is `optional`").help(
                    "give the column a default in the schema; a figure over some of the rows would hide the others",
                ),
            );
            return None;
        }
        Some(if kind == ast::Aggregate::Average && *ty == Type::Count { Type::Number } else { ty.clone() })
    }

    fn weight(&mut self, list: ListId, name: &Name, kind: ast::Aggregate) -> Option<ColumnId> {
        let (column, ty, optional) = self.column_of(list, name)?;
        if kind != ast::Aggregate::Average {
            let title = format!("`weighted by` belongs to `average`, not to `{}`", kind.word());
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, name.span, ""));
            return None;
        }
        if !amount(&ty) || optional {
            let title = format!("`{}` can't be a weight", name.node);
            self.said.push(Diagnostic::new(
                codes::WRONG_TYPE,
                title,
                name.span,
                format!("this column is {}", type_words(&ty)),
            ));
            return None;
        }
        Some(column)
    }
}
