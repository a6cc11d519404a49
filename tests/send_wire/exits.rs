//! How `send` ends on failure: curl's exit codes, a message that says why, and no partial file.

use std::net::TcpListener;

use crate::common::Outcome;
use crate::recorder::{OK, Recorder, send};

/// One line that begins with `error: ` and contains these words; nothing on standard output.
#[track_caller]
fn assert_says(outcome: Outcome, code: i32, words: &[&str]) {
    let outcome = outcome.expect(code);
    assert_eq!(outcome.text(), "");
    assert!(outcome.stderr.starts_with("error: ") && outcome.stderr.ends_with('\n'), "{}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {}", outcome.stderr);
    }
}

/// `.invalid` never resolves (RFC 2606).
#[test]
fn a_host_that_does_not_exist_is_6() {
    assert_says(send(&["http://nowhere.invalid/"]).run(), 6, &["cannot find host nowhere.invalid"]);
}

#[test]
fn a_port_that_nobody_listens_on_is_7() {
    let host = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert_says(send(&[&format!("http://{host}/")]).run(), 7, &[&format!("cannot connect to {host}"), "refused"]);
}

/// The server reads the request and closes the connection.
#[test]
fn no_answer_is_52() {
    let recorder = Recorder::answering("");
    assert_says(send(&[&recorder.url("/")]).run(), 52, &["closed the connection without an answer"]);
    recorder.only_request();
}

/// The server closes the connection without reading anything: whether that appears as an end or as a reset is random.
#[test]
fn a_server_that_closes_at_once_is_52_or_56() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || listener.incoming().for_each(drop));
    let outcome = send(&[&format!("http://{host}/")]).run();
    let code = outcome.code.unwrap();
    assert!([52, 56].contains(&code), "{outcome:?}");
    assert_says(outcome, code, &[&host]);
}

#[test]
fn an_answer_that_is_not_http_is_56() {
    let recorder = Recorder::answering("SSH-2.0-OpenSSH_9.2\r\n");
    assert_says(send(&[&recorder.url("/")]).run(), 56, &[&recorder.host]);
}

/// Catches half a download that looks like a complete one.
#[test]
fn a_short_answer_is_18_and_leaves_no_file() {
    let recorder = Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let words = ["-o", out.to_str().unwrap(), &recorder.url("/")];
    assert_says(send(&words).run(), 18, &["was cut off"]);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "no file, and no temporary one");

    std::fs::write(&out, "from before").unwrap();
    send(&words).run().expect(18);
    assert_eq!(std::fs::read(&out).unwrap(), b"from before");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);

    let shown = send(&[&recorder.url("/")]).run().expect(18);
    assert_eq!(shown.text(), "half", "what came is printed, and the exit code says that it is not all");
}

#[test]
fn a_refusal_is_22_with_f_and_0_without() {
    for status in ["400 Bad Request", "403 Forbidden", "503 Service Unavailable"] {
        let recorder = Recorder::answering(format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nno"));
        let refused = send(&["-f", &recorder.url("/")]).run().expect(22);
        assert_eq!(refused.text(), "");
        assert!(refused.stderr.ends_with(&format!("error: the server answered {status}\n")), "{}", refused.stderr);
        assert_eq!(send(&[&recorder.url("/")]).run().expect(0).text(), "no");
    }
}

#[test]
fn an_output_without_its_directory_is_23() {
    let recorder = Recorder::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("not/there");
    let out = out.to_str().unwrap();
    let why = format!("cannot write {out}: its directory does not exist");
    assert_says(send(&["-o", out, &recorder.url("/")]).run(), 23, &[&why]);
    let here = directory.path().to_str().unwrap();
    assert_says(
        send(&["-o", here, &recorder.url("/")]).run(),
        23,
        &[&format!("cannot write {here}: it is a directory")],
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_23() {
    let recorder = Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
    let full = send(&["-o", "/dev/full", &recorder.url("/")]).run();
    assert_says(full, 23, &["cannot write /dev/full: no space left"]);
    let mut command = send(&[&recorder.url("/")]).into_command();
    command.stdout(std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(23));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.starts_with("error: cannot write the output: "), "{stderr}");
}

#[test]
fn a_body_that_cannot_be_read_is_26_and_nothing_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let missing = missing.to_str().unwrap();
    assert_says(send(&["-T", missing, &url]).run(), 26, &[&format!("cannot read {missing}: no such file")]);
    let at = format!("@{missing}");
    assert_says(send(&["--data-binary", &at, &url]).run(), 26, &["no such file"]);
    let here = directory.path().to_str().unwrap();
    assert_says(send(&["-T", here, &url]).run(), 26, &["it is a directory"]);
    assert_eq!(listener.accept().map(drop).map_err(|error| error.kind()), Err(std::io::ErrorKind::WouldBlock));
}
