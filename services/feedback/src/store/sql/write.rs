//! From notes, self-assessments and ratings to rows. The columns follow the order of a fingerprint's fields.

use merit_platform::store::columns::Rows;

use crate::model::{Fingerprint, NoteContent, NoteId, Rating, Row, SelfAssessment};

/// Versions of notes under one change.
pub fn notes(seq: i64, source: &str, rows: &[&Row<NoteContent>]) -> Rows {
    let columns = ["author", "receiver", "given_on", "body", "goal", "reply", "replied_on", "acknowledged_on"];
    versions("note_versions", &columns, seq, source, rows)
        .text("note", rows.iter().map(|row| NoteId::of(source, &row.external_id).as_str().to_owned()))
}

/// Versions of self-assessments under one change.
pub fn self_assessments(seq: i64, source: &str, rows: &[&Row<SelfAssessment>]) -> Rows {
    let columns = ["person", "cycle", "goal", "rating", "comment", "given_on"];
    versions("self_assessment_versions", &columns, seq, source, rows)
}

/// Versions of ratings under one change.
pub fn ratings(seq: i64, source: &str, rows: &[&Row<Rating>]) -> Rows {
    let columns = ["person", "measure", "kind", "value", "rated_on", "rater"];
    versions("rating_versions", &columns, seq, source, rows)
}

fn versions<T: Fingerprint>(
    table: &'static str,
    columns: &[&'static str],
    seq: i64,
    source: &str,
    rows: &[&Row<T>],
) -> Rows {
    let head = Rows::of(table, rows.len())
        .same_text("source", source)
        .text("external_id", rows.iter().map(|row| &row.external_id))
        .same_number("seq", seq)
        .text("digest", rows.iter().map(|row| row.content.digest()));
    let mut fields: Vec<_> = rows.iter().map(|row| row.content.fields().into_iter()).collect();
    columns.iter().fold(head, |head, column| head.text(column, fields.iter_mut().filter_map(Iterator::next)))
}
