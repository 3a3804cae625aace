//! What every store has to do.

pub mod tasks;
pub mod steps;
pub mod queue;
pub mod leases;
pub mod outbox;
pub mod desired;
pub mod outbox_leases;
pub mod outbox_orders;
pub mod deliveries;
pub mod orders;
pub mod holds;
pub mod retention;
pub mod accounts;
pub mod watch;

use std::sync::Arc;

use pipeline_core::port::store::Store;
use pipeline_core::port::store::tasks::{Commit, Committed};
use pipeline_core::task::Task;

use crate::sample;

suite! {
    Arc<dyn Store>:
    tasks {
        task_ids_are_never_given_twice,
        a_task_is_found_by_each_of_its_names,
        an_issue_has_one_task,
        a_work_item_has_one_task,
        a_pipeline_is_stored_with_its_task,
        a_task_is_moved_to_another_pipeline,
        what_an_event_was_decided_by_is_stored_with_it,
        open_tasks_are_those_that_are_not_over,
        who_holds_the_merge_slot_is_known,
        of_finished_tasks_the_newest_are_listed,
        timers_fire_in_order_and_stay_armed,
        a_timer_armed_again_replaces_the_earlier_one,
    }
    steps {
        an_update_of_a_stale_task_writes_nothing,
        an_update_of_an_unknown_task_is_stale,
        a_result_with_an_old_fence_writes_nothing,
        a_job_ends_once,
        a_step_writes_all_its_parts,
        a_job_that_is_queued_again_is_not_ended,
        an_old_fence_cannot_queue_again,
        a_job_is_queued_once,
        a_run_row_is_replaced,
        the_log_keeps_its_order,
    }
    queue {
        the_earliest_available_job_is_claimed_first,
        nothing_is_claimed_before_its_time,
        a_claimed_job_says_since_when_it_waited,
        an_empty_queue_names_no_time,
        each_job_is_claimed_once,
        several_are_claimed_as_one_after_the_other,
        the_overall_limit_holds,
        the_limit_per_project_holds,
        gathering_comes_first_and_does_not_count,
        projects_take_turns,
        projects_take_turns_at_a_single_place,
        a_project_that_is_held_back_waits,
        new_tasks_wait_while_others_go_on,
        jobs_are_listed_and_counted,
    }
    leases {
        each_claim_has_the_next_fence,
        a_lease_is_renewed_and_taken_over_by_its_fence,
        a_lease_is_looked_at_without_being_renewed,
        a_lost_job_is_queued_again_and_its_deaths_are_counted,
        an_attempt_that_was_given_back_is_lost,
        a_queued_job_that_is_called_off_is_over,
        a_leased_job_that_is_called_off_tells_its_owner,
        a_called_off_job_that_is_lost_does_not_run_again,
        a_poisoned_job_can_be_ended_after_it_was_given_back,
        a_job_that_is_over_cannot_be_called_off,
    }
    outbox {
        a_lane_sends_one_row_at_a_time_in_order,
        lanes_do_not_wait_for_each_other,
        claims_are_limited,
        a_postponed_row_holds_its_lane_until_it_is_due,
        a_dead_row_does_not_hold_its_lane,
        a_row_is_written_once_per_key,
        a_system_without_room_is_left_alone,
        rows_of_another_owner_become_ambiguous,
        a_row_that_may_have_arrived_says_so,
        the_next_due_time_is_known,
        rows_are_listed,
    }
    desired {
        a_newer_row_replaces_the_unsent_one,
        a_newer_row_waits_for_the_one_in_flight,
        a_postponed_row_gives_way_to_the_newer_one,
        targets_do_not_replace_each_other,
        the_end_of_an_older_generation_leaves_the_newer_row,
        a_state_that_may_have_arrived_is_sent_again_before_the_newer_one,
        a_generation_is_never_used_twice,
    }
    outbox_leases {
        each_claim_of_a_row_has_the_next_fence,
        a_row_whose_lease_ran_out_goes_to_another_owner,
        a_renewed_lease_keeps_the_row,
        a_lease_that_was_lost_cannot_be_renewed,
        the_end_under_an_old_fence_writes_nothing,
        a_row_ends_once,
        an_old_fence_puts_nothing_back,
        standing_back_costs_no_try,
    }
    outbox_orders {
        a_waiting_row_becomes_due,
        a_dead_row_lives_again_with_all_its_tries,
        a_row_that_may_have_arrived_goes_on_saying_so,
        a_dropped_row_is_not_sent_and_holds_nothing,
        a_row_in_flight_cannot_be_changed,
        a_row_that_changed_since_it_was_read_is_left_alone,
        a_dead_state_with_a_newer_one_stays_dead,
    }
    deliveries {
        news_is_kept_once_per_key_and_source,
        the_cursor_is_kept_with_the_news,
        deliveries_wait_in_order_of_arrival,
        settled_deliveries_wait_no_more,
        a_delivery_is_tried_again_when_it_is_due,
        a_step_acknowledges_its_deliveries,
        an_issue_is_remembered,
        a_mark_that_changed_meanwhile_is_not_overwritten,
        a_project_is_connected_once,
    }
    orders {
        an_order_waits_for_its_answer,
        a_step_answers_an_order,
        orders_are_listed_by_task,
    }
    holds {
        a_hold_stands_until_it_is_lifted,
        a_hold_takes_the_place_of_its_like,
        past_holds_are_kept_for_the_audit,
        the_daemons_word_is_kept,
        tasks_that_wait_for_people_are_counted,
    }
    retention {
        finished_tasks_are_those_that_ended_before,
        a_run_without_an_end_is_open_when_its_attempt_is_not_leased,
        delivered_effects_of_finished_tasks_are_forgotten,
        delivered_alerts_that_are_no_tasks_are_forgotten,
        handled_news_is_forgotten,
        the_daemons_report_is_kept,
    }
    accounts {
        an_account_is_kept_under_the_revision_that_was_read,
        an_account_is_written_with_the_end_of_its_run,
    }
    watch {
        a_write_is_told,
        reading_writes_nothing,
        the_next_moment_is_known,
    }
}

/// Commits and expects it to be taken.
async fn commit(store: &Arc<dyn Store>, commit: Commit) {
    assert_eq!(store.commit(commit).await.unwrap(), Committed::Yes);
}

/// Stores the sample task of this number.
async fn with_task(store: &Arc<dyn Store>, id: i64) -> Task {
    let task = sample::task(id);
    commit(store, sample::insert(task.clone())).await;
    task
}
