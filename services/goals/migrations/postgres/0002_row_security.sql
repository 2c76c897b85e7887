-- A second wall behind the filters of the statements: a reader of some people's rows is shown no others, whatever it asks.
-- merit.scope holds `*` for everybody, or the ids of people with commas between them; where it was never set, nothing is
-- shown. Only who reads everybody writes. The owner of the tables is held to it too; a superuser is not.

-- Goals of the organisation and of teams are everybody's to see. A goal keeps its owner.
ALTER TABLE goal_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON goal_versions USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON goal_versions FOR SELECT
  USING ((SELECT current_setting('merit.scope', true)) IS NOT NULL
         AND (owner NOT LIKE 'people/%' OR substr(owner, 8) = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[])));

-- What belongs to a goal is seen with it.
ALTER TABLE identities ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON identities USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON identities FOR SELECT
  USING (EXISTS (SELECT FROM goal_versions AS v WHERE v.goal = identities.goal));

ALTER TABLE targets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON targets USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON targets FOR SELECT
  USING (EXISTS (SELECT FROM goal_versions AS v WHERE v.goal = targets.goal));

ALTER TABLE progress ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON progress USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON progress FOR SELECT
  USING (EXISTS (SELECT FROM goal_versions AS v WHERE v.goal = progress.goal));
