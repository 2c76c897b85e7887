//! The words that every Merit service shares: exact numbers, money, dated periods, ids, values, errors and digests.
//!
//! Nothing here does input or output, reads a clock, or knows a database, a wire format or the policy language.

pub mod allocate;
pub mod clock;
pub mod currency;
pub mod digest;
pub mod error;
pub mod ids;
pub mod money;
pub mod once;
pub mod period;
pub mod problem;
pub mod ratio;
pub mod reads;
pub mod scope;
pub mod text;
pub mod value;

pub use clock::{Clock, FixedClock, SystemClock};
pub use currency::Currency;
pub use error::{Error, Kind, Result};
pub use money::Money;
pub use period::Period;
pub use problem::Problem;
pub use ratio::{Ratio, Rounding};
pub use scope::Scope;
pub use value::{Span, Value, ValueType};
