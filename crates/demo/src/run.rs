//! The demo from start to report.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::wire::{Ended, Listeners, Parts, Program, RunnerBinary, StartError};
use model_stub::ModelServer;
use pipeline_core::evidence::EvidenceRequest;
use pipeline_core::id::{IssueId, ProjectId};
use pipeline_core::port::board::Board;
use pipeline_core::port::clock::Clock;
use pipeline_core::port::store::outbox::OutboxFilter;
use pipeline_core::port::store::tasks::TaskKey;
use pipeline_core::task::{Task, TaskState};
use tokio::sync::watch;
use tokio::task::JoinError;

use crate::home::{self, Memory};
use crate::issue::Issue;
use crate::operator::Operator;
use crate::options::{Agent, DemoError, Options};
use crate::progress::Progress;
use crate::report::{Account, Report};
use crate::{boundary, issue, program, project, sample};

const LOOK: Duration = Duration::from_millis(50);
const LAST_WORDS: Duration = Duration::from_secs(15);
const FAREWELL: Duration = Duration::from_secs(5);

/// Runs the demo. `interrupt` becomes true when the person has had enough: the state is kept, and the next start with the same home goes on.
pub async fn run(options: Options, interrupt: watch::Receiver<bool>) -> Result<Report, DemoError> {
    let home = home_of(&options)?;
    let mut memory = recall_or_begin(&home, &options)?;
    let scenario = memory.scenario.parse().unwrap_or(options.scenario);
    // Lives as long as the story: agents ask it.
    let model = program::model(&memory.agent, scenario, &home).await?;
    let built = tokio::task::block_in_place(|| build(&home, &options, (&memory, model.as_ref())));
    let program = Arc::new(built?);
    let listeners = Listeners::bind(([127, 0, 0, 1], 0).into(), options.admin).await?;
    let address = listeners
        .admin
        .local_addr()
        .map_err(|error| DemoError::Ended(error.to_string()))?;
    // The story begins while the program still starts: an order from before the first connection would never count.
    program.connect().await?;
    let (stop, stopped) = watch::channel(false);
    let mut running = tokio::spawn({
        let program = Arc::clone(&program);
        async move { program.run(listeners, stopped).await }
    });
    let progress = Progress::new(options.json);
    let mut stage = Stage {
        program,
        options,
        interrupt,
        progress,
        home,
    };
    stage.greet(&memory, address);
    let story = tokio::select! {
        story = stage.play(&mut memory) => story,
        ended = &mut running => return Err(too_early(ended)),
    };
    let _ = stop.send(true);
    let clock = app::clock::SystemClock;
    tokio::select! {
        _ = running => {}
        () = clock.sleep(FAREWELL) => {}
    }
    story
}

/// The program ended while the story was still being played.
fn too_early(ended: Result<Result<Ended, StartError>, JoinError>) -> DemoError {
    match ended {
        Ok(Ok(_)) => DemoError::Ended("it was told to stop".to_owned()),
        Ok(Err(error)) => DemoError::Start(error),
        Err(error) => DemoError::Ended(error.to_string()),
    }
}

fn build(
    home: &Path,
    options: &Options,
    (memory, model): (&Memory, Option<&ModelServer>),
) -> Result<Program, DemoError> {
    let settings = project::settings(home, options, (memory, model));
    program::check(&settings)?;
    let runner = RunnerBinary {
        exe: options.exe.clone(),
        args: vec!["runner".to_owned()],
    };
    let mut parts = Parts::build(&settings, runner)?;
    if let Some(boundary) = &options.kill_at {
        boundary::wrap(&mut parts.context, boundary)?;
    }
    Ok(parts.assemble())
}

fn home_of(options: &Options) -> Result<PathBuf, DemoError> {
    let home = &options.home;
    let unusable = |reason: String| DemoError::Home {
        path: home.clone(),
        reason,
    };
    if home.exists() && !home.is_dir() {
        return Err(unusable(
            "it is a file; name a directory, or one that is not there yet".to_owned(),
        ));
    }
    std::fs::create_dir_all(home).map_err(|error| unusable(error.to_string()))?;
    home.canonicalize().map_err(|error| unusable(error.to_string()))
}

fn recall_or_begin(home: &Path, options: &Options) -> Result<Memory, DemoError> {
    if let Some(memory) = home::recall(home)? {
        return Ok(match memory.on_board {
            Some(_) => memory,
            // Nothing has begun, perhaps because that agent could not work.
            None => Memory {
                agent: options.agent.clone(),
                ..memory
            },
        });
    }
    let issue = match (&options.repo, &options.issue) {
        (_, Some(path)) => issue::read(path)?,
        (None, None) => {
            let sample = sample::issue();
            Issue {
                title: sample.title.to_owned(),
                description: sample.description.to_owned(),
            }
        }
        (Some(_), None) => {
            return Err(DemoError::Usage(
                "--repo needs --issue FILE: what shall be done in it? (a Markdown file; its first heading is the title)".to_owned(),
            ));
        }
    };
    let repository = match &options.repo {
        Some(repo) => repo.clone(),
        None => project::make_sample(home)?,
    };
    let memory = Memory {
        scenario: options.scenario.as_str().to_owned(),
        sample: options.repo.is_none(),
        test_command: project::test_command(options),
        agent: options.agent.clone(),
        repository,
        issue,
        on_board: None,
    };
    home::remember(home, &memory)?;
    Ok(memory)
}

/// Where the story is played: the running program and the person's wishes.
struct Stage {
    program: Arc<Program>,
    options: Options,
    interrupt: watch::Receiver<bool>,
    progress: Progress,
    home: PathBuf,
}

impl Stage {
    fn greet(&self, memory: &Memory, address: std::net::SocketAddr) {
        let agent = match &memory.agent {
            Agent::Scripted => format!("scripted agent, scenario {}", memory.scenario),
            Agent::Command(command) => format!("agent: {command}"),
            Agent::Program(program) => format!(
                "agent: {}, {}",
                program::name(program),
                program.model_url.as_deref().map_or_else(
                    || format!("with a scripted model on loopback, scenario {}", memory.scenario),
                    |url| format!("with the model at {url}"),
                )
            ),
        };
        self.progress.line(&format!("orchd demo — {agent}"));
        self.progress.line(&format!("issue: {}", memory.issue.title));
        self.progress.line(&format!("board: http://{address}/"));
        if !memory.sample && memory.agent == Agent::Scripted {
            self.progress.line(
                "note: on your own repository the scripted agent only adds one documented file and a test",
            );
        }
        if self.options.manual {
            self.progress
                .line("nobody approves and answers but you: use the board");
        }
    }

    async fn play(&mut self, memory: &mut Memory) -> Result<Report, DemoError> {
        let project = self.project();
        let operator = Operator {
            board: self.program.people(),
            project: project.clone(),
        };
        let issue = match memory.on_board.clone() {
            Some(issue) => issue,
            None => operator.write(&memory.issue).await?,
        };
        memory.on_board = Some(issue.clone());
        home::remember(&self.home, memory)?;
        if !self.options.manual {
            operator.start(&issue).await?;
        }
        let task = self.follow(&operator, &issue).await?;
        self.hear_out(&task).await?;
        let report = self.report(&task).await?;
        self.progress.end();
        for line in report.closing_lines(&project) {
            self.progress.line(&line);
        }
        if self.options.serve && !*self.interrupt.borrow() {
            self.progress.line("the board stays; Ctrl-C ends it");
            let _ = self.interrupt.wait_for(|interrupt| *interrupt).await;
        }
        Ok(report)
    }

    fn project(&self) -> ProjectId {
        ProjectId::new(project::PREFIX.to_lowercase())
    }

    /// Follows the task to its end, to a stop that needs a person, or to the interrupt.
    async fn follow(&mut self, operator: &Operator, issue: &IssueId) -> Result<Task, DemoError> {
        let context = Arc::clone(&self.program.context);
        let key = TaskKey::Issue(self.project(), issue.clone());
        let mut seen = None;
        loop {
            if let Some(task) = context.store.task(&key).await? {
                let runs = context.store.runs(task.id).await?;
                self.progress.hold_back(context.health.held_back());
                self.progress.show(&task, &runs, context.clock.now());
                let blocked = matches!(task.state, TaskState::Blocked { .. });
                if task.is_over() || (blocked && !self.options.manual) {
                    return Ok(task);
                }
                if !self.options.manual {
                    operator.attend(&task).await?;
                }
                seen = Some(task);
            } else if let Some(refusal) = self.refusal(operator, issue).await? {
                return Err(DemoError::Ended(refusal));
            }
            tokio::select! {
                () = context.clock.sleep(LOOK) => {}
                _ = self.interrupt.wait_for(|interrupt| *interrupt) => {
                    return seen.ok_or_else(|| DemoError::Ended("interrupted before the task began".to_owned()));
                }
            }
        }
    }

    /// The issue's text was refused: there will be no task.
    async fn refusal(&self, operator: &Operator, issue: &IssueId) -> Result<Option<String>, DemoError> {
        let seen = operator.board.issue(&operator.project, issue).await?;
        Ok(seen
            .comments
            .iter()
            .find(|comment| comment.own)
            .map(|comment| comment.text.clone()))
    }

    /// What was said last still has to arrive.
    async fn hear_out(&self, task: &Task) -> Result<(), DemoError> {
        let context = &self.program.context;
        let until = context.clock.now().plus(LAST_WORDS);
        while context.clock.now() < until {
            let open = context.store.effects(OutboxFilter::Open).await?;
            if !open
                .iter()
                .any(|row| row.effect.task == Some(task.id) && row.attempts == 0)
            {
                return Ok(());
            }
            context.clock.sleep(LOOK).await;
        }
        Ok(())
    }

    async fn report(&self, task: &Task) -> Result<Report, DemoError> {
        let (context, project) = (&self.program.context, self.project());
        let people: Arc<dyn Board> = self.program.people();
        let runs = context.store.runs(task.id).await?;
        let item = people.issue(&project, &task.issue).await?;
        let messages = people.messages(&project).await?;
        Ok(Report::of(Account {
            task,
            runs: &runs,
            item: &item,
            messages: &messages,
            documents: self.documents(task).await?,
            merged: self.is_merged(task).await?,
            fetch: self
                .program
                .forge(&project)
                .map(|forge| forge.fetch_command())
                .unwrap_or_default(),
            home: self.home.display().to_string(),
        }))
    }

    /// The documents as they are in the default branch.
    async fn documents(&self, task: &Task) -> Result<Vec<String>, DemoError> {
        let Some(ports) = self.program.context.projects.get(&task.project) else {
            return Ok(Vec::new());
        };
        let commit = if task.merged.is_some() {
            None
        } else {
            task.head.clone()
        };
        let request = EvidenceRequest {
            commit,
            paths: vec![task.document("")],
            ..EvidenceRequest::default()
        };
        Ok(ports.workspace.read(&request, &task.work_item).await?.listed)
    }

    async fn is_merged(&self, task: &Task) -> Result<bool, DemoError> {
        let (Some(commit), Some(ports)) = (&task.merged, self.program.context.projects.get(&task.project))
        else {
            return Ok(false);
        };
        let seen = ports
            .forge
            .observe(&ports.project.default_branch, Some(commit.clone()))
            .await?;
        Ok(seen.head.is_some() && seen.descends)
    }
}
