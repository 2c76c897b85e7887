//! The states of a review and what may be done in each: one table, so that nothing else has to know it.

use merit_core::{Error, Result};

/// Where a review is on its way from freeze to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Its inputs are pinned.
    Frozen,
    /// Each result is credited.
    Credited,
    /// Each participant is scored.
    Scored,
    /// Contests are decided.
    Ranked,
    /// Each payee is settled.
    Settled,
    /// Its scorecards are made; a person may look and decide.
    Composed,
    /// Its lines are in the ledger.
    Approved,
    /// Its scorecards are visible and their mails handed on.
    Published,
    /// Somebody refused it. It stays on record.
    Rejected,
    /// A later run of the cycle was approved in its place.
    Superseded,
}

/// What can be asked of a review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The cycle is run again and its inputs are those of this review.
    Run,
    /// Its scorecards are to be kept.
    Compose,
    /// A person, or the cycle's setting, accepts it.
    Approve,
    /// A person refuses it.
    Reject,
    /// Its scorecards are to be visible and mailed.
    Publish,
    /// A later run of the cycle was approved.
    Supersede,
}

/// What an action leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To this state.
    To(State),
    /// It was done before; nothing happens.
    Already,
}

impl State {
    /// All of them, in order.
    pub const ALL: [Self; 10] = [
        Self::Frozen,
        Self::Credited,
        Self::Scored,
        Self::Ranked,
        Self::Settled,
        Self::Composed,
        Self::Approved,
        Self::Published,
        Self::Rejected,
        Self::Superseded,
    ];

    /// The word for it, as it is stored and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Credited => "credited",
            Self::Scored => "scored",
            Self::Ranked => "ranked",
            Self::Settled => "settled",
            Self::Composed => "composed",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }

    /// The state with that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether its outcomes are still being computed.
    #[must_use]
    pub const fn computing(self) -> bool {
        matches!(self, Self::Frozen | Self::Credited | Self::Scored | Self::Ranked | Self::Settled)
    }

    /// Whether it was refused or replaced.
    #[must_use]
    pub const fn over(self) -> bool {
        matches!(self, Self::Rejected | Self::Superseded)
    }
}

/// What an action on a review in a state leads to. `run` and `cycle` are for the messages.
///
/// # Errors
/// `NOT_COMPOSED`, `NOT_APPROVED`, `ALREADY_APPROVED`, `REJECTED` or `SUPERSEDED`, each saying what to do instead.
pub fn next(state: State, action: Action, run: &str, cycle: &str) -> Result<Step> {
    use State::{Approved, Composed, Published, Rejected, Superseded};
    let computing = || {
        Error::precondition(
            "NOT_COMPOSED",
            format!("run `{run}` is only {}; finish it with `merit review run --cycle {cycle}`", state.word()),
        )
    };
    let rejected = || {
        Error::precondition(
            "REJECTED",
            format!(
                "run `{run}` was rejected and its inputs are the same; change an input (results, goals, people, ratings or \
                 a policy) and run cycle {cycle} again to get another run"
            ),
        )
    };
    let superseded = || {
        Error::precondition(
            "SUPERSEDED",
            format!(
                "run `{run}` was replaced by a later one of cycle {cycle}; change an input and run the cycle again, or put \
                 single amounts right with `merit review adjust`"
            ),
        )
    };
    let not_approved = || {
        Error::precondition(
            "NOT_APPROVED",
            format!("run `{run}` is not approved; approve it first with `merit review approve --cycle {cycle}`"),
        )
    };
    let posted = || {
        Error::precondition(
            "ALREADY_APPROVED",
            format!(
                "run `{run}` is {} and its lines are in the ledger; change an input and run cycle {cycle} again, or put \
                 single amounts right with `merit review adjust`",
                state.word()
            ),
        )
    };
    match (action, state) {
        (Action::Supersede, Rejected | Superseded) => Ok(Step::Already),
        (Action::Supersede, _) => Ok(Step::To(Superseded)),

        (Action::Reject, Rejected) => Ok(Step::Already),
        (_, Rejected) => Err(rejected()),
        (_, Superseded) => Err(superseded()),

        (Action::Run, state) if state.computing() => Ok(Step::To(Composed)),
        (Action::Run, _) => Ok(Step::Already),

        (Action::Compose, state) if state.computing() => Ok(Step::To(Composed)),
        (Action::Compose, Composed) => Ok(Step::To(Composed)),
        (Action::Compose, _) => Ok(Step::Already),

        (_, state) if state.computing() => Err(computing()),

        (Action::Approve, Composed) => Ok(Step::To(Approved)),
        (Action::Approve, _) => Ok(Step::Already),

        (Action::Reject, Composed) => Ok(Step::To(Rejected)),
        (Action::Reject, _) => Err(posted()),

        (Action::Publish, Composed) => Err(not_approved()),
        (Action::Publish, Approved) => Ok(Step::To(Published)),
        (Action::Publish, _) => Ok(Step::Already),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state's word, `already`, or the reason of the refusal.
    fn outcome(state: State, action: Action) -> String {
        match next(state, action, "2026-q3-0a1b", "2026-Q3") {
            Ok(Step::To(state)) => state.word().to_owned(),
            Ok(Step::Already) => "already".to_owned(),
            Err(error) => error.reason,
        }
    }

    #[test]
    fn every_state_and_action() {
        let actions =
            [Action::Run, Action::Compose, Action::Approve, Action::Reject, Action::Publish, Action::Supersede];
        let computing = ["composed", "composed", "NOT_COMPOSED", "NOT_COMPOSED", "NOT_COMPOSED", "superseded"];
        let table = [
            (State::Frozen, computing),
            (State::Credited, computing),
            (State::Scored, computing),
            (State::Ranked, computing),
            (State::Settled, computing),
            (State::Composed, ["already", "composed", "approved", "rejected", "NOT_APPROVED", "superseded"]),
            (State::Approved, ["already", "already", "already", "ALREADY_APPROVED", "published", "superseded"]),
            (State::Published, ["already", "already", "already", "ALREADY_APPROVED", "already", "superseded"]),
            (State::Rejected, ["REJECTED", "REJECTED", "REJECTED", "already", "REJECTED", "already"]),
            (State::Superseded, ["SUPERSEDED", "SUPERSEDED", "SUPERSEDED", "SUPERSEDED", "SUPERSEDED", "already"]),
        ];
        assert_eq!(table.len(), State::ALL.len());
        for (state, expected) in table {
            for (action, expected) in actions.into_iter().zip(expected) {
                assert_eq!(outcome(state, action), expected, "{state:?} {action:?}");
            }
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        for (state, action, advice) in [
            (State::Scored, Action::Approve, "merit review run --cycle 2026-Q3"),
            (State::Composed, Action::Publish, "merit review approve --cycle 2026-Q3"),
            (State::Rejected, Action::Run, "change an input"),
            (State::Published, Action::Reject, "merit review adjust"),
        ] {
            let error = next(state, action, "2026-q3-0a1b", "2026-Q3").unwrap_err();
            assert_eq!(error.kind, merit_core::Kind::FailedPrecondition);
            assert!(error.message.contains(advice) && error.message.contains("`2026-q3-0a1b`"), "{error}");
        }
    }

    #[test]
    fn words_round_trip() {
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(state));
        }
    }
}
