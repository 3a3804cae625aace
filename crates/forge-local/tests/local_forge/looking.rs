//! How often git is asked for what was pushed from outside.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use forge_local::LocalForgeFeed;
use git::Git;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::source::EventSource;
use testkit::fake::clock::FakeClock;

use crate::rig::{BRANCH, Rig, git};

/// A git that writes a line at each call.
fn counting(folder: &Path) -> Git {
    let (program, calls) = (folder.join("git"), folder.join("calls"));
    let script = format!("#!/bin/sh\necho call >> '{}'\nexec git \"$@\"\n", calls.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    Git::new(program)
}

struct Looks {
    rig: Rig,
    clock: Arc<FakeClock>,
    feed: LocalForgeFeed,
    cursor: Option<String>,
}

impl Looks {
    fn new() -> Self {
        let clock = Arc::new(FakeClock::new());
        let mut rig = Rig::with_git(counting);
        rig.home.clock = Arc::<FakeClock>::clone(&clock);
        let rig = rig.reopen();
        let feed = LocalForgeFeed::new(vec![Arc::clone(&rig.forge)]);
        Self {
            rig,
            clock,
            feed,
            cursor: None,
        }
    }

    /// Looks; answers the news and how many times git was called.
    async fn look(&mut self) -> (usize, usize) {
        let before = self.calls();
        let page = self.feed.news(self.cursor.take()).await.unwrap();
        self.cursor = Some(page.cursor);
        (page.news.len(), self.calls() - before)
    }

    fn calls(&self) -> usize {
        let calls = fs::read_to_string(self.rig.folder.path().join("calls"));
        calls.unwrap_or_default().lines().count()
    }

    /// The forge's clock shows so many seconds more than the file system's did at the last change.
    fn set_clock(&self, ahead: i64) {
        let heads = self.rig.forge.remote().join("refs/heads");
        let changed = fs::metadata(heads).unwrap();
        let wanted = (changed.ctime() + ahead) * 1_000;
        self.clock.jump(wanted - self.clock.now().0);
    }
}

#[tokio::test]
async fn git_is_asked_again_only_after_something_was_written() {
    let mut looks = Looks::new();
    looks.set_clock(3_600);
    assert_eq!(looks.look().await, (0, 1), "the first look");
    for _ in 0..3 {
        assert_eq!(looks.look().await, (0, 0));
    }
    type Change = fn(&Rig);
    let changes: [(&str, usize, Change); 7] = [
        ("a branch in a directory of its own", 1, |rig| {
            rig.push(BRANCH, &[("c.txt", "c\n")]);
        }),
        ("a branch that moves", 1, |rig| {
            rig.push(BRANCH, &[("d.txt", "d\n")]);
        }),
        ("references that are packed", 0, |rig| {
            rig.ask(&["pack-refs", "--all", "--prune"]);
        }),
        ("a packed branch that moves", 1, |rig| {
            rig.push("main", &[("e.txt", "e\n")]);
        }),
        ("a packed branch that is removed", 1, |rig| {
            git(&rig.work, &["push", "--quiet", "origin", ":users-own"]);
        }),
        ("a branch that moves as the only one in its directory", 1, |rig| {
            rig.push(BRANCH, &[("f.txt", "f\n")]);
        }),
        ("a branch that is removed with its directory", 1, |rig| {
            git(&rig.work, &["push", "--quiet", "origin", &format!(":{BRANCH}")]);
        }),
    ];
    for (what, news, change) in changes {
        change(&looks.rig);
        assert_eq!(looks.look().await, (news, 1), "{what}");
        assert_eq!(looks.look().await, (0, 0), "after {what}");
    }
}

/// Two pushes within a tick of the file system's clock leave the same time behind; and a clock that was set back dates pushes into the future.
#[tokio::test]
async fn git_is_asked_for_as_long_as_another_push_might_not_show() {
    for ahead in [-3_600, 0, 1] {
        let mut looks = Looks::new();
        looks.set_clock(ahead);
        for _ in 0..3 {
            assert_eq!(looks.look().await, (0, 1), "{ahead}");
        }
        looks.set_clock(10);
        assert_eq!(looks.look().await, (0, 1), "{ahead}, the last one");
        assert_eq!(looks.look().await, (0, 0), "{ahead}, settled");
    }
}
