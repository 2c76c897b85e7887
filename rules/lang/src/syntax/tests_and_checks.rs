//! Test blocks and check lines.

use pest::iterators::Pair;

use super::ast::{Binding, Check, Expectation, Given, Group, Name, Part, Spanned, Test, TestPeriod};
use super::grammar::{Kids, Rule, is_word};
use super::parser::Reader;

impl Reader<'_> {
    /// A check line: what it speaks of, for checking names.
    pub fn check(&mut self, pair: &Pair<'_, Rule>) -> Option<Check> {
        let span = self.span(pair);
        let text = pair.as_str().trim_start_matches("check").trim().to_owned();
        let mut check = Check { text, span, subjects: Vec::new(), values: Vec::new(), row: None, input: None };
        self.check_part(pair, &mut check)?;
        Some(check)
    }

    fn check_part(&mut self, pair: &Pair<'_, Rule>, check: &mut Check) -> Option<()> {
        for part in pair.clone().into_inner() {
            let kids = Kids::of(&part);
            match part.as_rule() {
                Rule::bound | Rule::budget => {
                    check.subjects.push(self.named(&kids, Rule::name)?);
                    self.check_part(&part, check)?;
                }
                Rule::expr => check.values.push(self.expr(&part)?),
                Rule::field_rises => {
                    let owner = self.named(&Kids::of(kids.get(Rule::owner)?), Rule::name)?;
                    check.row = Some((owner, Some(self.named(&kids, Rule::name)?)));
                }
                Rule::row_added => check.row = Some((self.named(&kids, Rule::name)?, None)),
                Rule::input_rises => check.input = Some(self.named(&kids, Rule::name)?),
                Rule::never_jumps => {
                    check.input = Some(self.named(&kids, Rule::name)?);
                    self.check_part(&part, check)?;
                }
                Rule::always | Rule::at_most | Rule::never_falls | Rule::row_change => self.check_part(&part, check)?,
                _ => {}
            }
        }
        Some(())
    }

    /// A test block.
    pub fn test(&mut self, pair: &Pair<'_, Rule>) -> Option<Test> {
        let kids = Kids::of(pair);
        let mut damaged = self.damaged;
        let mut periods = Vec::new();
        for pair in kids.all(Rule::test_period) {
            let kids = Kids::of(pair);
            let number = self.whole(kids.get(Rule::whole)?)?;
            let (given, expects) = self.given_and_expected(&kids, &mut damaged);
            periods.push(TestPeriod { number, given, expects });
        }
        let group = match kids.get(Rule::given_group).map(Kids::of) {
            Some(kids) => Some(Group::Size(self.whole(kids.get(Rule::whole)?)?)),
            None => self.members(&kids, &mut damaged)?,
        };
        let (given, expects) = self.given_and_expected(&kids, &mut damaged);
        Some(Test { name: self.named(&kids, Rule::text)?, periods, group, given, expects, damaged })
    }

    /// `given ana { … }`, one after the other.
    fn members(&mut self, kids: &Kids<'_>, damaged: &mut bool) -> Option<Option<Group>> {
        let mut members = Vec::new();
        for pair in kids.all(Rule::given_member) {
            let name = self.named(&Kids::of(pair), Rule::name)?;
            members.push((name, self.bindings(pair, damaged)));
        }
        Some((!members.is_empty()).then_some(Group::Members(members)))
    }

    fn bindings(&mut self, pair: &Pair<'_, Rule>, damaged: &mut bool) -> Vec<Binding> {
        let mut given = Vec::new();
        for binding in Kids::of(pair).all(Rule::binding) {
            let built = self.binding(binding);
            *damaged |= built.is_none();
            given.extend(built);
        }
        given
    }

    fn given_and_expected(&mut self, kids: &Kids<'_>, damaged: &mut bool) -> (Vec<Binding>, Vec<Spanned<Expectation>>) {
        let given = kids.get(Rule::given).map(|pair| self.bindings(pair, damaged)).unwrap_or_default();
        let mut expects = Vec::new();
        for expectation in kids.all(Rule::expectation) {
            let built = self.expectation(expectation);
            *damaged |= built.is_none();
            expects.extend(built.map(|built| Spanned::new(built, self.span(expectation))));
        }
        (given, expects)
    }

    fn binding(&mut self, pair: &Pair<'_, Rule>) -> Option<Binding> {
        let kids = Kids::of(pair);
        let name: Name = self.name(kids.nth(Rule::name, 0)?);
        let value = match kids.get(Rule::data_list) {
            Some(list) => {
                let mut rows = Vec::new();
                for row in Kids::of(list).all(Rule::data_row) {
                    let mut bindings = Vec::new();
                    for binding in Kids::of(row).all(Rule::binding) {
                        bindings.push(self.binding(binding)?);
                    }
                    rows.push(Spanned::new(bindings, self.span(row)));
                }
                Given::Rows { rows, span: self.span(list) }
            }
            None => self.given_value(&kids, 1)?,
        };
        Some(Binding { name, value })
    }

    fn given_value(&mut self, kids: &Kids<'_>, word: usize) -> Option<Given> {
        match kids.get(Rule::literal) {
            Some(pair) => self.literal(pair).map(Given::Literal),
            None => kids.nth(Rule::name, word).map(|pair| Given::Word(self.name(pair))),
        }
    }

    fn expectation(&mut self, pair: &Pair<'_, Rule>) -> Option<Expectation> {
        let outer = Kids::of(pair);
        let inner = outer.iter().find(|pair| !is_word(pair.as_rule()))?;
        let kids = Kids::of(inner);
        let literal = |reader: &mut Self| reader.literal(kids.get(Rule::literal)?);
        Some(match inner.as_rule() {
            Rule::recognized => {
                let expected = !outer.has(Rule::kw_not);
                let points = match kids.get(Rule::literal) {
                    Some(pair) => Some(self.literal(pair)?),
                    None => None,
                };
                Expectation::Recognized { name: self.named(&kids, Rule::text)?, expected, points }
            }
            Rule::expect_pay if kids.has(Rule::kw_paid) => Expectation::Paid(literal(self)?),
            Rule::expect_pay => Expectation::Owed(literal(self)?),
            Rule::expect_total => Expectation::Total {
                name: self.named(&kids, Rule::name),
                payable: kids.has(Rule::kw_payable),
                value: literal(self)?,
            },
            Rule::expect_credit => Expectation::Credit {
                to: self.name(kids.nth(Rule::name, 0)?),
                of: self.name(kids.nth(Rule::name, 1)?),
                value: literal(self)?,
            },
            Rule::expect_col => {
                let column = self.list_column(kids.get(Rule::list_col)?)?;
                let mut values = Vec::new();
                for value in kids.all(Rule::literal) {
                    values.push(self.literal(value)?);
                }
                Expectation::Column { list: column.list, column: column.column, values }
            }
            Rule::expect_share => {
                let name = self.name(kids.nth(Rule::name, 0)?);
                let value = self.given_value(&kids, 1)?;
                match kids.get(Rule::members).map(Kids::of) {
                    Some(named) => {
                        let members = named.all(Rule::name).map(|pair| self.name(pair)).collect();
                        Expectation::Won { name, value, members }
                    }
                    None => Expectation::Share { name, value, participants: self.whole(kids.get(Rule::whole)?)? },
                }
            }
            Rule::expect_guideline => Expectation::Guideline(self.named(&kids, Rule::name)?),
            _ if kids.has(Rule::kw_rounds_to) => {
                Expectation::RoundsTo { name: self.named(&kids, Rule::name)?, value: literal(self)? }
            }
            _ => Expectation::Equals {
                name: self.name(kids.nth(Rule::name, 0)?),
                part: part(&kids),
                value: self.given_value(&kids, 1)?,
            },
        })
    }
}

fn part(kids: &Kids<'_>) -> Part {
    let parts = [
        (Rule::kw_held_back, Part::Held),
        (Rule::kw_payable, Part::Payable),
        (Rule::kw_taken_back, Part::TakenBack),
        (Rule::kw_released, Part::Released),
    ];
    parts.into_iter().find(|(rule, _)| kids.has(*rule)).map_or(Part::Whole, |(_, part)| part)
}
