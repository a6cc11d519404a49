//! The location of the official test suite: inside the package of the `aws-sigv4` crate.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where cargo keeps the package that contains the suite. Only this platform's packages are considered: those of others
/// need not be on this machine.
pub fn package_root() -> PathBuf {
    let version = cargo(&["-vV"]);
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let flags = ["--format-version", "1", "--locked", "--offline", "--no-default-features"];
    let place = ["--filter-platform", host, "--manifest-path", manifest];
    let metadata = cargo(&[&["metadata"], &flags[..], &place].concat());
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().find(|package| package["name"] == "aws-sigv4").unwrap();
    Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
