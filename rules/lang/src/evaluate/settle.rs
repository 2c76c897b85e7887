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

#[cfg(test)]
mod tests {
    use merit_core::{Currency, Value};

    use super::*;
    use crate::program::sample::{USD, inputs, usd};
    use crate::program::{CapTotal, Place, Range, Settle};

    /// `cap total at limit because "Plan section 7"`.
    fn program() -> Program {
        let mut program = Program::empty();
        let at = program.fact("limit", USD, false, Range::default());
        let cap = CapTotal { at, because: Some("Plan section 7".to_owned()), place: Place::default() };
        program.settle = Some(Settle { all: false, cap_total: Some(cap) });
        program
    }

    fn proposed(amounts: &[(i64, Currency)]) -> Vec<SettleInput> {
        let input = |(index, (minor, currency)): (usize, &(i64, Currency))| SettleInput {
            line: index.to_string(),
            payout: format!("payout_{index}"),
            amount: Money::new(*minor, *currency),
        };
        amounts.iter().enumerate().map(input).collect()
    }

    #[test]
    fn the_excess_over_the_cap_is_one_negative_line() {
        let (usd_, eur) = (Currency::USD, Currency::EUR);
        for (amounts, expected) in [
            (vec![(25_000_000, usd_), (100_000, usd_)], Some(-50_000)),
            (vec![(25_050_000, usd_)], None),
            (vec![(25_050_001, usd_)], Some(-1)),
            // Each currency settles apart.
            (vec![(25_050_000, usd_), (100_000, eur)], None),
            (vec![], None),
        ] {
            let lines = settle(&program(), &inputs("ana", &[("limit", usd("250500"))]), &proposed(&amounts)).unwrap();
            assert_eq!(lines.first().map(|line| line.amount.minor), expected, "{amounts:?}");
            assert!(lines.len() <= 1);
        }
    }

    #[test]
    fn the_line_says_how_it_came_about() {
        let inputs = inputs("ana", &[("limit", usd("250500"))]);
        let lines =
            settle(&program(), &inputs, &proposed(&[(25_000_000, Currency::USD), (100_000, Currency::USD)])).unwrap();
        let line = lines.first().unwrap();
        assert_eq!((line.payout.as_str(), line.reason.as_deref()), ("cap total", Some("Plan section 7")));
        assert_eq!(
            line.words,
            [
                "total of all payouts: $251,000.00 (payout_0 $250,000.00 + payout_1 $1,000.00)",
                "capped at $250,500.00 in total because Plan section 7: $250,500.00 − $251,000.00 = -$500.00",
            ]
        );
    }

    #[test]
    fn a_cap_that_reads_something_missing_is_not_settled() {
        let error = settle(&program(), &inputs("ana", &[]), &proposed(&[(1, Currency::USD)])).unwrap_err();
        assert_eq!(error.reason, "`limit` is missing");
        let odd = Value::Money(Money::new(1, Currency::EUR));
        assert!(settle(&program(), &inputs("ana", &[("limit", odd)]), &proposed(&[])).is_err());
    }
}
