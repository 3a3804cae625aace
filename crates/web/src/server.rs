//! The two listeners: connections, their limits and their graceful end. Knows nothing of what is served.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::state::WebState;
use crate::{admin, public};

/// Time for a request's head to arrive; also how long an idle connection is kept.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Largest head of a request, in bytes.
const HEAD_LIMIT: usize = 64 * 1024;
/// Requests in progress are given this long when the daemon stops.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);
/// Pause after a failed accept (usually: no file descriptors left).
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
/// Connections at once from outside.
const PUBLIC_CONNECTIONS: usize = 256;
/// Connections at once from operators.
const ADMIN_CONNECTIONS: usize = 64;

/// Mark on a response: the connection is closed and nothing is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CloseUnanswered;

/// Serves both listeners until `shutdown` is ready, lets requests in progress finish, and returns when both are closed.
///
/// # Errors
/// Only at the start: the admin listener's own address cannot be read.
pub async fn serve(
    state: Arc<WebState>,
    public: TcpListener,
    admin: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> std::io::Result<()> {
    let bound: SocketAddr = admin.local_addr()?;
    let (stop, stopped) = watch::channel(false);
    let from_outside = Listener::new("public", public::router(Arc::clone(&state)), PUBLIC_CONNECTIONS);
    let from_operators = Listener::new("admin", admin::router(state, bound), ADMIN_CONNECTIONS);
    let mut both = pin!(async {
        tokio::join!(
            from_outside.run(public, stopped.clone()),
            from_operators.run(admin, stopped.clone())
        )
    });
    tokio::select! {
        () = shutdown => { stop.send_replace(true); both.await; }
        _ = &mut both => {}
    }
    Ok(())
}

struct Listener {
    name: &'static str,
    router: Router,
    places: Arc<Semaphore>,
}

impl Listener {
    fn new(name: &'static str, router: Router, connections: usize) -> Self {
        Self {
            name,
            router,
            places: Arc::new(Semaphore::new(connections)),
        }
    }

    async fn run(&self, listener: TcpListener, mut stopped: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                _ = stopped.wait_for(|stop| *stop) => break,
                accepted = self.accept(&listener) => accepted,
            };
            match accepted {
                Ok((stream, place)) => self.begin(stream, place, &graceful, &mut connections),
                Err(error) => {
                    tracing::warn!(listener = self.name, %error, "failed to accept a connection");
                    // Waits for the end or for the pause, whichever is first.
                    let _ = timeout(ACCEPT_PAUSE, stopped.wait_for(|stop| *stop)).await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
        drop(listener);
        if timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
            tracing::warn!(
                listener = self.name,
                "closed connections whose requests did not finish in time"
            );
        }
    }

    /// A place first: at the limit, new connections wait in the backlog instead of taking memory here.
    async fn accept(&self, listener: &TcpListener) -> std::io::Result<(TcpStream, OwnedSemaphorePermit)> {
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(std::io::Error::other)?;
        let (stream, _) = listener.accept().await?;
        Ok((stream, place))
    }

    fn begin(
        &self,
        stream: TcpStream,
        place: OwnedSemaphorePermit,
        graceful: &GracefulShutdown,
        connections: &mut JoinSet<()>,
    ) {
        let router = self.router.clone();
        let service = service_fn(move |request: hyper::Request<Incoming>| answer(router.clone(), request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_LIMIT)
            .serve_connection(TokioIo::new(stream), service);
        let watched = graceful.watch(connection);
        let name = self.name;
        connections.spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(listener = name, %error, "a connection ended early");
            }
            drop(place);
        });
    }
}

#[derive(Debug, thiserror::Error)]
#[error("closed without an answer")]
struct Unanswered;

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response, Unanswered> {
    let answered: Result<Response, Infallible> = router.oneshot(request.map(Body::new)).await;
    let Ok(response) = answered;
    if response.extensions().get::<CloseUnanswered>().is_some() {
        return Err(Unanswered);
    }
    Ok(response)
}
