//! How an answer is handled: its bytes on standard output or in a file, its head on request.

use std::io::Read;

use crate::common::all_bytes;
use crate::recorder::{OK, Recorder, send};

fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

/// Catches an output that is treated as text, or a compressed body that is unpacked.
#[test]
fn the_body_is_printed_as_received() {
    let recorder = Recorder::answering(answer("200 OK\r\nContent-Encoding: gzip", &all_bytes()));
    assert!(send(&[&recorder.url("/")]).run().expect(0).stdout == all_bytes());
}

#[test]
fn chunks_are_joined() {
    let recorder = Recorder::answering(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
    );
    assert_eq!(send(&[&recorder.url("/")]).run().expect(0).text(), "abcde");
}

/// HTTP/1.0 has no other way to end a body. Catches a close that is reported as a failure.
#[test]
fn a_body_may_end_with_the_connection() {
    let recorder = Recorder::answering("HTTP/1.0 200 OK\r\n\r\nto the end");
    assert_eq!(send(&[&recorder.url("/")]).run().expect(0).text(), "to the end");
}

#[test]
fn include_prints_the_head_first() {
    let recorder = Recorder::answering(answer("404 Not Found\r\nX-A: 1\r\nSet-Cookie: a\r\nSet-Cookie: b", b"gone"));
    let text = send(&["-i", &recorder.url("/")]).run().expect(0).text();
    let fields = "x-a: 1\r\nset-cookie: a\r\nset-cookie: b\r\ncontent-length: 4\r\n\r\n";
    assert_eq!(text, format!("HTTP/1.1 404 Not Found\r\n{fields}gone"));
}

/// A redirect is an answer like any other. Catches a second request, which would carry the token to another host.
#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Recorder::answering(OK);
    for status in ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"] {
        let recorder = Recorder::answering(answer(&format!("{status}\r\nLocation: {}", elsewhere.url("/x")), b"there"));
        assert_eq!(send(&["-f", &recorder.url("/")]).run().expect(0).text(), "there");
        recorder.only_request();
        let shown = send(&["-i", &recorder.url("/")]).run().expect(0).text();
        assert!(shown.starts_with(&format!("HTTP/1.1 {status}\r\nlocation: http://")), "{shown}");
    }
    send(&[&elsewhere.url("/mine")]).run().expect(0);
    assert!(elsewhere.only_request().line.starts_with("GET /mine "));
}

#[test]
fn the_file_of_o_contains_the_body_and_replaces_the_old_content() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    std::fs::write(&out, "something longer that was there before").unwrap();
    let recorder = Recorder::answering(answer("200 OK", b"new"));
    let done = send(&["-o", out.to_str().unwrap(), &recorder.url("/")]).run().expect(0);
    assert_eq!((done.text().as_str(), done.stderr.as_str()), ("", ""));
    assert_eq!(std::fs::read(&out).unwrap(), b"new");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing else is left there");
}

/// As in `sigvet send … | head -1`. Catches a message about a pipe, or a failure.
#[test]
fn a_reader_that_stops_ends_it_quietly() {
    let recorder = Recorder::answering(answer("200 OK", &vec![b'x'; 4 << 20]));
    let mut child = send(&[&recorder.url("/")]).into_command().spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
    assert_eq!(&first, b"xxxxxxxxxx");
}
