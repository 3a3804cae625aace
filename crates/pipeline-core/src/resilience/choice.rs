//! Who works as a role: accounts of providers in order of preference.

use std::collections::BTreeMap;

use crate::id::AccountId;
use crate::role::Role;

/// Whose providers work as the agents of a project. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderChoice {
    usual: Vec<AccountId>,
    roles: BTreeMap<Role, Vec<AccountId>>,
}

impl ProviderChoice {
    /// The first for all roles, and those that take over when it cannot.
    #[must_use]
    pub fn new(first: AccountId, others: impl IntoIterator<Item = AccountId>) -> Self {
        Self {
            usual: in_order(first, others),
            roles: BTreeMap::new(),
        }
    }

    /// The same with accounts of its own for a role.
    #[must_use]
    pub fn with_role(
        mut self,
        role: Role,
        first: AccountId,
        others: impl IntoIterator<Item = AccountId>,
    ) -> Self {
        self.roles.insert(role, in_order(first, others));
        self
    }

    /// Who works as this role, in order of preference.
    #[must_use]
    pub fn of(&self, role: &Role) -> &[AccountId] {
        self.roles.get(role).unwrap_or(&self.usual)
    }

    /// Every account that is named, once.
    #[must_use]
    pub fn all(&self) -> Vec<AccountId> {
        let mut all: Vec<AccountId> = self
            .usual
            .iter()
            .chain(self.roles.values().flatten())
            .cloned()
            .collect();
        all.sort();
        all.dedup();
        all
    }
}

fn in_order(first: AccountId, others: impl IntoIterator<Item = AccountId>) -> Vec<AccountId> {
    let mut accounts = vec![first];
    for other in others {
        if !accounts.contains(&other) {
            accounts.push(other);
        }
    }
    accounts
}
