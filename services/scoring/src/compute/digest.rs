//! The digest of a run's frozen inputs, from which its id derives. Only content counts: neither the numbers of changes
//! nor the order in which anything was recorded.

use std::collections::BTreeMap;

use merit_core::digest::{merkle_root, sha256};
use merit_core::ids::RunId;
use merit_core::{Error, Result};
use merit_rules::ENGINE_VERSION;

use crate::model::{Frozen, joined};

/// The digest of all that the run reads.
///
/// # Errors
/// Never for what the store can hold.
pub fn digest(frozen: &Frozen) -> Result<String> {
    let mut entries: BTreeMap<String, String> = BTreeMap::new();
    let cycle = &frozen.cycle;
    entries.insert("cycle".to_owned(), format!("{} {}", cycle.id, cycle.period));
    entries.insert("engine".to_owned(), ENGINE_VERSION.to_owned());
    entries.insert("schema".to_owned(), sha256(frozen.schema_text.as_bytes()));
    for policy in &frozen.policies {
        let ends = policy.to.map(|to| to.to_string()).unwrap_or_default();
        entries.insert(
            joined(&["policy", &policy.name, &policy.version.to_string()]),
            format!("{} {ends}", policy.sha256),
        );
    }
    for person in frozen.people.values() {
        let content = serde_json::to_string(person).map_err(Error::internal)?;
        entries.insert(joined(&["person", person.id.as_str()]), content);
    }
    for goal in &frozen.goals {
        entries.insert(joined(&["goal", &goal.id]), serde_json::to_string(goal).map_err(Error::internal)?);
    }
    for result in &frozen.results {
        let quarantined = result.quarantined.as_deref().unwrap_or_default();
        let content = format!("{} {quarantined}\n{}", result.dated, result.content);
        entries.insert(joined(&["result", &result.record, &result.source, &result.external_id]), content);
    }
    Ok(merkle_root(&entries))
}

/// The run's id: the cycle's, and the beginning of the digest.
///
/// # Errors
/// `BAD_ID` when the cycle's id is too long to have a run.
pub fn run_id(frozen: &Frozen, digest: &str) -> Result<RunId> {
    let short = digest.get(..12).unwrap_or(digest);
    RunId::new(&format!("{}-{short}", frozen.cycle.id.as_str().to_lowercase()))
}
