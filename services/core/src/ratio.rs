//! Exact rational numbers: `i128` where both parts fit, big integers where they don't. Never binary floating point.

use std::cmp::Ordering;
use std::ops::{Add, Mul, Neg, Sub};

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};
use serde::{Deserialize, Serialize};

mod written;

/// An exact rational number, always in lowest terms.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ratio(Repr);

// INVARIANT: lowest terms, denominator > 0, and `Small` whenever both parts fit `i128`: equal numbers have one form.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i128, i128),
    Big(Box<BigRational>),
}

/// How a number is brought to a multiple of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Rounding {
    /// To the nearest; a half goes to the even neighbour.
    HalfEven,
    /// To the nearest; a half goes away from zero, so that a reversal mirrors its payment.
    HalfUp,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
}

impl Ratio {
    /// Zero.
    pub const ZERO: Self = Self(Repr::Small(0, 1));
    /// One.
    pub const ONE: Self = Self(Repr::Small(1, 1));

    /// `numerator / denominator`; `None` when the denominator is zero.
    #[must_use]
    pub fn new(numerator: i128, denominator: i128) -> Option<Self> {
        (denominator != 0).then(|| Self::small(numerator, denominator))
    }

    /// A whole number.
    #[must_use]
    pub const fn whole(number: i64) -> Self {
        Self(Repr::Small(number as i128, 1))
    }

    /// `number` hundredths.
    #[must_use]
    pub fn percent(number: i64) -> Self {
        Self::small(i128::from(number), 100)
    }

    // The denominator is not zero.
    fn small(numerator: i128, denominator: i128) -> Self {
        // `i128::MIN` has no positive counterpart: leave it to the big integers.
        if numerator == i128::MIN || denominator == i128::MIN {
            return Self::big(BigRational::new(numerator.into(), denominator.into()));
        }
        let divisor = numerator.gcd(&denominator).max(1);
        let sign = denominator.signum();
        Self(Repr::Small(sign * (numerator / divisor), sign * (denominator / divisor)))
    }

    fn big(value: BigRational) -> Self {
        match (value.numer().to_i128(), value.denom().to_i128()) {
            (Some(n), Some(d)) if n != i128::MIN => Self(Repr::Small(n, d)),
            _ => Self(Repr::Big(Box::new(value))),
        }
    }

    fn to_big(&self) -> BigRational {
        match &self.0 {
            Repr::Small(n, d) => BigRational::new_raw(BigInt::from(*n), BigInt::from(*d)),
            Repr::Big(value) => (**value).clone(),
        }
    }

    /// The quotient; `None` when `other` is zero.
    #[must_use]
    pub fn checked_div(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let Some(product) = multiply(*a, *b, *d * c.signum(), c.abs())
        {
            return Some(product);
        }
        Some(Self::big(self.to_big() / other.to_big()))
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0, _))
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(n, _) => *n < 0,
            Repr::Big(value) => value.is_negative(),
        }
    }

    /// Whether it has no fraction.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        match &self.0 {
            Repr::Small(_, d) => *d == 1,
            Repr::Big(value) => value.denom().is_one(),
        }
    }

    /// Without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self.clone() } else { self.clone() }
    }

    /// The whole number, if it is one and fits `i64`.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(n, 1) => i64::try_from(*n).ok(),
            _ => None,
        }
    }

    /// The nearest multiple of `step` (which is above zero) by the mode. A step of zero leaves the number as it is.
    #[must_use]
    pub fn round_to(&self, step: &Self, mode: Rounding) -> Self {
        match self.checked_div(step) {
            Some(steps) => &steps.round(mode) * step,
            None => self.clone(),
        }
    }

    /// The nearest whole number by the mode.
    #[must_use]
    pub fn round(&self, mode: Rounding) -> Self {
        match &self.0 {
            Repr::Small(n, 1) => Self(Repr::Small(*n, 1)),
            Repr::Small(n, d) => {
                let (magnitude, rest) = (n.abs() / d, n.abs() % d);
                // `rest` against `d - rest` compares twice the rest with the denominator without overflow.
                let up = goes_up(mode, rest.cmp(&(d - rest)), rest != 0, magnitude % 2 != 0);
                Self(Repr::Small(n.signum() * (magnitude + i128::from(up)), 1))
            }
            Repr::Big(value) => {
                let (magnitude, rest): (BigInt, BigInt) = value.numer().abs().div_rem(value.denom());
                let up =
                    goes_up(mode, (&rest * BigInt::from(2)).cmp(value.denom()), !rest.is_zero(), magnitude.is_odd());
                let magnitude = if up { magnitude + 1 } else { magnitude };
                let signed = if value.is_negative() { -magnitude } else { magnitude };
                Self::big(BigRational::from_integer(signed))
            }
        }
    }

    /// The largest whole number not above it.
    #[must_use]
    pub fn floor(&self) -> Self {
        let towards_zero = self.round(Rounding::Down);
        if towards_zero > *self { &towards_zero - &Self::ONE } else { towards_zero }
    }
}

/// Whether a magnitude with a rest goes up to the next whole number.
fn goes_up(mode: Rounding, rest_against_half: Ordering, has_rest: bool, odd: bool) -> bool {
    match mode {
        Rounding::Down => false,
        Rounding::Up => has_rest,
        Rounding::HalfUp => rest_against_half != Ordering::Less,
        Rounding::HalfEven => match rest_against_half {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => odd,
        },
    }
}

/// a/b × c/d in lowest terms, `None` where it doesn't fit. Denominators are above zero.
fn multiply(a: i128, b: i128, c: i128, d: i128) -> Option<Ratio> {
    let (left, right) = (a.gcd(&d).max(1), c.gcd(&b).max(1));
    let numerator = (a / left).checked_mul(c / right)?;
    let denominator = (b / right).checked_mul(d / left)?;
    (numerator != i128::MIN).then_some(Ratio(Repr::Small(numerator, denominator)))
}

/// a/b + c/d, `None` where a step doesn't fit. Denominators are above zero.
fn sum(a: i128, b: i128, c: i128, d: i128) -> Option<Ratio> {
    let divisor = b.gcd(&d);
    let left = a.checked_mul(d / divisor)?;
    let right = c.checked_mul(b / divisor)?;
    let denominator = (b / divisor).checked_mul(d)?;
    Some(Ratio::small(left.checked_add(right)?, denominator))
}

impl Add for &Ratio {
    type Output = Ratio;

    fn add(self, other: &Ratio) -> Ratio {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let Some(sum) = sum(*a, *b, *c, *d)
        {
            return sum;
        }
        Ratio::big(self.to_big() + other.to_big())
    }
}

impl Sub for &Ratio {
    type Output = Ratio;

    fn sub(self, other: &Ratio) -> Ratio {
        self + &-other.clone()
    }
}

impl Mul for &Ratio {
    type Output = Ratio;

    fn mul(self, other: &Ratio) -> Ratio {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0)
            && let Some(product) = multiply(*a, *b, *c, *d)
        {
            return product;
        }
        Ratio::big(self.to_big() * other.to_big())
    }
}

impl Neg for Ratio {
    type Output = Self;

    fn neg(self) -> Self {
        match self.0 {
            Repr::Small(n, d) => Self(Repr::Small(-n, d)),
            Repr::Big(value) => Self::big(-*value),
        }
    }
}

impl std::iter::Sum for Ratio {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |total, item| &total + &item)
    }
}

impl Ord for Ratio {
    fn cmp(&self, other: &Self) -> Ordering {
        if let (Repr::Small(a, b), Repr::Small(c, d)) = (&self.0, &other.0) {
            if b == d {
                return a.cmp(c);
            }
            if let (Some(left), Some(right)) = (a.checked_mul(*d), c.checked_mul(*b)) {
                return left.cmp(&right);
            }
        }
        self.to_big().cmp(&other.to_big())
    }
}

impl PartialOrd for Ratio {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Ratio {
    fn from(number: i64) -> Self {
        Self::whole(number)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn big(r: &Ratio) -> BigRational {
        r.to_big()
    }

    fn any_ratio() -> impl Strategy<Value = Ratio> {
        let part = prop_oneof![any::<i128>(), (-1000..1000_i128), Just(i128::MIN), Just(i128::MAX)];
        (part.clone(), part).prop_filter_map("zero denominator", |(n, d)| Ratio::new(n, d))
    }

    proptest! {
        // The big rationals of `num` are the specification.
        #[test]
        fn arithmetic_agrees_with_big_rationals(a in any_ratio(), b in any_ratio()) {
            prop_assert_eq!(big(&(&a + &b)), big(&a) + big(&b));
            prop_assert_eq!(big(&(&a - &b)), big(&a) - big(&b));
            prop_assert_eq!(big(&(&a * &b)), big(&a) * big(&b));
            prop_assert_eq!(a.cmp(&b), big(&a).cmp(&big(&b)));
            if let Some(q) = a.checked_div(&b) { prop_assert_eq!(big(&q), big(&a) / big(&b)); }
        }

        // Numbers of up to 90 digits: those that fit the small form, and those that don't.
        #[test]
        fn decimals_and_fractions_are_read_exactly(whole in "[0-9]{1,45}", rest in "0{0,2}[1-9][0-9]{0,42}") {
            let number = |text: &str| text.parse::<BigInt>().unwrap();
            let scale = BigInt::from(10).pow(u32::try_from(rest.len()).unwrap());
            let decimal = BigRational::new(number(&format!("{whole}{rest}")), scale);
            let fraction = BigRational::new(number(&whole), number(&rest));
            for (text, expected) in [(format!("{whole}.{rest}"), decimal), (format!("{whole}/{rest}"), fraction)] {
                prop_assert_eq!(&big(&text.parse().unwrap()), &expected);
                prop_assert_eq!(big(&format!("-{text}").parse().unwrap()), -expected);
            }
        }

        #[test]
        fn text_round_trips_and_is_unique(a in any_ratio()) {
            let again: Ratio = a.to_string().parse().unwrap();
            prop_assert_eq!(&again, &a);
            prop_assert_eq!(a.clone() == &a + &Ratio::ZERO, true);
        }

        #[test]
        fn rounding_mirrors_at_zero(a in any_ratio(), mode in prop_oneof![Just(Rounding::HalfEven), Just(Rounding::HalfUp), Just(Rounding::Down), Just(Rounding::Up)]) {
            let up = a.round(mode);
            prop_assert_eq!((-a.clone()).round(mode), -up.clone());
            prop_assert!((&up - &a).abs() < Ratio::ONE);
        }
    }

    #[test]
    fn rounding_modes_at_the_half() {
        let table = [
            ("2.5", Rounding::HalfEven, "2"),
            ("3.5", Rounding::HalfEven, "4"),
            ("2.5", Rounding::HalfUp, "3"),
            ("-2.5", Rounding::HalfUp, "-3"),
            ("-2.5", Rounding::HalfEven, "-2"),
            ("2.9", Rounding::Down, "2"),
            ("-2.9", Rounding::Down, "-2"),
            ("2.1", Rounding::Up, "3"),
            ("-2.1", Rounding::Up, "-3"),
            ("7", Rounding::Up, "7"),
        ];
        for (number, mode, rounded) in table {
            assert_eq!(number.parse::<Ratio>().unwrap().round(mode).to_string(), rounded, "{number} {mode:?}");
        }
    }
}
