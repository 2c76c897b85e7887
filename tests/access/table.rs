//! The table of who may what, as it is written down for people to read.

use std::collections::{BTreeMap, BTreeSet};

use merit_platform::identity::Role;

use crate::world::{CALLER, PEOPLE};

const TABLE: &str = include_str!("who_may_what.md");

/// Whom a role gets to see, or whether it gets in at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// The role may, or may not, whoever it is about.
    Role(bool),
    /// About these of the people on record.
    People(BTreeSet<&'static str>),
}

/// A call, or a part of what it tells, with each role's cell.
#[derive(Debug)]
pub struct Row {
    /// `goals ListGoals`, with a colon and the part where it is about a part.
    pub name: String,
    pub cells: BTreeMap<Role, Cell>,
}

impl Row {
    /// The call's service and method.
    pub fn call(&self) -> &str {
        self.name.split(':').next().unwrap()
    }

    /// Whether it is about a part of what a call tells.
    pub fn is_part(&self) -> bool {
        self.name.contains(':')
    }
}

/// All rows.
pub fn rows() -> Vec<Row> {
    let mut lines = TABLE
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    let roles: Vec<Role> = lines.next().unwrap()[1..].iter().map(|word| Role::from_word(word).unwrap()).collect();
    assert_eq!(roles.iter().collect::<BTreeSet<_>>().len(), Role::ALL.len(), "each role has a column");
    let rows = lines.filter(|cells| !cells[0].starts_with("--")).map(|cells| {
        assert_eq!(cells.len(), roles.len() + 1, "{cells:?}");
        let cells_of = roles.iter().zip(&cells[1..]).map(|(role, words)| (*role, cell(*role, words)));
        Row { name: cells[0].clone(), cells: cells_of.collect() }
    });
    rows.collect()
}

fn cell(role: Role, words: &str) -> Cell {
    let others = || PEOPLE.into_iter().filter(|person| *person != CALLER).collect::<BTreeSet<_>>();
    let line = BTreeSet::from(["dan", "ida"]);
    let myself = BTreeSet::from([CALLER]);
    match words {
        "yes" => Cell::Role(true),
        "no" => Cell::Role(false),
        "self" => Cell::People(myself),
        "line" => Cell::People(line),
        "self, line" => Cell::People(&line | &myself),
        "others" => Cell::People(others()),
        "all" => Cell::People(PEOPLE.into()),
        other => panic!("`{other}` in the column of {}", role.word()),
    }
}
