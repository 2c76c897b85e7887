-- Each transaction that changes inputs takes a number here; a cut-off is such a number.
CREATE TABLE changes (
  seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind TEXT COLLATE "C" NOT NULL,
  recorded_at TEXT COLLATE "C" NOT NULL
);

-- Every version of every result. The latest one at a cut-off counts; a quarantined one is on record and doesn't.
CREATE TABLE results (
  source TEXT COLLATE "C" NOT NULL,
  record TEXT COLLATE "C" NOT NULL,
  external_id TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  dated TEXT COLLATE "C" NOT NULL,
  belongs_to TEXT COLLATE "C",
  content TEXT COLLATE "C" NOT NULL,
  quarantined TEXT COLLATE "C",
  seq BIGINT NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (source, record, external_id, version)
);
CREATE INDEX results_by_day ON results (dated, seq);

CREATE TABLE policies (
  name TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  sha256 TEXT COLLATE "C" NOT NULL,
  effective_from TEXT COLLATE "C" NOT NULL,
  effective_to TEXT COLLATE "C",
  about TEXT COLLATE "C" NOT NULL,
  file_name TEXT COLLATE "C" NOT NULL,
  text TEXT COLLATE "C" NOT NULL,
  schema_text TEXT COLLATE "C" NOT NULL,
  tests BIGINT NOT NULL,
  seq BIGINT NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (name, version)
);

-- A run with its pins. `policies` is JSON: name, version, hash and last day in force of each. `posting` numbers the posted
-- runs in the order of posting.
CREATE TABLE runs (
  run TEXT COLLATE "C" PRIMARY KEY,
  cycle TEXT COLLATE "C" NOT NULL,
  first_day TEXT COLLATE "C" NOT NULL,
  last_day TEXT COLLATE "C" NOT NULL,
  state BIGINT NOT NULL,
  directory_cutoff BIGINT NOT NULL,
  goals_cutoff BIGINT NOT NULL,
  feedback_cutoff BIGINT NOT NULL,
  scoring_cutoff BIGINT NOT NULL,
  policies TEXT COLLATE "C" NOT NULL,
  schema_text TEXT COLLATE "C" NOT NULL,
  engine_version TEXT COLLATE "C" NOT NULL,
  inputs_sha256 TEXT COLLATE "C" NOT NULL,
  root TEXT COLLATE "C" NOT NULL DEFAULT '',
  participants BIGINT NOT NULL,
  results BIGINT NOT NULL,
  posted_at TEXT COLLATE "C",
  posting BIGINT UNIQUE
);
CREATE INDEX runs_by_cycle ON runs (cycle);

-- What a run's inputs were, copied from the other services. Results are pinned by `scoring_cutoff` instead: they are
-- never changed here.
CREATE TABLE frozen (
  run TEXT COLLATE "C" NOT NULL REFERENCES runs (run),
  kind TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, kind, key)
);

-- A stretch of a run's participants that one worker evaluates at a time. `epoch` counts claims: a write with an older one
-- is refused.
CREATE TABLE shards (
  run TEXT COLLATE "C" NOT NULL REFERENCES runs (run),
  shard BIGINT NOT NULL,
  first TEXT COLLATE "C" NOT NULL,
  last TEXT COLLATE "C" NOT NULL,
  epoch BIGINT NOT NULL DEFAULT 0,
  lease_until BIGINT NOT NULL DEFAULT 0,
  cursor TEXT COLLATE "C" NOT NULL DEFAULT '',
  evaluated BIGINT NOT NULL DEFAULT 0,
  done BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (run, shard)
);

-- What a run gave: lines, scores, findings, recognitions, attainments, credits, the roster. `key` sorts as the export does.
CREATE TABLE outcomes (
  run TEXT COLLATE "C" NOT NULL REFERENCES runs (run),
  kind TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  participant TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, kind, key)
);
CREATE INDEX outcomes_by_participant ON outcomes (run, participant, kind, key);

CREATE TABLE traces (
  run TEXT COLLATE "C" NOT NULL REFERENCES runs (run),
  participant TEXT COLLATE "C" NOT NULL,
  policy TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  period TEXT COLLATE "C" NOT NULL,
  trace TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (run, participant, policy, version, period)
);

-- The ledger. `run` is empty for an adjustment. Lines are numbered under the schema's lock, without gaps.
CREATE TABLE ledger_lines (
  line_id BIGINT PRIMARY KEY,
  cycle TEXT COLLATE "C" NOT NULL,
  run TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  participant TEXT COLLATE "C" NOT NULL,
  currency TEXT COLLATE "C" NOT NULL,
  amount BIGINT NOT NULL,
  held BIGINT NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  posted_at TEXT COLLATE "C" NOT NULL,
  request_id TEXT COLLATE "C",
  UNIQUE (cycle, run, key),
  UNIQUE (cycle, request_id)
);
CREATE INDEX ledger_by_order ON ledger_lines (cycle, key, run);

CREATE TABLE ledger_entries (
  line_id BIGINT NOT NULL REFERENCES ledger_lines (line_id),
  account TEXT COLLATE "C" NOT NULL CHECK (account IN ('expense', 'payable', 'held')),
  currency TEXT COLLATE "C" NOT NULL,
  amount BIGINT NOT NULL,
  PRIMARY KEY (line_id, account)
);

-- What is on record stays on record.
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
CREATE TRIGGER ledger_lines_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_lines
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the ledger is append-only');
CREATE TRIGGER results_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON results
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('results are append-only');
CREATE TRIGGER policies_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON policies
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('a registered policy is never changed');

-- The two words of SQLite's that the statements use: the elements of a JSON array of texts, and a field such as `$.policy`.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT jsonb_array_elements_text(list::jsonb) $$;
CREATE FUNCTION json_extract(document TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT document::json ->> substr(path, 3) $$;
