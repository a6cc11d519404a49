//! What is signed for a list is what is signed for a single URL, and what cannot be is refused in the same words.

use sigvet_testing::Sigvet;

use crate::{DATE, presign};

/// `sigvet presign` for one URL, at the time and in the region of [`presign`].
fn single(words: &[&str]) -> Sigvet {
    Sigvet::new(&[&["presign", "--date", DATE, "--region", "eu-west-1"], words].concat())
}

/// Catches a `-H 'Host: …'` that is silently dropped, so that a server behind that host refuses the URL.
#[test]
fn the_host_that_was_given_is_signed() {
    let given = ["-H", "Host: cdn.example.com"];
    let expected = single(&["--sign-host", "cdn.example.com", "s3://photos/a"]).run().expect(0).text();
    assert_ne!(single(&["s3://photos/a"]).run().expect(0).text(), expected);
    assert_eq!(single(&[&given[..], &["s3://photos/a"]].concat()).run().expect(0).text(), expected);
    for (words, input) in [
        (&["-H", "Host: cdn.example.com"][..], &b"s3://photos/a\n"[..]),
        (&["-H", "host:cdn.example.com", "--base", "s3://photos/"], b"a\n"),
        (&["--sign-host", "cdn.example.com"], b"s3://photos/a\n"),
    ] {
        assert_eq!(presign(words).input(input).run().expect(0).text(), expected, "{words:?}");
    }
    let record = br#"{"url":"s3://photos/a","headers":{"Host":"cdn.example.com"}}"#;
    for words in [&["--sign-host", "cdn.example.com"][..], &given] {
        let text = presign(&[&["--jsonl"], words].concat()).input(record).run().expect(0).text();
        assert!(text.contains(expected.trim_end()), "{text}");
    }
    let ran = presign(&["--jsonl", "--sign-host", "other.example.com"]).input(record).run().expect(1);
    assert!(ran.stderr.contains("the Host header names another host than the URL"), "{}", ran.stderr);
    for (words, problem) in [
        (&["-H", "Host:"][..], "the request has no host header"),
        (&["-H", "Host: a", "--sign-host", "b"], "--sign-host and -H 'Host:' exclude each other"),
    ] {
        let ran = single(&[words, &["s3://photos/a"]].concat()).run().expect(2);
        assert!(ran.stderr.contains(problem), "{}", ran.stderr);
        let ran = presign(&[words, &["--base", "s3://photos/"]].concat()).input(b"a\n").run().expect(2);
        assert!(ran.stderr.contains(problem), "{}", ran.stderr);
    }
}

#[test]
fn the_payload_is_chosen_as_for_one_url() {
    for words in [&["--payload", "signed"][..], &["--payload", "unsigned"], &["--unsigned-payload"]] {
        let expected = single(&[words, &["-X", "PUT", "s3://photos/a"]].concat()).run().expect(0).text();
        let found = presign(&[words, &["-X", "PUT"]].concat()).input(b"s3://photos/a\n").run().expect(0).text();
        assert_eq!(found, expected, "{words:?}");
    }
    for (words, problem) in [
        (&["--payload", "streaming"][..], "--batch does not work with --payload streaming"),
        (&["--length", "1"], "--batch does not work with --length"),
        (&["--chunk-size", "64KiB"], "--batch does not work with --chunk-size"),
    ] {
        let ran = presign(words).input(b"s3://photos/a\n").run().expect(2);
        assert!(ran.stderr.contains(problem), "{}", ran.stderr);
    }
}

/// Catches URLs of a directory bucket that are signed without the token of a session.
#[test]
fn a_session_needs_its_token() {
    let url = "s3://b--euw1-az1--x-s3/k";
    let given = ["--s3express-session", "given"];
    let problem = "the credentials are not a session's: they have no session token";
    for (ran, place) in [
        (single(&[&given[..], &[url]].concat()), "single"),
        (presign(&[&given[..], &["--base", "s3://b--euw1-az1--x-s3/"]].concat()).input(b"k\n"), "base"),
    ] {
        let ran = ran.run().expect(3);
        assert!(ran.stderr.contains(problem), "{place}: {}", ran.stderr);
    }
    let ran = presign(&given).input(url.as_bytes()).run().expect(3);
    assert!(ran.stderr.contains(problem) && ran.stdout.is_empty(), "{}", ran.stderr);
    let ran = presign(&given).input(b"s3://photos/a\n").run().expect(1);
    assert!(ran.stderr.contains("--s3express-session works only with the service s3express"), "{}", ran.stderr);
    let ran = presign(&["--s3express-session", "auto"]).input(url.as_bytes()).run().expect(2);
    assert!(ran.stderr.contains("--batch does not work with --s3express-session auto"), "{}", ran.stderr);
}

/// curl, requests and browsers remove such segments (RFC 3986, section 5.2.4).
#[test]
fn a_segment_that_clients_remove_gives_one_warning() {
    let warning = "warning: the path has a segment '.' or '..', which most clients remove";
    let warnings = |ran: Sigvet, code: i32| ran.run().expect(code).stderr.matches(warning).count();
    assert_eq!(warnings(single(&["s3://photos/./a"]), 0), 1);
    assert_eq!(warnings(single(&["https://photos.s3.eu-west-1.amazonaws.com/a/%2e%2E/b"]), 0), 1);
    assert_eq!(warnings(single(&["s3://photos/.a/..b/c..."]), 0), 0);
    assert_eq!(warnings(presign(&["--base", "s3://photos/"]).input(b"./a\nb/../c\n./d\n"), 0), 1);
    assert_eq!(warnings(presign(&[]).input(b"https://photos.s3.eu-west-1.amazonaws.com/a/./b\n"), 0), 1);
    assert_eq!(warnings(presign(&["--base", "s3://photos/"]).input(b".a\nb/..c\nd/e.\n"), 0), 0);
}

#[test]
fn a_problem_of_a_field_names_the_field() {
    let record = br#"{"url":"https://photos.s3.eu-west-1.amazonaws.com/a","region":"us-east-1"}"#;
    let ran = presign(&["--jsonl"]).input(record).run().expect(1);
    assert!(ran.stderr.contains("field 'region': the host photos.s3.eu-west-1.amazonaws.com is in"), "{}", ran.stderr);
    assert!(ran.stderr.contains("hint: correct the field, or omit it"), "{}", ran.stderr);
    let ran = presign(&["--jsonl"]).input(br#"{"url":"s3://photos/a\u0000b"}"#).run().expect(0);
    assert!(ran.text().contains("/a%00b?") && ran.stderr.contains("a key contains a NUL byte"), "{}", ran.stderr);
}
