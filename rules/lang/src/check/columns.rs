//! Columns of a policy's own: `define deals.earned : money = …`, computed for every row of the list.

use super::Checker;
use super::operators::ordered;
use super::words::type_words;
use crate::diagnostics::{Diagnostic, codes};
use crate::program::{Column, ColumnId, ColumnSource, ListId, Step, Type};
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    /// Checks a column and adds it to its list. `None` where it was reported.
    pub fn column_definition(
        &mut self,
        list: &Name,
        column: &Name,
        ty: Option<&ast::TypeRef>,
        value: &ast::Expr,
    ) -> Option<Step> {
        let id = self.list(list)?;
        if self.column(id, &column.node).is_some() {
            let title = format!("a row of `{}` has a column `{}` already", list.node, column.node);
            self.said
                .push(Diagnostic::new(codes::DEFINED_TWICE, title, column.span, "").help("give this one another name"));
            return None;
        }
        let ty = match ty {
            Some(ty) => Some(self.plain_type(ty)?),
            None => None,
        };
        let mut value = self.in_row(id, |checker| match &ty {
            Some(ty) => checker.expr_of(value, ty, &format!("`{}.{}`", list.node, column.node)),
            None => checker.expr(value, None),
        })?;
        let ty = ty.unwrap_or_else(|| value.ty.clone());
        if !ordered(&ty) && ty != Type::YesNo && !matches!(ty, Type::Text | Type::Choice(_)) {
            let title = format!("a column can't be {}", type_words(&ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, column.span, ""));
            return None;
        }
        value.ty = ty.clone();
        let source = ColumnSource::Defined(Box::new(value));
        let at =
            self.push_column(id, Column { name: column.node.clone(), ty, source, optional: false, default: None })?;
        Some(Step::Column(id, at))
    }

    /// Notes a column whose definition was reported, so that nothing more is said where it is read.
    pub fn damaged_column(&mut self, list: &Name, column: &Name) {
        self.damaged.insert(column.node.clone());
        self.damaged.insert(format!("{}.{}", list.node, column.node));
    }

    /// Adds a column to a list.
    pub fn push_column(&mut self, list: ListId, column: Column) -> Option<ColumnId> {
        let list = self.lists.get_mut(list.0)?;
        list.columns.push(column);
        Some(ColumnId(list.columns.len() - 1))
    }
}
