-- To whom mails were handed out, which hold whole scorecards. `person` is empty where they were several people's; `roles` has
-- spaces between; `read_at` is in milliseconds since 1970.
CREATE TABLE reads (
  seq     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reader  TEXT COLLATE "C" NOT NULL,
  roles   TEXT COLLATE "C" NOT NULL,
  person  TEXT COLLATE "C" NOT NULL,
  mails   BIGINT NOT NULL,
  read_at BIGINT NOT NULL
);
CREATE INDEX reads_by_person ON reads (person, seq);
CREATE INDEX reads_by_reader ON reads (reader, seq);
CREATE FUNCTION reads_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'a read is never changed or deleted'; END $$;
CREATE TRIGGER reads_stay BEFORE UPDATE OR DELETE ON reads FOR EACH ROW EXECUTE FUNCTION reads_stay();
CREATE TRIGGER reads_last BEFORE TRUNCATE ON reads FOR EACH STATEMENT EXECUTE FUNCTION reads_stay();
