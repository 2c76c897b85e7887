//! Tests, check lines and comments: only counted, since nobody is paid by them.

use super::{Aspect, Both, Of, Part};
use crate::program::Program;

impl Both<'_> {
    pub(super) fn texts(&mut self) {
        self.tests();
        let of = Of { part: Part::Text, name: "", pays: false };
        let checks = |program: &Program| program.checks.iter().map(|check| check.text.clone()).collect::<Vec<_>>();
        let differing = differing(&checks(self.old), &checks(self.new));
        self.note(of, Aspect::Count, "check lines", None, differing);
        let differing = self::differing(&comments(self.old), &comments(self.new));
        self.note(of, Aspect::Count, "comments", None, differing);
    }

    fn tests(&mut self) {
        let of = Of { part: Part::Text, name: "", pays: false };
        let (old, new) = (&self.old.tests, &self.new.tests);
        let added = new.iter().filter(|new| !old.iter().any(|old| old.name == new.name)).count();
        let gone = old.iter().filter(|old| !new.iter().any(|new| new.name == old.name)).count();
        let same = |a: &crate::program::Test, b: &crate::program::Test| {
            let kinds = |test: &crate::program::Test| format!("{:?}", test.expectations.iter().map(|e| &e.kind).collect::<Vec<_>>());
            a.given == b.given && kinds(a) == kinds(b)
        };
        let changed = new.iter().filter(|new| old.iter().any(|old| old.name == new.name && !same(old, new))).count();
        self.note(of, Aspect::Count, "tests", None, counted(&[(added, "added"), (changed, "changed"), (gone, "gone")]));
    }
}

/// How many of two lists of texts stand on one side only.
fn differing(old: &[String], new: &[String]) -> Option<String> {
    let added = new.iter().filter(|text| !old.contains(text)).count();
    let gone = old.iter().filter(|text| !new.contains(text)).count();
    counted(&[(added, "added"), (gone, "gone")])
}

fn counted(counts: &[(usize, &str)]) -> Option<String> {
    let words: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// The lines that are only a comment.
fn comments(program: &Program) -> Vec<String> {
    program.text.lines().filter_map(|line| line.trim().strip_prefix('#')).map(|text| text.trim().to_owned()).collect()
}
