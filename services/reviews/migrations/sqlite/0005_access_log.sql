-- The record of reads becomes one that is listed: `person` is empty where it was several people's; `roles` has spaces between,
-- and is empty, as `method` is, where neither was kept; `read_at` is in milliseconds since 1970.
ALTER TABLE reads ADD COLUMN roles TEXT NOT NULL DEFAULT '';
ALTER TABLE reads ADD COLUMN method TEXT NOT NULL DEFAULT '';
ALTER TABLE reads ADD COLUMN read_at INTEGER NOT NULL DEFAULT 0;
UPDATE reads SET read_at = CAST(round((julianday(at) - 2440587.5) * 86400000) AS INTEGER);
ALTER TABLE reads DROP COLUMN at;
CREATE INDEX reads_by_person ON reads (person, seq);
CREATE INDEX reads_by_reader ON reads (reader, seq);
CREATE TRIGGER reads_stay BEFORE UPDATE ON reads BEGIN SELECT RAISE(ABORT, 'a read is never changed'); END;
CREATE TRIGGER reads_last BEFORE DELETE ON reads BEGIN SELECT RAISE(ABORT, 'a read is never deleted'); END;
