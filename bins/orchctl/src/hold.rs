//! Placing and lifting holds: rows that the daemon heeds before its next claim. Who and why stay in the database.

use pipeline_core::hold::{Hold, HoldKind, Lifting, NewHold};
use pipeline_core::id::ProjectId;
use pipeline_core::job::JobKind;
use pipeline_core::port::store::admission::AdmissionStore;
use pipeline_core::port::store::jobs::{JobStore, LeasedJob};

use crate::cli::Who;
use crate::failure::Failure;
use crate::session::Session;

/// Who places or lifts a hold, and why.
#[derive(Debug, clap::Args)]
pub(crate) struct Why {
    /// Why, for the audit
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
    #[command(flatten)]
    who: Who,
}

/// What a hold is about, as the command line gave it.
#[derive(Debug, clap::Args)]
pub(crate) struct Scope {
    /// Only this project (its prefix in lower case, such as demo); otherwise everything
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    #[command(flatten)]
    pub(crate) why: Why,
}

impl Scope {
    /// The project, when it is one of the daemon's.
    pub(crate) async fn project(&self, session: &Session) -> Result<Option<ProjectId>, Failure> {
        let Some(wanted) = &self.project else {
            return Ok(None);
        };
        let project = ProjectId::new(wanted.trim().to_lowercase());
        let told = session.store.admission().await?;
        let known = told.map(|told| told.admission.projects).unwrap_or_default();
        if known.is_empty() || known.contains_key(&project) {
            return Ok(Some(project));
        }
        let known: Vec<&str> = known.keys().map(ProjectId::as_str).collect();
        Err(Failure::NoProject {
            wanted: crate::text::short_line(wanted, 60),
            known: known.join(", "),
        })
    }
}

impl Why {
    /// Places a hold.
    pub(crate) async fn place(
        &self,
        session: &Session,
        kind: HoldKind,
        project: Option<ProjectId>,
    ) -> Result<Hold, Failure> {
        let hold = NewHold {
            project,
            kind,
            by: self.who.name(),
            reason: self.reason.trim().to_owned(),
            at: session.now(),
        };
        Ok(session.store.hold(hold).await?)
    }

    /// Lifts every hold of the scope and answers them.
    pub(crate) async fn lift(
        &self,
        session: &Session,
        project: Option<&ProjectId>,
    ) -> Result<Vec<Hold>, Failure> {
        let mut lifted = Vec::new();
        for hold in session.store.holds().await? {
            let lifting = Lifting {
                by: self.who.name(),
                reason: self.reason.trim().to_owned(),
                at: session.now(),
            };
            if hold.said.project.as_ref() == project && session.store.lift(hold.id, lifting).await? {
                lifted.push(hold);
            }
        }
        Ok(lifted)
    }
}

/// Agents and commands that run, in a project or all.
pub(crate) async fn runs(session: &Session, project: Option<&ProjectId>) -> Result<Vec<LeasedJob>, Failure> {
    let mut leased = session.store.leased().await?;
    leased.retain(|job| match job.kind {
        JobKind::Agent(_) | JobKind::Command(_) => project.is_none_or(|project| job.project == *project),
        JobKind::Gather(_) => false,
    });
    Ok(leased)
}

/// `2 runs: 7-3 developer, 8-1 analyst`.
pub(crate) fn run_names(runs: &[LeasedJob]) -> String {
    let names: Vec<String> = runs
        .iter()
        .map(|job| format!("{} {}", job.id, crate::text::line(job.kind.name())))
        .collect();
    match names.as_slice() {
        [] => "no run".to_owned(),
        [one] => format!("1 run: {one}"),
        all => format!("{} runs: {}", all.len(), all.join(", ")),
    }
}
