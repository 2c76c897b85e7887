//! What happened while a program was evaluated for one person: typed, compact, and kept with the result. It holds
//! figures and indices into the program, never words; [`crate::explain`] makes words when somebody reads it.

use jiff::civil::Date;
use merit_core::Ratio;
use serde::{Deserialize, Serialize};

use crate::program::{ColumnId, DefineId, FactId, ListId, OutcomeId, Quantity, TableId, Type};

/// The trace of one evaluation. Vectors are parallel to the program's facts, definitions, outcomes and recognitions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Trace {
    #[serde(rename = "f")]
    pub(crate) facts: Vec<Told>,
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) defines: Vec<Told>,
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) outcomes: Vec<OutcomeTold>,
    #[serde(rename = "r", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) recognitions: Vec<Told>,
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) columns: Vec<ColumnTold>,
}

/// A column of the policy's own, row by row, by the rows' ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ColumnTold {
    #[serde(rename = "l")]
    pub(crate) list: ListId,
    #[serde(rename = "c")]
    pub(crate) column: ColumnId,
    #[serde(rename = "r")]
    pub(crate) rows: Vec<RowTold>,
}

/// One row's value in a column of the policy's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RowTold {
    #[serde(rename = "i")]
    pub(crate) id: String,
    #[serde(rename = "t")]
    pub(crate) told: Told,
    /// What was read in the row, in the order of reading.
    #[serde(rename = "c", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) cells: Vec<(ColumnId, Quantity)>,
}

/// A value with the way it was got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    #[serde(rename = "v")]
    pub(crate) value: Figure,
    #[serde(rename = "s", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<Step>,
    /// A fact that was computed, rather than given by name.
    #[serde(rename = "c", default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) computed: bool,
}

/// A value, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Figure {
    #[serde(rename = "is")]
    Is(Quantity),
    #[serde(rename = "no")]
    Not(String),
}

/// An outcome's steps and the effects of its statements, in the order in which they happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutcomeTold {
    #[serde(rename = "v")]
    pub(crate) value: Figure,
    #[serde(rename = "e", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) events: Vec<Event>,
}

/// Something that happened inside an outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Event {
    #[serde(rename = "s")]
    Step(Step),
    /// The statement's index in the outcome, and its effect.
    #[serde(rename = "e")]
    Effect(usize, Effect),
}

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Effect {
    #[serde(rename = "let")]
    Let(Quantity),
    #[serde(rename = "pay")]
    Pay(Quantity),
    /// The factor and the amount after it.
    #[serde(rename = "mul")]
    Multiplied(Ratio, Ratio),
    #[serde(rename = "nomul")]
    NotMultiplied,
    #[serde(rename = "pass")]
    GatePassed,
    /// What is paid instead.
    #[serde(rename = "fail")]
    GateFailed(Quantity),
    /// The cap, and the amount before it.
    #[serde(rename = "cap")]
    Capped(Ratio, Ratio),
    /// The floor, and the amount before it.
    #[serde(rename = "floor")]
    Floored(Ratio, Ratio),
    /// The bound that the amount was within.
    #[serde(rename = "ok")]
    Within(Ratio),
    /// Before and after.
    #[serde(rename = "round")]
    Rounded(Ratio, Ratio),
    /// What earlier periods of the stretch had, and the amount after that.
    #[serde(rename = "true")]
    TruedUp(Vec<(String, Ratio)>, Ratio),
    /// What is taken back for which records, and the amount after that.
    #[serde(rename = "back")]
    TakenBack(Vec<TakenBack>, Ratio),
    /// By invoice: its reference, the part of the amount, what was invoiced, what is collected, and what of the part is
    /// payable now; then what is payable and what waits.
    #[serde(rename = "cash")]
    Cash(Vec<CashTold>, Ratio, Ratio),
    /// What is held and what is paid now.
    #[serde(rename = "hold")]
    Held(Ratio, Ratio),
}

/// Taking back for cancelled records that were credited in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TakenBack {
    /// The records' ids and amounts.
    #[serde(rename = "r")]
    pub(crate) rows: Vec<(String, Ratio)>,
    /// The period in which they were credited; none where that isn't known.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<String>,
    /// What was paid, and for how much of the measure; by recomputing: what is paid for the measure, with and without.
    #[serde(rename = "w")]
    pub(crate) was: (Ratio, Ratio),
    /// By recomputing: what would have been paid.
    #[serde(rename = "i", default, skip_serializing_if = "Option::is_none")]
    pub(crate) instead: Option<Ratio>,
    /// What is taken back.
    #[serde(rename = "b")]
    pub(crate) back: Ratio,
}

/// What one invoice frees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CashTold {
    #[serde(rename = "f")]
    pub(crate) reference: String,
    #[serde(rename = "e")]
    pub(crate) earned: Ratio,
    #[serde(rename = "i")]
    pub(crate) invoiced: Ratio,
    #[serde(rename = "c")]
    pub(crate) collected: Ratio,
    #[serde(rename = "p")]
    pub(crate) payable: Ratio,
}

/// A part of a weighted average.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WeighedPart {
    /// Where its name is written.
    #[serde(rename = "at")]
    pub(crate) place: (usize, usize),
    #[serde(rename = "w")]
    pub(crate) weight: Ratio,
    /// None where it is missing.
    #[serde(rename = "v", default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Ratio>,
}

/// A step inside an expression that a reader would want to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// A figure over a list: the rows that counted, sorted by id, with their values where a column was read.
    #[serde(rename = "rows")]
    Counted(Counted),
    /// Marginal tiers: the slices that are not empty.
    #[serde(rename = "slices")]
    Slices {
        #[serde(rename = "t")]
        table: TableId,
        #[serde(rename = "s")]
        slices: Vec<Slice>,
        #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
        column: usize,
        #[serde(rename = "v")]
        total: Ratio,
        /// What the amounts are, and what the tiers give.
        #[serde(rename = "u")]
        unit: (Type, Type),
    },
    /// Retroactive tiers: the band that was reached, the amount, its rate and what it gives.
    #[serde(rename = "reached")]
    Reached {
        #[serde(rename = "t")]
        table: TableId,
        #[serde(rename = "s")]
        slice: Slice,
        #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
        column: usize,
        /// What the amount is, and what the tiers give.
        #[serde(rename = "u")]
        unit: (Type, Type),
    },
    /// A row of bands or of a grid.
    #[serde(rename = "row")]
    Found {
        #[serde(rename = "t")]
        table: TableId,
        #[serde(rename = "a")]
        arguments: Vec<Quantity>,
        #[serde(rename = "r")]
        row: usize,
        #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
        column: usize,
        #[serde(rename = "v")]
        value: Quantity,
    },
    /// A place on a curve: the index of the point before it (or the nearest), and whether it lies outside.
    #[serde(rename = "curve")]
    OnCurve {
        #[serde(rename = "t")]
        table: TableId,
        #[serde(rename = "a")]
        at: Ratio,
        #[serde(rename = "p")]
        point: usize,
        #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
        outside: bool,
        #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
        column: usize,
        #[serde(rename = "v")]
        value: Ratio,
    },
    /// A total over periods, with each period's part.
    #[serde(rename = "total")]
    Total {
        #[serde(rename = "n")]
        name: String,
        #[serde(rename = "u")]
        ty: Type,
        #[serde(rename = "p")]
        parts: Vec<(String, Ratio)>,
        #[serde(rename = "v")]
        total: Ratio,
    },
    /// Periods in a row.
    #[serde(rename = "row-of")]
    InARow {
        #[serde(rename = "n")]
        name: String,
        #[serde(rename = "v")]
        count: i64,
    },
    /// The value of the period before.
    #[serde(rename = "prev")]
    Previous {
        #[serde(rename = "n")]
        name: String,
        #[serde(rename = "u")]
        ty: Type,
        #[serde(rename = "p")]
        period: String,
        #[serde(rename = "v")]
        value: Quantity,
    },
    /// A weighted average: the weighted sum divided by the weights that count.
    #[serde(rename = "weigh")]
    Weighed {
        #[serde(rename = "p")]
        parts: Vec<WeighedPart>,
        #[serde(rename = "o", default, skip_serializing_if = "std::ops::Not::not")]
        left_out: bool,
        #[serde(rename = "t")]
        total: Ratio,
        #[serde(rename = "w")]
        weights: Ratio,
        #[serde(rename = "u")]
        ty: Type,
        #[serde(rename = "v")]
        value: Ratio,
    },
    /// An amount in another currency.
    #[serde(rename = "fx")]
    Converted {
        #[serde(rename = "t")]
        table: TableId,
        #[serde(rename = "c", default, skip_serializing_if = "is_zero")]
        column: usize,
        #[serde(rename = "d")]
        day: Date,
        #[serde(rename = "a")]
        amount: Ratio,
        #[serde(rename = "u")]
        from: Type,
        #[serde(rename = "r")]
        rate: Ratio,
        #[serde(rename = "v")]
        value: Ratio,
    },
    /// `otherwise`: why the left side gave nothing. `false`: it is missing; `true`: it divides by zero.
    #[serde(rename = "instead")]
    Instead {
        #[serde(rename = "z", default, skip_serializing_if = "std::ops::Not::not")]
        zero: bool,
        #[serde(rename = "w")]
        why: String,
        /// Where the right side is written.
        #[serde(rename = "at")]
        place: (usize, usize),
    },
}

/// A figure over a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counted {
    #[serde(rename = "l")]
    pub(crate) list: ListId,
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub(crate) column: Option<ColumnId>,
    /// 0 sum, 1 count, 2 highest, 3 lowest, 4 average, 5 any.
    #[serde(rename = "k")]
    pub(crate) kind: u8,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<(usize, usize)>,
    #[serde(rename = "r")]
    pub(crate) rows: Vec<(String, Option<Quantity>)>,
    /// The weights of those rows, in a weighted average.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) weights: Vec<Ratio>,
    /// The column of the weights.
    #[serde(rename = "y", default, skip_serializing_if = "Option::is_none")]
    pub(crate) weighted_by: Option<ColumnId>,
    /// How many rows the list has.
    #[serde(rename = "n")]
    pub(crate) of: usize,
    #[serde(rename = "v")]
    pub(crate) value: Figure,
}

/// What one band of tiers pays: `amount × rate = gives`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Slice {
    #[serde(rename = "b")]
    pub(crate) band: usize,
    #[serde(rename = "a")]
    pub(crate) amount: Ratio,
    #[serde(rename = "r")]
    pub(crate) rate: Ratio,
    #[serde(rename = "g")]
    pub(crate) gives: Ratio,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
const fn is_zero(number: &usize) -> bool {
    *number == 0
}

impl Trace {
    pub(crate) fn fact(&self, id: FactId) -> Option<&Told> {
        self.facts.get(id.0)
    }

    pub(crate) fn define(&self, id: DefineId) -> Option<&Told> {
        self.defines.get(id.0)
    }

    pub(crate) fn outcome(&self, id: OutcomeId) -> Option<&OutcomeTold> {
        self.outcomes.get(id.0)
    }
}
