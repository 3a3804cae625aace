//! The admin listener, asked over one connection as a monitor would.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clock::Stopwatch;
use crate::idle;
use crate::samples::Samples;
use crate::store::Kept;

/// Both listeners, of which one is asked.
pub(super) struct Admin {
    stream: TcpStream,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Admin {
    pub(super) async fn start(kept: &Kept) -> anyhow::Result<Self> {
        let (public, admin) = (
            TcpListener::bind(("127.0.0.1", 0)).await?,
            TcpListener::bind(("127.0.0.1", 0)).await?,
        );
        let address = admin.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let state = Arc::new(idle::web_state(kept.port(), Vec::new()));
        let serving = tokio::spawn(web::server::serve(state, public, admin, async move {
            let _ = stopped.await;
        }));
        let stream = TcpStream::connect(address)
            .await
            .context("connect to the admin listener")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            address,
            stop,
            serving,
        })
    }

    /// Asks so often, and answers how long each took until its last byte.
    pub(super) async fn ask(&mut self, path: &str, times: u32) -> anyhow::Result<Samples> {
        let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.address);
        let mut samples = Samples::default();
        for _ in 0..times {
            let watch = Stopwatch::start();
            self.stream.write_all(request.as_bytes()).await?;
            self.read_answer()
                .await
                .with_context(|| format!("ask for {path}"))?;
            samples.add(watch.elapsed());
        }
        Ok(samples)
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        drop(self.stream);
        // Whether it still listens for that does not matter.
        let _ = self.stop.send(());
        self.serving.await??;
        Ok(())
    }

    async fn read_answer(&mut self) -> anyhow::Result<()> {
        let (mut answer, mut wanted) = (Vec::new(), None);
        while wanted.is_none_or(|wanted| answer.len() < wanted) {
            if self.stream.read_buf(&mut answer).await? == 0 {
                bail!("the connection was closed without a whole answer");
            }
            if wanted.is_none() {
                wanted = whole(&answer)?;
            }
        }
        Ok(())
    }
}

/// How long the answer is, head and body, when its head is there.
fn whole(answer: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(answer.get(..end).unwrap_or_default())?;
    ensure!(head.starts_with("HTTP/1.1 200 "), "the answer is {head}");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.context("the answer has no length")?.parse()?;
    Ok(Some(end + 4 + length))
}
