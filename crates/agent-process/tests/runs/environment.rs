//! What runs get of the daemon's environment. The daemon is the example, started with a secret in its own.

use crate::bench::{Bench, host};

#[test]
fn runs_get_what_is_named_and_no_secret() {
    let bench = Bench::new();
    let daemon = process::Command::new(host())
        .arg("environment")
        .arg(bench.folder())
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", "/home/operator")
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .env("GITEA_TOKEN", "secret-1")
        .env("ANTHROPIC_API_KEY", "secret-2")
        .env("DEPLOY_TOKEN", "for-commands")
        .env("ORCHD_ROLE", "forged")
        .run()
        .unwrap();
    let printed = String::from_utf8(daemon.stdout).unwrap();
    let (agent, command) = printed.split_once("command\n").unwrap();
    let names =
        "HOME=/home/operator LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin TERM=dumb ORCHD_LANG=ru";
    let of_agent = "ORCHD_ROLE=developer ORCHD_STAGE=development ORCHD_WORK_ITEM=ET-012 ORCHD_RUN_ID=1-1-1 \
                    ORCHD_TASK_DIR=docs/work-items/ET-012 'ADDED=by settings'";
    check(agent, &format!("{names} {of_agent}"));
    check(
        command,
        &format!("{names} ORCHD_RUN_ID=1-2-1 DEPLOY_TOKEN=for-commands"),
    );
}

/// `expected`: entries with a blank between, in quotes when they hold one. The shell's own variables are left out.
fn check(printed: &str, expected: &str) {
    let of_shell = ["PWD=", "OLDPWD=", "SHLVL=", "_=", "ORCHD_RUN_DIR="];
    let mut found: Vec<&str> = printed
        .lines()
        .filter(|line| line.contains('=') && !of_shell.iter().any(|name| line.starts_with(name)))
        .collect();
    let mut wanted: Vec<&str> = expected
        .split('\'')
        .enumerate()
        .flat_map(|(part, text)| {
            if part % 2 == 1 {
                vec![text]
            } else {
                text.split_whitespace().collect()
            }
        })
        .collect();
    found.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(found, wanted);
}
