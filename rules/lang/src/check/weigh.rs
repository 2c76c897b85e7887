//! Averages of weighted parts: `weigh overall : number, missing parts left out { … }`.

use super::Checker;
use super::bands::place;
use super::operators::amount;
use super::words::{a_type, type_words};
use crate::diagnostics::{Diagnostic, codes};
use crate::program::{Define, Expr, ExprKind, Type};
use crate::syntax::ast;

impl Checker<'_> {
    /// Checks a weighted average: a definition. `None` where it was reported.
    pub fn weigh(&mut self, weigh: &ast::Weigh) -> Option<Define> {
        let ty = self.plain_type(&weigh.ty)?;
        if !amount(&ty) {
            let title = format!("parts are weighed to a number, and `{}` is {}", weigh.name.node, a_type(&ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, weigh.ty.span, ""));
            return None;
        }
        if weigh.head.len() != 2 || weigh.head.iter().any(|column| column.result.is_some()) {
            let span = weigh.head.first().map_or(weigh.span, |column| column.name.span);
            self.said.push(
                Diagnostic::new(codes::HEAD_ROW, "the head row names the part and its weight", span, "")
                    .help("as in `| part | weight |`"),
            );
            return None;
        }
        let mut parts = Vec::new();
        for row in &weigh.rows {
            // A part may be missing: that is what the table is for.
            self.lenient += 1;
            let part = self.expr(&super::inputs::named(&row.part), Some(&ty));
            self.lenient -= 1;
            let weight = self.weight_of(&row.weight);
            let (part, weight) = (part?, weight?);
            if !(part.ty == ty || part.ty == Type::Count && ty == Type::Number) {
                let title =
                    format!("`{}` is {}, and {} is weighed here", row.part.node, a_type(&part.ty), type_words(&ty));
                self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, row.part.span, ""));
                return None;
            }
            parts.push((part, weight));
        }
        if weigh.damaged {
            return None;
        }
        if weigh.left_out && parts.iter().all(|(part, _)| self.may_lack(part)) {
            self.lacking.insert(weigh.name.node.clone());
        }
        let place = place(weigh.name.span);
        let value = Expr { kind: ExprKind::Weigh(parts, weigh.left_out), ty: ty.clone(), place };
        let about = weigh.about.as_ref().map(|about| about.node.clone());
        Some(Define { name: weigh.name.node.clone(), ty, value, about, place })
    }

    /// A weight: a percentage or a number above 0.
    fn weight_of(&mut self, weight: &ast::Expr) -> Option<Expr> {
        let checked = self.expr(weight, None)?;
        if !matches!(checked.ty, Type::Percent | Type::Number | Type::Count) {
            let title = format!("a weight is a percentage or a number, and this is {}", a_type(&checked.ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, weight.span, ""));
            return None;
        }
        if !self.is_positive(&checked) {
            self.said.push(
                Diagnostic::new(codes::OUT_OF_RANGE, "a weight lies above 0", weight.span, "")
                    .help("write a number above 0, or leave the row out"),
            );
            return None;
        }
        Some(checked)
    }

    /// Whether a value may be missing, by what is declared.
    fn may_lack(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Fact(id) => self.facts.get(id.0).is_some_and(|fact| fact.optional && fact.default.is_none()),
            ExprKind::Define(id) => self
                .defines
                .get(id.0)
                .and_then(Option::as_ref)
                .is_some_and(|define| self.lacking.contains(&define.name)),
            _ => false,
        }
    }
}
