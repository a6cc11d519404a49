//! Redirects to another host: it gets nothing that gives access, unless the user trusts it.

use crate::common::SECRET;
use crate::recorder::Recorder;
use crate::{TOKEN, answer, assert_says, assert_valid, redirect, send};

/// What the user typed only for the first host.
const PRIVATE: [&str; 8] = [
    "-H",
    "Cookie: session=hush",
    "-H",
    "Proxy-Authorization: Basic hush",
    "-H",
    "X-Auth-Token: hush",
    "-e",
    "http://hush.example/",
];

/// Two servers, the first of which redirects to the second. Another port is another host.
fn two(status: u16) -> [Recorder; 2] {
    let other = Recorder::answering(answer("200 OK", "", "other"));
    [Recorder::answering(redirect(status, &other.url("/there"))), other]
}

/// Catches the classic redirect leak: a token, a cookie, or a usable signature.
#[test]
fn another_host_gets_nothing_that_gives_access() {
    for status in [301, 302, 303, 307, 308] {
        let [first, other] = two(status);
        let from = first.url("/from");
        let words = [&PRIVATE[..], &["-L", "-d", "x", "-H", "X-Plain: 1", &from]].concat();
        let outcome = send(&words).run().expect(0);
        assert_eq!(outcome.text(), "other");
        assert!(outcome.stderr.contains(&format!("another host, {}: not signed", other.host)), "{}", outcome.stderr);
        assert_valid(&first.only_request());
        let seen = other.only_request();
        let names: Vec<_> = seen.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
        assert!(!names.iter().any(|name| name.starts_with("x-amz-")), "{names:?}");
        for name in ["authorization", "cookie", "referer", "proxy-authorization", "x-auth-token"] {
            assert!(!names.iter().any(|found| found == name), "{status}: {name}");
        }
        let text = String::from_utf8_lossy(&seen.raw).into_owned();
        for hushed in ["hush", TOKEN, SECRET, "AWS4", &first.host] {
            assert!(!text.contains(hushed), "{status}: {hushed}: {text}");
        }
        assert_eq!(seen.values("host"), [other.host.as_str()]);
        assert_eq!(seen.values("x-plain"), ["1"]);
    }
}

/// Catches a signature that is lost, or that is still for the first host.
#[test]
fn a_trusted_host_gets_a_signature_for_itself() {
    for status in [301, 302, 303, 307, 308] {
        let [first, other] = two(status);
        send(&["--location-trusted", "-d", "x", &first.url("/from")]).run().expect(0);
        let (before, after) = (first.only_request(), other.only_request());
        assert_valid(&before);
        assert_valid(&after);
        assert_eq!(after.values("host"), [other.host.as_str()]);
        assert_ne!(before.values("authorization"), after.values("authorization"));
    }
}

/// The other host decides where its answer leads. Catches a signature, or a cookie, that it makes the first host
/// accept.
#[test]
fn the_way_back_is_unsigned() {
    let [port, back] = [(); 2].map(|()| std::sync::Arc::new(std::sync::Mutex::new(String::new())));
    let (to, home) = (std::sync::Arc::clone(&port), std::sync::Arc::clone(&back));
    let first = Recorder::replying(move |before, _| match before {
        0 => redirect(307, &to.lock().unwrap()),
        _ => answer("200 OK", "", "home"),
    });
    let other = Recorder::replying(move |_, _| redirect(307, &home.lock().unwrap()));
    *port.lock().unwrap() = other.url("/");
    *back.lock().unwrap() = first.url("/delete-everything");
    send(&["-L", "-X", "DELETE", "-H", "Cookie: c", &first.url("/harmless")]).run().expect(0);
    let last = first.requests().pop().unwrap();
    assert_eq!(last.line, "DELETE /delete-everything HTTP/1.1");
    assert!(last.values("authorization").is_empty() && last.values("cookie").is_empty());
}

/// A listener without TLS: the scheme is followed, and another scheme is another host. Catches a fallback to HTTP.
#[test]
fn https_is_never_downgraded() {
    let other = Recorder::answering(answer("200 OK", "", "other"));
    let first = Recorder::answering(redirect(302, &format!("https://{}/", other.host)));
    let outcome = send(&["-L", "-m", "5", &first.url("/")]).run();
    assert!([28, 35].contains(&outcome.code.unwrap()), "{outcome:?}");
    assert_says(&outcome, &other.host);
}
