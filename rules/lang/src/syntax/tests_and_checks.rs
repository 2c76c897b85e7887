//! Test blocks and check lines.

use pest::iterators::Pair;

use super::ast::{Binding, Check, Expectation, Given, Name, Spanned, Test};
use super::grammar::{Kids, Rule};
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
        if let Some(period) = kids.get(Rule::test_period).or_else(|| kids.get(Rule::given_group)) {
            let what = if period.as_rule() == Rule::test_period {
                "a test over several periods"
            } else {
                "a test over a group"
            };
            self.unsupported(what, period);
            return None;
        }
        let mut damaged = self.damaged;
        let mut given = Vec::new();
        if let Some(pair) = kids.get(Rule::given) {
            for binding in Kids::of(pair).all(Rule::binding) {
                let built = self.binding(binding);
                damaged |= built.is_none();
                given.extend(built);
            }
        }
        let mut expects = Vec::new();
        for expectation in kids.all(Rule::expectation) {
            let built = self.expectation(expectation);
            damaged |= built.is_none();
            expects.extend(built.map(|built| Spanned::new(built, self.span(expectation))));
        }
        Some(Test { name: self.named(&kids, Rule::text)?, given, expects, damaged })
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
        let inner = outer.first()?;
        let kids = Kids::of(inner);
        let what = match inner.as_rule() {
            Rule::recognized => {
                let expected = !outer.has(Rule::kw_not);
                return Some(Expectation::Recognized { name: self.named(&kids, Rule::text)?, expected });
            }
            Rule::expect_eq if !kids.has(Rule::kw_payable) && !kids.has(Rule::kw_taken_back) => {
                let value = self.given_value(&kids, 1)?;
                let name = self.name(kids.nth(Rule::name, 0)?);
                return Some(Expectation::Equals { name, held: kids.has(Rule::kw_held_back), value });
            }
            Rule::expect_eq if kids.has(Rule::kw_payable) => "expecting what is `payable`",
            Rule::expect_eq => "expecting what is `taken back`",
            Rule::expect_total => "expecting a total over periods",
            Rule::expect_credit => "expecting credit",
            Rule::expect_col => "expecting a list's column",
            Rule::expect_share => "expecting how many participants get something",
            _ => "expecting a guideline",
        };
        self.unsupported(what, inner);
        None
    }
}
