//! Test blocks and check lines: names and units; the tests run later, the checks are proved later.

use std::collections::BTreeMap;

use merit_core::Value;

use super::Checker;
use super::operators::ordered;
use super::scope::Symbol;
use super::words::{to_value, type_words};
use crate::diagnostics::{Diagnostic, Span, codes, nearest, place};
use crate::program::{
    CheckReport, ColumnId, Expectation, ExpectationKind, Given, GivenSet, ListId, Quantity, Test, TestPeriod, Type,
};
use crate::syntax::ast::{self, Name, Spanned};

impl Checker<'_> {
    /// Checks a test. `None` where it was reported.
    pub fn test(&mut self, test: &ast::Test) -> Option<Test> {
        let before = self.said.0.len();
        let expects = test.expects.len() + test.periods.iter().map(|period| period.expects.len()).sum::<usize>();
        if expects == 0 && !test.damaged {
            self.said.push(
                Diagnostic::new(
                    codes::TEST_EXPECTATION,
                    "this test expects nothing, so it can't fail",
                    test.name.span,
                    "",
                )
                .help("add a line such as `expect commission = $1,000.00`"),
            );
        }
        let mut periods = Vec::new();
        for (index, period) in test.periods.iter().enumerate() {
            if usize::try_from(period.number.node).ok() != Some(index + 1) {
                let title = format!("this is period {} of the test", index + 1);
                self.said.push(
                    Diagnostic::new(codes::TEST_BINDING, title, period.number.span, "")
                        .help("periods follow one another from 1, without a gap"),
                );
            }
            periods.push(self.test_period(&period.given, &period.expects));
        }
        let last = self.test_period(&test.given, &test.expects);
        let group = self.group_of(test, &last.given);
        let after = if periods.is_empty() {
            periods.push(last);
            Vec::new()
        } else {
            if group.is_none() {
                self.after_periods(&last.expectations, test);
            }
            last.expectations
        };
        let fine = self.said.0.len() == before && !test.damaged;
        let line = self.line(test.name.span);
        fine.then(|| Test { name: test.name.node.clone(), line, periods, group, after })
    }

    fn test_period(&mut self, given: &[ast::Binding], expects: &[Spanned<ast::Expectation>]) -> TestPeriod {
        let given = self.given_set(given);
        let mut expectations = Vec::new();
        for expectation in expects {
            let line = self.line(expectation.span);
            let kind = self.expectation(&expectation.node);
            expectations.extend(kind.map(|kind| Expectation { line, kind }));
        }
        TestPeriod { given, expectations }
    }

    /// All that is given in one block.
    pub fn given_set(&mut self, given: &[ast::Binding]) -> GivenSet {
        let mut set = GivenSet::default();
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for binding in given {
            if let Some(first) = seen.insert(&binding.name.node, binding.name.span) {
                let title = format!("`{}` is given twice", binding.name.node);
                self.said.push(
                    Diagnostic::new(codes::TEST_BINDING, title, binding.name.span, "again here")
                        .also(first, "first here"),
                );
                continue;
            }
            if self.schema.is_some_and(|schema| schema.events().contains_key(&binding.name.node)) {
                self.given_event(binding, &mut set);
            } else if let Some(value) = self.binding(binding) {
                set.inputs.insert(binding.name.node.clone(), value);
            }
        }
        set
    }

    /// `invoices_paid = yes`
    fn given_event(&mut self, binding: &ast::Binding, set: &mut GivenSet) {
        match &binding.value {
            ast::Given::Literal(ast::Literal { kind: ast::LiteralKind::YesNo(come), .. }) => {
                if *come {
                    set.events.insert(binding.name.node.clone());
                }
            }
            _ => {
                let title = format!("`{}` is an event: it has come, or it hasn't", binding.name.node);
                self.said.push(
                    Diagnostic::new(codes::TEST_BINDING, title, binding.name.span, "")
                        .help(format!("write `{} = yes`", binding.name.node)),
                );
            }
        }
    }

    /// After the last period only totals can be expected.
    fn after_periods(&mut self, after: &[Expectation], test: &ast::Test) {
        let other =
            after.iter().zip(&test.expects).find(|(built, _)| !matches!(built.kind, ExpectationKind::Total { .. }));
        if let Some((_, written)) = other {
            let title = "after the periods only totals over all of them can be expected";
            self.said.push(
                Diagnostic::new(codes::TEST_EXPECTATION, title, written.span, "")
                    .help("move the line into its `period`, or write `expect total of …`"),
            );
        }
    }

    /// The line of a place, from 1.
    pub fn line(&self, span: Span) -> u32 {
        u32::try_from(place(self.text, span.start).line).unwrap_or(u32::MAX)
    }

    fn binding(&mut self, binding: &ast::Binding) -> Option<Given> {
        let name = &binding.name;
        match self.names.get(&name.node).cloned() {
            Some(Symbol::Fact(id)) => {
                let ty = self.facts.get(id.0)?.ty.clone();
                self.given_value(&binding.value, &ty, &name.node).map(Given::Value)
            }
            Some(Symbol::List(id)) => self.given_rows(&binding.value, id, name),
            Some(other) => {
                let title = format!("`{}` is {}, and a test gives inputs", name.node, other.words());
                self.said.push(
                    Diagnostic::new(codes::TEST_BINDING, title, name.span, "")
                        .help("give what it is computed from, and expect it"),
                );
                None
            }
            None if self.is_damaged(&name.node) => None,
            // A list behind the header's measure is read, though the policy doesn't list it.
            None if self.lists.iter().any(|list| list.name == name.node) => {
                let list = self.lists.iter().position(|list| list.name == name.node).map(ListId)?;
                self.given_rows(&binding.value, list, name)
            }
            None => {
                let inputs = self.names.of(|symbol| matches!(symbol, Symbol::Fact(_) | Symbol::List(_)));
                let help = nearest(&name.node, inputs).map(|meant| format!("did you mean `{meant}`?"));
                let otherwise =
                    help.is_none().then(|| "a test gives what `inputs` lists, and what the header binds".to_owned());
                let title = format!("`{}` is not an input of this policy", name.node);
                self.said
                    .push(Diagnostic::new(codes::TEST_BINDING, title, name.span, "").maybe_help(help.or(otherwise)));
                None
            }
        }
    }

    fn given_rows(&mut self, value: &ast::Given, list: ListId, name: &Name) -> Option<Given> {
        let ast::Given::Rows { rows, .. } = value else {
            let title = format!("`{}` is a list", name.node);
            self.said.push(
                Diagnostic::new(codes::TEST_BINDING, title, name.span, "")
                    .help(format!("give its rows: `{} = [ {{ … }}, {{ … }} ]`", name.node)),
            );
            return None;
        };
        let mut built = Vec::new();
        for row in rows {
            let mut values: BTreeMap<String, Value> = BTreeMap::new();
            for binding in &row.node {
                let (column, ty, _) = self.column_of(list, &binding.name)?;
                let value = self.given_value(&binding.value, &ty, &binding.name.node)?;
                self.below_the_records_least(list, column, &binding.name, &value);
                if values.insert(binding.name.node.clone(), value).is_some() {
                    let title = format!("`{}` is given twice", binding.name.node);
                    self.said.push(Diagnostic::new(codes::TEST_BINDING, title, binding.name.span, "again here"));
                    return None;
                }
            }
            built.push(values);
        }
        Some(Given::Rows(built))
    }

    /// A row that no import would take shows nothing in a test.
    fn below_the_records_least(&mut self, list: ListId, column: ColumnId, name: &Name, value: &Value) {
        let least = self.column_lows.get(&(list.0, column.0));
        let below = match value {
            Value::Money(amount) => least.is_some_and(|least| amount.major() < *least),
            Value::Number(number) | Value::Percent(number) => least.is_some_and(|least| number < least),
            _ => false,
        };
        if below {
            let title = format!("`{}` lies below what its record allows", name.node);
            self.said.push(
                Diagnostic::new(codes::OUT_OF_RANGE, title, name.span, "the import refuses such a row").help(
                    "what takes something back is a record of its own, such as a cancellation with a positive amount",
                ),
            );
        }
    }

    fn given_value(&mut self, value: &ast::Given, ty: &Type, name: &str) -> Option<Value> {
        let (quantity, span) = self.given_quantity(value, ty, name)?;
        let value = to_value(ty, &quantity);
        if value.is_none() {
            self.said.push(Diagnostic::new(
                codes::BAD_NUMBER,
                format!("`{name}` can't take this value"),
                span,
                "it is too large",
            ));
        }
        value
    }

    pub fn given_quantity(&mut self, value: &ast::Given, ty: &Type, name: &str) -> Option<(Quantity, Span)> {
        match value {
            ast::Given::Literal(literal) => Some((self.literal_of(literal, ty, &format!("`{name}`"))?, literal.span)),
            ast::Given::Word(word) => match ty {
                Type::Choice(choice) => {
                    let options = self.choices.get(choice).cloned().unwrap_or_default();
                    if !options.contains(&word.node) {
                        let help = match nearest(&word.node, options.iter().map(String::as_str)) {
                            Some(meant) => format!("did you mean `{meant}`?"),
                            None => format!("it has {}", options.join(", ")),
                        };
                        let title = format!("`{}` is not one of the choice `{choice}`", word.node);
                        self.said.push(Diagnostic::new(codes::NOT_A_CHOICE, title, word.span, "").help(help));
                        return None;
                    }
                    Some((Quantity::Words(word.node.clone()), word.span))
                }
                Type::Participant => {
                    self.participant(word).map(|id| (Quantity::Words(id.as_str().to_owned()), word.span))
                }
                _ => match self.names.get(&word.node).cloned() {
                    Some(Symbol::Const(constant, quantity)) if constant == *ty => Some((quantity, word.span)),
                    _ => {
                        let title = format!("`{name}` needs {}", super::words::a_type(ty));
                        self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, word.span, "this is a word"));
                        None
                    }
                },
            },
            ast::Given::Rows { span, .. } => {
                let title = format!("`{name}` is {}, not a list", type_words(ty));
                self.said.push(Diagnostic::new(codes::TEST_BINDING, title, *span, ""));
                None
            }
        }
    }

    /// Checks a check line's names and units. `None` where it was reported.
    pub fn check_line(&mut self, check: &ast::Check) -> Option<CheckReport> {
        let before = self.said.0.len();
        let mut subject = None;
        for name in &check.subjects {
            match self.names.get(&name.node) {
                Some(Symbol::Fact(_) | Symbol::Define(_) | Symbol::Outcome(_)) => {
                    subject = self.expr(&super::inputs::named(name), None).map(|checked| checked.ty);
                }
                _ if self.is_damaged(&name.node) => return None,
                _ => self.check_subject(name),
            }
        }
        for value in &check.values {
            match (&subject, check.subjects.is_empty()) {
                (_, true) => {
                    self.condition(value, "`check always`");
                }
                (Some(ty), false) if ordered(ty) => {
                    let ty = ty.clone();
                    self.expr_of(value, &ty, "this check");
                }
                _ => {}
            }
        }
        if let Some((row, column)) = &check.row {
            self.row_of_check(row, column.as_ref());
        }
        if let Some(input) = &check.input
            && !matches!(self.names.get(&input.node), Some(Symbol::Fact(_) | Symbol::Define(_)))
        {
            self.check_subject(input);
        }
        let line = self.line(check.span);
        (self.said.0.len() == before).then(|| CheckReport {
            text: check.text.clone(),
            line,
            status: "not proved yet".to_owned(),
        })
    }

    fn check_subject(&mut self, name: &Name) {
        if self.is_damaged(&name.node) {
            return;
        }
        let known = self.names.of(|symbol| matches!(symbol, Symbol::Fact(_) | Symbol::Define(_) | Symbol::Outcome(_)));
        let help = nearest(&name.node, known).map(|meant| format!("did you mean `{meant}`?"));
        let title = format!("this policy has no value called `{}`", name.node);
        self.said.push(Diagnostic::new(codes::CHECK_SUBJECT, title, name.span, "").maybe_help(help));
    }

    fn row_of_check(&mut self, row: &Name, column: Option<&Name>) {
        let wanted = row.node.to_lowercase();
        let list = self.lists.iter().position(|list| list.record.to_lowercase() == wanted);
        let Some(list) = list.map(ListId) else {
            let records: Vec<String> = self.lists.iter().map(|list| list.record.to_lowercase()).collect();
            let help = match nearest(&wanted, records.iter().map(String::as_str)) {
                Some(meant) => Some(format!("did you mean `{meant}`?")),
                None if records.is_empty() => None,
                None => Some(format!("it has rows of {}", records.join(", "))),
            };
            let title = format!("this policy has no list of `{}`", row.node);
            self.said.push(Diagnostic::new(codes::CHECK_SUBJECT, title, row.span, "").maybe_help(help));
            return;
        };
        if let Some(column) = column {
            self.column_of(list, column);
        }
    }
}
