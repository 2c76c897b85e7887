//! Which stretch an input covers: `year to date`, `averaged by days`, `spread evenly`.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::program::InputSource;
use crate::syntax::ast::{Field, FieldOptions, TypeKind};

impl Checker<'_> {
    /// `year to date` and the like fit a quota, `averaged by days` a quota and numbers that people have, `spread evenly` a
    /// quota.
    pub fn stretches(&mut self, field: &Field, source: &InputSource) {
        let quota = *source == InputSource::Quota;
        let number = matches!(
            field.ty.kind,
            TypeKind::Plain(
                merit_core::ValueType::Money
                    | merit_core::ValueType::Percent
                    | merit_core::ValueType::Number
                    | merit_core::ValueType::Count
                    | merit_core::ValueType::Points
            )
        );
        let options = &field.options;
        let name = &field.name.node;
        if let Some(to_date) = options.to_date.as_ref().filter(|_| !quota) {
            let word = to_date.node.word();
            let title = format!("`{word} to date` fits a list or `quota`");
            self.said.push(
                Diagnostic::new(codes::SCHEMA_DIFFERS, title, to_date.span, "")
                    .help(format!("for a figure of your own, write `total of {name} in the {word} to date`")),
            );
        }
        if let Some(span) = options.averaged.filter(|_| !(quota || number && *source == InputSource::Attribute)) {
            self.said.push(
                Diagnostic::new(
                    codes::SCHEMA_DIFFERS,
                    "`averaged by days` fits `quota` and numbers that people have",
                    span,
                    "",
                )
                .help("a measure is a figure over the whole period already"),
            );
        }
        if let Some(span) = options.spread.filter(|_| !quota) {
            self.said.push(Diagnostic::new(codes::SCHEMA_DIFFERS, "`spread evenly` fits `quota`", span, ""));
        }
    }

    /// Which stretch a figure covers is the policy's own business.
    pub fn only_in_policies(&mut self, options: &FieldOptions) {
        let to_date = options.to_date.as_ref().map(|unit| (unit.span, format!("{} to date", unit.node.word())));
        let others = [(options.averaged, "averaged by days"), (options.spread, "spread evenly")];
        let others = others.into_iter().filter_map(|(span, word)| Some((span?, word.to_owned())));
        for (span, word) in to_date.into_iter().chain(others) {
            let title = format!("`{word}` belongs to a policy's `inputs`, not to a schema");
            self.said.push(Diagnostic::new(codes::WRONG_KIND, title, span, ""));
        }
    }
}
