//! The keys of the whole installation, in the order in which they are shown. `project_keys` has those of a project.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use pipeline_core::project::Locale;
use pipeline_core::role::Role;
use serde_yaml::Value;

use super::Profile;
use super::form::{Address, Choice, Count, Elements, FilePath, Flag, List, PerRole, Seconds, Text};
use super::key::{Key, Row};

/// Every key, in order.
pub(super) fn all() -> impl Iterator<Item = &'static dyn Row> {
    let projects: &dyn Row = &PROJECTS;
    TABLE
        .iter()
        .chain(super::agent_keys::TABLE)
        .copied()
        .chain([projects])
}

/// Every key but those of agents and the list of projects.
static TABLE: &[&dyn Row] = &[
    &PROFILE,
    &DB_PATH,
    &BIND,
    &ADMIN_BIND,
    &ALLOWED_HOSTS,
    &MAX_CONCURRENCY,
    &MIN_FREE_DISK_MB,
    &MIN_FREE_INODES,
    &MIN_FREE_MEMORY_MB,
    &DISK_RESERVE_MB,
    &QUEUE_POLL_INTERVAL,
    &LEASE_SECONDS,
    &SWEEP_SECONDS,
    &DELIVERY_ATTEMPTS,
    &BREAKER_THRESHOLD,
    &AGENT_TIMEOUT_SECONDS,
    &AGENT_TIMEOUT_OVERRIDES,
    &AGENT_KILL_GRACE_SECONDS,
    &AGENT_STALL_SECONDS,
    &AGENT_OUTPUT_CAP_MB,
    &LOG_KEEP_DAYS,
    &LOG_KEEP_MAX,
    &TASK_KEEP_DAYS,
    &CI_POLL_INTERVAL_S,
    &CI_POLL_MAX_ATTEMPTS,
    &CI_APPEAR_TIMEOUT_S,
    &CI_TIMEOUT_S,
    &STAGING,
    &LOCALE,
];

/// Variables that begin like ours and belong to the command line.
pub(super) const OTHER_VARIABLES: [&str; 2] = ["ORCH_HOME", "ORCH_LOG"];

/// How keys begin that a later version will know.
pub(super) const LATER: &[&str] = &[
    "plane_",
    "gitea_",
    "telegram_",
    "job_attempts",
    "base_path",
    "trusted_proxies",
    "allow_unsigned_webhooks",
    "repos_dir",
    "host_repos_dir",
];

const LOCALES: Choice<Locale> = Choice {
    of: &[("en", Locale::En), ("ru", Locale::Ru)],
    later: &[],
};
const WEEK: f64 = 604_800.0;
const HOUR: f64 = 3_600.0;
const RUN_LIMIT: Seconds = Seconds {
    least: 1.0,
    most: WEEK,
};

pub(super) static PROFILE: Key<Profile> = Key::required(
    "profile",
    &Choice {
        of: &[("normal", Profile::Normal), ("fast", Profile::Fast)],
        later: &[],
    },
    "How patient the program is. `fast` shortens waits for demos and tests; it never changes an outcome.",
)
.or("normal");

pub(super) static DB_PATH: Key<PathBuf> = Key::required(
    "db_path",
    &FilePath,
    "The database; everything else that is kept lies beside it.",
)
.or("./data/orchestrator.db");

pub(super) static BIND: Key<SocketAddr> = Key::required(
    "bind",
    &Address,
    "Where the public listener listens: webhooks and /health.",
)
.or("127.0.0.1:8500");

pub(super) static ADMIN_BIND: Key<SocketAddr> = Key::required(
    "admin_bind",
    &Address,
    "Where the admin listener listens: the board, the API, orders.",
)
.or("127.0.0.1:8510");

pub(super) static ALLOWED_HOSTS: Key<Vec<String>> = Key::required(
    "allowed_hosts",
    &List(&Text {
        what: "a host name, with or without a port, such as board.example.org:8443",
        rule: |text| {
            let fits = |letter: char| letter.is_alphanumeric() || ".-:[]_".contains(letter);
            let good = !text.is_empty() && text.chars().all(fits);
            if good {
                Ok(())
            } else {
                Err("write the name alone, without scheme and path")
            }
        },
    }),
    "Names by which the admin listener may be called besides the loopback ones.",
)
.or("");

pub(super) static MAX_CONCURRENCY: Key<usize> = Key::required(
    "max_concurrency",
    &Count { least: 1, most: 256 },
    "Agent and command runs at once.",
)
.or("1");

const FLOOR: Count = Count {
    least: 0,
    most: 1 << 30,
};

pub(super) static MIN_FREE_DISK_MB: Key<u64> = Key::required(
    "min_free_disk_mb",
    &FLOOR,
    "With less free disk than this, in MiB, where the data directory or the checkouts lie, no agent and no command begins; 0: no floor.",
)
.or("2048");

pub(super) static MIN_FREE_INODES: Key<u64> = Key::required(
    "min_free_inodes",
    &FLOOR,
    "The same with free inodes, where the file system counts them; 0: no floor.",
)
.or("20000");

pub(super) static MIN_FREE_MEMORY_MB: Key<u64> = Key::required(
    "min_free_memory_mb",
    &FLOOR,
    "With less available memory than this, in MiB, no agent and no command begins; 0: no floor.",
)
.or("512");

pub(super) static DISK_RESERVE_MB: Key<u64> = Key::required(
    "disk_reserve_mb",
    &FLOOR,
    "So many MiB are kept in a file beside the database and given up when the disk is full; 0: none.",
)
.or("64");

pub(super) static QUEUE_POLL_INTERVAL: Key<Duration> = Key::required(
    "queue_poll_interval",
    &Seconds {
        least: 0.1,
        most: HOUR,
    },
    "How often the queues are looked at when nothing wakes them.",
)
.or("2.0")
.or_fast("1");

pub(super) static LEASE_SECONDS: Key<Duration> = Key::required(
    "lease_seconds",
    &Seconds {
        least: 1.0,
        most: HOUR,
    },
    "How long a job stays with a daemon that does not renew its lease.",
)
.or("60");

pub(super) static SWEEP_SECONDS: Key<Duration> = Key::required(
    "sweep_seconds",
    &Seconds {
        least: 1.0,
        most: 86_400.0,
    },
    "How often everything that is open is looked at again.",
)
.or("120")
.or_fast("10");

pub(super) static DELIVERY_ATTEMPTS: Key<u32> = Key::required(
    "delivery_attempts",
    &Count { least: 1, most: 100 },
    "Tries of a delivery before it is set aside.",
)
.or("5");

pub(super) static BREAKER_THRESHOLD: Key<u32> = Key::required(
    "breaker_threshold",
    &Count { least: 1, most: 100 },
    "So many failures of a provider's own in a row (rate limit, overload, server error, network) open its breaker.",
)
.or("5");

pub(super) static AGENT_TIMEOUT_SECONDS: Key<Duration> =
    Key::required("agent_timeout_seconds", &RUN_LIMIT, "The time limit of a run.").or("3600");

pub(super) static AGENT_TIMEOUT_OVERRIDES: Key<BTreeMap<Role, Duration>> = Key::required(
    "agent_timeout_overrides",
    &PerRole(&RUN_LIMIT),
    "Time limits of single roles.",
)
.or("{}")
.with_variable("ORCH_AGENT_TIMEOUT_OVERRIDES_JSON");

pub(super) static AGENT_KILL_GRACE_SECONDS: Key<Duration> = Key::required(
    "agent_kill_grace_seconds",
    &Seconds {
        least: 0.0,
        most: HOUR,
    },
    "Between the request to end (TERM) and the end by force (KILL).",
)
.or("20")
.or_fast("2");

pub(super) static AGENT_STALL_SECONDS: Key<Duration> = Key::required(
    "agent_stall_seconds",
    &Seconds {
        least: 0.0,
        most: 86_400.0,
    },
    "A run that prints nothing, uses no processor time and changes no file for so long is taken for stalled, and is \
     stopped after twice that time; 0 never.",
)
.or("900");

pub(super) static AGENT_OUTPUT_CAP_MB: Key<u64> = Key::required(
    "agent_output_cap_mb",
    &Count {
        least: 1,
        most: 4_096,
    },
    "How much of a run's output is kept, in MiB.",
)
.or("64");

const DAYS: Count = Count {
    least: 1,
    most: 36_500,
};

pub(super) static LOG_KEEP_DAYS: Key<u64> = Key::required(
    "log_keep_days",
    &DAYS,
    "How long the directory of a run with its log is kept after its end, and rows of delivered effects of finished tasks.",
)
.or("30");

pub(super) static LOG_KEEP_MAX: Key<usize> = Key::required(
    "log_keep_max",
    &Count {
        least: 1,
        most: 1_000_000,
    },
    "So many directories of runs are kept, the newest ones, whatever their age. One that lives is never removed.",
)
.or("500");

pub(super) static TASK_KEEP_DAYS: Key<u64> = Key::required(
    "task_keep_days",
    &DAYS,
    "How long a finished task's checkout and pinned commits are kept. What the forge does not have is kept for good and named by `orchctl retention`.",
)
.or("7");

pub(super) static CI_POLL_INTERVAL_S: Key<Duration> = Key::required(
    "ci_poll_interval_s",
    &Seconds {
        least: 0.1,
        most: HOUR,
    },
    "Between two looks at CI, at first.",
)
.or("10")
.or_fast("1");

pub(super) static CI_POLL_MAX_ATTEMPTS: Key<u32> = Key::required(
    "ci_poll_max_attempts",
    &Count {
        least: 1,
        most: 100_000,
    },
    "Looks at that pace before one alert; after it, looks are three times as far apart.",
)
.or("12");

pub(super) static CI_APPEAR_TIMEOUT_S: Key<Duration> = Key::required(
    "ci_appear_timeout_s",
    &RUN_LIMIT,
    "No status of CI at all for so long: the task is blocked.",
)
.or("300");

pub(super) static CI_TIMEOUT_S: Key<Duration> = Key::required(
    "ci_timeout_s",
    &RUN_LIMIT,
    "CI neither green nor red for so long: the task is blocked.",
)
.or("1800");

pub(super) static STAGING: Key<bool> =
    Key::required("staging", &Flag, "This instance is the staging one.").or("false");

pub(super) static LOCALE: Key<Locale> =
    Key::required("locale", &LOCALES, "The language of messages.").or("en");

pub(super) static PROJECTS: Key<Vec<Value>> =
    Key::required("projects", &Elements, "The projects, see below.").with_variable("ORCH_PROJECTS_JSON");
