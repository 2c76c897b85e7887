-- Who read whose pay. `person` is empty where it was that of several people; `roles` has spaces between; `read_at` is in
-- milliseconds since 1970.
CREATE TABLE access_log (
  read_id INTEGER PRIMARY KEY AUTOINCREMENT,
  reader TEXT NOT NULL,
  roles TEXT NOT NULL,
  person TEXT NOT NULL,
  what TEXT NOT NULL,
  method TEXT NOT NULL,
  read_at INTEGER NOT NULL
) STRICT;
CREATE INDEX access_log_by_person ON access_log (person, read_id);
CREATE INDEX access_log_by_reader ON access_log (reader, read_id);

CREATE TRIGGER access_log_no_update BEFORE UPDATE ON access_log BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_no_delete BEFORE DELETE ON access_log BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
CREATE TRIGGER access_log_no_replace BEFORE INSERT ON access_log
WHEN EXISTS (SELECT 1 FROM access_log WHERE read_id = NEW.read_id)
BEGIN SELECT RAISE(ABORT, 'the access log is append-only'); END;
