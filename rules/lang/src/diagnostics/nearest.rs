//! "Did you mean": the candidate that a typing slip could have turned into the word.

/// The candidate nearest to `word`, if a slip of the keys explains the difference: other capitals, or at most one edit
/// for every three letters (an edit is a letter added, dropped, changed, or two neighbours swapped).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = word.to_lowercase().chars().take(64).collect();
    let allowed = (typed.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.to_lowercase().chars().take(64).collect();
        if candidate == word || other.len().abs_diff(typed.len()) > allowed || typed.len() < 2 {
            continue;
        }
        let edits = distance(&typed, &other);
        if edits <= allowed && edits < other.len() && best.is_none_or(|(found, _)| edits < found) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edits between two words, a swap of neighbours counted once (Damerau–Levenshtein, optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["attainment", "commission", "segment", "deals"];
        for (word, meant) in [
            ("attainmnet", Some("attainment")),
            ("Commission", Some("commission")),
            ("comission", Some("commission")),
            ("deal", Some("deals")),
            ("salary", None),
            ("x", None),
            ("deals", None),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
