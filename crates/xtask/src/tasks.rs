//! The table of tasks, in the order in which CI runs them: the cheapest and most likely to fail come first.

use crate::program::{Failure, cargo, program};
use crate::workspace::Workspace;
use crate::{fuzz, minimal_versions, package_contents, package_counts, rust_versions};

/// A task for the repository.
pub struct Task {
    pub name: &'static str,
    pub summary: &'static str,
    /// Whether it changes no committed file: then CI runs it.
    pub is_check: bool,
    pub run: fn() -> Result<(), Failure>,
}

pub static TASKS: [Task; 20] = [
    check("format", "the layout of the code (cargo fmt)", format),
    check("workflows", "the GitHub workflows (zizmor)", workflows),
    check("rust-versions", "rust-version of each crate: what its dependencies need", rust_versions::check),
    check("package-counts", "how many packages the libraries bring with them (cargo tree)", package_counts::check),
    check("deny", "licences, bans and sources of dependencies (cargo-deny)", deny),
    check("package", "the contents of the crates that are published", package_contents::check),
    check("check", "that everything compiles, tests and benches too (cargo check)", compile),
    check("lint", "clippy on everything, with each set of features", lint),
    check("docs", "the documentation of the crates", docs),
    check("test", "all tests that need nothing but the machine's shell and curl", test),
    check("fuzz", "each fuzz target for some seconds (C++ compiler)", fuzz::check),
    check("minimal-versions", "the oldest dependencies that the manifests allow", minimal_versions::check),
    check("awscrt", "Version 4 and 4A with awscrt as a peer (Python, awscrt)", awscrt),
    check(
        "clients",
        "SDKs and tools at 'serve', 'proxy' and 'watch', and clients that take tokens (Python, Node, Java, restic, rclone, psql)",
        clients,
    ),
    check("keyfiles", "other tools' keys beside those tools (s3cmd, rclone, restic)", keyfiles),
    check("recipes", "lists with Spark and xargs (Python, pyspark, Java)", recipes),
    check("page", "the pages of `explain` and `serve` in a browser (chromium-headless-shell)", page),
    check("servers", "requests to Ceph and Swift (ceph, radosgw, Swift)", servers),
    Task {
        name: "mutants",
        summary: "that no change of the verifier and of the proxy's rules accepts more (cargo-mutants)",
        is_check: false,
        run: mutants,
    },
    Task { name: "renew", summary: "write all generated files anew", is_check: false, run: renew },
];

const fn check(name: &'static str, summary: &'static str, run: fn() -> Result<(), Failure>) -> Task {
    Task { name, summary, is_check: true, run }
}

/// Tests that are only run by name, because they need more than a compiler.
const TESTS_BY_NAME: [&str; 16] = [
    "--test",
    "awscrt",
    "--test",
    "clients",
    "--test",
    "keyfile_tools",
    "--test",
    "page",
    "--test",
    "recipes",
    "--test",
    "servers",
    "--test",
    "token_clients",
    "--test",
    "watch_clients",
];

fn format() -> Result<(), Failure> {
    cargo(&["fmt", "--all", "--check"]).run()?;
    cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]).run()
}

fn workflows() -> Result<(), Failure> {
    let zizmor = std::env::var("ZIZMOR").unwrap_or_else(|_| "zizmor".to_owned());
    program(&zizmor).args(&["--offline", "--no-progress", "--strict-collection", ".github"]).run()
}

fn deny() -> Result<(), Failure> {
    cargo(&["deny", "--all-features", "check", "licenses", "bans", "sources"]).run()
}

fn compile() -> Result<(), Failure> {
    cargo(&["check", "--locked", "--workspace", "--all-targets"]).run()
}

fn lint() -> Result<(), Failure> {
    clippy(&["--workspace", "--all-targets"])?;
    clippy(&[["--workspace"].as_slice(), &TESTS_BY_NAME].concat())?;
    for package in Workspace::load()?.published() {
        for features in package.feature_sets() {
            clippy(&["--package", &package.name, "--lib", "--bins", "--no-default-features", "--features", &features])?;
        }
    }
    Ok(())
}

fn clippy(arguments: &[&str]) -> Result<(), Failure> {
    cargo(&["clippy", "--locked"]).args(arguments).args(&["--", "-D", "warnings"]).run()
}

fn docs() -> Result<(), Failure> {
    cargo(&["doc", "--locked", "--no-deps", "--workspace", "--all-features"]).env("RUSTDOCFLAGS", "-D warnings").run()
}

fn test() -> Result<(), Failure> {
    cargo(&["test", "--locked"]).run()?;
    // A feature that is off by default.
    cargo(&["test", "--locked", "--features", "store", "--test", "store"]).run()
}

// Without `--package`: features stay those of the whole workspace, and nothing is built twice.
fn awscrt() -> Result<(), Failure> {
    cargo(&["test", "--locked", "--test", "awscrt"]).run()
}

fn clients() -> Result<(), Failure> {
    cargo(&["test", "--locked", "--test", "clients", "--test", "watch_clients", "--test", "token_clients"]).run()
}

fn keyfiles() -> Result<(), Failure> {
    cargo(&["test", "--locked", "--test", "keyfile_tools"]).run()
}

fn recipes() -> Result<(), Failure> {
    cargo(&["test", "--locked", "--test", "recipes"]).run()
}

fn page() -> Result<(), Failure> {
    cargo(&["test", "--locked", "--test", "page"]).run()
}

fn servers() -> Result<(), Failure> {
    cargo(&["test", "--locked", "--test", "servers"]).run()
}

/// It takes hours, so CI runs it once a week, split among machines: `MUTANTS_SHARD=0/4` is the first of four.
/// `MUTANTS=proxy` selects the guards of the proxy, whose tests are conversations with a running one, and
/// `MUTANTS=verifier` the rest; the default is both.
fn mutants() -> Result<(), Failure> {
    let shard = std::env::var("MUTANTS_SHARD").unwrap_or_else(|_| "0/1".to_owned());
    let chosen = std::env::var("MUTANTS").ok();
    let shared = ["mutants", "--no-shuffle", "--output", "target", "--shard", shard.as_str()];
    for (name, rest) in MUTANTS {
        if chosen.as_deref().is_none_or(|chosen| chosen == name) {
            cargo(&[&shared, rest].concat()).run()?;
        }
    }
    Ok(())
}

/// The code to change, and the tests that have to notice.
const MUTANTS: [(&str, &[&str]); 2] =
    [("verifier", &["--package", "sigvet-core"]), ("proxy", &["--package", "sigvet", "--", "--test", "proxy"])];

/// The corpus first: the answers to its cases depend on it.
fn renew() -> Result<(), Failure> {
    for arguments in [
        ["--test", "explain", "the_files_follow"].as_slice(),
        &["--test", "explain", "as_it_did"],
        &["--test", "generated", "up_to_date"],
        &["--test", "pictures"],
        &["--test", "page", "the_picture"],
    ] {
        cargo(&["test", "--locked"]).args(arguments).env("SIGVET_RENEW", "1").run()?;
    }
    cargo(&["test", "--locked", "--test", "transcripts"]).env("TRYCMD", "overwrite").run()
}
