//! Chance that can be repeated.

/// A change is judged by the same kills as the one before it; `just soak` takes others each time.
const USUAL: u64 = 1;

/// The seed of this run of the tests; `ORCHD_SEED` takes another one.
#[allow(
    clippy::disallowed_methods,
    reason = "the seed of a run that is to be another one"
)]
pub(crate) fn seed() -> u64 {
    let seed = std::env::var("ORCHD_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(USUAL);
    println!("seed: {seed} (ORCHD_SEED takes another one)");
    seed
}

/// Every boundary instead of some: `ORCHD_KILLS=all`.
#[allow(clippy::disallowed_methods, reason = "how much a run of the tests takes on")]
pub(crate) fn all_are_wanted() -> bool {
    std::env::var("ORCHD_KILLS").is_ok_and(|wanted| wanted == "all")
}

/// SplitMix64.
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
