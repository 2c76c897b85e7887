//! Words for what follows the rounding of a payout: true up, take back, payable as.

use merit_core::Ratio;

use super::spoken;
use crate::program::{Outcome, Quantity, Statement, StatementKind, Type};
use crate::trace::{CashTold, Effect, TakenBack};

/// Rows and invoices that are listed one by one; of more, only the number is told.
const LISTED: usize = 12;

/// The lines for such an effect, and the amount after it; none for any other.
pub(super) fn after_rounding(
    outcome: &Outcome,
    statement: &Statement,
    effect: &Effect,
    before: &Ratio,
) -> Option<(Vec<String>, Ratio)> {
    let money = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), &outcome.ty);
    let because = statement.because.as_ref().map(|because| format!(" because {because}")).unwrap_or_default();
    match (effect, &statement.kind) {
        (Effect::TruedUp(earlier, after), StatementKind::TrueUp(unit)) => {
            let unit = unit.word();
            let line = if earlier.is_empty() {
                format!("true up over the {unit}{because}: nothing was paid earlier in it")
            } else {
                let parts: Vec<String> =
                    earlier.iter().map(|(period, amount)| format!(" − {} ({period})", money(amount))).collect();
                format!("true up over the {unit}{because}: {}{} = {}", money(before), parts.concat(), money(after))
            };
            Some((vec![line], after.clone()))
        }
        (Effect::TakenBack(told, after), StatementKind::TakeBack(block)) => {
            let mut lines: Vec<String> =
                told.iter().map(|one| taken_back(outcome, one, &block.share, &because)).collect();
            if !told.is_empty() {
                let parts: Vec<String> = told.iter().map(|one| format!(" − {}", money(&one.back))).collect();
                lines.push(format!("after taking back: {}{} = {}", money(before), parts.concat(), money(after)));
            }
            Some((lines, after.clone()))
        }
        (Effect::Cash(told, payable, waits), StatementKind::Payable { .. }) => {
            let mut lines: Vec<String> = told.iter().take(LISTED).map(|one| cash(outcome, one)).collect();
            if told.len() > LISTED {
                lines.push(format!("and {} more invoices", told.len() - LISTED));
            }
            lines.push(format!("payable now{because}: {}; waiting for cash: {}", money(payable), money(waits)));
            Some((lines, before.clone()))
        }
        _ => None,
    }
}

fn taken_back(outcome: &Outcome, told: &TakenBack, share: &Ratio, because: &str) -> String {
    let money = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), &outcome.ty);
    let percent = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), &Type::Percent);
    let rows: Vec<String> =
        told.rows.iter().take(LISTED).map(|(id, amount)| format!("{id} {}", money(amount))).collect();
    let more = told.rows.len().saturating_sub(LISTED);
    let rows = if more > 0 { format!("{} + {more} more", rows.join(" + ")) } else { rows.join(" + ") };
    let total: Ratio = told.rows.iter().map(|(_, amount)| amount.clone()).sum();
    let when = told.period.as_ref().map(|period| format!(" of {period}")).unwrap_or_default();
    match &told.instead {
        Some(instead) => format!(
            "taken back for {rows}{when}{because}: computed again without {}, it is {} instead of {}; {} of the difference = {}",
            money(&total),
            money(instead),
            money(&told.was.0),
            percent(share),
            money(&told.back),
        ),
        None => format!(
            "taken back for {rows}{when}{because}: paid{} {} for {}; {} × {} ÷ {} × {} = {}",
            if told.period.is_some() { " then" } else { "" },
            money(&told.was.0),
            money(&told.was.1),
            money(&total),
            money(&told.was.0),
            money(&told.was.1),
            percent(share),
            money(&told.back),
        ),
    }
}

fn cash(outcome: &Outcome, told: &CashTold) -> String {
    let money = |ratio: &Ratio| spoken(&Quantity::Exact(ratio.clone()), &outcome.ty);
    format!(
        "invoice {}: it earned {}; {} of {} is collected, so {} is payable",
        told.reference,
        money(&told.earned),
        money(&told.collected),
        money(&told.invoiced),
        money(&told.payable),
    )
}
