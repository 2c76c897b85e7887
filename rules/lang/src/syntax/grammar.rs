//! The grammar, and a handle on its pairs that knows words and signs from the rest.

use std::collections::HashSet;
use std::sync::LazyLock;

pub use merit_grammar::{Failure, Rule, parse};
use pest::iterators::Pair;

/// The parts of a pair, words and signs included.
pub struct Kids<'i>(Vec<Pair<'i, Rule>>);

impl<'i> Kids<'i> {
    pub fn of(pair: &Pair<'i, Rule>) -> Self {
        Self(pair.clone().into_inner().collect())
    }

    /// The first part of that kind.
    pub fn get(&self, rule: Rule) -> Option<&Pair<'i, Rule>> {
        self.0.iter().find(|pair| pair.as_rule() == rule)
    }

    /// The n-th part of that kind, from 0.
    pub fn nth(&self, rule: Rule, n: usize) -> Option<&Pair<'i, Rule>> {
        self.all(rule).nth(n)
    }

    /// All parts of that kind.
    pub fn all(&self, rule: Rule) -> impl Iterator<Item = &Pair<'i, Rule>> {
        self.0.iter().filter(move |pair| pair.as_rule() == rule)
    }

    /// Whether there is a part of that kind.
    pub fn has(&self, rule: Rule) -> bool {
        self.get(rule).is_some()
    }

    /// The first part that is no word or sign.
    pub fn first(&self) -> Option<&Pair<'i, Rule>> {
        self.0.iter().find(|pair| !is_word(pair.as_rule()))
    }

    /// All parts, words and signs included.
    pub fn iter(&self) -> impl Iterator<Item = &Pair<'i, Rule>> {
        self.0.iter()
    }
}

/// Whether a rule is a word or a sign of the language.
pub fn is_word(rule: Rule) -> bool {
    static WORDS: LazyLock<HashSet<Rule>> = LazyLock::new(|| {
        let word = |name: &str| name.starts_with("kw_") || name.starts_with("sym_") || name == "EOI";
        Rule::all_rules().iter().copied().filter(|rule| word(&format!("{rule:?}"))).collect()
    });
    WORDS.contains(&rule)
}
