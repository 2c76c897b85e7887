//! Which mails a scorecard replaces: those of the same sort to the same receiver for the same cycle, from other runs.

use merit_core::Result;
use merit_platform::store::storage;

use super::super::dialect::Connection;
use crate::model::{Mail, State};

/// What a mail that was replaced says.
const REPLACED: &str = "a scorecard of a newer run took its place";

/// A scorecard's place among others, as its key tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place<'a> {
    /// `scorecard/2026-Q3`
    series: &'a str,
    run: &'a str,
}

/// The place of the scorecard with this key; none for any other mail.
fn place(key: &str) -> Option<Place<'_>> {
    let (end, _) = key.match_indices('/').nth(1)?;
    let (series, rest) = (key.get(..end)?, key.get(end + 1..)?);
    let (sort, cycle) = series.split_once('/')?;
    let (run, receiver) = rest.split_once("/people/")?;
    let whole = !cycle.is_empty() && !run.is_empty() && !run.contains('/') && !receiver.is_empty();
    (whole && matches!(sort, "scorecard" | "team-scorecard")).then_some(Place { series, run })
}

/// Withdraws what a mail replaces that comes now. What was acknowledged stays; whether an unclear one arrived matters
/// no more, and its attempt stays on record.
pub(super) async fn replace(connection: &mut Connection, mail: &Mail) -> Result<()> {
    let Some(Place { series, run }) = place(&mail.key) else { return Ok(()) };
    // `0` comes next after `/`, so this is every key that begins with the series and a slash.
    sqlx::query(
        "UPDATE mails SET state = 'withdrawn', failure = $6
         WHERE receiver = $1 AND mail_key > $2 || '/' AND mail_key < $2 || '0'
           AND NOT (mail_key > $2 || '/' || $3 || '/' AND mail_key < $2 || '/' || $3 || '0')
           AND state NOT IN ($4, $5)",
    )
    .bind(mail.receiver.as_str())
    .bind(series)
    .bind(run)
    .bind(State::Sent.word())
    .bind(State::Withdrawn.word())
    .bind(REPLACED)
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_scorecards_key_has_a_place() {
        let table = [
            ("scorecard/2026-Q3/run-a/people/ana", Some(("scorecard/2026-Q3", "run-a"))),
            ("team-scorecard/2026-Q3/run-a/people/ana", Some(("team-scorecard/2026-Q3", "run-a"))),
            ("invitation/2026-Q3/run-a/people/ana", None),
            ("scorecard/2026-Q3/people/ana", None),
            ("scorecard//run-a/people/ana", None),
            ("scorecard/2026-Q3/run-a/x/people/ana", None),
            ("scorecard/2026-Q3/run-a/people/", None),
            ("scorecard", None),
        ];
        for (key, expected) in table {
            assert_eq!(place(key), expected.map(|(series, run)| Place { series, run }), "{key}");
        }
    }
}
