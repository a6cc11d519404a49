//! Servers that do not support chunked bodies: their ETag shows what they store.

use sigvet_core::internal::Md5Hasher;

use crate::recorder::{Recorder, send};

/// By Python's `hashlib.md5`, for 200,000 times `a`.
const PAYLOAD_MD5: &str = "561b1994f6baacd6e5eaf4baaa12849f";

fn hex(bytes: &[u8]) -> String {
    let mut hasher = Md5Hasher::new();
    hasher.update(bytes);
    hasher.finish().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A server whose ETag is the MD5 of everything received, like rclone's `serve s3`.
fn storing_all() -> Recorder {
    Recorder::replying(|_, request| {
        format!("HTTP/1.1 200 OK\r\nETag: \"{}\"\r\nContent-Length: 0\r\n\r\n", hex(&request.body)).into_bytes()
    })
}

fn saying(etag: &str) -> Recorder {
    Recorder::answering(format!("HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Length: 0\r\n\r\n"))
}

const STREAMED: [&[&str]; 3] = [
    &["--payload", "streaming", "--checksum", "crc32"],
    &["--payload", "streaming"],
    &["--payload", "streaming-unsigned", "--checksum", "crc64nvme"],
];

/// Catches damage that exits with 0, for a body in a file, in memory and from a pipe of known length.
#[test]
fn an_object_stored_with_its_framing_exits_with_56() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    let body = "a".repeat(200_000);
    std::fs::write(&path, &body).unwrap();
    for options in STREAMED {
        for way in
            [&["-T", path.to_str().unwrap()][..], &["-X", "PUT", "-d", "abc"], &["-T", "-", "--length", "200000"]]
        {
            let recorder = storing_all();
            let url = recorder.url("/bucket/key");
            let words = [options, way, &[&url]].concat();
            let outcome = send(&words).input(body.as_bytes()).run().expect(56);
            assert!(outcome.stderr.contains("error: the object is damaged"), "{words:?}: {}", outcome.stderr);
        }
    }
}

/// Catches a correct upload that is called damaged, or is warned about although its ETag proves it.
#[test]
fn an_etag_of_the_payload_proves_the_object_and_other_etags_prove_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::write(&path, "a".repeat(200_000)).unwrap();
    for options in STREAMED {
        let run = |etag: &str| {
            let recorder = saying(etag);
            let url = recorder.url("/bucket/key");
            let words = [options, &["-T", path.to_str().unwrap(), &url]].concat();
            send(&words).run().expect(0).stderr
        };
        let is_warned = |stderr: String| stderr.contains("did not confirm");
        assert!(!is_warned(run(&format!("\"{PAYLOAD_MD5}\""))), "{options:?}");
        let wants_checksum = options.contains(&"--checksum");
        assert_eq!(is_warned(run("\"0123456789abcdef0123456789abcdef\"")), wants_checksum, "{options:?}");
        assert_eq!(is_warned(run("\"abc-3\"")), wants_checksum, "{options:?}");
    }
}

/// A body without chunks is sent as it is: a store should return its own MD5.
#[test]
fn a_body_in_one_piece_is_never_called_damaged() {
    let recorder = storing_all();
    let outcome =
        send(&["--checksum", "crc32", "-X", "PUT", "-d", "abc", &recorder.url("/bucket/key")]).run().expect(0);
    assert!(outcome.stderr.contains("did not confirm the crc32 checksum"), "{}", outcome.stderr);
}
