//! `sigvet serve --store`: what is written can be read back, and nothing outside the folder can.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use sigvet_testing as common;

use std::path::Path;

use common::serving::Serving;
use common::{Sigvet, all_bytes};

fn start(folder: &Path) -> Serving {
    Serving::start(&["--store", folder.to_str().unwrap()])
}

#[test]
fn written_objects_can_be_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let send = |words: &[&str]| server.sigvet(&[&["send", "--fail-with-body"], words].concat());
    send(&["-X", "PUT", "s3://photos"]).run().expect(0);
    let length = all_bytes().len().to_string();
    let streamed = ["--payload", "streaming", "--length", &length];
    for how in [&[][..], &streamed, &[&streamed[..], &["--checksum", "crc32"]].concat()] {
        let words = [&["-T", "-", "s3://photos/a/all bytes"], how].concat();
        send(&words).input(&all_bytes()).run().expect(0);
        assert_eq!(send(&["s3://photos/a/all bytes"]).run().expect(0).stdout, all_bytes(), "{how:?}");
    }
    assert_eq!(std::fs::read(folder.path().join("photos/a/all bytes")).unwrap(), all_bytes());
    assert_eq!(send(&["-r", "1-3", "s3://photos/a/all bytes"]).run().expect(0).stdout, &all_bytes()[1..4]);
    let url = server.sigvet(&["presign", "s3://photos/a/all bytes"]).run().expect(0).line();
    assert_eq!(send(&["--no-sign-request", &url]).run().expect(0).stdout, all_bytes());
    let list = send(&["s3://photos?list-type=2&prefix=a/"]).run().expect(0).text();
    assert!(list.contains("<Key>a/all bytes</Key>"), "{list}");
    assert!(send(&["s3://"]).run().expect(0).text().contains("<Name>photos</Name>"));
    let refused = send(&["-X", "DELETE", "s3://photos"]).run().expect(22).text();
    assert!(refused.contains("BucketNotEmpty"), "{refused}");
    assert!(folder.path().join("photos/a/all bytes").exists(), "a bucket with objects stays");
    send(&["-X", "PUT", "-d", "", "s3://photos/a/x+y"]).run().expect(0);
    let list = send(&["s3://photos?list-type=2&encoding-type=url"]).run().expect(0).text();
    assert!(list.contains("<Key>a/x+y</Key>") && !list.contains("EncodingType"), "a '+' is no space: {list}");
    for key in ["a/all bytes", "a/x+y"] {
        send(&["-X", "DELETE", &format!("s3://photos/{key}")]).run().expect(0);
    }
    send(&["s3://photos/a/all bytes"]).run().expect(22);
    send(&["-X", "DELETE", "s3://photos"]).run().expect(0);
}

/// The names of the files next to the buckets.
fn beside(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with('.')).collect()
}

/// Catches a long body that is stored with its chunk framing, and metadata that outlives its object.
#[test]
fn a_long_chunked_body_is_stored_decoded_and_nothing_is_left_after_deletion() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path());
    let send = |words: &[&str]| server.sigvet(&[&["send", "--fail-with-body"], words].concat());
    send(&["-X", "PUT", "s3://photos"]).run().expect(0);
    let long: Vec<u8> = all_bytes().into_iter().cycle().take(3 * 1024 * 1024 + 1).collect();
    let length = long.len().to_string();
    let streamed = ["--payload", "streaming", "--length", &length, "--checksum", "crc32"];
    let words = [&["-T", "-", "-H", "x-amz-meta-a: b", "s3://photos/a/long"][..], &streamed].concat();
    send(&words).input(&long).run().expect(0);
    assert!(std::fs::read(folder.path().join("photos/a/long")).unwrap() == long);
    let head = send(&["-I", "-H", "x-amz-checksum-mode: ENABLED", "s3://photos/a/long"]).run().expect(0).text();
    assert!(head.to_ascii_lowercase().contains("x-amz-checksum-crc32: "), "the trailer is stored too: {head}");
    send(&["-X", "PUT", "-d", "2", "s3://photos/other"]).run().expect(0);
    assert_eq!(beside(folder.path()).len(), 4, "{:?}", beside(folder.path()));
    send(&["-X", "DELETE", "s3://photos/a/long"]).run().expect(0);
    assert_eq!(beside(folder.path()).len(), 2, "{:?}", beside(folder.path()));
    let body = "<Delete><Object><Key>other</Key></Object></Delete>";
    send(&["-X", "POST", "--checksum", "crc32", "-d", body, "s3://photos?delete"]).run().expect(0);
    assert_eq!(beside(folder.path()), [""; 0]);
    assert!(peak_is_low(&server), "{:?}", server.peak_memory());
}

fn peak_is_low(server: &Serving) -> bool {
    server.peak_memory().is_none_or(|peak| peak < 96 * 1024 * 1024)
}

/// Catches a key that leads out of the folder, in the path, in a header or in a body; and a link that does.
#[test]
fn no_name_leads_out_of_the_folder() {
    let outside = tempfile::tempdir().unwrap();
    let folder = outside.path().join("store");
    std::fs::create_dir_all(folder.join("bucket")).unwrap();
    std::fs::write(outside.path().join("secret"), "top secret").unwrap();
    std::fs::write(folder.join("bucket/a"), "an object").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.path(), folder.join("bucket/link")).unwrap();
    let server = start(&folder);
    let send = |words: &[&str]| {
        let common = ["send", "--path-as-is", "--service", "s3"];
        server.sigvet(&[&common, words].concat()).run().expect(0).text()
    };
    let long = "x".repeat(5000);
    let keys = [
        "../../secret",
        "..%2f..%2fsecret",
        "%2e%2e/%2e%2e/secret",
        "a%00",
        "link/secret",
        "/etc/passwd",
        "%5c..%5csecret",
        &long,
    ];
    for key in keys {
        let url = format!("{}/bucket/{key}", server.url);
        assert!(send(&[&url]).contains("<Code>"), "{key}");
        assert!(send(&["-X", "PUT", "-d", "changed", &url]).contains("<Code>"), "{key}");
        assert!(send(&["-X", "DELETE", &url]).contains("<Code>"), "{key}");
    }
    let url = format!("{}/bucket/copy", server.url);
    for source in ["bucket/../../secret", "bucket/%2e%2e/%2e%2e/secret", "bucket/link/secret"] {
        let header = format!("x-amz-copy-source: {source}");
        assert!(send(&["-X", "PUT", "-H", &header, &url]).contains("<Code>"), "{source}");
    }
    let url = format!("{}/bucket?delete", server.url);
    let body = "<Delete><Object><Key>../../secret</Key></Object></Delete>";
    send(&["-X", "POST", "--checksum", "crc32", "-d", body, &url]);
    send(&[&format!("{}/bucket?list-type=2&prefix=../", server.url)]);
    assert_eq!(std::fs::read_to_string(outside.path().join("secret")).unwrap(), "top secret");
    let names: Vec<_> = std::fs::read_dir(outside.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(!folder.join("bucket/copy").exists());
}

#[test]
fn a_path_that_is_not_a_folder_is_refused_before_listening() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for (folder, words) in [
        ("/nowhere/at/all", "cannot use '/nowhere/at/all' as a store"),
        (file.path().to_str().unwrap(), "not a directory"),
    ] {
        let outcome = Sigvet::anonymous(&["serve", "--demo-keys", "--port", "0", "--store", folder]).run().expect(2);
        assert!(outcome.stderr.contains(words) && !outcome.stderr.contains("listening"), "{}", outcome.stderr);
    }
}
