//! Opening cycles, changing their settings, finding them.

use jiff::civil::Date;
use merit_core::ids::CycleId;
use merit_core::once::Asked;
use merit_core::text::shown;
use merit_core::{Error, Period, Result};

use super::{ATTEMPTS, Goals, busy};
use crate::model::{Approval, Change, Cycle, Settings, TeamPay};

/// The name that stands for the latest cycle that has ended, its self-assessment window too.
pub const LAST_ENDED: &str = "last-ended";

impl Goals {
    /// Opens a cycle. A calendar quarter's id, such as `2026-Q3`, gives its days; any other needs them. The same cycle
    /// with the same bounds again does nothing.
    ///
    /// # Errors
    /// `BAD_ID`, `BAD_CYCLE`, `BAD_PERIOD` and `UNKNOWN_ZONE` for what can't be a cycle; `CYCLE_EXISTS` when the id is taken
    /// by other bounds; `CYCLES_OVERLAP` when another cycle shares an instant.
    pub async fn open_cycle(&self, id: &str, first: Option<Date>, last: Option<Date>, zone: &str) -> Result<Cycle> {
        let cycle = Cycle::new(cycle_id(id)?, days(id, first, last)?, zone)?;
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            let known = self.store.cycles(cutoff).await?;
            if let Some(before) = known.iter().find(|before| before.id == cycle.id) {
                let same = (before.days, &before.zone) == (cycle.days, &cycle.zone);
                return if same { Ok(before.clone()) } else { Err(taken(before)) };
            }
            if let Some(other) = known.iter().find(|other| other.overlaps(&cycle)) {
                return Err(overlap(&cycle, other));
            }
            if self.recorded(cutoff, Some(Change::Cycle(cycle.clone()))).await? {
                return Ok(cycle);
            }
        }
        Err(busy())
    }

    /// Changes a cycle's settings; what is not given stays as it is.
    ///
    /// # Errors
    /// Those of `expect`, which the cycle on record has to pass; `UNKNOWN_CYCLE`; `REQUEST_ID_REUSED`; and `BAD_WINDOW` when the self-assessment window would end before the cycle's last day.
    pub async fn update_cycle(
        &self,
        id: &CycleId,
        asked: Option<&Asked>,
        expect: &(dyn Fn(&Cycle) -> Result<()> + Send + Sync),
        approval: Option<Approval>,
        team_pay: Option<TeamPay>,
        self_assessment_until: Option<Date>,
    ) -> Result<Cycle> {
        for _ in 0..ATTEMPTS {
            let cutoff = self.store.cutoff().await?;
            if let Some(seq) = self.answered(asked).await? {
                return find(&self.store.cycles(seq).await?, id);
            }
            let before = find(&self.store.cycles(cutoff).await?, id)?;
            expect(&before)?;
            let settings = Settings {
                approval: approval.unwrap_or(before.settings.approval),
                team_pay: team_pay.unwrap_or(before.settings.team_pay),
                self_assessment_until: self_assessment_until.unwrap_or(before.settings.self_assessment_until),
            };
            let change = (settings != before.settings).then(|| before.with_settings(settings)).transpose()?;
            if let Some(seq) = self.recorded_once(cutoff, change.map(Change::Cycle), asked).await? {
                return find(&self.store.cycles(seq).await?, id);
            }
        }
        Err(busy())
    }

    /// A cycle by its id, or the latest that has ended, its self-assessment window too, for [`LAST_ENDED`].
    ///
    /// # Errors
    /// `UNKNOWN_CYCLE`; `NO_ENDED_CYCLE` when none has ended.
    pub async fn cycle(&self, id: &CycleId) -> Result<Cycle> {
        self.named(&self.cycles().await?, id)
    }

    /// As [`Goals::cycle`], of the cycles that are known.
    pub(super) fn named(&self, known: &[Cycle], id: &CycleId) -> Result<Cycle> {
        if id.as_str() == LAST_ENDED { self.last_ended(known) } else { find(known, id) }
    }

    /// All cycles, earliest first.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn cycles(&self) -> Result<Vec<Cycle>> {
        self.store.cycles(self.store.cutoff().await?).await
    }

    /// Whether a cycle, and its self-assessment window, have ended by now.
    #[must_use]
    pub fn ended(&self, cycle: &Cycle) -> (bool, bool) {
        let now = self.clock.now();
        (cycle.ended(now), cycle.window_ended(now))
    }

    fn last_ended(&self, known: &[Cycle]) -> Result<Cycle> {
        let now = self.clock.now();
        let ended = known.iter().filter(|cycle| cycle.window_ended(now)).max_by_key(|cycle| cycle.ends_at);
        ended.cloned().ok_or_else(|| {
            let message = match known.iter().min_by_key(|cycle| (cycle.ends_at.max(cycle.window_ends_at), cycle.ends_at)) {
                Some(next) => format!(
                    "no cycle has ended yet; the first will be {}, whose last day is {} and whose self-assessments are taken until {}",
                    next.id,
                    next.days.last(),
                    next.settings.self_assessment_until
                ),
                None => "no cycle is open; open one first, such as 2026-Q3".to_owned(),
            };
            Error::not_found("NO_ENDED_CYCLE", message)
        })
    }
}

/// The cycle with that id.
pub(super) fn find(known: &[Cycle], id: &CycleId) -> Result<Cycle> {
    known.iter().find(|cycle| cycle.id == *id).cloned().ok_or_else(|| {
        Error::not_found("UNKNOWN_CYCLE", format!("cycle `{}` is not open; open it first", shown(id.as_str())))
    })
}

fn cycle_id(id: &str) -> Result<CycleId> {
    if id == LAST_ENDED {
        return Err(Error::invalid(
            "BAD_CYCLE",
            format!("`{LAST_ENDED}` stands for a cycle that has ended; give this one another id"),
        ));
    }
    CycleId::new(id)
}

fn days(id: &str, first: Option<Date>, last: Option<Date>) -> Result<Period> {
    match (first, last) {
        (Some(first), Some(last)) if last < first => {
            Err(Error::invalid("BAD_PERIOD", format!("the last day, {last}, is before the first, {first}; swap them")))
        }
        (Some(first), Some(last)) => Period::through(first, last),
        (None, None) => calendar_quarter(id).unwrap_or_else(|| {
            let message =
                format!("`{}` is not a calendar quarter like 2026-Q3; give its first and its last day", shown(id));
            Err(Error::invalid("BAD_CYCLE", message))
        }),
        _ => Err(Error::invalid(
            "BAD_CYCLE",
            "give both the first and the last day of the cycle, or neither for a calendar quarter",
        )),
    }
}

/// The quarter that an id of the form `2026-Q3` names.
fn calendar_quarter(id: &str) -> Option<Result<Period>> {
    let (year, quarter) = id.split_once("-Q")?;
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(year, 4) || !digits(quarter, 1) {
        return None;
    }
    Some(Period::quarter(year.parse().ok()?, quarter.parse().ok()?))
}

fn taken(before: &Cycle) -> Error {
    let message = format!(
        "cycle {} is open from {} in {}; give another id, or the same bounds",
        before.id, before.days, before.zone
    );
    Error::exists("CYCLE_EXISTS", message)
}

fn overlap(cycle: &Cycle, other: &Cycle) -> Error {
    let message = format!(
        "{} ({} in {}) overlaps cycle {} ({} in {}); cycles follow each other",
        cycle.id, cycle.days, cycle.zone, other.id, other.days, other.zone
    );
    Error::precondition("CYCLES_OVERLAP", message)
}
