//! Checksums that s3s also computes: each is accepted if it is right, refused if it is not, and returned.

use crate::common::all_bytes;
use crate::server::{bucket, file, presign, send, servers};

const ALGORITHMS: [&str; 5] = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];

/// The server computes the checksum itself and compares. Catches one of other bytes, or with another polynomial.
#[test]
fn a_right_checksum_is_accepted_and_returned() {
    let url = bucket("checksums");
    let body = all_bytes();
    let (_directory, path) = file(&body);
    for algorithm in ALGORITHMS {
        for (key, words, input) in [("file", ["-T", &path], &b""[..]), ("pipe", ["-T", "-"], &body)] {
            let object = format!("{url}/{key}-{algorithm}");
            send(&[&words[..], &["-f", "--checksum", algorithm, &object]].concat()).input(input).run().expect(0);
            let got = send(&["-f", "-v", "--checksum", algorithm, &object]).run().expect(0);
            assert!(got.stdout == body);
            let said = format!("* the body matches the server's {algorithm} checksum, ");
            assert!(got.stderr.contains(&said), "{}", got.stderr);
        }
    }
}

/// Without `--checksum` the header is sent as typed. Catches a tool that cannot test a server's reaction.
#[test]
fn a_wrong_checksum_is_refused_by_the_server() {
    let url = bucket("wrong-checksums");
    for (algorithm, length) in [("crc32", 4), ("crc32c", 4), ("crc64nvme", 8), ("sha1", 20), ("sha256", 32)] {
        let zeros = base64(length);
        let object = format!("{url}/{algorithm}");
        let header = format!("x-amz-checksum-{algorithm}: {zeros}");
        let refused = send(&["-f", "-X", "PUT", "-d", "hello", "-H", &header, &object]).run().expect(22);
        assert!(refused.stderr.contains("refused: BadDigest"), "{}", refused.stderr);
    }
}

/// This number of zero bytes in base64.
fn base64(zeros: usize) -> String {
    let padding = (3 - zeros % 3) % 3;
    let letters = (zeros * 8).div_ceil(6);
    "A".repeat(letters) + &"=".repeat(padding)
}

/// The bytes on the server's disk change unnoticed. Catches a download that is not checked at all.
#[test]
fn a_corrupted_download_is_refused() {
    let url = format!("{}/object", bucket("rotten"));
    send(&["-f", "-X", "PUT", "--data-raw", "as it was", "--checksum", "crc64nvme", &url]).run().expect(0);
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let out = out.to_str().unwrap();
    send(&["-f", "-o", out, &url]).run().expect(0);
    std::fs::write(servers().root.join("rotten/object"), "as it is!").unwrap();
    let failed = send(&["-f", "-o", out, &url]).run().expect(56);
    assert!(failed.stderr.starts_with("error: the body that arrived has crc64nvme "), "{}", failed.stderr);
    assert_eq!(std::fs::read(out).unwrap(), b"as it was");
}

/// A signed header binds the URL to the bytes. Catches a checksum that a user of the URL can leave out.
#[test]
fn a_presigned_url_accepts_only_the_bytes_it_was_made_for() {
    let url = format!("{}/object", bucket("presigned-checksums"));
    let (_directory, path) = file(b"these bytes");
    let object = presign(&["--as", "json", "-T", &path, "--checksum", "crc32c", &url]).run().expect(0).text();
    let object: serde_json::Value = serde_json::from_str(&object).unwrap();
    let presigned = object["url"].as_str().unwrap().to_owned();
    let headers: Vec<String> = object["send_headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| format!("{}: {}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()))
        .collect();
    assert_eq!(headers.len(), 2, "{headers:?}");
    let put = |body: &str, headers: &[String]| {
        let mut words = vec!["--no-sign-request", "-f", "-X", "PUT", "--data-raw", body, "-H", "Content-Type:"];
        headers.iter().for_each(|header| words.extend(["-H", header]));
        words.push(&presigned);
        send(&words).run()
    };
    let other = put("other bytes", &headers).expect(22);
    assert!(other.stderr.contains("refused: BadDigest"), "{}", other.stderr);
    put("these bytes", &[]).expect(22);
    put("these bytes", &headers).expect(0);
    assert_eq!(std::fs::read(servers().root.join("presigned-checksums/object")).unwrap(), b"these bytes");
}
