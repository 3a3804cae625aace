//! People are told that a system is down, once, and that it answers again: the rows that wait for it say nothing by themselves.

use pipeline_core::effect::{EffectKind, Lane, Mode, Need, NewEffect, System};
use pipeline_core::id::EffectKey;
use pipeline_core::message::alert::{breaker_closed_alert, breaker_open_alert};
use pipeline_core::message::text::until_text;
use pipeline_core::port::PortError;
use pipeline_core::port::store::outbox::OutboxRow;
use pipeline_core::port::store::tasks::Commit;
use pipeline_core::project::Locale;
use pipeline_core::time::Timestamp;

use crate::context::Context;
use crate::outbox::breaker::Turn;
use crate::step::Wanted;

/// Tells the project's chat of its system. A chat that is down cannot tell that it is; the log does.
pub(super) async fn tell(context: &Context, row: &OutboxRow, (turn, error): (Turn, Option<&PortError>)) {
    let effect = &row.effect;
    let system = effect.kind.system();
    let Some(ports) = context.ports(&effect.project) else {
        return;
    };
    if system == System::Chat {
        return;
    }
    let project = &effect.project;
    let now = context.clock.now();
    let name = format!("{project} {}", system.as_str());
    let text = text(ports.project.locale, &name, (turn, error, now));
    let turned = match turn {
        Turn::Down(_) => "down",
        Turn::Up => "up",
    };
    let instance = &context.settings.instance;
    let alert = NewEffect {
        key: EffectKey::new(format!(
            "{project}/{}/{turned}/{instance}-{}",
            system.as_str(),
            now.0
        )),
        task: None,
        project: project.clone(),
        lane: Lane(format!("{project}:chat")),
        mode: Mode::Append,
        need: Need::Tell,
        kind: EffectKind::alert(text),
    };
    let commit = Commit {
        at: now,
        effects: vec![alert],
        ..Commit::default()
    };
    let wanted = Wanted::of(&commit);
    if let Err(error) = context.store.commit(commit).await {
        tracing::error!(project.id = %project, system = system.as_str(), %error, "people could not be told of an outage");
    }
    wanted.ring(context);
}

fn text(locale: Locale, name: &str, (turn, error, now): (Turn, Option<&PortError>, Timestamp)) -> String {
    match turn {
        Turn::Down(until) => {
            let error = error.map(ToString::to_string).unwrap_or_default();
            breaker_open_alert(locale, name, &error, &until_text(until, now))
        }
        Turn::Up => breaker_closed_alert(locale, name),
    }
}
