-- Until when, in seconds since 1970, the process at work on an operation promises to be: it renews that while it is. One
-- that was not renewed in time was interrupted. body_sha256 is of what was asked under request_id.
ALTER TABLE operations ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE operations ADD COLUMN body_sha256 TEXT NOT NULL DEFAULT '';
