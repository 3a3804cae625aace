//! Carries one effect out through the ports. Every call may be repeated; the ports see to it that nothing happens twice.

use pipeline_core::effect::{EffectKind, EffectResult, NewEffect, Push};
use pipeline_core::port::PortError;
use pipeline_core::port::tracker::{Moved, NewComment};

use crate::context::{Context, ProjectPorts};
use crate::outbox::merge;

/// What came of an effect.
pub(super) struct Delivered {
    /// For the rules.
    pub(super) result: EffectResult,
    /// A column that was not written, because it was there already.
    pub(super) unwritten: bool,
}

pub(super) async fn carry_out(
    context: &Context,
    ports: &ProjectPorts,
    effect: &NewEffect,
) -> Result<Delivered, PortError> {
    let with = |result| Delivered {
        result,
        unwritten: false,
    };
    match &effect.kind {
        EffectKind::Comment { issue, author, html } => {
            let (key, issue) = (effect.key.clone(), issue.clone());
            let comment = NewComment {
                key,
                issue,
                author: author.clone(),
                html: html.clone(),
            };
            let written = ports.tracker.comment(&comment).await;
            unless_gone(written, effect).map(|_| done())
        }
        EffectKind::SetColumn { issue, column } => {
            let moved = unless_gone(ports.tracker.move_to(issue, *column).await, effect)?;
            Ok(Delivered {
                unwritten: moved != Some(Moved::Moved),
                ..done()
            })
        }
        EffectKind::StartBranch(start) => {
            let head = ports.workspace.start_branch(start).await?;
            Ok(with(EffectResult::BranchStarted { head }))
        }
        EffectKind::Push(push) => self::push(ports, push).await.map(with),
        EffectKind::OpenPullRequest(open) => {
            let pull = ports
                .forge
                .open_pull_request(&open.branch, &open.title, &open.body)
                .await?;
            Ok(with(EffectResult::PullRequest {
                number: pull.number,
                url: pull.url,
            }))
        }
        EffectKind::Merge(merge) => merge::merge(context, ports, effect.task, merge)
            .await
            .map(|outcome| with(EffectResult::Merge(outcome))),
        EffectKind::ReportStatus(report) => ports
            .forge
            .set_status(&report.commit, &report.status)
            .await
            .map(|()| done()),
        EffectKind::TrackerMessage { text } => match effect.task {
            Some(task) => ports.chat.show(task, text).await.map(|()| done()),
            None => Err(PortError::Permanent(
                "a live message belongs to a task".to_owned(),
            )),
        },
        EffectKind::Alert { text } => ports.chat.alert(&effect.key, text).await.map(|()| done()),
        EffectKind::ReleaseCheckout { branch } => ports.workspace.release(branch).await.map(|()| done()),
    }
}

/// Nobody reads an issue that is gone: there is nothing to tell it, and nothing to alert about. Its deletion is an observation of its own.
fn unless_gone<T>(answer: Result<T, PortError>, effect: &NewEffect) -> Result<Option<T>, PortError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(PortError::NotFound(what)) => {
            tracing::info!(effect.key = %effect.key, what, "the issue is gone; nothing is written on it");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A branch that is not where it was expected holds somebody else's work: the rules decide about that, not the outbox.
async fn push(ports: &ProjectPorts, push: &Push) -> Result<EffectResult, PortError> {
    match ports.workspace.push(push).await {
        Ok(()) => Ok(EffectResult::Done),
        Err(PortError::Conflict(why)) => {
            let head = ports.forge.observe(&push.branch, push.expected.clone()).await?;
            tracing::warn!(branch = %push.branch, why, "the branch is not where it was expected");
            Ok(EffectResult::PushRefused { head: Box::new(head) })
        }
        Err(error) => Err(error),
    }
}

/// An answer that has nothing to remember.
fn done() -> Delivered {
    Delivered {
        result: EffectResult::Done,
        unwritten: false,
    }
}
