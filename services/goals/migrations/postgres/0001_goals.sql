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

-- Registered schemas: the one with the highest seq is in force.
CREATE TABLE schemas (
  seq       BIGINT PRIMARY KEY REFERENCES changes (seq),
  name      TEXT COLLATE "C" NOT NULL,
  version   BIGINT NOT NULL,
  source    TEXT COLLATE "C" NOT NULL,
  sha256    TEXT COLLATE "C" NOT NULL,
  file_name TEXT COLLATE "C" NOT NULL
);

-- Cycles with their settings: the highest seq counts, the older ones stay. Days are inclusive and in the zone; instants
-- are UTC, and the last two are excluded.
CREATE TABLE cycle_versions (
  cycle                 TEXT COLLATE "C" NOT NULL,
  seq                   BIGINT NOT NULL REFERENCES changes (seq),
  first_day             TEXT COLLATE "C" NOT NULL,
  last_day              TEXT COLLATE "C" NOT NULL,
  zone                  TEXT COLLATE "C" NOT NULL,
  approval              TEXT COLLATE "C" NOT NULL CHECK (approval IN ('required', 'automatic')),
  team_pay              TEXT COLLATE "C" NOT NULL CHECK (team_pay IN ('hidden', 'shown')),
  self_assessment_until TEXT COLLATE "C" NOT NULL,
  starts_at             TEXT COLLATE "C" NOT NULL,
  ends_at               TEXT COLLATE "C" NOT NULL,
  window_ends_at        TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (cycle, seq)
);

-- Which row of which source is which goal, for good.
CREATE TABLE identities (
  source      TEXT COLLATE "C" NOT NULL,
  external_id TEXT COLLATE "C" NOT NULL,
  goal        TEXT COLLATE "C" NOT NULL,
  seq         BIGINT NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (source, external_id)
);
CREATE INDEX identities_by_goal ON identities (goal, seq);

-- What a goal says: the highest seq counts, the older ones stay. Each change of a goal, of its targets and progress too,
-- is a version. weight is an exact ratio.
CREATE TABLE goal_versions (
  goal        TEXT COLLATE "C" NOT NULL,
  seq         BIGINT NOT NULL REFERENCES changes (seq),
  version     BIGINT NOT NULL,
  cycle       TEXT COLLATE "C" NOT NULL,
  owner       TEXT COLLATE "C" NOT NULL,
  title       TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL,
  measure     TEXT COLLATE "C",
  perspective TEXT COLLATE "C" NOT NULL CHECK (perspective IN ('financial', 'operational', 'innovation', 'development')),
  weight      TEXT COLLATE "C",
  parent      TEXT COLLATE "C",
  due         TEXT COLLATE "C" NOT NULL,
  done_when   TEXT COLLATE "C" NOT NULL,
  rationale   TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (goal, seq)
);
CREATE INDEX goal_versions_by_cycle ON goal_versions (cycle, goal, seq);

-- Dated targets: in force is the last by (from_day, seq).
CREATE TABLE targets (
  goal     TEXT COLLATE "C" NOT NULL,
  from_day TEXT COLLATE "C" NOT NULL,
  seq      BIGINT NOT NULL REFERENCES changes (seq),
  kind     TEXT COLLATE "C" NOT NULL,
  value    TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (goal, from_day, seq)
);

-- Dated progress of milestones: in force is the last by (on_day, seq). done is an exact ratio.
CREATE TABLE progress (
  goal    TEXT COLLATE "C" NOT NULL,
  on_day  TEXT COLLATE "C" NOT NULL,
  seq     BIGINT NOT NULL REFERENCES changes (seq),
  done    TEXT COLLATE "C" NOT NULL,
  comment TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (goal, on_day, seq)
);

-- The one word of SQLite's that the statements use: the elements of a JSON array of texts.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT jsonb_array_elements_text(list::jsonb) $$;
