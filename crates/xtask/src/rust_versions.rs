//! Checks that a crate claims the oldest compiler that its dependencies accept.
//!
//! It compares the manifests' `rust-version`s. The workflows try whether the code itself builds with that compiler,
//! which they have; clippy, which knows when each item of the standard library became available, checks every change.

use crate::program::Failure;
use crate::workspace::{Package, Workspace};

pub fn check() -> Result<(), Failure> {
    let workspace = Workspace::load()?;
    let faults: Vec<String> =
        workspace.published().into_iter().filter_map(|package| fault(&workspace, package)).collect();
    Failure::unless_empty(&faults)
}

fn fault(workspace: &Workspace, package: &Package) -> Option<String> {
    let dependencies = workspace.dependencies(package);
    let newest = dependencies.into_iter().max_by_key(|dependency| &dependency.rust_version)?;
    let (claimed, needed) = (shown(package), shown(newest));
    if package.rust_version == newest.rust_version {
        println!("{}: {claimed}, as {} needs it", package.name, newest.name);
        return None;
    }
    Some(format!("{}: rust-version is {claimed}, but {} needs {needed}", package.name, newest.name))
}

fn shown(package: &Package) -> String {
    package.rust_version.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}
