-- What callers asked for under an id of theirs (AIP-155), and the answer they got: it is done once.
CREATE TABLE requests (
  principal   TEXT COLLATE "C" NOT NULL,
  request_id  TEXT COLLATE "C" NOT NULL,
  method      TEXT COLLATE "C" NOT NULL,
  body_sha256 TEXT COLLATE "C" NOT NULL,
  response    BYTEA NOT NULL,
  recorded_at TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (principal, request_id)
);
ALTER TABLE requests ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON requests USING ((SELECT current_setting('merit.scope', true)) = '*');
