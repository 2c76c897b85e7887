-- Runs in the order in which they were made.
ALTER TABLE runs ADD COLUMN made BIGINT NOT NULL DEFAULT 0;
UPDATE runs SET made = numbered.made FROM (SELECT run, row_number() OVER (ORDER BY run) AS made FROM runs) AS numbered
  WHERE runs.run = numbered.run;
CREATE UNIQUE INDEX runs_in_order ON runs (made);
