-- What operators say about claims as a whole; kept for the audit. One of each kind may stand in a scope; no project means everything.
CREATE TABLE holds (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    project     TEXT,
    kind        TEXT NOT NULL CHECK (kind IN ('pause', 'drain', 'stop', 'kill')),
    by          TEXT NOT NULL,
    reason      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    lifted_by   TEXT,
    lift_reason TEXT,
    lifted_at   INTEGER,
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)),
    CHECK ((lifted_at IS NULL) = (lift_reason IS NULL)),
    CHECK (project IS NULL OR kind IN ('pause', 'drain'))
) STRICT;
CREATE UNIQUE INDEX holds_standing ON holds (coalesce(project, ''), kind) WHERE lifted_at IS NULL;
CREATE INDEX holds_open ON holds (id) WHERE lifted_at IS NULL;

-- What the daemon last said of its claims.
CREATE TABLE admission (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    at   INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- When each project had its last turn; grows with every claim of an agent or a command.
CREATE TABLE turns (
    project TEXT PRIMARY KEY,
    turn    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX turns_by_turn ON turns (turn);

-- Tasks that wait for a human.
CREATE INDEX tasks_for_people ON tasks (project) WHERE state IN ('waiting-human', 'waiting-answers', 'blocked');

-- What the daemon said of its last tidying.
CREATE TABLE retention (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    at   INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT;

-- What tidying looks for.
CREATE INDEX tasks_finished ON tasks (since) WHERE state IN ('done', 'cancelled');
CREATE INDEX runs_open ON runs (task, number, fence) WHERE finished_at IS NULL;
CREATE INDEX outbox_delivered ON outbox (created_at) WHERE status = 'done' AND task IS NOT NULL;
