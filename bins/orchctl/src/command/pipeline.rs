//! `orchctl pipeline`: checks pipeline files, shows one, compares two. It needs no daemon and no database; only `orchctl task pipeline` looks
//! up the one that a task follows.

mod sheet;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use pipeline_core::pipeline::Pipeline;
use pipeline_core::pipeline::difference::differences;
use pipeline_core::pipeline::file::{MAX_BYTES, Problem, parse_bytes};
use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::tasks::TaskStore;

use crate::cli::TaskArgument;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::session::Session;
use crate::{exit, lookup};
use sheet::{CheckSheet, Checked, DiffSheet, PipelineSheet, told};

/// The name under which the built-in pipeline is asked for.
const BUILT_IN: &str = "built-in";

/// What to do with pipelines.
#[derive(Debug, Subcommand)]
pub(crate) enum PipelineCommand {
    /// Check pipeline files: everything that is wrong, with line, column, field and the fix
    Check(Check),
    /// Show a pipeline: its stages, its limits, and the most runs a task can cost
    Show(ShowOne),
    /// Compare two pipelines, stage by stage
    Diff(Diff),
}

/// The files to check.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Pipeline files (YAML)
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

/// What to show, and how.
#[derive(Debug, Args)]
pub(crate) struct ShowOne {
    /// A pipeline file (YAML), or `built-in`
    #[arg(value_name = "FILE|built-in")]
    pipeline: PathBuf,
    /// How to show it
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
}

/// The pipeline that a task follows, and how to show it.
#[derive(Debug, Args)]
pub(crate) struct ShowPinned {
    #[command(flatten)]
    target: TaskArgument,
    /// How to show it
    #[arg(long, value_enum, default_value = "table")]
    format: Shape,
}

/// The two to compare.
#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A pipeline file (YAML), or `built-in`
    #[arg(value_name = "LEFT")]
    left: PathBuf,
    /// Another one
    #[arg(value_name = "RIGHT")]
    right: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shape {
    /// For people
    Table,
    /// A graph in Mermaid's language
    Mermaid,
    /// The definition as it is stored
    Json,
}

impl PipelineCommand {
    /// Does it; the exit code says whether files are good, or the same.
    pub(crate) fn run(&self, format: Format) -> Result<u8, Failure> {
        match self {
            Self::Check(check) => check.run(format),
            Self::Show(show) => show.run(format),
            Self::Diff(diff) => diff.run(format),
        }
    }
}

impl Check {
    fn run(&self, format: Format) -> Result<u8, Failure> {
        let mut sheet = CheckSheet { files: Vec::new() };
        for path in &self.files {
            sheet.files.push(match load(path) {
                Ok(pipeline) => Checked::good(path, &pipeline),
                Err(problems) => Checked::bad(path, &problems),
            });
        }
        output::show(&sheet, format)?;
        let good = sheet.files.iter().all(|file| file.problems.is_empty());
        Ok(if good { exit::OK } else { exit::DIFFERENT })
    }
}

impl ShowOne {
    fn run(&self, format: Format) -> Result<u8, Failure> {
        let Some(pipeline) = named(&self.pipeline) else {
            return Ok(exit::UNUSABLE);
        };
        self.format.show(pipeline, format).map(|()| exit::OK)
    }
}

impl ShowPinned {
    /// Shows the definition that the task is pinned to, as the database has it.
    pub(crate) async fn run(&self, session: &Session) -> Result<(), Failure> {
        let task = lookup::task(&session.store, &self.target.task).await?;
        let found = session.store.pipeline(&task.pipeline).await?;
        let pipeline = found
            .ok_or_else(|| StoreError::Broken(format!("the pipeline {} is not stored", task.pipeline)))?;
        self.format.show(pipeline, session.format)
    }
}

impl Shape {
    /// Shows a pipeline; `--json` wins over the shape that is asked for.
    fn show(self, pipeline: Pipeline, format: Format) -> Result<(), Failure> {
        let shape = match format {
            Format::Json => Self::Json,
            Format::Text => self,
        };
        let format = match shape {
            Self::Table | Self::Mermaid => Format::Text,
            Self::Json => Format::Json,
        };
        let sheet = PipelineSheet {
            pipeline,
            graph: shape == Self::Mermaid,
        };
        output::show(&sheet, format)
    }
}

impl Diff {
    fn run(&self, format: Format) -> Result<u8, Failure> {
        let (Some(left), Some(right)) = (named(&self.left), named(&self.right)) else {
            return Ok(exit::UNUSABLE);
        };
        let sheet = DiffSheet::of(differences(&left, &right));
        let same = sheet.differences.is_empty();
        output::show(&sheet, format)?;
        Ok(if same { exit::OK } else { exit::DIFFERENT })
    }
}

/// The pipeline that is asked for; what is wrong with its file goes to standard error.
fn named(path: &Path) -> Option<Pipeline> {
    if path.as_os_str() == BUILT_IN {
        return Some(Pipeline::built_in());
    }
    let loaded = load(path);
    if let Err(problems) = &loaded {
        for line in told(path, problems) {
            output::complain(&line);
        }
    }
    loaded.ok()
}

/// Everything that is wrong with a file, a file that cannot be read too.
fn load(path: &Path) -> Result<Pipeline, Vec<Problem>> {
    let bytes = read(path).map_err(|error| {
        vec![Problem {
            line: 1,
            column: 1,
            field: String::new(),
            message: format!("the file cannot be read ({error})"),
            fix: format!("name a pipeline file, or {BUILT_IN}"),
        }]
    })?;
    parse_bytes(&bytes).map_err(|error| error.problems)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more than is accepted, so that the parser sees that it is too large.
    File::open(path)?
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
