//! Makes a failing case small: takes away whatever it fails without.

use super::generator::people::Life;
use crate::evaluate::PersonInputs;

/// A smaller policy and smaller inputs that still fail.
pub fn shrink(mut text: String, mut people: Vec<Life>, fails: &dyn Fn(&str, &[Life]) -> bool) -> (String, Vec<Life>) {
    while let Some(fewer) = (0..people.len()).map(|at| without(&people, at)).find(|fewer| fails(&text, fewer)) {
        people = fewer;
    }
    loop {
        let before = text.len();
        for separator in ["\n\n", "\n"] {
            text = fewer_parts(&text, separator, &|text| fails(text, &people));
        }
        text = fewer_parentheses(text, &|text| fails(text, &people));
        if text.len() == before {
            break;
        }
    }
    for at in 0..people.len() {
        for period in (0..people[at].len()).rev() {
            let mut fewer = people.clone();
            fewer[at].remove(period);
            if fails(&text, &fewer) {
                people = fewer;
            } else {
                smaller_inputs(&mut people, (at, period), &|people| fails(&text, people));
            }
        }
    }
    (text, people)
}

fn without<T: Clone>(items: &[T], at: usize) -> Vec<T> {
    items.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, item)| item.clone()).collect()
}

fn fewer_parts(text: &str, separator: &str, fails: &dyn Fn(&str) -> bool) -> String {
    let mut parts: Vec<&str> = text.split(separator).collect();
    let mut at = 0;
    while at < parts.len() {
        let fewer = without(&parts, at);
        // Blank lines keep declarations apart.
        if !parts[at].is_empty() && fails(&fewer.join(separator)) {
            parts = fewer;
        } else {
            at += 1;
        }
    }
    parts.join(separator)
}

/// Puts what stands in inner parentheses in the place of the outer ones, or a plain word of theirs.
fn fewer_parentheses(mut text: String, fails: &dyn Fn(&str) -> bool) -> String {
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find('(')).map(|found| at + found) {
        at = open + 1;
        let Some(outer) = group(&text, open) else { continue };
        let mut inner: Vec<String> = (open + 1..outer.end)
            .filter(|start| text[*start..].starts_with('('))
            .filter_map(|start| group(&text, start).map(|group| text[group].to_owned()))
            .collect();
        inner.extend(text[open + 1..outer.end - 1].split(['(', ')', ',']).map(|part| part.trim().to_owned()));
        inner.extend(text[open + 1..outer.end - 1].split(['(', ')', ',', ' ']).map(str::to_owned));
        inner.retain(|part| part.len() < outer.len());
        inner.sort_by_key(String::len);
        for part in inner {
            let smaller = format!("{}{part}{}", &text[..open], &text[outer.end..]);
            if fails(&smaller) {
                text = smaller;
                at = open;
                break;
            }
        }
    }
    text
}

/// From a parenthesis to the one that closes it.
fn group(text: &str, open: usize) -> Option<std::ops::Range<usize>> {
    let mut depth = 0_usize;
    for (at, letter) in text[open..].char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open..open + at + 1);
        }
    }
    None
}

fn smaller_inputs(people: &mut Vec<Life>, (at, period): (usize, usize), fails: &dyn Fn(&[Life]) -> bool) {
    let given = people[at][period].clone();
    let mut attempt = |change: &dyn Fn(&mut PersonInputs)| {
        let mut changed = people.clone();
        change(&mut changed[at][period]);
        if fails(&changed) {
            *people = changed;
        }
    };
    for name in given.facts.keys() {
        attempt(&|person| drop(person.facts.remove(name)));
    }
    for (list, rows) in &given.lists {
        for row in rows {
            attempt(&|person| person.lists.get_mut(list).unwrap().retain(|other| other.id != row.id));
            for name in row.values.keys() {
                attempt(&|person| {
                    for other in person.lists.get_mut(list).unwrap().iter_mut().filter(|other| other.id == row.id) {
                        other.values.remove(name);
                    }
                });
            }
        }
        attempt(&|person| drop(person.lists.remove(list)));
    }
}
