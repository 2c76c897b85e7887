//! Names in expressions: what each stands for, and what may be missing.

use super::Checker;
use super::scope::Symbol;
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{ColumnId, Expr, ExprKind, ListId, Quantity, Type};

impl Checker<'_> {
    /// What a name stands for where a value is needed.
    pub fn name(&mut self, name: &str, span: Span, want: Option<&Type>) -> Option<Expr> {
        if let Some(Type::Choice(choice)) = want
            && self.choices.get(choice).is_some_and(|options| options.iter().any(|option| option == name))
        {
            return self.node(ExprKind::Literal(Quantity::Words(name.to_owned())), Type::Choice(choice.clone()), span);
        }
        if let Some(list) = self.row
            && let Some(column) = self.column(list, name)
        {
            return self.row_column(list, column, name, span);
        }
        if let Some((local, ty)) = self.locals.get(name).cloned() {
            return self.node(ExprKind::Local(local), ty, span);
        }
        match self.names.get(name).cloned() {
            Some(Symbol::Const(ty, quantity)) => {
                let ty = if ty == Type::Count && want == Some(&Type::Number) { Type::Number } else { ty };
                self.node(ExprKind::Literal(quantity), ty, span)
            }
            Some(Symbol::Fact(id)) => {
                let fact = self.facts.get(id.0)?;
                let (ty, may_miss) = (fact.ty.clone(), fact.optional && fact.default.is_none());
                if may_miss {
                    self.may_be_missing(name, span, "it is `optional`");
                }
                self.node(ExprKind::Fact(id), ty, span)
            }
            Some(Symbol::Define(id)) => {
                let ty = self.defines.get(id.0)?.as_ref()?.ty.clone();
                if self.lacking.contains(name) {
                    self.may_be_missing(name, span, "all of its parts may be missing");
                }
                self.node(ExprKind::Define(id), ty, span)
            }
            Some(Symbol::Outcome(id)) => {
                let ty = self.outcome_types.get(id.0)?.clone()?;
                self.node(ExprKind::Outcome(id), ty, span)
            }
            Some(other) => {
                let help = match other {
                    Symbol::List(_) => {
                        Some(format!("take a figure of it, as in `count of {name}` or `sum of {name}.amount`"))
                    }
                    Symbol::Table(_) => Some(format!("read it with `lookup {name} for …` or `apply {name} to …`")),
                    _ => None,
                };
                let title = format!("`{name}` is {}, and a value is needed here", other.words());
                self.said.push(Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, span, "").maybe_help(help));
                None
            }
            None => self.unknown_word(name, span, want),
        }
    }

    /// Says that a name stands for nothing, with the nearest that does.
    pub fn unknown_word(&mut self, name: &str, span: Span, want: Option<&Type>) -> Option<Expr> {
        if self.is_damaged(name) {
            return None;
        }
        if let Some(Type::Choice(choice)) = want
            && let Some(options) = self.choices.get(choice)
        {
            let help = match nearest(name, options.iter().map(String::as_str)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("it has {}", options.join(", ")),
            };
            let title = format!("`{name}` is not one of the choice `{choice}`");
            self.said.push(Diagnostic::new(codes::NOT_A_CHOICE, title, span, "").help(help));
            return None;
        }
        self.unknown(name, span);
        None
    }

    /// A value that may be missing: fine where that is caught, an error where it isn't.
    pub fn may_be_missing(&mut self, name: &str, span: Span, why: &str) {
        if self.lenient > 0 || self.known.present.iter().any(|known| known == name) {
            return;
        }
        self.said.push(
            Diagnostic::new(codes::MAY_BE_MISSING, format!("`{name}` may be missing"), span, why)
                .help(format!("say what counts then, as in `({name} otherwise …)`, or ask `{name} is missing` first")),
        );
    }

    fn row_column(&mut self, list: ListId, column: ColumnId, name: &str, span: Span) -> Option<Expr> {
        let found = self.lists.get(list.0)?.columns.get(column.0)?;
        let (ty, optional) = (found.ty.clone(), found.optional);
        if optional {
            self.may_be_missing(name, span, "the column is `optional`");
        }
        self.node(ExprKind::Column(list, column), ty, span)
    }

    /// Whether a name is nothing but an option of some choice.
    pub fn is_only_a_word(&self, name: &str) -> bool {
        self.names.get(name).is_none()
            && !self.locals.contains_key(name)
            && self.row.is_none_or(|row| self.column(row, name).is_none())
            && self.choices.values().flatten().any(|option| option == name)
    }
}
