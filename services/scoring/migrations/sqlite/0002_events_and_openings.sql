-- Events that held back amounts wait for: which event, for the earnings of which cycle, for whom (empty: everybody), when.
CREATE TABLE events (
  event TEXT NOT NULL,
  cycle TEXT NOT NULL,
  participant TEXT NOT NULL,
  dated TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  seq INTEGER NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (event, cycle, participant, dated)
) STRICT, WITHOUT ROWID;

-- What policies left to people before their cycles were closed here: every version of every figure, draw, held back amount
-- and recognition. The latest one at a cut-off counts; one without a value was taken off the record. `name` is the
-- figure's, the payout's or the recognition's; `until` is the event that a held back amount waits for.
CREATE TABLE openings (
  participant TEXT NOT NULL,
  policy TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('figure', 'owed', 'held', 'recognition')),
  name TEXT NOT NULL,
  until TEXT NOT NULL,
  first_day TEXT NOT NULL,
  last_day TEXT NOT NULL,
  version INTEGER NOT NULL,
  value TEXT,
  seq INTEGER NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (participant, policy, kind, name, until, first_day, last_day, version)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER openings_no_update BEFORE UPDATE ON openings BEGIN SELECT RAISE(ABORT, 'opening balances are append-only'); END;
CREATE TRIGGER openings_no_delete BEFORE DELETE ON openings BEGIN SELECT RAISE(ABORT, 'opening balances are append-only'); END;

-- INSERT OR REPLACE takes rows away without the triggers above.
CREATE TRIGGER events_no_replace BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE event = NEW.event AND cycle = NEW.cycle AND participant = NEW.participant AND dated = NEW.dated)
BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
CREATE TRIGGER openings_no_replace BEFORE INSERT ON openings
WHEN EXISTS (SELECT 1 FROM openings WHERE participant = NEW.participant AND policy = NEW.policy AND kind = NEW.kind AND name = NEW.name
  AND until = NEW.until AND first_day = NEW.first_day AND last_day = NEW.last_day AND version = NEW.version)
BEGIN SELECT RAISE(ABORT, 'opening balances are append-only'); END;
