-- A project's settings by digest: what the events of the log were decided by. Entries of schema 1 name none.
CREATE TABLE project_versions (
    digest TEXT PRIMARY KEY,
    body   TEXT NOT NULL
) STRICT;
ALTER TABLE event_log ADD COLUMN project TEXT REFERENCES project_versions (digest);
