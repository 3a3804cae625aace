//! A daemon as an operator starts it: the program beside this one, spoken to over HTTP, looked at through /proc.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, bail};
use process::{Command, DaemonLock, Output, SpawnError};
use rustix::process::{Pid, Signal, kill_process};

use crate::clock::{Stopwatch, pause};
use crate::installation::Installation;

/// What is waited for comes sooner, or there is a fault.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks; nothing is measured more exactly.
const LOOK: Duration = Duration::from_micros(200);

/// A daemon that was started; it ends with this.
pub(crate) struct Daemon {
    thread: Option<JoinHandle<Result<Output, SpawnError>>>,
    installation: Installation,
    admin: SocketAddr,
    started_in: Duration,
}

/// What a process has used, and holds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Footprint {
    /// Processor time.
    pub(crate) cpu: Duration,
    /// Processor time of programs that it ran and that have ended, to the hundredth of a second.
    pub(crate) programs: Duration,
    /// How often a thread gave the processor up or lost it.
    pub(crate) switches: u64,
    /// Resident memory in KiB.
    pub(crate) resident: u64,
    /// Of that what is not backed by files, in KiB.
    pub(crate) anonymous: u64,
}

impl Daemon {
    /// Starts it and waits for its first 200 on /health.
    pub(crate) fn start(installation: &Installation) -> anyhow::Result<Self> {
        let (public, admin) = (free_address()?, free_address()?);
        let command = Command::new(program()?)
            .args(["serve", "--config"])
            .arg(installation.settings())
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("ORCH_BIND", public.to_string())
            .env("ORCH_ADMIN_BIND", admin.to_string())
            .timeout(Duration::from_secs(3_600));
        let watch = Stopwatch::start();
        let thread = std::thread::spawn(move || command.run());
        let mut daemon = Self {
            thread: Some(thread),
            installation: installation.clone(),
            admin,
            started_in: Duration::ZERO,
        };
        until("the daemon's first answer", || {
            daemon.fail_if_over()?;
            Ok(answer(public, "GET /health HTTP/1.1", "")
                .ok()
                .filter(|text| text.starts_with("HTTP/1.1 200")))
        })?;
        daemon.started_in = watch.elapsed();
        Ok(daemon)
    }

    /// From the start of the process to the first 200.
    pub(crate) fn started_in(&self) -> Duration {
        self.started_in
    }

    /// Its process.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        let found = DaemonLock::holder(&self.installation.places().lock());
        found.context("the daemon's lock names no process")
    }

    /// Somebody writes an issue; answers with its page.
    pub(crate) fn write_issue(&self, title: &str) -> anyhow::Result<String> {
        let form = format!(
            "by=ann&column=Todo&title={}&description=The+program+shall+greet+the+person+by+name.",
            title.replace(' ', "+")
        );
        self.post("/board/shop/issues", &form)
    }

    /// Somebody moves the issue to In Progress.
    pub(crate) fn begin(&self, issue: &str) -> anyhow::Result<()> {
        self.post(&format!("{issue}/start"), "by=ann").map(|_| ())
    }

    /// Sends a form; answers where the page is that it leads to.
    fn post(&self, path: &str, form: &str) -> anyhow::Result<String> {
        let answer = answer(self.admin, &format!("POST {path} HTTP/1.1"), form)?;
        let mut lines = answer.lines();
        let status = lines.next().unwrap_or_default().to_owned();
        if !status.contains(" 303 ") {
            bail!("{path} answered '{status}'");
        }
        let location = lines.find_map(|line| line.strip_prefix("location: "));
        let page = location.context("the answer leads nowhere")?;
        Ok(page.split(['?', '#']).next().unwrap_or(page).to_owned())
    }

    /// What it has used so far.
    pub(crate) fn footprint(&self) -> anyhow::Result<Footprint> {
        footprint(self.pid()?)
    }

    /// Tells it to end and waits.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.signal(Signal::TERM);
        let output = self.thread.take().map(JoinHandle::join);
        match output {
            Some(Ok(Ok(output))) if output.status.success() => Ok(()),
            Some(Ok(Ok(output))) => {
                let said = String::from_utf8_lossy(&output.stderr);
                bail!("the daemon ended with {:?}: {said}", output.status)
            }
            Some(Ok(Err(error))) => Err(error.into()),
            Some(Err(_)) | None => bail!("the thread of the daemon is gone"),
        }
    }

    fn fail_if_over(&mut self) -> anyhow::Result<()> {
        if !self.thread.as_ref().is_some_and(JoinHandle::is_finished) {
            return Ok(());
        }
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(Ok(output))) => bail!(
                "the daemon ended by itself: {}",
                String::from_utf8_lossy(&output.stderr)
            ),
            Some(Ok(Err(error))) => Err(error.into()),
            Some(Err(_)) | None => bail!("the thread of the daemon is gone"),
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = self.pid().ok().and_then(|pid| i32::try_from(pid).ok());
        if let Some(pid) = pid.and_then(Pid::from_raw) {
            // One that is gone needs no signal.
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.signal(Signal::KILL);
            let _ = thread.join();
        }
    }
}

/// Looks until there is something.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> anyhow::Result<Option<T>>) -> anyhow::Result<T> {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if watch.elapsed() > PATIENCE {
            bail!("waited {} s for {what}", PATIENCE.as_secs());
        }
        pause(LOOK);
    }
}

/// `orchd` beside this program.
pub(crate) fn program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("find this program's own path")?;
    let program = own.with_file_name("orchd");
    if !program.exists() {
        bail!(
            "there is no {}; build it with the same profile first",
            program.display()
        );
    }
    Ok(program)
}

/// What a process has used, all its threads together.
pub(crate) fn footprint(pid: u32) -> anyhow::Result<Footprint> {
    let process = Path::new("/proc").join(pid.to_string());
    let mut found = Footprint::default();
    for thread in fs::read_dir(process.join("task"))? {
        let thread = thread?.path();
        // A thread may end while it is looked at.
        let times = fs::read_to_string(thread.join("schedstat")).unwrap_or_default();
        let ran = times.split(' ').next().and_then(|ran| ran.parse().ok());
        found.cpu += Duration::from_nanos(ran.unwrap_or(0));
        let status = fs::read_to_string(thread.join("status")).unwrap_or_default();
        found.switches += field(&status, "voluntary_ctxt_switches:");
        found.switches += field(&status, "nonvoluntary_ctxt_switches:");
    }
    found.programs = of_ended_programs(&fs::read_to_string(process.join("stat"))?);
    let status = fs::read_to_string(process.join("status"))?;
    found.resident = field(&status, "VmRSS:");
    found.anonymous = field(&status, "RssAnon:");
    Ok(found)
}

/// Fields 16 and 17 of proc(5)'s stat, in hundredths of a second.
fn of_ended_programs(stat: &str) -> Duration {
    // The name in parentheses may hold anything.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks = fields
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// One request on a connection of its own; the whole answer.
fn answer(address: SocketAddr, request: &str, form: &str) -> std::io::Result<String> {
    let mut connection = TcpStream::connect(address)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    let message = format!(
        "{request}\r\nHost: {address}\r\nOrigin: http://{address}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    connection.write_all(message.as_bytes())?;
    let mut text = String::new();
    connection.read_to_string(&mut text)?;
    Ok(text)
}
