//! Compares the public API of the crate with `public-api.txt`; `SIGVET_RENEW=1` updates that file.
//!
//! Catches an item that became public or lost its name by accident, and a type of a dependency that users of the crate
//! would have to depend on as well. It reads the sources with `syn`, so no nightly compiler is needed.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    reason = "a test may use files, fails by panicking and has no public API"
)]

mod api;
mod tree;

use std::path::Path;

use api::Api;
use tree::Tree;

fn api() -> Api {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Api::of_crate("sigvet_core", &Tree::read(&root.join("src/lib.rs")))
}

#[test]
fn the_public_api_is_the_one_that_is_listed() {
    let listed = Path::new(env!("CARGO_MANIFEST_DIR")).join("public-api.txt");
    let found = api().lines.join("\n") + "\n";
    if std::env::var_os("SIGVET_RENEW").is_some() {
        std::fs::write(&listed, &found).unwrap();
    }
    let expected = std::fs::read_to_string(&listed).unwrap_or_default();
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let gone: Vec<_> = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}")).collect();
    let new: Vec<_> = found.iter().filter(|line| !expected.contains(line)).map(|line| format!("+ {line}")).collect();
    assert!(gone.is_empty() && new.is_empty(), "SIGVET_RENEW=1 renews it:\n{}", [gone, new].concat().join("\n"));
}

#[test]
fn no_type_of_a_private_dependency_leaks() {
    let api = api();
    assert_eq!(api.leaks, Vec::<String>::new());
}

/// Catches a reader that reads nothing.
#[test]
fn the_listing_finds_known_items() {
    let api = api();
    for line in [
        "pub fn sigvet_core::request::Request::method(&self) -> &str",
        "pub field sigvet_core::request::Request::headers: Headers",
        "pub variant sigvet_core::scheme::Scheme::V4a",
        "impl FromStr for sigvet_core::time::Timestamp",
        "pub fn sigvet_core::parse_request(text: &[u8]) -> Result<Request, MalformedRequest>",
        "impl TryFrom<&RequestUrl> for Uri",
    ] {
        assert!(api.lines.iter().any(|found| found == line), "{line}");
    }
    let hidden = |line: &&String| line.contains("::internal") || line.contains("split_target");
    assert_eq!(api.lines.iter().find(hidden), None);
}

/// Catches a leak check that finds nothing.
#[test]
fn a_leak_is_found() {
    let source = "use zeroize::Zeroizing; pub struct Key { pub bytes: Zeroizing<[u8; 32]>, inner: Zeroizing<String> }\n\
                  pub fn value() -> serde_json::Value {} pub fn time() -> std::time::SystemTime {}";
    let api = Api::of_crate("c", &Tree::of_text(source));
    assert_eq!(api.leaks, ["pub field c::Key::bytes: Zeroizing<[u8;32]>", "pub fn c::value() -> serde_json::Value"]);
}
