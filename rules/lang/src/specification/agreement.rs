//! Where evaluator and specification differ on one policy and its people.

use merit_core::ids::PersonId;
use merit_core::{Currency, Money, Rounding};
use num_traits::Zero as _;

use super::generator::people::Life;
use super::outcomes::Kept;
use super::rounding::rounded;
use super::values::{Answer, Value, coins, exact, given, integer};
use super::{Person, credit, rank, record_of};
use crate::evaluate::{
    self, Awaited, ContestEntry, Evaluation, History, Output, Past, PersonInputs, Row, SettleInput, Waiting,
};
use crate::program::{Program, Quantity};
use crate::schema::Schema;
use crate::syntax::ast::{File, Item, TypeKind};
use crate::trace::{Figure, RowTold};

/// How much was compared, so that a generator that goes astray shows.
#[derive(Debug, Default, Clone)]
pub struct Seen {
    people: usize,
    scored: usize,
    not_scored: usize,
    held: usize,
    recognized: usize,
    credited: usize,
    awards: usize,
    settled: usize,
    guaranteed: usize,
    recovered: usize,
    taken_back: usize,
    waiting: usize,
    freed: usize,
    labels: usize,
    left_out: usize,
}

impl Seen {
    pub fn add(&mut self, other: &Self) {
        self.people += other.people;
        self.scored += other.scored;
        self.not_scored += other.not_scored;
        self.held += other.held;
        self.recognized += other.recognized;
        self.credited += other.credited;
        self.awards += other.awards;
        self.settled += other.settled;
        self.guaranteed += other.guaranteed;
        self.recovered += other.recovered;
        self.taken_back += other.taken_back;
        self.waiting += other.waiting;
        self.freed += other.freed;
        self.labels += other.labels;
        self.left_out += other.left_out;
    }

    /// Everything was met, and not only in its simplest form.
    pub fn is_rich(&self) {
        let Self { people, scored, not_scored, .. } = self;
        assert!(scored > not_scored && not_scored * 20 > *scored, "{self:?}");
        let often = [self.held, self.recognized, self.credited, self.awards, self.settled, self.left_out];
        let seldom = [self.guaranteed, self.taken_back, self.waiting, self.freed, self.recovered, self.labels];
        assert!(often.iter().all(|met| met * 60 > *people), "{self:?}");
        assert!(seldom.iter().all(|met| met * 1_000 > *people), "{self:?}");
    }
}

/// The first difference in words.
pub fn disagreement(
    program: &Program,
    schema: &Schema,
    policy: &File,
    schema_tree: &File,
    people: &[Life],
    seen: &mut Seen,
) -> Option<String> {
    let lives: Vec<Life> = people.iter().map(|life| lived(program, life)).collect();
    let mut entries = Vec::new();
    let mut specified = Vec::new();
    let periods =
        lives.iter().flat_map(|life| life.iter().enumerate().map(|(at, inputs)| (at + 1 == life.len(), inputs)));
    for (last, inputs) in periods {
        let person = Person::new(policy, schema_tree, inputs);
        let evaluation = evaluate::evaluate(program, inputs);
        seen.people += 1;
        let about = format!("for {} in {}", inputs.person.as_str(), inputs.period);
        if let Some(difference) = of_person(program, &person, &evaluation, seen) {
            return Some(format!("{about}: {difference}"));
        }
        for row in inputs.lists.get("deals").into_iter().flatten() {
            if let Some(difference) = of_credit(program, schema, policy, schema_tree, row, seen) {
                return Some(format!("{about}: {difference}"));
            }
        }
        // Contests compare everybody's last period.
        if last {
            entries.push(ContestEntry { participant: inputs.person.clone(), inputs: inputs.clone(), evaluation });
            specified.push(person);
        }
    }
    of_contests(program, policy, &entries, &specified, seen)
}

/// A person's periods, each with what the ones before it left behind.
fn lived(program: &Program, life: &Life) -> Life {
    let mut lived: Life = Vec::new();
    let mut history = History::default();
    for inputs in life {
        let inputs = PersonInputs { history: history.clone(), ..inputs.clone() };
        let evaluation = evaluate::evaluate(program, &inputs);
        history.periods.push(Past { period: inputs.period, values: evaluate::record(program, &evaluation) });
        let (_, left) = evaluate::release(&history.waiting, &has_come, &inputs.lists);
        history.waiting = left;
        history.waiting.extend(evaluation.outputs.iter().flat_map(|output| output.waiting.iter().cloned()));
        if let Ok(settled) = evaluate::settle(program, &inputs, &proposed(&evaluation)) {
            history.owed = settled.owed.or(history.owed);
        }
        lived.push(inputs);
    }
    lived
}

fn of_person(program: &Program, person: &Person<'_>, evaluation: &Evaluation, seen: &mut Seen) -> Option<String> {
    let (applies, expected) = (evaluate::applies(program, person.inputs), person.applies());
    if applies.clone().ok() != expected.ok() {
        return Some(format!("applies is {applies:?}, and should be {expected:?}"));
    }
    seen.left_out += usize::from(expected == Ok(false));
    let trace = &evaluation.trace;
    let facts = program.facts.iter().zip(&trace.facts).map(|(fact, told)| (&fact.name, &told.value));
    let defines = program.defines.iter().zip(&trace.defines).map(|(define, told)| (&define.name, &told.value));
    let outcomes = program.outcomes.iter().zip(&trace.outcomes).map(|(outcome, told)| (&outcome.name, &told.value));
    for (name, figure) in facts.chain(defines).chain(outcomes) {
        let expected = person.figure(name).unwrap();
        if !same(figure, &expected) {
            return Some(format!("{name} is {figure:?}, and should be {expected:?}"));
        }
    }
    if let Some(difference) = of_columns(program, person, evaluation) {
        return Some(difference);
    }
    for output in &evaluation.outputs {
        if let Some(difference) = of_output(person, output, seen) {
            return Some(difference);
        }
    }
    of_recognitions(person, evaluation, seen)
        .or_else(|| of_settling(program, person, evaluation, seen))
        .or_else(|| of_waiting(person, seen))
}

/// The columns of the policy's own, row by row.
fn of_columns(program: &Program, person: &Person<'_>, evaluation: &Evaluation) -> Option<String> {
    for told in &evaluation.trace.columns {
        let list = &program.lists[told.list.0];
        let name = &list.columns[told.column.0].name;
        for RowTold { id, told, .. } in &told.rows {
            let row = person.inputs.lists[&list.name].iter().find(|row| row.id == *id).unwrap();
            let expected = person.cell(person.record(&list.name), row, name).unwrap();
            if !same(&told.value, &expected) {
                return Some(format!("{name} of {id} is {:?}, and should be {expected:?}", told.value));
            }
        }
    }
    None
}

fn same(figure: &Figure, expected: &Answer) -> bool {
    match (figure, expected) {
        (Figure::Is(quantity), Ok(value)) => as_value(quantity) == *value,
        (Figure::Not(_), Err(_)) => true,
        _ => false,
    }
}

fn as_value(quantity: &Quantity) -> Value {
    match quantity {
        Quantity::Exact(ratio) => Value::Number(exact(ratio)),
        Quantity::Day(day) => Value::Day(*day),
        Quantity::Length(length) => Value::Length { months: length.months.into(), days: length.days.into() },
        Quantity::Words(words) => Value::Words(words.clone()),
        Quantity::Flag(yes) => Value::Flag(*yes),
    }
}

/// What is shown of a figure, and held back of it.
fn of_output(person: &Person<'_>, output: &Output, seen: &mut Seen) -> Option<String> {
    let name = &output.name;
    let ty = person.policy.items.iter().find_map(|item| match item {
        Item::Define { name: own, ty: Some(ty), .. } if own.node == *name => Some(&ty.kind),
        Item::Weigh(weigh) if weigh.name.node == *name => Some(&weigh.ty.kind),
        Item::Outcome(outcome) if outcome.name.node == *name => Some(&outcome.ty.kind),
        _ => None,
    });
    let ran = person.worked_out(name).unwrap();
    let expected = ran.value.ok().and_then(|value| shown(value, ty.unwrap(), person.currency()));
    let found = output.outcome.as_ref().ok().map(|value| given(value, ty.unwrap(), person.currency()).unwrap());
    if found != expected {
        return Some(format!("{name} is shown as {:?}, and should be {expected:?}", output.outcome));
    }
    if expected.is_some() {
        seen.scored += 1;
    } else {
        seen.not_scored += 1;
    }
    let major = |money: Money| super::values::major(&money);
    let waiting = output.waiting.iter().map(|item| {
        let what = match &item.what {
            Awaited::Event(event) => event,
            Awaited::Cash { reference, .. } => reference,
        };
        (what.clone(), item.amount.minor)
    });
    let kept =
        Kept { held: output.held.map(major), taken_back: output.taken_back.map(major), waiting: waiting.collect() };
    seen.held += usize::from(kept.held.is_some());
    seen.taken_back += usize::from(kept.taken_back.as_ref().is_some_and(|back| !back.is_zero()));
    seen.waiting += usize::from(!kept.waiting.is_empty());
    (kept != ran.kept).then(|| format!("{kept:?} became of {name}, and it should be {:?}", ran.kept))
}

/// An amount in whole coins, a count that can be kept, anything else as it is.
fn shown(value: Value, ty: &TypeKind, currency: Currency) -> Option<Value> {
    use merit_core::ValueType;
    match (ty, &value) {
        (TypeKind::Plain(ValueType::Money), Value::Number(number)) => {
            let minor = rounded(&(number * coins(currency)), &integer(1), Rounding::HalfEven);
            super::values::fits(&minor).then(|| Value::Number(minor / coins(currency)))
        }
        (TypeKind::Plain(ValueType::Count), Value::Number(number)) => super::values::fits(number).then_some(value),
        _ => Some(value),
    }
}

/// Invoices are paid for what was earned in odd months; years are closed in the end.
fn has_come(item: &Waiting, event: &str) -> bool {
    event == "year_closed" || item.since.month() % 2 == 1
}

/// What waits and is freed now, and what goes on waiting.
fn of_waiting(person: &Person<'_>, seen: &mut Seen) -> Option<String> {
    let inputs = person.inputs;
    let (released, left) = evaluate::release(&inputs.history.waiting, &has_come, &inputs.lists);
    let some = |amounts: Vec<i64>| amounts.into_iter().filter(|minor| *minor != 0).collect::<Vec<_>>();
    let found = (
        some(released.iter().map(|free| free.amount.minor).collect()),
        some(left.iter().map(|item| item.amount.minor).collect()),
    );
    let (now, later) = person.freed(&has_come).into_iter().unzip();
    let expected = (some(now), some(later));
    seen.freed += expected.0.len();
    (found != expected).then(|| format!("freed and waiting are {found:?}, and should be {expected:?}"))
}

fn of_recognitions(person: &Person<'_>, evaluation: &Evaluation, seen: &mut Seen) -> Option<String> {
    for item in &person.policy.items {
        let Item::Recognize(recognize) = item else { continue };
        let found = evaluation.recognitions.iter().find(|given| given.name == recognize.name.node);
        let found = found.map(|found| super::recognitions::Given {
            name: found.name.clone(),
            points: found.points.as_ref().map(exact),
            kudos: found.kudos.as_ref().map(|kudos| kudos.from.as_str().to_owned()),
            announced: found.announce.is_some(),
        });
        let expected = person.recognition(recognize);
        if found != expected {
            return Some(format!("recognized {found:?}, and it should be {expected:?}"));
        }
        seen.recognized += usize::from(expected.is_some());
    }
    None
}

/// What the payouts came to, and an amount of another currency.
fn proposed(evaluation: &Evaluation) -> Vec<SettleInput> {
    let amounts = evaluation.outputs.iter().filter_map(|output| match &output.outcome {
        Ok(merit_core::Value::Money(money)) => {
            let held = output.held.map_or(0, |held| held.minor);
            Some((*money, Money::new(money.minor.saturating_sub(held), money.currency)))
        }
        _ => None,
    });
    amounts
        .chain([(Money::new(123_456, Currency::GBP), Money::new(123_456, Currency::GBP))])
        .enumerate()
        .map(|(at, (amount, payable))| SettleInput {
            line: at.to_string(),
            payout: format!("line {at}"),
            amount,
            payable,
        })
        .collect()
}

/// All of it settled.
fn of_settling(program: &Program, person: &Person<'_>, evaluation: &Evaluation, seen: &mut Seen) -> Option<String> {
    let settle = person.policy.items.iter().find_map(|item| match item {
        Item::Settle(settle) => Some(settle),
        _ => None,
    })?;
    let proposed = proposed(evaluation);
    let found = evaluate::settle(program, person.inputs, &proposed);
    let found = found.ok().map(|settled| {
        let lines = settled.lines.iter().map(|line| (line.payout.clone(), integer(line.amount.minor)));
        (lines.collect::<Vec<_>>(), settled.owed.map(|owed| integer(owed.minor)))
    });
    let expected = person.settled(settle, &proposed).ok().map(|(lines, owed)| {
        (lines.into_iter().map(|(name, coins)| (name.to_owned(), coins)).collect::<Vec<_>>(), owed)
    });
    for (name, _) in expected.iter().flat_map(|(lines, _)| lines) {
        match name.as_str() {
            "cap total" => seen.settled += 1,
            "draw recovery" => seen.recovered += 1,
            _ => seen.guaranteed += 1,
        }
    }
    (found != expected).then(|| format!("settling {proposed:?} gives {found:?}, and should give {expected:?}"))
}

/// Everybody's manager: those with small numbers, in a circle at the top, others from the middle of 2026 on.
fn manager(person: &str, day: jiff::civil::Date) -> Option<String> {
    let number: usize = person.strip_prefix('p')?.parse().ok()?;
    let later = day >= jiff::civil::date(2026, 6, 1);
    match number {
        0 => Some("p01".to_owned()),
        1 => Some("p00".to_owned()),
        5 if later => None,
        _ => Some(format!("p{:02}", if later { number - 2 } else { number / 2 })),
    }
}

fn of_credit(
    program: &Program,
    schema: &Schema,
    policy: &File,
    schema_tree: &File,
    row: &Row,
    seen: &mut Seen,
) -> Option<String> {
    let block = policy.items.iter().find_map(|item| match item {
        Item::Credit(credit) => Some(credit),
        _ => None,
    });
    let (outcome, expected) = match block {
        Some(block) => {
            let line = |person: &PersonId, day| manager(person.as_str(), day).map(|id| PersonId::new(&id).unwrap());
            (
                evaluate::credit(program, row, &line),
                credit::by_block(block, record_of(schema_tree, "deals"), row, &manager),
            )
        }
        None => {
            let expected = credit::by_default(record_of(schema_tree, "deals"), row);
            (evaluate::credit_default(schema, "deals", row), expected)
        }
    };
    let mut found = credit::Credited::new();
    let mut twice = false;
    for share in &outcome.shares {
        for (of, amount) in &share.amounts {
            let key = (share.participant.as_str().to_owned(), share.credited_as.clone(), of.clone());
            twice |= found.insert(key, amount.minor).is_some();
        }
    }
    seen.credited += usize::from(expected.len() > 1);
    (twice || found != expected)
        .then(|| format!("{} is credited {:?}, and should be {expected:?}", row.id, outcome.shares))
}

fn of_contests(
    program: &Program,
    policy: &File,
    entries: &[ContestEntry],
    people: &[Person<'_>],
    seen: &mut Seen,
) -> Option<String> {
    if program.contests.is_empty() || people.is_empty() {
        return None;
    }
    let outcome = evaluate::rank(program, entries);
    let mut not_ranked = Vec::new();
    for item in &policy.items {
        let Item::Contest(contest) = item else { continue };
        let expected = rank::decided(contest, people);
        not_ranked.extend(expected.not_ranked.iter().cloned());
        let name = &contest.name.node;
        let awards = outcome.awards.iter().filter(|award| award.contest == *name);
        let labels = outcome.labels.iter().filter(|label| label.contest == *name);
        let mut found = rank::Decided {
            awards: awards.map(|won| (won.participant.as_str().to_owned(), won.place, won.amount.minor)).collect(),
            labels: labels.map(|label| (label.participant.as_str().to_owned(), label.label.clone())).collect(),
            guidelines: outcome.guidelines.iter().filter(|guideline| guideline.contest == *name).count(),
            not_ranked: expected.not_ranked.clone(),
        };
        found.awards.sort();
        found.labels.sort();
        seen.awards += found.awards.len();
        seen.labels += found.labels.len();
        if found != expected {
            return Some(format!("{name} comes to {found:?}, and should come to {expected:?}"));
        }
    }
    let mut found: Vec<String> = outcome.not_ranked.iter().map(|(person, _)| person.as_str().to_owned()).collect();
    found.sort();
    not_ranked.sort();
    (found != not_ranked).then(|| format!("{found:?} are not ranked, and {not_ranked:?} should not be"))
}
