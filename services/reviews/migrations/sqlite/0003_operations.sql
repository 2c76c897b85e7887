-- Closes that somebody began and that go on by themselves. run is there once one did what it had to; kind, reason and
-- message once it failed. A caller's request id names one for good.
CREATE TABLE operations (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    cycle      TEXT    NOT NULL,
    request_id TEXT,
    started_by TEXT    NOT NULL,
    started_at TEXT    NOT NULL,
    stage      TEXT    NOT NULL DEFAULT '',
    done       INTEGER NOT NULL DEFAULT 0,
    total      INTEGER NOT NULL DEFAULT 0,
    ended_at   TEXT,
    run        TEXT,
    kind       TEXT,
    reason     TEXT    NOT NULL DEFAULT '',
    message    TEXT    NOT NULL DEFAULT '',
    UNIQUE (started_by, request_id),
    CHECK ((ended_at IS NULL) = (run IS NULL AND kind IS NULL))
);
CREATE INDEX operations_at_work ON operations (seq) WHERE ended_at IS NULL;
