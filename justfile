# Shortcuts; everything works with cargo alone.

# The recipes.
default:
    @just --list

# All tests.
test:
    INSTA_UPDATE=no cargo test --workspace --locked

# Format and lints, warnings denied.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# The documentation of all crates.
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

# A task from issue to merge in a folder that is thrown away.
demo SCENARIO='happy':
    #!/bin/sh
    set -eu
    home=$(mktemp -d)
    trap 'rm -rf "$home"' EXIT
    cargo run --locked -q -p orchd -- demo --scenario '{{ SCENARIO }}' --home "$home"

# How long the happy demo takes: five runs after the build, the fastest and the median in seconds.
bench-demo:
    #!/bin/sh
    set -eu
    cargo build --locked -p orchd
    orchd="${CARGO_TARGET_DIR:-target}/debug/orchd"
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    for run in 1 2 3 4 5; do
        begun=$(date +%s%N)
        "$orchd" demo --scenario happy --json --home "$scratch/$run" > "$scratch/$run.json"
        echo $(( ($(date +%s%N) - begun) / 1000000 )) >> "$scratch/milliseconds"
    done
    sort -n "$scratch/milliseconds" | awk '{ took[NR] = $1 / 1000 }
        END { printf "min %.2f s, median %.2f s\n", took[1], took[int((NR + 1) / 2)] }'

# The whole soak: TASKS tasks with random faults, OUTPUT GiB by one agent, and demos until KILLS kills -9; 0 leaves a part out. A seed repeats a run.
soak ROUNDS='20' SEED='' KILLS='1000' TASKS='200' OUTPUT='10' MINUTES='0':
    cargo build --locked -p orchd -p orchctl
    cargo run --locked -q -p demo --features soak --example soak -- "${CARGO_TARGET_DIR:-target}/debug/orchd" {{ ROUNDS }} {{ KILLS }} {{ TASKS }} {{ OUTPUT }} {{ MINUTES }} {{ SEED }}

# Drives the real agent programs through the daemon with a scripted model that misbehaves on purpose. Installs them from the npm registry into
# a folder that is thrown away, or uses those below PREFIX. PROVIDERS: some of claude, codex, opencode, gemini; else all.
test-providers PREFIX='' *PROVIDERS='':
    #!/bin/sh
    set -eu
    prefix='{{ PREFIX }}'
    if [ -z "$prefix" ]; then
        prefix=$(mktemp -d)
        trap 'rm -rf "$prefix"' EXIT
        npm install --prefix "$prefix" --no-audit --no-fund --ignore-scripts \
            @anthropic-ai/claude-code-linux-x64@2.1.329 @openai/codex@0.169.0 opencode-linux-x64@1.18.33 @google/gemini-cli@0.61.0
    fi
    cargo build --locked -p orchd -p orchctl
    cargo run --locked -q -p demo --features soak --example providers -- "${CARGO_TARGET_DIR:-target}/debug/orchd" "$prefix" {{ PROVIDERS }}

# Walks the state machine further than the tests do: any DEPTH events that nobody hopes for, on any way, in each shipped pipeline.
walk DEPTH='4':
    ORCHD_WALK_DEPTH='{{ DEPTH }}' cargo test --locked --release -p pipeline-core --test walk -- --nocapture no_task

# Feeds every parser of texts that are not ours with mutations of the fixtures, SECONDS each; needs a nightly compiler and the network once.
fuzz SECONDS='60':
    #!/bin/sh
    set -eu
    command -v cargo-fuzz > /dev/null || cargo install cargo-fuzz --locked
    fixtures="$PWD/fixtures"
    cd fuzz
    for target in front_matter review test_report deploy_log pipeline_file; do
        seeds="$fixtures/reports"
        [ "$target" != pipeline_file ] || seeds="$fixtures/pipelines"
        mkdir -p "corpus/$target"
        cargo +nightly fuzz run "$target" "corpus/$target" "$seeds" -- \
            -max_total_time='{{ SECONDS }}' -max_len=100000 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
    done

# Figures of orchd beside the limits of this machine, a line of JSON each; `--table`, `--only NAME,…`, `--list`, `--data DIR` (its disk is measured).
bench *ARGS:
    cargo build --locked --release -p orchd -p orchd-bench
    "${CARGO_TARGET_DIR:-target}/release/orchd-bench" {{ ARGS }}

# How long the rules take and what they allocate: verdicts on the fixtures and on hostile texts.
bench-core *FILTER:
    cargo bench --locked -p pipeline-core --benches -- {{ FILTER }}

# Instructions and allocations of the hot functions beside what is expected of them; --update writes them down. Needs valgrind.
instructions *ARGUMENTS:
    cargo bench --locked -q -p instruction-counts --profile instructions -- {{ ARGUMENTS }}

# Advisories, licences, banned crates and sources; needs cargo-deny and the network.
deny:
    cargo deny --locked check

# What has to hold before a change is taken.
ci:
    bash .ci/run
