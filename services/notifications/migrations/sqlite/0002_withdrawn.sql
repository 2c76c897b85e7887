-- A mail may be withdrawn: a scorecard of a newer run took its place. A check can't be changed, so both tables are made anew;
-- rows keep their order, which tells what came earlier.
CREATE TABLE mails_anew (
  mail_key    TEXT PRIMARY KEY,
  receiver    TEXT NOT NULL,
  scorecard   BLOB NOT NULL,
  enqueued_at TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'unclear', 'no-address', 'withdrawn')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  failure     TEXT NOT NULL DEFAULT ''
);
INSERT INTO mails_anew SELECT mail_key, receiver, scorecard, enqueued_at, state, attempts, failure FROM mails ORDER BY rowid;

CREATE TABLE attempts_anew (
  mail_key TEXT NOT NULL REFERENCES mails_anew (mail_key),
  number   INTEGER NOT NULL,
  at       TEXT NOT NULL,
  phase    TEXT NOT NULL,
  outcome  TEXT NOT NULL CHECK (outcome IN ('sent', 'failed', 'unclear')),
  answer   TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (mail_key, number)
);
INSERT INTO attempts_anew SELECT mail_key, number, at, phase, outcome, answer FROM attempts;

DROP TABLE attempts;
DROP TABLE mails;
ALTER TABLE mails_anew RENAME TO mails;
ALTER TABLE attempts_anew RENAME TO attempts;

CREATE INDEX mails_by_state ON mails (state, mail_key);
CREATE INDEX mails_by_receiver ON mails (receiver, mail_key);
