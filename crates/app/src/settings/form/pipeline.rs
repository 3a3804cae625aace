//! The form of a pipeline: a path in the settings, a definition in the file there.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::file::{MAX_BYTES, Problem, parse_bytes};
use serde_yaml::Value;

use super::text::FilePath;
use super::{Form, Refused};

/// The path of a pipeline file; read and checked when the settings are.
pub(in crate::settings) struct PipelineFile;

impl Form<Pipeline> for PipelineFile {
    fn expected(&self) -> String {
        "the path of a pipeline file".to_owned()
    }

    fn read(&self, value: &Value, base: &Path) -> Result<Pipeline, Vec<Refused>> {
        let path = FilePath.read(value, base)?;
        let bytes = bytes(&path).map_err(|error| {
            vec![Refused {
                below: String::new(),
                found: format!("{}, which cannot be read ({error})", super::found(value)),
                expected: self.expected(),
                advice: "write a path that this account may read".to_owned(),
            }]
        })?;
        parse_bytes(&bytes).map_err(|error| {
            let problems = error.problems.into_iter();
            problems.map(|problem| refused(&path, problem)).collect()
        })
    }

    fn shown(&self, value: &Value, base: &Path) -> String {
        FilePath.shown(value, base)
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than is accepted, so that the parser sees that it is too large.
    File::open(path)?
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn refused(path: &Path, problem: Problem) -> Refused {
    let Problem {
        line,
        column,
        field,
        message,
        fix,
    } = problem;
    let gap = if field.is_empty() { "" } else { ": " };
    Refused {
        below: String::new(),
        found: format!("{}:{line}:{column}: {field}{gap}{message}", path.display()),
        expected: "a pipeline that can be used".to_owned(),
        advice: fix,
    }
}
