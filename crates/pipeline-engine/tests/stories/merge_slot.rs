//! Several tasks of one project want to merge: who brought its branch up to date keeps the slot until it is merged.

use std::collections::BTreeSet;

use pipeline_core::effect::EffectKind;
use pipeline_core::id::IssueId;
use pipeline_core::port::store::outbox::EffectStatus;
use pipeline_core::stage::Column;
use testkit::fake::runner::ScriptedEnd;

use crate::world::World;

impl World {
    /// So many issues at their testers' desks; each changed a file of its own. From now on CI takes its time.
    async fn being_tested(&mut self, count: usize) -> Vec<IssueId> {
        self.settings.max_concurrency = 2 * count;
        self.daemon_dies();
        self.daemon_starts().await;
        for number in 0..count {
            self.next_writes("developer", move |desk| {
                desk.tree.write(&format!("src/part{number}.rs"), "fn part() {}\n");
            });
            self.next("tester", |_| ScriptedEnd::hangs());
        }
        let issues: Vec<IssueId> = (0..count)
            .map(|number| {
                self.issue(
                    &format!("Part {number}"),
                    "The program shall have this part as well.",
                )
            })
            .collect();
        for column in [Column::InProgress, Column::Approved] {
            for issue in &issues {
                self.person_moves(issue, column);
            }
            self.runs_until_idle().await;
            self.seconds(20).await;
        }
        for issue in &issues {
            assert_eq!(self.stands(issue).await, "testing/working");
        }
        let mut seen = BTreeSet::new();
        self.runner.on_command(move |spec, _| {
            if seen.insert(spec.run) {
                ScriptedEnd::hangs()
            } else {
                ScriptedEnd::exited(0, "")
            }
        });
        issues
    }

    /// Everything that runs now ends at once; then some time passes.
    async fn all_runs_end(&mut self) {
        for run in self.runner.running() {
            self.runner.finish(&run);
        }
        self.runs_until_idle().await;
        self.seconds(20).await;
    }

    async fn stand(&self, issues: &[IssueId]) -> Vec<String> {
        let mut stands = Vec::new();
        for issue in issues {
            stands.push(self.stands(issue).await);
        }
        stands
    }

    /// Who holds the slot between two rounds.
    async fn holders(&self, issues: &[IssueId]) -> Vec<IssueId> {
        let mut holders = Vec::new();
        for issue in issues {
            if self.task(issue).await.holds_slot {
                holders.push(issue.clone());
            }
        }
        assert!(holders.len() <= 1, "one slot, several holders: {holders:?}");
        holders
    }

    /// Rounds in which everything that runs ends, until each task stands so.
    async fn until_all_stand(&mut self, issues: &[IssueId], stand: &str) {
        for _ in 0..40 {
            self.all_runs_end().await;
            self.holders(issues).await;
            if self.stand(issues).await.iter().all(|is| is == stand) {
                return;
            }
        }
        panic!("they stand {:?}", self.stand(issues).await);
    }
}

#[tokio::test]
async fn six_tasks_that_are_ready_at_once_all_merge_and_each_brings_its_branches_up_to_date_once() {
    let mut world = World::new().await;
    let issues = world.being_tested(6).await;
    world.until_all_stand(&issues, "done/done").await;
    for issue in &issues {
        // Its code once, its documents once.
        assert!(world.task(issue).await.counters.base_merges <= 2);
    }
    world.ends().await;
}

#[tokio::test]
async fn a_holder_that_is_blocked_gives_the_slot_to_the_next() {
    let mut world = World::new().await;
    let issues = world.being_tested(3).await;
    world.all_runs_end().await;
    let holder = world.holders(&issues).await.pop().expect("one holds the slot");
    let branch = world.branch(&holder).await;
    let pull = world
        .forge
        .pull_requests()
        .into_iter()
        .find(|pull| pull.branch == branch);
    world.forge.close_pull_request(pull.unwrap().number);
    let others: Vec<IssueId> = issues.iter().filter(|issue| **issue != holder).cloned().collect();
    world.until_all_stand(&others, "done/done").await;
    assert!(world.stands(&holder).await.ends_with("/blocked"));
    world.person_moves(&holder, Column::InProgress);
    world.until_all_stand(&issues, "done/done").await;
    world.ends().await;
}

#[tokio::test]
async fn a_holder_that_is_cancelled_gives_the_slot_to_the_next() {
    let mut world = World::new().await;
    let issues = world.being_tested(3).await;
    world.all_runs_end().await;
    let holder = world.holders(&issues).await.pop().expect("one holds the slot");
    world.person_moves(&holder, Column::Cancelled);
    let others: Vec<IssueId> = issues.iter().filter(|issue| **issue != holder).cloned().collect();
    world.until_all_stand(&others, "done/done").await;
    assert!(world.stands(&holder).await.ends_with("/cancelled"));
    world.ends().await;
}

#[tokio::test]
async fn the_slot_is_held_across_a_restart_and_standing_back_costs_no_tries() {
    let mut world = World::new().await;
    let issues = world.being_tested(3).await;
    world.all_runs_end().await;
    let holder = world.holders(&issues).await;
    world.daemon_dies();
    world.daemon_starts().await;
    world.seconds(600).await;
    assert_eq!(world.holders(&issues).await, holder);
    let mut waiting = 0;
    for issue in &issues {
        let task = world.task(issue).await;
        for row in world.rows(&task).await {
            if matches!(row.effect.kind, EffectKind::Merge(_)) && row.status == EffectStatus::Pending {
                assert_eq!(row.attempts, 0);
                waiting += 1;
            }
        }
    }
    assert_eq!(waiting, 2, "another one's code, and documents of the first");
    world.until_all_stand(&issues, "done/done").await;
    world.ends().await;
}
