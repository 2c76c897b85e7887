-- A second wall behind the filters of the statements: a reader of some people's rows is shown no others, whatever it asks.
-- merit.scope holds `*` for everybody, or the ids of people with commas between them; where it was never set, nothing is
-- shown. Only who reads everybody writes. The owner of the tables is held to it too; a superuser is not.

-- A scorecard is seen by whom it is for.
ALTER TABLE scorecards ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON scorecards USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON scorecards FOR SELECT
  USING (person = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[]));

-- Which mails wait, and who read whose scorecards, is only for who reads everybody.
ALTER TABLE events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON events USING ((SELECT current_setting('merit.scope', true)) = '*');

ALTER TABLE reads ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON reads USING ((SELECT current_setting('merit.scope', true)) = '*');
