//! Licences of all crates against an allow-list, and the table of THIRD_PARTY.md that is made from them.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cargo_metadata::Metadata;
use muvi_tests::crates::{linked_into, metadata};
use muvi_tests::{root, spdx};

/// Permissive licences, and MPL-2.0, which binds only the files of the crate itself.
const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "Unlicense",
    "Unicode-3.0",
    "BSL-1.0",
    "CC0-1.0",
    "MPL-2.0",
];

const BEGIN: &str = "<!-- crates: begin (made by ./dev update-generated) -->\n";
const END: &str = "<!-- crates: end -->";

#[test]
fn every_crate_has_an_allowed_licence() {
    let wrong: Vec<String> = metadata()
        .packages
        .iter()
        .filter(|package| {
            !package
                .license
                .as_deref()
                .is_some_and(|it| spdx::satisfied(it, ALLOWED))
        })
        .map(|package| format!("{} {}: {:?}", package.name, package.version, package.license))
        .collect();
    assert!(
        wrong.is_empty(),
        "licences that are not allowed:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_crate_comes_from_the_registry_or_the_workspace() {
    let wrong: Vec<String> = metadata()
        .packages
        .iter()
        .filter(|package| {
            package
                .source
                .as_ref()
                .is_some_and(|it| !it.repr.starts_with("registry+"))
        })
        .map(|package| format!("{}: {:?}", package.name, package.source))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn third_party_names_every_crate() {
    let path = root().join("THIRD_PARTY.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, rest) = text.split_once(BEGIN).unwrap();
    let (_, tail) = rest.split_once(END).unwrap();
    let fresh = format!("{head}{BEGIN}{}{END}{tail}", tables(&metadata()));
    if std::env::var_os("MUVI_UPDATE_GENERATED").is_some() {
        std::fs::write(&path, fresh).unwrap();
    } else {
        assert!(
            text == fresh,
            "THIRD_PARTY.md is out of date: run ./dev update-generated"
        );
    }
}

#[test]
fn third_party_names_every_python_package() {
    let project = std::fs::read_to_string(root().join("models/pyproject.toml")).unwrap();
    let page = std::fs::read_to_string(root().join("THIRD_PARTY.md")).unwrap();
    // Requirements are the quoted names that carry a version.
    let names = project
        .lines()
        .flat_map(|line| line.split('"').skip(1).step_by(2))
        .filter_map(|quoted| {
            let end = quoted.find(['=', '>', '<', '~'])?;
            Some(quoted[..end].trim().to_owned()).filter(|name| !name.is_empty() && !name.contains(' '))
        });
    let missing: Vec<String> = names
        .filter(|name| name != "setuptools" && !page.contains(name.as_str()))
        .collect();
    assert!(missing.is_empty(), "THIRD_PARTY.md lacks {missing:?}");
}

fn tables(metadata: &Metadata) -> String {
    let mut linked = linked_into(metadata, "muvi-cli");
    linked.extend(linked_into(metadata, "muvi-studio"));
    let mut shipped: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut other: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some())
    {
        let licence = package
            .license
            .clone()
            .unwrap_or_else(|| "none".into())
            .replace('/', " OR ");
        let table = if linked.contains(&package.id) {
            &mut shipped
        } else {
            &mut other
        };
        table.entry(licence).or_default().insert(package.name.to_string());
    }
    let mut text = String::from("\n### Linked into `muvi` and MuVi Studio\n\n");
    table(&mut text, &shipped);
    text.push_str("\n### Used to build and to test\n\n");
    table(&mut text, &other);
    text.push('\n');
    text
}

fn table(text: &mut String, by_licence: &BTreeMap<String, BTreeSet<String>>) {
    text.push_str("| licence | crates |\n|---|---|\n");
    for (licence, names) in by_licence {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        writeln!(text, "| {licence} | {} |", names.join(", ")).unwrap();
    }
}
