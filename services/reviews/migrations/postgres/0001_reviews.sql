-- A review is a run with what people decided about it. Its pins and totals are JSON; its outcomes are scoring's.
CREATE TABLE reviews (
    seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run          TEXT COLLATE "C" NOT NULL UNIQUE,
    cycle        TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('frozen', 'credited', 'scored', 'ranked', 'settled', 'composed',
                                                   'approved', 'published', 'rejected', 'superseded')),
    posting      BIGINT NOT NULL DEFAULT 0,
    created_at   TEXT COLLATE "C" NOT NULL,
    approved_at  TEXT COLLATE "C",
    published_at TEXT COLLATE "C",
    root         TEXT COLLATE "C" NOT NULL DEFAULT '',
    participants BIGINT NOT NULL,
    findings     BIGINT NOT NULL DEFAULT 0,
    totals       TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    scorecards   BIGINT NOT NULL DEFAULT 0,
    supersedes   TEXT COLLATE "C",
    pins         TEXT COLLATE "C"
);
CREATE INDEX reviews_by_cycle ON reviews (cycle, seq);

-- What people decided. Never changed.
CREATE TABLE decisions (
    seq       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run       TEXT COLLATE "C" NOT NULL REFERENCES reviews (run),
    deed      TEXT COLLATE "C" NOT NULL CHECK (deed IN ('approve', 'reject', 'publish', 'supersede')),
    decided_by TEXT COLLATE "C" NOT NULL,
    at        TEXT COLLATE "C" NOT NULL,
    reason    TEXT COLLATE "C" NOT NULL,
    own_lines BIGINT NOT NULL
);
CREATE INDEX decisions_by_run ON decisions (run, seq);
CREATE FUNCTION decisions_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'a decision is never changed or deleted'; END $$;
CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION decisions_stay();
CREATE TRIGGER decisions_last BEFORE TRUNCATE ON decisions FOR EACH STATEMENT EXECUTE FUNCTION decisions_stay();

-- Encoded scorecards.
CREATE TABLE scorecards (
    run     TEXT COLLATE "C" NOT NULL REFERENCES reviews (run),
    person  TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL CHECK (kind IN ('person', 'team')),
    content BYTEA NOT NULL,
    PRIMARY KEY (run, person, kind)
);

-- Mails that a publication asked for, handed on to the outbox of mails by key.
CREATE TABLE events (
    seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key        TEXT COLLATE "C" NOT NULL UNIQUE,
    run        TEXT COLLATE "C" NOT NULL REFERENCES reviews (run),
    person     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL,
    relayed_at TEXT COLLATE "C",
    failure    TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX events_waiting ON events (seq) WHERE relayed_at IS NULL;

-- Who read scorecards that are not their own; an empty person means everyone's.
CREATE TABLE reads (
    seq    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reader TEXT COLLATE "C" NOT NULL,
    run    TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    at     TEXT COLLATE "C" NOT NULL
);

-- The one word of SQLite's that the statements use: the elements of a JSON array.
CREATE FUNCTION json_each(list TEXT) RETURNS TABLE (value TEXT) LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT jsonb_array_elements_text(list::jsonb) $$;
