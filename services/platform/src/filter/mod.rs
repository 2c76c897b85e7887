//! Filters of lists: a small part of AIP-160 over the fields that a list gives.
//!
//! `role = "AE" AND (team = "East" OR NOT manager:*)`. A test is a field, an operator and a value: `=` and `!=` compare, `<`,
//! `<=`, `>` and `>=` compare numbers and days, `:` says that a text contains another (whatever the letters' case) and `:*`
//! that there is a value. A value that is absent is equal to nothing. Where AND and OR meet, brackets say what goes first,
//! because AIP-160 and everybody else disagree about it.

mod parse;

use std::cmp::Ordering;

use jiff::civil::Date;
use merit_core::{Ratio, Result};

/// Most bytes of a filter.
pub const MAX_BYTES: usize = 2000;
/// Most brackets and NOTs around a test.
pub const MAX_DEPTH: usize = 16;
/// Most tests in a filter.
pub const MAX_TESTS: usize = 64;

/// What sort of value a field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words; quoted in a filter where they hold more than letters, digits and `-_./`.
    Text,
    /// An exact number.
    Number,
    /// A day, `2026-07-01`.
    Day,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// A field that a list can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// Its name in filters.
    pub name: &'static str,
    /// What sort of value it has.
    pub kind: Kind,
}

/// A field's value in a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Of [`Kind::Text`] and [`Kind::Word`].
    Text(String),
    /// Of [`Kind::Number`].
    Number(Ratio),
    /// Of [`Kind::Day`].
    Day(Date),
}

/// A filter that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter(Node);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    Test { field: &'static str, is: Operator, value: Value },
    Present(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
}

impl Filter {
    /// Reads a filter over a list's fields. An empty one lets everything pass.
    ///
    /// # Errors
    /// `BAD_FILTER`, with the place and what to write there; also for one of more than [`MAX_BYTES`] bytes, [`MAX_DEPTH`]
    /// brackets inside each other or [`MAX_TESTS`] tests.
    pub fn parse(text: &str, fields: &[Field]) -> Result<Self> {
        parse::filter(text, fields).map(Self)
    }

    /// Whether everything passes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0 == Node::All(Vec::new())
    }

    /// The text that a field has to be equal to for anything to pass, where the filter says so: what a query can narrow by
    /// before the rows are tried.
    #[must_use]
    pub fn needs(&self, field: &str) -> Option<&str> {
        self.0.needs(field)
    }

    /// Whether a row passes, by the values of its fields.
    pub fn passes(&self, row: &impl Fn(&str) -> Option<Value>) -> bool {
        self.0.passes(row)
    }
}

impl Node {
    fn needs(&self, wanted: &str) -> Option<&str> {
        match self {
            Self::All(nodes) => nodes.iter().find_map(|node| node.needs(wanted)),
            Self::Test { field, is: Operator::Equal, value: Value::Text(text) } if *field == wanted => Some(text),
            _ => None,
        }
    }

    fn passes(&self, row: &impl Fn(&str) -> Option<Value>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.passes(row)),
            Self::Any(nodes) => nodes.iter().any(|node| node.passes(row)),
            Self::Not(node) => !node.passes(row),
            Self::Present(field) => row(field).is_some(),
            Self::Test { field, is, value } => match row(field) {
                Some(found) => is.holds(&found, value),
                None => *is == Operator::Unequal,
            },
        }
    }
}

impl Operator {
    fn holds(self, found: &Value, given: &Value) -> bool {
        let order = found.cmp(given);
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::Unequal => order != Ordering::Equal,
            Self::Less => order == Ordering::Less,
            Self::LessOrEqual => order != Ordering::Greater,
            Self::Greater => order == Ordering::Greater,
            Self::GreaterOrEqual => order != Ordering::Less,
            Self::Contains => match (found, given) {
                (Value::Text(found), Value::Text(given)) => found.to_lowercase().contains(&given.to_lowercase()),
                _ => order == Ordering::Equal,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const FIELDS: [Field; 4] = [
        Field { name: "role", kind: Kind::Text },
        Field { name: "weight", kind: Kind::Number },
        Field { name: "due", kind: Kind::Day },
        Field { name: "state", kind: Kind::Word(&["waiting", "sent"]) },
    ];

    fn row(field: &str) -> Option<Value> {
        match field {
            "role" => Some(Value::Text("Account \"Executive\"".to_owned())),
            "weight" => Some(Value::Number(Ratio::new(1, 2)?)),
            "due" => Some(Value::Day(date(2026, 7, 1))),
            _ => None,
        }
    }

    #[test]
    fn what_is_needed_is_what_everything_that_passes_has() {
        for (filter, needed) in [
            ("role = AE", Some("AE")),
            ("weight > 1 AND (due:* AND role = AE)", Some("AE")),
            ("state = sent AND role = \"A E\"", Some("A E")),
            ("role = AE OR weight > 1", None),
            ("NOT role = AE", None),
            ("role != AE", None),
            ("role:AE", None),
            ("role:*", None),
            ("", None),
        ] {
            assert_eq!(Filter::parse(filter, &FIELDS).unwrap().needs("role"), needed, "{filter}");
        }
        assert_eq!(Filter::parse("state = sent", &FIELDS).unwrap().needs("state"), Some("sent"));
    }

    #[test]
    fn tests_and_words_between_them() {
        for (filter, passes) in [
            ("", true),
            ("  ", true),
            (r#"role = "Account \"Executive\"""#, true),
            (r#"role != "Account \"Executive\"""#, false),
            ("role:exec", true),
            ("role:SDR", false),
            ("role:*", true),
            ("state:*", false),
            ("state = sent", false),
            ("state != sent", true),
            ("NOT state = sent", true),
            ("weight > 0.4 AND weight <= 1/2", true),
            ("due >= 2026-07-01 AND due < 2026-07-02", true),
            ("due=2026-07-02", false),
            ("(state = sent OR weight = 0.5) AND NOT (due > 2026-07-01)", true),
            ("NOT NOT role:*", true),
            ("weight = 1 OR due = 2026-01-01 OR role:account", true),
        ] {
            assert_eq!(Filter::parse(filter, &FIELDS).unwrap().passes(&row), passes, "{filter}");
        }
    }

    #[test]
    fn what_can_not_be_read_is_refused_with_its_place() {
        let deep = format!("{}role:a{}", "(".repeat(MAX_DEPTH + 1), ")".repeat(MAX_DEPTH + 1));
        let many = vec!["role:a"; MAX_TESTS + 1].join(" AND ");
        let long = format!("role = \"{}\"", "x".repeat(MAX_BYTES));
        for (filter, expected) in [
            ("rolle = a", "at character 1 there is no field `rolle` here; take `role`, `weight`, `due`, `state`"),
            ("role", "at character 5 an operator is missing: =, !=, <, <=, >, >= or :"),
            ("role =", "at character 7 a value is missing"),
            ("role < a", "at character 6 `role` can only be compared by =, != and :"),
            ("weight = heavy", "at character 10 `heavy` is not a number"),
            ("weight:5", "at character 7 `weight` is not a text; compare it by =, <, >"),
            ("due > 2026-7-1", "at character 7 `2026-7-1` is not a day like 2026-07-01"),
            ("state = lost", "at character 9 `lost` is not one of waiting, sent"),
            ("role = \"a", "at character 8 the quote is not closed"),
            (
                "role:a OR role:b AND role:c",
                "at character 18 put brackets around what goes together: AND and OR are mixed",
            ),
            ("(role:a", "at character 8 a closing bracket is missing"),
            ("role:a)", "at character 7 AND, OR or the end was expected"),
            ("role:a role:b", "at character 8 AND, OR or the end was expected"),
            ("role:a AND", "at character 11 a field is missing"),
            ("role:a and role:b", "at character 8 AND, OR or the end was expected"),
            ("= a", "at character 1 a field is missing"),
            ("role ~ a", "at character 6 an operator is missing: =, !=, <, <=, >, >= or :"),
            (&deep, "at character 17 there are more than 16 brackets inside each other"),
            (&many, "there are more than 64 tests"),
            (&long, "it has more than 2000 bytes"),
        ] {
            let refused = Filter::parse(filter, &FIELDS).unwrap_err();
            assert_eq!(refused.reason, "BAD_FILTER");
            assert!(refused.message.contains(expected), "{filter}\n{}", refused.message);
        }
    }

    /// A filter written out, and what it means by the plainest reading.
    fn written(depth: u32) -> BoxedStrategy<(String, bool)> {
        let leaf = prop_oneof![
            (0..4_i128).prop_map(|n| (format!("weight = {n}/4"), n == 2)),
            (0..4_i128).prop_map(|n| (format!("weight < {n}/4"), n > 2)),
            (0..4_i128).prop_map(|n| (format!("weight >= {n}/4"), n <= 2)),
            Just(("state:*".to_owned(), false)),
            Just(("role : account".to_owned(), true)),
        ];
        if depth == 0 {
            return leaf.boxed();
        }
        let inner = || written(depth - 1);
        let joined = |word: &'static str, all: bool| {
            prop::collection::vec(inner(), 1..4).prop_map(move |parts| {
                let text: Vec<String> = parts.iter().map(|(text, _)| format!("({text})")).collect();
                let means =
                    if all { parts.iter().all(|(_, means)| *means) } else { parts.iter().any(|(_, means)| *means) };
                (text.join(word), means)
            })
        };
        prop_oneof![
            leaf,
            joined(" AND ", true),
            joined("  OR  ", false),
            inner().prop_map(|(text, means)| (format!("NOT ({text})"), !means)),
        ]
        .boxed()
    }

    proptest! {
        #[test]
        fn a_filter_means_what_it_says((text, means) in written(3)) {
            prop_assert_eq!(Filter::parse(&text, &FIELDS).unwrap().passes(&row), means, "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "[a-z\"()=<>!:* \\\\.ANDORT0-9-]{0,60}") {
            if let Err(refused) = Filter::parse(&text, &FIELDS) {
                prop_assert_eq!(refused.reason, "BAD_FILTER");
            }
        }

        #[test]
        fn quoted_words_come_back(words in "\\PC{0,30}") {
            let quoted = words.replace('\\', "\\\\").replace('"', "\\\"");
            let filter = Filter::parse(&format!("role = \"{quoted}\""), &FIELDS).unwrap();
            prop_assert!(filter.passes(&|_: &str| Some(Value::Text(words.clone()))));
        }
    }
}
