//! Gates: their reports are asked for fresh, their roles may write them, and what can fail has a route.

use super::Subject;
use crate::pipeline::file::form::{Route, Said};
use crate::pipeline::file::reader::short;
use crate::run::{Change, ChangedPath};
use crate::scope::{ScopeVerdict, check_scope};
use crate::stage::{Cause, GateName, OnFail, Stage};

pub(super) fn check(subject: &mut Subject<'_>) {
    for (_, stage, said) in subject.stages() {
        for (at, gate) in stage.gates.iter().enumerate() {
            let path = said.gates.get(at);
            if stage.gates.iter().take(at).any(|earlier| earlier == gate) {
                let fix = "take one of them out".to_owned();
                let message = format!("gate {gate} stands here twice");
                subject.refuse_element((said, "gates"), path, message, fix);
            }
            if *gate == GateName::CheckAnalysisApproved && at + 1 < stage.gates.len() {
                let message = format!("gate {gate} asks a human before the later gates have looked");
                let fix = "make it the last gate of the stage".to_owned();
                subject.refuse_element((said, "gates"), path, message, fix);
            }
            report(subject, stage, (said, path, *gate));
        }
        route(subject, stage, said);
        writes(subject, stage, said);
    }
}

fn report(subject: &mut Subject<'_>, stage: &Stage, (said, path, gate): (&Said, Option<&String>, GateName)) {
    if let Some(report) = gate
        .report()
        .filter(|report| !stage.reports.iter().any(|own| own == report))
    {
        let message =
            format!("gate {gate} reads {report}, which the stage does not list, so an old one would count");
        let fix = format!("add `reports: [{report}]`");
        subject.refuse_element((said, "gates"), path, message, fix);
    }
    let needs = documents_of(gate).iter().copied();
    let missing: Vec<&str> = needs.filter(|name| !may_write(stage, name)).collect();
    if let (Some(role), false) = (&stage.role, missing.is_empty()) {
        let message = format!(
            "gate {gate} wants {}, which {role} may not write",
            missing.join(", ")
        );
        let fix = "add it to `may_write` of the stage".to_owned();
        subject.refuse_element((said, "gates"), path, message, fix);
    }
}

fn route(subject: &mut Subject<'_>, stage: &Stage, said: &Said) {
    let failing = stage.gates.iter().find(|gate| can_fail(**gate));
    let way = match &stage.on_fail {
        OnFail::Bounce { stage: to, .. } | OnFail::Block { stage: to } => Some(to),
        OnFail::Repair => None,
    };
    if let (None, Some(to), false) = (failing, way, said.lacks_gates) {
        let message = format!(
            "no gate of '{}' can fail, so the route to '{to}' is never taken",
            stage.name
        );
        let fix = "add the gate that can, or take `on_fail` out";
        subject.refuse((said, "on_fail"), message, fix.to_owned());
    }
    match (failing, said.route) {
        (Some(gate), Route::Missing) => {
            let message = format!("gate {gate} can fail, and '{}' has no route for that", stage.name);
            let fix = "add `on_fail: {stage: …, cause: …}`, `{stage: …, block: true}` or `repair`";
            subject.refuse((said, "on_fail"), message, fix.to_owned());
        }
        (Some(_), Route::Said) | (None, Route::Missing | Route::Said) => {}
    }
}

/// What a role is asked for must be its to write, or each of its runs would end outside its scope.
fn writes(subject: &mut Subject<'_>, stage: &Stage, said: &Said) {
    let Some(role) = &stage.role else { return };
    let reports = stage.reports.iter().zip(said.reports.iter().map(Some));
    let wants = reports.map(|(name, path)| ("reports", name, path));
    let asks = stage.asks_in.iter().map(|name| ("asks_in", name, None));
    let objects = stage
        .objects_in
        .iter()
        .map(|(name, _)| ("objects_in.document", name, None));
    for (key, name, path) in wants.chain(asks).chain(objects) {
        if !may_write(stage, name) {
            let message = format!("{role} may not write {}", short(name));
            let fix = "add it to `may_write` of the stage".to_owned();
            subject.refuse_element((said, key), path, message, fix);
        }
    }
}

const DIRECTORY: &str = "docs/work-items/X-1/";

fn may_write(stage: &Stage, name: &str) -> bool {
    let changed = ChangedPath {
        path: format!("{DIRECTORY}{name}"),
        change: Change::Added,
        special: false,
    };
    check_scope(&stage.scope, DIRECTORY, &[], &[changed]) == ScopeVerdict::Inside
}

/// Documents that a gate wants to exist; older ones count too.
fn documents_of(gate: GateName) -> &'static [&'static str] {
    match gate {
        GateName::CheckAnalysisComplete => &[
            "01-brd.md",
            "02-trz.md",
            "03-acceptance-criteria.md",
            "04-test-plan.yaml",
        ],
        GateName::CheckArchitectureDone => &["06-adr/ADR-0001.md"],
        GateName::CheckReviewerVerdict
        | GateName::CheckTestsPassed
        | GateName::CheckDeployStatus
        | GateName::CheckStagingStatus
        | GateName::CheckAnalysisApproved
        | GateName::CheckCiGreen
        | GateName::CheckTestsLocal
        | GateName::CheckReviewApproved => &[],
    }
}

/// It can say no, not only that something is missing or awaited.
fn can_fail(gate: GateName) -> bool {
    match gate {
        GateName::CheckReviewerVerdict
        | GateName::CheckTestsPassed
        | GateName::CheckDeployStatus
        | GateName::CheckStagingStatus
        | GateName::CheckCiGreen
        | GateName::CheckTestsLocal
        | GateName::CheckReviewApproved => true,
        GateName::CheckAnalysisComplete
        | GateName::CheckAnalysisApproved
        | GateName::CheckArchitectureDone => false,
    }
}

/// It judges code, so code must not change between it and the merge.
pub(super) fn judges_code(gate: GateName) -> bool {
    match gate {
        GateName::CheckReviewerVerdict
        | GateName::CheckReviewApproved
        | GateName::CheckTestsPassed
        | GateName::CheckTestsLocal
        | GateName::CheckCiGreen => true,
        GateName::CheckDeployStatus
        | GateName::CheckStagingStatus
        | GateName::CheckAnalysisComplete
        | GateName::CheckAnalysisApproved
        | GateName::CheckArchitectureDone => false,
    }
}

/// What a bounce by this gate counts as where the file does not say (behaviour §2).
pub(in crate::pipeline::file) fn cause_of(gate: GateName) -> Cause {
    match gate {
        GateName::CheckCiGreen => Cause::Ci,
        GateName::CheckReviewerVerdict | GateName::CheckReviewApproved => Cause::Review,
        GateName::CheckTestsPassed | GateName::CheckTestsLocal => Cause::Tests,
        GateName::CheckDeployStatus
        | GateName::CheckStagingStatus
        | GateName::CheckAnalysisComplete
        | GateName::CheckAnalysisApproved
        | GateName::CheckArchitectureDone => Cause::Gate(gate),
    }
}
