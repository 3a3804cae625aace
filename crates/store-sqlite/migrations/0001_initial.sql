-- Times are milliseconds since 1970 UTC. Bodies are JSON of the core's types; what is searched or guarded stands in columns.

-- The last task id that was allotted; ids are never used twice.
CREATE TABLE sequences (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO sequences (name, last) VALUES ('task', 0);

-- Definitions that tasks are pinned to.
CREATE TABLE pipelines (
    digest TEXT PRIMARY KEY,
    body   TEXT NOT NULL
) STRICT;

CREATE TABLE tasks (
    id        INTEGER PRIMARY KEY,
    project   TEXT NOT NULL,
    issue     TEXT NOT NULL,
    work_item TEXT NOT NULL,
    branch    TEXT NOT NULL,
    pipeline  TEXT NOT NULL REFERENCES pipelines (digest),
    stage     TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN (
        'starting', 'working', 'publishing', 'gathering', 'waiting-human', 'waiting-answers', 'waiting-ci',
        'waiting-dependency', 'waiting-budget', 'merging', 'blocked', 'done', 'cancelled')),
    revision  INTEGER NOT NULL CHECK (revision >= 0),
    since     INTEGER NOT NULL,
    body      TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX tasks_by_issue ON tasks (project, issue);
CREATE UNIQUE INDEX tasks_by_work_item ON tasks (work_item);
CREATE INDEX tasks_by_branch ON tasks (project, branch);
CREATE INDEX tasks_open ON tasks (id) WHERE state NOT IN ('done', 'cancelled');

-- Every event that changed a task, as decided.
CREATE TABLE event_log (
    task     INTEGER NOT NULL REFERENCES tasks (id),
    revision INTEGER NOT NULL CHECK (revision >= 0),
    at       INTEGER NOT NULL,
    event    TEXT NOT NULL,
    note     TEXT NOT NULL,
    UNIQUE (task, revision)
) STRICT;

-- Work with a lease. 'gather' is not limited, 'work' (agents and commands) is.
CREATE TABLE jobs (
    seq              INTEGER PRIMARY KEY,
    task             INTEGER NOT NULL REFERENCES tasks (id),
    number           INTEGER NOT NULL CHECK (number >= 0),
    project          TEXT NOT NULL,
    class            TEXT NOT NULL CHECK (class IN ('gather', 'work')),
    status           TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    available_at     INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    fence            INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0),
    -- The last attempt whose result was taken, or that was queued again by a step: it has nothing more to say.
    settled          INTEGER NOT NULL DEFAULT 0 CHECK (settled BETWEEN 0 AND fence),
    owner            TEXT,
    lease_until      INTEGER,
    cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
    deaths           INTEGER NOT NULL DEFAULT 0 CHECK (deaths >= 0),
    body             TEXT NOT NULL,
    UNIQUE (task, number),
    CHECK ((status = 'running') = (owner IS NOT NULL)),
    CHECK ((status = 'running') = (lease_until IS NOT NULL)),
    CHECK (cancel_requested = 0 OR status = 'running'),
    CHECK (status <> 'running' OR fence > settled)
) STRICT;
CREATE INDEX jobs_queued ON jobs (class, project, available_at, task, number) WHERE status = 'queued';
CREATE INDEX jobs_available ON jobs (available_at) WHERE status = 'queued';
CREATE INDEX jobs_running ON jobs (class, project) WHERE status = 'running';
CREATE INDEX jobs_by_status ON jobs (status);

-- Attempts at jobs.
CREATE TABLE runs (
    task        INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    fence       INTEGER NOT NULL CHECK (fence >= 0),
    stage       TEXT NOT NULL,
    role        TEXT NOT NULL,
    started_at  INTEGER NOT NULL,
    finished_at INTEGER,
    outcome     TEXT NOT NULL,
    record      TEXT NOT NULL,
    UNIQUE (task, number, fence)
) STRICT;

-- Waiting for time: one timer per task and kind.
CREATE TABLE timers (
    task       INTEGER NOT NULL REFERENCES tasks (id),
    kind       TEXT NOT NULL CHECK (kind IN ('ci_poll', 'dependency_reminder')),
    generation INTEGER NOT NULL,
    due        INTEGER NOT NULL,
    PRIMARY KEY (task, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_by_due ON timers (due, task, kind);

-- Telling the outside. A row with a target is a Desired one: its target has at most one row that waits unsent.
CREATE TABLE outbox (
    seq          INTEGER PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    task         INTEGER REFERENCES tasks (id),
    project      TEXT NOT NULL,
    lane         TEXT NOT NULL,
    target       TEXT,
    need         TEXT NOT NULL CHECK (need IN ('required', 'tell')),
    kind         TEXT NOT NULL,
    generation   INTEGER NOT NULL CHECK (generation > 0),
    status       TEXT NOT NULL CHECK (status IN ('pending', 'in_flight', 'ambiguous', 'done', 'dead')),
    owner        TEXT,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    available_at INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    error        TEXT,
    CHECK ((status = 'in_flight') = (owner IS NOT NULL)),
    CHECK (status <> 'dead' OR error IS NOT NULL),
    CHECK (status NOT IN ('in_flight', 'ambiguous') OR attempts > 0)
) STRICT;
CREATE UNIQUE INDEX outbox_unsent ON outbox (target) WHERE status = 'pending' AND target IS NOT NULL;
CREATE INDEX outbox_generations ON outbox (target, generation) WHERE target IS NOT NULL;
CREATE INDEX outbox_lanes ON outbox (lane, seq) WHERE status IN ('pending', 'in_flight', 'ambiguous');
CREATE INDEX outbox_due ON outbox (available_at) WHERE status IN ('pending', 'ambiguous');
CREATE INDEX outbox_in_flight ON outbox (status) WHERE status = 'in_flight';
CREATE INDEX outbox_by_task ON outbox (task, seq);
CREATE INDEX outbox_open ON outbox (seq) WHERE status <> 'done';

-- News as it arrived: appended by rowid, duplicates known by the unique index.
CREATE TABLE deliveries (
    id           INTEGER PRIMARY KEY,
    source       TEXT NOT NULL,
    key          TEXT NOT NULL,
    kind         TEXT NOT NULL,
    body         BLOB NOT NULL,
    received_at  INTEGER NOT NULL,
    status       TEXT NOT NULL CHECK (status IN ('waiting', 'done', 'ignored', 'dead')),
    available_at INTEGER NOT NULL,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    note         TEXT
) STRICT;
CREATE UNIQUE INDEX deliveries_by_key ON deliveries (source, key);
CREATE INDEX deliveries_waiting ON deliveries (status) WHERE status = 'waiting';

-- How far each feed was read.
CREATE TABLE cursors (
    source TEXT PRIMARY KEY,
    cursor TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What is remembered of an issue, task or not.
CREATE TABLE items (
    project TEXT NOT NULL,
    issue   TEXT NOT NULL,
    body    TEXT NOT NULL,
    PRIMARY KEY (project, issue)
) STRICT, WITHOUT ROWID;

-- When each project was first seen.
CREATE TABLE projects (
    project      TEXT PRIMARY KEY,
    connected_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Operators' orders, kept for the audit.
CREATE TABLE orders (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    task     INTEGER NOT NULL,
    by       TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    what     TEXT NOT NULL,
    answer   TEXT
) STRICT;
CREATE INDEX orders_unanswered ON orders (id) WHERE answer IS NULL;
CREATE INDEX orders_by_task ON orders (task, id);
