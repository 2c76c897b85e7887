//! Words of the code that no reader knows: a grammar rule's name has an underscore, a Rust type's name two capitals.

use std::path::Path;

use merit_rules::{Diagnostic, Diagnostics};

/// What the grammar calls its rules.
pub struct PlainWords {
    rules: Vec<String>,
}

/// Spelt as a type, and yet a word of people.
const UNITS: &[&str] = &["MiB"];

impl PlainWords {
    /// Takes the rules from the grammar itself.
    pub fn new() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../grammar/src/merit.pest");
        let rules: Vec<String> = std::fs::read_to_string(file)
            .unwrap()
            .lines()
            .filter_map(|line| line.split_once('=').map(|(rule, _)| rule.trim().to_owned()))
            .filter(|rule| rule.contains('_') && rule.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
            .collect();
        assert!(rules.len() > 100, "the grammar's rules were not found");
        Self { rules }
    }

    /// What is wrong with the words of messages: words of the code, a full stop, no word at all. What the policy or its
    /// schema say themselves is the reader's own.
    pub fn trouble(&self, said: &Diagnostics, known: &[&str]) -> Vec<String> {
        said.0.iter().flat_map(|one| self.trouble_of(one, known)).collect()
    }

    fn trouble_of(&self, one: &Diagnostic, known: &[&str]) -> Vec<String> {
        let texts = std::iter::once(&one.title)
            .chain(one.labels.iter().map(|label| &label.text))
            .chain(&one.notes)
            .chain(&one.help);
        let mut trouble = Vec::new();
        for text in texts {
            for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
                let capitals = word.chars().filter(|c| c.is_uppercase()).count();
                let camel = capitals >= 2 && word.chars().any(char::is_lowercase) && !UNITS.contains(&word);
                let rule = self.rules.iter().any(|rule| rule == word);
                // A name that is proposed joins the reader's words.
                let apart = word.replace('_', " ");
                if (camel || rule) && !known.iter().any(|known| known.contains(word) || known.contains(&apart)) {
                    trouble.push(format!("`{word}` in: {text}"));
                }
            }
            if text.ends_with('.') {
                trouble.push(format!("a full stop after: {text}"));
            }
        }
        if one.title.starts_with(char::is_uppercase) || one.title.is_empty() {
            trouble.push(format!("a capital, or nothing: {}", one.title));
        }
        trouble
    }
}
