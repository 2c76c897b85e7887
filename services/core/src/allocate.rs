//! Dividing a whole amount by shares so that the parts sum to it: the largest remainder method (Hamilton).

use crate::ratio::Ratio;

/// Divides `total` minor units in proportion to `weights` (none below zero, not all zero). Each part is the exact share
/// rounded down, and the units left go one by one to the largest remainders, the earlier part first where two are equal.
/// A negative total mirrors the positive one. Returns an empty list when all weights are zero.
#[must_use]
pub fn largest_remainder(total: i64, weights: &[Ratio]) -> Vec<i64> {
    let sum: Ratio = weights.iter().cloned().sum();
    let magnitude = Ratio::whole(total).abs();
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        let Some(exact) = (&magnitude * weight).checked_div(&sum) else { return Vec::new() };
        let floor = exact.floor();
        remainders.push((&exact - &floor, index));
        parts.push(floor.to_i64().unwrap_or(0));
    }
    let given: i64 = parts.iter().sum();
    let mut left = magnitude.to_i64().unwrap_or(0) - given;
    remainders.sort_by(|(a, i), (b, j)| b.cmp(a).then(i.cmp(j)));
    for (_, index) in remainders {
        if left == 0 {
            break;
        }
        if let Some(part) = parts.get_mut(index) {
            *part += 1;
            left -= 1;
        }
    }
    if total < 0 {
        for part in &mut parts {
            *part = -*part;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_sum_to_the_total_and_stay_within_one_unit(total in -1_000_000_i64..1_000_000, weights in prop::collection::vec(0_i64..1000, 1..8)) {
            prop_assume!(weights.iter().any(|w| *w > 0));
            let weights: Vec<Ratio> = weights.into_iter().map(Ratio::whole).collect();
            let sum: Ratio = weights.iter().cloned().sum();
            let parts = largest_remainder(total, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            for (part, weight) in parts.iter().zip(&weights) {
                let exact = (&Ratio::whole(total) * weight).checked_div(&sum).unwrap();
                prop_assert!((&Ratio::whole(*part) - &exact).abs() < Ratio::ONE);
            }
        }
    }

    #[test]
    fn a_cent_goes_to_the_first_of_equals() {
        assert_eq!(largest_remainder(100, &[Ratio::ONE, Ratio::ONE, Ratio::ONE]), [34, 33, 33]);
        assert_eq!(largest_remainder(-100, &[Ratio::ONE, Ratio::ONE, Ratio::ONE]), [-34, -33, -33]);
        assert!(largest_remainder(100, &[Ratio::ZERO]).is_empty());
    }
}
