use super::*;
use crate::hold::HoldId;
use crate::time::Timestamp;

const GIB: u64 = 1 << 30;
const FLOORS: Floors = Floors {
    memory: GIB / 2,
    disk: 2 * GIB,
    inodes: 10_000,
};

fn hold(project: Option<&str>, kind: HoldKind) -> Hold {
    Hold {
        id: HoldId(1),
        said: NewHold {
            project: project.map(ProjectId::new),
            kind,
            by: "ann".to_owned(),
            reason: "upgrade".to_owned(),
            at: Timestamp(0),
        },
    }
}

fn room(memory: u64, bytes: u64, inodes: Option<u64>) -> Room {
    Room {
        memory,
        places: vec![Place {
            name: "data".to_owned(),
            bytes,
            inodes,
        }],
    }
}

fn check(holds: &[Hold], room: Result<&Room, &str>, load: ProjectLoad, expected: &[&str]) {
    let projects = BTreeMap::from([(ProjectId::new("et"), load)]);
    let admission = judge(&Situation {
        holds,
        floors: FLOORS,
        room,
        limit: 2,
        projects: &projects,
        providers: &BTreeMap::new(),
    });
    assert_eq!(admission.lines(), expected);
}

#[test]
fn room_and_no_word_hold_nothing_back() {
    let plenty = room(GIB, 3 * GIB, Some(10_000));
    check(&[], Ok(&plenty), ProjectLoad::default(), &[]);
    let uncounted = room(GIB, 2 * GIB, None);
    check(&[], Ok(&uncounted), ProjectLoad::default(), &[]);
}

#[test]
fn every_floor_says_what_there_is_and_what_there_must_be() {
    let short = room(GIB / 4, 6 * GIB / 5 + 1, Some(9_999));
    check(
        &[],
        Ok(&short),
        ProjectLoad::default(),
        &[
            "held back: free memory 0.2 GB is below the floor of 0.5 GB",
            "held back: free disk 1.2 GB (data) is below the floor of 2 GB",
            "held back: free inodes 9999 (data) are below the floor of 10000",
        ],
    );
}

#[test]
fn what_cannot_be_looked_at_holds_back() {
    check(
        &[],
        Err("/proc/meminfo cannot be read"),
        ProjectLoad::default(),
        &["held back: it is not known how much memory and disk is free: /proc/meminfo cannot be read"],
    );
}

#[test]
fn without_floors_nothing_has_to_be_known() {
    let admission = judge(&Situation {
        holds: &[],
        floors: Floors::default(),
        room: Err("nobody looked"),
        limit: 1,
        projects: &BTreeMap::new(),
        providers: &BTreeMap::new(),
    });
    assert_eq!(admission, Admission::default());
}

#[test]
fn holds_name_their_author_and_reason() {
    let plenty = room(GIB, 3 * GIB, None);
    let holds = [hold(None, HoldKind::Drain), hold(Some("et"), HoldKind::Pause)];
    check(
        &holds,
        Ok(&plenty),
        ProjectLoad::default(),
        &[
            "held back: draining by ann since 1970-01-01T00:00:00Z: upgrade",
            "held back in et: paused by ann since 1970-01-01T00:00:00Z: upgrade",
        ],
    );
}

#[test]
fn people_who_have_enough_to_decide_get_no_new_tasks() {
    let plenty = room(GIB, 3 * GIB, None);
    for (waiting, expected) in [
        (2, None),
        (
            3,
            Some("held back in et: new tasks do not begin: 3 tasks wait for a human, the limit is 3"),
        ),
    ] {
        let load = ProjectLoad {
            waiting,
            wip_limit: Some(3),
            ..ProjectLoad::default()
        };
        check(&[], Ok(&plenty), load, expected.as_slice());
    }
}

#[test]
fn full_places_are_a_reason_and_no_news() {
    let load = ProjectLoad {
        running: 2,
        limit: Some(1),
        ..ProjectLoad::default()
    };
    let projects = BTreeMap::from([(ProjectId::new("et"), load)]);
    let admission = judge(&Situation {
        holds: &[],
        floors: Floors::default(),
        room: Ok(&Room::default()),
        limit: 2,
        projects: &projects,
        providers: &BTreeMap::new(),
    });
    assert!(!admission.holds_everything() && admission.held_projects().next().is_none());
    assert_eq!(admission.lines(), [""; 0]);
    let reasons = admission.reasons(&ProjectId::new("et"), true, None);
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(
        reasons,
        ["2 of 2 runs at once are taken", "2 of 1 runs at once are taken"]
    );
}

#[test]
fn only_first_jobs_wait_for_people() {
    let load = ProjectLoad {
        waiting: 1,
        wip_limit: Some(1),
        ..ProjectLoad::default()
    };
    let projects = BTreeMap::from([(ProjectId::new("et"), load)]);
    let admission = judge(&Situation {
        holds: &[],
        floors: Floors::default(),
        room: Ok(&Room::default()),
        limit: 2,
        projects: &projects,
        providers: &BTreeMap::new(),
    });
    let reasons = |first| admission.reasons(&ProjectId::new("et"), first, None).len();
    assert_eq!((reasons(true), reasons(false)), (1, 0));
    assert_eq!(admission.projects_without_new_tasks().count(), 1);
}

#[test]
fn the_strongest_wish_ends_the_daemon() {
    use HoldKind::{Drain, Kill, Pause, Stop};
    for (holds, runs, expected) in [
        (vec![], 0, None),
        (vec![hold(None, Pause)], 0, None),
        (vec![hold(None, Drain)], 1, None),
        (vec![hold(None, Drain)], 0, Some(Drain)),
        (vec![hold(Some("et"), Drain)], 0, None),
        (vec![hold(None, Stop)], 3, Some(Stop)),
        (
            vec![hold(None, Kill), hold(None, Stop), hold(None, Drain)],
            3,
            Some(Kill),
        ),
    ] {
        assert_eq!(ending(&holds, runs), expected, "{holds:?} with {runs} runs");
    }
}
