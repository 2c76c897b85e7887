//! The ledger's rows, as they are kept.

use merit_core::Result;
use merit_core::ids::CycleId;
use merit_platform::store::storage;
use sqlx::Connection as _;

use super::SqlStore;
use super::dialect::ONE_MOMENT;
use crate::model::{BookEntry, BookRow, Books, RunState};

#[derive(sqlx::FromRow)]
struct LineRow {
    line_id: i64,
    run: String,
    key: String,
    participant: String,
    currency: String,
    amount: i64,
    held: i64,
    content: String,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    line_id: i64,
    account: String,
    currency: String,
    amount: i64,
}

impl SqlStore {
    /// All that is kept of a cycle, read at one moment.
    pub(super) async fn books_of(&self, cycle: &CycleId) -> Result<Books> {
        let mut reader = self.everybody().await?;
        let mut tx = reader.begin_with(ONE_MOMENT).await.map_err(storage)?;
        let runs = sqlx::query_scalar("SELECT run FROM runs WHERE cycle = $1 AND state = $2 ORDER BY posting")
            .bind(cycle.as_str())
            .bind(RunState::Posted as i64)
            .fetch_all(&mut *tx)
            .await
            .map_err(storage)?;
        let rows: Vec<LineRow> = sqlx::query_as(
            "SELECT line_id, run, key, participant, currency, amount, held, content
         FROM ledger_lines WHERE cycle = $1 ORDER BY line_id",
        )
        .bind(cycle.as_str())
        .fetch_all(&mut *tx)
        .await
        .map_err(storage)?;
        let entries: Vec<EntryRow> = sqlx::query_as(
            "SELECT e.line_id, e.account, e.currency, e.amount
         FROM ledger_lines AS l JOIN ledger_entries AS e ON e.line_id = l.line_id WHERE l.cycle = $1",
        )
        .bind(cycle.as_str())
        .fetch_all(&mut *tx)
        .await
        .map_err(storage)?;
        let strays: Vec<EntryRow> = sqlx::query_as(
            "SELECT line_id, account, currency, amount FROM ledger_entries AS e
         WHERE NOT EXISTS (SELECT 1 FROM ledger_lines AS l WHERE l.line_id = e.line_id)",
        )
        .fetch_all(&mut *tx)
        .await
        .map_err(storage)?;
        let (adjustments, adjustment_rows) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM changes WHERE kind = 'adjustment'),
                (SELECT count(*) FROM ledger_lines WHERE run = '')",
        )
        .fetch_one(&mut *tx)
        .await
        .map_err(storage)?;
        Ok(Books {
            runs,
            rows: rows.into_iter().map(row).collect(),
            entries: entries.into_iter().map(entry).collect(),
            strays: strays.into_iter().map(entry).collect(),
            adjustments,
            adjustment_rows,
        })
    }
}

fn row(row: LineRow) -> BookRow {
    BookRow {
        id: row.line_id,
        run: row.run,
        key: row.key,
        participant: row.participant,
        currency: row.currency,
        amount: row.amount,
        held: row.held,
        line: serde_json::from_str(&row.content).ok(),
    }
}

fn entry(row: EntryRow) -> BookEntry {
    BookEntry { line_id: row.line_id, account: row.account, currency: row.currency, amount: row.amount }
}
