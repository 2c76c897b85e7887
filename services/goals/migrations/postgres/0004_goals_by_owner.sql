-- A person's goals are looked for far more often than anybody else's.
CREATE INDEX goal_versions_by_owner ON goal_versions (owner, goal);
