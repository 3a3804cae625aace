//! `orchctl providers check`: whether accounts of providers could begin a run, without a token. The daemon looks, because its environment and its
//! user are what counts; where none lives this program looks itself.

use std::path::PathBuf;

use app::daemon::Daemon;
use app::settings::environment::Environment;
use app::settings::load::load;
use app::wire::check::preflights;
use clap::Args;
use pipeline_core::id::{AccountId, TaskId, WorkItemId};
use pipeline_core::order::OperatorOrderKind;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::accounts::AccountStore;
use pipeline_core::port::store::orders::NewOrder;
use pipeline_core::resilience::{AccountHealth, AccountSheet, PreflightSheet, Standing};
use pipeline_core::time::Timestamp;
use serde::Serialize;

use crate::cli::Who;
use crate::failure::Failure;
use crate::output::{self, Format, Show};
use crate::session::Session;
use crate::view::daemon::DaemonLine;
use crate::{exit, order, text};

/// The arguments.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Name of an account, as 'orchctl providers' shows it; otherwise all
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Settings file of orchd, read only where no daemon lives; otherwise orch.yaml in this directory
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
}

impl Check {
    /// Lets the daemon look. Answers the exit code.
    pub(super) async fn run(&self, session: &Session) -> Result<u8, Failure> {
        let (asked_at, account) = (session.now(), self.account());
        let order = NewOrder {
            task: TaskId::NONE,
            by: self.who.name(),
            reason: String::new(),
            at: asked_at,
            what: OperatorOrderKind::CheckProviders {
                account: account.clone(),
            },
        };
        if let Some(code) = order::place_silently(session, order, WorkItemId::new("-")).await? {
            return Ok(code);
        }
        let mut looked_at = session.store.accounts().await?;
        // Others are of projects that are gone.
        looked_at.retain(|health| {
            let is_wanted = account.as_ref().is_none_or(|wanted| *wanted == health.account);
            is_wanted && health.preflight.as_ref().is_some_and(|made| made.at >= asked_at)
        });
        let daemon = DaemonLine::from(session.daemon()?);
        CheckSheet::of(&looked_at, session.now(), daemon).show(session.format)
    }

    /// Looks without a daemon. Answers the exit code.
    pub(super) fn run_alone(&self, format: Format) -> Result<u8, Failure> {
        let loaded = load(self.config.as_deref(), &Environment::of_process())?;
        let made = preflights(&loaded.settings, self.account().as_ref());
        let looked_at = made.map_err(|known| Failure::NoProvider {
            wanted: text::short_line(self.name.as_deref().unwrap_or_default(), 60),
            known: known.iter().map(AccountId::as_str).collect::<Vec<_>>().join(", "),
        })?;
        let now = app::clock::SystemClock.now();
        CheckSheet::of(&looked_at, now, DaemonLine::from(Daemon::Down)).show(format)
    }

    fn account(&self) -> Option<AccountId> {
        self.name.as_deref().map(|name| AccountId::new(name.trim()))
    }
}

/// What was found.
#[derive(Serialize)]
struct CheckSheet {
    in_order: bool,
    providers: Vec<AccountSheet>,
    daemon: DaemonLine,
}

impl CheckSheet {
    fn of(looked_at: &[AccountHealth], now: Timestamp, daemon: DaemonLine) -> Self {
        let providers: Vec<AccountSheet> = looked_at.iter().map(|health| health.sheet(now)).collect();
        Self {
            in_order: !providers.is_empty() && providers.iter().all(is_in_order),
            providers,
            daemon,
        }
    }

    fn show(&self, format: Format) -> Result<u8, Failure> {
        output::show(self, format)?;
        Ok(if self.in_order {
            exit::OK
        } else {
            exit::NOT_IN_ORDER
        })
    }
}

impl Show for CheckSheet {
    fn text(&self) -> String {
        let mut parts: Vec<String> = self.providers.iter().map(account).collect();
        if parts.is_empty() {
            parts.push("No account could be looked at; the log of the daemon says why.".to_owned());
        }
        parts.extend(self.daemon.warning().map(|warning| {
            format!("{warning} This was seen by orchctl itself, as its own user and in its own environment.")
        }));
        parts.join("\n\n")
    }
}

/// Nothing has to be mended by a human. What passes by itself is shown and is no matter of order.
fn is_in_order(sheet: &AccountSheet) -> bool {
    sheet.preflight.as_ref().is_some_and(|made| made.ok) && sheet.breaker != Standing::OutOfOrder
}

/// An account in a few lines.
fn account(sheet: &AccountSheet) -> String {
    let name = text::line(sheet.provider.as_str());
    let Some(made) = &sheet.preflight else {
        return format!("{name}: not looked at");
    };
    let mut lines = vec![format!(
        "{name}: {}",
        if is_in_order(sheet) {
            "in order"
        } else {
            "not in order"
        }
    )];
    lines.extend(facts(made).map(|(label, fact)| format!("  {label:<10}{}", text::line(&fact))));
    lines.extend(sheet.reason.as_ref().filter(|_| made.ok).map(|reason| {
        let end = match (&sheet.until, sheet.breaker) {
            (Some(until), _) => format!("until {until}"),
            (None, Standing::OutOfOrder) => {
                format!("when it is mended, 'orchctl providers reset {name}' lets one run try")
            }
            (None, Standing::Closed | Standing::Open | Standing::HalfOpen | Standing::Paused) => {
                "ends by itself".to_owned()
            }
        };
        format!(
            "  {:<10}{}: {}; {end}",
            "state",
            sheet.breaker.as_str(),
            text::line(reason)
        )
    }));
    lines.join("\n")
}

fn facts(made: &PreflightSheet) -> impl Iterator<Item = (&'static str, String)> {
    let version = made.version.as_ref().map(|version| format!("version {version}"));
    let program: Vec<String> = made.program.iter().cloned().chain(version).collect();
    let login = made.login.as_ref().map(|login| match &made.login_expires {
        Some(end) => format!("{login}, until {end}"),
        None => login.clone(),
    });
    let folder = made
        .folder
        .as_ref()
        .map(|folder| format!("{folder} can be written"));
    let known = [
        (
            "program",
            Some(program.join(", ")).filter(|text| !text.is_empty()),
        ),
        ("login", login),
        ("folder", folder),
    ];
    let facts = known.into_iter().filter_map(|(label, fact)| Some((label, fact?)));
    let problems = made.problems.iter().map(|problem| ("problem", problem.clone()));
    let warnings = made.warnings.iter().map(|warning| ("warning", warning.clone()));
    facts.chain(problems).chain(warnings)
}
