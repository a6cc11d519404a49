//! Inputs that are not a record a line: nothing of them is taken for records.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};
use sigvet_testing::{Outcome, Sigvet};

use crate::presign;

fn refused(ran: Outcome, words: &[&str]) -> String {
    let ran = ran.expect(2);
    assert_eq!(ran.text(), "", "{words:?}");
    assert_eq!(
        ran.stderr.matches("\n  hint:").count() + ran.stderr.matches("error:").count(),
        1 + usize::from(ran.stderr.contains("\n  hint:"))
    );
    ran.stderr
}

/// Files that libraries wrote (`binary.py`).
#[test]
fn a_file_that_is_no_text_is_refused() {
    let files: Value = serde_json::from_str(include_str!("binary.json")).unwrap();
    for (name, data) in files.as_object().unwrap() {
        let data = BASE64_STANDARD.decode(data.as_str().unwrap()).unwrap();
        for words in [
            &["presign", "--batch", "--base", "s3://b/", "--on-error", "report"][..],
            &["presign", "--batch", "--base", "s3://b/", "-0"],
            &["presign", "--batch", "--base", "s3://b/", "--csv", "key"],
            &["presign", "--batch", "--base", "s3://b/", "--csv", "1", "--no-header"],
            &["presign", "--batch", "--jsonl", "--on-error", "empty"],
            &["verify", "--batch"],
            &["verify", "--batch", "--jsonl", "--on-error", "report"],
        ] {
            let said = refused(Sigvet::new(words).env("AWS_REGION", "eu-west-1").input(&data).run(), words);
            assert!(said.contains(name.split(' ').next().unwrap()), "{words:?}: {said}");
        }
    }
}

/// `rclone lsjson`, `aws s3api list-objects-v2`, DuckDB's `ARRAY`, `jq .`: a document in several lines, of which some may be
/// objects. It is refused with one hint.
#[test]
fn a_json_document_is_refused() {
    for text in [
        "[\n{\"key\":\"a\"},\n{\"key\":\"b\"}\n]\n",
        "[\n\t{\"key\":\"a\"},\n\t{\"key\":\"b\"}\n]\n",
        "[\n]\n",
        "[{\"key\":\"a\"},\n{\"key\":\"b\"}]\n",
        "[{\"key\":\"a\"}]\n",
        "\u{feff}[\r\n  {\r\n    \"key\": \"a\"\r\n  }\r\n]\r\n",
        "{\n    \"Contents\": [\n        {\n            \"Key\": \"a\"\n        }\n    ]\n}\n",
    ] {
        for words in [
            &["presign", "--batch", "--base", "s3://b/", "--jsonl", "--on-error", "report"][..],
            &["presign", "--batch", "--base", "s3://b/"],
            &["verify", "--batch", "--jsonl", "--on-error", "report"],
            &["verify", "--batch", "--on-error", "report"],
        ] {
            let said = refused(Sigvet::new(words).env("AWS_REGION", "eu-west-1").input(text.as_bytes()).run(), words);
            assert!(said.contains("the input is a JSON document") && said.contains("jq -c '."), "{text}: {said}");
        }
    }
    // Keys may look odd, and a wrong record is not the whole input.
    for keys in ["[\nb\n", "{\na\n", "[a]\n", "[[\n"] {
        let ran = presign(&["--base", "s3://b/"]).input(keys.as_bytes()).run().expect(0);
        assert_eq!(ran.stderr, "", "{keys}");
    }
    let text =
        presign(&["--jsonl", "--base", "s3://b/", "--on-error", "report"]).input(b"[\"a\"]\n{\"key\":\"b\"}\n").run();
    assert!(text.expect(1).text().contains("/b?"));
    let ran = presign(&["--base", "s3://b/"]).input(b"{\"key\":\"a\"}\n").run().expect(0);
    assert!(ran.stderr.contains("looks like a JSON object") && ran.stderr.contains("--jsonl"), "{}", ran.stderr);
}

/// The region is the wrong field, not the endpoint.
#[test]
fn an_empty_region_is_named() {
    let ran = presign(&["--jsonl"]).input(json!({"url": "s3://b/k", "region": ""}).to_string().as_bytes()).run();
    let said = ran.expect(1).stderr;
    assert!(said.contains("field 'region': expected the name of a region"), "{said}");
}

/// With `-0`, a NUL byte ends a key, and says nothing about what the file is.
#[test]
fn keys_that_begin_like_files_are_keys() {
    for first in ["PAR1", "ORC", "SQLite format 3", "ARROW1"] {
        let keys = format!("{first}\0b\0");
        let ran = presign(&["-0", "--base", "s3://b/"]).input(keys.as_bytes()).run().expect(0);
        assert!(ran.text().lines().count() == 2 && ran.stderr.is_empty(), "{}", ran.stderr);
    }
    let utf_16: Vec<u8> = "key1\nkey2\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let ran = presign(&["-0", "--base", "s3://b/"]).input(&utf_16).run().expect(0);
    assert!(ran.stderr.contains("looks like UTF-16"), "{}", ran.stderr);
}
