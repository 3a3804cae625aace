use super::*;

const SECOND: &str = "ALTER TABLE orders ADD COLUMN extra TEXT; UPDATE orders SET extra = upper(by);";
const BROKEN: &str = "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1);";

struct Database {
    folder: tempfile::TempDir,
    connection: Connection,
}

impl Database {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("state.db")).unwrap();
        Self { folder, connection }
    }

    fn migrate(&mut self, from: i64, migrations: &[&str]) -> Result<(), MigrationError> {
        let path = self.folder.path().join("state.db");
        run(&mut self.connection, &path, from, migrations)
    }

    fn text(&self, sql: &str) -> String {
        self.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    fn copy(&self) -> PathBuf {
        self.folder.path().join("state.db.schema-1")
    }
}

/// With the first schema.
fn filled() -> Database {
    let mut database = Database::new();
    database.migrate(0, &MIGRATIONS[..1]).unwrap();
    database.connection.execute_batch(ROWS).unwrap();
    database
}

/// A task with a row in every table that hangs on it, in schema 1.
const ROWS: &str = "
    INSERT INTO pipelines VALUES ('d', '{}');
    INSERT INTO tasks VALUES (1, 'et', 'i', 'ET-001', 'b', 'd', 's', 'done', 1, 0, '{}');
    INSERT INTO event_log VALUES (1, 1, 0, '{}', 'it began');
    INSERT INTO jobs (seq, task, number, project, class, status, available_at, created_at, body)
        VALUES (1, 1, 1, 'et', 'work', 'queued', 0, 0, '{}');
    INSERT INTO runs VALUES (1, 1, 1, 's', 'developer', 0, NULL, 'running', '{}');
    INSERT INTO timers VALUES (1, 'ci_poll', 1, 0);
    INSERT INTO outbox (key, task, project, lane, target, need, kind, generation, status, available_at, created_at)
        VALUES ('k', 1, 'et', 'l', 't', 'tell', '{}', 1, 'pending', 0, 0);
    INSERT INTO deliveries (source, key, kind, body, received_at, status, available_at) VALUES ('s', 'k', 'i', x'00', 0, 'waiting', 0);
    INSERT INTO cursors VALUES ('s', '1');
    INSERT INTO items VALUES ('et', 'i', '{}');
    INSERT INTO projects VALUES ('et', 0);
    INSERT INTO orders (task, by, reason, at, what) VALUES (1, 'ann', '', 0, '{}');
";

#[test]
fn an_empty_file_gets_the_newest_schema() {
    let mut database = Database::new();
    assert_eq!(look(&database.connection).unwrap(), Found::Empty);
    database.migrate(0, MIGRATIONS).unwrap();
    assert_eq!(look(&database.connection).unwrap(), Found::Schema(SCHEMA));
    assert!(!database.copy().exists());
}

#[test]
fn a_filled_database_keeps_its_rows_and_a_copy_of_itself() {
    let mut database = filled();
    database.migrate(1, &[MIGRATIONS[0], SECOND]).unwrap();
    assert_eq!(look(&database.connection).unwrap(), Found::Schema(2));
    assert_eq!(database.text("SELECT by || extra FROM orders"), "annANN");

    let copy = Connection::open(database.copy()).unwrap();
    assert_eq!(look(&copy).unwrap(), Found::Schema(1));
    let kept: String = copy
        .query_row("SELECT by FROM orders", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, "ann");
}

#[test]
fn a_migration_that_fails_leaves_nothing_behind() {
    let mut database = filled();
    let error = database.migrate(1, &[MIGRATIONS[0], BROKEN]).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("migration 2 failed: no such table: nowhere"),
        "{error}"
    );
    assert_eq!(look(&database.connection).unwrap(), Found::Schema(1));
    assert_eq!(database.text("SELECT by FROM orders"), "ann");
    assert!(database.connection.prepare("SELECT * FROM half").is_err());
    database.migrate(1, &[MIGRATIONS[0], SECOND]).unwrap();
    assert_eq!(look(&database.connection).unwrap(), Found::Schema(2));
}

#[test]
fn the_newest_schema_needs_nothing() {
    let mut database = Database::new();
    database.migrate(0, MIGRATIONS).unwrap();
    database.migrate(SCHEMA, MIGRATIONS).unwrap();
    assert!(!database.copy().exists());
}

#[test]
fn every_migration_keeps_the_rows_of_the_schema_before_it() {
    let mut database = filled();
    let tables: Vec<String> = database
        .connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_eq!(tables.len(), 13, "a table without a row here: {tables:?}");
    for newest in 2..=MIGRATIONS.len() {
        let from = i64::try_from(newest).unwrap() - 1;
        database.migrate(from, &MIGRATIONS[..newest]).unwrap();
        for table in &tables {
            let rows: i64 = database
                .connection
                .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
                .unwrap();
            assert_eq!(rows, 1, "{table} after migration {newest}");
        }
        let broken: i64 = database
            .connection
            .query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(broken, 0, "after migration {newest}");
    }
}

#[test]
fn jobs_that_were_there_are_counted_and_so_are_those_that_come_and_go() {
    let mut database = filled();
    database.migrate(1, MIGRATIONS).unwrap();
    for (sql, expected) in [
        ("", "queued 1"),
        ("UPDATE jobs SET status = 'done'", "done 1"),
        ("UPDATE jobs SET status = 'done', available_at = 5", "done 1"),
        ("DELETE FROM jobs", ""),
    ] {
        database.connection.execute_batch(sql).unwrap();
        let counted = database
            .text("SELECT coalesce(group_concat(status || ' ' || jobs), '') FROM job_counts WHERE jobs > 0");
        assert_eq!(counted, expected, "{sql}");
    }
}

#[test]
fn the_database_of_another_program_is_told() {
    for sql in [
        "CREATE TABLE theirs (a)",
        "PRAGMA user_version = 1",
        "PRAGMA application_id = 7",
    ] {
        let database = Database::new();
        database.connection.execute_batch(sql).unwrap();
        assert_eq!(look(&database.connection).unwrap(), Found::Foreign, "{sql}");
    }
}

#[test]
fn the_tables_repeat_the_rules_of_states() {
    let mut database = Database::new();
    database.migrate(0, MIGRATIONS).unwrap();
    database
        .connection
        .execute_batch(
            "INSERT INTO pipelines VALUES ('d', '{}');
             INSERT INTO tasks VALUES (1, 'et', 'i', 'ET-001', 'b', 'd', 's', 'done', 1, 0, '{}');
             INSERT INTO items (project, issue, body) VALUES ('et', 'i', '{}');
             INSERT INTO jobs (seq, task, number, project, class, status, available_at, created_at, body)
                 VALUES (1, 1, 1, 'et', 'work', 'queued', 0, 0, '{}');
             INSERT INTO outbox (key, task, project, system, lane, target, need, kind, generation, status, available_at, created_at)
                 VALUES ('k', 1, 'et', 'chat', 'l', 't', 'tell', '{}', 1, 'pending', 0, 0);",
        )
        .unwrap();
    for broken in [
        "UPDATE tasks SET state = 'sleeping'",
        "UPDATE tasks SET pipeline = 'unknown'",
        "UPDATE jobs SET status = 'running'",
        "UPDATE jobs SET status = 'running', fence = 1, owner = 'a'",
        "UPDATE jobs SET owner = 'a', lease_until = 1",
        "UPDATE jobs SET cancel_requested = 1",
        "UPDATE jobs SET settled = 1",
        "UPDATE jobs SET task = 2",
        "UPDATE outbox SET status = 'in_flight', attempts = 1, fence = 1",
        "UPDATE outbox SET status = 'in_flight', attempts = 1, fence = 1, owner = 'a'",
        "UPDATE outbox SET status = 'in_flight', attempts = 1, owner = 'a', lease_until = 1",
        "UPDATE outbox SET status = 'dropped'",
        "UPDATE outbox SET system = 'mail'",
        "UPDATE items SET revision = 0",
        "UPDATE outbox SET owner = 'a'",
        "UPDATE outbox SET status = 'dead'",
        "UPDATE outbox SET available_at = 'tomorrow'",
        "INSERT INTO outbox (key, project, system, lane, target, need, kind, generation, status, available_at, created_at)
             SELECT 'other', project, system, lane, target, need, kind, 2, status, 0, 0 FROM outbox",
    ] {
        assert!(database.connection.execute_batch(broken).is_err(), "{broken}");
    }
}

#[test]
fn holds_are_one_of_a_kind_in_a_scope_and_end_whole() {
    let mut database = filled();
    database.migrate(1, MIGRATIONS).unwrap();
    let hold = |project: &str, kind: &str| {
        format!(
            "INSERT INTO holds (project, kind, by, reason, at) VALUES ({project}, '{kind}', 'ann', '', 0)"
        )
    };
    for sound in [
        hold("NULL", "pause"),
        hold("NULL", "drain"),
        hold("'et'", "pause"),
        "UPDATE holds SET lifted_by = 'ann', lift_reason = '', lifted_at = 1 WHERE id = 1".to_owned(),
        hold("NULL", "pause"),
    ] {
        database.connection.execute_batch(&sound).unwrap();
    }
    for broken in [
        hold("NULL", "pause"),
        hold("'et'", "stop"),
        hold("NULL", "rest"),
        "UPDATE holds SET lifted_at = 1".to_owned(),
        "INSERT INTO admission VALUES (2, 0, '{}')".to_owned(),
    ] {
        assert!(database.connection.execute_batch(&broken).is_err(), "{broken}");
    }
}

#[test]
fn outbox_rows_of_the_first_schema_keep_their_order_and_what_was_in_flight_may_have_arrived() {
    let mut database = filled();
    database
        .connection
        .execute_batch(
            r#"DELETE FROM outbox;
             INSERT INTO outbox (seq, key, project, lane, need, kind, generation, status, owner, attempts, available_at, created_at)
                 VALUES (3, 'k1', 'et', 'l', 'tell', '{"do":"comment"}', 1, 'in_flight', 'a', 2, 5, 4),
                        (5, 'k2', 'et', 'l', 'tell', '{"do":"alert"}', 1, 'pending', NULL, 0, 5, 4),
                        (7, 'k3', 'et', 'm', 'required', '{"do":"push"}', 2, 'done', NULL, 1, 5, 4);"#,
        )
        .unwrap();
    database.migrate(1, MIGRATIONS).unwrap();
    let rows = "SELECT group_concat(key || ' ' || seq || ' ' || system || ' ' || status || ' ' || fence || ' ' || attempts, ', ')
        FROM (SELECT * FROM outbox ORDER BY seq)";
    assert_eq!(
        database.text(rows),
        "k1 3 tracker ambiguous 2 2, k2 5 chat pending 0 0, k3 7 forge done 1 1"
    );
    assert_eq!(database.text("SELECT CAST(revision AS TEXT) FROM items"), "1");
}
