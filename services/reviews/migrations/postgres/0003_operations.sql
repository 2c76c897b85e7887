-- Closes that somebody began and that go on by themselves. run is there once one did what it had to; kind, reason and
-- message once it failed. A caller's request id names one for good.
CREATE TABLE operations (
    seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cycle      TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C",
    started_by TEXT COLLATE "C" NOT NULL,
    started_at TEXT COLLATE "C" NOT NULL,
    stage      TEXT COLLATE "C" NOT NULL DEFAULT '',
    done       BIGINT NOT NULL DEFAULT 0,
    total      BIGINT NOT NULL DEFAULT 0,
    ended_at   TEXT COLLATE "C",
    run        TEXT COLLATE "C",
    kind       TEXT COLLATE "C",
    reason     TEXT COLLATE "C" NOT NULL DEFAULT '',
    message    TEXT COLLATE "C" NOT NULL DEFAULT '',
    UNIQUE (started_by, request_id),
    CHECK ((ended_at IS NULL) = (run IS NULL AND kind IS NULL))
);
CREATE INDEX operations_at_work ON operations (seq) WHERE ended_at IS NULL;
