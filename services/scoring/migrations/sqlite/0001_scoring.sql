-- Each transaction that changes inputs takes a number here; a cut-off is such a number.
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  recorded_at TEXT NOT NULL
) STRICT;

-- Every version of every result. The latest one at a cut-off counts; a quarantined one is on record and doesn't.
CREATE TABLE results (
  source TEXT NOT NULL,
  record TEXT NOT NULL,
  external_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  dated TEXT NOT NULL,
  belongs_to TEXT,
  content TEXT NOT NULL,
  quarantined TEXT,
  seq INTEGER NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (source, record, external_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX results_by_day ON results (dated, seq);

CREATE TABLE policies (
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  effective_from TEXT NOT NULL,
  effective_to TEXT,
  about TEXT NOT NULL,
  file_name TEXT NOT NULL,
  text TEXT NOT NULL,
  schema_text TEXT NOT NULL,
  tests INTEGER NOT NULL,
  seq INTEGER NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (name, version)
) STRICT;

-- A run with its pins. `policies` is JSON: name, version, hash and last day in force of each. `posting` numbers the posted
-- runs in the order of posting.
CREATE TABLE runs (
  run TEXT PRIMARY KEY,
  cycle TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  state INTEGER NOT NULL,
  directory_cutoff INTEGER NOT NULL,
  goals_cutoff INTEGER NOT NULL,
  feedback_cutoff INTEGER NOT NULL,
  scoring_cutoff INTEGER NOT NULL,
  policies TEXT NOT NULL,
  schema_text TEXT NOT NULL,
  engine_version TEXT NOT NULL,
  inputs_sha256 TEXT NOT NULL,
  root TEXT NOT NULL DEFAULT '',
  participants INTEGER NOT NULL,
  results INTEGER NOT NULL,
  posted_at TEXT,
  posting INTEGER UNIQUE
) STRICT;
CREATE INDEX runs_by_cycle ON runs (cycle);

-- What a run's inputs were, copied from the other services. Results are pinned by `scoring_cutoff` instead: they are
-- never changed here.
CREATE TABLE frozen (
  run TEXT NOT NULL REFERENCES runs (run),
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (run, kind, key)
) STRICT, WITHOUT ROWID;

-- A stretch of a run's participants that one worker evaluates at a time. `epoch` counts claims: a write with an older one
-- is refused.
CREATE TABLE shards (
  run TEXT NOT NULL REFERENCES runs (run),
  shard INTEGER NOT NULL,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  epoch INTEGER NOT NULL DEFAULT 0,
  lease_until INTEGER NOT NULL DEFAULT 0,
  cursor TEXT NOT NULL DEFAULT '',
  evaluated INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (run, shard)
) STRICT, WITHOUT ROWID;

-- What a run gave: lines, scores, findings, recognitions, attainments, credits, the roster. `key` sorts as the export does.
CREATE TABLE outcomes (
  run TEXT NOT NULL REFERENCES runs (run),
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  participant TEXT NOT NULL,
  content TEXT NOT NULL,
  PRIMARY KEY (run, kind, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX outcomes_by_participant ON outcomes (run, participant, kind, key);

CREATE TABLE traces (
  run TEXT NOT NULL REFERENCES runs (run),
  participant TEXT NOT NULL,
  policy TEXT NOT NULL,
  version INTEGER NOT NULL,
  period TEXT NOT NULL,
  trace TEXT NOT NULL,
  PRIMARY KEY (run, participant, policy, version, period)
) STRICT, WITHOUT ROWID;

-- The ledger. `run` is empty for an adjustment.
CREATE TABLE ledger_lines (
  line_id INTEGER PRIMARY KEY AUTOINCREMENT,
  cycle TEXT NOT NULL,
  run TEXT NOT NULL,
  key TEXT NOT NULL,
  participant TEXT NOT NULL,
  currency TEXT NOT NULL,
  amount INTEGER NOT NULL,
  held INTEGER NOT NULL,
  content TEXT NOT NULL,
  posted_at TEXT NOT NULL,
  request_id TEXT,
  UNIQUE (cycle, run, key),
  UNIQUE (cycle, request_id)
) STRICT;
CREATE INDEX ledger_by_order ON ledger_lines (cycle, key, run);

CREATE TABLE ledger_entries (
  line_id INTEGER NOT NULL REFERENCES ledger_lines (line_id),
  account TEXT NOT NULL CHECK (account IN ('expense', 'payable', 'held')),
  currency TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (line_id, account)
) STRICT, WITHOUT ROWID;

-- What is on record stays on record.
CREATE TRIGGER ledger_lines_no_update BEFORE UPDATE ON ledger_lines BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_lines_no_delete BEFORE DELETE ON ledger_lines BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_no_update BEFORE UPDATE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_no_delete BEFORE DELETE ON ledger_entries BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER results_no_update BEFORE UPDATE ON results BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER results_no_delete BEFORE DELETE ON results BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER policies_no_update BEFORE UPDATE ON policies BEGIN SELECT RAISE(ABORT, 'a registered policy is never changed'); END;
CREATE TRIGGER policies_no_delete BEFORE DELETE ON policies BEGIN SELECT RAISE(ABORT, 'a registered policy is never removed'); END;

-- INSERT OR REPLACE takes rows away without the triggers above.
CREATE TRIGGER ledger_lines_no_replace BEFORE INSERT ON ledger_lines
WHEN EXISTS (SELECT 1 FROM ledger_lines WHERE line_id = NEW.line_id)
  OR EXISTS (SELECT 1 FROM ledger_lines WHERE cycle = NEW.cycle AND run = NEW.run AND key = NEW.key)
  OR EXISTS (SELECT 1 FROM ledger_lines WHERE cycle = NEW.cycle AND request_id = NEW.request_id)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_entries_no_replace BEFORE INSERT ON ledger_entries
WHEN EXISTS (SELECT 1 FROM ledger_entries WHERE line_id = NEW.line_id AND account = NEW.account)
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER results_no_replace BEFORE INSERT ON results
WHEN EXISTS (SELECT 1 FROM results WHERE source = NEW.source AND record = NEW.record AND external_id = NEW.external_id AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'results are append-only'); END;
CREATE TRIGGER policies_no_replace BEFORE INSERT ON policies
WHEN EXISTS (SELECT 1 FROM policies WHERE name = NEW.name AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'a registered policy is never changed'); END;
