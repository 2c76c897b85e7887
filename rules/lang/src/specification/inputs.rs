//! Values from outside: what a policy lists, what its header binds, and what is built in.

use num_traits::{Signed as _, Zero as _};

use super::values::{Answer, Gap, Gaps, Value, given, integer};
use super::{Here, Person, literal};
use crate::syntax::ast::{Field, FieldOptions, Item, LiteralKind, TypeKind};
use merit_core::{Currency, ValueType};

impl Person<'_> {
    /// An input's value; none if the policy has no such input. A given value wins over a computed one, a default stands
    /// in for a missing one, and what lies outside the range is not scored.
    pub(super) fn input(&self, name: &str) -> Option<Answer> {
        let listed = self.listed(name);
        let header = self.policy.header.attainment_of.as_ref().map(|measure| measure.node.as_str());
        let built_in = name == "period_start" || name == "period_end";
        let bound = header.is_some_and(|measure| [measure, "quota", "attainment"].contains(&name));
        if listed.is_none() && !built_in && !bound {
            return None;
        }
        let ty = match name {
            "period_start" | "period_end" => TypeKind::Plain(ValueType::Date),
            "attainment" => TypeKind::Plain(ValueType::Percent),
            "quota" => self.measure(header.unwrap()).unwrap().ty.kind.clone(),
            _ => match self.attribute(name) {
                Some(attribute) => attribute.ty.kind.clone(),
                None => self.measure(name).unwrap().ty.kind.clone(),
            },
        };
        let currency = self.schema_options(name).and_then(currency_in).unwrap_or(self.currency());
        let value = match self.inputs.facts.get(name) {
            Some(value) => given(value, &ty, currency),
            None => self.computed(name, listed),
        };
        let (own, schema) = (listed.map(|field| &field.options), self.schema_options(name));
        let default = own.and_then(|own| own.default.as_ref()).or(schema.and_then(|schema| schema.default.as_ref()));
        let value = match (value, default) {
            (Err(gap), Some(default)) if gap.is_caught() => Ok(literal(default)),
            (value, _) => value,
        };
        Some(value.and_then(|value| if in_ranges(&value, own, schema) { Ok(value) } else { Err(Gap::NotScored) }))
    }

    /// The policy's own line for an input.
    fn listed(&self, name: &str) -> Option<&Field> {
        self.policy.items.iter().find_map(|item| match item {
            Item::Inputs { fields, .. } => fields.iter().find(|field| field.name.node == name),
            _ => None,
        })
    }

    fn schema_options(&self, name: &str) -> Option<&FieldOptions> {
        let attribute = self.attribute(name).map(|attribute| &attribute.options);
        attribute.or_else(|| self.measure(name).map(|measure| &measure.options))
    }

    /// What was not given by name.
    fn computed(&self, name: &str, listed: Option<&Field>) -> Answer {
        match name {
            "period_start" => return Ok(Value::Day(self.inputs.period.start)),
            "period_end" => return Ok(Value::Day(self.inputs.period.end)),
            "attainment" => return self.attainment(),
            _ => {}
        }
        let measure = if name == "quota" || self.attribute(name).is_some() { None } else { self.measure(name) };
        if let Some(formula) = measure.and_then(|measure| measure.formula.as_ref()) {
            self.needs(formula, false, Here::default()).worst()?;
            return self.value(formula, Here::default());
        }
        let options = listed.map(|field| &field.options).or(measure.map(|measure| &measure.options));
        Err(if options.is_some_and(|options| options.optional.is_some()) { Gap::Absent } else { Gap::Missing })
    }

    /// The measure against its quota; where lower is better, as far below twice the quota, and never below 0.
    fn attainment(&self) -> Answer {
        let measure = &self.policy.header.attainment_of.as_ref().unwrap().node;
        let (quota, reached) = (self.figure("quota").unwrap(), self.figure(measure).unwrap());
        Gaps([&quota, &reached].into_iter().filter_map(|answer| answer.clone().err()).collect()).worst()?;
        let (quota, reached) = (quota?, reached?);
        if quota.number().is_zero() {
            return Err(Gap::Zero);
        }
        let share = reached.number() / quota.number();
        if self.measure(measure).unwrap().higher_is_better {
            return Ok(Value::Number(share));
        }
        let share = integer(2) - share;
        Ok(Value::Number(if share.is_negative() { integer(0) } else { share }))
    }
}

/// The currency that a field's own literals name.
pub(super) fn currency_in(options: &FieldOptions) -> Option<Currency> {
    let literals = options.range.iter().map(|range| &range.min).chain(&options.default);
    literals.into_iter().find_map(|literal| match &literal.kind {
        LiteralKind::Money { currency, .. } if currency == "$" => Some(Currency::USD),
        LiteralKind::Money { currency, .. } => currency.parse().ok(),
        _ => None,
    })
}

/// Whether a value lies in the policy's range, or where the policy says nothing, in the schema's. Both ends count.
fn in_ranges(value: &Value, own: Option<&FieldOptions>, schema: Option<&FieldOptions>) -> bool {
    let own = own.and_then(|own| own.range.as_ref());
    let schema = schema.and_then(|schema| schema.range.as_ref());
    let least = own.map(|range| &range.min).or(schema.map(|range| &range.min));
    let most = own.and_then(|range| range.max.as_ref()).or(schema.and_then(|range| range.max.as_ref()));
    least.is_none_or(|least| value.order(&literal(least)).is_ge())
        && most.is_none_or(|most| value.order(&literal(most)).is_le())
}
