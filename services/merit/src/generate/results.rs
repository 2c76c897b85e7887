//! Deals: as many for each person as asked for, on days on which they were there.

use super::people::{FIRST_DAY, LAST_DAY, Organisation, day_after};
use super::random::Random;
use super::{Rows, amount};

const HEAD: &[&str] = &["external_id", "amount", "owner", "overlay", "product", "term", "closed", "is_new"];
const PRODUCTS: &[&str] = &["PracticeManagement", "RevenueCycle", "OncologyCoding"];
const TERMS: &[&str] = &["12", "24", "36"];
/// Cents of the smallest and the largest deal.
const SMALLEST: u64 = 200_000;
const LARGEST: u64 = 9_000_000;
/// Cents of new business that a deal brings on average: four in five are new.
pub const MEAN: u64 = (SMALLEST + LARGEST) / 2 / 5 * 4;

/// Writes everyone's deals; how many rows.
pub fn write(organisation: &Organisation, each: u32, rows: &mut Rows) -> csv::Result<u64> {
    rows.write_record(HEAD)?;
    let mut written = 0;
    for person in 0..organisation.people {
        let mut random = Random::of(organisation.seed, "results", u64::from(person));
        let owner = Organisation::id(person);
        let (started, ended) = organisation.employment(person);
        let first = started.max(FIRST_DAY);
        let last = ended.unwrap_or(LAST_DAY).min(LAST_DAY);
        let days = first.until(last).map_or(0, |span| u64::from(span.get_days().unsigned_abs()));
        for number in 1..=each {
            let helper = random.in_a_hundred(10);
            let overlay = if helper { colleague(organisation, person, &mut random) } else { None };
            let record = [
                format!("d-{person:07}-{number:05}"),
                amount(random.between(SMALLEST, LARGEST)),
                owner.clone(),
                overlay.map(Organisation::id).unwrap_or_default(),
                random.one_of(PRODUCTS).to_owned(),
                random.one_of(TERMS).to_owned(),
                day_after(first, random.between(0, days)).to_string(),
                if random.in_a_hundred(80) { "yes" } else { "no" }.to_owned(),
            ];
            rows.write_record(&record)?;
            written += 1;
        }
    }
    Ok(written)
}

/// Somebody else who reports to the same manager and was there the whole quarter.
fn colleague(organisation: &Organisation, person: u32, random: &mut Random) -> Option<u32> {
    let manager = Organisation::manager(person)?;
    let offset = u32::try_from(random.between(1, 8)).ok()?;
    let other = manager.checked_mul(8)?.checked_add(offset)?;
    let (started, ended) = (other < organisation.people).then(|| organisation.employment(other))?;
    (other != person && started <= FIRST_DAY && ended.is_none()).then_some(other)
}
