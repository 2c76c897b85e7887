-- A reader who may see some people finds their lines by them.
CREATE INDEX ledger_by_participant ON ledger_lines (cycle, participant, key, run);

-- A second wall behind the filters of the statements: each transaction says in `merit.scope` whose rows it may see, `*` for
-- everybody's, otherwise ids with commas between. One that says nothing sees nobody's, and only `*` writes. It holds for
-- the tables' owner, too.
CREATE FUNCTION scope_is_whole() RETURNS BOOLEAN LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(current_setting('merit.scope', true) = '*', false) $$;
CREATE FUNCTION scope_people() RETURNS TEXT[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT string_to_array(current_setting('merit.scope', true), ',') $$;

ALTER TABLE outcomes ENABLE ROW LEVEL SECURITY;
ALTER TABLE outcomes FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON outcomes USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON outcomes FOR SELECT USING (participant = ANY ((SELECT scope_people())::TEXT[]));

ALTER TABLE traces ENABLE ROW LEVEL SECURITY;
ALTER TABLE traces FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON traces USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON traces FOR SELECT USING (participant = ANY ((SELECT scope_people())::TEXT[]));

ALTER TABLE ledger_lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_lines FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON ledger_lines USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON ledger_lines FOR SELECT USING (participant = ANY ((SELECT scope_people())::TEXT[]));

-- An entry is seen by whoever sees its line.
ALTER TABLE ledger_entries ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entries FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON ledger_entries USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON ledger_entries FOR SELECT
  USING (EXISTS (SELECT 1 FROM ledger_lines AS l WHERE l.line_id = ledger_entries.line_id));

ALTER TABLE openings ENABLE ROW LEVEL SECURITY;
ALTER TABLE openings FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON openings USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON openings FOR SELECT USING (participant = ANY ((SELECT scope_people())::TEXT[]));

ALTER TABLE results ENABLE ROW LEVEL SECURITY;
ALTER TABLE results FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON results USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON results FOR SELECT USING (belongs_to = ANY ((SELECT scope_people())::TEXT[]));

-- Frozen copies of people: their attributes, ratings and what earlier cycles left them.
ALTER TABLE frozen ENABLE ROW LEVEL SECURITY;
ALTER TABLE frozen FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON frozen USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON frozen FOR SELECT USING (kind = 'person' AND key = ANY ((SELECT scope_people())::TEXT[]));

-- An event for everybody names nobody, and is shown to nobody in particular.
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON events USING ((SELECT scope_is_whole()));
CREATE POLICY theirs ON events FOR SELECT USING (participant = ANY ((SELECT scope_people())::TEXT[]));
