-- A second wall behind the filters of the statements: a reader of some people's rows is shown no others, whatever it asks.
-- merit.scope holds `*` for everybody, or the ids of people with commas between them; where it was never set, nothing is
-- shown. Only who reads everybody writes. The owner of the tables is held to it too; a superuser is not.

-- A correction may give a row to other people, so only the newest version of a row is seen by those whom it concerns. Which
-- that is has to be asked of everybody's rows: a reader of some people's would ask only theirs.
CREATE FUNCTION newest_note(id TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
  DECLARE
    asked TEXT := current_setting('merit.scope', true);
    found BIGINT;
  BEGIN
    PERFORM set_config('merit.scope', '*', true);
    SELECT MAX(seq) INTO found FROM note_versions WHERE note = id;
    PERFORM set_config('merit.scope', asked, true);
    RETURN found;
  END
$$;
CREATE FUNCTION newest_self_assessment(origin TEXT, id TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
  DECLARE
    asked TEXT := current_setting('merit.scope', true);
    found BIGINT;
  BEGIN
    PERFORM set_config('merit.scope', '*', true);
    SELECT MAX(seq) INTO found FROM self_assessment_versions WHERE source = origin AND external_id = id;
    PERFORM set_config('merit.scope', asked, true);
    RETURN found;
  END
$$;
CREATE FUNCTION newest_rating(origin TEXT, id TEXT) RETURNS BIGINT LANGUAGE plpgsql AS $$
  DECLARE
    asked TEXT := current_setting('merit.scope', true);
    found BIGINT;
  BEGIN
    PERFORM set_config('merit.scope', '*', true);
    SELECT MAX(seq) INTO found FROM rating_versions WHERE source = origin AND external_id = id;
    PERFORM set_config('merit.scope', asked, true);
    RETURN found;
  END
$$;

-- A note is seen by the two whom it concerns.
ALTER TABLE note_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON note_versions USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON note_versions FOR SELECT
  USING ((author = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[])
          OR receiver = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[]))
         AND seq = newest_note(note));

-- Answers are seen with their note.
ALTER TABLE replies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON replies USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON replies FOR SELECT
  USING (EXISTS (SELECT FROM note_versions AS v WHERE v.note = replies.note));

ALTER TABLE acknowledgements ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON acknowledgements USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON acknowledgements FOR SELECT
  USING (EXISTS (SELECT FROM note_versions AS v WHERE v.note = acknowledgements.note));

-- What people say of themselves, and how they were rated, is theirs.
ALTER TABLE self_assessment_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON self_assessment_versions USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON self_assessment_versions FOR SELECT
  USING (person = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[])
         AND seq = newest_self_assessment(source, external_id));

ALTER TABLE rating_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everyone ON rating_versions USING ((SELECT current_setting('merit.scope', true)) = '*');
CREATE POLICY theirs ON rating_versions FOR SELECT
  USING (person = ANY ((SELECT string_to_array(current_setting('merit.scope', true), ','))::text[])
         AND seq = newest_rating(source, external_id));
