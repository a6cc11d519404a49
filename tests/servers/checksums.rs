//! Checksums with a server that computes them too, and with one that does not know them.

use crate::server::Server;

/// Each algorithm with the right number of zero bytes in base64: the checksum of some other body.
const ALGORITHMS: [(&str, &str); 5] = [
    ("crc32", "AAAAAA=="),
    ("crc32c", "AAAAAA=="),
    ("crc64nvme", "AAAAAAAAAAA="),
    ("sha1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
];

/// Catches a checksum that other code does not compute for the same bytes, and one that nobody checks.
pub fn swift_makes_each_checksum_itself(server: &Server) {
    let bucket = server.new_bucket("checksums");
    let sigvet = server.sigvet();
    for (algorithm, wrong) in ALGORITHMS {
        let url = bucket.url(algorithm);
        let put = |words: &[&str]| sigvet.send([&["-T", "Cargo.toml", &url], words].concat());
        put(&["--checksum", algorithm]).expect_status(200);
        let reply = put(&["-H", &format!("x-amz-checksum-{algorithm}: {wrong}")]).expect_error(400, "BadDigest");
        let name = algorithm.to_uppercase();
        let message = format!("The {name} you specified did not match the calculated checksum.");
        assert_eq!(reply.element("Message").as_deref(), Some(message.as_str()));
        let reply = put(&["-H", &format!("x-amz-checksum-{algorithm}: AAAA")]).expect_error(400, "InvalidRequest");
        let message = format!("Value for x-amz-checksum-{algorithm} header is invalid.");
        assert_eq!(reply.element("Message").as_deref(), Some(message.as_str()));
    }
}

/// A URL that binds the bytes accepts no others.
pub fn swift_binds_a_presigned_url_to_its_bytes(server: &Server) {
    let bucket = server.new_bucket("presigned-checksums");
    // CRC-32 of "body" by Python's `zlib.crc32`.
    let headers = ["-H", "x-amz-checksum-crc32: 26gLsg==", "-H", "x-amz-sdk-checksum-algorithm: CRC32"];
    let url = server.sigvet().presign([
        "-X",
        "PUT",
        "--data-raw",
        "body",
        "-H",
        "Content-Type:",
        "--checksum",
        "crc32",
        &bucket.url("key"),
    ]);
    let put = |words: &[&str]| crate::sigvet::curl([&["-X", "PUT", "-H", "Content-Type:", &url], words].concat());
    put(&[&headers[..], &["--data-raw", "other"]].concat()).expect_error(400, "BadDigest");
    put(&["--data-raw", "body"]).expect_refused();
    put(&[&headers[..], &["--data-raw", "body"]].concat()).expect_status(200);
}

/// Ceph 16 signs the headers but reads none of them; nor does it send a checksum, which is reported if one was
/// requested.
pub fn radosgw_ignores_checksums(server: &Server) {
    let bucket = server.new_bucket("checksums");
    let sigvet = server.sigvet();
    for (algorithm, wrong) in ALGORITHMS {
        let url = bucket.url(algorithm);
        sigvet.send(["--checksum", algorithm, "-T", "Cargo.toml", &url]).expect_status(200);
        let got = sigvet.send(["--checksum", algorithm, &url]).expect_status(200);
        assert_eq!(got.header(&format!("x-amz-checksum-{algorithm}")), None);
        let header = format!("x-amz-checksum-{algorithm}: {wrong}");
        sigvet.send(["-H", &header, "-T", "Cargo.toml", &url]).expect_status(200);
    }
}
