//! Publication: the scorecards become visible and their mails are asked for in one transaction; the relay hands them on.

use merit_core::Result;
use merit_core::ids::{CycleId, RunId};

use super::Reviews;
use crate::model::{Action, CardKind, Change, Decision, Deed, Mail, Pins, Review, State, Step, StoredCard, next};

/// What a publication came to.
#[derive(Debug)]
pub struct Published {
    /// The review.
    pub review: Review,
    /// Mails handed on now.
    pub enqueued: u32,
}

impl Reviews {
    /// Publishes an approved review. Again only hands on what is still waiting.
    ///
    /// # Errors
    /// Those of [`next`]. Mails that can't be handed on now wait for the next time; that is no error.
    pub async fn publish(&self, cycle: &str, run: &str, by: &str) -> Result<Published> {
        let review = {
            let _deciding = self.deciding.lock().await;
            let review = self.find(cycle, run).await?;
            match next(review.state, Action::Publish, review.run.as_str(), review.cycle.as_str())? {
                Step::Already => review,
                Step::To(state) => self.make_visible(review, state, by).await?,
            }
        };
        let enqueued = self.relay.once().await?.handed;
        Ok(Published { review, enqueued })
    }

    async fn make_visible(&self, review: Review, to: State, by: &str) -> Result<Review> {
        let cycle = self.cycle(&review.cycle).await?;
        let mut change = Change::of(&review);
        if let Some(pins) = &review.pins {
            // Pay on a scorecard is what the ledger holds now, shown as far as the cycle allows now.
            let fresh = Pins {
                shows_pay: cycle.shows_pay,
                adjustments: self.neighbours.adjustments(&cycle.id).await?,
                ..pins.clone()
            };
            if *pins != fresh {
                change.composition = Some(self.composition(&cycle, &review, fresh).await?);
            }
        }
        change.mails = match &change.composition {
            Some(composition) => mails(&review, &composition.cards),
            None => mails(&review, &self.store.cards(&review.run).await?),
        };
        change.to = to;
        let now = self.clock.now();
        change.published_at = Some(now);
        change.decision =
            Some(Decision { deed: Deed::Publish, by: by.to_owned(), at: now, reason: String::new(), own_lines: false });
        self.apply_or_refuse(change).await
    }
}

/// One mail for each scorecard.
fn mails(review: &Review, cards: &[StoredCard]) -> Vec<Mail> {
    let mail = |card: &StoredCard| Mail {
        key: key(&review.cycle, &review.run, card),
        person: card.person.clone(),
        kind: card.kind,
    };
    cards.iter().map(mail).collect()
}

/// The mail's key, the same for good: `scorecard/2026-Q3/<run>/people/ana-silva`.
fn key(cycle: &CycleId, run: &RunId, card: &StoredCard) -> String {
    let what = match card.kind {
        CardKind::Person => "scorecard",
        CardKind::Team => "team-scorecard",
    };
    format!("{what}/{cycle}/{run}/{}", card.person.name())
}
