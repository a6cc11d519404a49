use crate::diagnosis::{Diagnosis, Evidence, Hints, Limits, Outcome, diagnose};
use crate::formats::parse_request;
use crate::formats::reply::Reply;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{HeaderSelection, Identity, Settings, prepare};
use sigvet_core::request::{Headers, Request, RequestUrl};
use sigvet_core::scheme::SigningKey;
use sigvet_core::time::Timestamp;

/// A correctly signed request, refused by a server whose canonical request was altered by `change`.
fn refused(url: &str, headers: &[(&str, &str)], change: impl Fn(String) -> String) -> Diagnosis {
    let now = Timestamp::parse("20250915T120000Z").unwrap();
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let mut request = Request::new("GET", &RequestUrl::parse(url).unwrap()).unwrap();
    for (name, value) in headers {
        request.headers.push(name, *value).unwrap();
    }
    let mut settings = Settings::new("eu-west-1", "s3");
    let names = headers.iter().map(|(name, _)| (*name).to_owned());
    settings.signed_headers = HeaderSelection::Named(names.collect());
    let prepared = prepare(request, &Identity::from(&credentials), &settings, now).unwrap();
    let right = prepared.derive().canonical_request.to_string();
    let terms = &prepared.terms;
    let key = SigningKey::derive(&credentials.secret_access_key, &terms.dialect, &terms.scope);
    let signed = prepared.sign(&key).unwrap().request;
    let theirs = change(right.clone());
    assert_ne!(theirs, right, "the change changes nothing");
    let theirs = theirs.replace('&', "&amp;").replace('<', "&lt;");
    let body =
        format!("<Error><Code>SignatureDoesNotMatch</Code><CanonicalRequest>{theirs}</CanonicalRequest></Error>");
    let reply = Reply::parse(Some(403), &Headers::default(), body.as_bytes());
    diagnose(
        &Evidence {
            request: Some(&parse_request(&wire(&signed)).unwrap()),
            reply: Some(&reply),
            credentials: Some(&credentials),
            ..Evidence::new(now, &Hints::default())
        },
        Limits { deepest: 1, to_the_end: 2, is_time_up: &|| false },
    )
}

fn wire(request: &Request) -> Vec<u8> {
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method(), String::from_utf8_lossy(request.target()));
    for header in &request.headers {
        text.push_str(&format!("{}: {}\r\n", header.name, String::from_utf8_lossy(&header.value)));
    }
    (text + "\r\n").into_bytes()
}

/// Catches a client that is blamed for what Ceph, MinIO, Google's front ends or proxies are known to do.
#[test]
fn a_difference_made_by_the_server_is_attributed_to_the_server() {
    let url = "https://examplebucket.s3.eu-west-1.amazonaws.com/a.txt?b=1&a=2&a=1";
    let headers = [("x-amz-meta-a", "1"), ("x-amz-meta-a-b", "2"), ("accept-encoding", "gzip")];
    let by_line =
        |text: String| text.replace("x-amz-meta-a:1\nx-amz-meta-a-b:2\n", "x-amz-meta-a-b:2\nx-amz-meta-a:1\n");
    let unsorted = |text: String| text.replace("a=1&a=2", "a=2&a=1");
    let gfe = |text: String| text.replace("accept-encoding:gzip", "accept-encoding:gzip,gzip(gfe)");
    let host = |text: String| text.replace("host:examplebucket", "host:upstream");
    type Change<'a> = &'a dyn Fn(String) -> String;
    let cases: [(Change<'_>, &str, &str); 4] = [
        (&by_line, "header-sorted-by-line", "the server is wrong"),
        (&unsorted, "query-values-unsorted", "the server is wrong"),
        (&gfe, "header-hop-by-hop", "Google's front end appended"),
        (&host, "host-rewritten", "the header is host"),
    ];
    for (change, id, detail) in cases {
        let diagnosis = refused(url, &headers, change);
        assert_eq!(diagnosis.outcome, Outcome::Invalid, "{id}");
        let best = diagnosis.best().unwrap();
        let made: Vec<_> = best.mistakes.iter().map(|made| made.mistake.id).collect();
        assert_eq!(made, [id]);
        assert!(best.mistakes[0].detail.as_ref().unwrap().contains(detail), "{best:?}");
    }
}

/// Text that lost its line breaks cannot be compared, so it must not count as equal.
#[test]
fn a_text_that_cannot_be_read_proves_nothing() {
    let url = "https://examplebucket.s3.eu-west-1.amazonaws.com/a.txt";
    let diagnosis = refused(url, &[], |text| text.replace('\n', " "));
    assert_eq!((diagnosis.outcome, diagnosis.explanations.len()), (Outcome::Valid, 0), "{diagnosis:?}");
}

/// Catches a value that a server or a log left out and that counts as a difference.
#[test]
fn what_a_text_does_not_show_is_no_difference() {
    let url = "https://examplebucket.s3.eu-west-1.amazonaws.com/a.txt?a=1&b=2";
    let headers = [("x-amz-meta-a", "hush"), ("x-amz-meta-b", "1")];
    let ids = |diagnosis: &Diagnosis| {
        let mistakes = diagnosis.explanations.iter().flat_map(|explanation| &explanation.mistakes);
        mistakes.map(|made| made.mistake.id).collect::<Vec<_>>()
    };
    for mark in ["[redacted]", "***", "<redacted>", "xxxxxxxx", "***REDACTED***"] {
        for (from, to) in [("meta-a:hush", format!("meta-a:{mark}")), ("a=1", format!("a={mark}"))] {
            let diagnosis = refused(url, &headers, |text| text.replace(from, &to));
            assert!(diagnosis.comparisons.iter().all(|comparison| comparison.differences.is_empty()), "{diagnosis:?}");
            assert_eq!(ids(&diagnosis), ["secret-wrong"], "{from} became {to}");
            let changed = refused(url, &headers, |text| text.replace(from, &to).replace("meta-b:1", "meta-b:2"));
            assert_eq!(ids(&changed), ["header-changed"], "{from} became {to}");
        }
    }
}
