//! Kills, by victim and by the moment of the task's life that they hit.

use std::collections::BTreeMap;

use super::strike::Victim;

/// How many kills hit whom at what moment.
#[derive(Debug, Clone, Default)]
pub struct Kills(BTreeMap<String, BTreeMap<Victim, u64>>);

impl Kills {
    /// One more.
    pub fn count(&mut self, moment: &str, victim: Victim) {
        *self
            .0
            .entry(moment.to_owned())
            .or_default()
            .entry(victim)
            .or_default() += 1;
    }

    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.0.values().flat_map(BTreeMap::values).sum()
    }

    /// Those of one victim.
    #[must_use]
    pub fn of(&self, victim: Victim) -> u64 {
        self.0.values().filter_map(|of| of.get(&victim)).sum()
    }

    /// Adds those of another.
    pub fn add(&mut self, other: &Self) {
        for (moment, victims) in &other.0 {
            for (victim, times) in victims {
                *self
                    .0
                    .entry(moment.clone())
                    .or_default()
                    .entry(*victim)
                    .or_default() += times;
            }
        }
    }

    /// A line for each moment, with its kills of daemons, runners and agents.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let line = |(moment, of): (&String, &BTreeMap<Victim, u64>)| {
            let times = |victim| of.get(&victim).copied().unwrap_or_default();
            let [daemon, runner, agent] = [Victim::Daemon, Victim::Runner, Victim::Agent].map(times);
            format!(
                "  at {moment:<17}{:>6}  {daemon:>6} daemon  {runner:>6} runner  {agent:>6} agent",
                daemon + runner + agent
            )
        };
        self.0.iter().map(line).collect()
    }
}
