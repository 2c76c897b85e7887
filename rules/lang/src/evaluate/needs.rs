//! What an expression reads, whether or not evaluating comes by: an output that reads an input that is missing or out
//! of its range is not scored, even where the read lies on a path that isn't taken. So the answer to "what is missing?"
//! doesn't depend on the figures.
//!
//! `is missing` and `otherwise` guard a read against a missing value, never against one out of its range. An `optional`
//! input may be missing; the checker has seen that its reads are guarded.

use super::machine::{Held, Machine};
use super::stop::{Cause, Stop};
use crate::program::{ColumnId, Expr, ExprKind, ListId, Recorded, TableId, TableKind};

impl<'p> Machine<'p, '_> {
    /// # Errors
    /// What keeps the expression from being scored: the first thing in reading order that nothing catches, or else the
    /// first that is missing.
    pub(super) fn needs(&self, expr: &'p Expr, guarded: bool) -> Result<(), Stop> {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Local(_) => Ok(()),
            ExprKind::Fact(id) => stopped(self.facts.get(id.0), guarded),
            ExprKind::Define(id) => stopped(self.defines.get(id.0), guarded),
            ExprKind::Outcome(id) => stopped(self.outcomes.get(id.0), guarded),
            ExprKind::Column(list, column) => self.column_needs(*list, *column, guarded),
            ExprKind::ToDate(Recorded::Define(id), _, true) | ExprKind::InARow(id) => {
                stopped(self.defines.get(id.0), guarded)
            }
            ExprKind::ToDate(Recorded::Outcome(id), _, true) => stopped(self.outcomes.get(id.0), guarded),
            ExprKind::ToDate(..) | ExprKind::Previous(_) => Ok(()),
            ExprKind::Weigh(parts, _) => {
                each(parts.iter().map(|(part, weight)| self.needs(part, true).beside(|| self.needs(weight, guarded))))
            }
            ExprKind::Converted(value, _, _, on) => self.needs(value, guarded).beside(|| self.needs(on, guarded)),
            ExprKind::Arithmetic(_, left, right)
            | ExprKind::Compare(_, left, right)
            | ExprKind::And(left, right)
            | ExprKind::Or(left, right)
            | ExprKind::Days(left, right, _) => self.needs(left, guarded).beside(|| self.needs(right, guarded)),
            ExprKind::Negate(inner)
            | ExprKind::Not(inner)
            | ExprKind::OneOf(inner, _)
            | ExprKind::Rounded(inner, ..) => self.needs(inner, guarded),
            ExprKind::IsMissing(inner) => self.needs(inner, true),
            ExprKind::Otherwise(left, right) => self.needs(left, true).beside(|| self.needs(right, guarded)),
            ExprKind::If(condition, yes, no) => {
                self.needs(condition, guarded).beside(|| self.needs(yes, guarded)).beside(|| self.needs(no, guarded))
            }
            ExprKind::Aggregate(aggregate) => {
                let list = if guarded { Ok(()) } else { self.rows(aggregate.list).map(drop) };
                let columns = [aggregate.column, aggregate.weighted_by].into_iter().flatten();
                let columns = each(columns.map(|column| self.column_needs(aggregate.list, column, guarded)));
                list.beside(|| columns)
                    .beside(|| aggregate.condition.as_ref().map_or(Ok(()), |condition| self.needs(condition, guarded)))
            }
            ExprKind::Lookup(lookup) => {
                self.all(&lookup.arguments, guarded).beside(|| self.table_needs(lookup.table, guarded))
            }
            ExprKind::Apply(apply) => self
                .needs(&apply.to, guarded)
                .beside(|| apply.against.as_ref().map_or(Ok(()), |against| self.needs(against, guarded)))
                .beside(|| apply.start.as_ref().map_or(Ok(()), |start| self.needs(start, guarded)))
                .beside(|| self.table_needs(apply.table, guarded)),
            ExprKind::Call(_, arguments) => self.all(arguments, guarded),
        }
    }

    /// A column of the policy's own needs what its definition reads.
    fn column_needs(&self, list: ListId, column: ColumnId, guarded: bool) -> Result<(), Stop> {
        match self.columns.get(&(list.0, column.0)) {
            Some((Err(stop), _)) if stop.cause == Cause::Refused || !guarded => Err(stop.clone()),
            _ => Ok(()),
        }
    }

    fn all(&self, exprs: &'p [Expr], guarded: bool) -> Result<(), Stop> {
        each(exprs.iter().map(|expr| self.needs(expr, guarded)))
    }

    /// Results of tables may be expressions; all rows count as read.
    fn table_needs(&self, table: TableId, guarded: bool) -> Result<(), Stop> {
        let tables = self.scope.tables;
        match tables.get(table.0).map(|table| &table.kind) {
            Some(TableKind::Bands(table) | TableKind::Tiers(_, table)) => {
                each(table.bands.iter().map(|band| self.all(&band.values, guarded)))
            }
            Some(TableKind::Grid(grid)) => each(grid.rows.iter().map(|row| self.all(&row.values, guarded))),
            Some(TableKind::Curve(_) | TableKind::Rates(_)) | None => Ok(()),
        }
    }
}

/// Reads one after the other. What nothing catches counts before what `otherwise` would catch, wherever it stands: so
/// what lies out of its range is never hidden by something that is missing.
pub(super) trait Reads {
    fn beside(self, next: impl FnOnce() -> Self) -> Self;
}

impl Reads for Result<(), Stop> {
    fn beside(self, next: impl FnOnce() -> Self) -> Self {
        match self {
            Ok(()) => next(),
            Err(stop) if stop.is_caught() => match next() {
                Err(other) if !other.is_caught() => Err(other),
                _ => Err(stop),
            },
            refused => refused,
        }
    }
}

/// Reads one after the other, as [`Reads::beside`] does.
pub(super) fn each(reads: impl Iterator<Item = Result<(), Stop>>) -> Result<(), Stop> {
    let mut so_far = Ok(());
    for read in reads {
        so_far = so_far.beside(|| read);
    }
    so_far
}

fn stopped(held: Option<&Held>, guarded: bool) -> Result<(), Stop> {
    match held {
        Some(Err(stop)) => match stop.cause {
            Cause::Refused => Err(stop.clone()),
            Cause::Missing | Cause::Zero if !guarded => Err(stop.clone()),
            Cause::Missing | Cause::Zero | Cause::Absent => Ok(()),
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use merit_core::{Rounding, Value};

    use crate::evaluate::{Evaluation, evaluate};
    use crate::program::sample::{USD, arithmetic, exact, expr, inputs, literal, ratio, usd};
    use crate::program::{Comparison, Expr, ExprKind, Operator, Program, Range, StatementKind, Type};

    fn outcome(evaluation: &Evaluation, name: &str) -> Result<String, String> {
        let output = evaluation.outputs.iter().find(|output| output.name == name).unwrap();
        output.outcome.as_ref().map(Value::spoken).map_err(|not| not.reason.clone())
    }

    /// `quota` from $1, `csat` optional; three payouts that read more and less of them.
    fn program() -> Program {
        let mut program = Program::empty();
        let from_one = Range { min: Some(exact("1")), max: Some(exact("1000")) };
        let quota = program.fact("quota", USD, false, from_one);
        let csat = program.fact("csat", Type::Number, true, Range { min: Some(exact("0")), max: Some(exact("5")) });
        let double = program.define("double", arithmetic(quota, Operator::Multiply, literal("2", Type::Count)));
        let round = || StatementKind::Round(Rounding::HalfEven, ratio("0.01"));
        let pay = |value: Expr| vec![StatementKind::Pay(value), round()];
        program.payout("flat", pay(literal("5", USD)));
        // The quota is read on a path that is not taken.
        let yes = expr(ExprKind::Literal(crate::program::Quantity::Flag(true)), Type::YesNo);
        let never = ExprKind::If(Box::new(yes), Box::new(literal("7", USD)), Box::new(double.clone()));
        program.payout("elsewhere", pay(expr(never, USD)));
        let guarded = ExprKind::Otherwise(Box::new(double), Box::new(literal("3", USD)));
        program.payout("guarded", pay(expr(guarded, USD)));
        // `csat is missing or csat is at least 3.5`.
        let missing = expr(ExprKind::IsMissing(Box::new(csat.clone())), Type::YesNo);
        let enough = ExprKind::Compare(Comparison::AtLeast, Box::new(csat), Box::new(literal("3.5", Type::Number)));
        let condition = ExprKind::Or(Box::new(missing), Box::new(expr(enough, Type::YesNo)));
        let gate = StatementKind::Gate { condition: expr(condition, Type::YesNo), otherwise: None };
        program.payout("gated", vec![StatementKind::Pay(literal("9", USD)), gate, round()]);
        program
    }

    #[test]
    fn what_is_missing_or_out_of_range_keeps_only_its_readers_from_being_scored() {
        let csat = |number: &str| ("csat", Value::Number(ratio(number)));
        let missing = || Err("`quota` is missing".to_owned());
        let zero = || Err("`quota` is $0.00, outside its range: $1.00 to $1,000.00".to_owned());
        let ok = |text: &str| Ok(text.to_owned());
        for (facts, elsewhere, guarded, gated) in [
            (vec![("quota", usd("10"))], ok("$7.00"), ok("$20.00"), ok("$9.00")),
            (vec![], missing(), ok("$3.00"), ok("$9.00")),
            (vec![("quota", usd("0"))], zero(), zero(), ok("$9.00")),
            (vec![("quota", usd("10")), csat("3.4")], ok("$7.00"), ok("$20.00"), ok("$0.00")),
            (vec![csat("3.5")], missing(), ok("$3.00"), ok("$9.00")),
            (vec![csat("5.1")], missing(), ok("$3.00"), Err("`csat` is 5.1, outside its range: 0 to 5".to_owned())),
        ] {
            let evaluation = evaluate(&program(), &inputs("ana", &facts));
            assert_eq!(outcome(&evaluation, "flat"), ok("$5.00"), "{facts:?}");
            assert_eq!(outcome(&evaluation, "elsewhere"), elsewhere, "{facts:?}");
            assert_eq!(outcome(&evaluation, "guarded"), guarded, "{facts:?}");
            assert_eq!(outcome(&evaluation, "gated"), gated, "{facts:?}");
        }
    }

    #[test]
    fn what_is_out_of_range_is_not_hidden_by_what_is_missing() {
        let mut program = Program::empty();
        let quota = program.fact("quota", USD, false, Range::default());
        let csat = program.fact("csat", Type::Number, false, Range { min: Some(exact("0")), max: Some(exact("5")) });
        let both = program.define("both", arithmetic(quota, Operator::Multiply, csat));
        let guarded = ExprKind::Otherwise(Box::new(both), Box::new(literal("3", USD)));
        program.define("guarded", expr(guarded, USD));
        let nine = ("csat", Value::Number(ratio("9")));
        let stray = Err("`csat` is 9, outside its range: 0 to 5".to_owned());
        for facts in [vec![nine.clone()], vec![nine, ("quota", usd("1"))]] {
            let evaluation = evaluate(&program, &inputs("ana", &facts));
            assert_eq!(outcome(&evaluation, "both"), stray);
            assert_eq!(outcome(&evaluation, "guarded"), stray);
        }
        let evaluation = evaluate(&program, &inputs("ana", &[]));
        assert_eq!(outcome(&evaluation, "guarded"), Ok("$3.00".to_owned()));
    }

    #[test]
    fn asking_whether_something_is_missing_needs_nothing() {
        let mut program = Program::empty();
        let quota = program.fact("quota", USD, false, Range { min: Some(exact("1")), max: None });
        program.define("none", expr(ExprKind::IsMissing(Box::new(quota)), Type::YesNo));
        for (facts, expected) in [
            (vec![], Ok("yes".to_owned())),
            (vec![("quota", usd("1"))], Ok("no".to_owned())),
            (vec![("quota", usd("0"))], Err("`quota` is $0.00, outside its range: $1.00 and above".to_owned())),
        ] {
            assert_eq!(outcome(&evaluate(&program, &inputs("ana", &facts)), "none"), expected);
        }
    }

    #[test]
    fn an_amount_of_another_currency_is_not_taken() {
        let euros = Value::Money(merit_core::Money::new(1000, merit_core::Currency::EUR));
        let evaluation = evaluate(&program(), &inputs("ana", &[("quota", euros)]));
        let reason = "`quota` is EUR 10.00, but the policy reads it in USD";
        assert_eq!(outcome(&evaluation, "guarded"), Err(reason.to_owned()));
        assert_eq!(outcome(&evaluation, "double"), Err(reason.to_owned()));
    }

    #[test]
    fn otherwise_catches_a_zero_divisor() {
        let mut program = Program::empty();
        let count = program.fact("team", Type::Count, false, Range::default());
        let share = arithmetic(literal("10", USD), Operator::Divide, count);
        let guarded = ExprKind::Otherwise(Box::new(share.clone()), Box::new(literal("1", USD)));
        program.define("guarded", expr(guarded, USD));
        program.define("bare", share);
        let evaluation = evaluate(&program, &inputs("ana", &[("team", Value::Count(0))]));
        assert_eq!(outcome(&evaluation, "guarded"), Ok("$1.00".to_owned()));
        assert_eq!(outcome(&evaluation, "bare"), Err("`team` is 0, so nothing can be divided by it".to_owned()));
        let evaluation = evaluate(&program, &inputs("ana", &[("team", Value::Count(4))]));
        assert_eq!(outcome(&evaluation, "guarded"), Ok("$2.50".to_owned()));
    }
}
