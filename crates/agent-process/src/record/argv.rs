//! A command line that may be shown: what looks like a secret in it is replaced.

use std::collections::BTreeMap;

/// Stands where a secret stood.
const HIDDEN: &str = "***";

/// A shorter value is no secret, and would be found where it is not meant.
const SHORTEST: usize = 6;

/// Parts of names whose values are secret.
const SECRET: [&str; 8] = [
    "token",
    "secret",
    "passw",
    "passphrase",
    "api-key",
    "apikey",
    "credential",
    "auth",
];

/// `argv` without what looks like a secret: values of the variables of the run that have a telling name, values that
/// are assigned to one (`TOKEN=…`) and those of options with one (`--token …`, `--api-key=…`). It is the operator's own
/// text, which has no business to hold one; this is for the case that it does.
pub(crate) fn shown(argv: &[String], env: &BTreeMap<String, String>) -> Vec<String> {
    let secrets: Vec<&str> = env
        .iter()
        .filter(|(name, value)| is_secret(name) && value.len() >= SHORTEST)
        .map(|(_, value)| value.as_str())
        .collect();
    let mut hides_next = false;
    argv.iter()
        .map(|argument| {
            let text = secrets
                .iter()
                .fold(argument.clone(), |text, secret| text.replace(secret, HIDDEN));
            words(&text, &mut hides_next)
        })
        .collect()
}

/// An argument may be a whole line for a shell. White space stays as it is.
fn words(text: &str, hides_next: &mut bool) -> String {
    text.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            let space = piece.get(word.len()..).unwrap_or_default();
            if word.is_empty() {
                return piece.to_owned();
            }
            word_of(word, hides_next) + space
        })
        .collect()
}

fn word_of(word: &str, hides_next: &mut bool) -> String {
    if std::mem::take(hides_next) && !word.starts_with('-') {
        return HIDDEN.to_owned();
    }
    match word.split_once('=') {
        Some((name, value)) if is_secret(name) && !value.is_empty() => format!("{name}={HIDDEN}"),
        Some(_) => word.to_owned(),
        None => {
            *hides_next = word.starts_with('-') && is_secret(word);
            word.to_owned()
        }
    }
}

/// `API_KEY`, `--api-key` and `apiKey` are the same.
fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase().replace('_', "-");
    SECRET.iter().any(|part| name.contains(part)) || name.ends_with("-key") || name.ends_with("-pat")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(argv: &[&str], expected: &[&str]) {
        let env = [
            ("DEPLOY_TOKEN", "t0p-s3cret"),
            ("HOME", "/home/orchd"),
            ("MY_AUTH", "ab"),
        ];
        let env = env
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let argv: Vec<String> = argv.iter().map(|text| (*text).to_owned()).collect();
        assert_eq!(shown(&argv, &env), expected);
    }

    #[test]
    fn what_looks_like_a_secret_is_hidden() {
        check(
            &["curl", "-H", "Bearer t0p-s3cret"],
            &["curl", "-H", "Bearer ***"],
        );
        check(
            &["agent", "--token", "x", "go"],
            &["agent", "--token", "***", "go"],
        );
        check(&["agent", "--api-key=x"], &["agent", "--api-key=***"]);
        check(&["agent", "--token", "--fast"], &["agent", "--token", "--fast"]);
        check(
            &["sh", "-c", "API_KEY=x  agent --password y\t| tee log"],
            &["sh", "-c", "API_KEY=***  agent --password ***\t| tee log"],
        );
    }

    #[test]
    fn everything_else_stays() {
        for line in [
            "cargo test --workspace -- --nocapture",
            "env LANG=C /home/orchd/agent  'a b'\n",
            "TOKEN= agent",
            "",
        ] {
            check(&["sh", "-c", line], &["sh", "-c", line]);
        }
    }
}
