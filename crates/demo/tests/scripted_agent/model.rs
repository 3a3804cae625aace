//! The model that plays the scripted agent: whoever carries out its acts ends up with the same files.

use std::fs;
use std::path::Path;

use demo::model::ScriptedMind;
use demo::scenario::Scenario;
use model_stub::{Act, Answer, Conversation, Dialect, Mind};

use crate::stage::{Stage, WORK_ITEM};

/// The roles of a task without trouble.
const STAGES: [(&str, &str); 5] = [
    ("analyst", "analysis"),
    ("architect", "architecture"),
    ("developer", "development"),
    ("reviewer", "review"),
    ("tester", "testing"),
];

fn brief(stage: &str) -> String {
    format!("# Work item {WORK_ITEM}: Find it\n\n- stage: {stage}\n")
}

fn conversation(directory: &Path, turns: Vec<String>, results: usize) -> Conversation {
    Conversation {
        dialect: Dialect::Anthropic,
        model: "m".to_owned(),
        stream: true,
        turns,
        results,
        failures: 0,
        tools: ["Read", "Write", "Bash"].map(str::to_owned).to_vec(),
        directory: Some(directory.to_path_buf()),
        bytes: 0,
    }
}

/// Does what the mind says until it is done; its closing words and the number of acts.
fn obey(mind: &ScriptedMind, directory: &Path, turns: &[String]) -> (String, usize) {
    for results in 0.. {
        match mind.answer(&conversation(directory, turns.to_vec(), results)) {
            Answer::Use(Act::Write { path, text }) => {
                fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            Answer::Use(Act::Read { path }) => assert!(Path::new(&path).exists(), "{path}"),
            Answer::Say(text) => return (text, results),
            other @ (Answer::Use(Act::Shell { .. }) | Answer::Refuse(_) | Answer::Hang(_) | Answer::Drop) => {
                panic!("{other:?}")
            }
        }
    }
    unreachable!("a plan has an end")
}

#[test]
fn a_programs_tools_do_what_the_scripted_agent_does() {
    let mut played = Stage::sample(Scenario::Happy);
    let obeyed = Stage::sample(Scenario::Happy);
    let scratch = tempfile::tempdir().unwrap();
    let mind = ScriptedMind::new(Scenario::Happy, scratch.path().join("model"));
    for (role, stage) in STAGES {
        played.play(role, stage, &brief(stage));
        let (closing, acts) = obey(&mind, obeyed.path(), &[brief(stage)]);
        assert!(acts > 0, "{role} does nothing: {closing}");
        assert_eq!(obeyed.files(), played.files(), "{role}");
    }
    assert_eq!(fs::read_dir(scratch.path().join("model")).unwrap().count(), 0);
}

#[test]
fn a_repair_in_the_same_session_is_another_turn() {
    let stage = {
        let mut stage = Stage::sample(Scenario::BrokenReport);
        stage.develop();
        stage
    };
    let scratch = tempfile::tempdir().unwrap();
    let mind = ScriptedMind::new(Scenario::BrokenReport, scratch.path().to_path_buf());
    let first = brief("review");
    obey(&mind, stage.path(), std::slice::from_ref(&first));
    let broken = stage.read_document("12-review.md");
    obey(&mind, stage.path(), &[first, brief("review") + "\n## Repair\n"]);
    assert_ne!(stage.read_document("12-review.md"), broken);
}

#[test]
fn who_is_not_told_enough_says_so() {
    let mind = ScriptedMind::new(Scenario::Happy, std::env::temp_dir());
    let folder = tempfile::tempdir().unwrap();
    let asked = |turns: &[&str], directory: Option<&Path>| {
        let turns = turns.iter().map(ToString::to_string).collect();
        let mut conversation = conversation(folder.path(), turns, 0);
        conversation.directory = directory.map(Path::to_path_buf);
        match mind.answer(&conversation) {
            Answer::Say(text) => text,
            other @ (Answer::Use(_) | Answer::Refuse(_) | Answer::Hang(_) | Answer::Drop) => {
                panic!("{other:?}")
            }
        }
    };
    assert_eq!(
        asked(&["hello"], None),
        "I was not told in which directory I work."
    );
    assert_eq!(
        asked(&["hello"], Some(folder.path())),
        "I cannot do this: the brief names no work item"
    );
    assert_eq!(
        asked(&["# Work item ET-001: x\n- stage: lunch"], Some(folder.path())),
        "I cannot do this: nobody works in the stage 'lunch'"
    );
}
