//! `cargo metadata` of the workspace, read offline from the lock file.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

/// The metadata of the whole workspace.
pub fn metadata() -> Metadata {
    MetadataCommand::new()
        .current_dir(crate::root())
        .other_options(["--locked".to_owned()])
        .exec()
        .expect("cargo metadata")
}

/// The workspace's members, each with the members that it depends on; `tests` and dev-dependencies apart.
pub fn arrows(metadata: &Metadata) -> BTreeMap<String, BTreeSet<String>> {
    let members = metadata.workspace_packages();
    let names: BTreeSet<&str> = members.iter().map(|package| package.name.as_str()).collect();
    let mut arrows = BTreeMap::new();
    for package in &members {
        let depends = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
            .filter(|dependency| names.contains(dependency.name.as_str()))
            .map(|dependency| dependency.name.clone())
            .collect();
        arrows.insert(package.name.to_string(), depends);
    }
    arrows
}

/// Every crate that ends up in the binary of the member `name`: its normal dependencies on all platforms.
pub fn linked_into(metadata: &Metadata, name: &str) -> BTreeSet<PackageId> {
    let resolve = metadata.resolve.as_ref().expect("a resolved graph");
    let nodes: BTreeMap<&PackageId, _> = resolve.nodes.iter().map(|node| (&node.id, node)).collect();
    let start = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == name)
        .expect("the member");
    let mut reached = BTreeSet::new();
    let mut waiting = vec![&start.id];
    while let Some(id) = waiting.pop() {
        if !reached.insert(id.clone()) {
            continue;
        }
        for dependency in &nodes[id].deps {
            if dependency
                .dep_kinds
                .iter()
                .any(|info| info.kind == DependencyKind::Normal)
            {
                waiting.push(&dependency.pkg);
            }
        }
    }
    reached
}
