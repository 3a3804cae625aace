use super::{EN, RU, check, list};
use crate::message::comment::*;
use crate::role::Role;
use crate::usage::Usage;

#[test]
fn the_start_is_announced() {
    check(&[
        (
            start_comment(RU, &Role::new("analyst")),
            "🔍 Analyst запущен. BRD/ТЗ/AC/TestPlan в работе (ожидайте 8-15 мин).",
        ),
        (
            start_comment(EN, &Role::new("analyst")),
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
            analyst_rejected_comment(RU, &Role::new("analyst"), "мало"),
            "🔄 Analyst перезапущен. Причина отклонения: мало",
        ),
        (
            analyst_rejected_comment(EN, &Role::new("analyst"), "thin"),
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
        (
            done_comment(Delivery::Deployed),
            "✅ Task completed! PR merged and deployed.",
        ),
        (done_comment(Delivery::Merged), "✅ Task completed! PR merged."),
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
