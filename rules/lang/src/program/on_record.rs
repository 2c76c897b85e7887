//! What a policy leaves to later periods, by name: for those who bring balances from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use merit_core::{Currency, ValueType};

use super::{FactSource, OutcomeKind, Program, StatementKind, Type};

/// A value that goes on record at the end of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnRecord {
    /// Its kind.
    pub kind: ValueType,
    /// Of an amount.
    pub currency: Option<Currency>,
    /// The choice whose word it is.
    pub choice: Option<String>,
}

impl OnRecord {
    fn of(ty: &Type) -> Self {
        let currency = if let Type::Money(currency) = ty { Some(*currency) } else { None };
        let choice = if let Type::Choice(name) = ty { Some(name.clone()) } else { None };
        Self { kind: ty.value_type(), currency, choice }
    }
}

impl Program {
    /// What may be on record of a period: what the policy reads, its definitions and its outcomes.
    #[must_use]
    pub fn on_record(&self) -> BTreeMap<&str, OnRecord> {
        let bounds = |source: &FactSource| matches!(source, FactSource::PeriodStart | FactSource::PeriodEnd);
        let facts = self.facts.iter().filter(|fact| !bounds(&fact.source)).map(|fact| (fact.name.as_str(), &fact.ty));
        let defines = self.defines.iter().map(|define| (define.name.as_str(), &define.ty));
        let outcomes = self.outcomes.iter().map(|outcome| (outcome.name.as_str(), &outcome.ty));
        facts.chain(defines).chain(outcomes).map(|(name, ty)| (name, OnRecord::of(ty))).collect()
    }

    /// The names of its payouts of money.
    #[must_use]
    pub fn payouts(&self) -> Vec<&str> {
        let paid = self.outcomes.iter().filter(|outcome| outcome.kind == OutcomeKind::Payout);
        paid.filter(|outcome| matches!(outcome.ty, Type::Money(_))).map(|outcome| outcome.name.as_str()).collect()
    }

    /// The titles of the recognition that it gives.
    #[must_use]
    pub fn titles(&self) -> Vec<&str> {
        self.recognitions.iter().map(|recognize| recognize.name.as_str()).collect()
    }

    /// The events that it holds amounts back for.
    #[must_use]
    pub fn awaits(&self) -> BTreeSet<&str> {
        let statements = self.outcomes.iter().flat_map(|outcome| &outcome.statements);
        let until = statements.filter_map(|statement| match &statement.kind {
            StatementKind::HoldBack { until, .. } => Some(until.as_str()),
            _ => None,
        });
        until.collect()
    }

    /// Whether it advances pay that is owed back.
    #[must_use]
    pub fn draws(&self) -> bool {
        let guarantee = self.settle.as_ref().and_then(|settle| settle.guarantee.as_ref());
        guarantee.and_then(|guarantee| guarantee.draw).is_some_and(|draw| draw.recoverable)
    }
}
