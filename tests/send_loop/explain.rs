//! `--explain`: after a refused signature, each of its stages, and the server's canonical request if it sends one.

use crate::recorder::Recorder;
use crate::{TOKEN, answer, send};

/// A server that refuses every signature, and shows this as its own canonical request.
fn refusing(canonical_request: &str) -> Recorder {
    let body = format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>The signature does not match.</Message>{canonical_request}</Error>"
    );
    Recorder::answering(answer("403 Forbidden", "", &body))
}

/// Catches stages that are missing, that are shown although the request succeeded, or that show the token.
#[test]
fn a_refusal_is_followed_by_the_stages() {
    let server = refusing("");
    let outcome = send(&["--explain", "-f", &server.url("/key?b=2&a=1")]).run().expect(22);
    let sent = server.only_request();
    for part in ["refused: SignatureDoesNotMatch", "a=1&b=2", "AWS4-HMAC-SHA256", &sent.values("x-amz-date")[0]] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
    assert!(outcome.stderr.contains("the server refused it"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("[redacted]") && !outcome.stderr.contains(TOKEN), "{}", outcome.stderr);

    let content = Recorder::answering(answer("200 OK", "", "content"));
    let done = send(&["--explain", &content.url("/")]).run().expect(0);
    assert_eq!((done.text().as_str(), done.stderr.as_str()), ("content", ""));
}

/// As Swift and Ceph do. Catches the request's token shown in the server's words.
#[test]
fn the_servers_canonical_request_is_shown() {
    let theirs = format!(
        "<CanonicalRequest>GET\n/other\n\nhost:h.example\nx-amz-security-token:{TOKEN}\n\nhost;x-amz-security-token\n\
         UNSIGNED-PAYLOAD</CanonicalRequest>"
    );
    let server = refusing(&theirs);
    let outcome = send(&["--explain", &server.url("/key")]).run().expect(0);
    let shown = &outcome.stderr;
    for line in ["/other", "host:h.example", "UNSIGNED-PAYLOAD"] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(!outcome.stderr.contains(TOKEN), "{}", outcome.stderr);
}

/// Terminals obey escape sequences, and a server may send them. Catches control characters that get through.
#[test]
fn a_server_cannot_write_to_the_terminal() {
    let server = refusing("<CanonicalRequest>GET\n\u{9b}2J\u{7f}/</CanonicalRequest>");
    let outcome = send(&["--explain", &server.url("/")]).run().expect(0);
    let bad = outcome.stderr.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(bad, None, "{:?}", outcome.stderr);
    let server =
        Recorder::answering(answer("403 Forbidden", "", "{\"message\": \"\\u001b[31mred\", \"code\": \"No\"}"));
    let outcome = send(&[&server.url("/")]).run().expect(0);
    assert!(!outcome.stderr.contains('\u{1b}'), "{:?}", outcome.stderr);
}
