CREATE TABLE projects (
    project       TEXT PRIMARY KEY CHECK (project <> ''),
    next_sequence INTEGER NOT NULL DEFAULT 1 CHECK (next_sequence > 0)
) STRICT, WITHOUT ROWID;

-- The issue's id outside is its sequence; sequences are never used twice, deleted issues stay.
CREATE TABLE issues (
    id          INTEGER PRIMARY KEY,
    project     TEXT    NOT NULL REFERENCES projects (project),
    sequence    INTEGER NOT NULL CHECK (sequence > 0),
    title       TEXT    NOT NULL CHECK (title <> ''),
    description TEXT    NOT NULL,
    stands_in   TEXT    NOT NULL,
    created_in  TEXT    NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    deleted     INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),
    UNIQUE (project, sequence),
    CHECK (stands_in IN ('Backlog', 'Todo', 'In Progress', 'Architecture', 'Development', 'Review', 'Testing',
        'In Review', 'Needs Input', 'Approved', 'Rejected', 'Blocked', 'Done', 'Cancelled'))
) STRICT;

CREATE TABLE activities (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    issue      INTEGER NOT NULL REFERENCES issues (id),
    actor      TEXT    NOT NULL,
    own        INTEGER NOT NULL CHECK (own IN (0, 1)),
    moved_from TEXT    NOT NULL,
    moved_to   TEXT    NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX activities_by_issue ON activities (issue);

-- Ours are HTML with a key, people's are plain text without.
CREATE TABLE comments (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    issue        INTEGER NOT NULL REFERENCES issues (id),
    author       TEXT    NOT NULL,
    own          INTEGER NOT NULL CHECK (own IN (0, 1)),
    external_key TEXT    UNIQUE,
    html         TEXT,
    text         TEXT,
    at           INTEGER NOT NULL,
    CHECK (own = (external_key IS NOT NULL)),
    CHECK (own = (html IS NOT NULL)),
    CHECK (own = (text IS NULL))
) STRICT;
CREATE INDEX comments_by_issue ON comments (issue);

CREATE TABLE relations (
    issue      INTEGER NOT NULL REFERENCES issues (id),
    blocked_by INTEGER NOT NULL REFERENCES issues (id),
    PRIMARY KEY (issue, blocked_by),
    CHECK (issue <> blocked_by)
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_by_blocker ON relations (blocked_by);

CREATE TABLE messages (
    id      INTEGER PRIMARY KEY,
    project TEXT    NOT NULL REFERENCES projects (project),
    alert   INTEGER NOT NULL CHECK (alert IN (0, 1)),
    -- The task's number of a live message, the effect's key of an alert.
    key     TEXT    NOT NULL,
    text    TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    UNIQUE (project, alert, key)
) STRICT;

-- The feed. AUTOINCREMENT: a number that a reader has seen never comes again.
CREATE TABLE changes (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT    NOT NULL REFERENCES projects (project),
    issue   INTEGER NOT NULL REFERENCES issues (id),
    kind    TEXT    NOT NULL CHECK (kind IN ('created', 'moved', 'commented', 'related', 'blocker', 'deleted')),
    at      INTEGER NOT NULL
) STRICT;
