//! Whether a review can be made again from its pins, byte for byte.

use merit_core::{Error, Result};

use super::Reviews;
use crate::model::{Review, Verification};

/// What a verification found.
#[derive(Debug)]
pub struct Verified {
    /// The review.
    pub review: Review,
    /// What scoring found.
    pub run: Verification,
    /// Whether the scorecards composed again are the same bytes.
    pub scorecards_match: bool,
}

impl Reviews {
    /// Computes a review's run again, composes its scorecards again, and compares both with what is on record. What is wrong
    /// with the ledger is told with its amounts only where those are wanted.
    ///
    /// # Errors
    /// `NOT_COMPOSED` before there is anything to compare, and whatever a neighbour refuses.
    pub async fn verify(&self, cycle: &str, run: &str, amounts: bool) -> Result<Verified> {
        let review = self.find(cycle, run).await?;
        let Some(pins) = review.pins.clone() else {
            return Err(Error::precondition(
                "NOT_COMPOSED",
                format!(
                    "run `{}` has no scorecards yet; finish it with `merit review run --cycle {}`",
                    review.run, review.cycle
                ),
            ));
        };
        let run = self.neighbours.verify(&review.run, amounts).await?;
        let cycle = self.cycle(&review.cycle).await?;
        let again = self.composition(&cycle, &review, pins).await?;
        let scorecards_match = again.cards == self.store.cards(&review.run).await?;
        Ok(Verified { review, run, scorecards_match })
    }
}
