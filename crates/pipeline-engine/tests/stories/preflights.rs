//! Preflights: who wants one shares it with whoever wants it at the same time.

use testkit::fake::faults::Fault;

use crate::world::World;

#[tokio::test]
async fn runs_that_want_the_same_preflight_share_it() {
    let mut world = World::new().await;
    // The one of the start is too old by then.
    world.jumps(700).await;
    let made = world.runner.preflights().len();
    let held = world.runner.faults.hold_next("preflight");
    let first = world.started("Add a greeting").await;
    held.is_answered().await;
    let second = world.started("Add a farewell").await;
    assert_eq!(world.ran_on("analyst").len(), 0);
    held.arrives();
    world.runs_until_idle().await;
    assert_eq!(world.runner.preflights().len(), made + 1);
    for issue in [&first, &second] {
        assert_eq!(world.stands(issue).await, "analysis/waiting-human");
    }
    world.ends().await;
}

#[tokio::test]
async fn a_preflight_that_could_not_be_made_is_not_made_again_by_those_who_waited_for_it() {
    let mut world = World::new().await;
    world.jumps(700).await;
    let asked = |world: &World| {
        let history = world.runner.faults.history();
        history.iter().filter(|method| **method == "preflight").count()
    };
    let made = asked(&world);
    world.runner.faults.fail_next("preflight", 1, &Fault::Before);
    let held = world.runner.faults.hold_next("preflight");
    let first = world.started("Add a greeting").await;
    held.is_answered().await;
    let second = world.started("Add a farewell").await;
    held.arrives();
    world.runs_until_idle().await;
    assert_eq!(asked(&world), made + 1);
    for issue in [&first, &second] {
        assert_eq!(world.stands(issue).await, "analysis/waiting-human");
    }
    world.ends().await;
}
