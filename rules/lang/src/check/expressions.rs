//! Expressions: names resolved, units checked, what may be missing settled.

use merit_core::{Ratio, Rounding};

use super::Checker;
use super::narrowing::{Known, facts_if};
use super::operators::{amount, arithmetic, common, ordered, refused, said_type};
use super::scope::Symbol;
use super::words::{a_type, type_words};
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::{Comparison, DayCount, Expr, ExprKind, Function, Operator, Place, Quantity, Type};
use crate::syntax::ast::{self, Name};

impl Checker<'_> {
    pub fn node(&self, kind: ExprKind, ty: Type, span: Span) -> Option<Expr> {
        let place = if self.placeless { Place::default() } else { Place { start: span.start, end: span.end } };
        Some(Expr { kind, ty, place })
    }

    /// An expression of any type. `None` where it was reported.
    pub fn expr(&mut self, expr: &ast::Expr, want: Option<&Type>) -> Option<Expr> {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Literal(literal) => {
                let (ty, quantity) = self.literal(literal, span, want)?;
                self.node(ExprKind::Literal(quantity), ty, span)
            }
            ast::ExprKind::Name(name) => self.name(name, span, want),
            ast::ExprKind::Negative(value) => {
                let value = self.expr(value, want)?;
                if !amount(&value.ty) {
                    return self.wrong(codes::OPERATOR, format!("{} has no negative", type_words(&value.ty)), span);
                }
                let ty = value.ty.clone();
                self.node(ExprKind::Negate(Box::new(value)), ty, span)
            }
            ast::ExprKind::Not(value) => {
                let value = self.condition(value, "`not`")?;
                self.node(ExprKind::Not(Box::new(value)), Type::YesNo, span)
            }
            ast::ExprKind::Binary { op, op_span, left, right } => self.binary(*op, *op_span, left, right, span, want),
            ast::ExprKind::IsMissing(value) => {
                let value = self.leniently(|checker| checker.expr(value, None))?;
                self.node(ExprKind::IsMissing(Box::new(value)), Type::YesNo, span)
            }
            ast::ExprKind::In { value, options } => self.one_of(value, options, span),
            ast::ExprKind::If { condition, then, otherwise } => self.branches(condition, then, otherwise, span, want),
            ast::ExprKind::Apply { table, column, to, against, start } => {
                self.apply(table, column.as_ref(), to, [against.as_ref(), start.as_ref()], span)
            }
            ast::ExprKind::ToDate { name, unit, with_this } => self.total_to_date(name, *unit, *with_this, span),
            ast::ExprKind::InARow(name) => self.in_a_row(name, span),
            ast::ExprKind::Previous(name) => self.previous(name, span),
            ast::ExprKind::Converted { value, to, rates, on } => self.converted(value, to, rates, on, span),
            ast::ExprKind::Lookup { table, column, arguments } => self.lookup(table, column.as_ref(), arguments, span),
            ast::ExprKind::Aggregate { .. } => self.aggregate(expr),
            ast::ExprKind::Call { function, arguments } => self.call(*function, arguments, span, want),
            ast::ExprKind::Rounded { value, mode, to } => self.rounded(value, *mode, to, span, want),
            ast::ExprKind::Days { from, to, count } => self.days(from, to, *count, span),
        }
    }

    /// Says one thing and gives nothing.
    pub fn wrong(&mut self, code: codes::Code, title: impl Into<String>, span: Span) -> Option<Expr> {
        self.said.push(Diagnostic::new(code, title, span, ""));
        None
    }

    /// An expression that must be of a type; `what` says what needs it.
    pub fn expr_of(&mut self, expr: &ast::Expr, want: &Type, what: &str) -> Option<Expr> {
        let checked = self.expr(expr, Some(want))?;
        if self.fits(&checked, want) {
            return Some(checked);
        }
        let (due, found) = super::words::wanted_and_found(want, &said_type(&checked));
        let help = match &checked.kind {
            ExprKind::Literal(quantity) => self.as_written_help(want, quantity, expr.span),
            _ if *want == Type::YesNo => {
                let written = self.text.get(expr.span.start..expr.span.end).unwrap_or_default();
                super::suggestion::compared(written, &checked.ty)
            }
            _ => None,
        };
        let title = format!("{what} needs {due}");
        self.said
            .push(Diagnostic::new(codes::WRONG_TYPE, title, expr.span, format!("this is {found}")).maybe_help(help));
        None
    }

    /// Whether a value can stand where a type is wanted: a count widens to a number, and a ratio of two numbers is a
    /// percentage.
    pub fn fits(&self, expr: &Expr, want: &Type) -> bool {
        let ratio = matches!(expr.kind, ExprKind::Arithmetic(Operator::Divide, ..));
        expr.ty == *want
            || (expr.ty == Type::Count && *want == Type::Number)
            || (expr.ty == Type::Number && *want == Type::Percent && ratio)
    }

    /// An expression that must be yes or no.
    pub fn condition(&mut self, expr: &ast::Expr, what: &str) -> Option<Expr> {
        self.expr_of(expr, &Type::YesNo, what)
    }

    /// Checks where a missing value is caught: under `otherwise` or `is missing`.
    fn leniently<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        self.lenient += 1;
        let out = check(self);
        self.lenient -= 1;
        out
    }

    /// Checks with what a condition has made known.
    pub fn knowing<T>(&mut self, mut known: Known, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = (self.known.present.len(), self.known.not_zero.len());
        self.known.present.append(&mut known.present);
        self.known.not_zero.append(&mut known.not_zero);
        let out = check(self);
        self.known.present.truncate(before.0);
        self.known.not_zero.truncate(before.1);
        out
    }

    fn binary(
        &mut self,
        op: ast::Operator,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        want: Option<&Type>,
    ) -> Option<Expr> {
        use ast::Operator as Op;
        match op {
            Op::And | Op::Or => {
                let what = format!("`{}`", op.sign());
                let first = self.condition(left, &what);
                let second = self.knowing(facts_if(left, op == Op::And), |checker| checker.condition(right, &what));
                let (first, second) = (Box::new(first?), Box::new(second?));
                let kind = if op == Op::And { ExprKind::And(first, second) } else { ExprKind::Or(first, second) };
                self.node(kind, Type::YesNo, span)
            }
            Op::Otherwise => {
                let mut first = self.leniently(|checker| checker.expr(left, want));
                // `won / held otherwise 0%` where a percentage is wanted: as without its `otherwise`.
                if let (Some(first), Some(want)) = (&mut first, want)
                    && *want == Type::Percent
                    && self.fits(first, want)
                {
                    first.ty = Type::Percent;
                }
                let wanted = first.as_ref().map(|first| first.ty.clone());
                let second = self.expr(right, wanted.as_ref().or(want));
                let (first, second) = (first?, second?);
                let Some(ty) = common(&first.ty, &second.ty) else {
                    return self.differ("`otherwise` needs the same type on both sides", &first, &second);
                };
                self.node(ExprKind::Otherwise(Box::new(first), Box::new(second)), ty, span)
            }
            Op::Equal | Op::NotEqual | Op::Less | Op::AtMost | Op::Greater | Op::AtLeast => {
                self.comparison(op, op_span, left, right, span)
            }
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide => self.combine(op, op_span, left, right, span),
        }
    }

    fn combine(
        &mut self,
        op: ast::Operator,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Option<Expr> {
        let first = self.expr(left, None);
        let second = self.expr(right, None);
        let (first, second) = (first?, second?);
        let Some(ty) = arithmetic(op, &first.ty, &second.ty) else {
            self.said.push(refused(op, op_span, &first, &second));
            return None;
        };
        if op == ast::Operator::Divide {
            self.divisor(right, &second);
        }
        let adds_months = first.ty == Type::Date
            && second.ty == Type::Duration
            && !matches!(&second.kind, ExprKind::Literal(Quantity::Length(length)) if length.months == 0);
        if adds_months && !self.month_ends {
            self.said.push(
                Diagnostic::new(codes::MONTH_ENDS, "what is a month after January 31?", span, "a date plus months")
                    .help("say it in the header: `month ends round down` (February 28) or `month ends round up` (March 1)"),
            );
        }
        let op = match op {
            ast::Operator::Add => Operator::Add,
            ast::Operator::Subtract => Operator::Subtract,
            ast::Operator::Multiply => Operator::Multiply,
            _ => Operator::Divide,
        };
        self.node(ExprKind::Arithmetic(op, Box::new(first), Box::new(second)), ty, span)
    }

    /// Says so if a divisor may be 0 and nothing catches it.
    fn divisor(&mut self, written: &ast::Expr, divisor: &Expr) {
        if let ExprKind::Literal(Quantity::Exact(number)) = &divisor.kind
            && number.is_zero()
        {
            self.said.push(Diagnostic::new(codes::MAY_DIVIDE_BY_ZERO, "nothing can be divided by 0", written.span, ""));
            return;
        }
        let known = matches!(&written.kind, ast::ExprKind::Name(name) if self.known.not_zero.contains(name));
        if self.lenient > 0 || known || self.never_zero(divisor) {
            return;
        }
        let help = match &written.kind {
            ast::ExprKind::Name(name) if matches!(self.names.get(name), Some(Symbol::Fact(_))) => {
                let one = super::literals::as_written(&divisor.ty, &Quantity::Exact(Ratio::whole(1)));
                let one = one.unwrap_or_else(|| "1".to_owned());
                format!(
                    "give `{name}` a range above 0 under `inputs` (`from {one} and above`), or say what counts then: `(… / {name} otherwise …)`"
                )
            }
            _ => "say what counts then, as in `(a / b otherwise 0%)`".to_owned(),
        };
        self.said
            .push(Diagnostic::new(codes::MAY_DIVIDE_BY_ZERO, "this divisor may be 0", written.span, "").help(help));
    }

    fn comparison(
        &mut self,
        op: ast::Operator,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
    ) -> Option<Expr> {
        // A choice's word has a meaning only beside something of that choice, so the other side goes first.
        let word_first = matches!(&left.kind, ast::ExprKind::Name(name) if self.is_only_a_word(name));
        let (first, second) = if word_first {
            let second = self.expr(right, None);
            let want = second.as_ref().map(|second| second.ty.clone());
            let first = if want.is_some() { self.expr(left, want.as_ref()) } else { None };
            (first, second)
        } else {
            let first = self.expr(left, None);
            let want = first.as_ref().map(|first| first.ty.clone());
            let second = match &right.kind {
                ast::ExprKind::Name(name) if want.is_none() && self.is_only_a_word(name) => None,
                _ => self.expr(right, want.as_ref()),
            };
            (first, second)
        };
        let (first, second) = (first?, second?);
        let sign = op.sign();
        let Some(ty) = common(&first.ty, &second.ty) else {
            let (a, b) = super::words::two_types(&said_type(&first), &said_type(&second));
            let place = |expr: &ast::Expr| expr.span;
            let bare = |expr: &Expr| match &expr.kind {
                ExprKind::Literal(quantity) => Some(quantity.clone()),
                _ => None,
            };
            let help = super::suggestion::for_comparison(self.text, &first, left, &second, right)
                .or_else(|| bare(&second).and_then(|quantity| self.as_written_help(&first.ty, &quantity, right.span)));
            self.said.push(
                Diagnostic::new(codes::COMPARISON, format!("{a} and {b} can't be compared"), op_span, "")
                    .also(place(left), a)
                    .also(place(right), b)
                    .maybe_help(help),
            );
            return None;
        };
        let comparison = match op {
            ast::Operator::Equal => Comparison::Equal,
            ast::Operator::NotEqual => Comparison::NotEqual,
            ast::Operator::Less => Comparison::Below,
            ast::Operator::AtMost => Comparison::AtMost,
            ast::Operator::Greater => Comparison::Above,
            _ => Comparison::AtLeast,
        };
        if !matches!(comparison, Comparison::Equal | Comparison::NotEqual) && !ordered(&ty) {
            let title = format!("{} has no order, so `{sign}` has no meaning", type_words(&ty));
            self.said.push(
                Diagnostic::new(codes::COMPARISON, title, op_span, "")
                    .help("compare with `=` or `<>`, or use `in (…)`"),
            );
            return None;
        }
        self.node(ExprKind::Compare(comparison, Box::new(first), Box::new(second)), Type::YesNo, span)
    }

    fn one_of(&mut self, value: &ast::Expr, options: &[Name], span: Span) -> Option<Expr> {
        let checked = self.expr(value, None)?;
        let Type::Choice(choice) = &checked.ty else {
            let title = format!("`in (…)` needs a choice, and this is {}", a_type(&checked.ty));
            return self.wrong(codes::WRONG_TYPE, title, value.span);
        };
        let known = self.choices.get(choice).cloned().unwrap_or_default();
        let mut words = Vec::new();
        for option in options {
            if known.contains(&option.node) {
                words.push(Quantity::Words(option.node.clone()));
            } else {
                self.unknown_word(&option.node, option.span, Some(&checked.ty));
            }
        }
        (words.len() == options.len()).then_some(())?;
        self.node(ExprKind::OneOf(Box::new(checked), words), Type::YesNo, span)
    }

    fn branches(
        &mut self,
        condition: &ast::Expr,
        then: &ast::Expr,
        otherwise: &ast::Expr,
        span: Span,
        want: Option<&Type>,
    ) -> Option<Expr> {
        let checked = self.condition(condition, "`if`");
        let first = self.knowing(facts_if(condition, true), |checker| checker.expr(then, want));
        let wanted = first.as_ref().map(|first| first.ty.clone());
        let second =
            self.knowing(facts_if(condition, false), |checker| checker.expr(otherwise, wanted.as_ref().or(want)));
        let (condition, first, second) = (checked?, first?, second?);
        let Some(ty) = common(&first.ty, &second.ty) else {
            return self.differ("`then` and `else` differ in type", &first, &second);
        };
        self.node(ExprKind::If(Box::new(condition), Box::new(first), Box::new(second)), ty, span)
    }

    fn differ(&mut self, title: &str, first: &Expr, second: &Expr) -> Option<Expr> {
        let place = |expr: &Expr| Span::new(expr.place.start, expr.place.end);
        let (a, b) = super::words::two_types(&said_type(first), &said_type(second));
        let bare = |expr: &Expr, other: &Expr| match &expr.kind {
            ExprKind::Literal(quantity) => self.as_written_help(&other.ty, quantity, place(expr)),
            _ => None,
        };
        let help = bare(second, first).or_else(|| bare(first, second));
        self.said.push(
            Diagnostic::new(codes::BRANCHES_DIFFER, title, place(second), b).also(place(first), a).maybe_help(help),
        );
        None
    }

    fn call(
        &mut self,
        function: ast::Function,
        arguments: &[ast::Expr],
        span: Span,
        want: Option<&Type>,
    ) -> Option<Expr> {
        let (word, program) = match function {
            ast::Function::Min => ("min", Function::Min),
            ast::Function::Max => ("max", Function::Max),
            ast::Function::Abs => ("abs", Function::Abs),
            ast::Function::MonthsBetween => ("months_between", Function::MonthsBetween),
            ast::Function::DaysBetween => ("days_between", Function::DaysBetween),
        };
        let what = format!("`{word}`");
        if matches!(function, ast::Function::MonthsBetween | ast::Function::DaysBetween) {
            let checked: Vec<_> = arguments.iter().map(|date| self.expr_of(date, &Type::Date, &what)).collect();
            if checked.len() != 2 {
                return self.wrong(codes::WRONG_TYPE, format!("{what} takes two dates"), span);
            }
            let checked = checked.into_iter().collect::<Option<Vec<_>>>()?;
            return self.node(ExprKind::Call(program, checked), Type::Count, span);
        }
        let mut checked: Vec<Expr> = Vec::new();
        let mut whole = true;
        for argument in arguments {
            let wanted = checked.first().map(|first| first.ty.clone());
            match self.expr(argument, wanted.as_ref().or(want)) {
                Some(value) => checked.push(value),
                None => whole = false,
            }
        }
        let (first, rest) = checked.split_first().filter(|_| whole)?;
        let mut ty = first.ty.clone();
        for other in rest {
            let Some(both) = common(&ty, &other.ty) else {
                return self.differ(&format!("{what} needs values of one type"), first, other);
            };
            ty = both;
        }
        let fine = if function == ast::Function::Abs { amount(&ty) } else { ordered(&ty) };
        if !fine {
            return self.wrong(codes::WRONG_TYPE, format!("{what} has no meaning for {}", type_words(&ty)), span);
        }
        self.node(ExprKind::Call(program, checked), ty, span)
    }

    fn rounded(
        &mut self,
        value: &ast::Expr,
        mode: Rounding,
        to: &ast::Literal,
        span: Span,
        want: Option<&Type>,
    ) -> Option<Expr> {
        let value = self.expr(value, want)?;
        let step = self.rounding_step(to, &value.ty)?;
        let ty = value.ty.clone();
        self.node(ExprKind::Rounded(Box::new(value), mode, step), ty, span)
    }

    /// A rounding step: above zero, in the unit of what is rounded.
    pub fn rounding_step(&mut self, to: &ast::Literal, ty: &Type) -> Option<Ratio> {
        if !amount(ty) {
            let title = format!("{} isn't rounded", type_words(ty));
            self.said.push(Diagnostic::new(codes::ROUNDING, title, to.span, ""));
            return None;
        }
        let want = if *ty == Type::Count { &Type::Count } else { ty };
        let Quantity::Exact(step) = self.literal_of(to, want, "rounding")? else { return None };
        if step <= Ratio::ZERO {
            self.said.push(Diagnostic::new(codes::ROUNDING, "a rounding step is above 0", to.span, ""));
            return None;
        }
        Some(step)
    }

    fn days(&mut self, from: &Name, to: &Name, count: ast::DayCount, span: Span) -> Option<Expr> {
        let named = |name: &Name| ast::Expr { kind: ast::ExprKind::Name(name.node.clone()), span: name.span };
        let from = self.expr_of(&named(from), &Type::Date, "a count of days");
        let to = self.expr_of(&named(to), &Type::Date, "a count of days");
        let count = match count {
            ast::DayCount::BothEnds => DayCount::BothEnds,
            ast::DayCount::FirstDay => DayCount::FirstDay,
            ast::DayCount::LastDay => DayCount::LastDay,
            ast::DayCount::NeitherEnd => DayCount::NeitherEnd,
        };
        self.node(ExprKind::Days(Box::new(from?), Box::new(to?), count), Type::Count, span)
    }
}
