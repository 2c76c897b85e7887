//! `merit reads`.

use clap::Args;

/// Who read what about others.
#[derive(Debug, Args)]
pub struct Reads {
    /// Only what is about this person alone, by their id
    #[arg(long = "of", value_name = "PERSON")]
    pub person: Option<String>,
    /// Only what this caller read: a person's id, `operator` or `service`
    #[arg(long = "by", value_name = "WHO")]
    pub reader: Option<String>,
    /// Only from this day or instant on, such as 2026-10-01 or 2026-10-01T08:00:00Z
    #[arg(long, value_name = "WHEN")]
    pub since: Option<String>,
    /// Only before this day or instant
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// At most so many, the latest
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub newest: u32,
}
