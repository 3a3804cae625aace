use super::{EN, RU, check, list};
use crate::message::setback::*;
use crate::role::Role;
use crate::stage::StageName;

fn turn(attempt: u32) -> Turn {
    Turn { attempt, max: 3 }
}

#[test]
fn bounces_are_explained() {
    let files = list(&["a.rs", "b.rs"]);
    let (developer, development) = (Role::new("developer"), StageName::new("development"));
    let back = Back {
        stage: &development,
        role: &developer,
    };
    check(&[
        (
            tests_failed_comment(RU, "2 упали", &developer),
            "❌ Тесты не прошли: 2 упали. Developer перезапущен для фикса.",
        ),
        (
            tests_failed_comment(EN, "2 fell", &developer),
            "❌ Tests failed: 2 fell. Developer restarted to fix.",
        ),
        (
            review_bounced_comment(RU, 4, &developer, turn(1)),
            "🔁 Review: 4 замечаний. Developer перезапущен (attempt 1/3).",
        ),
        (
            review_bounced_comment(EN, 4, &developer, turn(1)),
            "🔁 Review: 4 findings. Developer restarted (attempt 1/3).",
        ),
        (
            ci_bounced_comment(turn(2), &list(&["build", "lint"])),
            "❌ CI failed, fix and re-push (attempt 2/3): build, lint",
        ),
        (
            merge_conflict_comment(RU, "main", &files, &developer, turn(1)),
            "🔀 Конфликт с main: a.rs, b.rs. Developer перезапущен (attempt 1/3).",
        ),
        (
            merge_conflict_comment(EN, "main", &files, &developer, turn(1)),
            "🔀 Conflict with main: a.rs, b.rs. Developer restarted (attempt 1/3).",
        ),
        (
            staging_failed_comment(RU, "Staging status: FAILED", back),
            "❌ Staging gate FAILED (Staging status: FAILED). Rolled back to development. Developer нужен для фикса.",
        ),
        (
            staging_failed_comment(EN, "Staging status: FAILED", back),
            "❌ Staging gate FAILED (Staging status: FAILED). Rolled back to development. Needs a developer's fix.",
        ),
        (
            deploy_failed_comment(RU, "Deploy status: FAILED", back),
            "❌ Deploy FAILED (Deploy status: FAILED). Rolled back to development. Developer нужен для фикса.",
        ),
        (
            deploy_failed_comment(EN, "Deploy status: FAILED", back),
            "❌ Deploy FAILED (Deploy status: FAILED). Rolled back to development. Needs a developer's fix.",
        ),
    ]);
}

#[test]
fn what_a_role_left_undone_is_told() {
    let (role, paths) = (Role::new("reviewer"), list(&["ci.yml", "agents/tester.md"]));
    let turn = Turn { attempt: 1, max: 2 };
    check(&[
        (
            gate_failed_comment("testing", "check_tests_passed", "Test verdict: FAIL (FAIL)"),
            "⚠️ QG failed at testing: check_tests_passed — Test verdict: FAIL (FAIL)",
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
            repair_comment(RU, &role, "нет verdict", turn),
            "🔧 reviewer: отчёт не читается (нет verdict). Запущен повторно (1/2).",
        ),
        (
            repair_comment(EN, &role, "no verdict", turn),
            "🔧 reviewer: the report cannot be read (no verdict). Started again (1/2).",
        ),
    ]);
}

#[test]
fn work_of_other_pipelines_goes_back_to_their_own_roles() {
    let (artist, drawing) = (Role::new("artist"), StageName::new("drawing"));
    let back = Back {
        stage: &drawing,
        role: &artist,
    };
    check(&[
        (
            tests_failed_comment(RU, "2 упали", &artist),
            "❌ Тесты не прошли: 2 упали. Artist перезапущен для фикса.",
        ),
        (
            review_bounced_comment(EN, 4, &artist, turn(1)),
            "🔁 Review: 4 findings. Artist restarted (attempt 1/3).",
        ),
        (
            merge_conflict_comment(RU, "main", &list(&["a"]), &artist, turn(1)),
            "🔀 Конфликт с main: a. Artist перезапущен (attempt 1/3).",
        ),
        (
            staging_failed_comment(RU, "timeout", back),
            "❌ Staging gate FAILED (timeout). Rolled back to drawing. Artist нужен для фикса.",
        ),
        (
            deploy_failed_comment(EN, "timeout", back),
            "❌ Deploy FAILED (timeout). Rolled back to drawing. Needs an artist's fix.",
        ),
    ]);
}
