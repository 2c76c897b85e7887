//! Holding what a test expects against what came.

use merit_core::{Currency, Money, Ratio, Rounding, Value};

use super::TestFailure;
use super::periods::{Ran, Totals};
use crate::evaluate::{Output, Row, credit};
use crate::explain::{explain, spoken};
use crate::program::{
    AmountPart, ColumnId, Expectation, ExpectationKind, ListId, OutcomeId, Program, Quantity, Target, Type,
};
use crate::trace::{Figure, Trace};

/// Expected and found words, and the name whose explanation helps.
type Differs<'a> = (String, String, &'a str);

/// What is wrong, if the expectation doesn't hold.
pub(super) fn failure(program: &Program, ran: &Ran, all: &Totals, expectation: &Expectation) -> Option<TestFailure> {
    let (expected, found, about) = match &expectation.kind {
        ExpectationKind::Equals { target, ty, value } => equals(program, ran, *target, ty, value),
        ExpectationKind::RoundsTo { target, ty, value, step } => rounds_to(program, ran, *target, ty, value, step),
        ExpectationKind::Part { outcome, part, value } => part_of(program, ran, *outcome, *part, value),
        ExpectationKind::Paid(value) => paid(program, ran, value),
        ExpectationKind::Owed(value) => owed(program, ran, value),
        ExpectationKind::Total { outcome, payable, value } => total(program, all, *outcome, *payable, value),
        ExpectationKind::Column { list, column, values } => column_of(program, ran, *list, *column, values),
        ExpectationKind::Credit { to, of, value } => credited(program, ran, to, of, value),
        ExpectationKind::Recognized { recognition, yes } => recognized(program, ran, *recognition, *yes),
        ExpectationKind::Share { .. } | ExpectationKind::Guideline(_) => None,
    }?;
    Some(TestFailure { line: expectation.line, expected, found, words: explain(program, &ran.evaluation.trace, about) })
}

fn equals<'a>(program: &'a Program, ran: &Ran, target: Target, ty: &Type, value: &Quantity) -> Option<Differs<'a>> {
    let (name, figure) = target_of(program, &ran.evaluation.trace, target)?;
    let found = match figure {
        Figure::Is(found) if found == value => return None,
        Figure::Is(found) => format!("{name} = {}", apart(found, value, ty)),
        Figure::Not(reason) => format!("{name} is not scored: {reason}"),
    };
    Some((format!("{name} = {}", value.spoken(ty)), found, name))
}

fn rounds_to<'a>(
    program: &'a Program,
    ran: &Ran,
    target: Target,
    ty: &Type,
    value: &Ratio,
    step: &Ratio,
) -> Option<Differs<'a>> {
    let (name, figure) = target_of(program, &ran.evaluation.trace, target)?;
    let found = match figure {
        Figure::Is(Quantity::Exact(found)) if found.round_to(step, Rounding::HalfUp) == *value => return None,
        Figure::Is(found) => format!("{name} = {}", spoken(found, ty)),
        Figure::Not(reason) => format!("{name} is not scored: {reason}"),
    };
    Some((format!("{name} rounds to {}", Quantity::Exact(value.clone()).spoken(ty)), found, name))
}

fn part_of<'a>(
    program: &'a Program,
    ran: &Ran,
    outcome: OutcomeId,
    part: AmountPart,
    expected: &Ratio,
) -> Option<Differs<'a>> {
    let outcome = program.outcomes.get(outcome.0)?;
    let name = outcome.name.as_str();
    let output = ran.evaluation.outputs.iter().find(|output| output.name == name)?;
    let told = format!("{name} {} = {}", part.words(), Quantity::Exact(expected.clone()).spoken(&outcome.ty));
    let found = match (&output.outcome, amount(ran, output, part)) {
        (Err(not), _) if part != AmountPart::Released => format!("{name} is not scored: {}", not.reason),
        (_, found) if found.major() == *expected => return None,
        (_, found) => format!("{name} {} = {}", part.words(), found.spoken()),
    };
    Some((told, found, name))
}

/// A part of a payout's amount in the period.
fn amount(ran: &Ran, output: &Output, part: AmountPart) -> Money {
    let currency = match &output.outcome {
        Ok(Value::Money(money)) => money.currency,
        _ => Currency::USD,
    };
    let released = || {
        let own = ran.released.iter().filter(|release| release.payout == output.name);
        own.fold(0_i64, |sum, release| sum.saturating_add(release.amount.minor))
    };
    let minor = match part {
        AmountPart::Held => output.held.map_or(0, |held| held.minor),
        AmountPart::TakenBack => output.taken_back.map_or(0, |back| back.minor),
        AmountPart::Released => released(),
        AmountPart::Payable => ran.totals.payable.get(&output.name).copied().unwrap_or_default(),
    };
    Money::new(minor, currency)
}

/// Nothing about one outcome explains what is paid in all.
const ALL: &str = "";

fn paid<'a>(program: &Program, ran: &Ran, expected: &Ratio) -> Option<Differs<'a>> {
    let told = |words: String| format!("paid = {words}");
    let money = |minor| Money::new(minor, program.currency());
    let found = match &ran.settled {
        Err(not) => format!("it can't be settled: {}", not.reason),
        Ok(_) if money(ran.totals.paid).major() == *expected => return None,
        Ok(settled) => {
            let lines: Vec<String> =
                settled.lines.iter().map(|line| format!("{} {}", line.payout, line.amount.spoken())).collect();
            let with = if lines.is_empty() { String::new() } else { format!(" (with {})", lines.join(", ")) };
            format!("{}{with}", told(money(ran.totals.paid).spoken()))
        }
    };
    Some((told(merit_core::money::spoken(expected, program.currency())), found, ALL))
}

fn owed<'a>(program: &Program, ran: &Ran, expected: &Ratio) -> Option<Differs<'a>> {
    let told = |words: String| format!("owed = {words}");
    let found = match &ran.settled {
        Err(not) => format!("it can't be settled: {}", not.reason),
        Ok(settled) => {
            let owed = settled.owed.unwrap_or(Money::zero(program.currency()));
            if owed.major() == *expected {
                return None;
            }
            told(owed.spoken())
        }
    };
    Some((told(merit_core::money::spoken(expected, program.currency())), found, ALL))
}

fn total<'a>(
    program: &'a Program,
    all: &Totals,
    outcome: Option<OutcomeId>,
    payable: bool,
    expected: &Ratio,
) -> Option<Differs<'a>> {
    let name = match outcome {
        Some(outcome) => program.outcomes.get(outcome.0)?.name.as_str(),
        None => "paid",
    };
    let found = match (outcome, payable) {
        (None, _) => all.paid,
        (Some(_), true) => all.payable.get(name).copied().unwrap_or_default(),
        (Some(_), false) => all.earned.get(name).copied().unwrap_or_default(),
    };
    let found = Money::new(found, program.currency());
    if found.major() == *expected {
        return None;
    }
    let told = |words: String| format!("total of {name}{} = {words}", if payable { " payable" } else { "" });
    Some((told(merit_core::money::spoken(expected, program.currency())), told(found.spoken()), name))
}

fn column_of<'a>(
    program: &'a Program,
    ran: &Ran,
    list: ListId,
    column: ColumnId,
    expected: &[Quantity],
) -> Option<Differs<'a>> {
    let found = program.lists.get(list.0)?;
    let ty = &found.columns.get(column.0)?.ty;
    let name = format!("{}.{}", found.name, found.columns.get(column.0)?.name);
    let told = |words: Vec<String>| format!("{name} = {}", words.join(", "));
    let values = crate::evaluate::column_values(program, &ran.inputs, list, column);
    let same = values.len() == expected.len()
        && values.iter().zip(expected).all(|(found, expected)| found.as_ref() == Ok(expected));
    if same {
        return None;
    }
    let words = values.iter().map(|value| match value {
        Ok(value) => spoken(value, ty),
        Err(reason) => format!("not scored ({reason})"),
    });
    let expected = told(expected.iter().map(|value| value.spoken(ty)).collect());
    Some((expected, told(words.collect()), ALL))
}

fn credited<'a>(program: &Program, ran: &Ran, to: &str, of: &str, expected: &Ratio) -> Option<Differs<'a>> {
    let list = program.credit.as_ref().and_then(|credit| program.lists.get(credit.list.0));
    let rows: &[Row] = list.and_then(|list| ran.inputs.lists.get(&list.name)).map(Vec::as_slice).unwrap_or_default();
    let mut sum = Money::zero(program.currency());
    for row in rows {
        for share in credit(program, row, &|_, _| None).shares.iter().filter(|share| share.credited_as == to) {
            for (_, amount) in share.amounts.iter().filter(|(field, _)| field == of) {
                sum = Money::new(sum.minor.saturating_add(amount.minor), amount.currency);
            }
        }
    }
    if sum.major() == *expected {
        return None;
    }
    let told = |words: String| format!("credit to {to} of {of} = {words}");
    Some((told(merit_core::money::spoken(expected, sum.currency)), told(sum.spoken()), ALL))
}

fn recognized<'a>(program: &'a Program, ran: &Ran, recognition: usize, yes: bool) -> Option<Differs<'a>> {
    let name = program.recognitions.get(recognition)?.name.as_str();
    let given = ran.recognized.contains(name);
    if given == yes {
        return None;
    }
    let words = |yes: bool| format!("{}recognized “{name}”", if yes { "" } else { "not " });
    Some((words(yes), words(given), name))
}

/// The found value, told exactly where rounded words would look like the expected ones.
fn apart(found: &Quantity, expected: &Quantity, ty: &Type) -> String {
    match found {
        Quantity::Exact(exact) if found.spoken(ty) == expected.spoken(ty) => {
            format!("{} (exactly {exact})", spoken(found, ty))
        }
        _ => spoken(found, ty),
    }
}

fn target_of<'p, 't>(program: &'p Program, trace: &'t Trace, target: Target) -> Option<(&'p str, &'t Figure)> {
    Some(match target {
        Target::Fact(id) => (program.facts.get(id.0)?.name.as_str(), &trace.fact(id)?.value),
        Target::Define(id) => (program.defines.get(id.0)?.name.as_str(), &trace.define(id)?.value),
        Target::Outcome(id) => (program.outcomes.get(id.0)?.name.as_str(), &trace.outcome(id)?.value),
    })
}
