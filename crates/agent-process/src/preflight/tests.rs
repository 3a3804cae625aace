use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::transcript::tests::folder as samples;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

/// Answers as the recorded programs did.
struct Recorded {
    version: &'static str,
    login: Result<Answer, String>,
}

impl Ask for Recorded {
    fn ask(&self, question: &Question<'_>) -> Result<Answer, String> {
        match question.args {
            ["--version"] => Ok(Answer {
                is_success: true,
                text: self.version.to_owned(),
            }),
            _ => self.login.clone(),
        }
    }
}

/// The answer number `index` of a recording of several.
fn recorded(name: &str, index: usize) -> Result<Answer, String> {
    let text = fs::read_to_string(samples().join(name)).unwrap();
    let part = text
        .split("## ")
        .filter(|part| part.contains("\nexit "))
        .nth(index)
        .unwrap();
    let (_, answer) = part.split_once('\n').unwrap();
    let (text, exit) = answer.split_once("\nexit ").unwrap();
    Ok(Answer {
        is_success: exit.starts_with('0'),
        text: text.to_owned(),
    })
}

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        fs::write(&program, "#!/bin/sh\necho 'codex-cli 0.169.0'\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        Self(folder)
    }

    fn cli(&self) -> CliSettings {
        CliSettings {
            config_home: Some(self.0.path().join("home")),
            ..CliSettings::new(self.0.path().join("program").display().to_string())
        }
    }

    fn put(&self, name: &str, content: &str) {
        let path = self.0.path().join("home").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

fn claude(place: &Place, index: usize) -> Preflight {
    let ask = Recorded {
        version: "2.1.329 (Claude Code)",
        login: recorded("claude-auth-status.txt", index),
    };
    preflight(&Provider::Claude(place.cli()), &ask, NOW)
}

fn stored(method: &str, expires_at: Option<i64>) -> Login {
    Login::Stored {
        method: method.to_owned(),
        expires_at: expires_at.map(Timestamp),
    }
}

#[test]
fn the_status_of_claude_is_understood() {
    let place = Place::new();
    let without = claude(&place, 0);
    assert_eq!(without.login, Login::Missing);
    assert!(
        without.problems[0].starts_with("claude is not logged in; run"),
        "{without:?}"
    );
    for (index, method) in [(1, "api_key"), (2, "oauth_token"), (3, "claude.ai")] {
        let found = claude(&place, index);
        assert_eq!(found.login, stored(method, None));
        assert!(found.ok() && found.warnings.is_empty(), "{found:?}");
    }
}

#[test]
fn an_expired_login_is_a_warning_because_it_renews_itself() {
    let place = Place::new();
    place.put(
        ".credentials.json",
        r#"{"claudeAiOauth":{"expiresAt":1700000000000}}"#,
    );
    let found = claude(&place, 3);
    assert_eq!(found.login, stored("claude.ai", Some(1_700_000_000_000)));
    assert!(found.ok());
    assert!(found.warnings[0].contains("has expired"), "{found:?}");
}

#[test]
fn the_status_of_codex_is_understood() {
    let place = Place::new();
    let codex = |index| {
        let ask = Recorded {
            version: "codex-cli 0.160.0",
            login: recorded("codex-login-status.txt", index),
        };
        preflight(&Provider::Codex(place.cli()), &ask, NOW)
    };
    assert_eq!(codex(0).login, Login::Missing);
    place.put("auth.json", r#"{"auth_mode":"apikey"}"#);
    let found = codex(3);
    assert_eq!(found.login, stored("apikey", None));
    assert!(
        found.warnings[0].contains("0.160.0 is older than 0.169.0"),
        "{found:?}"
    );
}

#[test]
fn files_tell_where_the_program_cannot_be_asked() {
    let ask = Recorded {
        version: "1.18.33",
        login: Err("nobody asks".to_owned()),
    };
    let place = Place::new();
    let opencode = || preflight(&Provider::Opencode(place.cli()), &ask, NOW).login;
    assert_eq!(opencode(), Login::Missing);
    place.put("data/opencode/auth.json", r#"{"anthropic":{"type":"api"}}"#);
    assert_eq!(opencode(), stored("anthropic", None));
    let gemini = || preflight(&Provider::Gemini(place.cli()), &ask, NOW).login;
    assert_eq!(gemini(), Login::Missing);
    place.put(".gemini/oauth_creds.json", r#"{"expiry_date":5}"#);
    assert_eq!(gemini(), stored("oauth", Some(5)));
}

#[test]
fn a_key_in_a_variable_is_a_login_and_nothing_is_asked() {
    let place = Place::new();
    let mut cli = place.cli();
    cli.key_variables = vec!["CODEX_API_KEY".to_owned()];
    cli.env.insert("CODEX_API_KEY".to_owned(), "k".to_owned());
    let ask = Recorded {
        version: "codex-cli 0.169.0",
        login: Err("nobody asks".to_owned()),
    };
    let found = preflight(&Provider::Codex(cli), &ask, NOW);
    assert_eq!(found.login, Login::Variable("CODEX_API_KEY".to_owned()));
    assert!(found.ok());
}

#[test]
fn a_program_that_is_missing_is_the_only_problem() {
    let provider = Provider::Gemini(CliSettings::new("/nowhere/gemini"));
    let found = preflight(&provider, &Programs, NOW);
    assert_eq!(found.problems.len(), 1);
    assert!(found.problems[0].contains("was not found"), "{found:?}");
    assert_eq!(found.login, Login::NotLooked);
}

#[test]
fn a_real_program_is_asked() {
    let place = Place::new();
    let provider = Provider::Codex(place.cli());
    assert_eq!(version(&provider, &Programs), Ok(CliVersion(0, 169, 0)));
    let found = preflight(&provider, &Programs, NOW);
    assert!(found.ok(), "{found:?}");
}
