//! The request on the wire is the signed request: `sign` prints it, `verify` finds it valid.

use crate::common::{Outcome, Sigvet, all_bytes};
use crate::recorder::{Captured, OK, Recorder, send};

const DATE: &str = "20260301T101112Z";
const TOKEN: &str = "IQoJb3JpZ2luX2VjE+/==";

/// Arguments that make a request, with the target last.
type Case<'a> = &'a [&'a str];

const CASES: [Case<'static>; 19] = [
    &["/"],
    &["/a/../b/./"],
    &["/%2e%2E/.%2e/"],
    &["/a?token='quoted'"],
    &["//a/b//c/"],
    &["/%7euser/%2f/a+b/!*'();:@&=$,~"],
    &["/a b/é?q=é ü&r=\"<>`{}|\\^"],
    &["?b=2&a=1&a=&=x&flag&&q=%2f+%41&z=a=b?c/d"],
    &["-X", "DELETE", "/key?versionId=null"],
    &["-X", "PUT", "/empty"],
    &["-X", "POST", "/empty?uploads"],
    &["-X", "PATCH", "/empty"],
    &["-X", "purge", "-d", "x", "/odd-method"],
    &["-d", "a=1", "-d", "b=%20+", "/form"],
    &["--json", "{\"a\": [1]}", "/json"],
    &["-G", "-d", "x=1", "--data-urlencode", "y= &'", "/query?w"],
    &["-H", "X-Amz-Meta-A: one", "-H", "x-amz-meta-b:  t w  o ", "-H", "x-amz-meta-A: again", "-H", "X-E;", "/headers"],
    &["-H", "User-Agent: mine/1", "-H", "Accept: text/plain", "-H", "X-Utf8: grün", "/own"],
    &["-H", "Host: bucket.store.test", "/host"],
];

fn words<'a>(command: &'a str, request: Case<'a>, url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let service: &[&str] = if more.contains(&"--service") { &[] } else { &["--service", "s3"] };
    [&[command, "--region", "us-east-1", "--date", DATE], service, more, &request[..request.len() - 1], &[url]].concat()
}

/// Sends a case; returns what arrived and what `sign` prints for the same arguments.
fn sent_and_signed(request: Case<'_>, more: &[&str], input: &[u8]) -> (Captured, Captured) {
    let recorder = Recorder::answering(OK);
    let url = recorder.url(request.last().unwrap());
    let run = |command: &str| -> Outcome {
        let sigvet = Sigvet::new(&words(command, request, &url, more)).env("AWS_SESSION_TOKEN", TOKEN);
        sigvet.input(input).run().expect(0)
    };
    run("send");
    (recorder.only_request(), Captured::parse(&run("sign").stdout))
}

/// Everything that was signed arrives: line, fields in number and value, body. Only what every client adds was added.
#[track_caller]
fn assert_arrives((sent, signed): &(Captured, Captured)) {
    assert_eq!(sent.line, signed.line);
    let mut rest = sent.headers.clone();
    for (name, value) in &signed.headers {
        let at = rest.iter().position(|(found, sent)| found.eq_ignore_ascii_case(name) && sent == value);
        rest.remove(at.unwrap_or_else(|| panic!("{name} is sent as signed: {sent:?}")));
    }
    let added: Vec<&str> = rest.iter().map(|(name, _)| name.as_str()).collect();
    assert!(added.iter().all(|name| ["accept", "user-agent"].contains(name)), "{added:?}");
    assert!(sent.body == signed.body);
}

/// The server's side: the captured bytes, and the secret.
#[track_caller]
fn assert_valid(sent: &Captured) {
    let verify = Sigvet::new(&["verify", "-", "--now", DATE]).env("AWS_SESSION_TOKEN", TOKEN);
    verify.input(&sent.raw).run().expect(0);
    // The same bytes with another path are not valid: this shows that the verdict depends on them.
    let text = [sent.raw.split(|&b| b == b' ').next().unwrap(), b" /other", &sent.raw[sent.line.len() - 9..]].concat();
    Sigvet::new(&["verify", "-", "--now", DATE]).env("AWS_SESSION_TOKEN", TOKEN).input(&text).run().expect(1);
}

#[test]
fn the_signed_request_is_what_arrives() {
    for request in CASES {
        let both = sent_and_signed(request, &[], b"");
        assert_arrives(&both);
        assert_valid(&both.0);
    }
}

/// Services other than S3 encode the path twice and normalise it, but only for the signature. Catches it on the wire.
#[test]
fn the_path_of_other_services_is_sent_as_typed() {
    let both = sent_and_signed(&["/a%20b//c/"], &["--service", "execute-api"], b"");
    assert_eq!(both.0.line, "GET /a%20b//c/ HTTP/1.1");
    assert_arrives(&both);
    assert_valid(&both.0);
}

/// Catches a body that is chunked, truncated or converted, from a file, from standard input, or without its hash.
#[test]
fn a_body_arrives_whole() {
    let body: Vec<u8> = all_bytes().into_iter().cycle().take(300_001).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::write(&path, &body).unwrap();
    let path = path.to_str().unwrap();
    let at_path = format!("@{path}");
    let cases: [Case<'_>; 4] = [
        &["-T", path, "/upload"],
        &["-T", "-", "/upload"],
        &["--data-binary", &at_path, "/upload"],
        &["--unsigned-payload", "-T", path, "/upload"],
    ];
    for request in cases {
        let both = sent_and_signed(request, &[], &body);
        assert_arrives(&both);
        assert_valid(&both.0);
        assert!(both.0.body == body, "{request:?}");
        assert_eq!(both.0.values("content-length"), ["300001"]);
        assert_eq!(both.0.values("transfer-encoding"), [""; 0]);
        let unsigned = both.0.values("x-amz-content-sha256") == ["UNSIGNED-PAYLOAD"];
        assert_eq!(unsigned, request[0] == "--unsigned-payload");
    }
}

/// Catches a missing length, which stores answer with 411, and a superfluous one.
#[test]
fn an_empty_body_has_its_length() {
    for (method, lengths) in [("PUT", &["0"][..]), ("POST", &["0"]), ("GET", &[]), ("DELETE", &[]), ("HEAD", &[])] {
        let (sent, _) = sent_and_signed(&["-X", method, "/"], &[], b"");
        assert_eq!(sent.values("content-length"), lengths, "{method}");
        assert_eq!(sent.values("transfer-encoding"), [""; 0], "{method}");
    }
}

/// Catches a duplicate length, which servers refuse as smuggling.
#[test]
fn a_length_that_is_given_is_not_repeated() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::write(&path, "abc").unwrap();
    let given = ["-H", "Content-Length: 3"];
    for body in [["-d", "abc"], ["-T", path.to_str().unwrap()]] {
        let (sent, _) = sent_and_signed(&[given[0], given[1], body[0], body[1], "/upload"], &[], b"");
        assert_eq!(sent.values("content-length"), ["3"]);
        assert_valid(&sent);
    }
}

/// Catches headers that the HTTP library adds and that a server may take for part of the signature.
#[test]
fn no_other_headers_are_sent() {
    let recorder = Recorder::answering(OK);
    send(&["-u", "AKID:secret", &recorder.url("/")]).run().expect(0);
    let sent = recorder.only_request();
    let mut names: Vec<_> = sent.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    let signed = ["authorization", "host", "x-amz-content-sha256", "x-amz-date"];
    let mut expected = [&["accept", "user-agent"], &signed[..]].concat();
    expected.sort();
    assert_eq!(names, expected, "no referer, no accept-encoding, no cookie, no connection");
    assert_eq!(sent.values("host"), [recorder.host.as_str()]);
    assert_eq!(sent.values("user-agent"), [concat!("sigvet/", env!("CARGO_PKG_VERSION"))]);
}

/// AWS IoT expects the token outside the signature. Catches one that is signed, or is not sent.
#[test]
fn an_unsigned_token_is_sent() {
    let (sent, _) = sent_and_signed(&["--token-unsigned", "/"], &[], b"");
    assert_eq!(sent.values("x-amz-security-token"), [TOKEN]);
    assert!(!sent.values("authorization")[0].contains("security-token"));
    let (signed, _) = sent_and_signed(&["/"], &[], b"");
    assert_eq!(signed.values("x-amz-security-token"), [TOKEN]);
    assert!(signed.values("authorization")[0].contains("x-amz-security-token"));
}

/// As curl 7.88 does it. Catches a removed header that reappears, and a header file taken for a header.
#[test]
fn headers_are_removed_and_read_from_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("headers");
    std::fs::write(&path, "X-One: 1\r\n\nX-Two;\nAccept:\n").unwrap();
    let recorder = Recorder::answering(OK);
    let file = format!("@{}", path.display());
    send(&["-H", &file, "-H", "User-Agent:", &recorder.url("/")]).run().expect(0);
    let sent = recorder.only_request();
    assert_eq!(sent.values("x-one"), ["1"]);
    assert_eq!(sent.values("x-two"), [""]);
    assert!(sent.values("accept").is_empty() && sent.values("user-agent").is_empty(), "{:?}", sent.headers);
}
