-- How each account of a provider fares: failures in a row, breaker, pause, problem, counters by cause, the newest preflight. Written under
-- the revision that was read, in the transaction of the run's end.
CREATE TABLE accounts (
    account  TEXT PRIMARY KEY NOT NULL CHECK (account <> ''),
    body     TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1 CHECK (revision > 0)
) STRICT, WITHOUT ROWID;
