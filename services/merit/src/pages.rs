//! Reads a list page by page, to its end or so far.

use std::future::Future;

use merit_core::Result;
use merit_platform::status::from_status;
use tonic::Status;

/// Rows asked for at a time: the most that a service gives.
pub const PAGE_SIZE: i32 = 1000;

/// All rows of a list, as [`first`].
///
/// # Errors
/// What the service answered.
pub async fn all<T, F>(fetch: impl FnMut(String) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<(Vec<T>, String), Status>>,
{
    first(usize::MAX, fetch).await
}

/// The first rows of a list, at most so many. `fetch` takes a page token and gives that page's rows and the next token,
/// empty at the end.
///
/// # Errors
/// What the service answered.
pub async fn first<T, F>(limit: usize, mut fetch: impl FnMut(String) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<(Vec<T>, String), Status>>,
{
    let mut rows = Vec::new();
    let mut token = String::new();
    loop {
        let (mut page, next) = fetch(token).await.map_err(|status| from_status(&status))?;
        rows.append(&mut page);
        if next.is_empty() || rows.len() >= limit {
            rows.truncate(limit);
            return Ok(rows);
        }
        token = next;
    }
}
