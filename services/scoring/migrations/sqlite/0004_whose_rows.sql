-- A reader who may see some people finds their lines by them.
CREATE INDEX ledger_by_participant ON ledger_lines (cycle, participant, key, run);
