//! A presigned URL is sent as it is.

use crate::common::Sigvet;
use crate::recorder::{OK, Recorder, send};

/// Catches a second signature, a changed target, and a header that invalidates the signature.
#[test]
fn a_presigned_url_is_sent_as_it_is() {
    let recorder = Recorder::answering(OK);
    let url = Sigvet::new(&[
        "presign",
        "--region",
        "us-east-1",
        "--service",
        "s3",
        "--expires",
        "1h",
        &recorder.url("/bucket/a%20b"),
    ]);
    let url = url.run().expect(0).text();
    let outcome = send(&[url.trim()]).run().expect(0);
    assert_eq!(outcome.stderr, "* the URL is presigned, so it is sent unchanged\n");
    let sent = recorder.only_request();
    assert!(url.trim().ends_with(sent.line.split(' ').nth(1).unwrap()), "{}", sent.line);
    let names: Vec<String> = sent.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    assert_eq!(names, ["host", "user-agent", "accept"]);
    Sigvet::new(&["verify", "-"]).input(&sent.raw).run().expect(0);
    send(&["-s", "-T", "Cargo.toml", "https://127.0.0.1:1/?X-Amz-Signature=x"]).run().expect(7);
}

/// No key is looked up: presigned URLs are for people without keys.
#[test]
fn it_needs_no_credentials() {
    let recorder = Recorder::answering(OK);
    for query in ["X-Amz-Signature=a", "X-Goog-Signature=a", "Signature=a&AWSAccessKeyId=b&Expires=1"] {
        let url = recorder.url(&format!("/k?{query}"));
        Sigvet::anonymous(&["send", &url]).run().expect(0);
    }
    assert_eq!(recorder.count(), 3);
    Sigvet::anonymous(&["send", "--region", "r", "--service", "s3", &recorder.url("/k?Signature=a")]).run().expect(3);
}
