//! Checks that the published crates contain what users, packagers and the licences need, and nothing that only we need.

use crate::program::{Failure, cargo};
use crate::workspace::{Package, Workspace};

/// Files that every published crate contains.
const NEEDED: [&str; 5] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs"];

/// Files that packagers install with the program.
const NEEDED_BY_PACKAGERS: [&str; 4] = ["Cargo.lock", "CHANGELOG.md", "man/sigvet.1", "completions/sigvet.bash"];

/// Files that are only in a checkout: tests need helpers that are not published, and the corpus is large.
const UNPUBLISHED: [&str; 6] = ["tests/", "benches/", ".ci/", ".github/", ".cargo/", "crates/"];

pub fn check() -> Result<(), Failure> {
    let workspace = Workspace::load()?;
    let mut faults = Vec::new();
    for package in workspace.published() {
        faults.extend(faults_of(&package.name, &contents(package)?));
    }
    Failure::unless_empty(&faults)?;
    // Writes the archives, which makes cargo check the manifests; the tests have already built their contents.
    cargo(&["package", "--workspace", "--locked", "--no-verify", "--allow-dirty", "--quiet"]).run()
}

fn contents(package: &Package) -> Result<Vec<String>, Failure> {
    let listed = cargo(&["package", "--locked", "--list", "--allow-dirty", "--package", &package.name]).output()?;
    Ok(String::from_utf8_lossy(&listed).lines().map(|line| line.replace('\\', "/")).collect())
}

fn faults_of(name: &str, contents: &[String]) -> Vec<String> {
    let is_there = |wanted: &str| contents.iter().any(|file| file == wanted);
    let for_packagers = NEEDED_BY_PACKAGERS.iter().filter(|_| is_there("src/main.rs"));
    let missing = NEEDED.iter().chain(for_packagers).filter(|file| !is_there(file));
    let missing = missing.map(|file| format!("{name}: {file} is missing"));
    let too_much = contents.iter().filter(|file| UNPUBLISHED.iter().any(|folder| file.starts_with(folder)));
    missing.chain(too_much.map(|file| format!("{name}: {file} should not be published"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(contents: &[&str]) -> Vec<String> {
        let all: Vec<String> = NEEDED.iter().chain(contents).map(|file| (*file).to_owned()).collect();
        faults_of("p", &all)
    }

    #[test]
    fn a_library_needs_less_than_a_program() {
        assert_eq!(faults(&["src/error.rs"]), [""; 0]);
        let missing = NEEDED_BY_PACKAGERS.map(|file| format!("p: {file} is missing"));
        assert_eq!(faults(&["src/main.rs"]), missing);
        assert_eq!(faults_of("p", &[]).len(), NEEDED.len());
    }

    /// Catches an archive that contains megabytes of corpus.
    #[test]
    fn tests_are_not_published() {
        assert_eq!(faults(&["tests/generated.rs", "src/tests.rs"]), ["p: tests/generated.rs should not be published"]);
    }
}
