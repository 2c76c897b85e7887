-- Who read whose pay. `person` is empty where it was that of several people; `roles` has spaces between; `read_at` is in
-- milliseconds since 1970.
CREATE TABLE access_log (
  read_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reader TEXT COLLATE "C" NOT NULL,
  roles TEXT COLLATE "C" NOT NULL,
  person TEXT COLLATE "C" NOT NULL,
  what TEXT COLLATE "C" NOT NULL,
  method TEXT COLLATE "C" NOT NULL,
  read_at BIGINT NOT NULL
);
CREATE INDEX access_log_by_person ON access_log (person, read_id);
CREATE INDEX access_log_by_reader ON access_log (reader, read_id);

CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON access_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse('the access log is append-only');
