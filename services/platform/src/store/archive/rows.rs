//! One cell of a row, whichever kind of database it comes from.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What services keep: nothing, whole numbers, text or bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Nothing,
    Number(i64),
    Text(String),
    Bytes(Vec<u8>),
}

#[derive(Serialize, Deserialize)]
struct Hex {
    hex: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(i64),
    Text(String),
    Bytes(Hex),
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_none(),
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => Hex { hex: super::hex(bytes) }.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::<Written>::deserialize(deserializer)? {
            None => Self::Nothing,
            Some(Written::Number(number)) => Self::Number(number),
            Some(Written::Text(text)) => Self::Text(text),
            Some(Written::Bytes(Hex { hex })) => {
                Self::Bytes(parse(&hex).ok_or_else(|| D::Error::custom("bytes that are not hexadecimal"))?)
            }
        })
    }
}

fn parse(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Nothing),
            any::<i64>().prop_map(Cell::Number),
            ".*".prop_map(Cell::Text),
            proptest::collection::vec(any::<u8>(), 0..20).prop_map(Cell::Bytes),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(cell in cell()) {
            let text = serde_json::to_string(&cell).unwrap();
            prop_assert!(!text.contains('\n'));
            prop_assert_eq!(serde_json::from_str::<Cell>(&text).unwrap(), cell);
        }
    }
}
