//! What a row of opening balances must be before it is taken.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::ids::PersonId;
use merit_core::text::shown;
use merit_core::{Problem, Value, ValueType};
use merit_rules::nearest;

use super::balances::BalanceRow;
use super::events::no_event;
use super::recorded::Known;
use crate::model::{Closed, Opening, OpeningKey, Packed, What};

/// What rows are held against.
pub struct Ground {
    /// Registered policies by name.
    pub policies: BTreeMap<String, Known>,
    /// The schema's events.
    pub events: BTreeSet<String>,
    /// Those of the named people who are in the directory.
    pub people: BTreeSet<PersonId>,
    /// What counts now, with the number of the change that it came with.
    pub on_record: Vec<(Opening, i64)>,
    /// Cycles that are closed.
    pub closed: Vec<Closed>,
}

/// A problem's column and message.
type Fault = (&'static str, String);

/// Rows that can be taken, and what is wrong with the others.
pub fn check(ground: &Ground, rows: Vec<BalanceRow>) -> (Vec<Opening>, Vec<Problem>) {
    let (mut ready, mut problems) = (Vec::new(), Vec::new());
    let mut record = Record::of(ground);
    for row in rows {
        let (line, before) = (row.line, problems.len());
        let mut fault = |(column, message): Fault| problems.push(Problem::cell(line, column, message));
        if !ground.people.contains(&row.person) {
            fault(("person", format!("`{}` is not in the directory; import people first", row.person)));
        }
        if row.last < row.first {
            fault(("last_day", format!("{} is before the first day, {}", row.last, row.first)));
        }
        let what = match what(ground, &row) {
            Ok(what) => what,
            Err(found) => {
                found.into_iter().for_each(fault);
                continue;
            }
        };
        let key = OpeningKey { participant: row.person, policy: row.policy, what, first: row.first, last: row.last };
        let opening = Opening { key, value: row.value.map(Packed) };
        if problems.len() > before {
            continue;
        }
        match record.take(ground, &opening, line) {
            Ok(()) => ready.push(opening),
            Err((column, message)) => problems.push(Problem::cell(line, column, message)),
        }
    }
    (ready, problems)
}

/// What the row is about, and whether its value is of that kind.
fn what(ground: &Ground, row: &BalanceRow) -> Result<What, Vec<Fault>> {
    let Some(policy) = ground.policies.get(&row.policy) else {
        let names: Vec<&str> = ground.policies.keys().map(String::as_str).collect();
        let there = match nearest(&row.policy, names.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "register it first with `merit rules publish PATH`".to_owned(),
        };
        return Err(vec![("policy", format!("no policy `{}` is registered; {there}", shown(&row.policy)))]);
    };
    let what = match row.what.as_str() {
        "held" => held(ground, policy, row)?,
        _ if !(row.payout.is_empty() && row.until.is_empty()) => {
            return Err(vec![("payout", "only `held` has a payout and an event; empty both cells".to_owned())]);
        }
        "owed" if policy.draws => What::Owed,
        "owed" => {
            let message = format!("`{}` has no recoverable draw, so nothing can be owed under it", row.policy);
            return Err(vec![("what", message)]);
        }
        "recognition" => return recognition(policy, row),
        name if policy.figures.contains_key(name) => What::Figure(name.to_owned()),
        name => return Err(vec![("what", no_figure(policy, row, name))]),
    };
    value(policy, &what, row).map_or(Ok(what), |fault| Err(vec![fault]))
}

fn no_figure(policy: &Known, row: &BalanceRow, name: &str) -> String {
    let names = policy.figures.keys().map(String::as_str).chain(["owed", "held", "recognition"]);
    let there = match nearest(name, names.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it has {}", names.collect::<Vec<_>>().join(", ")),
    };
    format!("`{}` puts no `{}` on record; {there}", row.policy, shown(name))
}

fn held(ground: &Ground, policy: &Known, row: &BalanceRow) -> Result<What, Vec<Fault>> {
    let mut faults = Vec::new();
    if !policy.payouts.contains(&row.payout) {
        let there = match nearest(&row.payout, policy.payouts.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("it has {}", policy.payouts.join(", ")),
        };
        faults.push(("payout", format!("`{}` has no payout `{}`; {there}", row.policy, shown(&row.payout))));
    }
    if !ground.events.contains(&row.until) {
        faults.push(("until", no_event(&ground.events, &row.until)));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(What::Held { payout: row.payout.clone(), until: row.until.clone() })
}

/// Given recognition: its title is the value, and an empty one can't say what to take off the record.
fn recognition(policy: &Known, row: &BalanceRow) -> Result<What, Vec<Fault>> {
    let title = match &row.value {
        Some(Value::Text(title)) => title,
        _ => return Err(vec![("value", "`recognition` needs the title that was given".to_owned())]),
    };
    if policy.titles.contains(title) {
        return Ok(What::Recognition(title.clone()));
    }
    let there = match nearest(title, policy.titles.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if policy.titles.is_empty() => "it gives none".to_owned(),
        None => format!("it gives {}", policy.titles.join(", ")),
    };
    Err(vec![("value", format!("`{}` gives no recognition `{}`; {there}", row.policy, shown(title)))])
}

/// Whether the value is of the kind that goes on record; none is: it is taken off.
fn value(policy: &Known, what: &What, row: &BalanceRow) -> Option<Fault> {
    let value = row.value.as_ref()?;
    let (kind, currency) = match what {
        What::Figure(name) => policy.figures.get(name).map(|figure| (figure.kind, figure.currency))?,
        What::Owed | What::Held { .. } => (ValueType::Money, policy.currency),
        What::Recognition(_) => return None,
    };
    let name = shown(&row.what);
    let fits = match (value, kind) {
        (Value::Count(_), ValueType::Number) => true,
        (Value::Number(number), ValueType::Count) => number.is_whole(),
        _ => value.kind() == kind,
    };
    if !fits {
        return Some(("value", format!("`{name}` needs {}, and this is {}", kind.word(), value.kind().word())));
    }
    let Value::Money(money) = value else { return None };
    if let Some(currency) = currency.filter(|currency| *currency != money.currency) {
        let message = format!("`{name}` is kept in {currency}, and this is in {}", money.currency);
        return Some(("value", message));
    }
    let least = match what {
        What::Held { .. } => 1,
        What::Owed => 0,
        _ => return None,
    };
    (money.minor < least).then(|| {
        let bound = if least == 0 { "not be negative" } else { "be more than nothing" };
        ("value", format!("{} can't stand: `{name}` must {bound}", money.spoken()))
    })
}

/// Days that have a figure, and on which line of this file if it is the file's.
type Stretch = (OpeningKey, Option<u32>);

/// What is on record and what this file adds, by whose and what.
struct Record<'a> {
    stretches: BTreeMap<(PersonId, String, What), Vec<Stretch>>,
    known: BTreeMap<&'a OpeningKey, (&'a Opening, i64)>,
}

impl<'a> Record<'a> {
    fn of(ground: &'a Ground) -> Self {
        let mut stretches: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (opening, _) in &ground.on_record {
            stretches.entry(group(&opening.key)).or_default().push((opening.key.clone(), None));
        }
        let known = ground.on_record.iter().map(|(opening, seq)| (&opening.key, (opening, *seq))).collect();
        Self { stretches, known }
    }

    /// Takes a row in, if it contradicts neither what is on record nor an earlier row nor a closed cycle.
    fn take(&mut self, ground: &Ground, opening: &Opening, line: u32) -> Result<(), Fault> {
        let key = &opening.key;
        let same = self.known.get(key).copied();
        if same.is_some_and(|(known, _)| known.value == opening.value) {
            return self.add(key, line);
        }
        if opening.value.is_none() && same.is_none() {
            let message = format!("the value is empty, and {} of these days is not on record", key.what.words());
            return Err(("value", message));
        }
        let counts = !matches!(key.what, What::Recognition(_));
        let covers = |closed: &&Closed| key.touches(closed.first, closed.last) && closed.policies.contains(&key.policy);
        if let Some(closed) = ground.closed.iter().find(covers).filter(|_| counts) {
            let message =
                format!("{} is closed; its figures are on record: correct them by an adjustment", closed.cycle);
            return Err(("first_day", message));
        }
        let read = |seq: i64| ground.closed.iter().find(|closed| closed.knew(seq, key.last));
        if let (What::Held { .. }, Some((_, seq))) = (&key.what, same)
            && let Some(closed) = read(seq)
        {
            let message = format!("{} was closed with what is on record; correct it by an adjustment", closed.cycle);
            return Err(("value", message));
        }
        self.add(key, line)
    }

    fn add(&mut self, key: &OpeningKey, line: u32) -> Result<(), Fault> {
        let others = self.stretches.entry(group(key)).or_default();
        for (other, at) in others.iter().filter(|(other, _)| other.touches(key.first, key.last)) {
            let stretch = format!("{} to {}", other.first, other.last);
            match at {
                Some(first) => {
                    let message = format!("line {first} has {} of {stretch} already; keep one", key.what.words());
                    return Err(("first_day", message));
                }
                None if other == key => {}
                None => {
                    let message = format!(
                        "{} of {stretch} is on record, and two opening balances never overlap; take that one off the record by an empty value, or give days outside it",
                        key.what.words()
                    );
                    return Err(("first_day", message));
                }
            }
        }
        others.push((key.clone(), Some(line)));
        Ok(())
    }
}

fn group(key: &OpeningKey) -> (PersonId, String, What) {
    (key.participant.clone(), key.policy.clone(), key.what.clone())
}
