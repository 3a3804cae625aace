//! The task's one live message in the chat: a line per stage begun, totals, and the end. HTML with newlines. Knows neither which
//! runs count nor when the message is sent.

use crate::message::comment::Delivery;
use crate::message::text::{escape, fits_chat, one_line, within_chat};
use crate::project::Locale;
use crate::stage::StageName;
use crate::usage::{Usage, cost_text, tokens_text};

/// Stage labels are padded to this many characters.
const LABEL_WIDTH: usize = 13;
const BAR: &str = "━━━━━━━━━━━━━━━━━━━━━━";
const TITLE_MAX: usize = 200;
const REASON_MAX: usize = 300;
const MODEL_MAX: usize = 80;

/// What the live message shows.
#[derive(Debug, Clone, Copy)]
pub struct TrackerMessage<'a> {
    /// Language.
    pub locale: Locale,
    /// `ET-012`.
    pub work_item: &'a str,
    /// The title; without one the message names the work item alone.
    pub title: &'a str,
    /// Stages begun, in order.
    pub lines: &'a [StageLine<'a>],
    /// What all runs used.
    pub total: &'a Usage,
    /// Set when the task is done.
    pub done: Option<DoneTimes>,
    /// Shown when the task is done.
    pub pull_request: Option<u64>,
    /// How far a task that is done came.
    pub delivery: Delivery,
}

/// A line of the live message.
#[derive(Debug, Clone, Copy)]
pub struct StageLine<'a> {
    /// The stage; a review clock does not show it.
    pub stage: &'a StageName,
    /// How it stands.
    pub kind: LineKind<'a>,
}

/// How a stage stands.
#[derive(Debug, Clone, Copy)]
pub enum LineKind<'a> {
    /// Its latest run went well.
    Finished {
        /// How long that run took; 0: unknown.
        seconds: u64,
        /// What that run used.
        usage: Usage,
        /// The model as the provider names it.
        model: Option<&'a str>,
    },
    /// A human reads, or has read, the documents.
    ReviewClock {
        /// Which.
        of: ReviewOf,
        /// How long.
        seconds: u64,
        /// Still reading.
        waiting: bool,
    },
    /// A role works.
    Running {
        /// 1 is the first.
        attempt: u32,
    },
    /// Stopped; needs a human.
    Blocked {
        /// Why.
        reason: &'a str,
    },
}

/// What a human reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewOf {
    /// The business request and the specification.
    Brd,
    /// Other documents of the stage.
    Stage,
}

/// Where the time of a finished task went, in seconds; 0: unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DoneTimes {
    /// From start to done.
    pub total_seconds: u64,
    /// Runs of agents.
    pub agents_seconds: u64,
    /// Waiting for people.
    pub yours_seconds: u64,
}

/// The whole text of the live message, never longer than a chat takes.
#[must_use]
pub fn tracker_message(message: &TrackerMessage<'_>) -> String {
    let locale = message.locale;
    let mut lines = vec![header_line(message), BAR.to_owned()];
    lines.extend(message.lines.iter().map(|line| stage_line(locale, line)));
    lines.push(BAR.to_owned());
    lines.push(totals_line(message.total));
    if let Some(times) = message.done {
        lines.push(times_line(locale, times));
        lines.extend(delivered_line(message.pull_request, message.delivery));
    }
    let text = lines.join("\n");
    if fits_chat(&text) {
        return text;
    }
    without_earliest(lines, message.lines.len())
}

/// A pipeline of many stages: the earliest of them make room, for what is under way and the totals are what people look for.
fn without_earliest(mut lines: Vec<String>, stages: usize) -> String {
    for _ in 1..stages {
        lines.drain(2..4.min(lines.len()));
        lines.insert(2, "…".to_owned());
        let text = lines.join("\n");
        if fits_chat(&text) {
            return text;
        }
    }
    within_chat(lines.join("\n"))
}

/// The name of a stage in the live message, padded to 13 characters.
#[must_use]
pub fn stage_label(stage: &StageName) -> String {
    let label = match stage.as_str() {
        "analysis" => "Analysis",
        "architecture" => "Architecture",
        "development" => "Development",
        "review" => "Review",
        "testing" => "Testing",
        "deploy-staging" => "Staging",
        "deploy" => "Deploy",
        other => other,
    };
    format!("{label:<LABEL_WIDTH$}")
}

/// `—` for none or unknown, `<1m` for less than a minute, else full minutes. Plain text.
#[must_use]
pub fn minutes_text(locale: Locale, seconds: u64) -> String {
    let minute = match locale {
        Locale::Ru => "м",
        Locale::En => "m",
    };
    match seconds {
        0 => "—".to_owned(),
        1..60 => format!("<1{minute}"),
        _ => format!("{}{minute}", seconds / 60),
    }
}

/// A model's name without its provider: up to the last `/` and a leading `claude-` dropped.
#[must_use]
pub fn model_text(model: &str) -> &str {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.strip_prefix("claude-").unwrap_or(name)
}

fn header_line(message: &TrackerMessage<'_>) -> String {
    let icon = if message.done.is_some() { "🎉" } else { "🛠️" };
    let mut line = format!("{icon} {}", escape(message.work_item));
    let title = one_line(message.title, TITLE_MAX);
    if !title.is_empty() {
        line.push_str(" · ");
        line.push_str(&title);
    }
    match (message.done, message.locale) {
        (None, _) => {}
        (Some(_), Locale::Ru) => line.push_str(" — ГОТОВО"),
        (Some(_), Locale::En) => line.push_str(" — DONE"),
    }
    line
}

fn stage_line(locale: Locale, line: &StageLine<'_>) -> String {
    let label = escape(&stage_label(line.stage));
    match line.kind {
        LineKind::Finished {
            seconds,
            usage,
            model,
        } => finished_line(&label, &escape(&minutes_text(locale, seconds)), &usage, model),
        LineKind::ReviewClock { of, seconds, waiting } => {
            let what = match (of, locale) {
                (ReviewOf::Brd, Locale::Ru) => "Ревью БРД".to_owned(),
                (ReviewOf::Brd, Locale::En) => "BRD review".to_owned(),
                (ReviewOf::Stage, Locale::Ru) => format!("Ревью {}", label.trim_end()),
                (ReviewOf::Stage, Locale::En) => format!("{} review", label.trim_end()),
            };
            review_line(locale, &what, (seconds, waiting))
        }
        LineKind::Running { attempt } => running_line(locale, &label, attempt),
        LineKind::Blocked { reason } => format!("⛔ {label} · {}", one_line(reason, REASON_MAX)),
    }
}

fn finished_line(label: &str, minutes: &str, usage: &Usage, model: Option<&str>) -> String {
    let input = tokens_text(usage.full_input());
    let output = tokens_text(usage.output_tokens);
    let cost = cost_text(usage.cost_usd);
    let model = model
        .map(|model| one_line(model_text(model), MODEL_MAX))
        .filter(|model| !model.is_empty())
        .map_or_else(String::new, |model| format!(" · {model}"));
    format!("✅ {label} {minutes} · {input}↓/{output}↑ · {cost}{model}")
}

fn review_line(locale: Locale, what: &str, (seconds, waiting): (u64, bool)) -> String {
    let minutes = escape(&minutes_text(locale, seconds));
    let hourglass = if waiting { " ⏳" } else { "" };
    match locale {
        Locale::Ru => format!("⏸️ {what} {minutes} · твоё время{hourglass}"),
        Locale::En => format!("⏸️ {what} {minutes} · your time{hourglass}"),
    }
}

fn running_line(locale: Locale, label: &str, attempt: u32) -> String {
    match (locale, attempt) {
        (Locale::Ru, 0 | 1) => format!("🔄 {label} … · идёт"),
        (Locale::En, 0 | 1) => format!("🔄 {label} … · running"),
        (Locale::Ru, _) => format!("🔄 {label} · попытка {attempt} … идёт"),
        (Locale::En, _) => format!("🔄 {label} · attempt {attempt} … running"),
    }
}

fn totals_line(total: &Usage) -> String {
    let (input, output) = (tokens_text(total.full_input()), tokens_text(total.output_tokens));
    format!("💰 {input}↓ / {output}↑ · {}", cost_text(total.cost_usd))
}

fn times_line(locale: Locale, times: DoneTimes) -> String {
    let minutes = |seconds| escape(&minutes_text(locale, seconds));
    let total = minutes(times.total_seconds);
    let (agents, yours) = (minutes(times.agents_seconds), minutes(times.yours_seconds));
    match locale {
        Locale::Ru => format!("⏱️ Всего {total} · агенты {agents} · твоё {yours}"),
        Locale::En => format!("⏱️ Total {total} · agents {agents} · yours {yours}"),
    }
}

fn delivered_line(pull_request: Option<u64>, delivery: Delivery) -> Option<String> {
    let pull_request = pull_request.map(|number| format!("🔗 PR #{number}"));
    let deployed = match delivery {
        Delivery::Deployed => Some("📦 deployed".to_owned()),
        Delivery::Merged => None,
    };
    let parts: Vec<String> = pull_request.into_iter().chain(deployed).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}
