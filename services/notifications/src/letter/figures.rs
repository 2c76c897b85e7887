//! How a score or an amount came about, line by line.

use std::collections::HashSet;

use super::words;

/// Longest name before a colon that is set apart, in characters.
const MAX_LABEL: usize = 60;

/// One line of a derivation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureLine {
    /// What the line is about, or empty: `bookings`.
    pub label: String,
    /// The figures.
    pub text: String,
}

impl FigureLine {
    /// On one line.
    pub fn whole(&self) -> String {
        if self.label.is_empty() { self.text.clone() } else { format!("{}: {}", self.label, self.text) }
    }
}

/// Lines as they came.
pub fn all(figures: &[String]) -> Vec<FigureLine> {
    words::lines(figures).iter().map(|line| split(line)).collect()
}

/// What a reader has been told. Outcomes of one policy share steps: each is told once, where it comes first, so that what
/// follows shows only what it adds.
#[derive(Debug, Default)]
pub struct Told(HashSet<(String, String)>);

impl Told {
    /// The lines that are new under a policy, behind a word about those that are not.
    pub fn fresh(&mut self, policy: &str, figures: &[String]) -> Vec<FigureLine> {
        let mut lines = words::lines(figures);
        let all = lines.len();
        lines.retain(|line| self.0.insert((policy.to_owned(), line.clone())));
        let mut fresh: Vec<FigureLine> = lines.iter().map(|line| split(line)).collect();
        let word = match (all - lines.len(), lines.len()) {
            (0, _) => return fresh,
            (_, 0) => "The steps are told above",
            _ => "With the steps above:",
        };
        fresh.insert(0, FigureLine { label: String::new(), text: word.to_owned() });
        fresh
    }
}

fn split(line: &str) -> FigureLine {
    match line.split_once(": ") {
        Some((label, text)) if label.chars().count() <= MAX_LABEL => {
            FigureLine { label: label.to_owned(), text: text.to_owned() }
        }
        _ => FigureLine { label: String::new(), text: line.to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_told_once_for_each_policy() {
        let mut told = Told::default();
        let mut shown = |policy: &str, figures: &[&str]| {
            let figures: Vec<String> = figures.iter().map(|line| (*line).to_owned()).collect();
            told.fresh(policy, &figures).iter().map(FigureLine::whole).collect::<Vec<_>>()
        };
        assert_eq!(shown("p", &["quota: $5", "score: 90%"]), ["quota: $5", "score: 90%"]);
        assert_eq!(shown("p", &["quota: $5", "band: Good"]), ["With the steps above:", "band: Good"]);
        assert_eq!(shown("p", &["quota: $5", "score: 90%"]), ["The steps are told above"]);
        assert_eq!(shown("q", &["quota: $5"]), ["quota: $5"]);
        assert!(shown("p", &[]).is_empty());
    }

    #[test]
    fn a_short_name_before_a_colon_is_set_apart() {
        let parts = |line: &str| (split(line).label, split(line).text);
        assert_eq!(parts("quota: $5"), ("quota".to_owned(), "$5".to_owned()));
        let long = format!("{}: x", "word ".repeat(20));
        assert_eq!(parts(&long).0, "");
        assert_eq!(parts("3 deals × $5 = $15").0, "");
    }
}
