//! Every sentence there is, in both languages, with one value in every placeholder.

use super::{EN, RU, stage};
use crate::message::alert::*;
use crate::message::asking::*;
use crate::message::comment::*;
use crate::message::hidden::{HiddenIn, hidden_text_comment};
use crate::message::setback::*;
use crate::message::status::*;
use crate::message::store::*;
use crate::message::tracker::*;
use crate::project::Locale;
use crate::role::Role;
use crate::stage::{GateName, Stage, StageName};
use crate::untrusted::{HiddenKind, Removed};
use crate::usage::Usage;

const TURN: Turn = Turn { attempt: 1, max: 3 };

fn stage_named(value: &str) -> Stage {
    Stage {
        name: StageName::new(value),
        role: Some(Role::new(value)),
        gates: vec![GateName::CheckTestsLocal],
        ..stage("review")
    }
}

/// What is said in the tracker.
pub(super) fn comments(value: &str) -> Vec<String> {
    [RU, EN]
        .into_iter()
        .flat_map(|locale| [way(locale, value), setbacks(locale, value), status(locale, value)])
        .flatten()
        .collect()
}

fn way(locale: Locale, value: &str) -> Vec<String> {
    let (role, list, usage) = (Role::new(value), [value.to_owned()], Usage::default());
    let removed = Removed {
        kind: HiddenKind::Comment,
        places: 1,
        characters: 1,
        excerpt: value.to_owned(),
    };
    let mut said = vec![
        start_comment(locale, &role),
        analyst_rejected_comment(locale, &role, value),
        rolled_back_comment(locale, value, value, value),
        restarted_comment(locale, value),
        stage_change_comment(value, value, Some(&role)),
        nothing_to_approve_comment(locale, value),
        not_an_approver_comment(locale, value),
        protected_paths_comment(locale, &role, &list),
        foreign_head_comment(locale, value, value),
        waiting_for_comment(locale, &list),
        closed_task_comment(locale, value),
        judged_again_comment(locale, value),
        forced_comment(locale, value, value, value),
        waits_for_itself_comment(locale, value),
        escalation_comment(&retries_exhausted_line(&role, 3, value)),
        summary_comment(locale, &usage, &[(role.clone(), usage)]),
    ];
    said.extend(hidden_text_comment(locale, HiddenIn::Issue, &[removed]));
    said
}

fn setbacks(locale: Locale, value: &str) -> Vec<String> {
    let (role, list, stage) = (Role::new(value), [value.to_owned()], stage_named(value));
    let back = Back {
        stage: &stage.name,
        role: &role,
    };
    vec![
        gate_failed_comment(value, value, value),
        questions_comment(locale, &role, value),
        analyst_empty_comment(locale, &role),
        questions_exhausted_comment(locale, &stage, 3),
        conflict_comment(locale, &role, &stage.name, value),
        tests_failed_comment(locale, value, &role),
        review_bounced_comment(locale, 1, &role, TURN),
        ci_bounced_comment(TURN, &list),
        staging_failed_comment(locale, value, back),
        deploy_failed_comment(locale, value, back),
        merge_conflict_comment(locale, value, &list, &role, TURN),
        write_scope_comment(locale, &role, &list),
        repair_comment(locale, &role, value, TURN),
    ]
}

fn status(locale: Locale, value: &str) -> Vec<String> {
    let (role, stage) = (Role::new(value), stage_named(value));
    let documents = [
        (value.to_owned(), Some(value.to_owned())),
        (value.to_owned(), Some(format!("https://git.example.org/{value}"))),
    ];
    let comment = StatusComment {
        locale,
        stage: &stage,
        role: &role,
        verdict: Some(value),
        status: None,
        duration_seconds: Some(1),
        documents: &documents,
        usage: &Usage::default(),
    };
    let by_status = StatusComment {
        verdict: None,
        status: Some(value),
        ..comment
    };
    vec![
        status_comment(&comment),
        status_comment(&by_status),
        status_fallback_comment(locale, &role),
    ]
}

/// What rings in the chat.
pub(super) fn alerts(value: &str) -> Vec<String> {
    let role = Role::new(value);
    let stage = stage_named(value);
    let mut said = vec![
        agent_failed_alert(value, &role, None, value),
        staging_failed_alert(value, value, &stage.name),
        deploy_failed_alert(value, value, &stage.name),
        error_alert(value, &retries_exhausted_line(&role, 3, value)),
        error_alert(value, &repeated_line(value)),
        ci_slow_alert(value, 1),
        blocked_alert(value, value, value, value),
    ];
    for locale in [RU, EN] {
        let request = ApproveRequest {
            wi: value,
            in_tracker: value,
            stage: &stage,
            documents_url: Some(value),
            issue_url: Some("https://plane.example.org/i/"),
        };
        said.extend([
            approve_request_alert(locale, &request),
            questions_alert(locale, value, &role, value),
            questions_exhausted_alert(locale, value, &role, 3),
            breaker_open_alert(locale, value, value, value),
            provider_stopped_alert(locale, value, value, (value, value)),
            breaker_closed_alert(locale, value),
            budget_alert(locale, value, 1.0, 2.0),
            budget_exhausted_alert(locale, value, 2.0),
            webhook_dead_alert(locale, value, value),
            outbox_dead_alert(locale, value, value, value, value),
            store_read_only_alert(locale, value, value),
        ]);
    }
    said
}

/// The live message of a task that stands in every way at once.
pub(super) fn live_messages(value: &str, stages: usize) -> Vec<String> {
    let (name, total) = (StageName::new(value), Usage::default());
    let finished = LineKind::Finished {
        seconds: 60,
        usage: total,
        model: Some(value),
    };
    let clock = LineKind::ReviewClock {
        of: ReviewOf::Stage,
        seconds: 59,
        waiting: true,
    };
    let mut kinds = vec![finished; stages];
    kinds.extend([
        clock,
        LineKind::Running { attempt: 2 },
        LineKind::Blocked { reason: value },
    ]);
    let line = |kind| StageLine { stage: &name, kind };
    let lines: Vec<StageLine<'_>> = kinds.into_iter().map(line).collect();
    let message = |locale| TrackerMessage {
        locale,
        work_item: "ET-012",
        title: value,
        lines: &lines,
        total: &total,
        done: Some(DoneTimes::default()),
        pull_request: Some(7),
        delivery: Delivery::Deployed,
    };
    vec![tracker_message(&message(RU)), tracker_message(&message(EN))]
}
