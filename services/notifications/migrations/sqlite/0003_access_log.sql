-- To whom mails were handed out, which hold whole scorecards. `person` is empty where they were several people's; `roles` has
-- spaces between; `read_at` is in milliseconds since 1970.
CREATE TABLE reads (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  reader  TEXT NOT NULL,
  roles   TEXT NOT NULL,
  person  TEXT NOT NULL,
  mails   INTEGER NOT NULL,
  read_at INTEGER NOT NULL
);
CREATE INDEX reads_by_person ON reads (person, seq);
CREATE INDEX reads_by_reader ON reads (reader, seq);
CREATE TRIGGER reads_stay BEFORE UPDATE ON reads BEGIN SELECT RAISE(ABORT, 'a read is never changed'); END;
CREATE TRIGGER reads_last BEFORE DELETE ON reads BEGIN SELECT RAISE(ABORT, 'a read is never deleted'); END;
