-- A second wall behind the filters of the statements: a reader of some people's rows is shown no others, whatever it asks.
-- merit.scope holds `*` for everybody, or the ids of people with commas between them; where it was never set, nothing is
-- shown. Only who reads everybody writes. The owner of the tables is held to it too; a superuser is not.

-- Who somebody is, what they do and for whom is everybody's to see; other attributes, and keys of sources, are their own.
ALTER TABLE facts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON facts USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON facts FOR SELECT
  USING ((SELECT current_setting('merit.scope', true)) IS NOT NULL
         AND (attribute IN ('manager', 'role', 'team') OR person = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[])));

ALTER TABLE identities ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON identities USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON identities FOR SELECT
  USING (person = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[]));
