//! Cycles and goals, and what is asked of people and of the schema.

mod change;
mod cycle;
mod goal;
mod measure;
mod member;

pub use change::{Change, Clear, GoalRow, GoalsChange, GoalsFile, Outcome, SchemaRecord};
pub use cycle::{Approval, Cycle, Settings, TeamPay, WINDOW_DAYS};
pub use goal::{Content, Goal, Identity, Owner, Progress, Target};
pub use measure::{Measure, Perspective};
pub use member::{Member, team_id};
