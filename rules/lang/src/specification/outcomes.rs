//! Payouts and recommendations, statement by statement.

use num_rational::BigRational;

use super::expressions::round;
use super::values::{Answer, Gap, Gaps, Value, coins, fits, integer};
use super::{Here, Person};
use crate::syntax::ast::{Expr, Outcome, Statement, TypeKind};
use merit_core::ValueType;

/// What a figure came to, and how much of it is held back.
#[derive(Debug, Clone)]
pub struct Ran {
    pub value: Answer,
    pub kept: Kept,
}

/// What became of a payout's amount.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    pub held: Option<BigRational>,
    pub taken_back: Option<BigRational>,
    /// Coins that wait, by the invoice's reference or the event.
    pub waiting: Vec<(String, i64)>,
}

impl Ran {
    pub fn only(value: Answer) -> Self {
        Self { value, kept: Kept::default() }
    }
}

impl Person<'_> {
    pub(super) fn outcome(&self, outcome: &Outcome) -> Ran {
        match self.run(outcome) {
            Ok((value, kept)) => Ran { value: Ok(value), kept },
            Err(gap) => Ran::only(Err(gap)),
        }
    }

    fn run(&self, outcome: &Outcome) -> Result<(Value, Kept), Gap> {
        self.outcome_needs(outcome).worst()?;
        let statements = || outcome.statements.iter().map(|statement| &statement.node);
        let mut lets = Vec::new();
        for statement in statements() {
            if let Statement::Let { name, value } = statement {
                let value = self.value(value, Here { lets: &lets, ..Here::default() })?;
                lets.push((name.node.clone(), value));
            }
        }
        let of = |expr: &Expr| self.value(expr, Here { lets: &lets, ..Here::default() });
        let mut amount = Value::Flag(false);
        for statement in statements() {
            if let Statement::Amount { value, .. } = statement {
                amount = of(value)?;
            }
        }
        for statement in statements() {
            if let Statement::Multiply { by, when, .. } = statement {
                let applies = match when {
                    Some(when) => of(when)?.yes(),
                    None => true,
                };
                if applies {
                    amount = Value::Number(amount.number() * of(by)?.number());
                }
            }
        }
        let mut failed = false;
        for statement in statements() {
            if let Statement::Gate { condition, otherwise, .. } = statement
                && !failed
                && !of(condition)?.yes()
            {
                failed = true;
                amount = match otherwise {
                    Some((_, otherwise)) => of(otherwise)?,
                    None => nothing(&outcome.ty.kind),
                };
            }
        }
        if !failed {
            amount = self.between_floor_and_cap(outcome, amount, &lets)?;
        }
        self.kept(outcome, amount, failed)
    }

    fn between_floor_and_cap(&self, outcome: &Outcome, amount: Value, lets: &[(String, Value)]) -> Answer {
        let (mut cap, mut floor) = (None, None);
        for statement in &outcome.statements {
            match &statement.node {
                Statement::Cap { at, .. } => cap = Some(self.value(at, Here { lets, ..Here::default() })?),
                Statement::Floor { at, .. } => floor = Some(self.value(at, Here { lets, ..Here::default() })?),
                _ => {}
            }
        }
        if let (Some(cap), Some(floor)) = (&cap, &floor)
            && cap.order(floor).is_lt()
        {
            return Err(Gap::NotScored);
        }
        let amount = cap.filter(|cap| amount.order(cap).is_gt()).unwrap_or(amount);
        Ok(floor.filter(|floor| amount.order(floor).is_lt()).unwrap_or(amount))
    }

    /// Rounds, and does what follows the rounding. An amount too large to be kept is not scored.
    fn kept(&self, outcome: &Outcome, mut amount: Value, failed: bool) -> Result<(Value, Kept), Gap> {
        let rounding = outcome.statements.iter().find_map(|statement| match &statement.node {
            Statement::Round { mode, to } => Some((*mode, to)),
            _ => None,
        });
        if let Some((mode, to)) = rounding {
            amount = round(amount.number(), mode, to);
        }
        let mut kept = Kept::default();
        if let Some(rounding) = rounding.filter(|_| !self.up_to_rounding) {
            amount = self.after_rounding(outcome, amount, rounding, failed, &mut kept)?;
        }
        let can_be_kept = match outcome.ty.kind {
            TypeKind::Plain(ValueType::Money) => fits(&(amount.number() * coins(self.currency()))),
            TypeKind::Plain(ValueType::Count) => fits(amount.number()),
            _ => true,
        };
        if can_be_kept { Ok((amount, kept)) } else { Err(Gap::NotScored) }
    }

    fn outcome_needs(&self, outcome: &Outcome) -> Gaps {
        let mut names = Vec::new();
        for statement in &outcome.statements {
            if let Statement::Let { name, .. } = &statement.node {
                names.push((name.node.clone(), Value::Flag(true)));
            }
        }
        let needs = |expr: &Expr| self.needs(expr, false, Here { lets: &names, ..Here::default() });
        let mut gaps = Gaps::default();
        for statement in &outcome.statements {
            let more = match &statement.node {
                Statement::Let { value, .. } | Statement::Amount { value, .. } => needs(value),
                Statement::Multiply { by, when: Some(when), .. } => needs(by).and(needs(when)),
                Statement::Multiply { by, when: None, .. } => needs(by),
                Statement::Gate { condition, otherwise: Some((_, otherwise)), .. } => {
                    needs(condition).and(needs(otherwise))
                }
                Statement::Gate { condition, otherwise: None, .. } => needs(condition),
                Statement::Cap { at, .. } | Statement::Floor { at, .. } => needs(at),
                Statement::TakeBack { .. } | Statement::Payable { .. } if self.up_to_rounding => Gaps::default(),
                Statement::TakeBack { list, .. } => self.list_needs(&list.node),
                Statement::Payable { paid, against, .. } => {
                    self.list_needs(&paid.list.node).and(self.list_needs(&against.list.node))
                }
                Statement::Round { .. } | Statement::TrueUp { .. } | Statement::Hold { .. } => Gaps::default(),
            };
            gaps = gaps.and(more);
        }
        gaps
    }
}

/// What a failed gate without `else` leaves.
fn nothing(ty: &TypeKind) -> Value {
    match ty {
        TypeKind::Plain(ValueType::YesNo) => Value::Flag(false),
        TypeKind::Plain(ValueType::Text) => Value::Words(String::new()),
        TypeKind::Plain(ValueType::Duration) => Value::Length { months: 0, days: 0 },
        TypeKind::Plain(ValueType::Date | ValueType::Participant) | TypeKind::Named(_) => {
            panic!("there is no {ty:?} that is nothing")
        }
        _ => Value::Number(integer(0)),
    }
}
