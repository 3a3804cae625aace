-- Jobs by status, counted as they change: `/queue` asks all the time, and to count them anew is to pass over every job that there ever was.
CREATE TABLE job_counts (
    status TEXT PRIMARY KEY,
    jobs   INTEGER NOT NULL CHECK (jobs >= 0)
) STRICT, WITHOUT ROWID;
INSERT INTO job_counts (status, jobs) VALUES
    ('queued', (SELECT count(*) FROM jobs WHERE status = 'queued')),
    ('running', (SELECT count(*) FROM jobs WHERE status = 'running')),
    ('done', (SELECT count(*) FROM jobs WHERE status = 'done')),
    ('failed', (SELECT count(*) FROM jobs WHERE status = 'failed')),
    ('cancelled', (SELECT count(*) FROM jobs WHERE status = 'cancelled'));
CREATE TRIGGER job_added AFTER INSERT ON jobs BEGIN
    UPDATE job_counts SET jobs = jobs + 1 WHERE status = NEW.status;
END;
CREATE TRIGGER job_changed AFTER UPDATE OF status ON jobs WHEN OLD.status <> NEW.status BEGIN
    UPDATE job_counts SET jobs = jobs - 1 WHERE status = OLD.status;
    UPDATE job_counts SET jobs = jobs + 1 WHERE status = NEW.status;
END;
CREATE TRIGGER job_removed AFTER DELETE ON jobs BEGIN
    UPDATE job_counts SET jobs = jobs - 1 WHERE status = OLD.status;
END;
-- Nothing else asked for it: what is queued or running has indexes of its own.
DROP INDEX jobs_by_status;
