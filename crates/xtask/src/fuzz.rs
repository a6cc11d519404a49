//! Runs the fuzz targets for a limited time: on the stable compiler, without a sanitizer, as `cargo fuzz` would.
//!
//! The seeds are files of the repository, copied next to the inputs that earlier runs kept in `target/fuzz/corpus`. An
//! input that panics, takes longer than [`SLOWEST`] or more memory than [`LARGEST`] fails the task, and is kept in
//! `target/fuzz/artifacts`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::program::{Failure, cargo, root};

/// Default run time of each target, in seconds.
const SECONDS: u32 = 20;
/// Maximum time for one input, in seconds; the targets are not optimised.
const SLOWEST: u32 = 10;
/// Maximum memory for one input, in MiB.
const LARGEST: u32 = 1024;

/// A target, and its seeds: a folder, and how the names of the files in it begin or end.
struct Target {
    name: &'static str,
    seeds: &'static [(&'static str, &'static str)],
}

const CASES: &str = "tests/explain/cases";
const FILES: &str = "tests/transcripts/files";

static TARGETS: [Target; 18] = [
    target("acceptor", &[(CASES, "request.http"), (FILES, ".http")]),
    target("capture", &[(CASES, ""), (FILES, "")]),
    target("reply", &[(CASES, ".xml"), (CASES, "reply.http"), (CASES, ".json"), (FILES, ".xml")]),
    target("har", &[(CASES, ".har"), ("fuzz/seeds/har", "")]),
    target("raw_http", &[(CASES, "request.http"), (FILES, ".http")]),
    target("explain", &[(CASES, "request.http"), (CASES, ".log"), (FILES, ".http")]),
    target("verify", &[(CASES, "request.http"), (FILES, ".http")]),
    target("resign", &[(CASES, "request.http"), (FILES, ".http")]),
    target("chunks", &[("fuzz/seeds/chunks", ""), (FILES, "chunks")]),
    target("form", &[("fuzz/seeds/form", ""), (FILES, "upload")]),
    target("profile_file", &[(FILES, ".toml")]),
    target("aws_files", &[("fuzz/seeds/aws_files", "")]),
    target("tool_files", &[("tests/keyfiles/files", "")]),
    target("certificates", &[("crates/core/tests/x509/keys", ""), (FILES, ".pem"), (FILES, ".key")]),
    target("config_file", &[("fuzz/seeds/config_file", ""), (FILES, ".conf")]),
    target("write_out", &[("fuzz/seeds/write_out", "")]),
    target("urls", &[("fuzz/seeds/urls", "")]),
    target("lists", &[("fuzz/seeds/lists", ""), ("fuzz/seeds/urls", "")]),
];

const fn target(name: &'static str, seeds: &'static [(&'static str, &'static str)]) -> Target {
    Target { name, seeds }
}

/// The result of running a target.
struct Outcome {
    name: &'static str,
    executions: u64,
    /// The slowest input, in seconds.
    slowest: u64,
    /// Peak memory, in MiB.
    memory: u64,
    has_passed: bool,
}

/// The task: every target for the default time.
pub fn check() -> Result<(), Failure> {
    run(&[])
}

/// `cargo xtask fuzz [SECONDS] [TARGET...]`.
pub fn run(words: &[String]) -> Result<(), Failure> {
    let (seconds, names) = match words.split_first() {
        Some((first, rest)) if first.bytes().all(|byte| byte.is_ascii_digit()) => (first.parse().ok(), rest),
        _ => (Some(SECONDS), words),
    };
    let seconds = seconds.ok_or_else(|| Failure::new("the number of seconds is too large"))?;
    let targets = find(names)?;
    let programs = build()?;
    for target in &targets {
        copy_seeds(target)?;
    }
    let outcomes = run_all(&targets, &programs, seconds);
    print(&outcomes);
    let failed = outcomes.iter().filter(|outcome| !outcome.has_passed);
    let fault = |outcome: &Outcome| format!("{}: see {}", outcome.name, log(outcome.name).display());
    let faults: Vec<String> = failed.map(fault).collect();
    Failure::unless_empty(&faults)
}

fn find(names: &[String]) -> Result<Vec<&'static Target>, Failure> {
    if names.is_empty() {
        return Ok(TARGETS.iter().collect());
    }
    let known = |name: &String| TARGETS.iter().find(|target| target.name == name);
    let list = || TARGETS.iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
    let missing = |name: &String| Failure::new(format!("no target '{name}': there are {}", list()));
    names.iter().map(|name| known(name).ok_or_else(|| missing(name))).collect()
}

/// Compiles the targets with coverage instrumentation, and returns the folder of the programs. The host's triple is
/// given by name so that build scripts are not instrumented.
fn build() -> Result<PathBuf, Failure> {
    const MARKS: [&str; 7] = [
        "-Cpasses=sancov-module",
        "-Cllvm-args=-sanitizer-coverage-level=4",
        "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
        "-Cllvm-args=-sanitizer-coverage-pc-table",
        "-Cllvm-args=-sanitizer-coverage-trace-compares",
        "--cfg",
        "fuzzing",
    ];
    let host = host()?;
    let arguments = ["build", "--locked", "--release", "--manifest-path", "fuzz/Cargo.toml", "--target", &host];
    let folder = fuzz_folder();
    let build = cargo(&arguments).args(&["--target-dir", &folder.to_string_lossy()]);
    build.env("CARGO_ENCODED_RUSTFLAGS", &MARKS.join("\u{1f}")).run()?;
    Ok(folder.join(host).join("release"))
}

fn host() -> Result<String, Failure> {
    let printed = crate::program::program("rustc").args(&["--version", "--verbose"]).output()?;
    let text = String::from_utf8_lossy(&printed).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::new("rustc does not tell its host"))
}

fn fuzz_folder() -> PathBuf {
    root().join("target/fuzz")
}

fn log(name: &str) -> PathBuf {
    fuzz_folder().join("logs").join(name)
}

fn copy_seeds(target: &Target) -> Result<(), Failure> {
    let corpus = fuzz_folder().join("corpus").join(target.name);
    let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", corpus.display()));
    fs::create_dir_all(&corpus).map_err(failed)?;
    for (folder, word) in target.seeds {
        for path in files_below(&root().join(folder)) {
            let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('/', "+");
            if name.ends_with(word) || name.rsplit('+').next().is_some_and(|name| name.starts_with(word)) {
                fs::copy(&path, corpus.join(name)).map_err(failed)?;
            }
        }
    }
    Ok(())
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// Runs as many targets at once as there are cores.
fn run_all(targets: &[&'static Target], programs: &Path, seconds: u32) -> Vec<Outcome> {
    let waiting = Mutex::new(targets.iter());
    let outcomes = Mutex::new(Vec::new());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let work = || {
        while let Some(target) = next() {
            let outcome = run_one(target.name, programs, seconds);
            if let Ok(mut outcomes) = outcomes.lock() {
                outcomes.push(outcome);
            }
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..cores).for_each(|_| drop(scope.spawn(work))));
    outcomes.into_inner().unwrap_or_default()
}

fn run_one(name: &'static str, programs: &Path, seconds: u32) -> Outcome {
    let [artifacts, corpus, logs] = ["artifacts", "corpus", "logs"].map(|folder| fuzz_folder().join(folder));
    let artifacts = artifacts.join(name);
    let _ = fs::create_dir_all(&artifacts).and_then(|()| fs::create_dir_all(logs));
    let mut command = Command::new(programs.join(name));
    command.arg(corpus.join(name)).current_dir(fuzz_folder()).env("AWS_EC2_METADATA_DISABLED", "true");
    command.args([
        format!("-max_total_time={seconds}"),
        format!("-timeout={SLOWEST}"),
        format!("-rss_limit_mb={LARGEST}"),
    ]);
    command.args(["-print_final_stats=1", "-max_len=65536"]);
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    let output = command.stdin(Stdio::null()).output();
    let (text, has_passed) = match output {
        Ok(output) => (String::from_utf8_lossy(&output.stderr).into_owned(), output.status.success()),
        Err(error) => (format!("it cannot be started: {error}"), false),
    };
    let _ = fs::write(log(name), &text);
    let stat = |word: &str| {
        let value = text.lines().rev().find_map(|line| line.strip_prefix(word));
        value.and_then(|value| value.trim().parse().ok()).unwrap_or_default()
    };
    let executions = stat("stat::number_of_executed_units:");
    let (slowest, memory) = (stat("stat::slowest_unit_time_sec:"), stat("stat::peak_rss_mb:"));
    Outcome { name, executions, slowest, memory, has_passed }
}

fn print(outcomes: &[Outcome]) {
    println!("{:14}{:>12}{:>12}{:>12}", "target", "inputs", "slowest", "memory");
    for Outcome { name, executions, slowest, memory, has_passed } in outcomes {
        let failed = if *has_passed { "" } else { "  FAILED" };
        println!("{name:14}{executions:>12}{slowest:>10} s{memory:>8} MiB{failed}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a target that is never run.
    #[test]
    fn every_target_of_the_folder_is_run_and_has_seeds() {
        let mut files: Vec<String> = files_below(&root().join("fuzz/fuzz_targets"))
            .iter()
            .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        let mut names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        names.sort_unstable();
        assert_eq!(files, names);
        for (folder, _) in TARGETS.iter().flat_map(|target| target.seeds) {
            assert!(!files_below(&root().join(folder)).is_empty(), "{folder}");
        }
    }

    #[test]
    fn a_target_that_does_not_exist_is_named() {
        let error = find(&["capture".to_owned(), "captrue".to_owned()]).err().unwrap();
        assert!(error.to_string().starts_with("no target 'captrue': there are acceptor, capture, "), "{error}");
    }
}
