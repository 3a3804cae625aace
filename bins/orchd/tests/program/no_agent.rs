//! A demo whose agent's program is not there ends at once and says what is missing, instead of waiting for it.

use crate::demo_run::demo;

#[test]
fn a_demo_without_its_agents_program_ends_at_once() {
    let home = tempfile::tempdir().unwrap();
    let nowhere = home.path().join("no-program");
    let nowhere = nowhere.to_str().unwrap();
    for (program, place) in [
        (nowhere, "no program is there"),
        ("codex-that-is-not-there", "looked for in /"),
    ] {
        let ended = demo(
            &home.path().join("home"),
            &["--provider", "codex", "--agent-bin", program],
        );
        assert_eq!(ended.code, Some(1), "{}", ended.stderr);
        let said =
            format!("nobody can work as the agents: agent program \"{program}\" was not found ({place}");
        assert!(ended.stderr.contains(&said), "{}", ended.stderr);
        assert!(
            ended
                .stderr
                .contains("install it or correct its path; for another program say --agent-bin PATH"),
            "{}",
            ended.stderr
        );
    }
}
