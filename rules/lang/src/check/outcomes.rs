//! Payouts and recommendations: each statement's place, number and unit.

use merit_core::{Ratio, Rounding};

use super::Checker;
use super::bands::place;
use super::operators::{amount, arithmetic};
use super::words::{a_type, less, type_words};
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{ExprKind, LocalId, Outcome, OutcomeKind, Quantity, Statement, StatementKind, Type};
use crate::syntax::ast::{self, Spanned, Statement as Written};

impl Checker<'_> {
    /// Checks a payout or a recommendation. `None` where it was reported.
    pub fn outcome(&mut self, outcome: &ast::Outcome, ty: &Type) -> Option<Outcome> {
        let before = self.said.0.len();
        let kind = if outcome.pays { OutcomeKind::Payout } else { OutcomeKind::Recommend };
        if outcome.pays && !matches!(ty, Type::Money(_) | Type::Points) {
            let title = format!("a payout pays money or points, and `{}` is {}", outcome.name.node, a_type(ty));
            self.said.push(
                Diagnostic::new(codes::WRONG_TYPE, title, outcome.ty.span, "")
                    .help("write `recommend` for what is proposed and not paid"),
            );
        }
        self.counts(outcome, ty);
        let mut built: Vec<(usize, Statement)> = Vec::new();
        self.locals.clear();
        // Lets first, wherever they stand; each sees those above it.
        let lets = outcome.statements.iter().filter(|s| matches!(s.node, Written::Let { .. }));
        let others = outcome.statements.iter().filter(|s| !matches!(s.node, Written::Let { .. }));
        for statement in lets.chain(others) {
            if let Some(checked) = self.statement(statement, outcome, ty) {
                built.push((run_order(&statement.node), checked));
            }
        }
        self.floor_and_cap(outcome, &built);
        self.recomputable(outcome, built.iter().map(|(_, statement)| statement));
        self.locals.clear();
        if self.said.0.len() > before || outcome.damaged {
            return None;
        }
        built.sort_by_key(|(order, _)| *order);
        let about = outcome.about.as_ref().map(|about| about.node.clone());
        let statements = built.into_iter().map(|(_, statement)| statement).collect();
        Some(Outcome {
            name: outcome.name.node.clone(),
            kind,
            ty: ty.clone(),
            about,
            statements,
            place: place(outcome.name.span),
        })
    }

    /// Exactly one amount and one rounding; at most one cap, floor and holdback.
    fn counts(&mut self, outcome: &ast::Outcome, ty: &Type) {
        type Test = fn(&Written) -> bool;
        let verb = if outcome.pays { "pay" } else { "propose" };
        let single: [(&str, Test); 8] = [
            (verb, |s| matches!(s, Written::Amount { .. })),
            ("round", |s| matches!(s, Written::Round { .. })),
            ("cap at", |s| matches!(s, Written::Cap { .. })),
            ("floor at", |s| matches!(s, Written::Floor { .. })),
            ("true up", |s| matches!(s, Written::TrueUp { .. })),
            ("take back", |s| matches!(s, Written::TakeBack { .. })),
            ("payable as", |s| matches!(s, Written::Payable { .. })),
            ("hold back", |s| matches!(s, Written::Hold { .. })),
        ];
        for (word, test) in single {
            let mut found = outcome.statements.iter().filter(|statement| test(&statement.node));
            if let (Some(first), Some(second)) = (found.next(), found.next()) {
                let title = format!("`{word}` stands here twice");
                self.said.push(
                    Diagnostic::new(codes::STATEMENTS, title, second.span, "again here").also(first.span, "first here"),
                );
            }
        }
        if outcome.damaged {
            return;
        }
        let has = |test: Test| outcome.statements.iter().any(|statement| test(&statement.node));
        let name = &outcome.name;
        if !has(|s| matches!(s, Written::Amount { .. })) {
            let title = format!("`{}` doesn't say what to {verb}", name.node);
            self.said
                .push(Diagnostic::new(codes::STATEMENTS, title, name.span, "").help(format!("add a line `{verb} …`")));
        }
        if amount(ty) && !has(|s| matches!(s, Written::Round { .. })) {
            let to = match ty {
                Type::Money(currency) if *currency == merit_core::Currency::USD => "$0.01".to_owned(),
                Type::Money(currency) => format!("{currency} 0.01"),
                Type::Percent => "0.1%".to_owned(),
                Type::Points => "1 points".to_owned(),
                _ => "1".to_owned(),
            };
            let title = format!("`{}` doesn't say how it is rounded", name.node);
            self.said.push(
                Diagnostic::new(codes::ROUNDING, title, name.span, "")
                    .help(format!("add a line such as `round half even to {to}`")),
            );
        }
    }

    fn statement(&mut self, statement: &Spanned<Written>, outcome: &ast::Outcome, ty: &Type) -> Option<Statement> {
        let span = statement.span;
        let (kind, because) = match &statement.node {
            Written::Let { name, value } => (self.let_statement(name, value)?, None),
            Written::Amount { pays, value } => {
                self.verb(*pays, outcome, span);
                (StatementKind::Pay(self.expr_of(value, ty, &format!("`{}`", outcome.name.node))?), None)
            }
            Written::Multiply { by, when, because } => {
                let when = when.as_ref().map(|when| self.condition(when, "`when`"));
                let by_checked = self.factor(by, ty);
                let when = match when {
                    Some(when) => Some(when?),
                    None => None,
                };
                (StatementKind::Multiply { by: by_checked?, when }, because.as_ref())
            }
            Written::Gate { condition, otherwise, because } => {
                let checked = self.condition(condition, "a gate");
                let otherwise = match otherwise {
                    Some((pays, value)) => {
                        self.verb(*pays, outcome, span);
                        Some(self.expr_of(value, ty, "`else`")?)
                    }
                    None => {
                        self.nothing(ty, outcome, condition.span)?;
                        None
                    }
                };
                (StatementKind::Gate { condition: checked?, otherwise }, because.as_ref())
            }
            Written::Cap { at, because } => {
                (StatementKind::Cap(self.bound_value(at, ty, "`cap at`")?), because.as_ref())
            }
            Written::Floor { at, because } => {
                (StatementKind::Floor(self.bound_value(at, ty, "`floor at`")?), because.as_ref())
            }
            Written::Round { mode, to } => (self.round_statement(*mode, to, ty)?, None),
            Written::TrueUp { over, because } => {
                self.only_for_money("true up", outcome, ty, span).then_some(())?;
                (StatementKind::TrueUp(over.node), because.as_ref())
            }
            Written::TakeBack { percent, recomputing, list, because } => {
                self.only_for_money("take back", outcome, ty, span).then_some(())?;
                (self.take_back(percent, *recomputing, list)?, because.as_ref())
            }
            Written::Payable { paid, against, because } => {
                self.only_for_money("payable as", outcome, ty, span).then_some(())?;
                self.held_twice(outcome, span);
                (self.payable_as(paid, against, ty)?, because.as_ref())
            }
            Written::Hold { percent, until, because } => (self.hold(percent, until, outcome)?, because.as_ref()),
        };
        Some(Statement { kind, because: because.map(|because| because.node.clone()), place: place(span) })
    }

    /// Whether a failed gate without `else` leaves something that is nothing; says so otherwise.
    fn nothing(&mut self, ty: &Type, outcome: &ast::Outcome, gate: Span) -> Option<()> {
        if amount(ty) || matches!(ty, Type::YesNo | Type::Text | Type::Duration) {
            return Some(());
        }
        let verb = if outcome.pays { "pay" } else { "propose" };
        let title = format!("`{}` is {}, and none of them is nothing", outcome.name.node, a_type(ty));
        self.said.push(
            Diagnostic::new(codes::STATEMENTS, title, gate, "if this fails")
                .help(format!("say what counts then: `gate … else {verb} …`")),
        );
        None
    }

    fn bound_value(&mut self, at: &ast::Expr, ty: &Type, what: &str) -> Option<crate::program::Expr> {
        if !amount(ty) {
            self.said.push(Diagnostic::new(
                codes::WRONG_TYPE,
                format!("{what} has no meaning for {}", type_words(ty)),
                at.span,
                "",
            ));
            return None;
        }
        self.expr_of(at, ty, what)
    }

    fn let_statement(&mut self, name: &ast::Name, value: &ast::Expr) -> Option<StatementKind> {
        let text = &name.node;
        let taken = self.locals.contains_key(text) || self.names.get(text).is_some();
        if taken {
            let first = self.names.place(text);
            let mut said =
                Diagnostic::new(codes::DEFINED_TWICE, format!("`{text}` has a meaning already"), name.span, "")
                    .help("choose another name");
            if let Some(first) = first {
                said = said.also(first, "defined here");
            }
            self.said.push(said);
        }
        let Some(checked) = self.expr(value, None) else {
            self.damaged.insert(text.clone());
            return None;
        };
        if !taken {
            let id = LocalId(self.locals.len());
            self.locals.insert(text.clone(), (id, checked.ty.clone()));
        }
        Some(StatementKind::Let(text.clone(), checked))
    }

    fn verb(&mut self, pays: bool, outcome: &ast::Outcome, span: Span) {
        if pays == outcome.pays {
            return;
        }
        let (title, help) = if outcome.pays {
            ("`propose` belongs to a recommendation", "write `pay`")
        } else {
            ("`pay` belongs to a payout", "a recommendation is never paid: write `propose`")
        };
        self.said.push(Diagnostic::new(codes::PAY_OR_PROPOSE, title, span, "").help(help));
    }

    fn factor(&mut self, by: &ast::Expr, ty: &Type) -> Option<crate::program::Expr> {
        let factor = self.expr(by, None)?;
        let gives = arithmetic(ast::Operator::Multiply, ty, &factor.ty);
        let fine = gives.as_ref() == Some(ty) || (*ty == Type::Number && gives.is_some());
        if !fine {
            let title = format!("{} × {} can't be {} again", type_words(ty), type_words(&factor.ty), type_words(ty));
            self.said.push(
                Diagnostic::new(codes::OPERATOR, title, by.span, format!("this is {}", a_type(&factor.ty)))
                    .help("multiply by a percentage or a number"),
            );
            return None;
        }
        Some(factor)
    }

    fn round_statement(&mut self, mode: Rounding, to: &ast::Literal, ty: &Type) -> Option<StatementKind> {
        let step = self.rounding_step(to, ty)?;
        Some(StatementKind::Round(mode, step))
    }

    fn hold(&mut self, percent: &Spanned<Ratio>, until: &ast::Name, outcome: &ast::Outcome) -> Option<StatementKind> {
        if !outcome.pays {
            self.said.push(Diagnostic::new(
                codes::PAY_OR_PROPOSE,
                "a recommendation isn't paid, so nothing can be held back",
                percent.span,
                "",
            ));
            return None;
        }
        if percent.node <= Ratio::ZERO || percent.node > Ratio::ONE {
            self.said.push(Diagnostic::new(
                codes::OUT_OF_RANGE,
                "what is held back lies above 0% and is at most 100%",
                percent.span,
                "",
            ));
            return None;
        }
        let schema = self.schema?;
        if !schema.events().contains_key(&until.node) {
            let help = match nearest(&until.node, schema.events().keys().map(String::as_str)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("it has {}", schema.events().keys().cloned().collect::<Vec<_>>().join(", ")),
            };
            let title = format!("the schema has no event `{}`", until.node);
            self.said.push(Diagnostic::new(codes::NOT_IN_SCHEMA, title, until.span, "").help(help));
            return None;
        }
        Some(StatementKind::HoldBack { share: percent.node.clone(), until: until.node.clone() })
    }

    /// What waits for cash can't wait for an event as well.
    fn held_twice(&mut self, outcome: &ast::Outcome, span: Span) {
        let hold = outcome.statements.iter().find(|statement| matches!(statement.node, Written::Hold { .. }));
        if let Some(hold) = hold {
            let title = "what becomes payable with cash can't be held back as well";
            self.said.push(
                Diagnostic::new(codes::STATEMENTS, title, span, "")
                    .also(hold.span, "held back here")
                    .help("keep one of them, or make two payouts"),
            );
        }
    }

    fn floor_and_cap(&mut self, outcome: &ast::Outcome, built: &[(usize, Statement)]) {
        let literal = |wanted: fn(&StatementKind) -> Option<&crate::program::Expr>| {
            built.iter().find_map(|(_, statement)| match &wanted(&statement.kind)?.kind {
                ExprKind::Literal(quantity) => Some((quantity.clone(), statement.place)),
                _ => None,
            })
        };
        let cap = literal(|kind| if let StatementKind::Cap(at) = kind { Some(at) } else { None });
        let floor = literal(|kind| if let StatementKind::Floor(at) = kind { Some(at) } else { None });
        let (Some((cap, cap_place)), Some((floor, floor_place))) = (cap, floor) else { return };
        if less(&cap, &floor) {
            let title = format!("the floor of `{}` lies above its cap", outcome.name.node);
            let span = |place: crate::program::Place| Span::new(place.start, place.end);
            let words = |quantity: &Quantity| super::words::value_words(&self.type_of(outcome), quantity);
            let (floor, cap) = (words(&floor), words(&cap));
            self.said.push(
                Diagnostic::new(codes::FLOOR_ABOVE_CAP, title, span(floor_place), floor)
                    .also(span(cap_place), cap)
                    .help("`cap at` is the most that is paid, `floor at` the least"),
            );
        }
    }

    fn type_of(&self, outcome: &ast::Outcome) -> Type {
        match &outcome.ty.kind {
            ast::TypeKind::Plain(kind) => super::words::full_type(*kind, self.fallback(), None),
            _ => Type::Number,
        }
    }
}

/// Statements run in this order, however they are written.
const fn run_order(statement: &Written) -> usize {
    match statement {
        Written::Let { .. } => 0,
        Written::Amount { .. } => 1,
        Written::Multiply { .. } => 2,
        Written::Gate { .. } => 3,
        Written::Cap { .. } => 4,
        Written::Floor { .. } => 5,
        Written::Round { .. } => 6,
        Written::TrueUp { .. } => 7,
        Written::TakeBack { .. } => 8,
        Written::Payable { .. } => 9,
        Written::Hold { .. } => 10,
    }
}
