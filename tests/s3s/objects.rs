//! Put, get, head, delete: the bytes sent are on the server's disk, and are returned.

use crate::common::{Sigvet, all_bytes};
use crate::server::{bucket, file, send, servers};

/// Every way to give a body stores the same bytes. Catches a body that is changed, or hashed differently than sent.
#[test]
fn each_way_to_give_a_body_stores_its_bytes() {
    let url = bucket("bodies");
    let body = all_bytes();
    let (_directory, path) = file(&body);
    let at_path = format!("@{path}");
    let put: [(&str, &[&str], &[u8]); 6] = [
        ("upload", &["-T", &path], b""),
        ("upload-stdin", &["-T", "-"], &body),
        ("upload-pipe", &["-T", "/dev/stdin"], &body),
        ("data-binary", &["-X", "PUT", "--data-binary", &at_path], b""),
        ("data-binary-stdin", &["-X", "PUT", "--data-binary", "@-"], &body),
        ("data-binary-pipe", &["-X", "PUT", "--data-binary", "@/dev/stdin"], &body),
    ];
    for (key, words, input) in put {
        let object = format!("{url}/{key}");
        let done = send(&[words, &["-f", &object]].concat()).input(input).run().expect(0);
        assert_eq!((done.text().as_str(), done.stderr.as_str()), ("", ""), "{key}");
        assert!(std::fs::read(servers().root.join("bodies").join(key)).unwrap() == body, "{key} is on the disk");
    }
}

/// Catches a missing `Content-Length: 0`, which S3 answers with 411.
#[test]
fn an_empty_object_can_be_put_each_way() {
    let url = bucket("empty");
    let (_directory, path) = file(b"");
    for (key, words) in [("file", &["-T", &path][..]), ("stdin", &["-T", "-"]), ("none", &["-X", "PUT"])] {
        send(&[words, &["-f", &format!("{url}/{key}")]].concat()).run().expect(0);
        assert_eq!(std::fs::read(servers().root.join("empty").join(key)).unwrap(), b"", "{key}");
        assert_eq!(send(&["-f", &format!("{url}/{key}")]).run().expect(0).stdout, b"", "{key}");
    }
}

/// Catches an output that is treated as text, and an `-o` that also prints.
#[test]
fn a_download_equals_the_upload() {
    let url = format!("{}/object", bucket("gets"));
    let body = all_bytes();
    let (directory, path) = file(&body);
    send(&["-f", "-T", &path, &url]).run().expect(0);

    assert!(send(&[&url]).run().expect(0).stdout == body, "on standard output");
    let copy = directory.path().join("copy");
    let got = send(&["-o", copy.to_str().unwrap(), &url]).run().expect(0);
    assert_eq!((got.text().as_str(), got.stderr.as_str()), ("", ""));
    assert!(std::fs::read(copy).unwrap() == body, "in the file of -o");
    let range = send(&["-H", "Range: bytes=1-3", &url]).run().expect(0);
    assert_eq!(range.stdout, body[1..4]);
}

/// A body of more than one read, one write and one frame. Catches a lost or repeated piece.
#[test]
fn a_large_object_survives_the_round_trip() {
    let url = format!("{}/large", bucket("large"));
    let body: Vec<u8> = (0..3_000_017_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    let (_directory, path) = file(&body);
    send(&["-f", "-T", &path, &url]).run().expect(0);
    assert!(send(&["-f", &url]).run().expect(0).stdout == body);
}

/// Catches an `-I` that prints nothing, or waits for a body that never comes.
#[test]
fn head_prints_status_and_headers() {
    let url = format!("{}/object", bucket("heads"));
    send(&["-f", "-X", "PUT", "--data-raw", "hello", "-H", "Content-Type: text/x-test", &url]).run().expect(0);
    let head = send(&["-I", &url]).run().expect(0).text();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-length: 5\r\n"), "{head}");
    assert!(head.contains("\r\ncontent-type: text/x-test\r\n"), "{head}");
    let missing = send(&["-I", &format!("{url}-not")]).run().expect(0).text();
    assert!(missing.starts_with("HTTP/1.1 404 Not Found\r\n"), "{missing}");
}

/// Catches a DELETE that is signed or sent as another method.
#[test]
fn a_deleted_object_is_gone() {
    let url = format!("{}/object", bucket("deletes"));
    send(&["-f", "-X", "PUT", "-d", "x", &url]).run().expect(0);
    assert!(servers().root.join("deletes/object").exists());
    assert_eq!(send(&["-f", "-X", "DELETE", &url]).run().expect(0).text(), "");
    assert!(!servers().root.join("deletes/object").exists());
    let gone = send(&[&url]).run().expect(0).text();
    assert!(gone.contains("<Code>NoSuchKey</Code>"), "{gone}");
}

/// Metadata is signed as sent. Catches inner spaces that are signed differently than the server reads them.
#[test]
fn metadata_is_returned() {
    let url = format!("{}/object", bucket("metadata"));
    let words = ["-H", "X-Amz-Meta-Colour: deep  blue", "-H", "x-amz-meta-tags:a,b; c=\"d\""];
    send(&[&words[..], &["-f", "-X", "PUT", "-d", "x", &url]].concat()).run().expect(0);
    let got = send(&["-i", &url]).run().expect(0).text();
    assert!(got.contains("\r\nx-amz-meta-colour: deep  blue\r\n"), "{got}");
    assert!(got.contains("\r\nx-amz-meta-tags: a,b; c=\"d\"\r\n"), "{got}");
    assert!(got.ends_with("\r\n\r\nx"), "{got}");
}

/// Catches a payload that is hashed anyway, or an `x-amz-content-sha256` that says otherwise.
#[test]
fn an_unsigned_payload_is_accepted() {
    let url = format!("{}/object", bucket("unsigned"));
    let body = all_bytes();
    let (_directory, path) = file(&body);
    send(&["-f", "--unsigned-payload", "-T", &path, &url]).run().expect(0);
    assert!(std::fs::read(servers().root.join("unsigned/object")).unwrap() == body);
}

/// `s3://` finds the same object as the full URL, and needs no service option.
#[test]
fn s3_urls_go_through_the_endpoint() {
    let url = format!("{}/object", bucket("schemes"));
    let words = ["send", "-f", "--region", "us-east-1", "--endpoint-url", &servers().files];
    let words = |more: &[&'static str]| [&words[..], more].concat();
    Sigvet::new(&words(&["-X", "PUT", "--data-raw", "by s3", "s3://schemes/object"])).run().expect(0);
    assert_eq!(send(&[&url]).run().expect(0).text(), "by s3");
    assert_eq!(Sigvet::new(&words(&["s3://schemes/object"])).run().expect(0).text(), "by s3");
}
