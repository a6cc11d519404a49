//! Tests each row with a request that triggers it, the line of the server's text that shows it, and a near miss.
//!
//! The lines come from a Python signer. Ceph 16.2, Swift, rclone 1.75, SeaweedFS 4.48, nanio 0.1 and
//! pys3local 0.2 accepted its signatures, and refused AWS's. For the other servers, the lines follow from the
//! source that the row names.

use super::*;
use sigvet_core::parse_request;
use std::collections::BTreeSet;

const DATE: &str = "20250915T120000Z";

/// A signed request; the signature itself does not matter here.
fn request(target: &str, headers: &[(&str, &str)], payload: &str) -> Request {
    let mut names: Vec<String> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.extend(["host", "x-amz-content-sha256", "x-amz-date"].map(str::to_owned));
    names.sort();
    names.dedup();
    let signature = "0".repeat(64);
    let mut text = format!(
        "PUT {target} HTTP/1.1\r\nHost: store.example.com\r\nX-Amz-Date: {DATE}\r\nX-Amz-Content-SHA256: {payload}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250915/us-east-1/s3/aws4_request, \
         SignedHeaders={}, Signature={signature}\r\n",
        names.join(";")
    );
    headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
    parse_request((text + "\r\n").as_bytes()).unwrap()
}

fn v2(target: &str, host: &str, headers: &[(&str, &str)]) -> Request {
    let mut text = format!(
        "GET {target} HTTP/1.1\r\nHost: {host}\r\nAuthorization: AWS AKIAIOSFODNN7EXAMPLE:AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"
    );
    headers.iter().for_each(|(name, value)| text.push_str(&format!("{name}: {value}\r\n")));
    parse_request((text + "\r\n").as_bytes()).unwrap()
}

fn row(id: &str) -> &'static Difference {
    TABLE.iter().copied().flatten().find(|row| row.id == id).unwrap_or_else(|| panic!("{id}"))
}

fn is_triggered(id: &str, request: &Request) -> bool {
    let extracted = rules::Extracted::from_request(request, BucketRule::default()).unwrap();
    !triggered_by(&extracted.signed(request), std::iter::once(row(id))).is_empty()
}

/// The server's text for the request.
fn text(id: &str, request: &Request) -> String {
    let extracted = rules::Extracted::from_request(request, BucketRule::default()).unwrap();
    String::from_utf8_lossy(&text_by(&extracted.signed(request), &[row(id)])).into_owned()
}

const HASH: &str = "UNSIGNED-PAYLOAD";

#[test]
fn a_query_is_read_by_each_servers_rules() {
    for (id, target, line, near_miss) in [
        ("server-query-sorted-decoded", "/b?a%5B10%5D=1&a1=2", "a1=2&a%5B10%5D=1", "/b?a%5B1%5D=1&a%5B2%5D=3"),
        ("server-query-sorted-joined", "/b?a=1&a-b=2", "a-b=2&a=1", "/b?a=1&ab=2&a_b=3"),
        ("server-query-values-as-sent", "/b?a=2&a=1", "a=2&a=1", "/b?b=1&a=1&a=2"),
        ("server-query-last-value", "/b?a=1&b=3&a=2", "a=2&b=3", "/b?a=1&A=2"),
        ("server-query-repeats-emptied", "/b?a=1&b=3&a=2", "a=&b=3", "/b?a=1&A=2"),
        ("server-query-semicolon-dropped", "/b?a=1;2&b=3", "b=3", "/b?a=1%3B2&b=3"),
        ("server-query-percent-dropped", "/b?a=100%&b=3", "b=3", "/b?a=100%25&b=3"),
        ("server-query-percent-emptied", "/b?a=1%zz2&b=100%&c=1%4", "a=&b=100&c=1", "/b?a=100%25&b=%4A"),
        ("server-query-as-sent", "/b?prefix=a/b&acl", "acl=&prefix=a/b", "/b?prefix=a%2Fb&acl"),
        ("server-query-not-utf8", "/b?a=%E4b", "a=%EF%BF%BDb", "/b?a=%C3%A4b"),
    ] {
        let trigger = request(target, &[], HASH);
        assert!(is_triggered(id, &trigger), "{id}");
        let text = text(id, &trigger);
        assert_eq!(text.lines().nth(2), Some(line), "{id}: {text}");
        assert!(!is_triggered(id, &request(near_miss, &[], HASH)), "{id} {near_miss}");
    }
}

#[test]
fn a_path_is_read_by_each_servers_rules() {
    for (id, target, line, near_miss) in [
        ("server-path-as-sent", "/b/a(b)", "/b/a(b)", "/b/a%28b%29"),
        ("server-path-as-sent", "/b/a%2Fb", "/b/a%2Fb", "/b/a/b"),
        ("server-path-not-utf8", "/b/a%E4b", "/b/a%EF%BF%BDb", "/b/a%C3%A4b"),
    ] {
        let trigger = request(target, &[], HASH);
        assert!(is_triggered(id, &trigger), "{id}");
        assert_eq!(text(id, &trigger).lines().nth(1), Some(line), "{id}");
        assert!(!is_triggered(id, &request(near_miss, &[], HASH)), "{id} {near_miss}");
    }
}

#[test]
fn headers_are_read_by_each_servers_rules() {
    const NAME: &str = "x-amz-meta-a";
    for (id, values, line, near_miss) in [
        ("server-header-tab-kept", &["a\tb"][..], "a\tb", &["a \tb"][..]),
        ("server-header-tabs-kept", &["a \tb"], "a \tb", &["a  b"]),
        ("server-header-spaces-kept", &["a  b"], "a  b", &["a b"]),
        ("server-header-unicode-space", &["a\u{a0}b\u{3000}"], "a b", &["voil\u{e0} c"]),
        ("server-header-recoded", &["\u{e4}  b"], "\u{c3}\u{a4} b", &["a  b"]),
        ("server-header-recoded-kept", &["\u{e4}  b"], "\u{c3}\u{a4}  b", &["a b"]),
        ("server-header-last-only", &["1", "2"], "2", &["1,2"]),
        ("server-header-first-only", &["1", "2"], "1", &["1,2"]),
        ("server-header-comma-space", &["1", "2"], "1, 2", &["1,2"]),
    ] {
        let of = |values: &[&str]| {
            let headers: Vec<(&str, &str)> = values.iter().map(|value| (NAME, *value)).collect();
            request("/b/k", &headers, HASH)
        };
        let text = text(id, &of(values));
        assert!(is_triggered(id, &of(values)), "{id}");
        assert!(text.contains(&format!("\n{NAME}:{line}\n")), "{id}: {text}");
        assert!(!is_triggered(id, &of(near_miss)), "{id} {near_miss:?}");
    }
    // In Latin-1, a no-break space is found inside a letter.
    for id in ["server-header-latin1-space", "server-header-no-break-space"] {
        assert!(is_triggered(id, &request("/b/k", &[(NAME, "voil\u{e0} c")], HASH)), "{id}");
        assert!(!is_triggered(id, &request("/b/k", &[(NAME, "\u{e4}b c")], HASH)), "{id}");
    }
}

#[test]
fn header_names_are_sorted_by_each_servers_rules() {
    let both = |one, other| request("/b/k", &[(one, "1"), (other, "2")], HASH);
    let by_line = text("server-header-sorted-by-line", &both("x-amz-meta-a", "x-amz-meta-a-b"));
    assert!(by_line.contains("\nx-amz-meta-a-b:2\nx-amz-meta-a:1\n\nhost;"), "{by_line}");
    assert!(by_line.contains(";x-amz-meta-a;x-amz-meta-a-b\n"), "the list is sorted by name: {by_line}");
    assert!(!is_triggered("server-header-sorted-by-line", &both("x-amz-meta-a", "x-amz-meta-ab")));
    let by_locale = text("server-header-sorted-by-locale", &both("x-amz-meta-a_b", "x-amz-meta-a1"));
    assert!(by_locale.contains(";x-amz-meta-a_b;x-amz-meta-a1\n"), "{by_locale}");
    assert!(!is_triggered("server-header-sorted-by-locale", &both("x-amz-meta-a-b", "x-amz-meta-a1")));
}

#[test]
fn refusals_and_stored_framing_are_distinguished_from_their_near_misses() {
    for (id, target, near_miss) in [
        ("server-query-repeats-refused", "/b?a=1&A=2", "/b?a=1&b=2"),
        ("server-query-name-refused", "/b?a%5B1%5D=1", "/b?list-type=2"),
        ("server-query-unreadable-refused", "/b?a=1;2", "/b?a=1%3B2"),
        ("server-query-unreadable-refused", "/b?a=100%", "/b?a=100%25"),
    ] {
        assert!(is_triggered(id, &request(target, &[], HASH)), "{id}");
        assert!(!is_triggered(id, &request(near_miss, &[], HASH)), "{id}");
    }
    let [unsigned, signed, chunks] = [
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    ];
    for (id, word, near_miss) in [
        ("server-framing-unsigned-trailer", unsigned, HASH),
        ("server-framing-signed-trailer", signed, chunks),
        ("server-framing-signed", chunks, signed),
    ] {
        assert!(is_triggered(id, &request("/b/k", &[], word)), "{id}");
        assert!(!is_triggered(id, &request("/b/k", &[], near_miss)), "{id}");
    }
}

#[test]
fn the_version_2_string_to_sign_is_made_by_each_servers_rules() {
    let (date, own) = (("Date", "Mon, 15 Sep 2025 12:00:00 GMT"), ("x-amz-date", "Mon, 15 Sep 2025 12:00:00 GMT"));
    let plain = |target| v2(target, "store.example.com", &[date]);
    for (id, target, resource, near_miss) in [
        ("server-v2-parameters-seaweedfs", "/b/k?tagging&versionId=1", "/b/k?versionId=1", "/b/k?versionId=1"),
        ("server-v2-parameters-minio", "/b/k?restore", "/b/k", "/b/k?tagging"),
        ("server-v2-parameters-ceph", "/b/k?restore", "/b/k", "/b/k?tagging"),
        ("server-v2-parameters-ceph-16", "/b?encryption", "/b", "/b?tagging"),
        ("server-v2-parameters-swift", "/b?encryption", "/b", "/b?tagging"),
        (
            "server-v2-values-encoded",
            "/b/k?response-content-type=text/x%20y",
            "/b/k?response-content-type=text%2Fx+y",
            "/b/k?versionId=1",
        ),
    ] {
        let text = text(id, &plain(target));
        assert!(is_triggered(id, &plain(target)), "{id}");
        assert_eq!(text.lines().last(), Some(resource), "{id}");
        assert!(!is_triggered(id, &plain(near_miss)), "{id}");
    }
    let id = "server-v2-bucket-left-out";
    let virtual_host = v2("/k", "b.s3.us-west-2.amazonaws.com", &[date]);
    assert_eq!(text(id, &virtual_host).lines().last(), Some("/k"));
    assert!(is_triggered(id, &virtual_host) && !is_triggered(id, &plain("/b/k")));
    let id = "server-v2-last-header";
    let twice = v2("/b/k", "store.example.com", &[date, ("x-amz-meta-a", "1"), ("X-Amz-Meta-A", "2")]);
    assert_eq!(text(id, &twice).lines().nth(4), Some("x-amz-meta-a:2"));
    assert!(is_triggered(id, &twice) && !is_triggered(id, &plain("/b/k")));
    let id = "server-v2-date-kept";
    let both = v2("/b/k", "store.example.com", &[date, own]);
    assert_eq!(text(id, &both).lines().nth(3), Some(date.1));
    assert!(is_triggered(id, &both) && !is_triggered(id, &plain("/b/k")));
}

#[test]
fn rows_are_complete_and_tested() {
    let rows: Vec<&Difference> = TABLE.iter().copied().flatten().collect();
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), rows.len());
    for row in rows {
        assert!(row.id.starts_with("server-") && !row.servers.is_empty(), "{}", row.id);
        assert!(
            [row.computes, row.send, row.source].iter().all(|text| text.is_ascii() && !text.is_empty()),
            "{}",
            row.id
        );
        assert!(row.send.ends_with('.') && !row.computes.ends_with('.'), "{}", row.id);
        assert!(include_str!("tests.rs").contains(&format!("{:?}", row.id)), "{} has no test", row.id);
    }
}

#[test]
fn only_a_servers_own_rows_are_triggered() {
    let ids = |server| {
        let found = triggered(&request("/b?a=2&a=1", &[], HASH), server, BucketRule::default());
        found.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(Server::Swift), ["server-query-last-value"]);
    assert_eq!(ids(Server::MinIo), ["server-query-values-as-sent"]);
    assert_eq!(ids(Server::SeaweedFs), [""; 0]);
    let plain = request("/b/k?list-type=2&prefix=a%2Fb", &[("x-amz-meta-a", "b c")], HASH);
    for server in [Server::Ceph, Server::Garage, Server::MinIo, Server::Rclone, Server::Swift, Server::Nanio] {
        assert!(triggered(&plain, server, BucketRule::default()).is_empty(), "{server:?}");
    }
}
