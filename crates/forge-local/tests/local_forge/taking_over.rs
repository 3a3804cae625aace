//! Making a project from the user's repository.

use std::fs;

use forge_local::{LocalForge, OpenError};
use pipeline_core::effect::MergeStyle;
use pipeline_core::port::forge::Forge;
use testkit::lingering::Lingering;

use crate::rig::{Rig, branch, commit, files_below, git, merge_of, output, user_repository};

#[tokio::test]
async fn the_users_repository_is_not_touched() {
    let rig = Rig::new();
    let elsewhere = rig.folder.path().join("other");
    user_repository(&elsewhere);
    let before = files_below(&elsewhere);

    let forge = LocalForge::create(&rig.home, &"xx".into(), &elsewhere, None).unwrap();
    forge.check().await.unwrap();
    assert_eq!(files_below(&elsewhere), before);

    let before = files_below(&rig.user());
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    rig.forge
        .merge(&merge_of(&head, MergeStyle::Merge))
        .await
        .unwrap();
    LocalForge::create(&rig.home, &rig.project, &rig.user(), None).unwrap();
    assert_eq!(files_below(&rig.user()), before);
}

#[tokio::test]
async fn the_copy_stands_alone_and_is_made_once() {
    let rig = Rig::new();
    assert_eq!(
        rig.ask(&["branch", "--list", "users-own", "--format=%(refname)"]),
        "refs/heads/users-own"
    );
    assert_eq!(rig.ask(&["tag"]), "v1");
    assert_eq!(rig.ask(&["remote"]), "");
    assert_eq!(rig.ask(&["config", "core.fsync"]), "committed,reference");
    assert_eq!(rig.ask(&["config", "receive.autogc"]), "false");
    assert!(!rig.forge.remote().join("objects/info/alternates").exists());

    let before = rig.main();
    commit(&rig.user(), &[("later.txt", "later\n")]);
    let again = LocalForge::create(&rig.home, &rig.project, &rig.user(), None).unwrap();
    assert_eq!(rig.main(), before);
    fs::remove_dir_all(rig.user()).unwrap();
    drop(again);
    LocalForge::create(&rig.home, &rig.project, &rig.user(), None).unwrap();
}

/// The daemon died while it copied, and its git goes on for a while.
#[test]
fn a_git_that_outlived_its_daemon_is_in_nobodys_way() {
    let rig = Rig::new();
    let old = rig.home.root.join("xx/repo.git.new/objects");
    fs::create_dir_all(&old).unwrap();
    let git = Lingering::below(old);
    let made = LocalForge::create(&rig.home, &"xx".into(), &rig.user(), None);
    git.end();
    made.unwrap();
    let once_more = LocalForge::create(&rig.home, &"xx".into(), &rig.user(), None);
    once_more.unwrap();
}

#[tokio::test]
async fn the_result_can_be_fetched_by_the_command_that_is_shown() {
    let rig = Rig::new();
    let head = rig.pull_request(&[("c.txt", "c\n")]).await;
    let merged = rig
        .forge
        .merge(&merge_of(&head, MergeStyle::Merge))
        .await
        .unwrap();
    let command = rig.forge.fetch_command();
    let words: Vec<_> = command.split(' ').skip(1).collect();
    git(&rig.user(), &words);
    assert_eq!(output(&rig.user(), &["rev-parse", "FETCH_HEAD"]), merged.as_str());
}

#[tokio::test]
async fn what_cannot_be_taken_over_is_refused_with_the_reason() {
    let rig = Rig::new();
    let path = |name: &str| rig.folder.path().join(name);
    fs::create_dir(path("plain")).unwrap();
    fs::create_dir(path("empty")).unwrap();
    git(&path("empty"), &["init", "--quiet"]);
    fs::create_dir(path("user/sub")).unwrap();
    let user = rig.user();
    commit(&user, &[("later.txt", "later\n")]);
    git(
        rig.folder.path(),
        &[
            "clone",
            "--quiet",
            "--depth=1",
            &format!("file://{}", user.display()),
            "shallow",
        ],
    );
    for (name, expected) in [
        ("plain", "does not appear to be a git repository"),
        ("user/sub", "does not appear to be a git repository"),
        ("nowhere", "No such file or directory"),
        ("empty", "has no commits"),
        ("shallow", "it is a shallow clone"),
    ] {
        let refused = LocalForge::create(&rig.home, &"xx".into(), &path(name), None);
        let error = refused.err().unwrap();
        assert!(matches!(error, OpenError::Source { .. }), "{name}: {error}");
        let text = error.to_string();
        assert!(text.contains(expected) && text.contains(name), "{name}: {text}");
    }
}

#[tokio::test]
async fn the_default_branch_is_what_is_asked_for_or_what_head_names() {
    let rig = Rig::new();
    assert_eq!(rig.forge.default_branch(), &branch("main"));
    let create = |id: &str, wanted: Option<&str>| {
        let wanted = wanted.map(branch);
        LocalForge::create(&rig.home, &id.into(), &rig.user(), wanted.as_ref())
    };
    assert_eq!(
        create("xx", Some("users-own")).unwrap().default_branch(),
        &branch("users-own")
    );
    assert_eq!(
        LocalForge::open(&rig.home, &"xx".into())
            .unwrap()
            .default_branch(),
        &branch("users-own")
    );
    assert_eq!(
        create("xx", Some("main")).unwrap().default_branch(),
        &branch("main")
    );

    for id in ["xx", "yy"] {
        let error = create(id, Some("trunk")).err().unwrap().to_string();
        assert!(
            error.contains("no branch 'trunk'") && error.contains("main, users-own"),
            "{error}"
        );
    }
    git(&rig.user(), &["checkout", "--quiet", "--detach"]);
    let error = create("yy", None).err().unwrap().to_string();
    assert!(error.contains("HEAD is detached"), "{error}");
    assert_eq!(
        create("yy", Some("main")).unwrap().default_branch(),
        &branch("main")
    );
}

#[tokio::test]
async fn names_that_lead_elsewhere_and_projects_that_were_not_made_are_refused() {
    let rig = Rig::new();
    for id in ["", "..", "a/b", "/etc"] {
        let error = LocalForge::create(&rig.home, &id.into(), &rig.user(), None)
            .err()
            .unwrap();
        assert!(matches!(error, OpenError::ProjectName(_)), "{id}: {error}");
    }
    let error = LocalForge::open(&rig.home, &"xx".into()).err().unwrap();
    assert!(matches!(error, OpenError::NoProject { .. }), "{error}");
}

#[tokio::test]
async fn half_a_copy_from_a_crash_is_made_anew() {
    let rig = Rig::new();
    let draft = rig.home.root.join("xx/repo.git.new/objects");
    fs::create_dir_all(&draft).unwrap();
    fs::write(draft.join("rest"), "half").unwrap();
    let forge = LocalForge::create(&rig.home, &"xx".into(), &rig.user(), None).unwrap();
    forge.check().await.unwrap();
    assert!(!forge.remote().join("objects/rest").exists());
}
