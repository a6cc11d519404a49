//! Keys whose characters a signer, a client library or a server may encode differently.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::server::{Bucket, Server};
use crate::sigvet::{curl, run};

/// A key's spelling in the URL, and the key that the server stores for it.
const ODD_KEYS: &[(&str, &str)] = &[
    ("plain", "plain"),
    ("a%20space", "a space"),
    ("encoded%2Bplus", "encoded+plus"),
    ("raw+plus", "raw+plus"),
    ("per%25cent", "per%cent"),
    ("encoded%252Fescape", "encoded%2Fescape"),
    ("%C3%A9%E2%82%AC%F0%9F%A6%80", "é€🦀"),
    ("e%CC%81", "e\u{301}"),
    ("two//slashes", "two//slashes"),
    ("/leading", "/leading"),
    ("trailing/", "trailing/"),
    ("encoded%2Fslash", "encoded/slash"),
    ("encoded%2flower", "encoded/lower"),
    ("%3D%26%40%3A%2C%24%3B%21%2A%27%28%29", "=&@:,$;!*'()"),
    ("raw=&@:,$;!*'()", "raw=&@:,$;!*'()"),
    ("~tilde", "~tilde"),
    ("%7Eencoded%2Dneedlessly", "~encoded-needlessly"),
    ("%22%3C%3E%5B%5D%7B%7D%5E%60%7C%5C%23%3F", "\"<>[]{}^`|\\#?"),
];

pub fn odd_keys_through_signed_headers(server: &Server) {
    let bucket = server.new_bucket("odd-keys-headers");
    let sigvet = server.sigvet();
    each_key(|spelling, key| {
        let url = bucket.url(spelling);
        sigvet.send(["-X", "PUT", "--data-binary", key, &url]).expect_status(200);
        sigvet.send([&url]).expect_status(200).expect_body(key.as_bytes());
    });
    assert_eq!(listed_keys(&bucket), sorted_odd_keys());
    each_key(|spelling, _| {
        sigvet.send(["-X", "DELETE", &bucket.url(spelling)]).expect_status(204);
    });
    assert_eq!(listed_keys(&bucket), [""; 0]);
}

/// A file is uploaded under every odd key, and downloaded into another. A key that ends in a slash gets the file's
/// name, as in curl.
pub fn odd_keys_from_file_to_file(server: &Server) {
    let bucket = server.new_bucket("odd-keys-files");
    let sigvet = server.sigvet();
    let directory = tempfile::tempdir().unwrap();
    let (from, to) = (directory.path().join("from"), directory.path().join("to"));
    let named = |key: &str| if key.ends_with('/') { format!("{key}from") } else { key.to_owned() };
    each_key(|spelling, key| {
        let body: Vec<u8> = key.bytes().chain(0..=255).cycle().take(70_001).collect();
        std::fs::write(&from, &body).unwrap();
        sigvet.send(["-T", from.to_str().unwrap(), &bucket.url(spelling)]).expect_status(200);
        let output = run(sigvet.command("send").arg("-f").arg("-o").arg(&to).arg(bucket.url(&named(spelling))));
        assert!(output.status.success() && output.stdout.is_empty(), "{key}: {output:?}");
        assert!(std::fs::read(&to).unwrap() == body, "{key} differs");
        std::fs::remove_file(&to).unwrap();
    });
    let expected: Vec<String> = sorted_odd_keys().into_iter().map(named).collect();
    assert_eq!(listed_keys(&bucket), expected);
}

pub fn odd_keys_through_presigned_urls(server: &Server) {
    let bucket = server.new_bucket("odd-keys-presigned");
    let sigvet = server.sigvet();
    each_key(|spelling, key| {
        let url = bucket.url(spelling);
        curl(["--request", "PUT", "--data-binary", key, &sigvet.presign(["-X", "PUT", &url])]).expect_status(200);
        curl([&sigvet.presign([&url])]).expect_status(200).expect_body(key.as_bytes());
    });
    assert_eq!(listed_keys(&bucket), sorted_odd_keys());
}

/// S3 does not normalise paths. With `--path-as-is`, as in curl, dots reach the server.
pub fn dot_segments_are_part_of_the_key(server: &Server) {
    let bucket = server.new_bucket("dot-segments");
    let sigvet = server.sigvet();
    for spelling in ["./first", "a/../b", "a/./b", "c/..."] {
        let url = bucket.url(spelling);
        sigvet.send(["--path-as-is", "-X", "PUT", "--data-binary", spelling, &url]).expect_status(200);
        sigvet.send(["--path-as-is", &url]).expect_status(200).expect_body(spelling.as_bytes());
    }
    assert_eq!(listed_keys(&bucket), ["./first", "a/../b", "a/./b", "c/..."]);
}

/// The limit is 1024 bytes of the key, not of its spelling: 512 two-byte letters are 3072 bytes of URL.
pub fn the_longest_key(server: &Server) {
    let bucket = server.new_bucket("longest-key");
    let sigvet = server.sigvet();
    for spelling in ["k".repeat(1024), "%C3%A9".repeat(512)] {
        let url = bucket.url(&spelling);
        sigvet.send(["-X", "PUT", "--data-binary", "long", &url]).expect_status(200);
        sigvet.send([&url]).expect_status(200).expect_body(b"long");
    }
    assert_eq!(listed_keys(&bucket), ["k".repeat(1024), "é".repeat(512)]);
    sigvet.send(["-X", "PUT", "--data-binary", "long", &bucket.url(&"k".repeat(1025))]).expect_status(400);
}

/// The keys that the server lists, in its order, which is their byte order.
#[track_caller]
pub fn listed_keys(bucket: &Bucket) -> Vec<String> {
    bucket.server.sigvet().send([&bucket.url("?list-type=2")]).expect_status(200).elements("Key")
}

fn sorted_odd_keys() -> Vec<&'static str> {
    let mut keys: Vec<_> = ODD_KEYS.iter().map(|(_, key)| *key).collect();
    keys.sort_unstable();
    keys
}

/// Tries every key, and then lists all that failed, which says more than the first failure.
#[track_caller]
fn each_key(case: impl Fn(&str, &str)) {
    let fails = |spelling: &str, key: &str| catch_unwind(AssertUnwindSafe(|| case(spelling, key))).is_err();
    let failed: Vec<_> = ODD_KEYS.iter().filter(|(spelling, key)| fails(spelling, key)).collect();
    assert!(failed.is_empty(), "failed, as (spelling, key): {failed:#?}");
}
