-- Events that held back amounts wait for: which event, for the earnings of which cycle, for whom (empty: everybody), when.
CREATE TABLE events (
  event TEXT COLLATE "C" NOT NULL,
  cycle TEXT COLLATE "C" NOT NULL,
  participant TEXT COLLATE "C" NOT NULL,
  dated TEXT COLLATE "C" NOT NULL,
  first_day TEXT COLLATE "C" NOT NULL,
  last_day TEXT COLLATE "C" NOT NULL,
  seq BIGINT NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (event, cycle, participant, dated)
);

-- What policies left to people before their cycles were closed here: every version of every figure, draw, held back amount
-- and recognition. The latest one at a cut-off counts; one without a value was taken off the record. `name` is the
-- figure's, the payout's or the recognition's; `until` is the event that a held back amount waits for.
CREATE TABLE openings (
  participant TEXT COLLATE "C" NOT NULL,
  policy TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('figure', 'owed', 'held', 'recognition')),
  name TEXT COLLATE "C" NOT NULL,
  until TEXT COLLATE "C" NOT NULL,
  first_day TEXT COLLATE "C" NOT NULL,
  last_day TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  value TEXT COLLATE "C",
  seq BIGINT NOT NULL REFERENCES changes (seq),
  PRIMARY KEY (participant, policy, kind, name, until, first_day, last_day, version)
);

CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('events are append-only');
CREATE TRIGGER openings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON openings
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('opening balances are append-only');
