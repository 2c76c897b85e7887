//! People in a tree of reporting lines: everyone leads eight or nobody. Some join or leave within the quarter.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};

use super::random::Random;
use super::{Rows, amount};

/// How many people report to one manager.
const SPAN: u32 = 8;
/// First day of the cycle.
pub const FIRST_DAY: Date = date(2026, 7, 1);
/// Last day of the cycle.
pub const LAST_DAY: Date = date(2026, 9, 30);
/// The day from which everything said here is in force.
const ON_RECORD: Date = date(2026, 1, 1);

const HEAD: &[&str] = &[
    "person_id",
    "display_name",
    "email",
    "from",
    "role",
    "segment",
    "region",
    "team",
    "manager",
    "started",
    "ended",
    "salary",
    "target_bonus",
];
const FIRST_NAMES: &[&str] = &[
    "Ada", "Amir", "Ana", "Björn", "Camille", "Chidi", "Dana", "Elif", "Emeka", "Farah", "Grace", "Hana", "Hugo",
    "Ines", "Ivan", "Jomo", "Kaya", "Lars", "Leila", "Mateo", "Mei", "Nadia", "Noor", "Omar", "Petra", "Quinn", "Rosa",
    "Samir", "Tomás", "Uma", "Vera", "Wanda", "Yuki", "Zoë",
];
const LAST_NAMES: &[&str] = &[
    "Abara", "Berg", "Costa", "Dlamini", "Eriksen", "Fofana", "García", "Haddad", "Ivanova", "Jensen", "Kovács",
    "Łęcka", "Mensah", "Nakamura", "O'Neil", "Petrov", "Quist", "Rossi", "Silva", "Tanaka", "Ueda", "Vega", "Weiss",
    "Xu", "Yılmaz", "Zhang",
];
const SEGMENTS: &[&str] = &["Enterprise", "Group", "Solo"];
const REGIONS: &[&str] = &["East", "Central", "West"];

/// An organisation: how many people, and what they are made from.
#[derive(Debug, Clone, Copy)]
pub struct Organisation {
    /// How many.
    pub people: u32,
    /// What everything random derives from.
    pub seed: u64,
}

impl Organisation {
    /// A person's id. Zeros keep the order of ids that of numbers.
    pub fn id(person: u32) -> String {
        format!("p-{person:07}")
    }

    /// Whom they report to; the first person reports to nobody.
    pub const fn manager(person: u32) -> Option<u32> {
        match person.checked_sub(1) {
            Some(before) => Some(before / SPAN),
            None => None,
        }
    }

    /// Whether somebody reports to them.
    pub fn leads(&self, person: u32) -> bool {
        person.checked_mul(SPAN).and_then(|n| n.checked_add(1)).is_some_and(|first| first < self.people)
    }

    /// First and last day of work; none while there is no last.
    pub fn employment(&self, person: u32) -> (Date, Option<Date>) {
        let mut random = Random::of(self.seed, "employment", u64::from(person));
        // Those who lead others have been there long and stay, so that every line has its manager.
        let (joins, leaves) = (random.in_a_hundred(2), random.in_a_hundred(1));
        if !self.leads(person) && joins {
            return (day_after(FIRST_DAY, random.between(1, 75)), None);
        }
        let started = day_after(date(2016, 1, 4), random.between(0, 3_600));
        let ended = (!self.leads(person) && leaves).then(|| day_after(FIRST_DAY, random.between(20, 80)));
        (started, ended)
    }

    fn role(&self, person: u32) -> &'static str {
        match Self::manager(person) {
            None => "Executive",
            Some(_) if self.leads(person) => "Manager",
            Some(_) => "AccountExecutive",
        }
    }

    /// A whole branch below the head is one region.
    fn region(person: u32) -> &'static str {
        let mut branch = person;
        while let Some(manager) = Self::manager(branch).filter(|manager| *manager > 0) {
            branch = manager;
        }
        REGIONS.get(branch as usize % REGIONS.len()).copied().unwrap_or("East")
    }
}

/// A day some days later.
pub fn day_after(day: Date, days: u64) -> Date {
    i64::try_from(days).ok().and_then(|days| day.checked_add(days.days()).ok()).unwrap_or(day)
}

/// Writes everyone; how many rows.
pub fn write(organisation: &Organisation, rows: &mut Rows) -> csv::Result<u64> {
    rows.write_record(HEAD)?;
    for person in 0..organisation.people {
        let mut random = Random::of(organisation.seed, "people", u64::from(person));
        let id = Organisation::id(person);
        let name = format!("{} {}", random.one_of(FIRST_NAMES), random.one_of(LAST_NAMES));
        let (started, ended) = organisation.employment(person);
        let manager = Organisation::manager(person);
        let team = manager.map_or_else(|| "leadership".to_owned(), |manager| format!("team-{manager:07}"));
        let salary = random.between(48, 140) * 1_000;
        let record = [
            id.clone(),
            name,
            format!("{id}@example.com"),
            started.max(ON_RECORD).to_string(),
            organisation.role(person).to_owned(),
            random.one_of(SEGMENTS).to_owned(),
            Organisation::region(person).to_owned(),
            team,
            manager.map(Organisation::id).unwrap_or_default(),
            started.to_string(),
            ended.map(|day| day.to_string()).unwrap_or_default(),
            amount(salary * 100),
            amount(salary * 100 / 40),
        ];
        rows.write_record(&record)?;
    }
    Ok(u64::from(organisation.people))
}
