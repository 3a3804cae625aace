//! What counts as a human's order (behaviour §5): a move in the tracker's feed that is newer than the last one handled and not our own writing.

use serde::{Deserialize, Serialize};

use crate::id::{ActivityId, IssueId, ProjectId};
use crate::observation::{ItemObservation, StateActivity};
use crate::order::{BoardOrder, BoardOrderKind};
use crate::stage::Column;
use crate::time::Timestamp;

/// What is remembered of an issue, task or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemMark {
    /// The project.
    pub project: ProjectId,
    /// The issue.
    pub issue: IssueId,
    /// The last order handled: its time and id; what is older or the same is no order.
    pub handled: (Timestamp, Option<ActivityId>),
    /// Columns that our outbox wrote and whose echo has not been seen.
    pub written: Vec<Column>,
    /// As read; 0 while nothing is stored. Whoever writes a mark that was changed since is told so and reads again.
    #[serde(default)]
    pub revision: u64,
}

/// The orders in an observation, oldest first, and the mark to be kept when all of them are handled.
#[must_use]
pub fn new_orders(item: &ItemObservation, mark: &ItemMark) -> (Vec<BoardOrder>, ItemMark) {
    let mut mark = mark.clone();
    let mut orders = Vec::new();
    if let Some(order) = created_as_order(item, &mark) {
        mark.handled = (order.at, Some(order.id.clone()));
        orders.push(order);
    }
    let first = first_new(item, &mark.handled);
    for activity in item.activities.iter().skip(first) {
        mark.handled = (activity.at, Some(activity.id.clone()));
        if is_echo(activity, &mut mark.written) {
            continue;
        }
        if let Some(what) = activity.to.and_then(meaning) {
            orders.push(BoardOrder {
                id: activity.id.clone(),
                at: activity.at,
                by: activity.actor.clone(),
                what,
            });
        }
    }
    (orders, mark)
}

/// The column of an order for which the feed has no row: somebody moved the issue, and the feed does not say so yet.
#[must_use]
pub fn unexplained(item: &ItemObservation, mark: &ItemMark) -> Option<Column> {
    let column = item.column.filter(|column| meaning(*column).is_some())?;
    let last = match item.activities.last() {
        Some(activity) => activity.to,
        // Nobody knows where it came from: perhaps it always stood there.
        None => Some(item.created_in?),
    };
    let is_taken = mark.handled.1.as_ref().is_some_and(|id| {
        let prefix = format!("{OBSERVED}{column}:");
        id.as_str().starts_with(&prefix)
    });
    let is_ours = mark.written.contains(&column);
    (last != Some(column) && !is_ours && !is_taken && !item.deleted).then_some(column)
}

const OBSERVED: &str = "observed:";

/// The order of an [`unexplained`] column, first seen at `seen`: the observation's time is its id, so that a row that comes late is older.
#[must_use]
pub fn order_without_row(column: Column, seen: Timestamp) -> Option<BoardOrder> {
    Some(BoardOrder {
        id: ActivityId::new(format!("{OBSERVED}{column}:{}", seen.0)),
        at: seen,
        by: "somebody".to_owned(),
        what: meaning(column)?,
    })
}

/// An issue that was created in In Progress counts, by its id.
fn created_as_order(item: &ItemObservation, mark: &ItemMark) -> Option<BoardOrder> {
    let untouched = mark.handled.1.is_none() && item.created_at >= mark.handled.0;
    (untouched && item.created_in == Some(Column::InProgress)).then(|| BoardOrder {
        id: ActivityId::new(format!("created:{}", item.issue)),
        at: item.created_at,
        by: "the issue's author".to_owned(),
        what: BoardOrderKind::InProgress,
    })
}

/// Where in the feed the news begins. The feed's order is the truth: ids of one instant say nothing about which came first.
fn first_new(item: &ItemObservation, (at, id): &(Timestamp, Option<ActivityId>)) -> usize {
    let known = |activity: &StateActivity| Some(&activity.id) == id.as_ref();
    if let Some(handled) = item.activities.iter().rposition(known) {
        return handled + 1;
    }
    let counts_from_then = id.as_ref().is_none_or(|id| id.as_str().starts_with("created:"));
    let is_old = |activity: &&StateActivity| activity.at < *at || (activity.at == *at && !counts_from_then);
    item.activities.iter().take_while(is_old).count()
}

/// A change by our account to a column that our outbox wrote; each write has one echo.
fn is_echo(activity: &StateActivity, written: &mut Vec<Column>) -> bool {
    if !activity.own {
        return false;
    }
    let Some(at) = written.iter().position(|column| Some(*column) == activity.to) else {
        return false;
    };
    written.drain(..=at);
    true
}

fn meaning(column: Column) -> Option<BoardOrderKind> {
    match column {
        Column::InProgress => Some(BoardOrderKind::InProgress),
        Column::Approved => Some(BoardOrderKind::Approved),
        Column::Rejected => Some(BoardOrderKind::Rejected),
        Column::Cancelled => Some(BoardOrderKind::Cancelled),
        Column::Backlog
        | Column::Todo
        | Column::Architecture
        | Column::Development
        | Column::Review
        | Column::Testing
        | Column::InReview
        | Column::NeedsInput
        | Column::Blocked
        | Column::Done => None,
    }
}

#[cfg(test)]
mod cases {
    use super::*;

    fn item(activities: Vec<StateActivity>) -> ItemObservation {
        ItemObservation {
            issue: IssueId::new("i"),
            sequence: 1,
            title: String::new(),
            description: String::new(),
            column: None,
            deleted: false,
            created_at: Timestamp(100),
            created_in: Some(Column::Todo),
            activities,
            comments: Vec::new(),
            blocked_by: Vec::new(),
            url: None,
        }
    }

    fn moved(id: &str, at: i64, to: Column, own: bool) -> StateActivity {
        StateActivity {
            id: ActivityId::new(id),
            at: Timestamp(at),
            actor: "ann".to_owned(),
            own,
            to: Some(to),
        }
    }

    fn mark(written: Vec<Column>) -> ItemMark {
        ItemMark {
            project: ProjectId::new("p"),
            issue: IssueId::new("i"),
            handled: (Timestamp(50), None),
            written,
            revision: 1,
        }
    }

    #[test]
    fn each_move_counts_once() {
        let item = item(vec![
            moved("b", 200, Column::InProgress, false),
            moved("a", 200, Column::Approved, false),
        ]);
        let (orders, mark) = new_orders(&item, &mark(Vec::new()));
        let ids: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
        assert_eq!(ids, ["b", "a"]);
        assert!(new_orders(&item, &mark).0.is_empty());
    }

    #[test]
    fn an_echo_is_no_order_but_a_person_with_our_account_is_heard() {
        let item = item(vec![
            moved("1", 200, Column::InProgress, true),
            moved("2", 300, Column::InProgress, true),
        ]);
        let (orders, mark) = new_orders(&item, &mark(vec![Column::InProgress]));
        assert_eq!(orders.len(), 1);
        assert_eq!(orders.first().unwrap().id.as_str(), "2");
        assert!(mark.written.is_empty());
    }

    #[test]
    fn moves_before_the_project_was_connected_do_not_count() {
        let (orders, _) = new_orders(
            &item(vec![moved("1", 40, Column::InProgress, false)]),
            &mark(Vec::new()),
        );
        assert!(orders.is_empty());
    }

    #[test]
    fn a_column_without_a_row_is_unexplained_until_it_was_taken_or_written_by_us() {
        let mut item = item(vec![moved("1", 200, Column::InReview, true)]);
        let plain = mark(Vec::new());
        assert_eq!(
            unexplained(&item, &plain),
            None,
            "the board does not say where it stands"
        );
        item.column = Some(Column::InReview);
        assert_eq!(unexplained(&item, &plain), None);
        item.column = Some(Column::Approved);
        assert_eq!(unexplained(&item, &plain), Some(Column::Approved));
        assert_eq!(unexplained(&item, &mark(vec![Column::Approved])), None);
        let order = order_without_row(Column::Approved, Timestamp(300)).unwrap();
        let taken = ItemMark {
            handled: (order.at, Some(order.id)),
            ..plain.clone()
        };
        assert_eq!(unexplained(&item, &taken), None);
        item.activities.push(moved("2", 250, Column::Approved, false));
        assert!(
            new_orders(&item, &taken).0.is_empty(),
            "the late row is no second order"
        );
        assert_eq!(new_orders(&item, &plain).0.len(), 1);
    }

    #[test]
    fn an_issue_without_a_known_past_may_always_have_stood_there() {
        let mut item = item(Vec::new());
        item.column = Some(Column::InProgress);
        assert_eq!(unexplained(&item, &mark(Vec::new())), Some(Column::InProgress));
        item.created_in = None;
        assert_eq!(unexplained(&item, &mark(Vec::new())), None);
    }

    #[test]
    fn an_issue_created_in_progress_counts_once() {
        let mut item = item(Vec::new());
        item.created_in = Some(Column::InProgress);
        let (orders, mark) = new_orders(&item, &mark(Vec::new()));
        assert_eq!(orders.len(), 1);
        assert!(new_orders(&item, &mark).0.is_empty());
    }
}
