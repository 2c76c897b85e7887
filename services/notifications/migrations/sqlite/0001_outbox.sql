-- The outbox. A scorecard stays as it was enqueued; names, addresses and words are made when it is sent.
CREATE TABLE mails (
  mail_key    TEXT PRIMARY KEY,
  receiver    TEXT NOT NULL,
  scorecard   BLOB NOT NULL,
  enqueued_at TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'unclear', 'no-address')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  failure     TEXT NOT NULL DEFAULT ''
);
CREATE INDEX mails_by_state ON mails (state, mail_key);

-- One row for each time that a mail was tried. A row is written before the message itself goes out, with the outcome
-- `unclear`; the answer changes it. So what a crash leaves behind is what is known.
CREATE TABLE attempts (
  mail_key TEXT NOT NULL REFERENCES mails (mail_key),
  number   INTEGER NOT NULL,
  at       TEXT NOT NULL,
  phase    TEXT NOT NULL,
  outcome  TEXT NOT NULL CHECK (outcome IN ('sent', 'failed', 'unclear')),
  answer   TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (mail_key, number)
);
