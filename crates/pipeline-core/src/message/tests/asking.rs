use super::{EN, RU, check, stage};
use crate::message::asking::*;
use crate::role::Role;
use crate::stage::{GateName, Stage, StageName};

#[test]
fn the_analyst_and_the_architect_speak_up() {
    let (analyst, architect) = (Role::new("analyst"), Role::new("architect"));
    let analysis = stage("analysis");
    check(&[
        (
            questions_comment(RU, &analyst, "1. Где?\n2. Когда?\n"),
            "❓ Analyst нуждается в уточнении:<br><br>1. Где?<br>2. Когда?",
        ),
        (
            questions_comment(EN, &analyst, "1. Where?"),
            "❓ Analyst needs clarification:<br><br>1. Where?",
        ),
        (
            analyst_empty_comment(RU, &analyst),
            "⚠️ Analyst завершился без артефактов и без вопросов. Проверьте лог.",
        ),
        (
            analyst_empty_comment(EN, &analyst),
            "⚠️ Analyst finished without documents and without questions. Check the log.",
        ),
        (
            questions_exhausted_comment(RU, &analysis, 3),
            "🚨 3 раунда уточнений исчерпаны. Analyst не может сформировать ТЗ. Требуется более детальное описание или встреча.",
        ),
        (
            questions_exhausted_comment(EN, &analysis, 3),
            "🚨 3 rounds of questions used up. The analyst cannot write the spec. A more detailed description or a meeting is needed.",
        ),
        (
            conflict_comment(RU, &architect, &analysis.name, "п. 3"),
            "⚠️ Architect нашёл конфликт с ТЗ. Возврат в Analysis.<br><br>п. 3",
        ),
        (
            conflict_comment(EN, &architect, &analysis.name, "item 3"),
            "⚠️ Architect found a conflict with the spec. Back to analysis.<br><br>item 3",
        ),
    ]);
}

#[test]
fn roles_of_other_pipelines_speak_in_their_own_name() {
    let ux = Role::new("ux");
    let designing = Stage {
        name: StageName::new("ux"),
        role: Some(ux.clone()),
        gates: vec![GateName::CheckAnalysisApproved],
        ..stage("analysis")
    };
    check(&[
        (
            questions_comment(RU, &ux, "Где?"),
            "❓ Ux нуждается в уточнении:<br><br>Где?",
        ),
        (
            questions_comment(EN, &ux, "Where?"),
            "❓ Ux needs clarification:<br><br>Where?",
        ),
        (
            analyst_empty_comment(RU, &ux),
            "⚠️ Ux завершился без артефактов и без вопросов. Проверьте лог.",
        ),
        (
            analyst_empty_comment(EN, &ux),
            "⚠️ Ux finished without documents and without questions. Check the log.",
        ),
        (
            questions_exhausted_comment(RU, &designing, 5),
            "🚨 5 раундов уточнений исчерпаны. Ux не может продолжить работу. Требуется более детальное описание или встреча.",
        ),
        (
            questions_exhausted_comment(EN, &designing, 5),
            "🚨 5 rounds of questions used up. The ux cannot go on. A more detailed description or a meeting is needed.",
        ),
        (
            conflict_comment(RU, &Role::new("builder"), &designing.name, "п. 3"),
            "⚠️ Builder нашёл конфликт с ТЗ. Возврат в Ux.<br><br>п. 3",
        ),
        (
            conflict_comment(EN, &Role::new("builder"), &designing.name, "item 3"),
            "⚠️ Builder found a conflict with the spec. Back to ux.<br><br>item 3",
        ),
    ]);
}

#[test]
fn rounds_are_counted_in_words_that_fit() {
    for (rounds, ru, en) in [
        (1, "1 раунд вопросов исчерпан", "1 round of questions used up"),
        (2, "2 раунда вопросов исчерпаны", "2 rounds of questions used up"),
        (5, "5 раундов вопросов исчерпаны", "5 rounds of questions used up"),
        (
            11,
            "11 раундов вопросов исчерпаны",
            "11 rounds of questions used up",
        ),
        (21, "21 раунд вопросов исчерпан", "21 rounds of questions used up"),
    ] {
        assert_eq!(rounds_used_up(RU, rounds, "вопросов"), ru);
        assert_eq!(rounds_used_up(EN, rounds, "вопросов"), en);
    }
}
