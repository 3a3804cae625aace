//! The stories that are told with faults. Their agents go by what they read, not by how often they were called: a repeated run does the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pipeline_core::port::runner::{RunSpec, RunWork};
use pipeline_core::stage::Column;
use testkit::fake::runner::ScriptedEnd;
use testkit::fake::workspace::WorkTree;

use crate::desk::Desk;
use crate::world::World;

/// A story as data.
pub(super) struct Tale {
    pub(super) name: &'static str,
    /// How its agents differ from good ones.
    pub(super) casting: fn(&World),
    /// What people do, each once and in this order, when the task stands so.
    pub(super) steps: &'static [Step],
    /// Where it ends.
    pub(super) end: &'static str,
}

pub(super) struct Step {
    pub(super) at: &'static str,
    pub(super) says: Option<&'static str>,
    pub(super) moves: Column,
}

const APPROVES: Step = Step {
    at: "analysis/waiting-human",
    says: None,
    moves: Column::Approved,
};

pub(super) const HAPPY: Tale = Tale {
    name: "happy",
    casting: |_| {},
    steps: &[APPROVES],
    end: "done/done",
};

/// The reviewer sends the work back once.
pub(super) const BOUNCE: Tale = Tale {
    name: "bounce",
    casting: |world| {
        on(world, "developer", |desk| {
            let greets = brief(desk.spec).contains("the greeting lacks a name");
            desk.code();
            if greets {
                desk.tree.write("src/name.rs", "fn name() {}\n");
            }
        });
        on(world, "reviewer", |desk| {
            if desk.tree.read("src/name.rs").is_some() {
                desk.review("APPROVED", "");
            } else {
                desk.review(
                    "REQUEST_CHANGES",
                    "### P1 — Major\n\n- [ ] the greeting lacks a name\n",
                );
            }
        });
    },
    steps: &[APPROVES],
    end: "done/done",
};

/// Somebody writes the same file on the default branch; the developer is called to mend it.
pub(super) const CONFLICT: Tale = Tale {
    name: "conflict",
    casting: |world| {
        let (forge, written) = (Arc::clone(&world.forge), Arc::new(AtomicBool::new(false)));
        on(world, "tester", move |desk| {
            if !written.swap(true, Ordering::SeqCst) {
                forge.push_to_default(&[("src/greet.rs", "fn theirs() {}\n")]);
            }
            desk.tests("PASS", "");
        });
        let (repo, mended) = (Arc::clone(&world.repo), Arc::new(AtomicBool::new(false)));
        on(world, "developer", move |desk| {
            // The developer cannot merge in the fake; that the default branch goes back is as good.
            if brief(desk.spec).contains("src/greet.rs") && !mended.swap(true, Ordering::SeqCst) {
                let head = repo.default_head();
                let before = repo.objects(|objects| objects.parents(&head).first().cloned());
                repo.set_branch(&repo.default_branch().clone(), before.unwrap());
            }
            desk.code();
        });
    },
    steps: &[APPROVES],
    end: "done/done",
};

/// The default branch moves before the code is merged and before the documents are.
pub(super) const BASE_MOVES: Tale = Tale {
    name: "base moves",
    casting: |world| {
        let forge = Arc::clone(&world.forge);
        on(world, "tester", move |desk| {
            forge.push_to_default(&[("other.txt", "somebody's\n")]);
            desk.tests("PASS", "");
        });
        let forge = Arc::clone(&world.forge);
        on(world, "deployer", move |desk| {
            forge.push_to_default(&[("more.txt", "somebody's\n")]);
            desk.staging("SUCCESS");
            desk.deploy("SUCCESS");
        });
    },
    steps: &[APPROVES],
    end: "done/done",
};

/// The analyst asks, is answered, is rejected, and writes again.
pub(super) const QUESTIONS: Tale = Tale {
    name: "questions",
    casting: |world| {
        on(world, "analyst", |desk| {
            let brief = brief(desk.spec);
            if brief.contains("The name is optional.") {
                desk.analysis("second specification");
            } else if brief.contains("Icelandic, please.") {
                desk.analysis("first specification");
            } else {
                desk.write("questions.md", "Which language?\n");
            }
        });
    },
    steps: &[
        Step {
            at: "analysis/waiting-answers",
            says: Some("Icelandic, please."),
            moves: Column::InProgress,
        },
        Step {
            at: "analysis/waiting-human",
            says: Some("The name is optional."),
            moves: Column::Rejected,
        },
        APPROVES,
    ],
    end: "done/done",
};

/// The issue is cancelled while a run that would never end is in flight.
pub(super) const CANCEL: Tale = Tale {
    name: "cancel",
    casting: |world| {
        world.runner.on_agent("reviewer", |_, _| ScriptedEnd::hangs());
    },
    steps: &[
        APPROVES,
        Step {
            at: "review/working",
            says: None,
            moves: Column::Cancelled,
        },
    ],
    end: "review/cancelled",
};

/// The role does this in every run and ends well.
fn on(world: &World, role: &str, mut deed: impl FnMut(&mut Desk<'_>) + Send + 'static) {
    world
        .runner
        .on_agent(role, move |spec: &RunSpec, tree: &mut WorkTree| {
            deed(&mut Desk { spec, tree });
            ScriptedEnd::finished()
        });
}

fn brief(spec: &RunSpec) -> String {
    match &spec.work {
        RunWork::Agent { brief, .. } => brief.clone(),
        RunWork::Command { .. } => String::new(),
    }
}
