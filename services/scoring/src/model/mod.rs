//! What scoring keeps and computes, as plain data.

mod books;
mod carried;
mod earlier;
mod event;
mod frozen;
mod key;
mod keyed;
mod opening;
mod outcome;
mod packed;
mod part;
mod pay_read;
mod policy;
mod result;
mod run;

pub use books::{BookEntry, BookRow, Books};
pub use carried::{Balance, Carried, Occurred, PastPeriod};
pub use earlier::{EarlierCycle, EarlierGoal};
pub use event::Event;
pub use frozen::{
    Cycle, DatedProgress, DatedTarget, DatedValue, Frozen, Goal, Granted, OwnerKind, Person, Rating, target_on,
};
pub use key::{joined, shown_key};
pub use keyed::Keyed;
pub use opening::{Closed, Opening, OpeningKey, What};
pub use outcome::{
    ADJUSTMENT, Attainment, Credit, Finding, FindingKind, GoalStanding, Line, LineKind, Outcome, OutcomeKind,
    Recognition, RosterEntry, Score, ScoreKind, TraceRow,
};
pub use packed::Packed;
pub use part::Part;
pub use pay_read::PayRead;
pub use policy::Policy;
pub use result::{ImportCounts, NewResult, StoredResult, pack};
pub use run::{Chunk, Claim, Cutoffs, PolicyPin, Run, RunState, Shard};
