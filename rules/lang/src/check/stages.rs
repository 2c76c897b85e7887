//! Crediting and recognitions.

use std::collections::BTreeSet;

use merit_core::{Ratio, ValueType};

use super::Checker;
use super::bands::place;
use super::words::a_type;
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::program::{Announce, Credit, KudosSaying, OncePer, Recognize, RollUp, Share, TemplatePart, Type};
use crate::schema::RecordType;
use crate::syntax::ast::{self, Name, Recognition};

impl Checker<'_> {
    /// Checks who gets credit. `None` where it was reported.
    pub fn credit(&mut self, credit: &ast::Credit) -> Option<Credit> {
        let before = self.said.0.len();
        let list = self.list(&credit.list)?;
        let record = self.schema?.record_of_list(&credit.list.node)?;
        let mut of = Vec::new();
        for column in &credit.of {
            self.record_column(record, column, ValueType::Money, "money to share out");
            if of.contains(&column.node) {
                let title = format!("`{}` stands here twice", column.node);
                self.said.push(Diagnostic::new(codes::REPEATED, title, column.span, ""));
            }
            of.push(column.node.clone());
        }
        if of.is_empty() {
            match record.credited_field() {
                Some(field) => of.push(field.name.clone()),
                None => {
                    let title = format!("a row of `{}` has no amount to credit", credit.list.node);
                    self.said.push(Diagnostic::new(codes::UNKNOWN_COLUMN, title, credit.list.span, ""));
                    return None;
                }
            }
        }
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut shares = Vec::new();
        for share in &credit.shares {
            self.record_column(record, &share.to, ValueType::Participant, "a participant");
            if let Some(otherwise) = &share.otherwise {
                self.record_column(record, otherwise, ValueType::Participant, "a participant");
            }
            if !seen.insert(&share.to.node) {
                let title = format!("`{}` has two shares", share.to.node);
                self.said.push(
                    Diagnostic::new(codes::SHARES, title, share.to.span, "")
                        .help("write one share with the sum of both"),
                );
            }
            if share.percent.node <= Ratio::ZERO {
                self.said.push(Diagnostic::new(codes::SHARES, "a share lies above 0%", share.percent.span, ""));
            }
            shares.push(Share {
                to: share.to.node.clone(),
                share: share.percent.node.clone(),
                in_addition: share.in_addition,
                otherwise: share.otherwise.as_ref().map(|otherwise| otherwise.node.clone()),
            });
        }
        self.shares_total(credit);
        let roll_up = credit.roll_up_on.as_ref().map(|on| {
            self.record_column(record, on, ValueType::Date, "a date");
            RollUp { on: on.node.clone() }
        });
        (self.said.0.len() == before).then_some(Credit { list, of, shares, roll_up })
    }

    fn shares_total(&mut self, credit: &ast::Credit) {
        let within = || credit.shares.iter().filter(|share| !share.in_addition);
        let total: Ratio = within().map(|share| share.percent.node.clone()).sum();
        if total == Ratio::ONE {
            return;
        }
        let words = merit_core::Value::Percent(total).spoken();
        let span =
            within().map(|share| share.to.span.to(share.percent.span)).reduce(|a, b| a.to(b)).unwrap_or(credit.span);
        self.said.push(
            Diagnostic::new(
                codes::SHARES,
                format!("these shares add up to {words}"),
                span,
                "they have to add up to 100%",
            )
            .help("credit on top of the 100% says so: `overlay 30% in addition`"),
        );
    }

    fn record_column(&mut self, record: &RecordType, name: &Name, kind: ValueType, what: &str) {
        match record.fields.get(&name.node) {
            Some(field) if field.ty.value_type() == Some(kind) => {}
            Some(field) => {
                let found = field.ty.value_type().map_or("a list", ValueType::word);
                let title = format!("{what} is needed here, and `{}` is {found}", name.node);
                self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, name.span, ""));
            }
            None => {
                let fits = record
                    .fields
                    .values()
                    .filter(|field| field.ty.value_type() == Some(kind))
                    .map(|field| field.name.as_str());
                let help = match nearest(&name.node, fits.clone()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!("it could be {}", fits.collect::<Vec<_>>().join(", ")),
                };
                let title = format!("a row of `{}` has no column `{}`", record.list_name, name.node);
                self.said.push(Diagnostic::new(codes::UNKNOWN_COLUMN, title, name.span, "").help(help));
            }
        }
    }

    /// Checks a recognition. `None` where it was reported.
    pub fn recognize(&mut self, recognize: &ast::Recognize) -> Option<Recognize> {
        let before = self.said.0.len();
        self.recognition_counts(recognize);
        let (mut when, mut badge, mut points, mut kudos, mut announce, mut once) = (None, None, None, None, None, None);
        for statement in &recognize.statements {
            match &statement.node {
                Recognition::When(condition) => when = self.condition(condition, "`when`"),
                Recognition::Badge { name, level } => {
                    badge = Some((name.node.clone(), level.as_ref().map(|level| level.node.clone())));
                }
                Recognition::Award(value) => points = self.expr_of(value, &Type::Points, "`award`"),
                Recognition::Kudos { from, saying } => kudos = self.kudos(from, saying.as_ref()),
                Recognition::Announce { to, saying } => {
                    announce = self.template(saying).map(|saying| Announce { to: to.node.clone(), saying });
                }
                Recognition::Once(unit) => once = Some(unit.map_or(OncePer::Policy, OncePer::Period)),
            }
        }
        (self.said.0.len() == before && !recognize.damaged).then_some(())?;
        Some(Recognize {
            name: recognize.name.node.clone(),
            about: recognize.about.as_ref().map(|about| about.node.clone()),
            when: when?,
            badge,
            points,
            kudos,
            announce,
            once_per: once,
            place: place(recognize.name.span),
        })
    }

    fn recognition_counts(&mut self, recognize: &ast::Recognize) {
        type Test = fn(&Recognition) -> bool;
        let single: [(&str, Test); 6] = [
            ("when", |s| matches!(s, Recognition::When(_))),
            ("badge", |s| matches!(s, Recognition::Badge { .. })),
            ("award", |s| matches!(s, Recognition::Award(_))),
            ("kudos", |s| matches!(s, Recognition::Kudos { .. })),
            ("announce", |s| matches!(s, Recognition::Announce { .. })),
            ("once per", |s| matches!(s, Recognition::Once(_))),
        ];
        for (word, test) in single {
            let mut found = recognize.statements.iter().filter(|statement| test(&statement.node));
            if let (Some(first), Some(second)) = (found.next(), found.next()) {
                let title = format!("`{word}` stands here twice");
                self.said.push(
                    Diagnostic::new(codes::REPEATED, title, second.span, "again here").also(first.span, "first here"),
                );
            }
        }
        if recognize.damaged {
            return;
        }
        let has = |test: Test| recognize.statements.iter().any(|statement| test(&statement.node));
        if !has(|s| matches!(s, Recognition::When(_))) {
            self.said.push(
                Diagnostic::new(codes::RECOGNITION, "this doesn't say when it is given", recognize.name.span, "")
                    .help("add a line `when …`"),
            );
        }
        if !has(|s| !matches!(s, Recognition::When(_) | Recognition::Once(_))) {
            self.said.push(
                Diagnostic::new(codes::RECOGNITION, "this doesn't give anything", recognize.name.span, "")
                    .help("add a `badge`, `award`, `kudos` or `announce` line"),
            );
        }
    }

    fn kudos(&mut self, from: &Name, saying: Option<&ast::Template>) -> Option<KudosSaying> {
        // Kudos from somebody who is missing are left out, so that needs no `otherwise`.
        self.lenient += 1;
        let giver = self.expr_of(&super::inputs::named(from), &Type::Participant, "`kudos from`");
        self.lenient -= 1;
        let saying = match saying {
            Some(template) => self.template(template)?,
            None => Vec::new(),
        };
        Some(KudosSaying { from: giver?, saying })
    }

    fn template(&mut self, template: &ast::Template) -> Option<Vec<TemplatePart>> {
        let mut parts = Vec::new();
        for part in &template.parts {
            parts.push(match part {
                ast::TemplatePart::Text(text) => TemplatePart::Text(text.clone()),
                ast::TemplatePart::ParticipantName => TemplatePart::ParticipantName,
                ast::TemplatePart::Hole(name) => {
                    let value = self.expr(&super::inputs::named(name), None)?;
                    if matches!(value.ty, Type::Money(_)) {
                        let title =
                            format!("`{}` is {}, and what others read never shows money", name.node, a_type(&value.ty));
                        self.said.push(
                            Diagnostic::new(codes::RECOGNITION, title, name.span, "")
                                .help("show a percentage or a count in its place"),
                        );
                        return None;
                    }
                    TemplatePart::Value(value)
                }
            });
        }
        Some(parts)
    }
}
