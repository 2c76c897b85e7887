//! Literals: their type, their currency, their precision.

use merit_core::{Currency, Ratio};

use super::Checker;
use super::words::{a_type, less, value_words};
use crate::diagnostics::{Diagnostic, Span, codes};
use crate::program::{Quantity, Range, Type};
use crate::syntax::ast::{self, Literal, LiteralKind};

impl Checker<'_> {
    /// A literal's type and value. A whole number is a count, or what `want` says: a number.
    pub fn literal(&mut self, kind: &LiteralKind, span: Span, want: Option<&Type>) -> Option<(Type, Quantity)> {
        Some(match kind {
            LiteralKind::Money { major, currency } => {
                let currency = self.currency_of(currency, span, want)?;
                let thousands = self.thousand_or_one(span, currency);
                let minor = major * &Ratio::whole(currency.minor_per_major());
                if !minor.is_whole() || thousands.is_some() {
                    let digits = currency.digits();
                    let title = format!("an amount in {currency} has at most {digits} decimals");
                    self.said.push(
                        Diagnostic::new(codes::TOO_PRECISE, title, span, "")
                            .help("write fewer decimals; what is less than that for each unit is a number: `units * 0.001 * $1`")
                            .maybe_help(thousands),
                    );
                    return None;
                }
                (Type::Money(currency), Quantity::Exact(major.clone()))
            }
            LiteralKind::Percent(ratio) => (Type::Percent, Quantity::Exact(ratio.clone())),
            LiteralKind::Points(points) => (Type::Points, Quantity::Exact(points.clone())),
            LiteralKind::Duration(length) => (Type::Duration, Quantity::Length(*length)),
            LiteralKind::Date(day) => (Type::Date, Quantity::Day(*day)),
            LiteralKind::YesNo(yes) => (Type::YesNo, Quantity::Flag(*yes)),
            LiteralKind::Text(text) => (Type::Text, Quantity::Words(text.clone())),
            LiteralKind::Number { value, whole } => {
                let ty = if *whole && want != Some(&Type::Number) { Type::Count } else { Type::Number };
                (ty, Quantity::Exact(value.clone()))
            }
        })
    }

    /// The currency of an amount; `$` is US dollars, and only a policy in US dollars may write it.
    fn currency_of(&mut self, written: &str, span: Span, want: Option<&Type>) -> Option<Currency> {
        let currency = if written == "$" {
            Currency::USD
        } else {
            match written.parse::<Currency>() {
                Ok(currency) => currency,
                Err(error) => {
                    self.said.push(Diagnostic::new(codes::UNKNOWN_CURRENCY, error.message, span, ""));
                    return None;
                }
            }
        };
        let due = match want {
            Some(Type::Money(due)) => Some(*due),
            _ => self.currency,
        };
        if let Some(due) = due
            && due != currency
            && self.currency.is_some()
        {
            let (title, help) = if written == "$" {
                (
                    format!("`$` is US dollars, and {due} is due here"),
                    format!("write `{due} 100` for an amount in {due}"),
                )
            } else {
                (
                    format!("this amount is in {currency}, and {due} is due here"),
                    "amounts of two currencies never meet".to_owned(),
                )
            };
            self.said.push(Diagnostic::new(codes::WRONG_CURRENCY, title, span, "").help(help));
            return None;
        }
        Some(currency)
    }

    /// A literal that must be of a type.
    pub fn literal_of(&mut self, literal: &Literal, want: &Type, what: &str) -> Option<Quantity> {
        let (ty, quantity) = self.literal(&literal.kind, literal.span, Some(want))?;
        if ty == *want || (ty == Type::Count && *want == Type::Number) {
            return Some(quantity);
        }
        let title = format!("{what} needs {}", a_type(want));
        let help = self.as_written_help(want, &quantity, literal.span);
        let found = if ty == Type::Count { "a number".to_owned() } else { a_type(&ty) };
        self.said
            .push(Diagnostic::new(codes::WRONG_TYPE, title, literal.span, format!("this is {found}")).maybe_help(help));
        None
    }

    /// What to write where a plain number, written at `span`, stands in the place of another unit.
    pub fn as_written_help(&self, want: &Type, quantity: &Quantity, span: Span) -> Option<String> {
        if let Type::Money(currency) = want
            && let Some(help) = self.thousand_or_one(span, *currency)
        {
            return Some(help);
        }
        // A rate where money is meant: it lacks what it is a rate of.
        if matches!(want, Type::Money(_)) && self.text.get(span.start..span.end).is_some_and(|text| text.ends_with('%'))
        {
            let written = self.text.get(span.start..span.end).unwrap_or_default();
            return Some(format!("say of what: `… * {written}`"));
        }
        let right = as_written(want, quantity)?;
        let Quantity::Exact(number) = quantity else { return None };
        // A spreadsheet's 0.08 is 8%.
        if *want == Type::Percent && !number.is_zero() && number.abs() < Ratio::whole(1) {
            let likely = as_written(want, &Quantity::Exact(number * &Ratio::whole(100)))?;
            return Some(format!("write `{likely}`, or `{right}` if you mean a hundredth of that"));
        }
        Some(format!("write `{right}`"))
    }

    /// Three digits after a point are thousands to half the world: asks which was meant, where the currency has fewer
    /// decimals.
    fn thousand_or_one(&self, span: Span, currency: Currency) -> Option<String> {
        let written = self.text.get(span.start..span.end)?;
        let number = written.get(written.find(|c: char| c.is_ascii_digit())?..)?;
        let (whole, thousands) = number.split_once('.')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let group = thousands.len() == 3 && digits(thousands) && (1..=3).contains(&whole.len()) && digits(whole);
        if !group || whole == "0" || currency.digits() > 2 {
            return None;
        }
        let sign = if currency == Currency::USD { "$".to_owned() } else { format!("{currency} ") };
        let small = match (currency.digits(), thousands) {
            (0, "000") => format!("`{sign}{whole}`"),
            (2, _) if thousands.ends_with('0') => format!("`{sign}{whole}.{}`", thousands.get(..2)?),
            _ => return Some(format!("thousands have a comma: write `{sign}{whole},{thousands}` if that is meant")),
        };
        if thousands == "000" {
            return Some(format!("is that {whole} thousand (`{sign}{whole},000`) or {whole} ({small})?"));
        }
        Some(format!("is that `{sign}{whole},{thousands}` or {small}?"))
    }

    /// A declared range, its least not above its most.
    pub fn range(&mut self, range: Option<&ast::Range>, ty: &Type) -> Option<Range> {
        let Some(range) = range else { return Some(Range::default()) };
        let ordered = matches!(
            ty,
            Type::Money(_) | Type::Percent | Type::Number | Type::Count | Type::Points | Type::Date | Type::Duration
        );
        if !ordered {
            let title = format!("{} has no range", a_type(ty));
            self.said.push(Diagnostic::new(codes::WRONG_TYPE, title, range.span, ""));
            return None;
        }
        let min = self.literal_of(&range.min, ty, "the range")?;
        let max = match &range.max {
            Some(max) => Some(self.literal_of(max, ty, "the range")?),
            None => None,
        };
        if let Some(max) = &max
            && less(max, &min)
        {
            let title = format!("this range is empty: {} is above {}", value_words(ty, &min), value_words(ty, max));
            self.said.push(Diagnostic::new(codes::OUT_OF_RANGE, title, range.span, "").help("write the least first"));
            return None;
        }
        Some(Range { min: Some(min), max })
    }

    /// Whether a declared default lies in its range; says so otherwise.
    pub fn in_range(&mut self, quantity: &Quantity, range: &Range, ty: &Type, span: Span) {
        let low = range.min.as_ref().is_some_and(|min| less(quantity, min));
        let high = range.max.as_ref().is_some_and(|max| less(max, quantity));
        if low || high {
            let title = format!("{} lies outside its range", value_words(ty, quantity));
            self.said.push(Diagnostic::new(codes::OUT_OF_RANGE, title, span, ""));
        }
    }
}

/// How a bare number would be written in a unit, for a suggestion.
pub fn as_written(want: &Type, quantity: &Quantity) -> Option<String> {
    let Quantity::Exact(number) = quantity else { return None };
    let plain = merit_core::money::grouped(&number.decimal(6));
    Some(match want {
        Type::Money(currency) if *currency == Currency::USD => format!("${plain}"),
        Type::Money(currency) => format!("{currency} {plain}"),
        Type::Percent => format!("{plain}%"),
        Type::Points => format!("{plain} points"),
        _ => return None,
    })
}
