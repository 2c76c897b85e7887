-- This kind of database has no wall between people of its own; the two kinds keep the same numbers.
SELECT 1;
