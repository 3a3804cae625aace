//! The walls between crates: who may import whom, and which libraries stay where. A wall moves only with a page in `docs/decisions`.
#![allow(clippy::unwrap_used, reason = "a broken expectation of a test panics")]

#[path = "source_tree/imports.rs"]
mod imports;

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};

use imports::IMPORTS;

/// Importable by tests alone.
const TEST_SUPPORT: &str = "testkit";

/// A library from outside and the crates that may name it.
struct Library {
    name: &'static str,
    only_in: &'static [&'static str],
    why: &'static str,
}

const LIBRARIES: &[Library] = &[
    Library {
        name: "rusqlite",
        only_in: &["store-sqlite", "tracker-local", "bench"],
        why: "only these two hold SQL, and what measures SQLite by itself",
    },
    Library {
        name: "r2d2",
        only_in: &["store-sqlite"],
        why: "only the store has a pool of connections",
    },
    Library {
        name: "ureq",
        only_in: &[],
        why: "only the adapters of remote systems speak HTTP, and there is none yet",
    },
    Library {
        name: "maud",
        only_in: &["web"],
        why: "only web writes pages",
    },
    Library {
        name: "axum",
        only_in: &["web", "model-stub"],
        why: "only web serves, and the model that stands in for a paid one",
    },
    Library {
        name: "hyper",
        only_in: &["web"],
        why: "only web serves",
    },
];

/// Libraries that must not stand anywhere below the rules.
const NOT_BELOW_THE_RULES: &[&str] = &[
    "tokio", "smol", "polling", "mio", "socket2", "hyper", "axum", "rusqlite", "r2d2", "ureq", "reqwest",
    "rustix", "tempfile", "tracing",
];

/// What the rules alone are built on, without any feature: whoever embeds them builds this too.
const RULES_ARE_BUILT_ON: &[&str] = &[
    "deunicode",
    "granit-parser",
    "plain-text",
    "jiff",
    "ring",
    "serde",
    "serde-saphyr",
    "serde_json",
    "thiserror",
];

#[test]
fn crates_import_only_what_the_architecture_allows() {
    let metadata = metadata();
    let mut broken = Vec::new();
    for package in metadata.workspace_packages() {
        for (to, kind) in ours(&metadata, package) {
            broken.extend(forbidden(&package.name, &to, kind));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn every_crate_has_its_walls() {
    let metadata = metadata();
    let members: BTreeSet<&str> = metadata
        .workspace_packages()
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let walled: BTreeSet<&str> = IMPORTS.iter().map(|imports| imports.who).collect();
    assert_eq!(
        members, walled,
        "members of the workspace, and crates in the table of imports"
    );
}

#[test]
fn libraries_stay_behind_their_walls() {
    let mut broken = Vec::new();
    for package in metadata().workspace_packages() {
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
        {
            for library in LIBRARIES.iter().filter(|library| library.name == dependency.name) {
                if !library.only_in.contains(&package.name.as_str()) {
                    broken.push(format!(
                        "{} may not use {}: {}",
                        package.name, library.name, library.why
                    ));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn nothing_below_the_rules_does_anything() {
    let below = below(&metadata(), "pipeline-core");
    assert!(
        below.contains("serde"),
        "the tree below pipeline-core was not read: {below:?}"
    );
    for library in NOT_BELOW_THE_RULES {
        assert!(
            !below.contains(*library),
            "{library} stands below pipeline-core: the rules do no I/O and have no runtime"
        );
    }
}

#[test]
fn the_rules_alone_are_small() {
    let metadata = metadata();
    let members = metadata.workspace_packages();
    let rules = members
        .iter()
        .find(|package| package.name.as_str() == "pipeline-core")
        .unwrap();
    assert_eq!(
        rules.features.get("default").map(Vec::len).unwrap_or_default(),
        0,
        "pipeline-core has features that are on by default"
    );
    let built_on: BTreeSet<&str> = rules
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal && !dependency.optional)
        .map(|dependency| dependency.name.as_str())
        .collect();
    assert_eq!(built_on, RULES_ARE_BUILT_ON.iter().copied().collect());
}

#[test]
fn a_forbidden_import_is_named_with_its_rule() {
    for (from, to, kind, expected) in [
        (
            "web",
            "tracker-local",
            DependencyKind::Normal,
            Some("web may not import tracker-local: pages reach the outside through ports"),
        ),
        (
            "app",
            "testkit",
            DependencyKind::Normal,
            Some("app may not import testkit: it is for tests alone"),
        ),
        ("app", "testkit", DependencyKind::Development, None),
        ("forge-local", "git", DependencyKind::Normal, None),
        (
            "stranger",
            "git",
            DependencyKind::Normal,
            Some("stranger has no line in the table of imports"),
        ),
    ] {
        assert_eq!(forbidden(from, to, kind).as_deref(), expected, "{from} → {to}");
    }
}

/// The sentence about an import that is not allowed. What tests import beside their crate is theirs.
fn forbidden(from: &str, to: &str, kind: DependencyKind) -> Option<String> {
    if kind == DependencyKind::Development {
        return None;
    }
    if to == TEST_SUPPORT {
        return Some(format!("{from} may not import {to}: it is for tests alone"));
    }
    let Some(imports) = IMPORTS.iter().find(|imports| imports.who == from) else {
        return Some(format!("{from} has no line in the table of imports"));
    };
    (!imports.may.contains(&to)).then(|| format!("{from} may not import {to}: {}", imports.why))
}

/// Members of the workspace that a package depends on.
fn ours(metadata: &Metadata, package: &Package) -> Vec<(String, DependencyKind)> {
    let members = metadata.workspace_packages();
    package
        .dependencies
        .iter()
        .filter(|dependency| {
            members
                .iter()
                .any(|member| member.name.as_str() == dependency.name)
        })
        .map(|dependency| (dependency.name.clone(), dependency.kind))
        .collect()
}

/// Names of everything that a member is built from, tests left out.
fn below(metadata: &Metadata, name: &str) -> BTreeSet<String> {
    let names: BTreeMap<&PackageId, &str> = metadata
        .packages
        .iter()
        .map(|package| (&package.id, package.name.as_str()))
        .collect();
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let mut open: Vec<&PackageId> = names
        .iter()
        .filter(|(_, known)| **known == name)
        .map(|(id, _)| *id)
        .collect();
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        let node = nodes.iter().find(|node| &node.id == id).unwrap();
        for dependency in &node.deps {
            let built = dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind == DependencyKind::Normal);
            if built && found.insert(names[&dependency.pkg].to_owned()) {
                open.push(&dependency.pkg);
            }
        }
    }
    found
}

/// The workspace as cargo sees it on this machine; other systems' libraries are neither fetched nor judged.
fn metadata() -> Metadata {
    let platform = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let options = vec!["--locked".to_owned(), "--filter-platform".to_owned(), platform];
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .other_options(options)
        .exec()
        .unwrap()
}
