//! What agents are told: the prompts of `agents/` and the briefs, to the letter. `INSTA_UPDATE=always` writes the snapshots anew.

mod setting;
mod rules;
mod documents;
mod places;
mod briefs;
mod merging;
mod sizes;
