//! Chunked bodies, read by a server that checks each signature, including the trailer's, and the checksum.

use crate::server::{bucket, file, send, servers};

fn payload() -> Vec<u8> {
    (0..200_000_u32).map(|at| (at % 251) as u8).collect()
}

/// Catches chunks, a trailer or a length that this server reads differently, from a file and from a pipe.
#[test]
fn each_kind_of_chunks_stores_the_bytes() {
    let url = bucket("streams");
    let body = payload();
    let (_directory, path) = file(&body);
    let kinds: [(&str, &[&str]); 6] = [
        ("signed", &["--payload", "streaming"]),
        ("small-chunks", &["--payload", "streaming", "--chunk-size", "8KiB"]),
        ("crc32c", &["--payload", "streaming", "--checksum", "crc32c"]),
        ("crc64nvme", &["--payload", "streaming", "--checksum", "crc64nvme"]),
        ("sha256", &["--payload", "streaming", "--checksum", "sha256", "--chunk-size", "1MiB"]),
        ("unsigned", &["--payload", "streaming-unsigned", "--checksum", "sha1"]),
    ];
    for (key, words) in kinds {
        let object = format!("{url}/{key}");
        send(&[words, &["-f", "-T", &path, &object]].concat()).run().expect(0);
        assert!(std::fs::read(servers().root.join("streams").join(key)).unwrap() == body, "{key} is on the disk");
        let piped = format!("{object}-piped");
        send(&[words, &["-f", "-T", "-", "--length", "200000", &piped]].concat()).input(&body).run().expect(0);
        assert!(std::fs::read(servers().root.join("streams").join(format!("{key}-piped"))).unwrap() == body, "{key}");
    }
}

/// An empty payload is only a final chunk.
#[test]
fn an_empty_payload_is_streamed() {
    let url = format!("{}/empty", bucket("empty-streams"));
    send(&["-f", "-X", "PUT", "--payload", "streaming", "--checksum", "crc32", "-T", "-", "--length", "0", &url])
        .input(b"")
        .run()
        .expect(0);
    assert_eq!(std::fs::read(servers().root.join("empty-streams/empty")).unwrap(), b"");
}

/// The server stores nothing from a pipe whose length differs from the declared one: a body that ends early is invalid.
#[test]
fn a_pipe_of_another_length_stores_nothing() {
    let url = bucket("short-streams");
    for (key, length, message) in [
        ("short", "200001", "it ended after 200000 of the 200001 bytes that were announced"),
        ("long", "199999", "it continues after the 199999 bytes that were announced"),
    ] {
        let object = format!("{url}/{key}");
        let words = ["-f", "--payload", "streaming", "-T", "-", "--length", length, &object];
        let done = send(&words).input(&payload()).run().expect(26);
        assert!(done.stderr.contains(message), "{key}: {}", done.stderr);
        assert!(!servers().root.join("short-streams").join(key).exists(), "{key}");
    }
}
