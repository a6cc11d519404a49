//! What people paste, and what is read out of it. Traces are curl 7.88's own; logs are shaped after public reports, with ids,
//! hosts and long values shortened, and hashes that fit.

mod command;
mod curl;
mod har;
mod http;
mod log;
mod survival;

use super::*;
use sigvet_core::request::Body;

const REFUSAL: &str = "<?xml version=\"1.0\"?>\n<Error><Code>SignatureDoesNotMatch</Code></Error>";

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKID/20261122/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=fe351d17";

fn capture(text: &str) -> Capture {
    read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn request(capture: &Capture) -> &Request {
    capture.request.as_ref().unwrap()
}

fn target(capture: &Capture) -> String {
    String::from_utf8(request(capture).target().to_vec()).unwrap()
}

fn code(capture: &Capture) -> &str {
    capture.reply.as_ref().and_then(|reply| reply.code.as_deref()).unwrap_or_default()
}

fn notes(capture: &Capture) -> Vec<String> {
    capture.notes.iter().map(ToString::to_string).collect()
}

fn error(text: &str) -> String {
    read(text.as_bytes(), None).unwrap_err().to_string()
}

#[test]
fn what_stands_inside_a_report_is_found() {
    let url = "https://h.example/k?X-Amz-Signature=0a";
    let found = capture(&format!("Hello, my link\nis \"{url}\", but it\nfails.\n"));
    assert_eq!((found.kind, target(&found)), (CaptureKind::Url, "/k?X-Amz-Signature=0a".to_owned()));
    let found = capture("I did this:\n\n  curl -v \\\n  https://h.example/\n");
    assert_eq!((found.kind, request(&found).host()), (CaptureKind::CurlCommand, Some("h.example")));
    let raw = format!(
        "I sent\n\nGET /k HTTP/1.1\nHost: h\nAuthorization: {AUTHORIZATION}\n\nand got\n\nHTTP/1.1 403 Forbidden\n\n{REFUSAL}\n"
    );
    let found = capture(&raw);
    assert_eq!((target(&found), code(&found)), ("/k".to_owned(), "SignatureDoesNotMatch"));
}

#[test]
fn secrets_are_not_shown() {
    let shown = format!("{:?}", capture("curl -u AKID:hush https://h/"));
    let log = "GET\n/\n\nhost:h\nx-amz-security-token:hush\n\nhost;x-amz-security-token\nUNSIGNED-PAYLOAD";
    assert!(!format!("{shown} {:?}", capture(log)).contains("hush"));
    assert_eq!(read(b"https://u:hush@/?hush", None).unwrap_err().to_string().find("hush"), None);
}
