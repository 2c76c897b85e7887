-- One row for each transaction that changed something; every history row carries its number.
CREATE TABLE changes (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL,
  recorded_at TEXT NOT NULL
);

CREATE TABLE imports (
  seq       INTEGER PRIMARY KEY REFERENCES changes (seq),
  source    TEXT NOT NULL,
  file_name TEXT NOT NULL
);

-- Which row of which source is which person, for good.
CREATE TABLE identities (
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  person      TEXT NOT NULL,
  seq         INTEGER NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (source, external_id)
);
CREATE INDEX identities_by_person ON identities (person, seq);

-- Names and addresses: the highest seq counts, the older ones stay.
CREATE TABLE person_versions (
  person       TEXT NOT NULL,
  seq          INTEGER NOT NULL REFERENCES changes (seq),
  display_name TEXT NOT NULL,
  email        TEXT,
  PRIMARY KEY (person, seq)
);

-- Dated attributes: in force is the last by (from_day, seq). kind and value are NULL where there is none from that day on.
CREATE TABLE facts (
  person    TEXT NOT NULL,
  attribute TEXT NOT NULL,
  from_day  TEXT NOT NULL,
  seq       INTEGER NOT NULL REFERENCES changes (seq),
  kind      TEXT,
  value     TEXT,
  PRIMARY KEY (person, attribute, from_day, seq),
  CHECK ((kind IS NULL) = (value IS NULL))
);
