//! Holding what a test expects against what came.

use merit_core::{Currency, Money, Period, Ratio, Rounding, Value};

use super::TestFailure;
use super::periods::{Ran, Totals};
use crate::evaluate::{Output, Row, credit};
use crate::explain::{explain, spoken};
use crate::program::{
    AmountPart, ColumnId, Expectation, ExpectationKind, ListId, OutcomeId, Program, Quantity, Target, Type,
};
use crate::trace::{Figure, Trace};

/// Expected and found words, and what explains them.
type Differs<'a> = (String, String, Words<'a>);

/// What explains a difference.
enum Words<'a> {
    /// How this output came about.
    Of(&'a str),
    /// Lines of its own.
    Lines(Vec<String>),
}

/// What is wrong, if the expectation doesn't hold.
pub(super) fn failure(
    program: &Program,
    ran: &Ran,
    all: &[(Period, Totals)],
    expectation: &Expectation,
) -> Option<TestFailure> {
    let (expected, found, about) = match &expectation.kind {
        ExpectationKind::Equals { target, ty, value } => equals(program, ran, *target, ty, value),
        ExpectationKind::RoundsTo { target, ty, value, step } => rounds_to(program, ran, *target, ty, value, step),
        ExpectationKind::Part { outcome, part, value } => part_of(program, ran, *outcome, *part, value),
        ExpectationKind::Paid(value) => paid(program, ran, value),
        ExpectationKind::Owed(value) => owed(program, ran, value),
        ExpectationKind::Total { outcome, payable, value } => total(program, all, *outcome, *payable, value),
        ExpectationKind::Column { list, column, values } => column_of(program, ran, *list, *column, values),
        ExpectationKind::Credit { to, of, value } => credited(program, ran, to, of, value),
        ExpectationKind::Recognized { recognition, yes, points } => {
            recognized(program, ran, *recognition, yes.then_some(points.as_ref()))
        }
        ExpectationKind::Share { .. } | ExpectationKind::Won { .. } | ExpectationKind::Guideline(_) => None,
    }?;
    let words = match about {
        Words::Of(name) => explain(program, &ran.evaluation.trace, name),
        Words::Lines(lines) => lines,
    };
    Some(TestFailure { line: expectation.line, expected, found, words })
}

fn equals<'a>(program: &'a Program, ran: &Ran, target: Target, ty: &Type, value: &Quantity) -> Option<Differs<'a>> {
    let (name, figure) = target_of(program, &ran.evaluation.trace, target)?;
    let found = match figure {
        Figure::Is(found) if found == value => return None,
        Figure::Is(found) => format!("{name} = {}", apart(found, value, ty)),
        Figure::Not(reason) => format!("{name} is not scored: {reason}"),
    };
    Some((format!("{name} = {}", value.spoken(ty)), found, Words::Of(name)))
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
    Some((format!("{name} rounds to {}", Quantity::Exact(value.clone()).spoken(ty)), found, Words::Of(name)))
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
    let mut words = explain(program, &ran.evaluation.trace, name);
    if matches!(part, AmountPart::Released | AmountPart::Payable) {
        let own = ran.released.iter().filter(|release| release.payout == output.name);
        words.extend(own.flat_map(|release| {
            release.words.iter().map(|words| format!("{} is freed: {words}", release.amount.spoken()))
        }));
    }
    Some((told, found, Words::Lines(words)))
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

fn paid<'a>(program: &Program, ran: &Ran, expected: &Ratio) -> Option<Differs<'a>> {
    let told = |words: String| format!("paid = {words}");
    let money = |minor| Money::new(minor, program.currency());
    let found = match &ran.settled {
        Err(not) => format!("it can't be settled: {}", not.reason),
        Ok(_) if money(ran.totals.paid).major() == *expected => return None,
        Ok(_) => told(money(ran.totals.paid).spoken()),
    };
    Some((told(merit_core::money::spoken(expected, program.currency())), found, settled_words(program, ran)))
}

/// What is payable of each payout, and what settling adds.
fn settled_words(program: &Program, ran: &Ran) -> Words<'static> {
    let money = |minor| Money::new(minor, program.currency()).spoken();
    let mut lines: Vec<String> =
        ran.totals.payable.iter().map(|(name, minor)| format!("payable of {name}: {}", money(*minor))).collect();
    for line in ran.settled.iter().flat_map(|settled| &settled.lines) {
        lines.push(format!("{}: {}", line.payout, line.amount.spoken()));
        lines.extend(line.words.iter().map(|words| format!("  {words}")));
    }
    Words::Lines(lines)
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
    Some((told(merit_core::money::spoken(expected, program.currency())), found, settled_words(program, ran)))
}

fn total<'a>(
    program: &'a Program,
    all: &[(Period, Totals)],
    outcome: Option<OutcomeId>,
    payable: bool,
    expected: &Ratio,
) -> Option<Differs<'a>> {
    let name = match outcome {
        Some(outcome) => program.outcomes.get(outcome.0)?.name.as_str(),
        None => "paid",
    };
    let part = |totals: &Totals| match (outcome, payable) {
        (None, _) => totals.paid,
        (Some(_), true) => totals.payable.get(name).copied().unwrap_or_default(),
        (Some(_), false) => totals.earned.get(name).copied().unwrap_or_default(),
    };
    let found = all.iter().fold(0_i64, |sum, (_, totals)| sum.saturating_add(part(totals)));
    let found = Money::new(found, program.currency());
    let parts = all
        .iter()
        .map(|(period, totals)| format!("{period}: {}", Money::new(part(totals), program.currency()).spoken()));
    if found.major() == *expected {
        return None;
    }
    let told = |words: String| format!("total of {name}{} = {words}", if payable { " payable" } else { "" });
    Some((
        told(merit_core::money::spoken(expected, program.currency())),
        told(found.spoken()),
        Words::Lines(parts.collect()),
    ))
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
    let lines = explain(program, &ran.evaluation.trace, &name);
    Some((expected, told(words.collect()), Words::Lines(lines)))
}

fn credited<'a>(program: &Program, ran: &Ran, to: &str, of: &str, expected: &Ratio) -> Option<Differs<'a>> {
    let list = program.credit.as_ref().and_then(|credit| program.lists.get(credit.list.0));
    let rows: &[Row] = list.and_then(|list| ran.inputs.lists.get(&list.name)).map(Vec::as_slice).unwrap_or_default();
    let mut sum = Money::zero(program.currency());
    let mut shares = Vec::new();
    for row in rows {
        for share in &credit(program, row, &|_, _| None).shares {
            for (_, amount) in share.amounts.iter().filter(|(field, _)| field == of) {
                let (who, role) = (&share.participant, &share.credited_as);
                shares.push(format!("{}: {} of {of} to {who} as {role}", row.id, amount.spoken()));
                if share.credited_as == to {
                    sum = Money::new(sum.minor.saturating_add(amount.minor), amount.currency);
                }
            }
        }
    }
    if sum.major() == *expected {
        return None;
    }
    let told = |words: String| format!("credit to {to} of {of} = {words}");
    Some((told(merit_core::money::spoken(expected, sum.currency)), told(sum.spoken()), Words::Lines(shares)))
}

/// Whether somebody is recognized as expected: not, or with so many points where it says how many.
fn recognized<'a>(
    program: &'a Program,
    ran: &Ran,
    recognition: usize,
    expected: Option<Option<&Ratio>>,
) -> Option<Differs<'a>> {
    let name = program.recognitions.get(recognition)?.name.as_str();
    let given = ran.recognized.get(name);
    let wanted = expected.flatten();
    if given.is_some() == expected.is_some() && wanted.is_none_or(|points| Some(points) == given) {
        return None;
    }
    let words = |yes: bool, points: Option<&Ratio>| {
        let with = points
            .filter(|_| wanted.is_some())
            .map(|points| format!(" with {}", Quantity::Exact(points.clone()).spoken(&Type::Points)));
        format!("{}recognized “{name}”{}", if yes { "" } else { "not " }, with.unwrap_or_default())
    };
    Some((words(expected.is_some(), wanted), words(given.is_some(), given), Words::Of(name)))
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
