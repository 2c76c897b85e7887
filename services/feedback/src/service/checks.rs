//! What must hold for a row before it is taken. Every row at fault is told, not only the first.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use merit_core::ids::PersonId;
use merit_core::{Problem, Result};

use crate::model::{File, NoteContent, Rating, Row, SelfAssessment};
use crate::neighbours::Neighbours;

/// What concerns any file: each row has an id, and each id comes once.
pub fn whole_file<T>(file: &File<T>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = file
        .rows
        .iter()
        .filter(|row| row.external_id.is_empty())
        .map(|row| Problem::cell(row.line, "external_id", "the row has no id; give each row one that never changes"))
        .collect();
    let named: Vec<&Row<T>> = file.rows.iter().filter(|row| !row.external_id.is_empty()).collect();
    repeated(
        named,
        |row| row.external_id.clone(),
        |row, first| {
            let id = merit_core::text::shown(&row.external_id);
            problems.push(Problem::cell(
                row.line,
                "external_id",
                format!("`{id}` is on line {first} already; each id may come once"),
            ));
        },
    );
    problems
}

/// Notes: both people exist and differ, the goal exists and is of one of them (or of no single person), answers come later.
pub async fn notes(rows: &[Row<NoteContent>], neighbours: &dyn Neighbours) -> Result<Vec<Problem>> {
    let named = rows.iter().flat_map(|row| [&row.content.author, &row.content.receiver]);
    let known = neighbours.people(&named.cloned().collect()).await?;
    let goals = neighbours.goals(&rows.iter().filter_map(|row| row.content.goal.clone()).collect()).await?;
    let mut problems = Vec::new();
    for row in rows {
        let note = &row.content;
        let mut wrong = |column: &str, message: String| problems.push(Problem::cell(row.line, column, message));
        for (column, person) in [("author", &note.author), ("receiver", &note.receiver)] {
            if !known.contains(person) {
                wrong(column, unknown_person(person));
            }
        }
        if note.author == note.receiver {
            wrong(
                "receiver",
                "the author and the receiver are one person; a view of one's own work is a self-assessment".to_owned(),
            );
        }
        if let Some(goal) = &note.goal {
            match goals.get(goal) {
                None => wrong("goal", format!("there is no goal `{goal}`; import it first or leave the cell empty")),
                Some(facts)
                    if facts.owner.as_ref().is_some_and(|owner| *owner != note.author && *owner != note.receiver) =>
                {
                    wrong("goal", format!("goal `{goal}` is neither `{}`'s nor `{}`'s", note.receiver, note.author));
                }
                Some(_) => {}
            }
        }
        if note.reply.as_ref().is_some_and(|(_, on)| *on < note.given_on) {
            wrong("replied_on", format!("the answer is dated before the note, which is of {}", note.given_on));
        }
        if note.acknowledged_on.is_some_and(|on| on < note.given_on) {
            wrong("acknowledged_on", format!("the day is before the note, which is of {}", note.given_on));
        }
    }
    Ok(problems)
}

/// Self-assessments: the person and the goal exist and belong together, the day is inside the cycle's window.
pub async fn self_assessments(rows: &[Row<SelfAssessment>], neighbours: &dyn Neighbours) -> Result<Vec<Problem>> {
    let known = neighbours.people(&rows.iter().map(|row| row.content.person.clone()).collect()).await?;
    let goals = neighbours.goals(&rows.iter().map(|row| row.content.goal.clone()).collect()).await?;
    let mut windows = HashMap::new();
    for cycle in rows.iter().map(|row| &row.content.cycle).collect::<BTreeSet<_>>() {
        windows.insert(cycle.clone(), neighbours.window(cycle).await?);
    }
    let mut problems = Vec::new();
    for row in rows {
        let own = &row.content;
        let mut wrong = |column: &str, message: String| problems.push(Problem::cell(row.line, column, message));
        if !known.contains(&own.person) {
            wrong("person", unknown_person(&own.person));
        }
        match goals.get(&own.goal) {
            None => wrong("goal", format!("there is no goal `{}`; import it first", own.goal)),
            Some(facts) if facts.owner.as_ref() != Some(&own.person) => {
                wrong("goal", format!("goal `{}` is not `{}`'s own", own.goal, own.person));
            }
            Some(facts) if facts.cycle != own.cycle => {
                wrong("goal", format!("goal `{}` is of cycle {}, not of {}", own.goal, facts.cycle, own.cycle));
            }
            Some(_) => {}
        }
        match windows.get(&own.cycle).copied().flatten() {
            None => wrong("cycle", format!("there is no cycle `{}`; open it with `merit cycle open`", own.cycle)),
            Some(window) if own.given_on < window.from => {
                wrong(
                    "given_on",
                    format!("cycle {} starts only on {}; this is of {}", own.cycle, window.from, own.given_on),
                );
            }
            Some(window) if own.given_on > window.until => {
                wrong(
                    "given_on",
                    format!(
                        "cycle {} took self-assessments until {}; this is of {}",
                        own.cycle, window.until, own.given_on
                    ),
                );
            }
            Some(_) => {}
        }
    }
    repeated(
        rows.iter().collect(),
        |row| (row.content.person.clone(), row.content.goal.clone(), row.content.given_on),
        |row, first| {
            problems.push(Problem::row(
                row.line,
                format!("line {first} assesses the same goal on the same day already; keep one of the two"),
            ));
        },
    );
    Ok(problems)
}

/// Ratings: everyone named exists, and one day says one thing of one measure.
pub async fn ratings(rows: &[Row<Rating>], neighbours: &dyn Neighbours) -> Result<Vec<Problem>> {
    let named = rows.iter().flat_map(|row| std::iter::once(&row.content.person).chain(row.content.rater.as_ref()));
    let known = neighbours.people(&named.cloned().collect()).await?;
    let mut problems = Vec::new();
    for row in rows {
        for (column, person) in [("person", Some(&row.content.person)), ("rater", row.content.rater.as_ref())] {
            if let Some(person) = person.filter(|person| !known.contains(*person)) {
                problems.push(Problem::cell(row.line, column, unknown_person(person)));
            }
        }
    }
    repeated(
        rows.iter().collect(),
        |row| (row.content.person.clone(), row.content.measure.clone(), row.content.on),
        |row, first| {
            let measure = merit_core::text::shown(&row.content.measure);
            problems.push(Problem::row(
                row.line,
                format!("line {first} gives `{measure}` for the same person and day already; say which one counts"),
            ));
        },
    );
    Ok(problems)
}

fn unknown_person(person: &PersonId) -> String {
    format!("nobody in the directory is `{person}`; import people first, or correct the id")
}

/// Tells each row whose key came before, with the line where it did.
fn repeated<'a, T, K: Eq + Hash>(
    rows: Vec<&'a Row<T>>,
    key: impl Fn(&Row<T>) -> K,
    mut tell: impl FnMut(&'a Row<T>, u32),
) {
    let mut seen: HashMap<K, u32> = HashMap::new();
    for row in rows {
        match seen.get(&key(row)) {
            Some(first) => tell(row, *first),
            None => {
                seen.insert(key(row), row.line);
            }
        }
    }
}
