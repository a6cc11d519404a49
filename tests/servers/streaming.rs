//! Chunked bodies whose signatures the servers verify.

use std::fs;

use tempfile::tempdir;

use crate::server::Server;

fn payload() -> Vec<u8> {
    (0..200_000_u32).map(|at| (at % 251) as u8).collect()
}

pub fn signed_chunks(server: &Server) {
    let bucket = server.new_bucket("signed-chunks");
    let sigvet = server.sigvet();
    let directory = tempdir().unwrap();
    let path = directory.path().join("body");
    let file = path.to_str().unwrap();
    for (key, chunk_size) in [("usual", "64KiB"), ("small", "8KiB"), ("one", "1MiB")] {
        fs::write(file, payload()).unwrap();
        let words = ["--payload", "streaming", "--chunk-size", chunk_size, "-T", file, &bucket.url(key)];
        sigvet.send(words).expect_status(200);
        sigvet.send([&bucket.url(key)]).expect_status(200).expect_body(&payload());
    }
    let words = ["-X", "PUT", "--payload", "streaming", "--data-binary", "hello", &bucket.url("memory")];
    sigvet.send(words).expect_status(200);
    sigvet.send([&bucket.url("memory")]).expect_status(200).expect_body(b"hello");
}

/// Swift reads trailers, signed or not.
pub fn swift_takes_trailers(server: &Server) {
    let bucket = server.new_bucket("trailers");
    let sigvet = server.sigvet();
    let directory = tempdir().unwrap();
    let path = directory.path().join("body");
    fs::write(&path, payload()).unwrap();
    for kind in ["streaming", "streaming-unsigned"] {
        for checksum in ["crc32", "crc32c", "sha1", "sha256"] {
            let url = bucket.url(&format!("{kind}-{checksum}"));
            let words = ["--payload", kind, "--checksum", checksum, "-T", path.to_str().unwrap(), &url];
            sigvet.send(words).expect_status(200);
            sigvet.send([&url]).expect_status(200).expect_body(&payload());
        }
    }
}

/// Ceph 16 does not know such payloads, and takes the word for a hash.
pub fn radosgw_takes_no_trailers(server: &Server) {
    let bucket = server.new_bucket("no-trailers");
    let url = bucket.url("key");
    let words = ["-X", "PUT", "--payload", "streaming", "--checksum", "crc32", "--data-binary", "hello", &url];
    server.sigvet().send(words).expect_error(400, "XAmzContentSHA256Mismatch");
}
