//! A pipeline as a graph in Mermaid's language: full lines are the pass path, dotted ones lead back. It knows no terminal and no page. What
//! stands in the definition is escaped, so that any definition gives a graph.

use std::fmt::Write;

use crate::pipeline::Pipeline;
use crate::stage::{OnFail, Stage, StageName};

/// The graph.
#[must_use]
pub fn mermaid(pipeline: &Pipeline) -> String {
    let mut text = "flowchart TD\n".to_owned();
    for (at, stage) in pipeline.stages.iter().enumerate() {
        // Writing to a String cannot fail; so it is with every line below.
        let _ = writeln!(text, "    s{at}{}", node(stage));
    }
    for (at, stage) in pipeline.stages.iter().enumerate().skip(1) {
        let before = at - 1;
        let label = if pipeline.after_merge.first() == Some(&stage.name) {
            "|\"merge\"|"
        } else {
            ""
        };
        let _ = writeln!(text, "    s{before} -->{label} s{at}");
    }
    for (at, stage) in pipeline.stages.iter().enumerate() {
        for (to, label) in back(stage) {
            if let Some(to) = pipeline.position(to) {
                let _ = writeln!(text, "    s{at} -.->|\"{}\"| s{to}", shown(&label));
            }
        }
    }
    text
}

fn node(stage: &Stage) -> String {
    let name = shown(stage.name.as_str());
    let Some(role) = &stage.role else {
        return format!("([\"{name}\"])");
    };
    let mut lines = vec![name, shown(role.as_str())];
    lines.extend(stage.gates.iter().map(ToString::to_string));
    format!("[\"{}\"]", lines.join("<br>"))
}

/// A text of the definition between quotes. Mermaid has entity codes for what would end it or be taken for markup; and only between quotes
/// are words of the language, such as `end`, and letters of every alphabet just text.
fn shown(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '"' => "#quot;".to_owned(),
            '#' | '&' | '<' | '>' | '`' | '\\' => format!("#{};", u32::from(letter)),
            letter if letter.is_control() => " ".to_owned(),
            letter => letter.to_string(),
        })
        .collect()
}

/// Where a stage leads back to, and what for.
fn back(stage: &Stage) -> Vec<(&StageName, String)> {
    let failed = match &stage.on_fail {
        OnFail::Bounce { stage, cause } => Some((stage, cause.to_string())),
        OnFail::Block { stage } => Some((stage, "blocked".to_owned())),
        OnFail::Repair => None,
    };
    let objects = stage
        .objects_in
        .as_ref()
        .map(|(document, to)| (to, document.clone()));
    failed.into_iter().chain(objects).collect()
}

#[cfg(test)]
mod cases {
    use super::*;

    #[test]
    fn whatever_stands_in_a_definition_is_text_in_the_graph() {
        for (text, expected) in [
            ("end", "end"),
            ("отчёт v2", "отчёт v2"),
            ("say \"hi\"", "say #quot;hi#quot;"),
            ("a|b]", "a|b]"),
            ("#1 <b>&`\\", "#35;1 #60;b#62;#38;#96;#92;"),
            ("two\nlines", "two lines"),
        ] {
            assert_eq!(shown(text), expected);
        }
        let mut pipeline = Pipeline::built_in();
        if let Some(stage) = pipeline.stages.get_mut(2) {
            stage.objects_in = Some(("a|\"b\".md".to_owned(), StageName::new("analysis")));
        }
        let graph = mermaid(&pipeline);
        assert!(graph.contains("s2 -.->|\"a|#quot;b#quot;.md\"| s1"), "{graph}");
    }
}
