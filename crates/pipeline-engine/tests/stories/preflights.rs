//! Preflights: who wants one shares it with whoever wants it at the same time; an operator has one made now.

use pipeline_core::id::AccountId;
use pipeline_core::order::{OperatorOrderKind, OrderAnswer};
use pipeline_core::resilience::{PreflightReport, Standing};
use testkit::fake::faults::Fault;

use crate::accounts::CLAUDE;
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

#[tokio::test]
async fn an_operator_has_an_account_looked_at_now_and_other_orders_do_not_wait_for_it() {
    let mut world = World::new().await;
    let made = world.runner.preflights().len();
    let order = |account: Option<&str>| OperatorOrderKind::CheckProviders {
        account: account.map(AccountId::new),
    };
    let held = world.runner.faults.hold_next("preflight");
    let looked = world.places(order(None)).await;
    world.one_round().await;
    held.is_answered().await;
    let answer = world.resets(CLAUDE).await;
    assert!(matches!(answer, OrderAnswer::Accepted(_)), "{answer:?}");
    assert_eq!(world.answer(looked).await, None);
    held.arrives();
    world.runs_until_idle().await;
    assert_eq!(
        world.answer(looked).await,
        Some(OrderAnswer::Accepted("claude is in order".to_owned()))
    );
    assert_eq!(world.runner.preflights().len(), made + 1);

    let missing = PreflightReport {
        problems: vec!["program \"claude\" was not found".to_owned()],
        ..PreflightReport::default()
    };
    world.runner.on_preflight(AccountId::shared(CLAUDE), missing);
    for (account, expected) in [
        (
            Some(CLAUDE),
            OrderAnswer::Accepted("claude is not in order".to_owned()),
        ),
        (
            Some("nobody"),
            OrderAnswer::Refused("no project has an account 'nobody'; they have claude".to_owned()),
        ),
    ] {
        let looked = world.places(order(account)).await;
        world.runs_until_idle().await;
        assert_eq!(world.answer(looked).await, Some(expected));
    }
    assert_eq!(world.standing(CLAUDE).await, Standing::OutOfOrder);
    world.ends().await;
}
