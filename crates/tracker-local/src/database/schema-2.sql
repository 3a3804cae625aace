-- Issues that something may still happen to: looked through every few minutes, however many are finished.
CREATE INDEX issues_open ON issues (project, sequence)
    WHERE deleted = 0 AND stands_in NOT IN ('Done', 'Cancelled');
