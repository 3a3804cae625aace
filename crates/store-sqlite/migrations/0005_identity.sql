-- Which copy of the state this is, and what its next daemon has to do first. One row.
CREATE TABLE identity (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    -- 32 hexadecimal digits. A copy that is put in place of another gets a new one.
    epoch      TEXT NOT NULL CHECK (length(epoch) = 32),
    -- How often it was restored. Since then the outside may hold what this copy does not remember.
    restored   INTEGER NOT NULL DEFAULT 0 CHECK (restored >= 0),
    -- It was restored: the outside is ahead of it, so everything open is looked at before anything is sent.
    look_first INTEGER NOT NULL DEFAULT 0 CHECK (look_first IN (0, 1)),
    -- Written and taken back when it is tried whether the disk takes writes.
    probe      BLOB
) STRICT;
INSERT INTO identity (one, epoch) VALUES (1, lower(hex(randomblob(16))));
