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

-- Registered schemas: the one with the highest seq is in force.
CREATE TABLE schemas (
  seq       INTEGER PRIMARY KEY REFERENCES changes (seq),
  name      TEXT NOT NULL,
  version   INTEGER NOT NULL,
  source    TEXT NOT NULL,
  sha256    TEXT NOT NULL,
  file_name TEXT NOT NULL
);

-- Cycles with their settings: the highest seq counts, the older ones stay. Days are inclusive and in the zone; instants
-- are UTC, and the last two are excluded.
CREATE TABLE cycle_versions (
  cycle                 TEXT NOT NULL,
  seq                   INTEGER NOT NULL REFERENCES changes (seq),
  first_day             TEXT NOT NULL,
  last_day              TEXT NOT NULL,
  zone                  TEXT NOT NULL,
  approval              TEXT NOT NULL CHECK (approval IN ('required', 'automatic')),
  team_pay              TEXT NOT NULL CHECK (team_pay IN ('hidden', 'shown')),
  self_assessment_until TEXT NOT NULL,
  starts_at             TEXT NOT NULL,
  ends_at               TEXT NOT NULL,
  window_ends_at        TEXT NOT NULL,
  PRIMARY KEY (cycle, seq)
);

-- Which row of which source is which goal, for good.
CREATE TABLE identities (
  source      TEXT NOT NULL,
  external_id TEXT NOT NULL,
  goal        TEXT NOT NULL,
  seq         INTEGER NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (source, external_id)
);
CREATE INDEX identities_by_goal ON identities (goal, seq);

-- What a goal says: the highest seq counts, the older ones stay. Each change of a goal, of its targets and progress too,
-- is a version. weight is an exact ratio.
CREATE TABLE goal_versions (
  goal        TEXT NOT NULL,
  seq         INTEGER NOT NULL REFERENCES changes (seq),
  version     INTEGER NOT NULL,
  cycle       TEXT NOT NULL,
  owner       TEXT NOT NULL,
  title       TEXT NOT NULL,
  description TEXT NOT NULL,
  measure     TEXT,
  perspective TEXT NOT NULL CHECK (perspective IN ('financial', 'operational', 'innovation', 'development')),
  weight      TEXT,
  parent      TEXT,
  due         TEXT NOT NULL,
  done_when   TEXT NOT NULL,
  rationale   TEXT NOT NULL,
  PRIMARY KEY (goal, seq)
);
CREATE INDEX goal_versions_by_cycle ON goal_versions (cycle, goal, seq);

-- Dated targets: in force is the last by (from_day, seq).
CREATE TABLE targets (
  goal     TEXT NOT NULL,
  from_day TEXT NOT NULL,
  seq      INTEGER NOT NULL REFERENCES changes (seq),
  kind     TEXT NOT NULL,
  value    TEXT NOT NULL,
  PRIMARY KEY (goal, from_day, seq)
);

-- Dated progress of milestones: in force is the last by (on_day, seq). done is an exact ratio.
CREATE TABLE progress (
  goal    TEXT NOT NULL,
  on_day  TEXT NOT NULL,
  seq     INTEGER NOT NULL REFERENCES changes (seq),
  done    TEXT NOT NULL,
  comment TEXT NOT NULL,
  PRIMARY KEY (goal, on_day, seq)
);
