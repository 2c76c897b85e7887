-- What callers asked for under an id of theirs (AIP-155), and the answer they got: it is done once.
CREATE TABLE requests (
  principal   TEXT NOT NULL,
  request_id  TEXT NOT NULL,
  method      TEXT NOT NULL,
  body_sha256 TEXT NOT NULL,
  response    BLOB NOT NULL,
  recorded_at TEXT NOT NULL,
  PRIMARY KEY (principal, request_id)
);
