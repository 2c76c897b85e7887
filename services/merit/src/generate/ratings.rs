//! Ratings: the values of measures that no record gives. One person in ten lacks one, as in life.

use jiff::civil::date;

use super::Rows;
use super::people::Organisation;
use super::random::Random;

const HEAD: &[&str] = &["person", "measure", "value", "on", "rater"];

/// Writes everyone's ratings; how many rows.
pub fn write(organisation: &Organisation, rows: &mut Rows) -> csv::Result<u64> {
    rows.write_record(HEAD)?;
    let mut written = 0;
    for person in 0..organisation.people {
        let mut random = Random::of(organisation.seed, "ratings", u64::from(person));
        let (started, ended) = organisation.employment(person);
        let on = started.max(date(2026, 9, 15)).min(ended.unwrap_or(date(2026, 9, 15)));
        let tenths = random.between(32, 50);
        let values = [
            ("csat", format!("{}.{}", tenths / 10, tenths % 10)),
            ("forecast_accuracy", format!("{}%", random.between(60, 100))),
            ("values_score", format!("{}%", random.between(50, 100))),
            ("ideas_adopted", random.between(0, 2).to_string()),
            ("training_hours", random.between(0, 30).to_string()),
        ];
        let person_id = Organisation::id(person);
        let rater = Organisation::manager(person).map(Organisation::id).unwrap_or_default();
        let on = on.to_string();
        for (measure, value) in values {
            if random.in_a_hundred(2) {
                continue;
            }
            rows.write_record([&person_id, measure, &value, &on, &rater])?;
            written += 1;
        }
    }
    Ok(written)
}
