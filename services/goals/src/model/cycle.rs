//! A cycle: days in a zone, the instants that they mean, and settings.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use merit_core::ids::CycleId;
use merit_core::text::shown;
use merit_core::{Error, Period, Result};

/// Days after a cycle's last on which self-assessments are still taken, unless a setting says otherwise.
pub const WINDOW_DAYS: i64 = 14;

/// How a cycle's runs are approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// A person with that right approves.
    Required,
    /// A run that composes is approved at once.
    Automatic,
}

/// Whether a manager's scorecard shows the team's pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TeamPay {
    /// It doesn't.
    Hidden,
    /// It does.
    Shown,
}

/// What can be changed about an open cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// How its runs are approved.
    pub approval: Approval,
    /// Whether a manager's scorecard shows the team's pay.
    pub team_pay: TeamPay,
    /// The last day, in the cycle's zone, on which self-assessments are taken.
    pub self_assessment_until: Date,
}

/// A cycle. Its bounds are half-open: it starts at an instant and ends before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle {
    /// The id, such as `2026-Q3`.
    pub id: CycleId,
    /// Its days, in the zone.
    pub days: Period,
    /// IANA time zone.
    pub zone: String,
    /// The instant its first day begins.
    pub starts_at: Timestamp,
    /// The instant the day after its last begins.
    pub ends_at: Timestamp,
    /// The settings.
    pub settings: Settings,
    /// The instant its self-assessment window ends, excluded.
    pub window_ends_at: Timestamp,
}

impl Approval {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Automatic => "automatic",
        }
    }
}

impl TeamPay {
    /// Its word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::Shown => "shown",
        }
    }
}

impl Cycle {
    /// A cycle with the settings that one begins with: approval required, team pay hidden, self-assessments until
    /// [`WINDOW_DAYS`] after its last day. An empty zone is UTC.
    ///
    /// # Errors
    /// `UNKNOWN_ZONE` when the time zone database has no such zone; `BAD_PERIOD` when a day is too late to have instants.
    pub fn new(id: CycleId, days: Period, zone: &str) -> Result<Self> {
        let (zone, time_zone) = find_zone(zone)?;
        let self_assessment_until = days.last().checked_add(WINDOW_DAYS.days()).map_err(|_| too_late())?;
        let settings = Settings { approval: Approval::Required, team_pay: TeamPay::Hidden, self_assessment_until };
        let (starts_at, ends_at) = (midnight(days.start, &time_zone)?, midnight(days.end, &time_zone)?);
        let window_ends_at = end_of(self_assessment_until, &time_zone)?;
        Ok(Self { id, days, zone, starts_at, ends_at, settings, window_ends_at })
    }

    /// The same cycle with other settings.
    ///
    /// # Errors
    /// `BAD_WINDOW` when the self-assessment window would end before the cycle's last day; `BAD_PERIOD` when it ends too
    /// late to have an instant.
    pub fn with_settings(&self, settings: Settings) -> Result<Self> {
        if settings.self_assessment_until < self.days.last() {
            let message = format!(
                "self-assessments can't end on {}, before the last day of {}; give {} or a later day",
                settings.self_assessment_until,
                self.id,
                self.days.last()
            );
            return Err(Error::invalid("BAD_WINDOW", message));
        }
        let (_, time_zone) = find_zone(&self.zone)?;
        let window_ends_at = end_of(settings.self_assessment_until, &time_zone)?;
        Ok(Self { settings, window_ends_at, ..self.clone() })
    }

    /// Whether it has ended at an instant.
    #[must_use]
    pub fn ended(&self, now: Timestamp) -> bool {
        self.ends_at <= now
    }

    /// Whether its self-assessment window has ended too.
    #[must_use]
    pub fn window_ended(&self, now: Timestamp) -> bool {
        self.ended(now) && self.window_ends_at <= now
    }

    /// The day in its zone at an instant.
    ///
    /// # Errors
    /// `UNKNOWN_ZONE` when this program's time zone database has lost the zone.
    pub fn day_at(&self, now: Timestamp) -> Result<Date> {
        let (_, time_zone) = find_zone(&self.zone)?;
        Ok(now.to_zoned_datetime(time_zone).date())
    }

    /// Whether the two share an instant.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}

fn find_zone(name: &str) -> Result<(String, TimeZone)> {
    let name = if name.is_empty() { "UTC" } else { name };
    let unknown = || {
        let message = format!("`{}` is not a time zone; give an IANA name like America/New_York or UTC", shown(name));
        Error::invalid("UNKNOWN_ZONE", message)
    };
    let zone = TimeZone::get(name).map_err(|_| unknown())?;
    let name = zone.iana_name().ok_or_else(unknown)?.to_owned();
    Ok((name, zone))
}

/// The instant a day begins in a zone: where the clocks skip midnight, the first instant after the gap; where they pass it
/// twice, the first time.
fn midnight(day: Date, zone: &TimeZone) -> Result<Timestamp> {
    day.to_zoned_datetime(zone.clone()).map(|start| start.timestamp()).map_err(|_| too_late())
}

fn end_of(day: Date, zone: &TimeZone) -> Result<Timestamp> {
    midnight(day.tomorrow().map_err(|_| too_late())?, zone)
}

fn too_late() -> Error {
    Error::invalid("BAD_PERIOD", "the cycle's days are too far away; check the year")
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn cycle(first: Date, last: Date, zone: &str) -> Cycle {
        Cycle::new(CycleId::new("c").unwrap(), Period::through(first, last).unwrap(), zone).unwrap()
    }

    #[test]
    fn bounds_are_the_midnights_of_the_zone() {
        let (first, last) = (date(2026, 7, 1), date(2026, 9, 30));
        for (zone, start, end) in [
            ("", "2026-07-01T00:00:00Z", "2026-10-01T00:00:00Z"),
            ("America/New_York", "2026-07-01T04:00:00Z", "2026-10-01T04:00:00Z"),
            ("Asia/Kolkata", "2026-06-30T18:30:00Z", "2026-09-30T18:30:00Z"),
        ] {
            let cycle = cycle(first, last, zone);
            assert_eq!(
                (cycle.starts_at.to_string().as_str(), cycle.ends_at.to_string().as_str()),
                (start, end),
                "{zone}"
            );
        }
    }

    #[test]
    fn daylight_saving_moves_the_bounds() {
        // The clocks change inside the fourth quarter, so its two ends have different offsets.
        let q4 = cycle(date(2026, 10, 1), date(2026, 12, 31), "America/New_York");
        assert_eq!(q4.starts_at.to_string(), "2026-10-01T04:00:00Z");
        assert_eq!(q4.ends_at.to_string(), "2027-01-01T05:00:00Z");
        // In Santiago the day of 2026-09-06 begins at 01:00: midnight is skipped.
        let gap = cycle(date(2026, 9, 6), date(2026, 9, 6), "America/Santiago");
        assert_eq!(gap.starts_at.to_string(), "2026-09-06T04:00:00Z");
        // In Havana the clocks pass 00:00 to 01:00 of 2026-11-01 twice; the day begins the first time and has 25 hours.
        let fold = cycle(date(2026, 11, 1), date(2026, 11, 1), "America/Havana");
        assert_eq!(fold.starts_at.to_string(), "2026-11-01T04:00:00Z");
        assert_eq!(fold.ends_at.to_string(), "2026-11-02T05:00:00Z");
    }

    #[test]
    fn a_cycle_ends_with_its_last_instant_and_its_window_later() {
        let q3 = cycle(date(2026, 7, 1), date(2026, 9, 30), "America/New_York");
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (now, ended, window_ended) in [
            ("2026-10-01T03:59:59.999999999Z", false, false),
            ("2026-10-01T04:00:00Z", true, false),
            ("2026-10-15T03:59:59Z", true, false),
            ("2026-10-15T04:00:00Z", true, true),
        ] {
            assert_eq!((q3.ended(at(now)), q3.window_ended(at(now))), (ended, window_ended), "{now}");
        }
        let short = q3.with_settings(Settings { self_assessment_until: q3.days.last(), ..q3.settings }).unwrap();
        assert!(short.window_ended(at("2026-10-01T04:00:00Z")));
        let refused =
            q3.with_settings(Settings { self_assessment_until: date(2026, 9, 29), ..q3.settings }).unwrap_err();
        assert_eq!(
            refused.message,
            "self-assessments can't end on 2026-09-29, before the last day of c; give 2026-09-30 or a later day"
        );
    }

    #[test]
    fn a_zone_has_an_iana_name() {
        let quarter = Period::quarter(2026, 3).unwrap();
        let open = |zone| Cycle::new(CycleId::new("c").unwrap(), quarter, zone);
        assert_eq!(open("america/new_york").unwrap().zone, "America/New_York");
        for bad in ["EST5EDT4,x", "+02:00", "Mars/Olympus", "local\n"] {
            assert_eq!(open(bad).unwrap_err().reason, "UNKNOWN_ZONE", "{bad}");
        }
    }

    proptest! {
        // Cycles that follow each other leave no instant out and share none, in any zone.
        #[test]
        fn following_cycles_tile_time(year in 1971..2037_i16, quarter in 1..4_i8, zone in prop::sample::select(vec![
            "UTC", "America/New_York", "America/Santiago", "Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia",
        ])) {
            let id = || CycleId::new("c").unwrap();
            let this = Cycle::new(id(), Period::quarter(year, quarter).unwrap(), zone).unwrap();
            let next = Cycle::new(id(), Period::quarter(year, quarter + 1).unwrap(), zone).unwrap();
            prop_assert_eq!(this.ends_at, next.starts_at);
            prop_assert!(!this.overlaps(&next) && this.overlaps(&this));
            prop_assert_eq!(this.day_at(this.starts_at).unwrap(), this.days.start);
        }
    }
}
