//! Putting, getting and deleting objects with signed headers.

use std::fs;

use tempfile::tempdir;

use crate::server::Server;
use crate::sigvet::{run, shell};

pub fn bodies_arrive_byte_for_byte(server: &Server) {
    let bucket = server.new_bucket("bodies");
    let sigvet = server.sigvet();
    let directory = tempdir().unwrap();
    let file = directory.path().join("body");
    for (key, body) in bodies() {
        fs::write(&file, &body).unwrap();
        let from_file = format!("@{}", file.display());
        sigvet.send(["-X", "PUT", "--data-binary", &from_file, &bucket.url(key)]).expect_status(200);
        sigvet.send([&bucket.url(key)]).expect_status(200).expect_body(&body);

        let uploaded = bucket.url(&format!("uploaded-{key}"));
        sigvet.send(["-T", file.to_str().unwrap(), &uploaded]).expect_status(200);
        let fetched = directory.path().join("fetched");
        let output = run(sigvet.command("send").arg("-o").arg(&fetched).arg(&uploaded));
        assert!(output.status.success() && output.stdout.is_empty(), "{key}: {output:?}");
        assert!(fs::read(&fetched).unwrap() == body, "{key} differs after -T and -o");
    }
}

pub fn deleting(server: &Server) {
    let bucket = server.new_bucket("deleting");
    let sigvet = server.sigvet();
    bucket.put("key", "body");
    sigvet.send(["-X", "DELETE", &bucket.url("")]).expect_error(409, "BucketNotEmpty");
    sigvet.send(["-X", "DELETE", &bucket.url("key")]).expect_status(204);
    sigvet.send([&bucket.url("key")]).expect_error(404, "NoSuchKey");
    sigvet.send(["-X", "DELETE", &bucket.url("")]).expect_status(204);
    sigvet.send([&bucket.url("key")]).expect_error(404, "NoSuchBucket");
}

pub fn fail_on_http_errors(server: &Server) {
    let bucket = server.new_bucket("fail-option");
    let sigvet = server.sigvet();
    bucket.put("key", "body");
    let found = run(sigvet.command("send").args(["--fail", &bucket.url("key")]));
    assert_eq!((found.status.code(), found.stdout.as_slice()), (Some(0), b"body".as_slice()), "{found:?}");
    let missing = run(sigvet.command("send").args(["--fail", &bucket.url("missing")]));
    assert_eq!((missing.status.code(), missing.stdout.as_slice()), (Some(22), b"".as_slice()), "{missing:?}");
    let tolerated = run(sigvet.command("send").arg(bucket.url("missing")));
    assert_eq!(tolerated.status.code(), Some(0), "{tolerated:?}");
    assert!(String::from_utf8_lossy(&tolerated.stdout).contains("<Code>NoSuchKey</Code>"), "{tolerated:?}");
}

pub fn head_shows_headers_only(server: &Server) {
    let bucket = server.new_bucket("heads");
    bucket.put("key", "twelve bytes");
    let reply = server.sigvet().send(["-I", &bucket.url("key")]).expect_status(200).expect_body(b"");
    assert_eq!(reply.header("content-length"), Some("12"));
}

/// Runs of spaces count as one in the signature, and still arrive as sent.
pub fn metadata_with_inner_spaces(server: &Server) {
    let bucket = server.new_bucket("metadata");
    let sigvet = server.sigvet();
    let put =
        ["-X", "PUT", "-H", "x-amz-meta-note: one  two   three", "-H", "X-Amz-Meta-Plain: v", "--data-binary", "body"];
    sigvet.send(put.into_iter().chain([bucket.url("key").as_str()])).expect_status(200);
    let reply = sigvet.send(["-I", &bucket.url("key")]).expect_status(200);
    assert_eq!(reply.header("x-amz-meta-note"), Some("one  two   three"));
    assert_eq!(reply.header("x-amz-meta-plain"), Some("v"));
}

/// `sign --as curl` prints a command that the shell and the real curl turn into exactly the signed request.
pub fn printed_curl_command_works(server: &Server) {
    let bucket = server.new_bucket("printed-curl");
    let sigvet = server.sigvet();
    let command = ["-X", "PUT", "-H", "x-amz-meta-note: it's  \"quoted\" $HOME", "--data-binary", "a 'b' $c\n\\d & e"];
    let url = bucket.url("a%20b'c");
    let printed = sigvet.print("sign", ["--as", "curl"].into_iter().chain(command).chain([url.as_str()]));
    shell(&format!("{printed} -i -sS")).expect_status(200);
    let reply = sigvet.send([&url]).expect_status(200).expect_body(b"a 'b' $c\n\\d & e");
    assert_eq!(reply.header("x-amz-meta-note"), Some("it's  \"quoted\" $HOME"));
}

pub fn unsigned_payload(server: &Server) {
    let bucket = server.new_bucket("unsigned-payload");
    let sigvet = server.sigvet();
    sigvet.send(["--unsigned-payload", "-X", "PUT", "--data-binary", "body", &bucket.url("key")]).expect_status(200);
    sigvet.send(["--unsigned-payload", &bucket.url("key")]).expect_status(200).expect_body(b"body");
}

fn bodies() -> Vec<(&'static str, Vec<u8>)> {
    let every_byte: Vec<u8> = (0..=255).collect();
    vec![
        ("empty", Vec::new()),
        ("line-ends", b"\r\none\r\n\r\ntwo\n\n".to_vec()),
        ("large", every_byte.iter().copied().cycle().take(3 << 20).chain(*b"end").collect()),
        ("every-byte", every_byte),
    ]
}
