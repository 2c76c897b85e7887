//! What posted runs of earlier cycles left behind. Of a cycle that was run more than once, the latest posting
//! counts.

use jiff::civil::Date;
use merit_core::ids::PersonId;
use merit_core::{Currency, Money, Result};
use merit_platform::store::storage;
use merit_rules::{DRAW, DRAW_RECOVERY};

use super::{SqlStore, day, read_json};
use crate::model::{Balance, Granted, OutcomeKind, Recognition, RunState};

impl SqlStore {
    /// Outcomes of one kind with their runs' last days, oldest cycle first.
    async fn left_behind(&self, kind: OutcomeKind, first_day: Date) -> Result<Vec<(String, String)>> {
        sqlx::query_as(
            "SELECT o.content, r.last_day FROM outcomes AS o JOIN runs AS r ON r.run = o.run
         WHERE o.kind = $1 AND r.state = $2 AND r.last_day < $3
           AND r.posting = (SELECT max(l.posting) FROM runs AS l WHERE l.cycle = r.cycle)
         ORDER BY r.last_day, o.key",
        )
        .bind(kind.word())
        .bind(RunState::Posted as i64)
        .bind(first_day.to_string())
        .fetch_all(&mut *self.everybody().await?)
        .await
        .map_err(storage)
    }

    /// Balances, oldest cycle first.
    pub(super) async fn balances(&self, first_day: Date) -> Result<Vec<Balance>> {
        let rows = self.left_behind(OutcomeKind::Balance, first_day).await?;
        rows.iter().map(|(content, _)| read_json(content)).collect()
    }

    /// Draws less what was taken back of them, by the ledger's own lines.
    pub(super) async fn owed(&self, first_day: Date) -> Result<Vec<(PersonId, String, Money)>> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT participant, json_extract(content, '$.policy') AS policy, currency, CAST(sum(amount) AS BIGINT)
         FROM ledger_lines
         WHERE json_extract(content, '$.kind') = 'settlement' AND json_extract(content, '$.payout') IN ($1, $2)
           AND cycle IN (SELECT cycle FROM runs WHERE state = $3 AND last_day < $4)
         GROUP BY participant, policy, currency ORDER BY participant, policy, currency",
        )
        .bind(DRAW)
        .bind(DRAW_RECOVERY)
        .bind(RunState::Posted as i64)
        .bind(first_day.to_string())
        .fetch_all(&mut *self.everybody().await?)
        .await
        .map_err(storage)?;
        let owed = |(participant, policy, currency, minor): (String, String, String, i64)| {
            let currency: Currency = currency.parse()?;
            Ok((PersonId::new(&participant)?, policy, Money::new(minor, currency)))
        };
        rows.into_iter().map(owed).collect()
    }

    /// What posted runs of cycles that ended before a day gave.
    pub(super) async fn granted(&self, first_day: Date) -> Result<Vec<(PersonId, Granted)>> {
        let rows = self.left_behind(OutcomeKind::Recognition, first_day).await?;
        let granted = |(content, last_day): (String, String)| {
            let given: Recognition = read_json(&content)?;
            // A period's label names its last day where it isn't the cycle itself.
            let on = given
                .period
                .rsplit(" to ")
                .next()
                .and_then(|text| text.parse().ok())
                .map_or_else(|| day(&last_day), Ok)?;
            Ok((given.participant, Granted { policy: given.policy, title: given.title, on }))
        };
        rows.into_iter().map(granted).collect()
    }
}
