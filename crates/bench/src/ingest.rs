//! Webhooks from the socket to the disk: the public listener, its router and the store as the daemon has them; only the source of the webhooks and
//! their sender are our own, and both work in this process.

mod source;
mod sender;

use std::sync::Arc;

use anyhow::{Context, ensure};
use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::clock::Stopwatch;
use crate::figure::{Conditions, Sheet};
use crate::idle;
use crate::ingest::sender::Sender;
use crate::ingest::source::SignedSource;
use crate::limits::per_second;
use crate::place::Place;
use crate::processor::Processor;
use crate::samples::Samples;
use crate::store::{FILE, Kept, runtime};

/// Keep-alive connections, and how many webhooks are sent over all of them.
const LOADS: [(u64, u64); 3] = [(1, 2_000), (16, 16_000), (64, 60_000)];
/// Times that each load is given; the fastest counts.
const ROUNDS: u64 = 3;
const SECRET: &[u8] = b"a secret that sender and source share";

/// What came of a load.
struct Round {
    rate: f64,
    times: Samples,
    commits: u64,
}

pub(crate) fn measure(place: &Place, sheet: &mut Sheet) -> anyhow::Result<()> {
    for (connections, webhooks) in LOADS {
        let webhooks = place.many(webhooks).max(connections);
        let rounds = if place.is_smoke() { 1 } else { ROUNDS };
        let mut best: Option<(Round, Conditions)> = None;
        for round in 0..rounds {
            let folder = place.fresh(&format!("ingest-{connections}-{round}"))?;
            let found = runtime()?.block_on(load(&folder, connections, webhooks))?;
            if best.as_ref().is_none_or(|(known, _)| known.rate < found.0.rate) {
                best = Some(found);
            }
            std::fs::remove_dir_all(&folder)?;
        }
        let Some((round, mut conditions)) = best else {
            continue;
        };
        conditions.extend([("best_of", json!(rounds)), ("commits", json!(round.commits))]);
        put(sheet, connections, &round, &conditions);
    }
    Ok(())
}

fn put(sheet: &mut Sheet, connections: u64, round: &Round, conditions: &Conditions) {
    let n = round.times.count();
    sheet.put(
        &format!("ingest.rate.{connections}"),
        (round.rate, "1/s"),
        n,
        conditions,
    );
    for (name, of_a_hundred) in [("p50", 50), ("p99", 99)] {
        let value = round.times.percentile(of_a_hundred);
        sheet.put(
            &format!("ingest.{name}.{connections}"),
            (value, "ms"),
            n,
            conditions,
        );
    }
    for (name, limit) in [
        ("grouped", "limit.sqlite.grouped"),
        ("fdatasync", "limit.fdatasync"),
    ] {
        if let Some(limit) = sheet.value(limit) {
            let metric = format!("ingest.of_{name}.{connections}");
            sheet.put(&metric, (round.rate / limit, "ratio"), n, conditions);
        }
    }
}

async fn load(
    folder: &std::path::Path,
    connections: u64,
    webhooks: u64,
) -> anyhow::Result<(Round, Conditions)> {
    let kept = Kept::open(folder)?;
    let mut conditions = kept.conditions().await?;
    conditions.extend([
        ("connections", json!(connections)),
        ("body_bytes", json!(sender::BODY)),
        ("generator", json!("included")),
        ("engine", json!("not running")),
    ]);
    let (public, admin) = (loopback().await?, loopback().await?);
    let address = public.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let state = idle::web_state(kept.port(), vec![Arc::new(SignedSource::new(SECRET))]);
    let serving = tokio::spawn(web::server::serve(Arc::new(state), public, admin, async move {
        let _ = stopped.await;
    }));
    let mut senders = Vec::new();
    for number in 0..connections {
        senders.push(Sender::connect(address, SECRET, number).await?);
    }
    let (before, used) = (kept.commits()?, Processor::now());
    let watch = Stopwatch::start();
    let mut sending = JoinSet::new();
    for (number, sender) in (0_u64..).zip(senders) {
        let share = webhooks / connections + u64::from(number < webhooks % connections);
        sending.spawn(sender.send(share));
    }
    let mut times = Samples::default();
    while let Some(sent) = sending.join_next().await {
        times.extend(sent??);
    }
    let rate = per_second(times.count(), watch);
    let commits = kept.commits()? - before;
    let used = Processor::now().since(used, times.count());
    conditions.extend(used.map(|(name, time)| (name, json!(time))));
    // Whether anybody still listens for it does not matter.
    let _ = stop.send(());
    serving.await??;
    let stored = stored(&folder.join(FILE))?;
    ensure!(
        stored == times.count(),
        "{} webhooks were answered with 200, {stored} are stored",
        times.count()
    );
    Ok((Round { rate, times, commits }, conditions))
}

async fn loopback() -> anyhow::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", 0))
        .await
        .context("bind a port of 127.0.0.1")
}

fn stored(path: &std::path::Path) -> anyhow::Result<u64> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let count: i64 = connection.query_row("SELECT count(*) FROM deliveries", [], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}
