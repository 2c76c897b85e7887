//! The statements of [`once`](merit_core::once), compiled once for each kind of database. A service that uses
//! them has the table `requests`; both belong into the transaction that does what was asked.

use jiff::Timestamp;
use merit_core::Result;
use merit_core::once::Asked;

use super::Connection;
use crate::store::storage;

/// The answer that the request got, if it came before.
///
/// # Errors
/// `REQUEST_ID_REUSED` when the caller used the id for something else; those of [`storage`].
pub async fn answered(connection: &mut Connection, asked: &Asked) -> Result<Option<Vec<u8>>> {
    let found: Option<(String, String, Vec<u8>)> =
        sqlx::query_as("SELECT method, body_sha256, response FROM requests WHERE principal = $1 AND request_id = $2")
            .bind(&asked.principal)
            .bind(&asked.id)
            .fetch_optional(connection)
            .await
            .map_err(storage)?;
    let Some((method, body, response)) = found else { return Ok(None) };
    asked.check(&method, &body)?;
    Ok(Some(response))
}

/// Keeps the answer for when the request comes again.
///
/// # Errors
/// Those of [`storage`]; the key is taken only where [`answered`] was not asked in the same transaction.
pub async fn keep(connection: &mut Connection, asked: &Asked, response: &[u8], now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO requests (principal, request_id, method, body_sha256, response, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&asked.principal)
    .bind(&asked.id)
    .bind(asked.method)
    .bind(&asked.body)
    .bind(response)
    .bind(now.to_string())
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(())
}
