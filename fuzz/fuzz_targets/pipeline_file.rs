//! Any text as a pipeline file: every problem has a place and a fix, and what is accepted can be drawn, costed and written out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pipeline_core::pipeline::{difference, file, mermaid, worst_case};
use pipeline_core::project::MergeTime;

fuzz_target!(|text: &str| {
    match file::parse(text) {
        Err(error) => {
            assert!(!error.problems.is_empty());
            for problem in &error.problems {
                assert!(problem.line >= 1 && problem.column >= 1);
                assert!(!problem.message.is_empty() && !problem.fix.is_empty());
            }
        }
        Ok(pipeline) => {
            assert!(mermaid::mermaid(&pipeline).starts_with("flowchart"));
            assert!(difference::differences(&pipeline, &pipeline).is_empty());
            for merge in [MergeTime::OnDeployEntry, MergeTime::AfterDeploy] {
                let runs = worst_case::runs(&pipeline, merge);
                assert!(runs.least <= runs.most);
            }
        }
    }
});
