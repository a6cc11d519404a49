//! `--retry`: what is retried, how often, when; each try is signed anew, with its whole body.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use crate::common::all_bytes;
use crate::recorder::Recorder;
use crate::{answer, assert_says, assert_valid, redirect, send};

/// Busy this many times with this status, then successful.
fn busy(times: usize, status: &'static str, fields: &'static str) -> Recorder {
    Recorder::replying(
        move |before, _| {
            if before < times { answer(status, fields, "busy") } else { answer("200 OK", "", "done") }
        },
    )
}

const NOW: [&str; 4] = ["--retry", "5", "--retry-delay", "0"];

/// Catches one try too many or too few, and an answer that is printed although it does not count.
#[test]
fn a_busy_server_is_asked_until_it_answers() {
    for status in ["503 Busy", "500 Oops", "429 Slow Down", "408 Late"] {
        let server = busy(2, status, "");
        let outcome = send(&[&NOW[..], &["-f", &server.url("/key?a=1")]].concat()).run().expect(0);
        assert_eq!(outcome.text(), "done");
        assert_eq!(outcome.stderr.matches(" answered ").count(), 2, "{}", outcome.stderr);
        let requests = server.requests();
        assert_eq!(requests.len(), 3, "{status}");
        for request in requests {
            assert_eq!(request.line, "GET /key?a=1 HTTP/1.1");
            assert_valid(&request);
        }
    }
}

#[test]
fn the_last_answer_counts_when_the_tries_are_used_up() {
    let server = busy(9, "503 Busy", "");
    let outcome = send(&["--retry", "2", "--retry-delay", "0", &server.url("/")]).run().expect(0);
    assert_eq!((outcome.text().as_str(), server.requests().len()), ("busy", 3));
    let server = busy(9, "503 Busy", "");
    send(&["-f", "--retry", "1", "--retry-delay", "0", &server.url("/")]).run().expect(22);
    assert_eq!(server.requests().len(), 2);
}

/// Catches repeated attempts without a chance, which could lock an account.
#[test]
fn a_refusal_is_not_retried() {
    for status in ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "409 Conflict"] {
        let server = busy(1, status, "");
        assert_eq!(send(&[&NOW[..], &[&server.url("/")]].concat()).run().expect(0).text(), "busy");
        server.only_request();
        let server = busy(1, status, "");
        let url = server.url("/");
        let words = [&NOW[..], &["--retry-all-errors", &url]].concat();
        assert_eq!(send(&words).run().expect(0).text(), "done", "{status}");
    }
}

/// A signature is valid for minutes, and a server may ask to wait longer. Catches the date of the first try in the
/// second.
#[test]
fn the_servers_wait_is_respected_and_the_next_try_is_dated_anew() {
    let server = busy(1, "503 Busy", "Retry-After: 1\r\n");
    let begun = Instant::now();
    let outcome = send(&["--retry", "1", &server.url("/")]).run().expect(0);
    assert!(begun.elapsed() >= Duration::from_secs(1) && outcome.stderr.contains("trying again in 1 s"), "{outcome:?}");
    let [first, second] = server.requests().try_into().unwrap();
    assert_ne!(first.values("x-amz-date"), second.values("x-amz-date"));
    assert_ne!(first.values("authorization"), second.values("authorization"));
    [first, second].iter().for_each(assert_valid);
}

#[test]
fn a_retry_after_of_zero_means_no_wait() {
    let server = busy(5, "503 Busy", "Retry-After: 0\r\n");
    let begun = Instant::now();
    send(&["--retry", "5", &server.url("/")]).run().expect(0);
    assert!(begun.elapsed() < Duration::from_secs(10), "1, 2, 4, 8 and 16 seconds were not waited");
}

/// Catches a limit that is not checked, or is checked only after a wait.
#[test]
fn retries_end_with_their_time_limit() {
    let server = busy(1000, "503 Busy", "");
    let words = ["--retry", "1000", "--retry-delay", "0.1", "--retry-max-time", "1", &server.url("/")];
    assert_eq!(send(&words).run().expect(0).text(), "busy");
    assert!((2..=11).contains(&server.requests().len()), "{}", server.requests().len());
    let server = busy(1, "503 Busy", "Retry-After: 3600\r\n");
    assert_eq!(send(&["--retry", "1", "--retry-max-time", "5", &server.url("/")]).run().expect(0).text(), "busy");
}

/// Catches a body that is used up by the first try: from a file, from standard input, from a form.
#[test]
fn the_body_is_whole_each_time() {
    let body: Vec<u8> = all_bytes().into_iter().cycle().take(300_001).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::write(&path, &body).unwrap();
    let path = path.to_str().unwrap();
    let (at, part) = (format!("@{path}"), format!("part=@{path}"));
    for upload in [["-T", path], ["-T", "-"], ["--data-binary", &at], ["--data-binary", "@-"], ["-F", &part]] {
        let server = busy(2, "503 Busy", "");
        send(&[&NOW[..], &upload, &[&server.url("/key")]].concat()).input(&body).run().expect(0);
        let requests = server.requests();
        assert_eq!(requests.len(), 3);
        for request in &requests {
            assert_valid(request);
            assert!(request.body == requests[0].body, "{upload:?}");
            assert!(upload[0] == "-F" || request.body == body, "{upload:?}");
        }
        assert!(requests[0].body.windows(body.len()).any(|window| window == body), "{upload:?}");
    }
}

/// Like a service that is starting. The port is free for a moment, in which another process could take it.
#[test]
fn a_server_that_is_starting_is_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        let (mut stream, _) = TcpListener::bind(address).unwrap().accept().unwrap();
        let request = crate::recorder::read_request(&mut stream);
        std::io::Write::write_all(&mut stream, &answer("200 OK", "", "up")).unwrap();
        request
    });
    let words = ["--retry", "200", "--retry-delay", "0.05", &format!("http://{address}/")];
    let outcome = send(&words).run().expect(0);
    assert_eq!(outcome.text(), "up");
    assert!(outcome.stderr.contains("cannot connect"), "{}", outcome.stderr);
    assert_valid(&crate::recorder::Captured::parse(&server.join().unwrap()));
}

#[test]
fn a_closed_connection_is_retried() {
    let server = Recorder::replying(|before, _| if before == 0 { Vec::new() } else { answer("200 OK", "", "done") });
    assert_eq!(send(&[&NOW[..], &[&server.url("/")]].concat()).run().expect(0).text(), "done");
    let gone = Recorder::answering("");
    let outcome = send(&["--retry", "2", "--retry-delay", "0", &gone.url("/")]).run().expect(52);
    assert_says(&outcome, "closed the connection without an answer");
    assert_eq!(gone.requests().len(), 3);
}

/// Catches tries that start at the first URL again, or that are counted as redirects.
#[test]
fn a_retry_stays_where_redirects_led() {
    let server = Recorder::replying(|before, _| match before {
        0 => redirect(307, "/second"),
        1 => answer("503 Busy", "", "busy"),
        _ => answer("200 OK", "", "done"),
    });
    let url = server.url("/first");
    let words = [&NOW[..], &["-L", "--max-redirs", "1", "-w", " %{num_redirects}", &url]].concat();
    assert_eq!(send(&words).run().expect(0).text(), "done 1");
    let lines: Vec<_> = server.requests().into_iter().map(|request| request.line).collect();
    assert_eq!(lines, ["GET /first HTTP/1.1", "GET /second HTTP/1.1", "GET /second HTTP/1.1"]);
    server.requests().iter().for_each(assert_valid);
}
