//! `sigvet serve --echo`: a valid request gets its own body back, decoded.

use sigvet_testing as common;

use common::all_bytes;
use common::serving::Serving;

/// Catches a body that is returned with its chunk framing, truncated, or without its type.
#[test]
fn a_body_comes_back_decoded() {
    let server = Serving::start(&["--echo"]);
    let long: Vec<u8> = all_bytes().into_iter().cycle().take(3 * 1024 * 1024 + 1).collect();
    let (length, long_length) = (all_bytes().len().to_string(), long.len().to_string());
    for (body, how) in [
        (all_bytes(), &[][..]),
        (long.clone(), &[]),
        (all_bytes(), &["--payload", "streaming", "--length", &length]),
        (long, &["--payload", "streaming", "--length", &long_length, "--checksum", "crc32"]),
    ] {
        let words = ["send", "-i", "-H", "Content-Type: image/x-test", "-X", "PUT", "-T", "-", "s3://bucket/key"];
        let outcome = server.sigvet(&[&words, how].concat()).input(&body).run().expect(0);
        let head_end = outcome.stdout.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or_default();
        let head = String::from_utf8_lossy(&outcome.stdout[..head_end]).to_ascii_lowercase();
        assert!(head.contains("200") && head.contains("content-type: image/x-test"), "{head}");
        assert!(head.contains("x-sigvet-verdict: valid"), "{head}");
        assert!(outcome.stdout[head_end + 4..] == body, "{how:?}: the body is another");
    }
}

/// Catches an answer to an invalid request.
#[test]
fn nothing_comes_back_to_a_wrong_signature() {
    let server = Serving::start(&["--echo"]);
    let outcome = server
        .sigvet(&["send", "--fail-with-body", "-X", "PUT", "-d", "marker-in-body", "s3://bucket/key"])
        .env("AWS_SECRET_ACCESS_KEY", "wrong")
        .run()
        .expect(22);
    assert!(outcome.text().contains("SignatureDoesNotMatch") && !outcome.text().contains("marker-in-body"));
}
