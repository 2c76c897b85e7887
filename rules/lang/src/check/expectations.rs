//! What tests expect: names, parts of amounts, and units.

use merit_core::{Ratio, Value};

use super::Checker;
use super::scope::Symbol;
use super::words::{a_type, to_value};
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::program::{AmountPart, ExpectationKind, OutcomeId, Prize, Prizes, Quantity, StatementKind, Target, Type};
use crate::syntax::ast::{self, Expectation, Name, Part};

impl Checker<'_> {
    /// Checks what is expected. `None` where it was reported.
    pub fn expectation(&mut self, expectation: &Expectation) -> Option<ExpectationKind> {
        let money = Type::Money(self.fallback());
        match expectation {
            Expectation::Recognized { name, expected, points } => self.recognized(name, *expected, points.as_ref()),
            Expectation::Equals { name, part, value } => match part {
                Part::Whole => self.equals(name, value),
                Part::Held => self.part(name, AmountPart::Held, value),
                Part::Payable => self.part(name, AmountPart::Payable, value),
                Part::TakenBack => self.part(name, AmountPart::TakenBack, value),
                Part::Released => self.part(name, AmountPart::Released, value),
            },
            Expectation::RoundsTo { name, value } => self.rounds_to(name, value),
            Expectation::Paid(value) => Some(ExpectationKind::Paid(self.exact(value, &money, "`paid`")?)),
            Expectation::Owed(value) => Some(ExpectationKind::Owed(self.exact(value, &money, "`owed`")?)),
            Expectation::Total { name, payable, value } => {
                let outcome = match name {
                    Some(name) => Some(self.payout_named(name)?),
                    None => None,
                };
                let value = self.exact(value, &money, "the total")?;
                Some(ExpectationKind::Total { outcome, payable: *payable, value })
            }
            Expectation::Column { list, column, values } => {
                let id = self.list(list)?;
                let (at, ty, _) = self.column_of(id, column)?;
                let what = format!("`{}`", column.node);
                let values: Option<Vec<Quantity>> =
                    values.iter().map(|value| self.literal_of(value, &ty, &what)).collect();
                Some(ExpectationKind::Column { list: id, column: at, values: values? })
            }
            Expectation::Credit { to, of, value } => {
                let value = self.exact(value, &money, "credit")?;
                Some(ExpectationKind::Credit { to: to.node.clone(), of: of.node.clone(), value })
            }
            Expectation::Share { name, value, participants } => {
                let contest = self.contest_named(name)?;
                let gets = self.prize_of(name, value, &money)?;
                Some(ExpectationKind::Share { contest, gets, participants: participants.node })
            }
            Expectation::Won { name, value, members } => {
                let contest = self.contest_named(name)?;
                let gets = self.prize_of(name, value, &money)?;
                let mut participants = Vec::new();
                for member in members {
                    participants.push(self.participant(member)?);
                }
                Some(ExpectationKind::Won { contest, gets, participants })
            }
            Expectation::Guideline(name) => self.contest_named(name).map(ExpectationKind::Guideline),
        }
    }

    fn exact(&mut self, value: &ast::Literal, ty: &Type, what: &str) -> Option<Ratio> {
        match self.literal_of(value, ty, what)? {
            Quantity::Exact(value) => Some(value),
            _ => None,
        }
    }

    fn recognized(&mut self, name: &Name, yes: bool, points: Option<&ast::Literal>) -> Option<ExpectationKind> {
        let found = self.recognition_names.iter().position(|known| *known == name.node);
        if found.is_none() && !self.is_damaged(&name.node) {
            let help = nearest(&name.node, self.recognition_names.iter().map(String::as_str))
                .map(|meant| format!("did you mean `{meant}`?"));
            let title = format!("this policy has no recognition \"{}\"", name.node);
            self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, name.span, "").maybe_help(help));
        }
        let points = match points {
            Some(points) if !yes => {
                let title = "who is not recognized gets no points";
                self.said.push(
                    Diagnostic::new(codes::TEST_EXPECTATION, title, points.span, "")
                        .help("leave `with …` or `not` out"),
                );
                return None;
            }
            Some(points) => Some(self.exact(points, &Type::Points, "`with`")?),
            None => None,
        };
        found.map(|recognition| ExpectationKind::Recognized { recognition, yes, points })
    }

    fn contest_named(&mut self, name: &Name) -> Option<usize> {
        let found = self.contest_names.iter().position(|known| *known == name.node);
        if found.is_none() && !self.is_damaged(&name.node) {
            let help = nearest(&name.node, self.contest_names.iter().map(String::as_str))
                .map(|meant| format!("did you mean `{meant}`?"));
            let title = format!("this policy has no contest `{}`", name.node);
            self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, name.span, "").maybe_help(help));
        }
        found
    }

    fn prize_of(&mut self, contest: &Name, value: &ast::Given, money: &Type) -> Option<Prize> {
        match value {
            ast::Given::Word(label) => {
                let labels = self.labels.get(&contest.node).cloned().unwrap_or_default();
                if !labels.contains(&label.node) {
                    let help = match nearest(&label.node, labels.iter().map(String::as_str)) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None if labels.is_empty() => "it gives prizes of money".to_owned(),
                        None => format!("it gives {}", labels.join(", ")),
                    };
                    let title = format!("`{}` gives no `{}`", contest.node, label.node);
                    self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, label.span, "").help(help));
                    return None;
                }
                Some(Prize::Label(label.node.clone()))
            }
            other => {
                let (quantity, _) = self.given_quantity(other, money, &contest.node)?;
                match to_value(money, &quantity)? {
                    Value::Money(money) => Some(Prize::Money(money)),
                    _ => None,
                }
            }
        }
    }

    /// The value that a name stands for, and its type.
    fn target(&mut self, name: &Name) -> Option<(Target, Type)> {
        match self.names.get(&name.node).cloned() {
            Some(Symbol::Fact(id)) => Some((Target::Fact(id), self.facts.get(id.0)?.ty.clone())),
            Some(Symbol::Define(id)) => Some((Target::Define(id), self.defines.get(id.0)?.as_ref()?.ty.clone())),
            Some(Symbol::Outcome(id)) => Some((Target::Outcome(id), self.outcome_types.get(id.0)?.clone()?)),
            Some(other) => {
                let title = format!("`{}` is {}, and a test expects a value", name.node, other.words());
                self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, name.span, ""));
                None
            }
            None if self.is_damaged(&name.node) => None,
            None => {
                let known =
                    self.names.of(|symbol| matches!(symbol, Symbol::Fact(_) | Symbol::Define(_) | Symbol::Outcome(_)));
                let help = nearest(&name.node, known).map(|meant| format!("did you mean `{meant}`?"));
                let title = format!("this policy gives no `{}`", name.node);
                self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, name.span, "").maybe_help(help));
                None
            }
        }
    }

    fn equals(&mut self, name: &Name, value: &ast::Given) -> Option<ExpectationKind> {
        let (target, ty) = self.target(name)?;
        let (value, _) = self.given_quantity(value, &ty, &name.node)?;
        Some(ExpectationKind::Equals { target, ty, value })
    }

    /// `expect score rounds to 78.3%`: to the literal's last digit.
    fn rounds_to(&mut self, name: &Name, literal: &ast::Literal) -> Option<ExpectationKind> {
        let (target, ty) = self.target(name)?;
        let unit = match ty {
            Type::Percent => Ratio::percent(1),
            Type::Money(_) | Type::Number | Type::Count | Type::Points => Ratio::ONE,
            _ => {
                let title = format!("`{}` is {}, which isn't rounded", name.node, a_type(&ty));
                self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, name.span, ""));
                return None;
            }
        };
        let value = self.exact(literal, &ty, &format!("`{}`", name.node))?;
        let written = self.text.get(literal.span.start..literal.span.end).unwrap_or_default();
        let places = written.split_once('.').map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
        let mut step = unit;
        for _ in 0..places {
            step = step.checked_div(&Ratio::whole(10))?;
        }
        Some(ExpectationKind::RoundsTo { target, ty, value, step })
    }

    fn payout_named(&mut self, name: &Name) -> Option<OutcomeId> {
        let (target, ty) = self.target(name)?;
        match target {
            Target::Outcome(outcome) if matches!(ty, Type::Money(_)) => Some(outcome),
            _ => {
                let title = format!("`{}` is no payout of money", name.node);
                self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, name.span, ""));
                None
            }
        }
    }

    /// A part of a payout, if it can have one.
    fn part(&mut self, name: &Name, part: AmountPart, value: &ast::Given) -> Option<ExpectationKind> {
        let (target, ty) = self.target(name)?;
        let (value, _) = self.given_quantity(value, &ty, &name.node)?;
        let Quantity::Exact(value) = value else { return None };
        let Target::Outcome(outcome) = target else { return self.no_part(name, part) };
        if self.outcomes.get(outcome.0).is_none_or(Option::is_none) {
            return None;
        }
        let has = |wanted: fn(&StatementKind) -> bool| self.has_statement(outcome, wanted);
        let fine = match part {
            AmountPart::Payable => matches!(ty, Type::Money(_)),
            AmountPart::Held | AmountPart::Released => {
                has(|kind| matches!(kind, StatementKind::HoldBack { .. } | StatementKind::Payable { .. }))
            }
            AmountPart::TakenBack => has(|kind| matches!(kind, StatementKind::TakeBack(_))),
        };
        if fine { Some(ExpectationKind::Part { outcome, part, value }) } else { self.no_part(name, part) }
    }

    fn no_part(&mut self, name: &Name, part: AmountPart) -> Option<ExpectationKind> {
        let title = format!("nothing of `{}` is {}", name.node, part.words());
        let help = match part {
            AmountPart::Held => "only a payout with a `hold back` line holds something back",
            AmountPart::Released => "only a payout with a `hold back` or `payable as` line frees something later",
            AmountPart::TakenBack => "only a payout with a `take back` line takes something back",
            AmountPart::Payable => "only a payout of money becomes payable",
        };
        self.said.push(Diagnostic::new(codes::TEST_EXPECTATION, title, name.span, "").help(help));
        None
    }

    fn has_statement(&self, outcome: OutcomeId, wanted: fn(&StatementKind) -> bool) -> bool {
        let statements =
            self.outcomes.get(outcome.0).and_then(Option::as_ref).map(|outcome| outcome.statements.as_slice());
        statements.unwrap_or_default().iter().any(|statement| wanted(&statement.kind))
    }

    /// Notes the labels that a contest distributes, for tests.
    pub fn note_labels(&mut self, name: &Name, prizes: &Prizes) {
        if let Prizes::Distribute(shares) = prizes {
            let labels = shares.iter().map(|(_, label)| label.clone()).collect();
            self.labels.insert(name.node.clone(), labels);
        }
    }
}
