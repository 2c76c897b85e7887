-- The record of reads becomes one that is listed: `person` is empty where it was several people's; `roles` has spaces between,
-- and is empty, as `method` is, where neither was kept; `read_at` is in milliseconds since 1970.
ALTER TABLE reads
    ADD COLUMN roles   TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN method  TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN read_at BIGINT NOT NULL DEFAULT 0;
-- Not by UPDATE, which sees no rows behind the wall.
ALTER TABLE reads ALTER COLUMN read_at TYPE BIGINT USING round(extract(epoch FROM at::timestamptz) * 1000)::bigint;
ALTER TABLE reads DROP COLUMN at;
CREATE INDEX reads_by_person ON reads (person, seq);
CREATE INDEX reads_by_reader ON reads (reader, seq);
CREATE FUNCTION reads_stay() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'a read is never changed or deleted'; END $$;
CREATE TRIGGER reads_stay BEFORE UPDATE OR DELETE ON reads FOR EACH ROW EXECUTE FUNCTION reads_stay();
CREATE TRIGGER reads_last BEFORE TRUNCATE ON reads FOR EACH STATEMENT EXECUTE FUNCTION reads_stay();
