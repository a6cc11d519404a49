//! AWS's files, variables and services as botocore, and so the AWS CLI, understands them: the situations of `cases/`, what
//! botocore makes of each (`peer.json`, written by `peer.py`), and the deliberate differences (`differences.json`).
//!
//! It catches a situation in which another key, token, region or URL is found than with AWS's own tools, and a difference that
//! is listed and no longer there.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod case;
mod roles;
mod services;

use std::collections::BTreeMap;

use case::{Case, View};
use serde_json::Value;
use services::Services;

const CASES: [&str; 3] = [
    include_str!("cases/config-files.json"),
    include_str!("cases/precedence.json"),
    include_str!("cases/network.json"),
];
const PEER: &str = include_str!("peer.json");
const DIFFERENCES: &str = include_str!("differences.json");

#[test]
fn each_situation_is_as_botocore_has_it_or_a_named_difference() {
    let services = Services::start();
    let peer: BTreeMap<String, Value> = serde_json::from_str(PEER).unwrap();
    let differences: BTreeMap<String, Value> = serde_json::from_str(DIFFERENCES).unwrap();
    let cases: Vec<Case> = CASES.iter().flat_map(|text| Case::read_all(text)).collect();
    let mut wrong = Vec::new();
    for case in &cases {
        let found = case.run(services.address());
        let theirs = View::of_json(peer.get(&case.name).unwrap_or(&Value::Null));
        let agrees = found.view == theirs;
        match differences.get(&case.name) {
            None if agrees => {}
            Some(_) if agrees => wrong.push(format!("{}: no difference any more", case.name)),
            Some(difference) if found.view == View::of_json(&difference["sigvet"]) => {}
            _ => {
                wrong.push(format!("{}\n  peer:   {theirs:?}\n  sigvet: {:?}\n{}", case.name, found.view, found.stderr))
            }
        }
    }
    let named = |name: &String| cases.iter().any(|case| &case.name == name);
    wrong.extend(differences.keys().filter(|name| !named(name)).map(|name| format!("{name}: no such case")));
    let count = format!("{} cases, {} named differences, {} wrong", cases.len(), differences.len(), wrong.len());
    assert!(wrong.is_empty(), "{count}\n{}", wrong.join("\n"));
}
