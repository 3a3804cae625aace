//! The scripted agent as a language model: what it would write in the checkout is asked of a real agent program, one
//! tool at a time. So the program's own tools, permissions and sessions are used, and nobody pays.

mod plan;
mod words;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use model_stub::{Act, Answer, Conversation, Mind};

use crate::agent;
use crate::scenario::Scenario;
use plan::Plan;

/// A mind that plays every role of a scenario.
#[derive(Debug)]
pub struct ScriptedMind {
    scenario: Scenario,
    scratch: PathBuf,
    copies: AtomicU64,
    plans: Mutex<HashMap<Turn, Plan>>,
}

/// One turn of a conversation: where the program works, and everything that the user has said.
type Turn = (PathBuf, Vec<String>);

impl ScriptedMind {
    /// Thinks in copies of the checkouts, which it makes in `scratch` and removes.
    #[must_use]
    pub fn new(scenario: Scenario, scratch: PathBuf) -> Self {
        Self {
            scenario,
            scratch,
            copies: AtomicU64::new(0),
            plans: Mutex::default(),
        }
    }

    /// The plan of this turn: made when it begins, so that what was done already is not taken for the start.
    fn plan(&self, directory: &Path, conversation: &Conversation) -> Result<Plan, String> {
        let turn = (directory.to_path_buf(), conversation.turns.clone());
        let known = |turn: &Turn| {
            let plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
            plans.get(turn).cloned()
        };
        if conversation.results > 0
            && let Some(plan) = known(&turn)
        {
            return Ok(plan);
        }
        let plan = self.think(directory, conversation)?;
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.insert(turn, plan.clone());
        Ok(plan)
    }

    fn think(&self, directory: &Path, conversation: &Conversation) -> Result<Plan, String> {
        let assignment = words::assignment(self.scenario, conversation)?;
        let number = self.copies.fetch_add(1, Ordering::Relaxed);
        let copy = self.scratch.join(number.to_string());
        let worked = plan::copy(directory, &copy)
            .map_err(|error| error.to_string())
            .and_then(|()| {
                let mut said = Vec::new();
                agent::work(&assignment, &copy, &mut said).map_err(|error| error.to_string())?;
                let steps = plan::differences(directory, &copy, conversation.reads_before_writing());
                let acts = steps.map_err(|error| error.to_string())?;
                Ok(Plan {
                    acts,
                    closing: words::closing(&said),
                })
            });
        // What is left behind lies in the demo's own directory.
        let _ = std::fs::remove_dir_all(&copy);
        worked
    }
}

impl Mind for ScriptedMind {
    fn answer(&self, conversation: &Conversation) -> Answer {
        let Some(directory) = &conversation.directory else {
            return Answer::Say("I was not told in which directory I work.".to_owned());
        };
        match self.plan(directory, conversation) {
            Ok(plan) => match plan.acts.get(conversation.results) {
                Some(act) => Answer::Use(Act::clone(act)),
                None => Answer::Say(plan.closing),
            },
            Err(error) => Answer::Say(format!("I cannot do this: {error}")),
        }
    }
}
