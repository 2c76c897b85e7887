//! Approval and refusal. Approval posts the run's lines: the intent is kept first, then scoring posts, then the outcome is
//! kept, so that a fault in between is made good by approving again.

use merit_core::ids::PersonId;
use merit_core::text::note;
use merit_core::{Error, Kind, Result};

use super::{Reviews, SYSTEM};
use crate::model::{Action, Change, Decision, Deed, Review, State, Step, next};

/// What an approval came to.
#[derive(Debug)]
pub struct Approved {
    /// The review.
    pub review: Review,
    /// Whether a second person must approve too.
    pub needs_second: bool,
    /// Lines posted now.
    pub posted: u32,
}

impl Reviews {
    /// Approves a composed review. One's own lines need a second approver. Again does nothing.
    ///
    /// # Errors
    /// Those of [`next`]; `OTHER_APPROVAL` while another run of the cycle is half way through its own.
    pub async fn approve(&self, cycle: &str, run: &str, by: &str, reason: &str) -> Result<Approved> {
        let reason = optional_note(reason)?;
        let _deciding = self.deciding.lock().await;
        let review = self.find(cycle, run).await?;
        if next(review.state, Action::Approve, review.run.as_str(), review.cycle.as_str())? == Step::Already {
            return Ok(Approved { review, needs_second: false, posted: 0 });
        }
        let others = self.store.of_cycle(&review.cycle).await?;
        if let Some(other) = others.iter().find(|other| other.posting && other.run != review.run) {
            return Err(Error::precondition(
                "OTHER_APPROVAL",
                format!(
                    "run `{}` of the cycle is half way through its approval; approve that one again to finish it",
                    other.run
                ),
            ));
        }
        let review = if review.posting { review } else { self.consent(review, by, &reason).await? };
        if !review.posting {
            return Ok(Approved { review, needs_second: true, posted: 0 });
        }
        self.post(review, &others, by).await
    }

    /// Keeps an approver's consent and, when it suffices, the intent to post.
    async fn consent(&self, review: Review, by: &str, reason: &str) -> Result<Review> {
        let own_lines = match PersonId::new(by) {
            Ok(person) if by != SYSTEM => self.neighbours.has_lines(&review.run, &person).await?,
            _ => false,
        };
        let now = self.clock.now();
        let mut change = Change::of(&review);
        let mut consents: Vec<(String, bool)> = consents(&review);
        if !consents.iter().any(|(who, _)| who == by) {
            consents.push((by.to_owned(), own_lines));
            change.decision = Some(Decision {
                deed: Deed::Approve,
                by: by.to_owned(),
                at: now,
                reason: reason.to_owned(),
                own_lines,
            });
        }
        if suffice(&consents) {
            change.posting = true;
            change.approved_at = Some(now);
        }
        self.apply_or_refuse(change).await
    }

    /// Posts the lines and keeps the outcome.
    async fn post(&self, review: Review, others: &[Review], by: &str) -> Result<Approved> {
        let approved_at = review.approved_at.unwrap_or(review.created_at);
        let posted = match self.neighbours.post(&review.run, approved_at).await {
            Ok(posted) => posted,
            Err(error) => {
                // A clear refusal posted nothing; anything else may have, and approving again finds out.
                if !matches!(error.kind, Kind::Unavailable | Kind::Internal | Kind::Aborted) {
                    let mut change = Change::of(&review);
                    change.posting = false;
                    self.apply_or_refuse(change).await?;
                }
                return Err(error);
            }
        };
        let mut change = Change::of(&review);
        change.to = State::Approved;
        change.posting = false;
        change.supersedes = others
            .iter()
            .filter(|other| other.run != review.run && matches!(other.state, State::Approved | State::Published))
            .max_by_key(|other| other.seq)
            .map(|other| other.run.clone());
        let now = self.clock.now();
        change.superseded = others
            .iter()
            .filter(|other| !other.state.over() && replaced(other, &review))
            .map(|other| {
                let reason = format!("run {} was approved in its place", review.run);
                let decision = Decision { deed: Deed::Supersede, by: by.to_owned(), at: now, reason, own_lines: false };
                (other.run.clone(), decision)
            })
            .collect();
        let review = self.apply_or_refuse(change).await?;
        Ok(Approved { review, needs_second: false, posted })
    }

    /// Refuses a composed review. It stays on record. Again does nothing.
    ///
    /// # Errors
    /// Those of [`next`]; `NO_REASON` without a reason; `APPROVAL_BEGUN` when its lines may be in the ledger already.
    pub async fn reject(&self, cycle: &str, run: &str, by: &str, reason: &str) -> Result<Review> {
        let reason = optional_note(reason)?;
        if reason.is_empty() {
            return Err(Error::invalid("NO_REASON", "a rejection needs a reason; say it with --reason"));
        }
        let _deciding = self.deciding.lock().await;
        let review = self.find(cycle, run).await?;
        if next(review.state, Action::Reject, review.run.as_str(), review.cycle.as_str())? == Step::Already {
            return Ok(review);
        }
        if review.posting {
            return Err(Error::precondition(
                "APPROVAL_BEGUN",
                format!("run `{}` is half way through its approval; approve it again to finish", review.run),
            ));
        }
        let mut change = Change::of(&review);
        change.to = State::Rejected;
        change.decision =
            Some(Decision { deed: Deed::Reject, by: by.to_owned(), at: self.clock.now(), reason, own_lines: false });
        self.apply_or_refuse(change).await
    }

    /// Applies a decision, or says that somebody else was faster.
    pub(super) async fn apply_or_refuse(&self, change: Change) -> Result<Review> {
        let run = change.run.clone();
        if self.store.apply(change).await? {
            return self.again(&run).await;
        }
        Err(Error::new(
            Kind::Aborted,
            "CHANGED_MEANWHILE",
            format!("run `{run}` was changed by somebody else at the same moment; look at it and try again"),
        ))
    }
}

/// Whether the approval of `review` puts `other` aside: what is in the ledger, and whatever began before it.
fn replaced(other: &Review, review: &Review) -> bool {
    other.run != review.run && (other.seq < review.seq || matches!(other.state, State::Approved | State::Published))
}

/// Who has approved so far, and whether they have lines of their own in the run.
fn consents(review: &Review) -> Vec<(String, bool)> {
    let approvals = review.decisions.iter().filter(|decision| decision.deed == Deed::Approve);
    approvals.map(|decision| (decision.by.clone(), decision.own_lines)).collect()
}

/// Whether these different people suffice: one without lines of their own, or two.
fn suffice(consents: &[(String, bool)]) -> bool {
    consents.len() > 1 || consents.iter().any(|(_, own_lines)| !own_lines)
}

fn optional_note(text: &str) -> Result<String> {
    if text.trim().is_empty() { Ok(String::new()) } else { note("the reason", text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_lines_need_a_second_person() {
        let table: [(&[(&str, bool)], bool); 5] = [
            (&[], false),
            (&[("ana", true)], false),
            (&[("ana", false)], true),
            (&[("ana", true), ("bo", true)], true),
            (&[("ana", true), ("bo", false)], true),
        ];
        for (people, enough) in table {
            let people: Vec<_> = people.iter().map(|(who, own)| ((*who).to_owned(), *own)).collect();
            assert_eq!(suffice(&people), enough, "{people:?}");
        }
    }
}
