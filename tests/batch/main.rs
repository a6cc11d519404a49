//! `presign --batch` and `verify --batch`, as pipelines use them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod captured;
mod formats;
mod hidden;
mod inventory;
mod keys;
mod quotes;
mod recorded;
mod streams;
mod terms;
mod unread;
mod unsuitable;
mod verdicts;

use sigvet_testing::Sigvet;

/// The time at which botocore signed.
const DATE: &str = "2026-03-01T10:11:12Z";

/// What botocore presigned.
fn botocore() -> serde_json::Value {
    serde_json::from_str(include_str!("botocore.json")).unwrap()
}

/// `sigvet presign --batch` at that time, in that region.
fn presign(words: &[&str]) -> Sigvet {
    let common = ["presign", "--batch", "--date", DATE, "--region", "eu-west-1"];
    Sigvet::new(&[&common, words].concat())
}

/// What identifies a presigned URL: everything except the order of its parameters.
fn sorted(url: &str) -> (String, Vec<String>) {
    let (place, query) = url.split_once('?').unwrap_or_else(|| panic!("not presigned: {url}"));
    let mut parameters: Vec<String> = query.split('&').map(str::to_owned).collect();
    parameters.sort();
    (place.to_owned(), parameters)
}
