//! Tests, check lines and comments: only counted, since nobody is paid by them.

use super::{Aspect, Both, Of, Part};
use crate::program::{Expectation, ExpectationKind, GivenSet, OutcomeId, Program, Target, Test};

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
        let (old_program, new_program) = (self.old, self.new);
        let same = |was: &Test, is: &Test| {
            given(was) == given(is) && was.group == is.group && expected(old_program, was) == expected(new_program, is)
        };
        let changed = new.iter().filter(|new| old.iter().any(|old| old.name == new.name && !same(old, new))).count();
        self.note(of, Aspect::Count, "tests", None, counted(&[(added, "added"), (changed, "changed"), (gone, "gone")]));
    }
}

/// What a test expects, by name.
fn expected(program: &Program, test: &Test) -> Vec<String> {
    let outcome = |id: OutcomeId| program.outcomes.get(id.0).map(|outcome| outcome.name.clone());
    let name = |target: Target| match target {
        Target::Fact(id) => program.facts.get(id.0).map(|fact| fact.name.clone()),
        Target::Define(id) => program.defines.get(id.0).map(|define| define.name.clone()),
        Target::Outcome(id) => outcome(id),
    };
    let words = |expectation: &Expectation| match &expectation.kind {
        ExpectationKind::Equals { target, value, .. } => format!("{:?} = {value:?}", name(*target)),
        ExpectationKind::RoundsTo { target, value, step, .. } => format!("{:?} rounds {value} {step}", name(*target)),
        ExpectationKind::Part { outcome: id, part, value } => format!("{:?} {part:?} {value}", outcome(*id)),
        ExpectationKind::Total { outcome: id, payable, value } => {
            format!("total {:?} {payable} {value}", id.map(outcome))
        }
        ExpectationKind::Recognized { recognition, yes, points } => {
            let name = program.recognitions.get(*recognition).map(|recognize| &recognize.name);
            format!("{name:?} recognized {yes} {points:?}")
        }
        other => format!("{other:?}"),
    };
    let periods = test.periods.iter().flat_map(|period| &period.expectations);
    periods.chain(&test.after).map(words).collect()
}

/// What a test gives, period by period.
fn given(test: &Test) -> Vec<&GivenSet> {
    test.periods.iter().map(|period| &period.given).collect()
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
