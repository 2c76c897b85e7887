//! A quota for everyone, and a goal each for innovation and development.

use super::people::{LAST_DAY, Organisation};
use super::random::Random;
use super::results::MEAN;
use super::{CYCLE, Rows, amount};

const HEAD: &[&str] =
    &["goal_id", "cycle", "owner_kind", "owner", "title", "measure", "weight", "target", "due", "rationale"];
/// Cents of a quota where nobody has results.
const WITHOUT_RESULTS: u64 = 10_000_000;
/// Cents of the largest quota that the policies take.
const LARGEST: u64 = 500_000_000;

/// Writes everyone's goals; how many rows. Quotas lie around what the results will come to.
pub fn write(organisation: &Organisation, results: u32, rows: &mut Rows) -> csv::Result<u64> {
    rows.write_record(HEAD)?;
    let usual = if results == 0 { WITHOUT_RESULTS } else { MEAN * u64::from(results) };
    for person in 0..organisation.people {
        let mut random = Random::of(organisation.seed, "goals", u64::from(person));
        // Whole thousands, as people write them.
        let quota = (usual / 100 * random.between(60, 140) / 100_000).max(1) * 100_000;
        let quota = amount(quota.min(LARGEST));
        let hours = random.between(8, 24).to_string();
        let goals = [
            ("bookings", "Quarterly quota", "60%", quota, "Pipeline of three times the quota at the start"),
            (
                "ideas_adopted",
                "One idea of mine in use",
                "20%",
                "1".to_owned(),
                "Half a day a week is kept free for it",
            ),
            ("training_hours", "Time to learn", "20%", hours, "The hours are part of the plan"),
        ];
        let owner = Organisation::id(person);
        for (measure, title, weight, target, rationale) in goals {
            let id = format!("2026-q3-{owner}-{}", measure.replace('_', "-"));
            let due = LAST_DAY.to_string();
            let cells = [&id, CYCLE, "person", &owner, title, measure, weight, &target, &due, rationale];
            rows.write_record(cells)?;
        }
    }
    Ok(u64::from(organisation.people) * 3)
}
