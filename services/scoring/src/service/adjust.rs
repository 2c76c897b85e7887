//! Posting: a run's lines, and manual adjustments.

use jiff::Timestamp;
use merit_core::ids::{CycleId, PersonId, RunId};
use merit_core::once::{Once, Outcome as Came};
use merit_core::text::{line, shown};
use merit_core::{Error, Kind, Money, Result};

use super::Scoring;
use crate::compute::ledger::entries;
use crate::model::{ADJUSTMENT, Cycle, Line, LineKind};

/// A manual entry that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAdjustment {
    /// The cycle's resource name.
    pub cycle: String,
    /// Whose pay.
    pub participant: PersonId,
    /// How much, below zero to take back.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// Who asks, if a person.
    pub by: Option<PersonId>,
    /// Whether to check it and write nothing.
    pub validate_only: bool,
}

impl Scoring {
    /// Posts a settled run's lines, or what differs from an earlier posted run of its cycle. Again does nothing.
    ///
    /// # Errors
    /// `UNKNOWN_RUN`, `NOT_SETTLED`, `BAD_TIME` when the approval's instant is none, `REQUEST_ID_REUSED`.
    pub async fn post(&self, id: &RunId, approved_at: &str, once: Option<&Once<'_, u32>>) -> Result<Came<u32>> {
        let now = self.clock.now();
        let at = if approved_at.is_empty() { Ok(now) } else { approved_at.parse::<Timestamp>() };
        let at = at.map_err(|_| {
            Error::invalid("BAD_TIME", format!("`{}` is not an instant like 2026-10-05T08:00:00Z", shown(approved_at)))
        })?;
        self.store.post(id, &at.to_string(), now, once).await
    }

    /// Adds a manual adjustment to the ledger, with the cycle that it counts for. What was asked for before is not checked
    /// again; with `validate_only` nothing is kept.
    ///
    /// # Errors
    /// `NO_REASON`, `ZERO_AMOUNT`, `AMOUNT_TOO_LARGE`, `SELF_ADJUSTMENT`, `UNKNOWN_PERSON`, `REQUEST_ID_REUSED`, and those of
    /// the neighbours.
    pub async fn adjust(
        &self,
        new: NewAdjustment,
        once: Option<&Once<'_, (CycleId, Line)>>,
    ) -> Result<Came<(CycleId, Line)>> {
        let once = once.filter(|_| !new.validate_only);
        if let Some(before) = self.answered(once).await? {
            return Ok(Came::Before(before));
        }
        let reason = line("the reason", &new.reason).map_err(|error| {
            Error::invalid("NO_REASON", format!("{}; say why the amount is adjusted", error.message))
        })?;
        if new.amount.minor == 0 {
            return Err(Error::invalid("ZERO_AMOUNT", "an adjustment of nothing changes nothing; name an amount"));
        }
        if new.by.as_ref() == Some(&new.participant) {
            let message = "nobody may adjust their own pay; ask another compensation administrator";
            return Err(Error::new(Kind::PermissionDenied, "SELF_ADJUSTMENT", message));
        }
        entries(new.amount, Money::zero(new.amount.currency))?;
        let cycle = self.neighbours.cycle(&new.cycle).await?;
        let known = self.neighbours.known(&[new.participant.clone()].into()).await?;
        if !known.contains(&new.participant) {
            let message = format!("`{}` is not in the directory; import people first", new.participant);
            return Err(Error::not_found("UNKNOWN_PERSON", message));
        }
        let wanted = adjustment(&cycle, &new, reason);
        let cycle = cycle.id;
        if new.validate_only {
            return Ok(Came::Done((cycle, wanted)));
        }
        let answer = |line: &Line| once.map(|once| (once.answer)(&(cycle.clone(), line.clone()))).unwrap_or_default();
        let kept = once.map(|once| Once { asked: once.asked, answer: &answer });
        Ok(match self.store.adjust(&cycle, wanted, self.clock.now(), kept.as_ref()).await? {
            Came::Done(line) => Came::Done((cycle, line)),
            Came::Before(before) => Came::Before(before),
        })
    }

    /// The answer that a request got, if it came before.
    pub(super) async fn answered<T>(&self, once: Option<&Once<'_, T>>) -> Result<Option<Vec<u8>>> {
        let Some(once) = once else { return Ok(None) };
        self.store.answered(once.asked).await
    }
}

fn adjustment(cycle: &Cycle, new: &NewAdjustment, reason: String) -> Line {
    let day = cycle.period.last();
    Line {
        participant: new.participant.clone(),
        policy: ADJUSTMENT.to_owned(),
        version: 0,
        payout: "adjustment".to_owned(),
        line: String::new(),
        amount: new.amount,
        held: Money::zero(new.amount.currency),
        taken_back: None,
        earned_on: day,
        payable_on: day,
        because: vec![reason.clone()],
        reason,
        about: String::new(),
        kind: LineKind::Adjustment,
        words: Vec::new(),
    }
}
