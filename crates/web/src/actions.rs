//! What a person does on the board: written to the board through its port, so that it comes back to the rules like news from any tracker.
//! Nothing here touches a task.

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, FromRequest, Path, Request, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use pipeline_core::id::IssueId;
use pipeline_core::port::PortError;
use pipeline_core::port::board::{Board, NewIssue};
use pipeline_core::stage::Column;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::pages::new_issue::Draft;
use crate::pages::{self, links, new_issue};
use crate::person::Person;
use crate::problem::Problem;
use crate::state::{ProjectView, WebState};

/// The routes; each answers with a redirect to the issue.
pub(crate) fn routes() -> Router<Arc<WebState>> {
    Router::new()
        .route("/board/{project}/issues", post(create))
        .route("/board/{project}/issues/{issue}/comment", post(comment))
        .route("/board/{project}/issues/{issue}/approve", post(approve))
        .route("/board/{project}/issues/{issue}/reject", post(reject))
        .route("/board/{project}/issues/{issue}/start", post(start))
        .route("/board/{project}/issues/{issue}/move", post(relocate))
}

#[derive(Debug, Deserialize)]
struct NewIssueForm {
    title: String,
    #[serde(default)]
    description: String,
    column: Option<String>,
    by: Option<String>,
}

#[derive(Debug, Deserialize)]
struct ActForm {
    #[serde(default)]
    text: String,
    column: Option<String>,
    by: Option<String>,
}

/// A form; one that cannot be read is answered with a page like every other mistake.
struct Submitted<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Submitted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let form: Result<Form<T>, FormRejection> = Form::from_request(request, state).await;
        form.map(|Form(form)| Self(form)).map_err(|rejection| {
            let status = rejection.status();
            let sentence = match status {
                StatusCode::PAYLOAD_TOO_LARGE => "The text is too large.".to_owned(),
                _ => format!("The form could not be read: {}.", rejection.body_text()),
            };
            Problem::new(status, sentence).advice("Go back in the browser: what you wrote is still there.")
        })
    }
}

async fn create(
    State(state): State<Arc<WebState>>,
    Path(project): Path<String>,
    headers: HeaderMap,
    Submitted(form): Submitted<NewIssueForm>,
) -> Result<Response, Problem> {
    let view = pages::project(&state, &project)?;
    let board = embedded(view)?;
    let person = Person::acting(form.by.as_deref(), &headers);
    let draft = Draft {
        title: form.title.trim().to_owned(),
        description: unix_lines(&form.description),
        column: column(form.column.as_deref().unwrap_or(Column::Todo.as_str()))?,
        by: person.as_str().to_owned(),
    };
    let issue = NewIssue {
        title: draft.title.clone(),
        description: draft.description.clone(),
        column: draft.column,
        by: draft.by.clone(),
    };
    match board.create(&view.project.id, issue).await {
        Ok(issue) => {
            (state.wake)();
            Ok(done(&links::issue(&view.project.id, &issue), &person))
        }
        Err(error) => Ok(new_issue::again(view, &draft, &Problem::from(error))),
    }
}

type IssuePath = Path<(String, String)>;

async fn comment(
    State(state): State<Arc<WebState>>,
    Path(path): IssuePath,
    headers: HeaderMap,
    Submitted(form): Submitted<ActForm>,
) -> Result<Response, Problem> {
    let act = Act::new(&state, path, &headers, &form)?;
    act.requires_text("There is nothing to comment: the text is empty.")?;
    act.carry_out(None).await
}

async fn approve(
    State(state): State<Arc<WebState>>,
    Path(path): IssuePath,
    headers: HeaderMap,
    Submitted(form): Submitted<ActForm>,
) -> Result<Response, Problem> {
    let act = Act::new(&state, path, &headers, &form)?;
    act.carry_out(Some(Column::Approved)).await
}

async fn reject(
    State(state): State<Arc<WebState>>,
    Path(path): IssuePath,
    headers: HeaderMap,
    Submitted(form): Submitted<ActForm>,
) -> Result<Response, Problem> {
    let act = Act::new(&state, path, &headers, &form)?;
    act.requires_text("A rejection needs a reason: it is what the next run is told.")?;
    act.carry_out(Some(Column::Rejected)).await
}

async fn start(
    State(state): State<Arc<WebState>>,
    Path(path): IssuePath,
    headers: HeaderMap,
    Submitted(form): Submitted<ActForm>,
) -> Result<Response, Problem> {
    let act = Act::new(&state, path, &headers, &form)?;
    act.carry_out(Some(Column::InProgress)).await
}

async fn relocate(
    State(state): State<Arc<WebState>>,
    Path(path): IssuePath,
    headers: HeaderMap,
    Submitted(form): Submitted<ActForm>,
) -> Result<Response, Problem> {
    let act = Act::new(&state, path, &headers, &form)?;
    let to = column(form.column.as_deref().unwrap_or_default())?;
    act.carry_out(Some(to)).await
}

/// One thing that a person does to an issue.
struct Act<'a> {
    state: &'a WebState,
    view: &'a ProjectView,
    board: &'a dyn Board,
    issue: IssueId,
    text: String,
    person: Person,
}

impl<'a> Act<'a> {
    fn new(
        state: &'a WebState,
        (project, issue): (String, String),
        headers: &HeaderMap,
        form: &ActForm,
    ) -> Result<Self, Problem> {
        let view = pages::project(state, &project)?;
        Ok(Self {
            state,
            view,
            board: embedded(view)?,
            issue: IssueId::new(issue),
            text: unix_lines(&form.text),
            person: Person::acting(form.by.as_deref(), headers),
        })
    }

    fn page(&self) -> String {
        links::issue(&self.view.project.id, &self.issue)
    }

    fn requires_text(&self, otherwise: &str) -> Result<(), Problem> {
        if self.text.trim().is_empty() {
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, otherwise);
            return Err(problem.advice("Go back and write it.").back(self.page()));
        }
        Ok(())
    }

    /// The comment first: the rules read a rejection's reason, and answers, from the comments that precede the move.
    async fn carry_out(&self, to: Option<Column>) -> Result<Response, Problem> {
        let said = !self.text.trim().is_empty();
        if said {
            self.say()
                .await
                .map_err(|error| Problem::from(error).kept(&self.text).back(self.page()))?;
        }
        if let Some(column) = to {
            self.relocate(column).await.map_err(|error| {
                let problem = Problem::from(error).back(self.page());
                if said {
                    return problem
                        .advice("Your comment was written, the move was not: repeat the move alone.");
                }
                problem
            })?;
        }
        Ok(done(&self.page(), &self.person))
    }

    async fn say(&self) -> Result<(), PortError> {
        self.board
            .say(
                &self.view.project.id,
                &self.issue,
                &self.text,
                self.person.as_str(),
            )
            .await?;
        (self.state.wake)();
        Ok(())
    }

    async fn relocate(&self, column: Column) -> Result<(), PortError> {
        self.board
            .relocate(&self.view.project.id, &self.issue, column, self.person.as_str())
            .await?;
        (self.state.wake)();
        Ok(())
    }
}

fn embedded(view: &ProjectView) -> Result<&dyn Board, Problem> {
    view.board.as_deref().ok_or_else(|| {
        let sentence = format!("Issues of this project live in its tracker ({}).", view.tracker);
        Problem::new(StatusCode::CONFLICT, sentence).advice("Do it there.")
    })
}

fn column(text: &str) -> Result<Column, Problem> {
    text.parse()
        .map_err(|error| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("Error: {error}.")))
}

/// Browsers send CRLF.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn done(page: &str, person: &Person) -> Response {
    ([(SET_COOKIE, person.cookie())], Redirect::to(page)).into_response()
}
