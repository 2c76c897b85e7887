//! Which changes a run's cut-offs mean. A run that is cut off at a change yet to come would not be the same tomorrow.

use merit_core::{Error, Result};

use super::Scoring;
use crate::model::Cutoffs;

impl Scoring {
    /// The changes that cut-offs mean: 0 is the last one on that record.
    ///
    /// # Errors
    /// `BAD_CUTOFF` where there is no such change yet, and those of the neighbours and the store.
    pub(super) async fn resolve(&self, given: Cutoffs) -> Result<Cutoffs> {
        let last = Cutoffs { scoring: self.store.cutoff().await?, ..self.neighbours.cutoffs().await? };
        Ok(Cutoffs {
            directory: change("people", given.directory, last.directory)?,
            goals: change("goals", given.goals, last.goals)?,
            feedback: change("feedback", given.feedback, last.feedback)?,
            scoring: change("results, events, opening balances and adjustments", given.scoring, last.scoring)?,
        })
    }
}

fn change(of: &str, given: i64, last: i64) -> Result<i64> {
    match given {
        0 => Ok(last),
        given if (1..=last).contains(&given) => Ok(given),
        given => {
            let message = format!("there is no change {given} of {of}; the last is {last}, and 0 means that one");
            Err(Error::invalid("BAD_CUTOFF", message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cutoff_is_a_change_on_record_or_the_last() {
        for (given, last, expected) in
            [(0, 17, Some(17)), (1, 17, Some(1)), (17, 17, Some(17)), (18, 17, None), (-5, 17, None), (0, 0, Some(0))]
        {
            let found = change("goals", given, last);
            assert_eq!(found.as_ref().ok(), expected.as_ref(), "{given} of {last}");
            if let Err(error) = found {
                assert_eq!(error.reason, "BAD_CUTOFF");
                assert!(error.message.contains("the last is 17"), "{error}");
            }
        }
    }
}
