//! Runs the command lines in README.md, in `docs/` and in `tests/transcripts/`, and compares their output and exit
//! codes.
//!
//! Catches a changed message, a changed exit code, and documentation that is no longer true. To renew the outputs:
//! `TRYCMD=overwrite cargo test --test transcripts`, then read the diff.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Set in the process that runs the commands.
const INSIDE: &str = "SIGVET_TRANSCRIPTS";

/// What the commands may know about this machine.
const KEPT: [&str; 4] = ["PATH", "SystemRoot", "TRYCMD", "RUST_BACKTRACE"];

/// The commands inherit their environment from this program, which therefore starts itself again: in a copy of
/// `tests/transcripts/files`, with an isolated environment.
#[test]
fn the_documentation_says_what_happens() {
    if std::env::var_os(INSIDE).is_some() {
        return run_transcripts();
    }
    let place = tempfile::tempdir().unwrap();
    copy_files(&root().join("tests/transcripts/files"), place.path());
    let mut inside = Command::new(std::env::current_exe().unwrap());
    inside.args(["the_documentation_says_what_happens", "--exact", "--nocapture"]).current_dir(place.path());
    inside.env_clear().envs(KEPT.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))));
    for (name, value) in [
        (INSIDE, "1"),
        ("HOME", "home"),
        ("USERPROFILE", "home"),
        ("SIGVET_PROFILES", "profiles.toml"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("MINIO_SECRET", "minioadmin"),
    ] {
        inside.env(name, value);
    }
    assert!(inside.status().unwrap().success());
}

fn run_transcripts() {
    let pages = ["README.md", "docs/*.md", "tests/transcripts/*.md"].map(|pages| root().join(pages));
    pages.into_iter().fold(&trycmd::TestCases::new(), |cases, pages| cases.case(pages)).run();
}

/// A reader of the README can create each file that its commands use.
#[test]
fn the_readme_shows_the_files_that_it_uses() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap().replace("\r\n", "\n");
    let files = root().join("tests/transcripts/files");
    let mut shown = 0;
    for word in readme.lines().filter(|line| line.starts_with("$ ")).flat_map(str::split_whitespace) {
        let Ok(file) = std::fs::read_to_string(files.join(word)) else { continue };
        let (_, block) =
            readme.split_once(&format!(" title={word}\n")).unwrap_or_else(|| panic!("{word} is not shown"));
        assert_eq!(block.split_once("```").unwrap().0, file.replace("\r\n", "\n"), "{word}");
        shown += 1;
    }
    assert!(shown > 0);
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Copies the files; only their owner may read profiles and keys, a mode that a checkout does not keep.
fn copy_files(from: &Path, to: &Path) {
    copy_folder(from, to);
    std::fs::create_dir(to.join("directory")).unwrap();
    // A file that nobody can read, not even root.
    #[cfg(unix)]
    std::os::unix::fs::symlink("loop", to.join("loop")).unwrap();
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let copy = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir(&copy).unwrap();
            copy_folder(&entry.path(), &copy);
            continue;
        }
        std::fs::copy(entry.path(), &copy).unwrap();
        #[cfg(unix)]
        if copy.extension().is_some_and(|extension| extension == "toml" || extension == "key")
            || copy.components().any(|part| part.as_os_str() == "home")
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
}

/// A transcript cannot contain these, because a command is one line there.
#[test]
fn a_header_that_would_become_two_is_refused() {
    for (header, name) in [("X-One: 1\nX-Two: 2", "X-One"), ("X-One: 1\r\n\r\nbody", "X-One"), ("X\n: 1", "X\\n")] {
        let output = Command::new(env!("CARGO_BIN_EXE_sigvet"))
            .args(["sign", "-u", "AKIDEXAMPLE:secret", "-H", header, "https://iam.amazonaws.com/"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let expected = format!(
            "error: header '{name}' has a line break or a NUL in it\n  hint: pass each header with its own -H\n"
        );
        assert_eq!(String::from_utf8(output.stderr).unwrap(), expected);
    }
}
