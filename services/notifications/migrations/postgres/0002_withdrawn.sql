-- A mail may be withdrawn: a scorecard of a newer run took its place.
ALTER TABLE mails DROP CONSTRAINT mails_state_check,
  ADD CONSTRAINT mails_state_check CHECK (state IN ('waiting', 'sent', 'failed', 'unclear', 'no-address', 'withdrawn'));
CREATE INDEX mails_by_receiver ON mails (receiver, mail_key);
