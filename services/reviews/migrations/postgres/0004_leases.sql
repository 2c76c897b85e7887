-- Until when, in seconds since 1970, the process at work on an operation promises to be: it renews that while it is. One
-- that was not renewed in time was interrupted. body_sha256 is of what was asked under request_id.
ALTER TABLE operations ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN body_sha256 TEXT COLLATE "C" NOT NULL DEFAULT '';

-- Another word of SQLite's that the statements use: the seconds since 1970, as the database knows them.
CREATE FUNCTION unixepoch() RETURNS BIGINT LANGUAGE sql VOLATILE
  AS $$ SELECT floor(extract(epoch FROM clock_timestamp()))::bigint $$;
