//! A value as one short text, for storage.

use merit_core::{Error, Value, ValueType};
use serde::{Deserialize, Serialize};

/// A value that is stored as its kind's word and its canonical text: `money USD 12.50`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Packed(pub Value);

impl From<Packed> for String {
    fn from(packed: Packed) -> Self {
        format!("{} {}", packed.0.kind().word(), packed.0)
    }
}

impl TryFrom<String> for Packed {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
        let kind =
            ValueType::from_word(word).ok_or_else(|| Error::internal(format!("stored value of kind `{word}`")))?;
        Value::parse(kind, rest).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_values_come_back() {
        for (kind, text) in [
            (ValueType::Money, "USD 12.50"),
            (ValueType::Text, "a  b"),
            (ValueType::YesNo, "no"),
            (ValueType::Text, ""),
        ] {
            let value = Value::parse(kind, text).unwrap();
            let stored = String::from(Packed(value.clone()));
            assert_eq!(Packed::try_from(stored).unwrap().0, value);
        }
    }
}
