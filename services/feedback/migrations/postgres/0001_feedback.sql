-- Every transaction that changes something on record. A cut-off is a `seq`: what it pins is what has that `seq` or a lower one.
CREATE TABLE changes (
  seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        TEXT COLLATE "C" NOT NULL,
  recorded_at TEXT COLLATE "C" NOT NULL
);

-- A changed row is a new version; the old ones stay.
CREATE TABLE note_versions (
  note            TEXT COLLATE "C" NOT NULL,
  seq             BIGINT NOT NULL REFERENCES changes (seq),
  source          TEXT COLLATE "C" NOT NULL,
  external_id     TEXT COLLATE "C" NOT NULL,
  digest          TEXT COLLATE "C" NOT NULL,
  author          TEXT COLLATE "C" NOT NULL,
  receiver        TEXT COLLATE "C" NOT NULL,
  given_on        TEXT COLLATE "C" NOT NULL,
  body            TEXT COLLATE "C" NOT NULL,
  goal            TEXT COLLATE "C" NOT NULL,
  reply           TEXT COLLATE "C" NOT NULL,
  replied_on      TEXT COLLATE "C" NOT NULL,
  acknowledged_on TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (note, seq)
);
CREATE INDEX note_versions_by_row ON note_versions (source, external_id, seq);
CREATE INDEX note_versions_by_author ON note_versions (author);
CREATE INDEX note_versions_by_receiver ON note_versions (receiver);
CREATE INDEX note_versions_by_day ON note_versions (given_on);

CREATE TABLE replies (
  seq      BIGINT PRIMARY KEY REFERENCES changes (seq),
  note     TEXT COLLATE "C" NOT NULL,
  author   TEXT COLLATE "C" NOT NULL,
  given_on TEXT COLLATE "C" NOT NULL,
  body     TEXT COLLATE "C" NOT NULL
);
CREATE INDEX replies_by_note ON replies (note);

CREATE TABLE acknowledgements (
  note            TEXT COLLATE "C" PRIMARY KEY,
  seq             BIGINT NOT NULL REFERENCES changes (seq),
  acknowledged_at TEXT COLLATE "C" NOT NULL
);

CREATE TABLE self_assessment_versions (
  source      TEXT COLLATE "C" NOT NULL,
  external_id TEXT COLLATE "C" NOT NULL,
  seq         BIGINT NOT NULL REFERENCES changes (seq),
  digest      TEXT COLLATE "C" NOT NULL,
  person      TEXT COLLATE "C" NOT NULL,
  cycle       TEXT COLLATE "C" NOT NULL,
  goal        TEXT COLLATE "C" NOT NULL,
  rating      TEXT COLLATE "C" NOT NULL,
  comment     TEXT COLLATE "C" NOT NULL,
  given_on    TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (source, external_id, seq)
);
CREATE INDEX self_assessment_versions_by_cycle ON self_assessment_versions (cycle);

CREATE TABLE rating_versions (
  source      TEXT COLLATE "C" NOT NULL,
  external_id TEXT COLLATE "C" NOT NULL,
  seq         BIGINT NOT NULL REFERENCES changes (seq),
  digest      TEXT COLLATE "C" NOT NULL,
  person      TEXT COLLATE "C" NOT NULL,
  measure     TEXT COLLATE "C" NOT NULL,
  kind        TEXT COLLATE "C" NOT NULL,
  value       TEXT COLLATE "C" NOT NULL,
  rated_on    TEXT COLLATE "C" NOT NULL,
  rater       TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (source, external_id, seq)
);
CREATE INDEX rating_versions_by_day ON rating_versions (rated_on);

-- The one word of SQLite's that the statements use: the elements of a JSON array.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT jsonb_array_elements_text(list::jsonb) $$;
