-- One row for each transaction that changed something; every history row carries its number.
CREATE TABLE changes (
  seq         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind        TEXT COLLATE "C" NOT NULL,
  recorded_at TEXT COLLATE "C" NOT NULL
);

CREATE TABLE imports (
  seq       BIGINT PRIMARY KEY REFERENCES changes (seq),
  source    TEXT COLLATE "C" NOT NULL,
  file_name TEXT COLLATE "C" NOT NULL
);

-- Which row of which source is which person, for good.
CREATE TABLE identities (
  source      TEXT COLLATE "C" NOT NULL,
  external_id TEXT COLLATE "C" NOT NULL,
  person      TEXT COLLATE "C" NOT NULL,
  seq         BIGINT NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (source, external_id)
);
CREATE INDEX identities_by_person ON identities (person, seq);

-- Names and addresses: the highest seq counts, the older ones stay.
CREATE TABLE person_versions (
  person       TEXT COLLATE "C" NOT NULL,
  seq          BIGINT NOT NULL REFERENCES changes (seq),
  display_name TEXT COLLATE "C" NOT NULL,
  email        TEXT COLLATE "C",
  PRIMARY KEY (person, seq)
);

-- Dated attributes: in force is the last by (from_day, seq). kind and value are NULL where there is none from that day on.
CREATE TABLE facts (
  person    TEXT COLLATE "C" NOT NULL,
  attribute TEXT COLLATE "C" NOT NULL,
  from_day  TEXT COLLATE "C" NOT NULL,
  seq       BIGINT NOT NULL REFERENCES changes (seq),
  kind      TEXT COLLATE "C",
  value     TEXT COLLATE "C",
  PRIMARY KEY (person, attribute, from_day, seq),
  CHECK ((kind IS NULL) = (value IS NULL))
);

-- The one word of SQLite's that the statements use: the elements of a JSON array of texts.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT jsonb_array_elements_text(list::jsonb) $$;
