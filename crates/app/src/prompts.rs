//! Our own prompts of the roles, used where a project has none at its default branch. Data: the files of `agents/`.

use pipeline_core::role::Role;
use pipeline_engine::Prompts;

/// The prompts by role.
#[must_use]
pub fn built_in() -> Prompts {
    [
        (Role::ANALYST, include_str!("../../../agents/analyst.md")),
        (Role::ARCHITECT, include_str!("../../../agents/architect.md")),
        (Role::DEVELOPER, include_str!("../../../agents/developer.md")),
        (Role::REVIEWER, include_str!("../../../agents/reviewer.md")),
        (Role::TESTER, include_str!("../../../agents/tester.md")),
        (Role::DEPLOYER, include_str!("../../../agents/deployer.md")),
    ]
    .into_iter()
    .map(|(role, text)| (Role::new(role), text.to_owned()))
    .collect()
}
