use super::{EN, HOSTILE, RU, list, stage};
use crate::message::asking::*;
use crate::message::comment::*;
use crate::message::setback::*;
use crate::role::Role;
use crate::stage::{Stage, StageName};
use crate::usage::Usage;

const TURN: Turn = Turn { attempt: 1, max: 3 };

#[test]
fn no_comment_lets_markup_through() {
    let (role, paths) = (Role::new(HOSTILE), list(&[HOSTILE]));
    let usage = Usage::default();
    let stage = Stage {
        name: StageName::new(HOSTILE),
        role: Some(role.clone()),
        ..stage("analysis")
    };
    let back = Back {
        stage: &stage.name,
        role: &role,
    };
    let mut sentences = vec![
        stage_change_comment(HOSTILE, HOSTILE, Some(&role)),
        gate_failed_comment(HOSTILE, HOSTILE, HOSTILE),
        ci_bounced_comment(TURN, &paths),
    ];
    for locale in [RU, EN] {
        sentences.extend([
            start_comment(locale, &role),
            analyst_rejected_comment(locale, &role, HOSTILE),
            rolled_back_comment(locale, HOSTILE, HOSTILE, HOSTILE),
            restarted_comment(locale, HOSTILE),
            questions_comment(locale, &role, HOSTILE),
            analyst_empty_comment(locale, &role),
            questions_exhausted_comment(locale, &stage, 3),
            conflict_comment(locale, &role, &stage.name, HOSTILE),
            tests_failed_comment(locale, HOSTILE, &role),
            review_bounced_comment(locale, 1, &role, TURN),
            staging_failed_comment(locale, HOSTILE, back),
            deploy_failed_comment(locale, HOSTILE, back),
            nothing_to_approve_comment(locale, HOSTILE),
            not_an_approver_comment(locale, HOSTILE),
            protected_paths_comment(locale, &role, &paths),
            foreign_head_comment(locale, HOSTILE, HOSTILE),
            merge_conflict_comment(locale, HOSTILE, &paths, &role, TURN),
            waiting_for_comment(locale, &paths),
            write_scope_comment(locale, &role, &paths),
            repair_comment(locale, &role, HOSTILE, TURN),
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
