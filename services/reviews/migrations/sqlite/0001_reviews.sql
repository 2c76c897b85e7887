-- A review is a run with what people decided about it. Its pins and totals are JSON; its outcomes are scoring's.
CREATE TABLE reviews (
    seq          INTEGER PRIMARY KEY AUTOINCREMENT,
    run          TEXT    NOT NULL UNIQUE,
    cycle        TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('frozen', 'credited', 'scored', 'ranked', 'settled', 'composed',
                                                   'approved', 'published', 'rejected', 'superseded')),
    posting      INTEGER NOT NULL DEFAULT 0,
    created_at   TEXT    NOT NULL,
    approved_at  TEXT,
    published_at TEXT,
    root         TEXT    NOT NULL DEFAULT '',
    participants INTEGER NOT NULL,
    findings     INTEGER NOT NULL DEFAULT 0,
    totals       TEXT    NOT NULL DEFAULT '[]',
    scorecards   INTEGER NOT NULL DEFAULT 0,
    supersedes   TEXT,
    pins         TEXT
);
CREATE INDEX reviews_by_cycle ON reviews (cycle, seq);

-- What people decided. Never changed.
CREATE TABLE decisions (
    seq       INTEGER PRIMARY KEY AUTOINCREMENT,
    run       TEXT    NOT NULL REFERENCES reviews (run),
    deed      TEXT    NOT NULL CHECK (deed IN ('approve', 'reject', 'publish', 'supersede')),
    decided_by TEXT   NOT NULL,
    at        TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    own_lines INTEGER NOT NULL
);
CREATE INDEX decisions_by_run ON decisions (run, seq);
CREATE TRIGGER decisions_stay BEFORE UPDATE ON decisions BEGIN SELECT RAISE(ABORT, 'a decision is never changed'); END;
CREATE TRIGGER decisions_last BEFORE DELETE ON decisions BEGIN SELECT RAISE(ABORT, 'a decision is never deleted'); END;

-- Encoded scorecards.
CREATE TABLE scorecards (
    run     TEXT NOT NULL REFERENCES reviews (run),
    person  TEXT NOT NULL,
    kind    TEXT NOT NULL CHECK (kind IN ('person', 'team')),
    content BLOB NOT NULL,
    PRIMARY KEY (run, person, kind)
);

-- Mails that a publication asked for, handed on to the outbox of mails by key.
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    key        TEXT NOT NULL UNIQUE,
    run        TEXT NOT NULL REFERENCES reviews (run),
    person     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    relayed_at TEXT,
    failure    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX events_waiting ON events (seq) WHERE relayed_at IS NULL;

-- Who read scorecards that are not their own; an empty person means everyone's.
CREATE TABLE reads (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    reader TEXT NOT NULL,
    run    TEXT NOT NULL,
    person TEXT NOT NULL,
    at     TEXT NOT NULL
);
