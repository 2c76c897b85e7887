//! Between outside values and exact quantities, and quantities as people read them.

use merit_core::{Money, Ratio, Rounding, Value, money};

use crate::program::{Quantity, Type};

impl Quantity {
    /// The exact number; zero for what is none (the checker lets no such thing pass).
    pub(crate) fn exact(&self) -> Ratio {
        match self {
            Self::Exact(ratio) => ratio.clone(),
            _ => Ratio::ZERO,
        }
    }

    /// Whether it is `yes`.
    pub(crate) const fn is_yes(&self) -> bool {
        matches!(self, Self::Flag(true))
    }

    /// The value as the type's quantity; otherwise what is wrong with it, to follow "`quota`".
    pub(crate) fn from_value(value: &Value, ty: &Type) -> Result<Self, String> {
        Ok(match (value, ty) {
            (Value::Money(money), Type::Money(currency)) if money.currency == *currency => Self::Exact(money.major()),
            (Value::Money(money), Type::Money(currency)) => {
                return Err(format!("is {}, but the policy reads it in {currency}", money.spoken()));
            }
            (Value::Percent(r), Type::Percent)
            | (Value::Number(r), Type::Number)
            | (Value::Points(r), Type::Points) => Self::Exact(r.clone()),
            (Value::Number(r), Type::Count) if r.is_whole() => Self::Exact(r.clone()),
            (Value::Count(n), Type::Count | Type::Number) => Self::Exact(Ratio::whole(*n)),
            (Value::Date(day), Type::Date) => Self::Day(*day),
            (Value::Duration(span), Type::Duration) => Self::Length(*span),
            (Value::Text(text) | Value::Choice(text), Type::Text | Type::Choice(_)) => Self::Words(text.clone()),
            (Value::YesNo(yes), Type::YesNo) => Self::Flag(*yes),
            (Value::Participant(person), Type::Participant) => Self::Words(person.as_str().to_owned()),
            _ => {
                return Err(format!(
                    "is `{}`, which is {}, but the policy reads {}",
                    value.spoken(),
                    value.kind().word(),
                    ty.value_type().word()
                ));
            }
        })
    }

    /// The outside value. Money that is no whole number of coins is rounded half even to the coin.
    ///
    /// # Errors
    /// A reason for people, where the value can't be kept.
    pub(crate) fn to_value(&self, ty: &Type) -> Result<Value, String> {
        Ok(match (self, ty) {
            (Self::Exact(r), Type::Money(currency)) => {
                let coin = Ratio::new(1, i128::from(currency.minor_per_major())).unwrap_or(Ratio::ONE);
                let major = r.round_to(&coin, Rounding::HalfEven);
                Value::Money(Money::from_major(&major, *currency).map_err(|error| error.message)?)
            }
            (Self::Exact(r), Type::Percent) => Value::Percent(r.clone()),
            (Self::Exact(r), Type::Points) => Value::Points(r.clone()),
            (Self::Exact(r), Type::Count) => match r.to_i64() {
                Some(n) => Value::Count(n),
                None => return Err(format!("{} is no count that can be kept", r.decimal(4))),
            },
            (Self::Exact(r), _) => Value::Number(r.clone()),
            (Self::Day(day), _) => Value::Date(*day),
            (Self::Length(span), _) => Value::Duration(*span),
            (Self::Flag(yes), _) => Value::YesNo(*yes),
            (Self::Words(text), Type::Choice(_)) => Value::Choice(text.clone()),
            (Self::Words(text), Type::Participant) => {
                Value::Participant(merit_core::ids::PersonId::new(text).map_err(|error| error.message)?)
            }
            (Self::Words(text), _) => Value::Text(text.clone()),
        })
    }

    /// For people: `$1,234.50`, `104.5%`, `1,200`, `12 months`, `Enterprise`.
    pub(crate) fn spoken(&self, ty: &Type) -> String {
        match (self, ty) {
            (Self::Exact(r), Type::Money(currency)) => money::spoken(r, *currency),
            (Self::Exact(r), Type::Percent) => Value::Percent(r.clone()).spoken(),
            (Self::Exact(r), Type::Points) => Value::Points(r.clone()).spoken(),
            (Self::Exact(r), _) => Value::Number(r.clone()).spoken(),
            (Self::Day(day), _) => day.to_string(),
            (Self::Length(span), _) => span.spoken(),
            (Self::Words(text), _) => text.clone(),
            (Self::Flag(yes), _) => if *yes { "yes" } else { "no" }.to_owned(),
        }
    }
}
