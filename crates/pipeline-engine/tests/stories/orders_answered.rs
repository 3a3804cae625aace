//! What people's orders are answered with: to the letter, in both languages, once per order.

use pipeline_core::order::OperatorOrderKind;
use pipeline_core::stage::Column;
use testkit::fake::runner::ScriptedEnd;

use crate::voices::{moved, russian};
use crate::world::World;

#[tokio::test]
async fn an_issue_that_cannot_start_is_told_by_the_shared_account() {
    let mut world = russian().await;
    let issue = world.issue("Fix", "please");
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    world
        .speaks(
            &issue,
            &["orchd: ⚠️ QG-0 failed:<br>• Title слишком короткий (нужно >= 5 символов)<br>• Description слишком короткий (нужно >= 20 символов)"],
        )
        .await;
    world.ends().await;
}

#[tokio::test]
async fn what_an_issue_waits_for_is_named_and_again_when_somebody_decides_on_it() {
    let mut world = russian().await;
    let (first, second) = world.greeting_and_farewell();
    world.board.block(&second, &first);
    world.person_moves(&second, Column::InProgress);
    world.runs_until_idle().await;
    world.speaks(&second, &["stream: ⏳ Ждёт задачи: #1."]).await;
    for column in [Column::Approved, Column::Rejected] {
        moved(&mut world, &second, column).await;
    }
    assert_eq!(
        world.voices(&second),
        ["stream: ⏳ Ждёт задачи: #1."; 3],
        "nobody claims that something runs"
    );
    world.ends().await;
}

#[tokio::test]
async fn rejections_are_told_by_whoever_works_next() {
    let mut world = russian().await;
    let issue = world.up_to_approval().await;
    world.seconds(5).await;
    world.person_comments(&issue, "Мало <b>деталей</b> & примеров.");
    moved(&mut world, &issue, Column::Rejected).await;
    world
        .speaks(
            &issue,
            &["analyst: 🔄 Analyst перезапущен. Причина отклонения: Мало &lt;b&gt;деталей&lt;/b&gt; &amp; примеров."],
        )
        .await;
    world.next("reviewer", |_| ScriptedEnd::hangs());
    moved(&mut world, &issue, Column::Approved).await;
    assert_eq!(world.stands(&issue).await, "review/working");
    moved(&mut world, &issue, Column::Rejected).await;
    world
        .speaks(
            &issue,
            &["developer: 🔄 Откат: review → development. Причина: Rejected via status, no reason comment"],
        )
        .await;
    world.ends().await;
}

#[tokio::test]
async fn protected_files_that_are_sent_back_are_no_unreadable_report() {
    let mut world = russian().await;
    world.next_writes("developer", |desk| {
        desk.code();
        desk.tree.write(".github/ci.yml", "jobs: {}\n");
    });
    let issue = world.approved().await;
    world
        .speaks(
            &issue,
            &["developer: 🔒 developer изменил защищённые файлы: .github/ci.yml. Approved — принять, Rejected — вернуть."],
        )
        .await;
    world
        .rings(&["⛔ ET-001: development — protected files changed: .github/ci.yml. Set the issue to Approved to accept, to Rejected to send them back"])
        .await;
    world.person_comments(&issue, "Leave CI alone.");
    moved(&mut world, &issue, Column::Rejected).await;
    world
        .speaks(
            &issue,
            &["developer: 🔄 Developer перезапущен. Причина отклонения: Leave CI alone."],
        )
        .await;
    assert_eq!(world.times_said(&issue, "отчёт не читается"), 0);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn somebody_elses_head_is_told_with_its_commit() {
    let mut world = World::with_external_ci()
        .await
        .with_project(|project| project.locale = pipeline_core::project::Locale::Ru)
        .await;
    let issue = world.approved().await;
    let branch = world.branch(&issue).await;
    let theirs = world
        .forge
        .force_push(&branch, &[("src/theirs.rs", "fn theirs() {}\n")]);
    world.runs_until_idle().await;
    let told = format!(
        "stream: 🔀 В ветке {branch} чужой коммит {theirs}. Approved — принять, Rejected — восстановить."
    );
    world.speaks(&issue, &[&told]).await;
    let rang = format!(
        "⛔ ET-001: development — branch {branch} holds somebody else's commit {theirs}. Approved adopts it, Rejected restores ours"
    );
    world.rings(&[&rang]).await;
    world.ends().await;
}

#[tokio::test]
async fn decisions_that_do_not_count_are_answered() {
    let mut world = russian()
        .await
        .with_project(|project| project.approvers = vec!["bob".to_owned()])
        .await;
    world.runner.hold(true);
    let issue = world.up_to_approval().await;
    world.board.person_moves(&issue, Column::Approved, "bob");
    world.runs_until_idle().await;
    world
        .speaks(
            &issue,
            &["stream: ℹ️ analysis ещё выполняется, подтверждать нечего."],
        )
        .await;
    world.runner.hold(false);
    world.runner.finish(&world.runner.running()[0]);
    world.runs_until_idle().await;
    world.board.person_moves(&issue, Column::Approved, "<eve>");
    world.runs_until_idle().await;
    world
        .speaks(
            &issue,
            &["stream: ⚠️ &lt;eve&gt; не входит в список согласующих этого проекта."],
        )
        .await;
    let branch = world.branch(&issue).await;
    world
        .forge
        .push(&branch, &[("docs/work-items/ET-001/01-brd.md", "# Another\n")]);
    world.board.person_moves(&issue, Column::Approved, "bob");
    world.runs_until_idle().await;
    world
        .speaks(
            &issue,
            &["stream: ⚠️ Approved не принят: документы изменились после запроса. Проверьте и подтвердите ещё раз."],
        )
        .await;
    world.board.person_moves(&issue, Column::Approved, "bob");
    world.runs_until_idle().await;
    world.board.person_moves(&issue, Column::InProgress, "bob");
    world.runs_until_idle().await;
    world
        .speaks(
            &issue,
            &["stream: ℹ️ Задача уже завершена (done). Чтобы продолжить, создайте новую задачу."],
        )
        .await;
    world.ends().await;
}

#[tokio::test]
async fn a_gate_that_still_fails_when_somebody_approves_is_named_by_its_role() {
    let mut world = russian().await;
    for round in 1..=3 {
        world.next_writes("tester", move |desk| {
            desk.report("13-test-report.md", &format!("result: mostly fine {round}"), "");
        });
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    moved(&mut world, &issue, Column::Approved).await;
    let told = world.voices(&issue).pop().unwrap();
    assert!(
        told.starts_with("tester: ⚠️ QG failed at testing: check_tests_passed — "),
        "{told}"
    );
    world.speaks(&issue, &[&told]).await;
    world.ends().await;
}

#[tokio::test]
async fn approving_a_blocked_task_without_a_result_does_not_say_that_it_runs() {
    let mut world = russian().await;
    for _ in 0..2 {
        world.next("analyst", |_| ScriptedEnd::agent_error("segmentation fault"));
    }
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/blocked");
    moved(&mut world, &issue, Column::Approved).await;
    world
        .speaks(
            &issue,
            &["analyst: ⚠️ QG failed at analysis: check_analysis_complete — there is nothing on the branch to judge; blocked: segmentation fault"],
        )
        .await;
    world.ends().await;
}

#[tokio::test]
async fn what_is_done_past_the_rules_is_told_in_the_projects_language() {
    let mut world = russian().await;
    let issue = world.up_to_approval().await;
    let stage = pipeline_core::stage::StageName::new("development");
    world
        .operator(&issue, OperatorOrderKind::ForceStage { stage })
        .await;
    world
        .speaks(
            &issue,
            &["stream: 🔄 olga: задача переведена на development. Причина: the operator says so"],
        )
        .await;
    world.ends().await;
    let mut world = russian().await;
    world.next("reviewer", |_| ScriptedEnd::hangs());
    let issue = world.approved().await;
    world.forge.merge_outside(1);
    world.runs_until_idle().await;
    world
        .speaks(
            &issue,
            &[
                "stream: 🔀 PR слит не оркестратором: задача завершена.",
                "stream: 🔄 Stage: review → done",
                "deployer: ✅ Task completed! PR merged.",
            ],
        )
        .await;
    world.ends().await;
}

#[tokio::test]
async fn deciding_on_issues_that_wait_for_each_other_says_that_they_do() {
    let mut world = World::new().await;
    let (first, second) = world.greeting_and_farewell();
    world.board.block(&first, &second);
    world.board.block(&second, &first);
    world.person_moves(&first, Column::InProgress);
    world.runs_until_idle().await;
    let ring = "waits for itself: #1 → #2 → #1";
    assert_eq!(world.voices(&first), [format!("stream: ⛔ The issue {ring}.")]);
    for column in [Column::Approved, Column::Rejected] {
        moved(&mut world, &first, column).await;
        let told = world.voices(&first).pop();
        assert_eq!(told, Some(format!("stream: 🚨 the issue {ring}")));
    }
    assert_eq!(world.stands(&first).await, "created/blocked");
    world.ends().await;
}
