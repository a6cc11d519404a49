//! Servers that compute differently from AWS: sigvet says what to send instead, before or after a refusal.

use crate::recorder::Recorder;
use crate::{answer, send};

const TAB: &str = "x-amz-meta-note: a\tb";

/// Refuses a signature as SeaweedFS, Ceph and MinIO do.
fn refusing(headers: &str) -> Recorder {
    let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not match \
                the signature you provided.</Message></Error>";
    Recorder::answering(answer("403 Forbidden", headers, body))
}

/// Catches a warning that comes only after the refusal, and one about an unaffected request.
#[test]
fn a_known_host_is_warned_about_before_the_request_is_sent() {
    let server = Recorder::answering(answer("200 OK", "", "stored"));
    let port = server.url("").trim_end_matches('/').rsplit(':').next().unwrap().to_owned();
    let url = format!("http://bucket.fra1.digitaloceanspaces.com:{port}/key");
    let resolve = format!("bucket.fra1.digitaloceanspaces.com:{port}:127.0.0.1");
    let warned = send(&["--resolve", &resolve, "-H", TAB, &url]).run().expect(0);
    for words in ["warning: Ceph computes a different signature from AWS: whitespace", "Send single spaces"] {
        assert!(warned.stderr.contains(words), "{words}: {}", warned.stderr);
    }
    let plain = send(&["--resolve", &resolve, "-H", "x-amz-meta-note: a b", &url]).run().expect(0);
    assert_eq!(plain.stderr, "");
}

#[test]
fn a_refusal_of_a_recognised_server_says_what_to_send_instead() {
    let (weed, nobody) = (refusing("Server: SeaweedFS 4.48\r\n"), refusing("Server: nginx\r\n"));
    let indexed = "/bucket?a%5B10%5D=1&a1=2";
    let hint = "hint: SeaweedFS computes a different signature from AWS: query parameters are sorted before they are";
    let outcome = send(&[&weed.url(indexed)]).run().expect(0);
    assert!(outcome.stderr.contains(hint), "{}", outcome.stderr);
    for (server, target) in [(&weed, "/bucket?a=1&b=2"), (&nobody, indexed)] {
        let outcome = send(&[&server.url(target)]).run().expect(0);
        assert!(!outcome.stderr.contains("computes another"), "{}", outcome.stderr);
    }
    let explained = send(&["--explain", &weed.url(indexed)]).run().expect(0).stderr;
    assert!(explained.contains("SeaweedFS is known to compute") && !explained.contains(hint), "{explained}");
}

/// rclone calls itself AmazonS3, and stores a signed trailer: it answers 200, but the object differs from what was
/// sent.
#[test]
fn a_body_stored_with_its_framing_is_warned_about() {
    let ids = "Server: AmazonS3\r\nx-amz-request-id: 0000000000000003\r\n\
               x-amz-id-2: MDAwMDAwMDAwMDAwMDAwMzAwMDAwMDAwMDAwMDAwMDMwMDAwMDAwMDAwMDAwMDAzMDAwMDAwMDAwMDAwMDAwMw==\r\n";
    let rclone = Recorder::answering(answer("200 OK", ids, ""));
    let put = |payload: &str| {
        let words =
            ["-X", "PUT", "-d", "hello", "--payload", payload, "--checksum", "crc32", &rclone.url("/bucket/key")];
        send(&words).run().expect(0).stderr
    };
    let words = "warning: rclone: a body in signed chunks with a trailer is stored including its framing";
    assert!(put("streaming").contains(words), "{}", put("streaming"));
    assert!(!put("signed").contains("framing"));
}
