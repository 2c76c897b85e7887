//! Averages of weighted parts.

use num_rational::BigRational;
use num_traits::Zero as _;

use super::values::{Answer, Gap, Gaps, Value};
use super::{Here, Person};
use crate::syntax::ast::Weigh;

impl Person<'_> {
    /// The parts that are there by their weights; one that is missing is left out, or counts as 0.
    pub(super) fn weighed(&self, weigh: &Weigh) -> Answer {
        let mut gaps = Gaps::default();
        for row in &weigh.rows {
            let part = self.name_needs(&row.part.node, true, Here::default());
            gaps = gaps.and(part).and(self.needs(&row.weight, false, Here::default()));
        }
        gaps.worst()?;
        let (mut total, mut weights, mut there) = (BigRational::zero(), BigRational::zero(), 0);
        for row in &weigh.rows {
            let weight = self.value(&row.weight, Here::default())?.number().clone();
            match self.named(&row.part.node, Here::default()) {
                Ok(part) => {
                    total += &weight * part.number();
                    weights += weight;
                    there += 1;
                }
                Err(gap) if !gap.is_caught() => return Err(gap),
                Err(_) if weigh.left_out => {}
                Err(_) => weights += weight,
            }
        }
        if weigh.left_out && there == 0 {
            return Err(Gap::Absent);
        }
        if weights.is_zero() { Err(Gap::Zero) } else { Ok(Value::Number(total / weights)) }
    }
}
