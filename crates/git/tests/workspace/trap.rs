//! What a hijacked agent may plant in its checkout, trap by trap, and what plain git makes of each (reliability: git).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::fixture::{Project, agent_git_output, write};

/// One way to have somebody else's git run a program.
pub(crate) struct Trap {
    pub(crate) name: &'static str,
    /// Plants it in a checkout; the program is the second argument.
    pub(crate) plant: fn(&Path, &str),
    pub(crate) plain: Plain,
    /// The run's work can be taken all the same.
    pub(crate) delivers: bool,
}

/// What git, run in the ordinary way in such a checkout, does.
pub(crate) enum Plain {
    /// It executes the program.
    Executes(&'static [&'static str]),
    /// It refuses to work at all.
    Refuses(&'static [&'static str]),
    /// It ignores what the checkout says, and would execute it if it were said in a place that git trusts.
    Ignores,
}

pub(crate) const TRAPS: [Trap; 9] = [
    Trap {
        name: "core.fsmonitor",
        plant: |at, script| add_config(at, &format!("[core]\nfsmonitor = {script}")),
        plain: Plain::Executes(&["status"]),
        delivers: true,
    },
    Trap {
        name: "hooks",
        plant: hooks,
        plain: Plain::Executes(&["checkout", "-b", "x"]),
        delivers: true,
    },
    Trap {
        name: "diff.external",
        plant: external_diff,
        plain: Plain::Executes(&["diff"]),
        delivers: true,
    },
    Trap {
        name: "filters with .gitattributes",
        plant: filters,
        plain: Plain::Executes(&["add", "-A"]),
        delivers: true,
    },
    Trap {
        name: "core.sshCommand and other programs",
        plant: programs,
        plain: Plain::Executes(&["fetch", "origin"]),
        delivers: true,
    },
    Trap {
        name: "a replaced .git",
        plant: replaced_git,
        plain: Plain::Executes(&["status"]),
        delivers: false,
    },
    Trap {
        name: "ext:: by insteadOf",
        plant: rewritten_urls,
        plain: Plain::Executes(&["ls-remote", "/x"]),
        delivers: true,
    },
    Trap {
        name: "uploadpack.packObjectsHook",
        plant: |at, script| add_config(at, &format!("[uploadpack]\npackObjectsHook = {script}")),
        plain: Plain::Ignores,
        delivers: true,
    },
    Trap {
        name: "a repository of another account",
        plant: foreign_owner,
        plain: Plain::Refuses(&["status"]),
        delivers: true,
    },
];

/// Shows in a copy that the trap is none of paper.
pub(crate) fn sets_off(trap: &Trap, project: &Project, (copy, script): (&Path, &str)) {
    let name = trap.name;
    match trap.plain {
        Plain::Executes(command) => {
            agent_git_output(copy, command);
            assert!(canary(project).exists(), "{name} is no trap");
        }
        Plain::Refuses(command) => {
            // What git's own tests set, so that this holds for whoever runs them.
            let said = with_variable(copy, command, ("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1"));
            assert!(said.contains("dubious ownership"), "{name}: {said}");
            assert!(!canary(project).exists(), "{name}: plain git executed it");
        }
        Plain::Ignores => {
            let (from, to) = (copy.to_str().unwrap(), project.folder.path().join("fetched"));
            let to = to.to_str().unwrap();
            agent_git_output(copy, &["clone", "-q", "--no-local", from, to]);
            assert!(!canary(project).exists(), "{name}: plain git executed it");
            let trusted = format!("[uploadpack]\npackObjectsHook = {script}\n");
            let trusted = write(project.folder.path(), "trusted", &trusted);
            let clone = ["clone", "-q", "--no-local", from, &format!("{to}-trusting")];
            with_variable(copy, &clone, ("GIT_CONFIG_GLOBAL", trusted.to_str().unwrap()));
            assert!(canary(project).exists(), "{name} is no trap");
        }
    }
}

/// Plain git with one more variable; answers what it complained of.
fn with_variable(at: &Path, command: &[&str], (name, value): (&str, &str)) -> String {
    let said = process::Command::new("git")
        .args(command)
        .cwd(at)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .env(name, value)
        .run()
        .unwrap();
    String::from_utf8_lossy(&said.stderr).into_owned()
}

fn hooks(at: &Path, script: &str) {
    const HOOKS: [&str; 8] = [
        "pre-commit",
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-push",
        "update",
        "post-receive",
        "pre-auto-gc",
    ];
    fs::create_dir_all(at.join(".git/hooks")).unwrap();
    for hook in HOOKS {
        fs::copy(script, at.join(".git/hooks").join(hook)).unwrap();
    }
}

fn external_diff(at: &Path, script: &str) {
    add_config(
        at,
        &format!("[diff]\nexternal = {script}\n[diff \"x\"]\ncommand = {script}\ntextconv = {script}"),
    );
    write(at, ".gitattributes", "* diff=x\n");
}

fn filters(at: &Path, script: &str) {
    add_config(
        at,
        &format!("[filter \"x\"]\nclean = {script}\nsmudge = {script}\nprocess = {script}\nrequired"),
    );
    write(at, ".gitattributes", "* filter=x\n");
    write(at, ".git/info/attributes", "* filter=x\n");
}

fn programs(at: &Path, script: &str) {
    add_config(
        at,
        &format!(
            "[core]\nsshCommand = {script}\neditor = {script}\npager = {script}\naskPass = {script}\n\
             alternateRefsCommand = {script}\n[gpg]\nprogram = {script}\n[commit]\ngpgSign = true\n\
             [credential]\nhelper = {script}\n[remote \"origin\"]\nurl = ssh://nowhere/x\nuploadpack = {script}"
        ),
    );
}

fn replaced_git(at: &Path, script: &str) {
    let evil = at.parent().unwrap().join("evil");
    fs::rename(at.join(".git"), &evil).unwrap();
    fs::write(at.join(".git"), format!("gitdir: {}\n", evil.display())).unwrap();
    let config = fs::read_to_string(evil.join("config")).unwrap();
    fs::write(
        evil.join("config"),
        format!("{config}\n[core]\nfsmonitor = {script}\n"),
    )
    .unwrap();
}

/// Without the first section git refuses the protocol by itself.
fn rewritten_urls(at: &Path, script: &str) {
    add_config(
        at,
        &format!("[protocol]\nallow = always\n[url \"ext::{script} \"]\ninsteadOf = /\npushInsteadOf = /"),
    );
}

/// As when agents run under an account of their own. Only root can give files away; elsewhere plain git is made to believe it.
fn foreign_owner(at: &Path, script: &str) {
    add_config(at, &format!("[core]\nfsmonitor = {script}"));
    let given = process::Command::new("chown")
        .args(["-R", "65534:65534"])
        .arg(at)
        .run()
        .unwrap();
    let owner = fs::metadata(at.join(".git")).unwrap();
    let is_foreign = std::os::unix::fs::MetadataExt::uid(&owner) == 65534;
    assert_eq!(given.status.success(), is_foreign);
}

/// A script that says that it ran, and without arguments (as a filter) passes its input on.
pub(crate) fn trap_script(project: &Project) -> String {
    let script = write(
        project.folder.path(),
        "trap.sh",
        &format!(
            "#!/bin/sh\ntouch {}\n[ $# -gt 0 ] || cat\n",
            canary(project).display()
        ),
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script.to_str().unwrap().to_owned()
}

pub(crate) fn canary(project: &Project) -> PathBuf {
    project.folder.path().join("canary")
}

pub(crate) fn add_config(checkout: &Path, text: &str) {
    let config = checkout.join(".git/config");
    let before = fs::read_to_string(&config).unwrap();
    fs::write(config, format!("{before}\n{text}\n")).unwrap();
}
