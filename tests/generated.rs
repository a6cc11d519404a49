//! Compares `man/` and `completions/` with the output generated from the definition of the command line.
//!
//! Catches an option that was added, renamed or reworded without its manual.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use sigvet::cli::man;
use sigvet::cli::options::complete;

const HOW_TO_RENEW: &str = "renew them: SIGVET_RENEW=1 cargo test --test generated";

#[test]
fn the_manual_is_up_to_date() {
    compare("man", &man::pages().unwrap());
}

#[test]
fn the_completions_are_up_to_date() {
    compare("completions", &complete::registrations().unwrap());
}

/// If `SIGVET_RENEW` is set, writes instead of comparing. A file that is no longer generated is also stale.
fn compare(directory: &str, generated: &[(String, Vec<u8>)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    if std::env::var_os("SIGVET_RENEW").is_some() {
        return renew(&root, generated);
    }
    let stale = |(name, text): &&(String, Vec<u8>)| !is_same_text(&root.join(name), text);
    let mut files: BTreeSet<String> = generated.iter().filter(stale).map(|(name, _)| name.clone()).collect();
    let expected = |name: &String| generated.iter().any(|(generated, _)| generated == name);
    files.extend(names_in(&root).into_iter().filter(|name| !expected(name)));
    assert!(files.is_empty(), "stale in {directory}/: {files:?}; {HOW_TO_RENEW}");
}

fn renew(root: &Path, generated: &[(String, Vec<u8>)]) {
    std::fs::create_dir_all(root).unwrap();
    for name in names_in(root) {
        std::fs::remove_file(root.join(name)).unwrap();
    }
    for (name, text) in generated {
        std::fs::write(root.join(name), text).unwrap();
    }
}

/// A checkout may have other line ends.
fn is_same_text(path: &Path, text: &[u8]) -> bool {
    let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    committed.as_bytes() == text
}

fn names_in(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}
