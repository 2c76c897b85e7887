//! Expressions and literals.

use std::sync::OnceLock;

use merit_core::period::PeriodUnit;
use merit_core::{Ratio, Rounding, Span as Length};
use pest::iterators::Pair;
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::ast::{Aggregate, DayCount, Expr, ExprKind, Function, Literal, LiteralKind, Operator};
use super::grammar::{Kids, Rule};
use super::parser::Reader;
use crate::diagnostics::{Diagnostic, Span, codes};

/// Operators of one expression, those in its parentheses included.
const MOST_OPERATORS: usize = 200;

/// An expression and whether it stands in parentheses.
struct Built {
    expr: Expr,
    closed: bool,
}

fn precedence() -> &'static PrattParser<Rule> {
    static PRECEDENCE: OnceLock<PrattParser<Rule>> = OnceLock::new();
    PRECEDENCE.get_or_init(|| {
        let left = |rule| Op::infix(rule, Assoc::Left);
        PrattParser::new()
            .op(left(Rule::otherwise))
            .op(left(Rule::or))
            .op(left(Rule::and))
            .op(Op::prefix(Rule::not))
            .op(left(Rule::eq)
                | left(Rule::ne)
                | left(Rule::lt)
                | left(Rule::le)
                | left(Rule::gt)
                | left(Rule::ge)
                | left(Rule::at_least_op)
                | left(Rule::at_most_op))
            .op(left(Rule::add) | left(Rule::sub))
            .op(left(Rule::mul) | left(Rule::div))
            .op(Op::prefix(Rule::neg))
            .op(Op::postfix(Rule::is_missing)
                | Op::postfix(Rule::is_in)
                | Op::postfix(Rule::rounded)
                | Op::postfix(Rule::converted))
    })
}

impl Reader<'_> {
    /// An expression. `None` where something in it was reported.
    pub fn expr(&mut self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        if self.nesting == 0 {
            self.operators = 0;
        }
        let parts: Vec<Pair<'_, Rule>> = pair
            .clone()
            .into_inner()
            .filter(|pair| !matches!(pair.as_rule(), Rule::too_deep | Rule::sym_left | Rule::sym_right))
            .collect();
        self.operators += parts.len();
        if self.operators > MOST_OPERATORS {
            let span = self.span(pair);
            self.said.push(
                Diagnostic::new(codes::TOO_DEEP, format!("this has more than {MOST_OPERATORS} parts"), span, "")
                    .help("give the parts names with `define`"),
            );
            return None;
        }
        self.nesting += 1;
        let cell = std::cell::RefCell::new(&mut *self);
        let built = precedence()
            .map_primary(|pair| cell.borrow_mut().primary(&pair))
            .map_prefix(|op, value| cell.borrow_mut().prefix(&op, value?))
            .map_postfix(|value, op| cell.borrow_mut().postfix(value?, &op))
            .map_infix(|left, op, right| cell.borrow_mut().infix(left?, &op, right?))
            .parse(parts.into_iter());
        self.nesting -= 1;
        built.map(|built| built.expr)
    }

    fn prefix(&mut self, op: &Pair<'_, Rule>, value: Built) -> Option<Built> {
        let span = self.span(op).to(value.expr.span);
        let inner = Box::new(value.expr);
        let kind = if op.as_rule() == Rule::not { ExprKind::Not(inner) } else { ExprKind::Negative(inner) };
        Some(Built { expr: Expr { kind, span }, closed: false })
    }

    fn postfix(&mut self, value: Built, op: &Pair<'_, Rule>) -> Option<Built> {
        let span = value.expr.span.to(self.span(op));
        let inner = Box::new(value.expr);
        let kids = Kids::of(op);
        let kind = match op.as_rule() {
            Rule::is_missing => ExprKind::IsMissing(inner),
            Rule::is_in => {
                let options = kids.all(Rule::name).map(|pair| self.name(pair)).collect();
                ExprKind::In { value: inner, options }
            }
            Rule::converted => ExprKind::Converted {
                value: inner,
                to: self.named(&kids, Rule::currency)?,
                rates: self.name(kids.nth(Rule::name, 0)?),
                on: self.name(kids.nth(Rule::name, 1)?),
            },
            _ => ExprKind::Rounded { value: inner, mode: rounding(&kids), to: self.literal(kids.get(Rule::literal)?)? },
        };
        Some(Built { expr: Expr { kind, span }, closed: false })
    }

    fn infix(&mut self, left: Built, op: &Pair<'_, Rule>, right: Built) -> Option<Built> {
        let operator = match op.as_rule() {
            Rule::or => Operator::Or,
            Rule::and => Operator::And,
            Rule::otherwise => Operator::Otherwise,
            Rule::eq => Operator::Equal,
            Rule::ne => Operator::NotEqual,
            Rule::lt => Operator::Less,
            Rule::le | Rule::at_most_op => Operator::AtMost,
            Rule::gt => Operator::Greater,
            Rule::ge | Rule::at_least_op => Operator::AtLeast,
            Rule::add => Operator::Add,
            Rule::sub => Operator::Subtract,
            Rule::mul => Operator::Multiply,
            _ => Operator::Divide,
        };
        let op_span = self.span(op);
        let span = left.expr.span.to(right.expr.span);
        if operator == Operator::Otherwise
            && let Some(other) = [&left, &right].into_iter().find_map(needs_parentheses)
        {
            self.said.push(
                Diagnostic::new(
                    codes::NEEDS_PARENTHESES,
                    format!("`otherwise` beside `{other}` needs parentheses"),
                    op_span,
                    "what does it stand in for?",
                )
                .help("put the value and its `otherwise` in parentheses: `(csat otherwise 0) is at least 4.5`"),
            );
            return None;
        }
        let kind = ExprKind::Binary { op: operator, op_span, left: Box::new(left.expr), right: Box::new(right.expr) };
        Some(Built { expr: Expr { kind, span }, closed: false })
    }

    fn primary(&mut self, pair: &Pair<'_, Rule>) -> Option<Built> {
        let span = self.span(pair);
        let kids = Kids::of(pair);
        let kind = match pair.as_rule() {
            Rule::expr => return self.expr(pair).map(|expr| Built { expr, closed: true }),
            Rule::literal => ExprKind::Literal(self.literal(pair)?.kind),
            Rule::name => ExprKind::Name(pair.as_str().to_owned()),
            Rule::if_expr => ExprKind::If {
                condition: Box::new(self.expr(kids.nth(Rule::expr, 0)?)?),
                then: Box::new(self.expr(kids.nth(Rule::expr, 1)?)?),
                otherwise: Box::new(self.expr(kids.nth(Rule::expr, 2)?)?),
            },
            Rule::days_count => ExprKind::Days {
                from: self.name(kids.nth(Rule::name, 0)?),
                to: self.name(kids.nth(Rule::name, 1)?),
                count: days(&kids),
            },
            Rule::apply => self.apply(&kids)?,
            Rule::lookup => self.lookup(&kids)?,
            Rule::aggregate => self.aggregate(&kids)?,
            Rule::to_date => self.total_to_date(&kids)?,
            Rule::in_a_row => ExprKind::InARow(self.named(&kids, Rule::name)?),
            Rule::previous => ExprKind::Previous(self.named(&kids, Rule::name)?),
            Rule::call => self.call(&kids)?,
            _ => return None,
        };
        Some(Built { expr: Expr { kind, span }, closed: false })
    }

    /// A table's name, and its column if one is named.
    fn table_column(&mut self, kids: &Kids<'_>) -> Option<(super::ast::Name, Option<super::ast::Name>)> {
        match kids.get(Rule::list_col) {
            Some(pair) => {
                let kids = Kids::of(pair);
                Some((self.name(kids.nth(Rule::name, 0)?), kids.nth(Rule::name, 1).map(|pair| self.name(pair))))
            }
            None => Some((self.name(kids.get(Rule::name)?), None)),
        }
    }

    fn apply(&mut self, kids: &Kids<'_>) -> Option<ExprKind> {
        let (table, column) = self.table_column(kids)?;
        let skip = usize::from(!kids.has(Rule::list_col));
        let to = self.name(kids.nth(Rule::name, skip)?);
        let against = kids.nth(Rule::name, skip + 1).map(|pair| self.name(pair));
        let start = kids.get(Rule::starting_at).and_then(|pair| self.named(&Kids::of(pair), Rule::name));
        Some(ExprKind::Apply { table, column, to, against, start })
    }

    fn total_to_date(&mut self, kids: &Kids<'_>) -> Option<ExprKind> {
        let unit = if kids.has(Rule::kw_year) || kids.has(Rule::kw_year_to_date) {
            PeriodUnit::Year
        } else if kids.has(Rule::kw_half) || kids.has(Rule::kw_half_to_date) {
            PeriodUnit::Half
        } else {
            PeriodUnit::Quarter
        };
        let to_date =
            [Rule::kw_year_to_date, Rule::kw_half_to_date, Rule::kw_quarter_to_date].iter().any(|rule| kids.has(*rule));
        let earlier = kids.has(Rule::kw_earlier_in_the);
        let name = self.named(kids, Rule::name)?;
        if to_date == earlier {
            let (span, word) = (name.span, unit.word());
            self.said.push(
                Diagnostic::new(codes::SYNTAX, "this total has to say whether this period counts", span, "").help(
                    format!(
                        "write `total of {n} in the {word} to date` with this period, or `total of {n} earlier in the {word}` without it",
                        n = name.node
                    ),
                ),
            );
            return None;
        }
        Some(ExprKind::ToDate { name, unit, with_this: !earlier })
    }

    fn lookup(&mut self, kids: &Kids<'_>) -> Option<ExprKind> {
        let (table, column) = self.table_column(kids)?;
        let skip = usize::from(!kids.has(Rule::list_col));
        let mut arguments = Vec::new();
        for pair in kids.all(Rule::expr) {
            arguments.push(self.expr(pair)?);
        }
        if let Some(pair) = kids.nth(Rule::name, skip) {
            let name = self.name(pair);
            arguments.push(Expr { kind: ExprKind::Name(name.node), span: name.span });
        }
        Some(ExprKind::Lookup { table, column, arguments })
    }

    fn aggregate(&mut self, kids: &Kids<'_>) -> Option<ExprKind> {
        let kind = kids.iter().find_map(|pair| match pair.as_rule() {
            Rule::kw_sum => Some(Aggregate::Sum),
            Rule::kw_count => Some(Aggregate::Count),
            Rule::kw_highest => Some(Aggregate::Highest),
            Rule::kw_lowest => Some(Aggregate::Lowest),
            Rule::kw_average => Some(Aggregate::Average),
            Rule::kw_any => Some(Aggregate::Any),
            _ => None,
        })?;
        let field = Kids::of(kids.get(Rule::list_field)?);
        let list = self.name(field.nth(Rule::name, 0)?);
        let column = field.nth(Rule::name, 1).map(|pair| self.name(pair));
        let condition = match kids.get(Rule::expr) {
            Some(pair) => Some(Box::new(self.expr(pair)?)),
            None => None,
        };
        let weighted_by = kids.get(Rule::name).map(|pair| self.name(pair));
        Some(ExprKind::Aggregate { kind, list, column, condition, weighted_by })
    }

    fn call(&mut self, kids: &Kids<'_>) -> Option<ExprKind> {
        let call = kids.first()?;
        let kids = Kids::of(call);
        let name = kids.get(Rule::fn_one).or_else(|| kids.get(Rule::fn_many))?;
        let function = match name.as_str() {
            "min" => Function::Min,
            "max" => Function::Max,
            "abs" => Function::Abs,
            "months_between" => Function::MonthsBetween,
            "days_between" => Function::DaysBetween,
            _ => return None,
        };
        let mut arguments = Vec::new();
        for pair in kids.all(Rule::expr) {
            arguments.push(self.expr(pair)?);
        }
        Some(ExprKind::Call { function, arguments })
    }

    /// A literal.
    pub fn literal(&mut self, pair: &Pair<'_, Rule>) -> Option<Literal> {
        let span = self.span(pair);
        let inner = pair.clone().into_inner().next()?;
        let kids = Kids::of(&inner);
        let text = inner.as_str();
        let kind = match inner.as_rule() {
            Rule::money => {
                let currency = kids.get(Rule::currency).map_or("$", |pair| pair.as_str()).to_owned();
                LiteralKind::Money { major: self.digits(&kids, span)?, currency }
            }
            Rule::percent => LiteralKind::Percent(&self.digits(&kids, span)? * &Ratio::percent(1)),
            Rule::points => LiteralKind::Points(self.digits(&kids, span)?),
            Rule::number => LiteralKind::Number { value: self.digits(&kids, span)?, whole: !kids.has(Rule::frac) },
            Rule::duration => LiteralKind::Duration(self.length(&kids, span)?),
            Rule::date => LiteralKind::Date(self.date(&inner)?),
            Rule::yesno => LiteralKind::YesNo(text == "yes"),
            Rule::text => LiteralKind::Text(self.name(&inner).node),
            _ => return None,
        };
        Some(Literal { kind, span })
    }

    /// A percentage on its own, as in a share.
    pub fn percent(&mut self, pair: &Pair<'_, Rule>) -> Option<Ratio> {
        let span = self.span(pair);
        Some(&self.digits(&Kids::of(pair), span)? * &Ratio::percent(1))
    }

    fn digits(&mut self, kids: &Kids<'_>, span: Span) -> Option<Ratio> {
        let whole = kids.get(Rule::digits).map(|pair| pair.as_str().replace(',', "")).unwrap_or_default();
        let fraction = kids.get(Rule::frac).map_or("", |pair| pair.as_str());
        let sign = if kids.has(Rule::neg_sign) { "-" } else { "" };
        let number = format!("{sign}{whole}{fraction}");
        let parsed = if number.len() > 30 { None } else { number.parse().ok() };
        if parsed.is_none() {
            self.said.push(
                Diagnostic::new(codes::BAD_NUMBER, "this number is too long", span, "")
                    .help("numbers have at most 28 digits"),
            );
        }
        parsed
    }

    fn length(&mut self, kids: &Kids<'_>, span: Span) -> Option<Length> {
        let number: Option<i32> = kids.get(Rule::digits).and_then(|pair| pair.as_str().replace(',', "").parse().ok());
        let unit = kids.get(Rule::dur_unit).map_or("", |pair| pair.as_str());
        let number = number.filter(|number| *number <= 100_000);
        let Some(number) = number else {
            self.said.push(Diagnostic::new(codes::BAD_NUMBER, "this length of time is too long", span, ""));
            return None;
        };
        Some(match unit.trim_end_matches('s') {
            "day" => Length { months: 0, days: number },
            "week" => Length { months: 0, days: number * 7 },
            "month" => Length { months: number, days: 0 },
            "quarter" => Length { months: number * 3, days: 0 },
            _ => Length { months: number * 12, days: 0 },
        })
    }
}

fn needs_parentheses(side: &Built) -> Option<&'static str> {
    if side.closed {
        return None;
    }
    match &side.expr.kind {
        ExprKind::Binary { op, .. } => match op {
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Otherwise => None,
            other => Some(other.sign()),
        },
        ExprKind::Not(_) => Some("not"),
        ExprKind::IsMissing(_) => Some("is missing"),
        ExprKind::In { .. } => Some("in"),
        _ => None,
    }
}

/// A rounding mode's words.
pub fn rounding(kids: &Kids<'_>) -> Rounding {
    if kids.has(Rule::kw_half_even) {
        Rounding::HalfEven
    } else if kids.has(Rule::kw_half_up) {
        Rounding::HalfUp
    } else if kids.has(Rule::kw_down) {
        Rounding::Down
    } else {
        Rounding::Up
    }
}

fn days(kids: &Kids<'_>) -> DayCount {
    if kids.has(Rule::kw_both_ends) {
        DayCount::BothEnds
    } else if kids.has(Rule::kw_the_first_day) {
        DayCount::FirstDay
    } else if kids.has(Rule::kw_the_last_day) {
        DayCount::LastDay
    } else {
        DayCount::NeitherEnd
    }
}
