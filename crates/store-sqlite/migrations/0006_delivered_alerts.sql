-- Alerts that are no task's are found by their age, so that they go when they were delivered long ago.
CREATE INDEX outbox_delivered_alerts ON outbox (created_at) WHERE status = 'done' AND task IS NULL AND system = 'chat';
