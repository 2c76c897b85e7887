//! What earlier periods have on record: totals to date, runs of periods, the period before.

use merit_core::period::PeriodUnit;

use super::Checker;
use super::operators::amount;
use super::scope::Symbol;
use super::words::{a_type, type_words};
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::{Expr, ExprKind, Recorded, Type};
use crate::syntax::ast::Name;

impl Checker<'_> {
    /// `total of commission in the year to date`, `… earlier in the year`.
    pub fn total_to_date(&mut self, name: &Name, unit: PeriodUnit, with_this: bool, span: Span) -> Option<Expr> {
        let (recorded, ty) = self.recorded(name)?;
        if !amount(&ty) {
            let title = format!("{} has no total", type_words(&ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, name.span, format!("this is {}", a_type(&ty))));
            return None;
        }
        self.node(ExprKind::ToDate(recorded, unit, with_this), ty, span)
    }

    /// `periods in a row where at_quota`.
    pub fn in_a_row(&mut self, name: &Name, span: Span) -> Option<Expr> {
        let (recorded, ty) = self.recorded(name)?;
        match recorded {
            Recorded::Define(id) if ty == Type::YesNo => self.node(ExprKind::InARow(id), Type::Count, span),
            _ => {
                let title =
                    format!("periods are counted while a definition is yes, and `{}` is {}", name.node, a_type(&ty));
                self.said.push(
                    Diagnostic::new(codes::WRONG_TYPE, title, name.span, "")
                        .help("as in `define at_quota : yes/no = attainment is at least 100%`"),
                );
                None
            }
        }
    }

    /// `previous score otherwise 0%`: there is none in the first period.
    pub fn previous(&mut self, name: &Name, span: Span) -> Option<Expr> {
        let (recorded, ty) = self.recorded(name)?;
        self.may_be_missing(&format!("previous {}", name.node), span, "in the first period there is none");
        self.node(ExprKind::Previous(recorded), ty, span)
    }

    /// A definition or an outcome of this policy: those are on record.
    fn recorded(&mut self, name: &Name) -> Option<(Recorded, Type)> {
        if self.row.is_some() {
            let title = "what earlier periods have on record can't be read inside a row";
            self.said.push(
                Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, name.span, "")
                    .help("give it a name with `define`, and use the name"),
            );
            return None;
        }
        match self.names.get(&name.node).cloned() {
            Some(Symbol::Define(id)) => {
                let known = self.defines.get(id.0).and_then(Option::as_ref).map(|define| define.ty.clone());
                let ty = known.or_else(|| self.define_types.get(&id).cloned());
                if ty.is_none() {
                    self.said.push(
                        Diagnostic::new(codes::WRONG_TYPE, format!("of which type is `{}`?", name.node), name.span, "")
                            .help(format!("say it where it is defined: `define {} : money = …`", name.node)),
                    );
                }
                Some((Recorded::Define(id), ty?))
            }
            Some(Symbol::Outcome(id)) => Some((Recorded::Outcome(id), self.outcome_types.get(id.0)?.clone()?)),
            Some(other) => {
                let title =
                    format!("only definitions and outcomes are on record, and `{}` is {}", name.node, other.words());
                let kind = match other {
                    Symbol::Fact(id) => self.facts.get(id.0).map(|fact| match &fact.ty {
                        Type::Choice(choice) => choice.clone(),
                        ty => type_words(ty),
                    }),
                    _ => None,
                };
                let kind = kind.unwrap_or_else(|| "money".to_owned());
                self.said.push(
                    Diagnostic::new(codes::WRONG_KIND_OF_NAME, title, name.span, "").help(format!(
                        "define it, as in `define of_period : {kind} = {}`, and use that name",
                        name.node
                    )),
                );
                None
            }
            None => {
                self.unknown(&name.node, name.span);
                None
            }
        }
    }
}
