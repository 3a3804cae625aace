//! Files whose parts do not fit together: what is said, where, and what to do.

use crate::broken::{bug_fix, built_in, ux};

#[test]
fn a_prompt_stays_in_the_repository() {
    bug_fix(
        "reports: [12-review.md]",
        "reports: [12-review.md]\n    prompt: ../secret.md",
        r#"
            31:13: stages[2].prompt: '../secret.md' is no path of a prompt: it has '.' or '..' for a directory; write a path in the repository from its root, such as agents/reviewer.md
        "#,
    );
}

#[test]
fn the_merge_comes_after_the_proofs() {
    bug_fix(
        "merge_before: deploy",
        "merge_before: review",
        r#"
            28:13: stages[2].gates[0]: 'review' judges the code after it is merged (before 'review'); name a later stage in `merge_before`, or move this one before the merge
            29:5: stages[2].on_fail: the route leads from 'review' back over the merge without a human; write `on_fail: {stage: development, block: true}`
            35:13: stages[3].gates[0]: 'testing' judges the code after it is merged (before 'review'); name a later stage in `merge_before`, or move this one before the merge
            36:5: stages[3].on_fail: the route leads from 'testing' back over the merge without a human; write `on_fail: {stage: development, block: true}`
        "#,
    );
    bug_fix(
        "merge_before: deploy",
        "merge_before: depoly",
        r#"
            4:15: merge_before: there is no stage 'depoly'; did you mean 'deploy'?
        "#,
    );
    bug_fix(
        "{stage: development, block: true}",
        "{stage: development, cause: check_deploy_status}",
        r#"
            43:5: stages[4].on_fail: the route leads from 'deploy' back over the merge without a human; write `on_fail: {stage: development, block: true}`
        "#,
    );
}

#[test]
fn there_is_somebody_who_mends() {
    bug_fix(
        "mending: development",
        "mending: review",
        r#"
            3:10: mending: 'review' may write its documents only, so it cannot mend code; name a stage with `may_write: {code: …}`
        "#,
    );
    bug_fix(
        "mending: development",
        "mending: deploy",
        r#"
            3:10: mending: 'deploy' does not come before the merge in every project; name a stage that comes before `merge_before`
            3:10: mending: 'deploy' may write its documents only, so it cannot mend code; name a stage with `may_write: {code: …}`
        "#,
    );
    bug_fix(
        "mending: development\n",
        "mending: nobody\n",
        r#"
            3:10: mending: there is no stage 'nobody' in which somebody works;
        "#,
    );
}

#[test]
fn every_loop_has_a_limit() {
    bug_fix(
        "  bounces: 4\n",
        "",
        r#"
            6:1: limits.bounces: a loop without a limit: 'development' sends the task back; add `bounces: 6` to `limits`
        "#,
    );
    bug_fix(
        "  bounces: 4\n",
        "  bounces: 0\n",
        r#"
            8:12: limits.bounces: 0 limits nothing that can turn ('development' sends the task back); write a number from 1 to 100
        "#,
    );
    bug_fix(
        "  bounces: 4\n",
        "  bounces: 101\n",
        r#"
            8:12: limits.bounces: 101 is more than 100; write a number from 1 to 100
        "#,
    );
    bug_fix(
        "  bounces: 4\n",
        "  bounces: many\n",
        r#"
            8:12: limits.bounces: found the text 'many', expected a whole number; write a number from 1 to 100, without quotes
        "#,
    );
    bug_fix(
        "  bounces: 4\n",
        "  bounces: -1\n",
        r#"
            8:12: limits.bounces: found the number -1, expected a whole number; write a number from 1 to 100, without quotes
        "#,
    );
    ux(
        "  question_rounds: 3\n  conflict_rounds: 2\n",
        "",
        r#"
            7:1: limits.conflict_rounds: a loop without a limit: 'architecture' objects; add `conflict_rounds: 2` to `limits`
            7:1: limits.question_rounds: a loop without a limit: 'analysis' asks; add `question_rounds: 3` to `limits`
        "#,
    );
}

#[test]
fn an_objection_goes_to_somebody_before() {
    ux(
        "{document: conflict.md, stage: ux}",
        "{document: conflict.md, stage: review}",
        r#"
            42:48: stages[3].objects_in.stage: 'architecture' objects to 'review', which does not come before it; name a stage before it: analysis, ux
        "#,
    );
    ux(
        "{document: conflict.md, stage: ux}",
        "{stage: ux}",
        r#"
            42:5: stages[3].objects_in.document: an objection needs a document; write `{document: conflict.md, stage: analysis}`
        "#,
    );
}

#[test]
fn no_loop_makes_its_own_counters_fresh() {
    ux(
        "{stage: development, cause: review}",
        "{stage: analysis, cause: review}",
        r#"
            65:22: stages[6].on_fail.stage: a loop without a limit: from 'review' back to 'analysis', past the approval at 'analysis', which makes its counters fresh; lead back to a stage after 'analysis', or write `block: true`
        "#,
    );
    ux(
        "reports: [13-test-report.md]",
        "reports: [13-test-report.md]\n    may_write: {code: ['13*']}",
        r#"
            74:5: stages[7].may_write: a loop without a limit: 'testing' changes the repository after 'review' judged it, so it is judged again before the merge, each time; put it before 'review', or let it write `documents` only
        "#,
    );
}

#[test]
fn flags_are_true_or_false() {
    built_in(
        "on_fail: {stage: development, cause: tests}",
        "on_fail: {stage: review, cause: tests}\n    staging_only: yes",
        r#"
            66:19: stages[5].staging_only: found the text 'yes', expected true or false; write true or false, without quotes
        "#,
    );
}

#[test]
fn a_report_is_fresh_and_its_role_may_write_it() {
    bug_fix(
        "    reports: [12-review.md]\n",
        "",
        r#"
            28:13: stages[2].gates[0]: gate check_reviewer_verdict reads 12-review.md, which the stage does not list, so an old one would count; add `reports: [12-review.md]`
        "#,
    );
    bug_fix(
        "reports: [12-review.md]",
        "reports: [12-review.md]\n    may_write: {documents: []}",
        r#"
            30:15: stages[2].reports[0]: reviewer may not write 12-review.md; add it to `may_write` of the stage
        "#,
    );
    bug_fix(
        "reports: [12-review.md]",
        "reports: [12-review.md]\n    may_write: {documents: [../12*], code: []}",
        r#"
            31:5: stages[2].may_write: a role may write in exactly one of three ways; write `{documents: […]}`, `{docs_tree: […]}` or `{code: […]}`
        "#,
    );
    bug_fix(
        "reports: [12-review.md]",
        "reports: [12-review.md, ../x]",
        r#"
            30:29: stages[2].reports[1]: '../x' is no name of a document: it has '.' or '..' for a directory; write the name of a file in the directory of the work item, such as 12-review.md
        "#,
    );
    bug_fix(
        "reports: [12-review.md]",
        "reports: [12-review.md]\n    may_write: {documents: ['*-review.md', '*']}",
        r#"
            31:29: stages[2].may_write.documents[0]: '*-review.md' is no pattern: its '*' is not at its end; write a path in the directory of the work item; one '*' at its end stands for anything
            31:44: stages[2].may_write.documents[1]: '*' is no pattern: it names every file; write a path in the directory of the work item; one '*' at its end stands for anything
        "#,
    );
}

#[test]
fn a_gate_that_is_not_known_hides_nothing_of_its_route() {
    bug_fix(
        "[check_ci_green]\n    on_fail: {stage: development, cause: ci}",
        "[check_ci_gren]\n    on_fail: {stage: nowhere}",
        r#"
            20:13: stages[1].gates[0]: there is no gate 'check_ci_gren'; did you mean 'check_ci_green'?
            21:22: stages[1].on_fail.stage: there is no stage 'nowhere';
        "#,
    );
    bug_fix(
        "    gates: [check_ci_green]\n    on_fail: {stage: development, cause: ci}",
        "    on_fail: {stage: development}",
        r#"
            20:5: stages[1].on_fail: no gate of 'development' can fail, so the route to 'development' is never taken; add the gate that can, or take `on_fail` out
        "#,
    );
}
