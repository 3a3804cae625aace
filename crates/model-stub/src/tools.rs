//! From an act to a call of one of the tools that the agent program offers.

use serde_json::{Map, Value, json};

use crate::answer::Act;

/// A call of a tool by its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) arguments: Value,
}

/// Names under which the programs offer the same thing, with the names of its arguments: path first, text second.
const READERS: [(&str, &str); 3] = [
    ("Read", "file_path"),
    ("read", "filePath"),
    ("read_file", "file_path"),
];
const WRITERS: [(&str, &str); 3] = [
    ("Write", "file_path"),
    ("write", "filePath"),
    ("write_file", "file_path"),
];
const SHELLS: [(&str, &str); 5] = [
    ("Bash", "command"),
    ("bash", "command"),
    ("run_shell_command", "command"),
    ("exec_command", "cmd"),
    ("shell_command", "command"),
];

/// The call that does it; none when the program offers no tool for it.
pub(crate) fn call(act: &Act, offered: &[String]) -> Option<Call> {
    match act {
        Act::Read { path } => find(&READERS, offered)
            .map(|(name, key)| made(name, [(key, path.as_str())]))
            .or_else(|| shell(&format!("cat {}", quoted(path)), offered)),
        Act::Write { path, text } => match find(&WRITERS, offered) {
            Some((name, key)) => Some(made(name, [(key, path.as_str()), ("content", text)])),
            None => shell(&heredoc(path, text), offered),
        },
        Act::Shell { command } => shell(command, offered),
    }
}

/// There is a tool for writing files, besides the shell.
pub(crate) fn has_writer(offered: &[String]) -> bool {
    find(&WRITERS, offered).is_some()
}

fn find(known: &[(&'static str, &'static str)], offered: &[String]) -> Option<(&'static str, &'static str)> {
    known
        .iter()
        .copied()
        .find(|(name, _)| offered.iter().any(|tool| tool == name))
}

fn shell(command: &str, offered: &[String]) -> Option<Call> {
    let (name, key) = find(&SHELLS, offered)?;
    Some(match name {
        "Bash" | "bash" => made(name, [(key, command), ("description", "The next step")]),
        _ => made(name, [(key, command)]),
    })
}

fn made<const COUNT: usize>(name: &str, arguments: [(&str, &str); COUNT]) -> Call {
    let arguments: Map<String, Value> = arguments
        .into_iter()
        .map(|(key, value)| (key.to_owned(), json!(value)))
        .collect();
    Call {
        name: name.to_owned(),
        arguments: Value::Object(arguments),
    }
}

fn heredoc(path: &str, text: &str) -> String {
    let mut mark = "END_OF_FILE".to_owned();
    while text.lines().any(|line| line == mark) {
        mark.push('_');
    }
    let path = quoted(path);
    let newline = if text.ends_with('\n') { "" } else { "\n" };
    format!("mkdir -p \"$(dirname {path})\" && cat > {path} <<'{mark}'\n{text}{newline}{mark}")
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn write() -> Act {
        Act::Write {
            path: "/w/a'b".to_owned(),
            text: "one\nEND_OF_FILE\n".to_owned(),
        }
    }

    #[test]
    fn a_file_is_written_by_the_tool_for_it_or_else_by_the_shell() {
        let call = call(&write(), &offered(&["Bash", "Write"])).unwrap();
        assert_eq!(call.name, "Write");
        assert_eq!(
            call.arguments,
            json!({"file_path": "/w/a'b", "content": "one\nEND_OF_FILE\n"})
        );
        let call = super::call(&write(), &offered(&["exec_command"])).unwrap();
        assert_eq!(
            call.arguments["cmd"],
            "mkdir -p \"$(dirname '/w/a'\\''b')\" && cat > '/w/a'\\''b' <<'END_OF_FILE_'\none\nEND_OF_FILE\nEND_OF_FILE_"
        );
    }

    #[test]
    fn what_is_not_offered_is_not_called() {
        assert_eq!(call(&write(), &offered(&["Read"])), None);
    }
}
