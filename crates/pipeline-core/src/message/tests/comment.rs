use super::{EN, HOSTILE, RU, check, list};
use crate::message::comment::*;
use crate::role::Role;
use crate::usage::Usage;

#[test]
fn the_start_is_announced() {
    check(&[
        (
            start_comment(RU),
            "🔍 Analyst запущен. BRD/ТЗ/AC/TestPlan в работе (ожидайте 8-15 мин).",
        ),
        (
            start_comment(EN),
            "🔍 Analyst started. BRD, spec, acceptance criteria and test plan on the way (expect 8-15 min).",
        ),
        (
            relaunched_with_answers_comment(RU),
            "🔄 Агент перезапущен с ответами стейкхолдера.",
        ),
        (
            relaunched_with_answers_comment(EN),
            "🔄 Agent restarted with the stakeholder's answers.",
        ),
    ]);
}

#[test]
fn an_issue_that_cannot_be_started_gets_a_list_of_what_is_wrong() {
    use Qg0Problem::{DescriptionTooShort, TitleTooLong, TitleTooShort};
    check(&[
        (
            qg0_failed_comment(RU, &[TitleTooShort, DescriptionTooShort]),
            "⚠️ QG-0 failed:<br>• Title слишком короткий (нужно >= 5 символов)<br>• Description слишком короткий (нужно >= 20 символов)",
        ),
        (
            qg0_failed_comment(EN, &[TitleTooShort, DescriptionTooShort]),
            "⚠️ QG-0 failed:<br>• Title too short (at least 5 characters)<br>• Description too short (at least 20 characters)",
        ),
        (
            qg0_failed_comment(RU, &[TitleTooLong]),
            "⚠️ QG-0 failed:<br>• Title слишком длинный (максимум 80 символов)",
        ),
        (
            qg0_failed_comment(EN, &[TitleTooLong]),
            "⚠️ QG-0 failed:<br>• Title too long (at most 80 characters)",
        ),
    ]);
}

#[test]
fn moves_between_stages_are_announced() {
    let developer = Role::new("developer");
    check(&[
        (
            analyst_rejected_comment(RU, "мало"),
            "🔄 Analyst перезапущен. Причина отклонения: мало",
        ),
        (
            analyst_rejected_comment(EN, "thin"),
            "🔄 Analyst restarted. Reason for rejection: thin",
        ),
        (
            rolled_back_comment(RU, "testing", "review", "ещё раз"),
            "🔄 Откат: testing → review. Причина: ещё раз",
        ),
        (
            rolled_back_comment(EN, "testing", "review", "again"),
            "🔄 Rolled back: testing → review. Reason: again",
        ),
        (
            restarted_comment(RU, "review"),
            "🔄 Задача разблокирована: review запущена заново, счётчики сброшены.",
        ),
        (
            restarted_comment(EN, "review"),
            "🔄 Task unblocked: review starts again, counters reset.",
        ),
        (
            stage_change_comment("architecture", "development", Some(&developer)),
            "🔄 Stage: architecture → development (launching developer)",
        ),
        (
            stage_change_comment("deploy", "done", None),
            "🔄 Stage: deploy → done",
        ),
        (
            gate_failed_comment("testing", "check_tests_passed", "Test verdict: FAIL (FAIL)"),
            "⚠️ QG failed at testing: check_tests_passed — Test verdict: FAIL (FAIL)",
        ),
    ]);
}

#[test]
fn the_analyst_and_the_architect_speak_up() {
    check(&[
        (
            questions_comment(RU, "1. Где?\n2. Когда?\n"),
            "❓ Analyst нуждается в уточнении:<br><br>1. Где?<br>2. Когда?",
        ),
        (
            questions_comment(EN, "1. Where?"),
            "❓ Analyst needs clarification:<br><br>1. Where?",
        ),
        (
            analyst_empty_comment(RU),
            "⚠️ Analyst завершился без артефактов и без вопросов. Проверьте лог.",
        ),
        (
            analyst_empty_comment(EN),
            "⚠️ Analyst finished without documents and without questions. Check the log.",
        ),
        (
            questions_exhausted_comment(RU),
            "🚨 3 раунда уточнений исчерпаны. Analyst не может сформировать ТЗ. Требуется более детальное описание или встреча.",
        ),
        (
            questions_exhausted_comment(EN),
            "🚨 3 rounds of questions used up. The analyst cannot write the spec. A more detailed description or a meeting is needed.",
        ),
        (
            conflict_comment(RU, "п. 3"),
            "⚠️ Architect нашёл конфликт с ТЗ. Возврат в Analysis.<br><br>п. 3",
        ),
        (
            conflict_comment(EN, "item 3"),
            "⚠️ Architect found a conflict with the spec. Back to analysis.<br><br>item 3",
        ),
    ]);
}

#[test]
fn bounces_are_explained() {
    let files = list(&["a.rs", "b.rs"]);
    check(&[
        (
            tests_failed_comment(RU, "2 упали"),
            "❌ Тесты не прошли: 2 упали. Developer перезапущен для фикса.",
        ),
        (
            tests_failed_comment(EN, "2 fell"),
            "❌ Tests failed: 2 fell. Developer restarted to fix.",
        ),
        (
            review_bounced_comment(RU, 4, 1, 3),
            "🔁 Review: 4 замечаний. Developer перезапущен (attempt 1/3).",
        ),
        (
            review_bounced_comment(EN, 4, 1, 3),
            "🔁 Review: 4 findings. Developer restarted (attempt 1/3).",
        ),
        (
            ci_bounced_comment(2, 3, &list(&["build", "lint"])),
            "❌ CI failed, fix and re-push (attempt 2/3): build, lint",
        ),
        (
            merge_conflict_comment(RU, "main", &files, 1, 3),
            "🔀 Конфликт с main: a.rs, b.rs. Developer перезапущен (attempt 1/3).",
        ),
        (
            merge_conflict_comment(EN, "main", &files, 1, 3),
            "🔀 Conflict with main: a.rs, b.rs. Developer restarted (attempt 1/3).",
        ),
        (
            staging_failed_comment(RU, "Staging status: FAILED"),
            "❌ Staging gate FAILED (Staging status: FAILED). Rolled back to development. Developer нужен для фикса.",
        ),
        (
            staging_failed_comment(EN, "Staging status: FAILED"),
            "❌ Staging gate FAILED (Staging status: FAILED). Rolled back to development. Needs a developer's fix.",
        ),
        (
            deploy_failed_comment(RU, "Deploy status: FAILED"),
            "❌ Deploy FAILED (Deploy status: FAILED). Rolled back to development. Developer нужен для фикса.",
        ),
        (
            deploy_failed_comment(EN, "Deploy status: FAILED"),
            "❌ Deploy FAILED (Deploy status: FAILED). Rolled back to development. Needs a developer's fix.",
        ),
    ]);
}

#[test]
fn orders_of_people_are_answered() {
    check(&[
        (
            nothing_to_approve_comment(RU, "review"),
            "ℹ️ review ещё выполняется, подтверждать нечего.",
        ),
        (
            nothing_to_approve_comment(EN, "review"),
            "ℹ️ review is still running, there is nothing to approve.",
        ),
        (
            not_an_approver_comment(RU, "Ева"),
            "⚠️ Ева не входит в список согласующих этого проекта.",
        ),
        (
            not_an_approver_comment(EN, "Eve"),
            "⚠️ Eve is not an approver of this project.",
        ),
        (
            approval_stale_comment(RU),
            "⚠️ Approved не принят: документы изменились после запроса. Проверьте и подтвердите ещё раз.",
        ),
        (
            approval_stale_comment(EN),
            "⚠️ Approved not accepted: the documents changed after the request. Check and approve again.",
        ),
        (
            closed_task_comment(RU, "Done"),
            "ℹ️ Задача уже завершена (Done). Чтобы продолжить, создайте новую задачу.",
        ),
        (
            closed_task_comment(EN, "Done"),
            "ℹ️ This task is already over (Done). To go on, create a new issue.",
        ),
        (
            waiting_for_comment(RU, &list(&["ET-1", "ET-2"])),
            "⏳ Ждёт задачи: ET-1, ET-2.",
        ),
        (
            waiting_for_comment(EN, &list(&["ET-1", "ET-2"])),
            "⏳ Waiting for: ET-1, ET-2.",
        ),
    ]);
}

#[test]
fn a_role_that_left_its_lane_is_named() {
    let (role, paths) = (Role::new("reviewer"), list(&["ci.yml", "agents/tester.md"]));
    check(&[
        (
            protected_paths_comment(RU, &role, &paths),
            "🔒 reviewer изменил защищённые файлы: ci.yml, agents/tester.md. Approved — принять, Rejected — вернуть.",
        ),
        (
            protected_paths_comment(EN, &role, &paths),
            "🔒 reviewer changed protected files: ci.yml, agents/tester.md. Approved accepts, Rejected sends them back.",
        ),
        (
            foreign_head_comment(RU, "feature/ET-1-a", "abc"),
            "🔀 В ветке feature/ET-1-a чужой коммит abc. Approved — принять, Rejected — восстановить.",
        ),
        (
            foreign_head_comment(EN, "feature/ET-1-a", "abc"),
            "🔀 Branch feature/ET-1-a holds somebody else's commit abc. Approved adopts it, Rejected restores ours.",
        ),
        (
            write_scope_comment(RU, &role, &paths),
            "✋ reviewer вышел за пределы своих файлов: ci.yml, agents/tester.md. Запущен повторно.",
        ),
        (
            write_scope_comment(EN, &role, &paths),
            "✋ reviewer wrote outside its files: ci.yml, agents/tester.md. Started again.",
        ),
        (
            repair_comment(RU, &role, "нет verdict", 1, 2),
            "🔧 reviewer: отчёт не читается (нет verdict). Запущен повторно (1/2).",
        ),
        (
            repair_comment(EN, &role, "no verdict", 1, 2),
            "🔧 reviewer: the report cannot be read (no verdict). Started again (1/2).",
        ),
    ]);
}

#[test]
fn the_end_and_its_price_are_told() {
    let total = Usage {
        input_tokens: 200,
        output_tokens: 2_500_000,
        cache_read_input_tokens: 1_034,
        cost_usd: 7.29,
        ..Usage::default()
    };
    let small = Usage {
        input_tokens: 10,
        output_tokens: 2,
        ..Usage::default()
    };
    let roles = [(Role::new("analyst"), total), (Role::new("tester"), small)];
    check(&[
        (done_comment(), "✅ Task completed! PR merged and deployed."),
        (
            summary_comment(RU, &total, &roles),
            "📊 Итого по задаче: 1.2k вход (1.0k cached) / 2.5M выход · $7.29<br>• Analyst: 1.2k in (1.0k cached) / 2.5M out · $7.29<br>• Tester: 10 in / 2 out · $0.00",
        ),
        (
            summary_comment(EN, &total, &roles),
            "📊 Task total: 1.2k in (1.0k cached) / 2.5M out · $7.29<br>• Analyst: 1.2k in (1.0k cached) / 2.5M out · $7.29<br>• Tester: 10 in / 2 out · $0.00",
        ),
    ]);
}

#[test]
fn no_placeholder_lets_markup_through() {
    let (role, paths) = (Role::new(HOSTILE), list(&[HOSTILE]));
    let usage = Usage::default();
    let mut sentences = vec![
        stage_change_comment(HOSTILE, HOSTILE, Some(&role)),
        gate_failed_comment(HOSTILE, HOSTILE, HOSTILE),
        ci_bounced_comment(1, 3, &paths),
    ];
    for locale in [RU, EN] {
        sentences.extend([
            analyst_rejected_comment(locale, HOSTILE),
            rolled_back_comment(locale, HOSTILE, HOSTILE, HOSTILE),
            restarted_comment(locale, HOSTILE),
            questions_comment(locale, HOSTILE),
            conflict_comment(locale, HOSTILE),
            tests_failed_comment(locale, HOSTILE),
            staging_failed_comment(locale, HOSTILE),
            deploy_failed_comment(locale, HOSTILE),
            nothing_to_approve_comment(locale, HOSTILE),
            not_an_approver_comment(locale, HOSTILE),
            protected_paths_comment(locale, &role, &paths),
            foreign_head_comment(locale, HOSTILE, HOSTILE),
            merge_conflict_comment(locale, HOSTILE, &paths, 1, 3),
            waiting_for_comment(locale, &paths),
            write_scope_comment(locale, &role, &paths),
            repair_comment(locale, &role, HOSTILE, 1, 2),
            closed_task_comment(locale, HOSTILE),
            summary_comment(locale, &usage, &[(role.clone(), usage)]),
        ]);
    }
    for sentence in sentences {
        let without_breaks = sentence.replace("<br>", "");
        assert!(!without_breaks.contains(['<', '>']), "{sentence}");
        assert!(without_breaks.contains("&lt;script&gt;"), "{sentence}");
    }
}
