//! Builds with the oldest dependencies that the manifests allow, to check that these versions really suffice.
//!
//! It works in a copy, because cargo writes the other versions into Cargo.lock. Only direct dependencies are
//! downgraded: their own requirements are not our responsibility, and neither are dependencies that only tests need.

use std::path::{Path, PathBuf};
use std::{fs, iter};

use toml_edit::DocumentMut;

use crate::program::{Failure, cargo, program, root};
use crate::workspace::Workspace;

pub fn check() -> Result<(), Failure> {
    let (root, copy) = (root(), root().join("target/minimal-versions"));
    copy_tracked_files(&root, &copy)?;
    for manifest in manifests(&copy)? {
        remove_dev_dependencies(&manifest)?;
    }
    // The option is unstable, and cargo accepts it only this way; the compiler is not affected.
    let update = cargo(&["update", "--quiet", "-Z", "direct-minimal-versions"]);
    update.env("RUSTC_BOOTSTRAP", "1").directory(&copy).run()?;
    let workspace = Workspace::load()?;
    let packages = workspace.published().into_iter().flat_map(|package| ["--package", &*package.name]);
    let packages: Vec<&str> = packages.collect();
    let target = root.join("target").display().to_string();
    let check = cargo(&["check", "--locked", "--lib", "--bins", "--all-features", "--target-dir", &target]);
    check.args(&packages).directory(&copy).run()
}

fn copy_tracked_files(from: &Path, to: &Path) -> Result<(), Failure> {
    if to.exists() {
        fs::remove_dir_all(to).map_err(|error| failure(to, &error))?;
    }
    let listed = program("git").args(&["ls-files", "-z"]).output()?;
    for name in String::from_utf8_lossy(&listed).split_terminator('\0') {
        // A file that was deleted, but is still in the index, is no longer part of the tree.
        if from.join(name).exists() {
            copy_file(&from.join(name), &to.join(name))?;
        }
    }
    Ok(())
}

fn manifests(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let crates = root.join("crates");
    let entries = fs::read_dir(&crates).map_err(|error| failure(&crates, &error))?;
    let members = entries.flatten().map(|entry| entry.path().join("Cargo.toml")).filter(|manifest| manifest.exists());
    Ok(iter::once(root.join("Cargo.toml")).chain(members).collect())
}

/// Dependencies of tests would raise the versions that users of the crates get.
fn remove_dev_dependencies(manifest: &Path) -> Result<(), Failure> {
    let text = fs::read_to_string(manifest).map_err(|error| failure(manifest, &error))?;
    let mut document: DocumentMut =
        text.parse().map_err(|error| Failure::new(format!("{}: {error}", manifest.display())))?;
    document.remove("dev-dependencies");
    fs::write(manifest, document.to_string()).map_err(|error| failure(manifest, &error))
}

fn copy_file(from: &Path, to: &Path) -> Result<(), Failure> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(|error| failure(folder, &error))?;
    fs::copy(from, to).map(drop).map_err(|error| failure(to, &error))
}

fn failure(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("cannot write {}: {error}", path.display()))
}
