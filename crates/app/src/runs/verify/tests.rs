mod facts;

use pipeline_core::job::JobStatus;
use pipeline_core::role::Role;
use pipeline_core::run::RunRecord;
use pipeline_core::stage::StageName;
use process::EndReason;
use serde_json::json;

use self::facts::{
    agreed, change_end, change_marker, change_record, command, files, job, marker, never_begun, never_ran,
    on_account, row, running,
};
use super::*;
use crate::runs::ExitReason;

/// `expected`: what is disagreed about, and a part of the line.
#[track_caller]
fn check(facts: &Facts, expected: &[(About, &str)]) {
    let found = disagreements(facts);
    let abouts: Vec<_> = found.iter().map(|found| found.about).collect();
    let wanted: Vec<_> = expected.iter().map(|(about, _)| *about).collect();
    assert_eq!(abouts, wanted, "{found:?}");
    for (found, (_, part)) in found.iter().zip(expected) {
        assert!(found.text.contains(part), "{:?} has no {part:?}", found.text);
        assert!(!found.text.contains('\n'), "{:?}", found.text);
    }
}

#[test]
fn sources_that_tell_the_same_disagree_about_nothing() {
    check(&agreed(), &[]);
    check(&running(), &[]);
    check(&command(), &[]);
    never_begun().iter().for_each(|facts| check(facts, &[]));
    assert!(is_moving(&running()) && !is_moving(&agreed()));
}

type Plant = fn(&mut Facts);

/// Each plant in facts of which everything tells the same before, and what is said of it.
#[track_caller]
fn check_planted(facts: fn() -> Facts, planted: &[(Plant, &[(About, &str)])]) {
    for (plant, expected) in planted {
        let mut facts = facts();
        plant(&mut facts);
        check(&facts, expected);
    }
}

#[test]
fn what_is_on_one_side_only_is_named() {
    check_planted(
        agreed,
        &[
            (|it| it.row = None, &[(About::Existence, "no row")]),
            (
                |it| (it.row, it.job) = (None, None),
                &[(About::Existence, "no job 7-3")],
            ),
            (
                |it| it.files = None,
                &[(About::Existence, "gone before its time")],
            ),
            (
                |it| files(it).record = RecordReading::Missing,
                &[(About::Record, "no run.json")],
            ),
            (
                |it| files(it).record = RecordReading::Broken("line 1".to_owned()),
                &[(About::Record, "cannot be read: line 1")],
            ),
            (
                |it| files(it).marker = Marker::Missing,
                &[(About::Marker, "exit.json is not")],
            ),
            (
                |it| files(it).marker = Marker::Broken("line 1".to_owned()),
                &[
                    (About::Marker, "is none: line 1"),
                    (About::Marker, "exit.json is not"),
                ],
            ),
            (
                |it| change_end(it, |end| end.marker_detected = false),
                &[(About::Marker, "there was no marker")],
            ),
        ],
    );
}

#[test]
fn a_run_that_is_over_for_some_only_is_named() {
    check_planted(
        agreed,
        &[
            (
                |it| change_record(it, |record| record.run = "7-3-1".parse().unwrap()),
                &[(About::Id, "\"7-3-1\"")],
            ),
            (
                |it| change_record(it, |record| record.fence = 1),
                &[(About::Fence, "says 1")],
            ),
            (|it| job(it).fence = 1, &[(About::Fence, "claimed 1 times")]),
            (
                |it| row(it).role = Role::new("tester"),
                &[(
                    About::Work,
                    "role: the record says \"developer\", the database \"tester\"",
                )],
            ),
            (
                |it| row(it).stage = StageName::new("testing"),
                &[(About::Work, "stage")],
            ),
            (
                |it| change_record(it, |record| record.end = None),
                &[(About::Ended, "its record has no end")],
            ),
            (
                |it| files(it).lives = true,
                &[
                    (About::Life, "the record says that the run is over"),
                    (About::Life, "the database says that the run is over"),
                ],
            ),
        ],
    );
}

#[test]
fn ends_that_differ_are_named() {
    check_planted(
        agreed,
        &[
            (
                |it| change_end(it, |end| end.exit_code = Some(1)),
                &[
                    (About::ExitCode, "the record says 1, exit.json 0"),
                    (About::ExitCode, "the record says 1, the database 0"),
                ],
            ),
            (
                |it| row(it).record.exit_code = Some(3),
                &[(About::ExitCode, "the database 3")],
            ),
            (
                |it| {
                    files(it).record = RecordReading::Missing;
                    row(it).record.exit_code = Some(3);
                },
                &[
                    (About::Record, ""),
                    (About::ExitCode, "the database says 3, exit.json 0"),
                ],
            ),
            (
                |it| change_end(it, |end| end.signal = Some(9)),
                &[(About::ExitCode, "signal")],
            ),
            (
                |it| change_end(it, |end| end.ended_at = Timestamp(9)),
                &[(About::Times, "end")],
            ),
            (
                |it| row(it).record.duration_ms = 9,
                &[(About::Times, "says 9, exit.json 1000")],
            ),
            (
                |it| change_end(it, |end| end.exit_reason = ExitReason::Timeout),
                &[
                    (
                        About::Outcome,
                        "the record says \"timeout\", exit.json \"exited\"",
                    ),
                    (
                        About::Outcome,
                        "the record says \"timeout\", the database \"finished\"",
                    ),
                ],
            ),
            (
                |it| change_marker(it, |exit| exit.reason = EndReason::Stalled),
                &[(About::Outcome, "exit.json \"stalled\"")],
            ),
            (
                |it| row(it).outcome = "cancelled".to_owned(),
                &[(About::Outcome, "the database \"cancelled\"")],
            ),
            (
                |it| row(it).outcome = "lost".to_owned(),
                &[(About::Outcome, "the database \"lost\"")],
            ),
        ],
    );
}

#[test]
fn logs_and_figures_that_differ_are_named() {
    check_planted(
        agreed,
        &[
            (
                |it| files(it).stdout_bytes = Some(99),
                &[(About::Output, "stdout.log holds 99")],
            ),
            (
                |it| files(it).stderr_bytes = None,
                &[(About::Output, "stderr.log is gone")],
            ),
            (
                |it| change_end(it, |end| end.stderr_bytes = Some(8)),
                &[(About::Output, "bytes of stderr")],
            ),
            (
                |it| {
                    change_marker(it, |exit| exit.dropped_bytes = 20);
                    files(it).stdout_bytes = Some(70);
                },
                &[(
                    About::Output,
                    "hold 77 bytes, of which exit.json says that 87 were kept",
                )],
            ),
            (
                |it| row(it).record.usage.output_tokens = 6,
                &[(About::Usage, "the database")],
            ),
            (
                |it| files(it).printed.as_mut().unwrap().usage.cost_usd = 1.0,
                &[(About::Usage, "stdout.log")],
            ),
            (
                |it| row(it).record.model = None,
                &[(About::Model, "the database null")],
            ),
            (
                |it| row(it).record.session = None,
                &[(About::Session, "the database null")],
            ),
            (
                |it| files(it).printed = None,
                &[(About::Outcome, "no result record")],
            ),
        ],
    );
}

#[test]
fn a_run_that_seems_to_run_is_looked_at_too() {
    check_planted(
        running,
        &[
            (
                |it| files(it).lives = false,
                &[(About::Life, "its runner is dead")],
            ),
            (
                |it| {
                    files(it).lives = false;
                    files(it).marker = Marker::Read(marker());
                },
                &[(About::Ended, "nobody has taken its result")],
            ),
            (
                |it| {
                    files(it).lives = false;
                    job(it).status = JobStatus::Done;
                },
                &[(About::Ended, "its job is done")],
            ),
            (
                |it| {
                    files(it).lives = false;
                    job(it).fence = 3;
                },
                &[(About::Ended, "claimed 3 times")],
            ),
            // The checkout is being made.
            (|it| it.files = None, &[]),
        ],
    );
}

#[test]
fn a_command_is_compared_with_its_job() {
    let mut facts = command();
    change_record(&mut facts, |record| record.end = None);
    check(
        &facts,
        &[(About::Ended, "the database says that the job is over")],
    );
    let mut facts = command();
    files(&mut facts).lives = true;
    change_record(&mut facts, |record| record.end = None);
    check(&facts, &[(About::Life, "the run's runner lives")]);
}

#[test]
fn what_is_in_order_is_no_disagreement() {
    type Change = fn(&mut Facts);
    let changes: &[Change] = &[
        // The work of a run that ended well could not be taken over.
        |it| row(it).outcome = "failed: the branch has moved".to_owned(),
        // Its directory was removed in its time.
        |it| (it.files, it.is_kept) = (None, false),
        // The job went on with the next claim.
        |it| job(it).fence = 3,
        // The checkout failed before there was a run.
        |it| never_ran(it, "failed: no such branch", RunRecord::default()),
        // Its account was chosen, and the daemon died before there was a directory.
        |it| never_ran(it, "lost", on_account("claude")),
        // Bytes were left out, and the logs have lines that say so.
        |it| {
            change_marker(it, |exit| exit.dropped_bytes = 20);
            files(it).stdout_bytes = Some(95);
        },
    ];
    for change in changes {
        let mut facts = agreed();
        change(&mut facts);
        check(&facts, &[]);
    }
}

#[test]
fn a_record_of_a_later_version_has_a_note() {
    let mut facts = agreed();
    files(&mut facts).record = RecordReading::Newer {
        schema: 2,
        content: json!({}),
    };
    check(&facts, &[]);
    assert!(notes(&facts)[0].contains("version 2"), "{:?}", notes(&facts));
    assert_eq!(notes(&agreed()), Vec::<String>::new());
}

#[test]
fn directories_are_kept_for_a_time_and_a_number() {
    let day = |days: i64| Timestamp(days * 86_400_000);
    for (ended, newer, expected) in [(1, 0, true), (1, 499, true), (1, 500, false), (0, 0, false)] {
        assert_eq!(is_kept(day(ended), day(30), newer), expected, "{ended} {newer}");
    }
}
