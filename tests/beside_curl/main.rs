//! Runs command lines with curl and sigvet: compares what reaches the server, the output, the files, and the exit code.
//!
//! `cargo test --test beside_curl -- --nocapture` prints the table. A line whose result deliberately differs has its
//! reason beside it, and has to differ. The reference is curl 7.88; with another curl the reasons are not checked.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    unreachable_pub,
    reason = "a test fails by panicking, and prints its table"
)]

use sigvet_testing as common;
#[path = "../send_wire/recorder.rs"]
#[expect(dead_code, reason = "the other tests ask the server for more")]
mod recorder;

mod configs;
mod formats;
mod lines;
mod run;
mod server;

use std::process::Command;

use run::{Case, Curl, compare};

/// This machine's curl; a missing one is a failure only if `CI` is set.
fn curl() -> Option<Curl> {
    let found = Command::new("curl").arg("--version").output();
    assert!(found.is_ok() || std::env::var_os("CI").is_none(), "curl is missing");
    let Ok(output) = found else {
        eprintln!("curl is missing: nothing is compared");
        return None;
    };
    Some(Curl { is_reference: String::from_utf8_lossy(&output.stdout).starts_with("curl 7.88") })
}

/// Compares all cases, and names every one that does not behave as declared.
fn compare_all(what: &str, cases: &[Case]) {
    let Some(curl) = curl() else { return };
    let outcomes: Vec<_> = cases.iter().map(|case| compare(case, curl)).collect();
    let same = outcomes.iter().filter(|outcome| outcome.is_same).count();
    let named = outcomes.iter().filter(|outcome| outcome.is_named).count();
    eprintln!("{what}: {same} of {} as curl, {named} deliberately otherwise", cases.len());
    let wrong: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.problem.as_deref()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn command_lines() {
    compare_all("command lines", &lines::cases());
}

#[test]
fn config_files() {
    compare_all("files of -K", &configs::cases());
}

#[test]
fn formats_of_w() {
    compare_all("formats of -w", &formats::cases());
}
