-- Outbox rows get what jobs have: a lease and a fence, so that several daemons may send; the system stands in a column, so that each is
-- served by itself; an operator may take a row out. Rows that were in flight may have arrived: no daemon lives while this runs.
CREATE TABLE outbox_leased (
    seq          INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    task         INTEGER REFERENCES tasks (id),
    project      TEXT NOT NULL,
    system       TEXT NOT NULL CHECK (system IN ('tracker', 'forge', 'chat')),
    lane         TEXT NOT NULL,
    target       TEXT,
    need         TEXT NOT NULL CHECK (need IN ('required', 'tell')),
    kind         TEXT NOT NULL,
    generation   INTEGER NOT NULL CHECK (generation > 0),
    status       TEXT NOT NULL CHECK (status IN ('pending', 'in_flight', 'ambiguous', 'done', 'dead', 'dropped')),
    owner        TEXT,
    lease_until  INTEGER,
    -- Grows with each claim; a result under an older one is dropped.
    fence        INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0),
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    available_at INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    error        TEXT,
    CHECK ((status = 'in_flight') = (owner IS NOT NULL)),
    CHECK ((status = 'in_flight') = (lease_until IS NOT NULL)),
    CHECK (status NOT IN ('dead', 'dropped') OR error IS NOT NULL),
    CHECK (status NOT IN ('in_flight', 'ambiguous') OR (attempts > 0 AND fence > 0))
) STRICT;
INSERT INTO outbox_leased (seq, key, task, project, system, lane, target, need, kind, generation, status, fence, attempts, available_at,
        created_at, error)
    SELECT seq, key, task, project,
        CASE
            WHEN json_extract(kind, '$.do') IN ('comment', 'set_column') THEN 'tracker'
            WHEN json_extract(kind, '$.do') IN ('tracker_message', 'alert') THEN 'chat'
            ELSE 'forge'
        END,
        lane, target, need, kind, generation, CASE status WHEN 'in_flight' THEN 'ambiguous' ELSE status END, attempts, attempts,
        available_at, created_at, error
    FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_leased RENAME TO outbox;
CREATE UNIQUE INDEX outbox_unsent ON outbox (target) WHERE status = 'pending' AND target IS NOT NULL;
CREATE INDEX outbox_generations ON outbox (target, generation) WHERE target IS NOT NULL;
CREATE INDEX outbox_lanes ON outbox (lane, seq) WHERE status IN ('pending', 'in_flight', 'ambiguous');
CREATE INDEX outbox_waiting ON outbox (project, system, seq) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX outbox_due ON outbox (available_at) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX outbox_in_flight ON outbox (lease_until) WHERE status = 'in_flight';
CREATE INDEX outbox_by_task ON outbox (task, seq);
CREATE INDEX outbox_unfinished ON outbox (seq) WHERE status NOT IN ('done', 'dropped');
CREATE INDEX outbox_delivered ON outbox (created_at) WHERE status = 'done' AND task IS NOT NULL;

-- What is remembered of an issue is written by whoever read its newest revision.
ALTER TABLE items ADD COLUMN revision INTEGER NOT NULL DEFAULT 1 CHECK (revision > 0);
