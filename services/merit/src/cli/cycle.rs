//! The words of `merit cycle`.

use clap::{Subcommand, ValueEnum};

/// `merit cycle …`
#[derive(Debug, Subcommand)]
pub enum Cycle {
    /// Open a cycle, such as 2026-Q3
    Open {
        /// The cycle's id; a calendar quarter needs no days
        cycle: String,
        /// First day
        #[arg(long, value_name = "DATE")]
        starts: Option<String>,
        /// Last day
        #[arg(long, value_name = "LAST-DAY")]
        ends: Option<String>,
        /// Time zone, such as America/New_York; without it, the latest cycle's, or UTC for the first
        #[arg(long, value_name = "ZONE")]
        zone: Option<String>,
    },
    /// Change a cycle's settings
    Set {
        /// The cycle's id
        cycle: String,
        /// Whether a person must approve
        #[arg(long, value_enum)]
        approval: Option<Approval>,
        /// Whether managers see their team's pay
        #[arg(long, value_enum)]
        team_pay: Option<TeamPay>,
        /// Last day on which self-assessments are taken
        #[arg(long, value_name = "DATE")]
        self_assessment_until: Option<String>,
    },
    /// List all cycles
    List,
    /// Show one cycle
    Show {
        /// The cycle's id, or last-ended
        cycle: String,
    },
}

/// Whether a person must approve a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Approval {
    /// At once.
    Automatic,
    /// By a person.
    Required,
}

/// Whether managers see their team's pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TeamPay {
    /// No.
    Hidden,
    /// Yes.
    Shown,
}
