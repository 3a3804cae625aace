//! The engine: recovery first, then the loops, until it is told to stop. Runs outlive it; what is in flight is taken up at the next start.
//! How it ends stands in [`ending`].

mod ending;
mod rest;

use std::sync::Arc;
use std::time::Duration;

use pipeline_core::port::store::StoreError;
use pipeline_core::port::store::outbox::{EffectStatus, OutboxFilter};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::context::Context;
use crate::dispatch::Dispatcher;
use crate::engine::rest::Rest;
use crate::outbox::Outbox;
use crate::{intake, orders, sweep, tidying};

pub use ending::Ended;

/// The loops of one daemon.
#[derive(Clone)]
pub struct Engine {
    context: Arc<Context>,
    dispatcher: Arc<Dispatcher>,
    outbox: Arc<Outbox>,
}

impl Engine {
    /// An engine over these ports. Nothing happens before [`Engine::run`].
    #[must_use]
    pub fn new(context: Arc<Context>) -> Self {
        let dispatcher = Arc::new(Dispatcher::new(Arc::clone(&context)));
        let outbox = Arc::new(Outbox::new(Arc::clone(&context)));
        Self {
            context,
            dispatcher,
            outbox,
        }
    }

    /// Remembers when each project was first seen: from then on orders on its board count. Before people can reach a board through us.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn connect(&self) -> Result<(), StoreError> {
        for project in self.context.projects.keys() {
            self.context
                .store
                .connected_at(project, self.context.clock.now())
                .await?;
        }
        Ok(())
    }

    /// Takes up what an earlier daemon left: effects that were in flight are looked at before they are sent again, runs are adopted.
    pub async fn recover(&self) -> Result<(), StoreError> {
        self.connect().await?;
        self.forget_calls_to_end().await?;
        let ambiguous = self
            .context
            .store
            .reclaim(&self.context.settings.instance)
            .await?;
        if ambiguous > 0 {
            tracing::info!(ambiguous, "effects were in flight when the last daemon ended");
        }
        self.dispatcher.recover().await
    }

    /// For a state that was restored, before [`Engine::recover`]: the outside is ahead of it. Everything open is looked at, and what follows is
    /// committed, before anything is sent or begun. Answers how many objects could not be read.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn look_first(&self) -> Result<usize, StoreError> {
        self.connect().await?;
        sweep::look_around(&self.context).await
    }

    /// Begins to send every effect that is due, and no job. Answers how many are still on their way or wait for another try.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn send_what_waits(&self) -> Result<usize, StoreError> {
        self.outbox.tick().await?;
        let open = self.context.store.effects(OutboxFilter::Open).await?;
        Ok(open.iter().filter(|row| row.status != EffectStatus::Dead).count())
    }

    /// Runs the loops until `stop` becomes true or an operator's hold wants the daemon to end; then lets each finish what it is doing.
    /// Afterwards the engine is over: for another run a new one is built.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) -> Ended {
        let (quit, quitting) = watch::channel(false);
        let mut loops = self.begin(&quitting);
        let ended = tokio::select! {
            _ = stop.wait_for(|stop| *stop) => Ended::Stopped,
            kind = self.dispatcher.ending() => Ended::of(kind),
        };
        quit.send_replace(true);
        self.end(ended, &mut loops).await;
        ended
    }

    fn begin(&self, quitting: &watch::Receiver<bool>) -> JoinSet<()> {
        let mut loops = JoinSet::new();
        for source in self.context.sources.clone() {
            let (context, mut quitting) = (Arc::clone(&self.context), quitting.clone());
            loops.spawn(async move {
                loop {
                    tokio::select! {
                        () = source.wait() => context.wakes.news(),
                        _ = quitting.wait_for(|quit| *quit) => return,
                    }
                }
            });
        }
        let (context, mut quitting_too) = (Arc::clone(&self.context), quitting.clone());
        loops.spawn(async move {
            loop {
                tokio::select! {
                    () = context.store.written() => context.wakes.order(),
                    _ = quitting_too.wait_for(|quit| *quit) => return,
                }
            }
        });
        for beat in [
            Beat::Intake,
            Beat::Orders,
            Beat::Dispatch,
            Beat::Outbox,
            Beat::Timers,
            Beat::Sweep,
            Beat::Tidying,
        ] {
            loops.spawn(beat_until(beat, self.clone(), quitting.clone()));
        }
        loops
    }

    /// Ticks every quick loop once, for programs that drive the engine themselves and for tests that move time by hand. Jobs and effects that
    /// it begins go on in tasks of their own, so on a current-thread runtime they need a yield; a run that lasts is not waited for.
    ///
    /// # Errors
    /// The first one; every loop had its tick all the same.
    pub async fn round(&self) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        for beat in [
            Beat::Orders,
            Beat::Intake,
            Beat::Timers,
            Beat::Dispatch,
            Beat::Outbox,
        ] {
            outcome = outcome.and(beat.tick(self).await);
        }
        outcome
    }

    /// The slow look at everything open, once; see [`Engine::round`].
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        Beat::Sweep.tick(self).await
    }

    /// Removes what need not be kept any longer, once; see [`Engine::round`].
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn tidy(&self) -> Result<(), StoreError> {
        Beat::Tidying.tick(self).await
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    Intake,
    Orders,
    Dispatch,
    Outbox,
    Timers,
    Sweep,
    Tidying,
}

impl Beat {
    fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Orders => "orders",
            Self::Dispatch => "dispatch",
            Self::Outbox => "outbox",
            Self::Timers => "timers",
            Self::Sweep => "sweep",
            Self::Tidying => "tidying",
        }
    }

    fn every(self, context: &Context) -> Duration {
        match self {
            Self::Sweep => context.settings.sweep,
            Self::Tidying => context.settings.tidy,
            Self::Intake | Self::Orders | Self::Dispatch | Self::Outbox | Self::Timers => {
                context.settings.poll
            }
        }
    }

    /// Whether all that it works on is in the store, so that it need not look while nothing is written there and nothing falls due. Feeds are asked
    /// each time, and what is slow looks at everything.
    fn may_rest(self) -> bool {
        match self {
            Self::Orders | Self::Dispatch | Self::Outbox | Self::Timers => true,
            Self::Intake | Self::Sweep | Self::Tidying => false,
        }
    }

    fn bell(self, context: &Context) -> &Notify {
        match self {
            Self::Intake => &context.wakes.intake,
            Self::Orders => &context.wakes.orders,
            Self::Dispatch => &context.wakes.dispatch,
            Self::Outbox => &context.wakes.outbox,
            Self::Timers | Self::Sweep | Self::Tidying => &context.wakes.sweep,
        }
    }

    async fn tick(self, engine: &Engine) -> Result<(), StoreError> {
        let context = engine.context.as_ref();
        match self {
            Self::Intake => intake::tick(context).await,
            Self::Orders => {
                engine.dispatcher.notice_holds().await?;
                orders::tick(&engine.context).await
            }
            Self::Dispatch => engine.dispatcher.tick().await,
            Self::Outbox => engine.outbox.tick().await,
            Self::Timers => sweep::fire_timers(context).await,
            Self::Sweep => {
                engine.dispatcher.take_up_strays().await?;
                engine.outbox.take_up_strays().await?;
                sweep::look_around(context).await.map(|_| ())
            }
            Self::Tidying => tidying::tick(context).await,
        }
    }
}

async fn beat_until(beat: Beat, engine: Engine, mut stop: watch::Receiver<bool>) {
    let context = engine.context.as_ref();
    let mut told = None;
    loop {
        // Read before the look: what is written while it lasts is another version.
        let mut rest = Rest::since(context.store.version());
        let trouble = beat.tick(&engine).await.err().map(|error| error.to_string());
        match &trouble {
            Some(error) if trouble != told => {
                tracing::error!(
                    r#loop = beat.name(),
                    error,
                    "the loop could not finish its work; it tries again"
                );
            }
            // A trouble that lasts is told once; /ready goes on naming it.
            Some(_) | None => {}
        }
        told.clone_from(&trouble);
        let may_rest = trouble.is_none() && beat.may_rest();
        context
            .health
            .ticked(beat.name(), context.clock.now(), beat.every(context), trouble);
        // The slow ones are slow on purpose: no bell shortens them.
        let rung = async {
            if matches!(beat, Beat::Sweep | Beat::Tidying) {
                std::future::pending::<()>().await;
            } else {
                beat.bell(context).notified().await;
            }
        };
        tokio::select! {
            () = rung => {}
            () = pause(context, beat, may_rest.then_some(&mut rest)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Until it is time to look though no bell has rung.
async fn pause(context: &Context, beat: Beat, rest: Option<&mut Rest>) {
    let every = beat.every(context);
    context.clock.sleep(every).await;
    let Some(rest) = rest else {
        return;
    };
    while rest.lasts(context, every).await {
        context
            .health
            .ticked(beat.name(), context.clock.now(), every, None);
        context.clock.sleep(every).await;
    }
}
