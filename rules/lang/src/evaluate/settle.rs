//! Settling: per payee, over the proposed amounts of a policy's payouts, or of all policies'.

use merit_core::{Money, Ratio, Rounding};

use super::machine::Machine;
use super::stop::Stop;
use super::{NotScored, PersonInputs};
use crate::program::{Program, Type};

/// The payout name of a cap's line.
const CAP_TOTAL: &str = "cap total";

/// A proposed amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleInput {
    /// The caller's key.
    pub line: String,
    /// The payout's name.
    pub payout: String,
    /// How much, what is held included.
    pub amount: Money,
}

/// A line that settling adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleLine {
    /// `cap total`.
    pub payout: String,
    /// Signed: a cap gives a negative line.
    pub amount: Money,
    /// The statement's `because`.
    pub reason: Option<String>,
    /// How that came about, for people.
    pub words: Vec<String>,
}

/// Settles one payee's proposed amounts. Amounts of another currency than the cap's take no part: each currency settles
/// apart.
///
/// # Errors
/// Something that the block reads is missing or out of its range.
pub fn settle(
    program: &Program,
    inputs: &PersonInputs,
    proposed: &[SettleInput],
) -> Result<Vec<SettleLine>, NotScored> {
    let Some(cap) = program.settle.as_ref().and_then(|settle| settle.cap_total.as_ref()) else { return Ok(Vec::new()) };
    let Type::Money(currency) = cap.at.ty else { return Err(Stop::broken("a cap is an amount of money").into()) };
    let (mut machine, _) = Machine::new(program, inputs);
    machine.define_all(program);
    let coins = &machine.read(&cap.at)?.exact() * &Ratio::whole(currency.minor_per_major());
    // Towards zero, so that no more than the cap is paid.
    let most = coins.round(Rounding::Down).to_i64();
    let counted: Vec<&SettleInput> = proposed.iter().filter(|input| input.amount.currency == currency).collect();
    let total = counted.iter().try_fold(0_i64, |sum, input| sum.checked_add(input.amount.minor));
    let (Some(most), Some(total)) = (most, total) else {
        return Err(Stop::refused(format!("the {currency} total is too large to be kept"), None).into());
    };
    if total <= most {
        return Ok(Vec::new());
    }
    let Some(excess) = most.checked_sub(total) else {
        return Err(Stop::refused(format!("the {currency} total is too large to be kept"), None).into());
    };
    let [most, total, excess] = [most, total, excess].map(|minor| Money::new(minor, currency));
    let parts: Vec<String> =
        counted.iter().map(|input| format!("{} {}", input.payout, input.amount.spoken())).collect();
    let because = cap.because.as_ref().map(|because| format!(" because {because}")).unwrap_or_default();
    Ok(vec![SettleLine {
        payout: CAP_TOTAL.to_owned(),
        amount: excess,
        reason: cap.because.clone(),
        words: vec![
            format!("total of all payouts: {} ({})", total.spoken(), parts.join(" + ")),
            format!(
                "capped at {} in total{because}: {} − {} = {}",
                most.spoken(),
                most.spoken(),
                total.spoken(),
                excess.spoken()
            ),
        ],
    }])
}
