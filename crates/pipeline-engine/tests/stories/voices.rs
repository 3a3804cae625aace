//! Who says what on the issue while work goes on: to the letter, in both languages, once.

use pipeline_core::id::IssueId;
use pipeline_core::project::Locale;
use pipeline_core::stage::Column;

use crate::world::World;

pub(crate) async fn russian() -> World {
    World::with(|project| {
        project.locale = Locale::Ru;
        project.tracker_phrase = "в Plane".to_owned();
    })
    .await
}

pub(crate) async fn moved(world: &mut World, issue: &IssueId, column: Column) {
    world.seconds(5).await;
    world.person_moves(issue, column);
    world.runs_until_idle().await;
}

#[tokio::test]
async fn each_speaks_for_its_own_work_from_start_to_end() {
    let mut world = russian().await;
    let issue = world.approved().await;
    let said: Vec<String> = world
        .voices(&issue)
        .iter()
        .map(|text| text.split("<br>").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        said,
        [
            "analyst: 🔍 Analyst запущен. BRD/ТЗ/AC/TestPlan в работе (ожидайте 8-15 мин).",
            "analyst: 🔍 Analyst — Подготовил BRD / ТЗ / Acceptance Criteria. Для продвижения переведите задачу в статус Approved. Для отклонения — напишите причину комментом и переведите в Rejected.",
            "stream: 🔄 Stage: analysis → architecture (launching architect)",
            "architect: 📐 Architect — Завершил архитектурную проработку. См. ADR ниже.",
            "stream: 🔄 Stage: architecture → development (launching developer)",
            "developer: 💻 Developer — Завершил разработку. См. PR / branch ниже.",
            "stream: 🔄 Stage: development → review (launching reviewer)",
            "reviewer: 🔎 Reviewer — Завершил ревью изменений.",
            "stream: 🔄 Stage: review → testing (launching tester)",
            "tester: 🧪 Tester — Завершил прогон тестов.",
            "stream: 🔄 Stage: testing → deploy-staging (launching deployer)",
            "deployer: 🚀 Deployer — Завершил staging-деплой.",
            "stream: 🔄 Stage: deploy-staging → deploy (launching deployer)",
            "deployer: 🚀 Deployer — Завершил прод-деплой.",
            "stream: 🔄 Stage: deploy → done",
            "deployer: ✅ Task completed! PR merged and deployed.",
            "deployer: 📊 Итого по задаче: 7.0k вход / 1.4k выход · $0.35",
        ]
    );
    world
        .rings(&["📋 ET-001: BRD/ТЗ/AC готовы. Переведите задачу в статус Approved в Plane для продолжения."])
        .await;
    world.ends().await;
}

#[tokio::test]
async fn a_status_comment_tells_verdict_documents_and_price() {
    let mut world = World::new().await;
    world.next_writes("tester", |desk| {
        desk.report(
            "13-test-report.md",
            "status: green\nverdict: '<b>PASS</b> & ready'\nresult: 10/10 checks PASS",
            "",
        );
    });
    let issue = world.approved().await;
    let told = |work: &str, verdict: &str, documents: &str| {
        format!(
            "{work}{verdict}<br>Duration: 1m 00s<br><b>Documents:</b><ul>{documents}</ul><br><sub>1.0k in / 200 out · $0.05</sub>"
        )
    };
    for expected in [
        told(
            "architect: 📐 Architect — Finished the architecture. See the ADR below.",
            "",
            "<li>ADR</li>",
        ),
        told(
            "developer: 💻 Developer — Finished development. See PR / branch below.",
            "",
            "<li>Branch feature/ET-001-add-a-greeting</li><li>PR #1</li>",
        ),
        told(
            "reviewer: 🔎 Reviewer — Finished the review.",
            "<br>Verdict: APPROVED",
            "<li>Review</li>",
        ),
        told(
            "tester: 🧪 Tester — Finished the test run.",
            "<br>Verdict: 10/10 checks PASS",
            "<li>Test report</li>",
        ),
        told(
            "deployer: 🚀 Deployer — Finished the staging deploy.",
            "<br>Status: SUCCESS",
            "<li>Staging log</li>",
        ),
    ] {
        world.speaks(&issue, &[&expected]).await;
    }
    world.ends().await;
}

#[tokio::test]
async fn questions_are_the_analysts_own() {
    let mut world = russian().await;
    for round in 1..=4 {
        world.next_writes("analyst", move |desk| {
            desk.write("questions.md", &format!("1. <Где> {round}?\n2. Когда?\n"));
        });
    }
    let issue = world.up_to_approval().await;
    for _ in 0..3 {
        moved(&mut world, &issue, Column::InProgress).await;
    }
    let (restarted, asked) = (
        "analyst: 🔄 Агент перезапущен с ответами стейкхолдера.",
        |round: u32| {
            format!("analyst: ❓ Analyst нуждается в уточнении:<br><br>1. &lt;Где&gt; {round}?<br>2. Когда?")
        },
    );
    let asked = [1, 2, 3, 4].map(asked);
    world
        .speaks(
            &issue,
            &[
                &asked[0], restarted, &asked[1], restarted, &asked[2], restarted, &asked[3],
                "analyst: 🚨 3 раунда уточнений исчерпаны. Analyst не может сформировать ТЗ. Требуется более детальное описание или встреча.",
            ],
        )
        .await;
    let question = "❓ ET-001: Analyst задаёт вопросы. Ответь в Plane.";
    world
        .rings(&[
            question,
            question,
            question,
            "🚨 ET-001: 3 раунда вопросов analyst'а исчерпаны. Нужна помощь.",
        ])
        .await;
    world.ends().await;
}

#[tokio::test]
async fn an_analyst_who_leaves_nothing_says_so() {
    let mut world = russian().await;
    for _ in 0..3 {
        world.next_writes("analyst", |_| {});
    }
    let issue = world.up_to_approval().await;
    let missing = "missing or empty: 01-brd.md, 02-trz.md, 03-acceptance-criteria.md, 04-test-plan.yaml";
    let repaired =
        |turn| format!("analyst: 🔧 analyst: отчёт не читается ({missing}). Запущен повторно ({turn}/2).");
    world
        .speaks(
            &issue,
            &[
                &repaired(1),
                &repaired(2),
                "analyst: ⚠️ Analyst завершился без артефактов и без вопросов. Проверьте лог.",
            ],
        )
        .await;
    let blocked = format!(
        "⛔ ET-001: analysis — {missing}. Mend it, then set the issue to In Progress: the role runs again"
    );
    world.rings(&[&blocked]).await;
    moved(&mut world, &issue, Column::InProgress).await;
    world
        .speaks(
            &issue,
            &["stream: 🔄 Задача разблокирована: analysis запущена заново, счётчики сброшены."],
        )
        .await;
    world.ends().await;
}

#[tokio::test]
async fn an_objection_is_the_architects_own() {
    let mut world = russian().await;
    world.next_writes("architect", |desk| {
        desk.write("conflict.md", "Так & не построить.\n");
    });
    let issue = world.approved().await;
    world
        .speaks(
            &issue,
            &["architect: ⚠️ Architect нашёл конфликт с ТЗ. Возврат в Analysis.<br><br>Так &amp; не построить."],
        )
        .await;
    let live = world.chat.message(world.task(&issue).await.id).unwrap().text;
    assert!(
        live.contains("твоё время ⏳"),
        "a human is waited for again: {live}"
    );
    world.ends().await;
}

#[tokio::test]
async fn what_goes_back_says_why_in_the_voice_of_the_judge() {
    let mut world = russian().await;
    world.next_writes("reviewer", |desk| {
        desk.review("REQUEST_CHANGES", "### P1\n\n- [ ] one\n- [ ] two\n");
    });
    world.next_writes("tester", |desk| desk.tests("FAIL", ""));
    let mut red = true;
    world.runner.on_command(move |_, _| {
        let code = i32::from(std::mem::take(&mut red));
        testkit::fake::runner::ScriptedEnd::exited(code, "")
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    for sentence in [
        "developer: ❌ CI failed, fix and re-push (attempt 1/3): ci/test",
        "reviewer: 🔁 Review: 2 замечаний. Developer перезапущен (attempt 1/3).",
        "tester: ❌ Тесты не прошли: Test verdict: FAIL (FAIL). Developer перезапущен для фикса.",
    ] {
        world.speaks(&issue, &[sentence]).await;
    }
    world.ends().await;
}

#[tokio::test]
async fn a_conflict_is_the_orchestrators_to_tell() {
    let mut world = russian().await;
    let forge = std::sync::Arc::clone(&world.forge);
    world.next_writes("tester", move |desk| {
        forge.push_to_default(&[("src/greet.rs", "fn theirs() {}\n")]);
        desk.tests("PASS", "");
    });
    let issue = world.approved().await;
    world
        .speaks(
            &issue,
            &["stream: 🔀 Конфликт с main: src/greet.rs. Developer перезапущен (attempt 1/3)."],
        )
        .await;
    world.ends().await;
}

#[tokio::test]
async fn a_failed_staging_or_deploy_is_the_deployers_to_tell() {
    let mut world = russian().await;
    world.next_writes("deployer", |desk| desk.staging("FAILED"));
    world.next_writes("deployer", |desk| desk.staging("SUCCESS"));
    world.next_writes("deployer", |desk| desk.deploy("FAILED"));
    let issue = world.approved().await;
    let staging = "Staging status: FAILED";
    let comment = format!(
        "deployer: ❌ Staging gate FAILED ({staging}). Rolled back to development. Developer нужен для фикса."
    );
    world.speaks(&issue, &[&comment]).await;
    let alarm = format!("🚨 ET-001: Staging FAILED ({staging}). Rolled back to development. Needs fix.");
    world.rings(&[&alarm]).await;
    moved(&mut world, &issue, Column::InProgress).await;
    let deploy = "Deploy status: FAILED";
    let comment = format!(
        "deployer: ❌ Deploy FAILED ({deploy}). Rolled back to development. Developer нужен для фикса."
    );
    let restarted = "stream: 🔄 Задача разблокирована: development запущена заново, счётчики сброшены.";
    world.speaks(&issue, &[restarted]).await;
    world.speaks(&issue, &[&comment]).await;
    let alarm = format!("🚨 ET-001: Deploy FAILED ({deploy}). Rolled back to development. Needs fix.");
    world.rings(&[&alarm]).await;
    assert_eq!(world.times_alerted("⛔"), 0, "one alert each");
    world.ends().await;
}

#[tokio::test]
async fn a_role_that_left_its_files_is_named() {
    let mut world = russian().await;
    world.next_writes("reviewer", |desk| {
        desk.review("APPROVED", "");
        desk.tree.write("src/a<b>.rs", "// mended\n");
    });
    world.next_writes("tester", |desk| {
        desk.write("13-test-report.md", "no front matter\n");
    });
    let issue = world.approved().await;
    world
        .speaks(
            &issue,
            &["reviewer: ✋ reviewer вышел за пределы своих файлов: src/a&lt;b&gt;.rs. Запущен повторно."],
        )
        .await;
    world
        .speaks(
            &issue,
            &["tester: 🔧 tester: отчёт не читается (No YAML frontmatter in test report (cannot read machine verdict)). Запущен повторно (1/2)."],
        )
        .await;
    assert_eq!(world.times_said(&issue, "🧪 Tester — "), 1);
    world.ends().await;
}
