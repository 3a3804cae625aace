//! Reports that cannot be taken, and files that a role may not write.

use pipeline_core::stage::Column;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

#[tokio::test]
async fn a_broken_report_is_repaired_by_the_same_role() {
    let mut world = World::new().await;
    world.next_writes("reviewer", |desk| desk.write("12-review.md", "no front matter\n"));
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.times_said(&issue, "reviewer: the report cannot be read"), 1);
    assert!(
        world.brief("reviewer").contains("verdict: APPROVED"),
        "the front matter that is wanted"
    );
    assert_eq!(world.times_said(&issue, "Finished the review."), 1);
    assert_eq!(world.runner.briefs("developer").len(), 1);
    world.ends().await;
}

#[tokio::test]
async fn the_brief_of_a_repair_says_where_the_report_is_wrong() {
    let mut world = World::new().await;
    world.next_writes("tester", |desk| {
        desk.write("13-test-report.md", "---\nresult: PASS\n—\n# Tests\n");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let brief = world.brief("tester");
    let place = "> Malformed YAML frontmatter in test report\n\
                 > line 1, column 1: the line '---' that ends the front matter is missing; line 3 is '—' with U+2014\n";
    assert!(brief.contains(place), "{brief}");
    let said = "the report cannot be read (Malformed YAML frontmatter in test report)";
    assert_eq!(world.times_said(&issue, said), 1);
    world.ends().await;
}

#[tokio::test]
async fn a_report_that_stays_broken_blocks_after_two_repairs() {
    let mut world = World::new().await;
    for round in 1..=3 {
        world.next_writes("tester", move |desk| {
            desk.report("13-test-report.md", &format!("result: mostly fine {round}"), "");
        });
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "testing/blocked");
    assert_eq!(world.runner.briefs("tester").len(), 3);
    assert_eq!(world.times_said(&issue, "Started again (2/2)"), 1);
    world.seconds(1).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_repair_that_changes_nothing_is_no_repair() {
    let mut world = World::new().await;
    world.next_writes("reviewer", |desk| desk.review("PERHAPS", ""));
    world.next_writes("reviewer", |_| {});
    let issue = world.approved().await;
    assert_eq!(world.times_said(&issue, "was not changed by the repair run"), 1);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_missing_document_is_asked_for_again() {
    let mut world = World::new().await;
    for role in ["architect", "reviewer", "tester"] {
        world.next_writes(role, |_| {});
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.times_said(&issue, "Review not found (12-review.md)"), 1);
    assert_eq!(
        world.times_said(&issue, "Test report not found (13-test-report.md)"),
        1
    );
    assert_eq!(world.times_said(&issue, "neither 06-adr/ADR-*.md nor"), 1);
    world.ends().await;
}

#[tokio::test]
async fn an_old_report_does_not_count_for_a_new_review() {
    let mut world = World::new().await;
    world.next_writes("reviewer", |desk| {
        desk.review("REQUEST_CHANGES", "### P1\n\n- [ ] greet\n");
    });
    world.next_writes("reviewer", |_| {});
    let issue = world.approved().await;
    assert_eq!(world.times_said(&issue, "Review not found (12-review.md)"), 1);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn a_report_of_another_work_item_is_not_taken() {
    let mut world = World::new().await;
    world.next_writes("tester", |desk| {
        desk.write("13-test-report.md", "---\nwork_item: ET-999\nresult: PASS\n---\n");
    });
    let issue = world.approved().await;
    assert_eq!(world.times_said(&issue, "belongs to ET-999, not to ET-001"), 1);
    assert_eq!(world.stands(&issue).await, "done/done");
    world.ends().await;
}

#[tokio::test]
async fn what_a_role_wrote_outside_its_files_is_not_pushed() {
    let mut world = World::new().await;
    world.next_writes("reviewer", |desk| {
        desk.review("APPROVED", "");
        desk.tree.write("src/greet.rs", "// mended by the reviewer\n");
    });
    let issue = world.approved().await;
    assert_eq!(
        world.times_said(&issue, "reviewer wrote outside its files: src/greet.rs"),
        1
    );
    assert!(
        world
            .brief("reviewer")
            .contains("wrote outside its files: src/greet.rs")
    );
    assert_eq!(world.stands(&issue).await, "done/done");
    let main = world.repo.default_branch().clone();
    let code = world.repo.file(&main, "src/greet.rs").unwrap();
    assert!(!code.contains("reviewer"), "{code}");
    world.ends().await;
}

#[tokio::test]
async fn a_role_that_stays_outside_its_files_blocks() {
    let mut world = World::new().await;
    for _ in 0..3 {
        world.next_writes("architect", |desk| desk.code());
    }
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "architecture/blocked");
    assert_eq!(world.times_said(&issue, "wrote outside its files"), 2);
    world.ends().await;
}

async fn protected(world: &mut World) -> pipeline_core::id::IssueId {
    world.next_writes("developer", |desk| {
        desk.code();
        desk.tree.write(".github/ci.yml", "jobs: {}\n");
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "development/waiting-human");
    assert_eq!(
        world.times_said(&issue, "developer changed protected files: .github/ci.yml"),
        1
    );
    let branch = world.branch(&issue).await;
    assert_eq!(
        world.repo.file(&branch, ".github/ci.yml"),
        None,
        "it is not pushed yet"
    );
    world.seconds(5).await;
    issue
}

#[tokio::test]
async fn protected_files_are_pushed_when_a_human_approves() {
    let mut world = World::new().await;
    let issue = protected(&mut world).await;
    world.person_moves(&issue, Column::Approved);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    let main = world.repo.default_branch().clone();
    assert!(world.repo.file(&main, ".github/ci.yml").is_some());
    world.ends().await;
}

#[tokio::test]
async fn protected_files_are_taken_back_when_a_human_rejects() {
    let mut world = World::new().await;
    let issue = protected(&mut world).await;
    world.person_comments(&issue, "Leave CI alone.");
    world.person_moves(&issue, Column::Rejected);
    world.runs_until_idle().await;
    let brief = world.brief("developer");
    assert!(
        brief.contains("Leave CI alone.") && brief.contains(".github/ci.yml"),
        "{brief}"
    );
    assert_eq!(world.stands(&issue).await, "done/done");
    let main = world.repo.default_branch().clone();
    assert_eq!(world.repo.file(&main, ".github/ci.yml"), None);
    world.ends().await;
}

#[tokio::test]
async fn a_rewritten_history_is_the_agents_failure() {
    let mut world = World::new().await;
    world.next("developer", |desk| {
        desk.tree.rewrite_history();
        ScriptedEnd::finished()
    });
    let issue = world.approved().await;
    assert_eq!(world.stands(&issue).await, "done/done");
    assert_eq!(world.runner.briefs("developer").len(), 2);
    assert_eq!(world.times_alerted("work that is not pinned is kept in"), 1);
    world.ends_with_dead(1).await;
}

#[tokio::test]
async fn questions_that_were_answered_are_not_asked_again_by_a_repair_run() {
    let mut world = World::new().await;
    world.next_writes("analyst", |desk| desk.write("questions.md", "Which language?\n"));
    let issue = world.up_to_approval().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-answers");
    world.next_writes("analyst", |desk| {
        desk.tree.write("src/lib.rs", "// not the analyst's\n");
    });
    world.next_writes("analyst", |desk| {
        let path = desk.path("questions.md");
        assert!(
            desk.tree.read(&path).is_some(),
            "a repair run keeps what is there"
        );
        desk.analysis("specification");
    });
    world.person_comments(&issue, "English.");
    world.seconds(5).await;
    world.person_moves(&issue, Column::InProgress);
    world.runs_until_idle().await;
    assert_eq!(world.stands(&issue).await, "analysis/waiting-human");
    assert_eq!(world.times_said(&issue, "Which language?"), 1);
    world.ends().await;
}
