//! Several calls at once on one task: what waits for the same disk or the same system waits once. Knows nothing of what is called.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Runs all of them and answers in their order. They begin in that order, too: calls that answer at once run one after the other.
pub(crate) async fn together<F: Future>(calls: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Pin<Box<F>>> = calls.into_iter().map(Box::pin).collect();
    let mut answers: Vec<Option<F::Output>> = running.iter().map(|_| None).collect();
    poll_fn(|context| {
        let mut waits = false;
        for (call, answer) in running.iter_mut().zip(&mut answers) {
            if answer.is_some() {
                continue;
            }
            match call.as_mut().poll(context) {
                Poll::Ready(value) => *answer = Some(value),
                Poll::Pending => waits = true,
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    answers.into_iter().flatten().collect()
}

#[cfg(test)]
mod cases {
    use std::cell::RefCell;

    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn one_that_waits_holds_nobody_up_and_answers_keep_their_order() {
        let (bell, begun) = (Notify::new(), RefCell::new(Vec::new()));
        let call = |number: usize| {
            let (bell, begun) = (&bell, &begun);
            async move {
                begun.borrow_mut().push(number);
                match number {
                    // Only rung by one that comes later.
                    0 => bell.notified().await,
                    2 => bell.notify_one(),
                    _ => {}
                }
                number * 10
            }
        };
        assert_eq!(together((0..4).map(call)).await, [0, 10, 20, 30]);
        assert_eq!(*begun.borrow(), [0, 1, 2, 3]);
    }

    #[tokio::test]
    async fn nothing_to_do_is_done_at_once() {
        let none: [std::future::Ready<()>; 0] = [];
        assert!(together(none).await.is_empty());
    }
}
