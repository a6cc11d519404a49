//! `-v`: decisions, sent and received heads, on standard error, without secrets.

use crate::common::SECRET;
use crate::recorder::{Recorder, send};

const TOKEN: &str = "IQoJb3JpZ2luX2VjE+/==";

/// Catches a token, in either spelling, or a secret in a log that people paste into tickets.
#[test]
fn verbose_shows_both_heads_and_no_secret() {
    let recorder = Recorder::answering("HTTP/1.1 201 Created\r\nX-Answer: 42\r\nContent-Length: 4\r\n\r\nbody");
    let words = ["-v", "--show", "all", "-d", "x", &recorder.url("/path?q")];
    let shown = send(&words).env("AWS_SESSION_TOKEN", TOKEN).run().expect(0);
    assert_eq!(shown.text(), "body");
    for line in [
        "* credentials: ",
        "* scope: region us-east-1, service s3 ",
        "> POST /path?q HTTP/1.1\n",
        "> x-amz-security-token: [redacted]\n",
        "> authorization: AWS4-HMAC-SHA256 Credential=",
        "< HTTP/1.1 201 Created\n",
        "< x-answer: 42\n",
    ] {
        assert!(shown.stderr.to_lowercase().contains(&line.to_lowercase()), "{line}: {}", shown.stderr);
    }
    for secret in [TOKEN, "IQoJb3JpZ2luX2VjE%2B%2F%3D%3D", SECRET] {
        assert!(!shown.stderr.contains(secret), "{secret}: {}", shown.stderr);
    }
    assert_eq!(recorder.only_request().values("x-amz-security-token"), [TOKEN], "it is sent all the same");
}

/// Catches other headers that give their readers access.
#[test]
fn verbose_shows_no_cookie() {
    let recorder = Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let shown = send(&["-v", "-H", "Cookie: session=hush", &recorder.url("/")]).run().expect(0);
    assert!(shown.stderr.contains("> Cookie: [redacted]\n") && !shown.stderr.contains("hush"), "{}", shown.stderr);
    assert_eq!(recorder.only_request().values("cookie"), ["session=hush"]);
}

/// Catches notes that reach a script which did not request them.
#[test]
fn without_v_standard_error_is_empty() {
    let recorder = Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
    let quiet = send(&[&recorder.url("/")]).env("AWS_SESSION_TOKEN", TOKEN).run().expect(0);
    assert_eq!((quiet.text().as_str(), quiet.stderr.as_str()), ("body", ""));
}
