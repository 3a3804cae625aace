//! Who may import whom.

/// A crate, which of ours it may import, and why no other.
pub(crate) struct Imports {
    pub(crate) who: &'static str,
    pub(crate) may: &'static [&'static str],
    pub(crate) why: &'static str,
}

const ADAPTER: &str = "an adapter knows the rules' ports, never the engine or another adapter";

pub(crate) const IMPORTS: &[Imports] = &[
    Imports {
        who: "plain-text",
        may: &[],
        why: "everybody may show text, so what makes it harmless knows nobody",
    },
    Imports {
        who: "pipeline-core",
        may: &["plain-text"],
        why: "the rules are pure and can be embedded alone",
    },
    Imports {
        who: "pipeline-engine",
        may: &["pipeline-core"],
        why: "the motion knows rules and ports, no adapter",
    },
    Imports {
        who: "process",
        may: &["plain-text"],
        why: "whoever spawns must not know what is run",
    },
    Imports {
        who: "git",
        may: &["plain-text", "pipeline-core", "process"],
        why: ADAPTER,
    },
    Imports {
        who: "agent-process",
        may: &["plain-text", "pipeline-core", "process"],
        why: ADAPTER,
    },
    Imports {
        who: "forge-local",
        may: &["pipeline-core", "process", "git"],
        why: ADAPTER,
    },
    Imports {
        who: "tracker-local",
        may: &["pipeline-core"],
        why: ADAPTER,
    },
    Imports {
        who: "store-sqlite",
        may: &["pipeline-core"],
        why: ADAPTER,
    },
    Imports {
        who: "web",
        may: &["plain-text", "pipeline-core", "pipeline-engine"],
        why: "pages reach the outside through ports",
    },
    Imports {
        who: "testkit",
        may: &["pipeline-core"],
        why: "fakes and suites know ports alone",
    },
    Imports {
        who: "instruction-counts",
        may: &[],
        why: "it reads what was counted; what is counted is for its bench alone",
    },
    Imports {
        who: "app",
        may: &[
            "plain-text",
            "pipeline-core",
            "pipeline-engine",
            "tracker-local",
            "forge-local",
            "store-sqlite",
            "agent-process",
            "process",
            "git",
            "web",
        ],
        why: "the wiring names every adapter, and neither the demo nor test support",
    },
    Imports {
        who: "demo",
        may: &[
            "app",
            "pipeline-core",
            "pipeline-engine",
            "process",
            "git",
            "model-stub",
        ],
        why: "the demo uses what the wiring built, and names no store, tracker, forge or page",
    },
    Imports {
        who: "model-stub",
        may: &[],
        why: "a model knows nothing of those who ask it",
    },
    Imports {
        who: "bench",
        may: &[
            "app",
            "pipeline-core",
            "pipeline-engine",
            "store-sqlite",
            "tracker-local",
            "forge-local",
            "agent-process",
            "process",
            "git",
            "web",
        ],
        why: "what measures sets up anything, and nobody imports it but its program",
    },
    Imports {
        who: "orchd-bench",
        may: &["bench"],
        why: "the program that measures is thin",
    },
    Imports {
        who: "orchd",
        may: &["app", "demo", "pipeline-core", "process"],
        why: "the daemon's binary is thin: the wiring is in app, and process is for runner mode",
    },
    Imports {
        who: "orchctl",
        may: &["plain-text", "app", "store-sqlite", "pipeline-core"],
        why: "the admin tool reads the store and leaves orders in it",
    },
];
