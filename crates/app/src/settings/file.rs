//! The settings file as YAML: found, read and parsed, without a thought to what the keys mean.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_yaml::{Mapping, Value};

use super::problem::Problem;

/// The file that is taken when none is named.
pub(super) const USUAL: &str = "orch.yaml";

const LARGEST: u64 = 1 << 20;

/// A settings file's content; empty when there is no file.
#[derive(Debug, Default)]
pub(super) struct SettingsFile {
    /// Where it is; none: there is none.
    pub(super) path: Option<PathBuf>,
    pub(super) keys: Mapping,
}

impl SettingsFile {
    /// The named file, or `orch.yaml` in the directory when it is there.
    pub(super) fn find(named: Option<&Path>, directory: &Path) -> Result<Self, Problem> {
        let path = directory.join(named.unwrap_or(Path::new(USUAL)));
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(unreadable(&path, &error)),
        };
        let keys = parse(&path, &bytes)?;
        Ok(Self {
            path: Some(path),
            keys,
        })
    }

    /// The file's name for people.
    pub(super) fn place(&self) -> String {
        self.path
            .as_ref()
            .map_or_else(|| USUAL.to_owned(), |path| path.display().to_string())
    }

    /// Where relative paths in it begin.
    pub(super) fn directory(&self) -> &Path {
        let parent = self.path.as_deref().and_then(Path::parent);
        parent.unwrap_or(Path::new("."))
    }
}

/// At most a little more than is allowed, whatever the file is.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Mapping, Problem> {
    let problem = |found: &str, expected: &str, advice: &str| Problem {
        place: path.display().to_string(),
        key: String::new(),
        found: found.to_owned(),
        expected: expected.to_owned(),
        advice: advice.to_owned(),
    };
    if bytes.len() as u64 > LARGEST {
        return Err(problem(
            "more than 1 MiB",
            "a settings file",
            "name the right file with --config",
        ));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Err(problem(
            "bytes that are not UTF-8",
            "YAML in UTF-8",
            "save the file as UTF-8",
        ));
    };
    match serde_yaml::from_str(text) {
        Ok(Value::Mapping(keys)) => Ok(keys),
        Ok(Value::Null) => Ok(Mapping::new()),
        Ok(other) => Err(problem(
            &super::form::found(&other),
            "a map of keys",
            "write `key: value` lines",
        )),
        Err(error) => Err(problem(
            &format!("`{error}`"),
            "YAML in which no key stands twice",
            "mend that place; what else may be wrong is reported after that",
        )),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem {
        place: path.display().to_string(),
        key: String::new(),
        found: format!("`{error}`"),
        expected: "a settings file that can be read".to_owned(),
        advice: "name the right file with --config, or mend its permissions".to_owned(),
    }
}
