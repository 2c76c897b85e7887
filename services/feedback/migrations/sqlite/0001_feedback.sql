-- Every transaction that changes something on record. A cut-off is a `seq`: what it pins is what has that `seq` or a lower one.
CREATE TABLE changes (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL,
  recorded_at TEXT NOT NULL
);

-- A changed row is a new version; the old ones stay.
CREATE TABLE note_versions (
  note            TEXT NOT NULL,
  seq             INTEGER NOT NULL REFERENCES changes (seq),
  source          TEXT NOT NULL,
  external_id     TEXT NOT NULL,
  digest          TEXT NOT NULL,
  author          TEXT NOT NULL,
  receiver        TEXT NOT NULL,
  given_on        TEXT NOT NULL,
  body            TEXT NOT NULL,
  goal            TEXT NOT NULL,
  reply           TEXT NOT NULL,
  replied_on      TEXT NOT NULL,
  acknowledged_on TEXT NOT NULL,
  PRIMARY KEY (note, seq)
);
CREATE INDEX note_versions_by_row ON note_versions (source, external_id, seq);
CREATE INDEX note_versions_by_author ON note_versions (author);
CREATE INDEX note_versions_by_receiver ON note_versions (receiver);
CREATE INDEX note_versions_by_day ON note_versions (given_on);

CREATE TABLE replies (
  seq      INTEGER PRIMARY KEY REFERENCES changes (seq),
  note     TEXT NOT NULL,
  author   TEXT NOT NULL,
  given_on TEXT NOT NULL,
  body     TEXT NOT NULL
);
CREATE INDEX replies_by_note ON replies (note);

CREATE TABLE acknowledgements (
  note            TEXT PRIMARY KEY,
  seq             INTEGER NOT NULL REFERENCES changes (seq),
  acknowledged_at TEXT NOT NULL
);

CREATE TABLE self_assessment_versions (
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  seq         INTEGER NOT NULL REFERENCES changes (seq),
  digest      TEXT NOT NULL,
  person      TEXT NOT NULL,
  cycle       TEXT NOT NULL,
  goal        TEXT NOT NULL,
  rating      TEXT NOT NULL,
  comment     TEXT NOT NULL,
  given_on    TEXT NOT NULL,
  PRIMARY KEY (source, external_id, seq)
);
CREATE INDEX self_assessment_versions_by_cycle ON self_assessment_versions (cycle);

CREATE TABLE rating_versions (
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  seq         INTEGER NOT NULL REFERENCES changes (seq),
  digest      TEXT NOT NULL,
  person      TEXT NOT NULL,
  measure     TEXT NOT NULL,
  kind        TEXT NOT NULL,
  value       TEXT NOT NULL,
  rated_on    TEXT NOT NULL,
  rater       TEXT NOT NULL,
  PRIMARY KEY (source, external_id, seq)
);
CREATE INDEX rating_versions_by_day ON rating_versions (rated_on);
