-- The outbox. A scorecard stays as it was enqueued; names, addresses and words are made when it is sent.
CREATE TABLE mails (
  mail_key    TEXT COLLATE "C" PRIMARY KEY,
  receiver    TEXT COLLATE "C" NOT NULL,
  scorecard   BYTEA NOT NULL,
  enqueued_at TEXT COLLATE "C" NOT NULL,
  state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'unclear', 'no-address')),
  attempts    BIGINT NOT NULL DEFAULT 0,
  failure     TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX mails_by_state ON mails (state, mail_key);

-- One row for each time that a mail was tried. A row is written before the message itself goes out, with the outcome
-- `unclear`; the answer changes it. So what a crash leaves behind is what is known.
CREATE TABLE attempts (
  mail_key TEXT COLLATE "C" NOT NULL REFERENCES mails (mail_key),
  number   BIGINT NOT NULL,
  at       TEXT COLLATE "C" NOT NULL,
  phase    TEXT COLLATE "C" NOT NULL,
  outcome  TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('sent', 'failed', 'unclear')),
  answer   TEXT COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (mail_key, number)
);

-- The one word of SQLite's that the statements use: the elements of a JSON array.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT jsonb_array_elements_text(list::jsonb) $$;
