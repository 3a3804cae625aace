//! The ways in which a daemon ends, and a pause in which it does not.

use std::io::{Read, Write};
use std::net::TcpStream;

use pipeline_core::hold::HoldKind;
use rustix::process::Signal;

use crate::serving::Serving;

#[test]
fn a_daemon_that_is_told_to_stop_leaves_its_run_to_the_next_one() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut serving = Serving::new(1);
        let issue = serving.issue("Add a greeting");
        serving.until("a run begins", |this| (this.begun().len() == 1).then_some(()));
        serving.signal(signal);
        assert_eq!(serving.ended().code(), Some(0), "{}", serving.said());
        assert_eq!(serving.stands(&issue), "analysis/working");

        serving.start();
        serving.agents_go_on();
        serving.until_it_stands(&issue, "analysis/waiting-human");
        assert_eq!(serving.begun(), ["1-1-1"]);
    }
}

#[test]
fn a_second_signal_ends_the_daemon_at_once() {
    let mut serving = Serving::new(1);
    let issue = serving.issue("Add a greeting");
    serving.until("a run begins", |this| (this.begun().len() == 1).then_some(()));
    let admin = serving.admin();
    // A request whose body does not come keeps a daemon that was told to stop for some seconds.
    let mut request = TcpStream::connect(&admin).unwrap();
    write!(
        request,
        "POST /board/shop/issues HTTP/1.1\r\nHost: {admin}\r\nOrigin: http://{admin}\r\nContent-Length: 9\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    let mut answer = [0; 12];
    request.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    serving.signal(Signal::TERM);
    serving.until("the daemon ends its loops", |this| {
        this.said().contains("the daemon ends").then_some(())
    });
    serving.signal(Signal::TERM);
    assert_eq!(serving.ended().code(), Some(130), "{}", serving.said());

    serving.start();
    serving.agents_go_on();
    serving.until_it_stands(&issue, "analysis/waiting-human");
    assert_eq!(serving.begun(), ["1-1-1"]);
}

#[test]
fn a_daemon_that_drains_ends_with_its_last_run_and_begins_none() {
    let mut serving = Serving::new(1);
    let first = serving.issue("Add a greeting");
    serving.until("a run begins", |this| (this.begun().len() == 1).then_some(()));
    let second = serving.issue("Add a farewell");
    serving.until_it_stands(&second, "analysis/working");
    serving.hold(HoldKind::Drain);
    serving.until("it says what it waits for", |this| {
        this.said()
            .contains("draining: waits for 1-1 analyst")
            .then_some(())
    });
    assert!(serving.lives());
    serving.agents_go_on();
    assert_eq!(serving.ended().code(), Some(0), "{}", serving.said());
    assert_eq!(serving.begun(), ["1-1-1"]);
    assert_eq!(serving.holds(), []);

    serving.start();
    serving.until_it_stands(&first, "analysis/waiting-human");
    serving.until_it_stands(&second, "analysis/waiting-human");
    assert_eq!(serving.begun(), ["1-1-1", "2-1-1"]);
}

#[test]
fn a_daemon_that_is_stopped_with_its_runs_queues_them_again() {
    let mut serving = Serving::new(2);
    let issue = serving.issue("Add a greeting");
    serving.until("a run begins", |this| (this.begun().len() == 1).then_some(()));
    serving.hold(HoldKind::Kill);
    assert_eq!(serving.ended().code(), Some(0), "{}", serving.said());
    let runs = serving.runs(&issue);
    assert_eq!(runs[0].outcome, "interrupted");
    assert_eq!(serving.stands(&issue), "analysis/working");

    serving.start();
    serving.agents_go_on();
    serving.until_it_stands(&issue, "analysis/waiting-human");
    assert_eq!(serving.begun(), ["1-1-1", "1-1-2"]);
}

#[test]
fn a_pause_is_noticed_without_a_restart_and_outlives_one() {
    let mut serving = Serving::new(2);
    serving.agents_go_on();
    let pause = serving.hold(HoldKind::Pause);
    serving.until("the daemon says so", |this| {
        let held = this.held_back();
        held.first()
            .is_some_and(|line| line.starts_with("held back: paused by olga"))
            .then_some(())
    });
    let issue = serving.issue("Add a greeting");
    serving.until_it_stands(&issue, "analysis/working");
    serving.signal(Signal::TERM);
    assert_eq!(serving.ended().code(), Some(0));
    serving.start();
    assert_eq!(serving.begun(), [""; 0]);
    serving.lift(&pause);
    serving.until_it_stands(&issue, "analysis/waiting-human");
    assert_eq!(serving.begun(), ["1-1-1"]);
}
