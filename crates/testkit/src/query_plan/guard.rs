//! Holds the statements of a crate against what each of them may cost.

use std::collections::{BTreeMap, BTreeSet};

use super::{Complaint, Large, complaint};
use crate::statements::Statement;

/// How often a statement runs, and so what it may cost.
#[derive(Debug, Clone, Copy)]
pub enum Class {
    /// Often: every step touches few rows and none sorts.
    Hot,
    /// Often, and sorts what it found, which is little: why no index does that.
    Sorts(&'static str),
    /// Often: walks an order that a table or an index has, and stops at its LIMIT.
    Bounded,
    /// Seldom: passes over a whole table, and why it may.
    Rare(&'static str),
}

impl Class {
    fn bears(self, complaint: Complaint) -> bool {
        match self {
            Self::Hot => false,
            Self::Sorts(_) => complaint == Complaint::Sorts,
            Self::Bounded => complaint != Complaint::Sorts,
            Self::Rare(_) => true,
        }
    }
}

/// The statements of a crate, their classes, and the database that they are for.
#[derive(Debug)]
pub struct Guard {
    /// As found in the sources.
    pub statements: Vec<Statement>,
    /// By name.
    pub classes: &'static [(&'static str, Class)],
    /// By which plans are judged.
    pub large: &'static Large,
}

/// Plans a statement: the column `detail` of each step.
pub type Plan<'a> = &'a dyn Fn(&str) -> Vec<String>;

impl Guard {
    /// A sentence per statement without a class, and per class without a statement.
    #[must_use]
    pub fn unclassified(&self) -> Vec<String> {
        let there: BTreeSet<&str> = self.statements.iter().map(|one| one.name.as_str()).collect();
        let known: BTreeSet<&str> = self.classes.iter().map(|(name, _)| *name).collect();
        let without = there.difference(&known);
        let gone = known.difference(&there);
        without
            .map(|name| format!("{name} has no class: how often does it run, and what may it cost?"))
            .chain(gone.map(|name| format!("{name} has a class and is no statement")))
            .collect()
    }

    /// A sentence per step that is dearer than the class of its statement allows.
    #[must_use]
    pub fn too_dear(&self, plan: Plan<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for (name, sql, class) in self.classified() {
            for step in plan(sql) {
                let complaint = complaint(&step, self.large).filter(|complaint| !class.bears(*complaint));
                found.extend(complaint.map(|complaint| format!("{name}: {complaint:?} in {step}")));
            }
        }
        found
    }

    /// A sentence per exception that has no reason, or is none any more.
    #[must_use]
    pub fn needless_exceptions(&self, plan: Plan<'_>) -> Vec<String> {
        let mut found = Vec::new();
        for (name, sql, class) in self.classified() {
            let is_dear = || plan(sql).iter().any(|step| complaint(step, self.large).is_some());
            match class {
                Class::Hot => {}
                Class::Bounded if !sql.contains("LIMIT") => found.push(format!("{name} stops at no LIMIT")),
                Class::Bounded => {}
                Class::Sorts("") | Class::Rare("") => found.push(format!("{name} has no reason")),
                Class::Sorts(_) | Class::Rare(_) if !is_dear() => {
                    found.push(format!("{name} is cheap now: it is Class::Hot"));
                }
                Class::Sorts(_) | Class::Rare(_) => {}
            }
        }
        found
    }

    /// A sentence per statement that does not use the index that it has to.
    #[must_use]
    pub fn past_their_index(&self, by_index: &[(&str, &str)], plan: Plan<'_>) -> Vec<String> {
        let by_name: BTreeMap<&str, &str> = self.classified().map(|(name, sql, _)| (name, sql)).collect();
        let mut found = Vec::new();
        for (name, index) in by_index {
            let steps = by_name.get(name).map(|sql| plan(sql)).unwrap_or_default();
            let is_used = |step: &String| step.split(' ').any(|word| word == *index);
            if !steps.iter().any(is_used) {
                found.push(format!("{name} does not use {index}: {steps:?}"));
            }
        }
        found
    }

    fn classified(&self) -> impl Iterator<Item = (&str, &str, Class)> {
        self.statements.iter().filter_map(|one| {
            let known = self.classes.iter().find(|(name, _)| *name == one.name)?;
            Some((one.name.as_str(), one.sql.as_str(), known.1))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LARGE: Large = Large {
        indexes: &[],
        passing: &[],
    };
    const SCAN: &str = "SCAN tasks";
    const SORT: &str = "USE TEMP B-TREE FOR ORDER BY";
    const FIND: &str = "SEARCH tasks USING INTEGER PRIMARY KEY (rowid=?)";

    fn guard(classes: &'static [(&'static str, Class)]) -> Guard {
        let one = Statement {
            name: "m::ONE".to_owned(),
            sql: "WITH few AS (VALUES (1)) UPDATE tasks SET a = 1 LIMIT 1".to_owned(),
        };
        Guard {
            statements: vec![one],
            classes,
            large: &LARGE,
        }
    }

    #[test]
    fn a_class_bears_what_it_is_for() {
        for (classes, step, dear) in [
            (&[("m::ONE", Class::Hot)], FIND, 0),
            (&[("m::ONE", Class::Hot)], SCAN, 1),
            (&[("m::ONE", Class::Hot)], SORT, 1),
            (&[("m::ONE", Class::Sorts("few"))], SORT, 0),
            (&[("m::ONE", Class::Sorts("few"))], SCAN, 1),
            (&[("m::ONE", Class::Bounded)], SCAN, 0),
            (&[("m::ONE", Class::Bounded)], SORT, 1),
            (&[("m::ONE", Class::Rare("once a day"))], SCAN, 0),
        ] {
            let found = guard(classes).too_dear(&|_| vec![step.to_owned()]);
            assert_eq!(found.len(), dear, "{classes:?} {step}: {found:?}");
        }
    }

    #[test]
    fn a_statement_without_a_class_is_told_and_a_class_without_a_statement() {
        assert_eq!(guard(&[("m::ONE", Class::Hot)]).unclassified(), [""; 0]);
        let told = guard(&[("m::TWO", Class::Hot)]).unclassified();
        assert_eq!(told.len(), 2, "{told:?}");
    }

    #[test]
    fn an_exception_that_is_none_is_told() {
        for (classes, step, needless) in [
            (&[("m::ONE", Class::Rare("once a day"))], SCAN, 0),
            (&[("m::ONE", Class::Rare("once a day"))], FIND, 1),
            (&[("m::ONE", Class::Rare(""))], SCAN, 1),
            (&[("m::ONE", Class::Sorts("few"))], FIND, 1),
            (&[("m::ONE", Class::Bounded)], FIND, 0),
        ] {
            let found = guard(classes).needless_exceptions(&|_| vec![step.to_owned()]);
            assert_eq!(found.len(), needless, "{classes:?} {step}: {found:?}");
        }
    }

    #[test]
    fn a_plan_past_its_index_is_told() {
        let guard = guard(&[("m::ONE", Class::Hot)]);
        let plan = |_: &str| vec!["SCAN tasks USING INDEX tasks_open".to_owned()];
        assert_eq!(
            guard.past_their_index(&[("m::ONE", "tasks_open")], &plan),
            [""; 0]
        );
        for wrong in [("m::ONE", "tasks_by_issue"), ("m::TWO", "tasks_open")] {
            assert_eq!(guard.past_their_index(&[wrong], &plan).len(), 1, "{wrong:?}");
        }
    }
}
