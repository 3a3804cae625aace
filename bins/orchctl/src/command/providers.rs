//! `orchctl providers`: how the accounts of providers fare, a look at them now, and the order that forgets what holds one back.

mod check;

use app::daemon::{self, Daemon};
use app::places::Places;
use check::Check;
use clap::{Args, Subcommand};
use pipeline_core::id::{AccountId, TaskId, WorkItemId};
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::store::accounts::AccountStore;
use pipeline_core::port::store::orders::NewOrder;
use pipeline_core::resilience::{AccountSheet, PreflightSheet};
use serde::Serialize;

use crate::cli::Who;
use crate::failure::Failure;
use crate::output::{Format, Show};
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::{exit, order, text};

/// The arguments.
#[derive(Debug, Args)]
pub(crate) struct Providers {
    #[command(subcommand)]
    command: Option<ProvidersCommand>,
}

/// What to do; without a word they are listed.
#[derive(Debug, Subcommand)]
enum ProvidersCommand {
    /// Look now whether accounts could begin a run: program, version, login, folder; costs no tokens
    Check(Check),
    /// Order: forget what holds an account back; its next runs begin
    Reset(Reset),
}

/// The arguments of `reset`.
#[derive(Debug, Args)]
struct Reset {
    /// Name of the account, as 'orchctl providers' shows it
    #[arg(value_name = "NAME")]
    name: String,
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

impl Providers {
    /// Carries it out. Answers the exit code.
    pub(crate) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        match &self.command {
            None => list(session).await.map(|()| exit::OK),
            Some(ProvidersCommand::Check(check)) => check.run(session).await,
            Some(ProvidersCommand::Reset(reset)) => reset.run(session).await,
        }
    }

    /// The same where it needs neither daemon nor database; none: it needs them.
    pub(crate) fn run_alone(&self, places: &Places, format: Format) -> Option<Result<u8, Failure>> {
        let Some(ProvidersCommand::Check(check)) = &self.command else {
            return None;
        };
        match daemon::look(places) {
            Ok(Daemon::Running { .. }) => None,
            Ok(Daemon::Down) => Some(check.run_alone(format)),
            Err(error) => Some(Err(Failure::Lock {
                path: places.lock(),
                error,
            })),
        }
    }
}

impl Reset {
    async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let account = AccountId::new(self.name.trim());
        let known = session.store.accounts().await?;
        if !known.is_empty() && !known.iter().any(|health| health.account == account) {
            let known: Vec<&str> = known.iter().map(|health| health.account.as_str()).collect();
            return Err(Failure::NoProvider {
                wanted: text::short_line(&self.name, 60),
                known: known.join(", "),
            });
        }
        let order = NewOrder {
            task: TaskId::NONE,
            by: self.who.name(),
            reason: self.reason.trim().to_owned(),
            at: session.now(),
            what: OperatorOrderKind::ResetProvider { account },
        };
        order::place(session, order, WorkItemId::new("-")).await
    }
}

async fn list(session: &Session) -> Result<(), Failure> {
    let (accounts, now) = (session.store.accounts().await?, session.now());
    session.show(&ProvidersSheet {
        providers: accounts.iter().map(|health| health.sheet(now)).collect(),
        daemon: DaemonLine::from(session.daemon()?),
    })
}

#[derive(Serialize)]
struct ProvidersSheet {
    providers: Vec<AccountSheet>,
    daemon: DaemonLine,
}

impl Show for ProvidersSheet {
    fn text(&self) -> String {
        let mut parts = vec![self.table()];
        let reasons: Vec<String> = self.providers.iter().filter_map(reason).collect();
        if !reasons.is_empty() {
            parts.push(reasons.join("\n"));
        }
        parts.extend(self.daemon.warning());
        parts.join("\n\n")
    }
}

impl ProvidersSheet {
    fn table(&self) -> String {
        if self.providers.is_empty() {
            return "No provider is known yet: the daemon notes each at its start.".to_owned();
        }
        text::table(
            [
                "PROVIDER",
                "STATE",
                "UNTIL",
                "IN A ROW",
                "FAILURES",
                "PREFLIGHT",
                "VERSION",
                "LOGIN UNTIL",
            ],
            self.providers.iter().map(row),
        )
    }
}

fn row(sheet: &AccountSheet) -> [String; 8] {
    let dash = |text: Option<&String>| text.map_or_else(|| "-".to_owned(), |text| text::line(text));
    let causes: Vec<String> = sheet
        .causes
        .iter()
        .map(|(cause, count)| format!("{} {count}", cause.as_str()))
        .collect();
    let causes = if causes.is_empty() {
        "-".to_owned()
    } else {
        causes.join(", ")
    };
    let preflight = sheet.preflight.as_ref();
    [
        text::line(sheet.provider.as_str()),
        sheet.breaker.as_str().to_owned(),
        dash(sheet.until.as_ref()),
        sheet.failures_in_a_row.to_string(),
        causes,
        preflight.map_or_else(|| "-".to_owned(), made),
        dash(preflight.and_then(|made| made.version.as_ref())),
        dash(preflight.and_then(|made| made.login_expires.as_ref())),
    ]
}

/// `ok, 4m 12s ago`.
fn made(preflight: &PreflightSheet) -> String {
    let word = if preflight.ok { "ok" } else { "not in order" };
    format!("{word}, {}", text::seconds_ago(preflight.age_seconds))
}

fn reason(sheet: &AccountSheet) -> Option<String> {
    let reason = sheet.reason.as_ref()?;
    Some(format!(
        "{}: {}",
        text::line(sheet.provider.as_str()),
        text::line(reason)
    ))
}
