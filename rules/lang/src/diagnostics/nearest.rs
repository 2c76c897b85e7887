//! "Did you mean": the candidate that a typing slip could have turned into the word.

/// The candidate nearest to `word`, if a slip of the keys explains the difference: other capitals, or at most one edit
/// for every three letters (an edit is a letter added, dropped, changed, or two neighbours swapped).
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = word.to_lowercase().chars().take(LONGEST).collect();
    let allowed = (typed.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    let mut other: Vec<char> = Vec::new();
    for candidate in candidates {
        if candidate == word || typed.len() < 2 {
            continue;
        }
        other.clear();
        other.extend(candidate.chars().flat_map(char::to_lowercase).take(LONGEST));
        // A later candidate has to be better than the best so far.
        let most = best.map_or(allowed, |(found, _)| found.saturating_sub(1));
        let edits = distance(&typed, &other, most).filter(|edits| *edits < other.len());
        if let Some(edits) = edits.filter(|edits| best.is_none_or(|(found, _)| *edits < found)) {
            best = Some((edits, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Letters of a word that are compared.
const LONGEST: usize = 64;

/// Edits between two words, a swap of neighbours counted once (Damerau–Levenshtein, optimal string alignment); none if
/// more than `most` are needed. What both begin or end with needs no edits, and mostly little is left.
fn distance(a: &[char], b: &[char], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(start..)?, b.get(start..)?);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (a.get(..a.len() - end)?, b.get(..b.len() - end)?);
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut row: Vec<usize> = Vec::new();
    for (i, x) in a.iter().enumerate() {
        row.clear();
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let mut cost = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                cost = cost.min(at(&before, j - 1) + 1);
            }
            row.push(cost);
        }
        // Rows never fall below the least of the two before them.
        if row.iter().chain(&last).all(|cost| *cost > most) {
            return None;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last.last().copied().filter(|edits| *edits <= most)
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
            ("attainmetn", Some("attainment")),
            ("tatainment", Some("attainment")),
            ("atainmenttt", Some("attainment")),
        ] {
            assert_eq!(nearest(word, known), meant, "{word}");
        }
    }
}
