//! Where `-O` writes: the typed URL decides, not a server.

use crate::recorder::{Recorder, send};

/// Catches a server that chooses a file name by redirecting.
#[test]
fn a_redirect_does_not_name_the_file() {
    let after = Recorder::answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody");
    let location = after.url("/.bashrc");
    let answer = format!("HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    let before = Recorder::answering(answer);
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path().to_str().unwrap();
    send(&["-L", "-O", "--output-dir", here, &before.url("/report.pdf?q=/x")]).run().expect(0);
    let names: Vec<_> = std::fs::read_dir(here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["report.pdf"]);
    assert_eq!(std::fs::read(directory.path().join("report.pdf")).unwrap(), b"body");
}

/// Catches a DELETE that is sent before it turns out that there is nowhere to write its answer.
#[test]
fn without_a_name_nothing_is_sent() {
    let recorder = Recorder::answering(crate::recorder::OK);
    for target in ["/", "/directory/", "/..", "/a/?name"] {
        let outcome = send(&["-O", "--path-as-is", "-X", "DELETE", &recorder.url(target)]).run().expect(23);
        assert!(outcome.stderr.contains("no file name for -O"), "{}", outcome.stderr);
    }
    assert_eq!(recorder.count(), 0);
}
