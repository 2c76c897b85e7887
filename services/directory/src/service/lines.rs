//! Who is below whom on a day, in the whole organisation. Whether somebody may do something is asked with every call, so this
//! is made once for a day and a state of the record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use merit_core::Result;
use merit_core::ids::PersonId;
use tokio::sync::Mutex;

use crate::store::Store;

/// Days kept at a time: today everywhere on earth, and one that somebody looks back at.
const KEPT: usize = 4;

/// Those who report to each manager themselves.
type Below = BTreeMap<PersonId, Vec<PersonId>>;

/// After which change, on which day, who is below whom; the one that was made last comes first.
type Made = Vec<((i64, Date), Arc<Below>)>;

/// What was made for the days that were asked for last.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Made>>);

impl Lines {
    /// Everyone who reports to a person on a day, at whatever level, without the person.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn under(&self, store: &dyn Store, manager: &PersonId, on: Date) -> Result<BTreeSet<PersonId>> {
        let below = self.below(store, on).await?;
        let mut found = BTreeSet::new();
        let mut open = vec![manager];
        while let Some(boss) = open.pop() {
            for person in below.get(boss).into_iter().flatten() {
                // Lines that go in a circle are refused at import; this ends even so.
                if person != manager && found.insert(person.clone()) {
                    open.push(person);
                }
            }
        }
        Ok(found)
    }

    async fn below(&self, store: &dyn Store, on: Date) -> Result<Arc<Below>> {
        let cutoff = store.cutoff().await?;
        // Whoever comes meanwhile waits for what is made, and doesn't make it, too.
        let mut kept = self.0.lock().await;
        if let Some((_, below)) = kept.iter().find(|(state, _)| *state == (cutoff, on)) {
            return Ok(below.clone());
        }
        let mut below = Below::new();
        for (person, boss) in store.lines(cutoff, on).await? {
            below.entry(boss).or_default().push(person);
        }
        let below = Arc::new(below);
        kept.retain(|((at, _), _)| *at >= cutoff);
        kept.truncate(KEPT - 1);
        kept.insert(0, ((cutoff, on), below.clone()));
        Ok(below)
    }
}
