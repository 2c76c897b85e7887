//! What follows the rounding of a payout: true up, take back, payable as.

use merit_core::{Ratio, ValueType};

use super::Checker;
use crate::diagnostics::{Diagnostic, codes, nearest};
use crate::program::{Cash, ColumnId, ListId, StatementKind, TakeBack, Type};
use crate::syntax::ast::{self, ListColumn, Name, Spanned};

/// The column that says when a cancelled record was credited.
const CREDITED_ON: &str = "credited_on";
/// The column by which cash is matched with what it pays.
const REFERENCE: &str = "reference";

impl Checker<'_> {
    /// Whether a statement that only money can have stands in a payout of money; says so otherwise.
    pub fn only_for_money(
        &mut self,
        word: &str,
        outcome: &ast::Outcome,
        ty: &Type,
        span: crate::diagnostics::Span,
    ) -> bool {
        if outcome.pays && matches!(ty, Type::Money(_)) {
            return true;
        }
        let title = format!("`{word}` belongs to a payout of money");
        self.said.push(Diagnostic::new(codes::PAY_OR_PROPOSE, title, span, ""));
        false
    }

    /// `take back 25% at the rate paid on cancellations`
    pub fn take_back(&mut self, percent: &Spanned<Ratio>, recomputing: bool, list: &Name) -> Option<StatementKind> {
        if percent.node <= Ratio::ZERO || percent.node > Ratio::ONE {
            let title = "what is taken back lies above 0% and is at most 100%";
            self.said.push(Diagnostic::new(codes::OUT_OF_RANGE, title, percent.span, ""));
            return None;
        }
        let id = self.list(list)?;
        if !self.names.get("attainment").is_some_and(|symbol| matches!(symbol, super::scope::Symbol::Fact(_))) {
            let title = "what was paid for a sale follows from the header's measure, and there is none";
            self.said.push(
                Diagnostic::new(codes::HEADER_MISSING, title, list.span, "")
                    .help("add a header line such as `attainment of bookings`"),
            );
            return None;
        }
        let record = self.schema?.record_of_list(&list.node)?;
        let Some(amount) = record.credited_field().map(|field| field.name.clone()) else {
            let title = format!("a row of `{}` has no amount to take back", list.node);
            self.said.push(Diagnostic::new(codes::UNKNOWN_COLUMN, title, list.span, ""));
            return None;
        };
        let credited_on = record.fields.get(CREDITED_ON).filter(|field| field.ty.value_type() == Some(ValueType::Date));
        let credited_on = credited_on.and_then(|field| self.column(id, &field.name));
        let amount = self.column(id, &amount)?;
        Some(StatementKind::TakeBack(TakeBack {
            share: percent.node.clone(),
            recomputing,
            list: id,
            amount,
            credited_on,
        }))
    }

    /// `payable as payments.amount against invoices.amount`
    pub fn payable_as(&mut self, paid: &ListColumn, against: &ListColumn, ty: &Type) -> Option<StatementKind> {
        let (paid, against) = (self.cash(paid, ty), self.cash(against, ty));
        Some(StatementKind::Payable { paid: paid?, against: against? })
    }

    /// A list of amounts with references.
    fn cash(&mut self, written: &ListColumn, ty: &Type) -> Option<Cash> {
        let list = self.list(&written.list)?;
        let (amount, found, optional) = self.column_of(list, &written.column)?;
        if found != *ty || optional {
            let title =
                format!("`{}.{}` is no amount in the payout's currency", written.list.node, written.column.node);
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, written.column.span, ""));
            return None;
        }
        let reference = self.reference_of(list, &written.list)?;
        Some(Cash { list, amount, reference })
    }

    fn reference_of(&mut self, list: ListId, name: &Name) -> Option<ColumnId> {
        let columns = &self.lists.get(list.0)?.columns;
        let found =
            columns.iter().position(|column| column.name == REFERENCE && column.ty == Type::Text && !column.optional);
        if found.is_none() {
            let near = nearest(REFERENCE, columns.iter().map(|column| column.name.as_str()));
            let help = match near {
                Some(near) => format!(
                    "its column `{near}` can't serve: it has to be called `{REFERENCE}`, a text that is never missing"
                ),
                None => format!("add `{REFERENCE} : text` to the record in the schema"),
            };
            let title = format!("a row of `{}` has no reference by which cash is matched", name.node);
            self.said.push(Diagnostic::new(codes::UNKNOWN_COLUMN, title, name.span, "").help(help));
        }
        found.map(ColumnId)
    }
}
