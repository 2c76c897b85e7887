//! The four ways to round.

use std::cmp::Ordering;

use merit_core::Rounding;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};

use super::values::integer;

/// The multiple of `step` that the mode gives. A negative number mirrors the positive one.
pub fn rounded(number: &BigRational, step: &BigRational, mode: Rounding) -> BigRational {
    if number.is_negative() {
        return -rounded(&-number, step, mode);
    }
    let below = (number / step).floor() * step;
    let above = &below + step;
    let even = (&below / step / integer(2)).is_integer();
    let rest = number - &below;
    let goes_up = match mode {
        Rounding::Down => false,
        Rounding::Up => !rest.is_zero(),
        Rounding::HalfUp => &rest + &rest >= *step,
        Rounding::HalfEven => match (&rest + &rest).cmp(step) {
            Ordering::Less => false,
            Ordering::Equal => !even,
            Ordering::Greater => true,
        },
    };
    if goes_up { above } else { below }
}
