//! Tests of contests: who is ranked, and what can be expected of them.

use std::collections::BTreeMap;

use merit_core::ids::PersonId;

use super::Checker;
use crate::diagnostics::{Diagnostic, Span, codes, nearest};
use crate::program::{GivenSet, TestGroup};
use crate::syntax::ast::{self, Binding, Expectation, Group, Name};

impl Checker<'_> {
    /// Those whom a test ranks, where it does; each is given `all` that the test gives. Only contests speak of groups, and a group is only ranked.
    pub fn group_of(&mut self, test: &ast::Test, all: &GivenSet) -> Option<TestGroup> {
        let Some(group) = &test.group else {
            self.nobody_to_compare(test);
            return None;
        };
        if let Some(period) = test.periods.first() {
            self.said.push(
                Diagnostic::new(codes::TEST_BINDING, "a group is ranked in one period", period.number.span, "")
                    .help("leave `period` out, or follow one participant in a test of its own"),
            );
        }
        if let Some(other) = test.expects.iter().find(|expectation| !of_groups(&expectation.node)) {
            let title = "a group is only ranked, so nothing else can be expected of it";
            self.said.push(
                Diagnostic::new(codes::TEST_EXPECTATION, title, other.span, "")
                    .help("write `expect rating = high for 6 participants`, or a test of its own for one participant"),
            );
        }
        match group {
            Group::Size(size) => {
                if !(1..=100_000).contains(&size.node) {
                    let title = "a group of a test has 1 to 100,000 participants";
                    self.said.push(Diagnostic::new(codes::TEST_BINDING, title, size.span, ""));
                }
                self.only_members(test, &[]);
                Some(TestGroup::Size(size.node))
            }
            Group::Members(members) => {
                self.only_members(test, members);
                self.members(all, members)
            }
        }
    }

    /// A contest is expected to give something, and the test has one participant.
    fn nobody_to_compare(&mut self, test: &ast::Test) {
        let mut all = test.periods.iter().flat_map(|period| &period.expects).chain(&test.expects);
        if let Some(lonely) = all.find(|expectation| of_groups(&expectation.node)) {
            let title = "a contest compares people, and this test has one";
            self.said.push(
                Diagnostic::new(codes::TEST_EXPECTATION, title, lonely.span, "")
                    .help("say how many take part, `given 20 participants`, or who, `given ana { … }`"),
            );
        }
    }

    /// Something is expected for those only who are given something.
    fn only_members(&mut self, test: &ast::Test, members: &[(Name, Vec<Binding>)]) {
        let known = || members.iter().map(|(name, _)| name.node.as_str());
        let named = test.expects.iter().filter_map(|expectation| match &expectation.node {
            Expectation::Won { members, .. } => Some(members),
            _ => None,
        });
        for stranger in named.flatten().filter(|name| !known().any(|member| member == name.node)) {
            let help = match nearest(&stranger.node, known()) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None if members.is_empty() => {
                    format!("give each their figures, `given {} {{ … }}`, in the place of their number", stranger.node)
                }
                None => format!("add `given {} {{ … }}`", stranger.node),
            };
            let title = format!("`{}` is given nothing in this test", stranger.node);
            self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, stranger.span, "").help(help));
        }
    }

    /// Each member with what all are given and what they alone are: their own counts.
    fn members(&mut self, all: &GivenSet, members: &[(Name, Vec<Binding>)]) -> Option<TestGroup> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut built = Vec::new();
        for (name, given) in members {
            if let Some(first) = seen.insert(&name.node, name.span) {
                let title = format!("`{}` takes part twice", name.node);
                self.said.push(
                    Diagnostic::new(codes::TEST_BINDING, title, name.span, "again here").also(first, "first here"),
                );
            }
            let mut set = all.clone();
            let own = self.given_set(given);
            set.inputs.extend(own.inputs);
            set.events.extend(own.events);
            built.extend(self.participant(name).map(|id| (id, set)));
        }
        (built.len() == members.len()).then_some(TestGroup::Members(built))
    }

    /// A participant's id. `None` where it was reported.
    pub fn participant(&mut self, name: &Name) -> Option<PersonId> {
        let id = PersonId::new(&name.node);
        if let Err(error) = &id {
            self.said.push(Diagnostic::new(codes::TEST_BINDING, error.message.clone(), name.span, ""));
        }
        id.ok()
    }
}

fn of_groups(expectation: &Expectation) -> bool {
    matches!(expectation, Expectation::Share { .. } | Expectation::Won { .. } | Expectation::Guideline(_))
}
