//! Whether a value is one that a field takes, with words for people where it isn't.

use merit_core::{Value, ValueType};

use super::{Field, Measure, Range};

impl Field {
    /// Whether the field takes the value: its type, choice, currency and range.
    ///
    /// # Errors
    /// Words for people that say what is wrong: "`closed` needs a date, and this is text".
    pub fn accepts(&self, value: &Value) -> Result<(), String> {
        let Some(kind) = self.ty.value_type() else {
            return Err(format!("`{}` is a list", self.name));
        };
        if value.kind() != kind {
            return Err(format!("`{}` needs {}, and this is {}", self.name, kind.word(), value.kind().word()));
        }
        if let (Value::Money(money), Some(currency)) = (value, self.currency)
            && money.currency != currency
        {
            return Err(format!("`{}` is kept in {currency}, and this is in {}", self.name, money.currency));
        }
        if let (ValueType::Choice, Value::Choice(word)) = (kind, value)
            && !self.options.contains(word)
        {
            let options = self.options.join(", ");
            return Err(format!(
                "`{}` is not one of the choices of `{}`: {options}",
                merit_core::text::shown(word),
                self.name
            ));
        }
        in_range(&self.name, self.range.as_ref(), value)
    }
}

impl Measure {
    /// Whether the measure takes the value: its type, currency and range.
    ///
    /// # Errors
    /// Words for people that say what is wrong.
    pub fn accepts(&self, value: &Value) -> Result<(), String> {
        if self.ty.value_type() != Some(value.kind()) {
            let kind = self.ty.value_type().map_or("a list", ValueType::word);
            return Err(format!("`{}` needs {kind}, and this is {}", self.name, value.kind().word()));
        }
        if let (Value::Money(money), Some(currency)) = (value, self.currency)
            && money.currency != currency
        {
            return Err(format!("`{}` is kept in {currency}, and this is in {}", self.name, money.currency));
        }
        in_range(&self.name, self.range.as_ref(), value)
    }
}

fn in_range(name: &str, range: Option<&Range>, value: &Value) -> Result<(), String> {
    let Some(range) = range else { return Ok(()) };
    if let Some(min) = &range.min
        && below(value, min)
    {
        return Err(format!("{} is below {}, the least that `{name}` may be", value.spoken(), min.spoken()));
    }
    if let Some(max) = &range.max
        && below(max, value)
    {
        return Err(format!("{} is above {}, the most that `{name}` may be", value.spoken(), max.spoken()));
    }
    Ok(())
}

fn below(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Date(a), Value::Date(b)) => a < b,
        _ => match (left.number(), right.number()) {
            (Some(a), Some(b)) => a < b,
            _ => false,
        },
    }
}
