//! Where answers, errors and notes go: the options that scripts rely on, and what they suppress.

use crate::recorder::{OK, Recorder};
use crate::{answer, assert_says, send};

fn refusing() -> Recorder {
    Recorder::answering(answer("403 Forbidden", "", "<Error><Code>AccessDenied</Code></Error>"))
}

/// Catches notes in a cron job's mail.
#[test]
fn silent_prints_nothing_and_show_error_says_why() {
    let busy = Recorder::replying(|before, _| match before {
        0 => answer("503 Busy", "", ""),
        _ => answer("200 OK", "", "done"),
    });
    let outcome = send(&["-s", "--retry", "1", "--retry-delay", "0", &busy.url("/")]).run().expect(0);
    assert_eq!((outcome.text().as_str(), outcome.stderr.as_str()), ("done", ""));
    let cut = Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    assert_eq!(send(&["-s", &cut.url("/")]).run().expect(18).stderr, "");
    let outcome = send(&["-sS", &cut.url("/")]).run().expect(18);
    assert_says(&outcome, "was cut off");
    assert_eq!(send(&["-s", "-f", &refusing().url("/")]).run().expect(22).stderr, "");
    let outcome = send(&["-sS", "-f", &refusing().url("/")]).run().expect(22);
    assert_says(&outcome, "the server answered 403 Forbidden");
}

/// Catches a body that is lost because of the exit code, or the reverse.
#[test]
fn fail_with_body_prints_it() {
    let server = refusing();
    let outcome = send(&["--fail-with-body", &server.url("/")]).run().expect(22);
    assert_eq!(outcome.text(), "<Error><Code>AccessDenied</Code></Error>");
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    send(&["--fail-with-body", "-o", out.to_str().unwrap(), &server.url("/")]).run().expect(22);
    assert_eq!(std::fs::read_to_string(&out).unwrap(), outcome.text());
    let kept = directory.path().join("kept");
    send(&["-f", "-o", kept.to_str().unwrap(), &server.url("/")]).run().expect(22);
    assert!(!kept.exists());
}

/// Catches sizes that include heads, or the body of an answer that did not count.
#[test]
fn write_out_prints_the_facts() {
    let server = Recorder::replying(|before, _| match before {
        0 => answer("503 Busy", "", "a longer body than the other"),
        _ => answer("201 Created", "", "twelve bytes"),
    });
    let format = "\n%{http_code} %{size_download} %{size_upload} %{num_retries} %{method} %{exitcode}\n";
    let words = ["-w", format, "--retry", "1", "--retry-delay", "0", "-d", "abc", &server.url("/")];
    assert_eq!(send(&words).run().expect(0).text(), "twelve bytes\n201 12 3 1 POST 0\n");
    // Also the facts of a failure.
    let outcome = send(&["-f", "-s", "-w", "%{http_code} %{exitcode}", &refusing().url("/")]).run().expect(22);
    assert_eq!(outcome.text(), "403 22");
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let outcome = send(&["-s", "-w", "%{http_code}", &format!("http://{port}/")]).run().expect(7);
    assert_eq!(outcome.text(), "000");
}

/// Catches a size that omits the part of a refusal that was read to explain it, and a truncated body of an answer to
/// `-L`.
#[test]
fn write_out_counts_the_whole_refusal() {
    let body = "x".repeat(600_000);
    let server = Recorder::answering(answer("404 Not Found", "", &body));
    let outcome = send(&["-w", "%{size_download}", &server.url("/")]).run().expect(0);
    assert!(outcome.text() == body + "600000");
}

/// Catches a URL, which may come from others, whose name leads out of the directory.
#[test]
fn the_name_of_a_download_is_the_last_part_of_the_path() {
    let directory = tempfile::tempdir().unwrap();
    let server = Recorder::answering(answer("200 OK", "", "content"));
    let nested = directory.path().join("a/b");
    let output = ["--output-dir", nested.to_str().unwrap(), "-O"];
    for (target, name) in [("/x/report.pdf?v=1/y", "report.pdf"), ("/%2e%2e%2fup", "%2e%2e%2fup"), ("//n", "n")] {
        let url = server.url(target);
        let outcome = send(&[&output[..], &["--create-dirs", &url]].concat()).run().expect(0);
        assert_eq!(outcome.text(), "");
        assert_eq!(std::fs::read_to_string(nested.join(name)).unwrap(), "content", "{target}");
    }
    for target in ["/", "/dir/", "/.", "/a/..", "/?x/name"] {
        let outcome = send(&[&output[..], &[server.url(target).as_str()]].concat()).run().expect(23);
        assert_says(&outcome, "no file name for -O");
    }
    assert_eq!(std::fs::read_dir(&nested).unwrap().count(), 3);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// Catches directories that are made without being requested, and `-o` that ignores its directory.
#[test]
fn directories_are_made_on_request() {
    let directory = tempfile::tempdir().unwrap();
    let server = Recorder::answering(answer("200 OK", "", "content"));
    let base = directory.path().join("base");
    let words = ["--output-dir", base.to_str().unwrap(), "-o", "sub/name", &server.url("/")];
    send(&words).run().expect(23);
    assert!(!base.exists());
    send(&[&["--create-dirs"], &words[..]].concat()).run().expect(0);
    assert_eq!(std::fs::read_to_string(base.join("sub/name")).unwrap(), "content");
}

/// Catches a signature that is made anyway, and a token that is sent along.
#[test]
fn without_a_signature_no_part_of_it_is_sent() {
    let server = Recorder::answering(OK);
    send(&["--no-sign-request", "-d", "x", &server.url("/")]).run().expect(0);
    let sent = server.only_request();
    let names: Vec<_> = sent.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    assert!(!names.iter().any(|name| name == "authorization" || name.starts_with("x-amz-")), "{names:?}");
    assert_eq!(sent.body, b"x");
}
