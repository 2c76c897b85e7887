//! Requests that may come twice: the answer is kept in the transaction that does what was asked.

use async_trait::async_trait;
use jiff::Timestamp;
use merit_core::Result;
use merit_core::once::{Asked, Once};

use super::SqlStore;
use super::dialect::{Writer, requests};
use crate::store::Requests;

#[async_trait]
impl Requests for SqlStore {
    async fn answered(&self, asked: &Asked) -> Result<Option<Vec<u8>>> {
        requests::answered(&mut *self.everybody().await?, asked).await
    }
}

/// The answer that a request got, if it came before.
pub(super) async fn before<T>(write: &mut Writer, once: Option<&Once<'_, T>>) -> Result<Option<Vec<u8>>> {
    let Some(once) = once else { return Ok(None) };
    requests::answered(write, once.asked).await
}

/// Keeps the answer to an outcome.
pub(super) async fn keep<T>(write: &mut Writer, once: Option<&Once<'_, T>>, outcome: &T, now: Timestamp) -> Result<()> {
    let Some(once) = once else { return Ok(()) };
    requests::keep(write, once.asked, &(once.answer)(outcome), now).await
}
