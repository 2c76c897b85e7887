//! A part of a list as conditions of a statement. Only what is asked for is written, so that an index can serve it.

use merit_core::Result;
use sqlx::QueryBuilder;

use super::dialect::Db;
use super::json;
use crate::model::{OutcomeKind, Part};

/// Adds the conditions of a part of lines or outcomes, without where it begins and ends.
pub fn push(query: &mut QueryBuilder<Db>, kind: OutcomeKind, part: Part<'_>) -> Result<()> {
    let (output, period) = kind.fields();
    if let Some(participant) = part.participant {
        query.push(" AND participant = ").push_bind(participant.to_owned());
    }
    // The same filter for both kinds of database, so that pages are full; PostgreSQL holds the scope once more by itself.
    if let Some(ids) = part.scope.ids() {
        query.push(" AND participant IN (SELECT value FROM json_each(").push_bind(json(&ids)?).push("))");
    }
    // What `Score::is_pay` calls pay.
    if let Some(ids) = part.pay.ids().filter(|_| kind == OutcomeKind::Score && part.pay != part.scope) {
        query.push(" AND (participant IN (SELECT value FROM json_each(").push_bind(json(&ids)?);
        query.push(
            ")) OR json_extract(content, '$.kind') IN ('measure', 'attainment')
             OR (json_extract(content, '$.kind') <> 'payout' AND json_extract(content, '$.value') NOT LIKE 'money %'
                 AND (json_extract(content, '$.kind') <> 'recommendation'
                      OR json_extract(content, '$.value') NOT LIKE 'percent %')))",
        );
    }
    for (field, wanted) in [("policy", part.policy), (output, part.output), (period, part.period)] {
        if let Some(wanted) = wanted {
            query.push(" AND json_extract(content, ").push_bind(format!("$.{field}"));
            query.push(") = ").push_bind(wanted.to_owned());
        }
    }
    Ok(())
}
