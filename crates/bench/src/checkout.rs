//! Checkouts of a repository of 50,000 files by our workspace, beside what git's own ways take on the same repository: `git worktree add` and
//! `git clone --local`. The one place besides the git crate that runs git, for the comparison.

use std::ffi::OsStr;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use app::clock::SystemClock;
use git::{Git, GitWorkspace, Remote, WorkspaceSettings};
use pipeline_core::id::{BranchName, JobId, RunId, TaskId};
use pipeline_core::job::StartPoint;
use pipeline_core::port::workspace::{CheckoutSpec, Workspace};
use process::Command;
use serde_json::json;

use crate::clock::Stopwatch;
use crate::figure::{Conditions, Sheet};
use crate::place::Place;
use crate::samples::Samples;

const FILES: u64 = 50_000;
const FILES_IN_A_FOLDER: u64 = 100;
/// Of each measurement the best, for the machine is rarely alone.
const ROUNDS: u32 = 3;

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    let root = place.fresh("checkout")?;
    let files = place.many(FILES);
    let forge = generate(&root, files)?;
    let mut conditions = Conditions::from([("files", json!(files)), ("mean_bytes", json!(1_000))]);
    conditions.insert("git", json!(git("/", ["--version"])?.trim()));
    let workspace = workspace(&root, &forge)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let checkout = |number: u32| {
        let spec = spec(number);
        runtime.block_on(workspace.checkout(&spec))
    };

    let watch = Stopwatch::start();
    checkout(1)?;
    sheet.put("checkout.first", (watch.seconds(), "s"), 1, &conditions);

    let mirror = root.join("mirror");
    let rounds = if place.many(100) == 1 { 1 } else { ROUNDS };
    let (mut ours, mut worktrees, mut clones) = <(Samples, Samples, Samples)>::default();
    for round in 0..rounds {
        let watch = Stopwatch::start();
        checkout(round + 2)?;
        ours.add(watch.elapsed());
        worktrees.add(worktree(&mirror, &root.join(format!("worktree-{round}")))?);
        clones.add(clone(&forge, &root.join(format!("clone-{round}")))?);
    }
    let (ours, worktree, clone) = (best(&ours), best(&worktrees), best(&clones));
    let n = u64::from(rounds);
    for (name, value, unit) in [
        ("checkout.next", ours, "s"),
        ("checkout.limit.worktree", worktree, "s"),
        ("checkout.limit.clone", clone, "s"),
        ("checkout.next.of_worktree", ours / worktree, "ratio"),
        ("checkout.next.of_clone", ours / clone, "ratio"),
    ] {
        sheet.put(name, (value, unit), n, &conditions);
    }
    Ok(())
}

fn best(samples: &Samples) -> f64 {
    samples.percentile(0) / 1000.0
}

/// A bare repository with one commit of so many files.
fn generate(root: &Path, files: u64) -> anyhow::Result<PathBuf> {
    let forge = root.join("forge.git");
    git(
        root,
        ["init", "--quiet", "--bare", "--initial-branch=main"]
            .map(OsStr::new)
            .into_iter()
            .chain([forge.as_os_str()]),
    )?;
    let mut commands = String::new();
    commands.push_str(
        "commit refs/heads/main\ncommitter Ann <ann@example.org> 1700000000 +0000\ndata 6\nfirst\n\n",
    );
    for number in 0..files {
        let text = format!("line of file {number}\n").repeat(50);
        let folder = number / FILES_IN_A_FOLDER;
        writeln!(commands, "M 100644 inline src/part-{folder}/file-{number}.txt")?;
        writeln!(commands, "data {}\n{text}", text.len())?;
    }
    let import = command(&forge, ["fast-import", "--quiet"]).stdin(commands);
    finish(import)?;
    Ok(forge)
}

fn workspace(root: &Path, forge: &Path) -> anyhow::Result<GitWorkspace> {
    let settings = WorkspaceSettings {
        git: Git::new("git").with_timeout(Duration::from_secs(600)),
        mirror_dir: root.join("mirror"),
        checkouts_dir: root.join("checkouts"),
        remote: Remote::new(forge.to_string_lossy()),
        default_branch: BranchName::new("main"),
        largest_file: WorkspaceSettings::LARGEST_FILE,
    };
    Ok(GitWorkspace::new(settings, Arc::new(SystemClock))?)
}

/// A run on a branch of its own that starts at the default branch.
fn spec(number: u32) -> CheckoutSpec {
    let job = JobId {
        task: TaskId(i64::from(number)),
        number: 1,
    };
    CheckoutSpec {
        run: RunId { job, fence: 1 },
        branch: BranchName::new(format!("feature/SHOP-{number:03}")),
        start: StartPoint::DefaultBranch { with: None },
        remove: Vec::new(),
        from_default: Vec::new(),
        clean: false,
    }
}

fn worktree(mirror: &Path, folder: &Path) -> anyhow::Result<Duration> {
    let head = git(mirror, ["rev-parse", "refs/remotes/origin/main"])?;
    let arguments = ["worktree", "add", "--quiet", "--detach"].map(OsStr::new);
    let arguments = arguments
        .into_iter()
        .chain([folder.as_os_str(), OsStr::new(head.trim())]);
    let watch = Stopwatch::start();
    git(mirror, arguments)?;
    Ok(watch.elapsed())
}

fn clone(forge: &Path, folder: &Path) -> anyhow::Result<Duration> {
    let arguments = ["clone", "--quiet", "--local"].map(OsStr::new);
    let arguments = arguments
        .into_iter()
        .chain([forge.as_os_str(), folder.as_os_str()]);
    let watch = Stopwatch::start();
    git("/", arguments)?;
    Ok(watch.elapsed())
}

/// git as anybody calls it, without the user's configuration.
fn git<A: AsRef<OsStr>>(
    folder: impl AsRef<Path>,
    arguments: impl IntoIterator<Item = A>,
) -> anyhow::Result<String> {
    finish(command(folder.as_ref(), arguments))
}

fn command<A: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = A>) -> Command {
    Command::new("git")
        .args(arguments)
        .cwd(folder)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .timeout(Duration::from_secs(600))
}

fn finish(command: Command) -> anyhow::Result<String> {
    let output = command.run().context("run git")?;
    if !output.status.success() {
        bail!("git failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
