-- Runs in the order in which they were made, which not every database keeps by itself.
ALTER TABLE runs ADD COLUMN made INTEGER NOT NULL DEFAULT 0;
UPDATE runs SET made = rowid;
CREATE UNIQUE INDEX runs_in_order ON runs (made);
