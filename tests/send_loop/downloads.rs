//! Downloads that are resumed, named by the server, and limited in speed.

use std::time::{Duration, Instant};

use crate::recorder::Recorder;
use crate::{answer, assert_says, assert_valid, send};

/// Catches a range that is not signed, and a file that is overwritten instead of continued.
#[test]
fn a_download_continues_where_the_file_ends() {
    let recorder = Recorder::replying(|_, request| {
        assert_eq!(request.values("range"), ["bytes=4-"]);
        answer("206 Partial Content", "Content-Range: bytes 4-9/10\r\n", "456789")
    });
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "0123").unwrap();
    let words = ["-C", "-", "-o", file.to_str().unwrap(), &recorder.url("/k")];
    send(&words).run().expect(0);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "0123456789");
    assert!(recorder.only_request().values("authorization")[0].contains("range;"));
    assert_valid(&recorder.only_request());
    let whole = Recorder::answering(answer("200 OK", "", "0123456789"));
    let outcome = send(&["-C", "4", "-o", file.to_str().unwrap(), &whole.url("/k")]).run().expect(33);
    assert_says(&outcome, "the server sent the whole object");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "0123456789");
}

/// Catches a server that can choose where to write.
#[test]
fn a_server_names_a_file_but_no_directory() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("taken"), "mine").unwrap();
    let folder = directory.path().to_str().unwrap();
    for (name, exit, written) in
        [("../../up.txt", 0, Some("up.txt")), ("taken", 23, None), (".profile", 23, None), ("a\tb", 23, None)]
    {
        let header = format!("Content-Disposition: attachment; filename=\"{name}\"\r\n");
        let recorder = Recorder::answering(answer("200 OK", &header, "theirs"));
        send(&["-s", "-OJ", "--output-dir", folder, &recorder.url("/k")]).run().expect(exit);
        if let Some(written) = written {
            assert_eq!(std::fs::read_to_string(directory.path().join(written)).unwrap(), "theirs");
        }
    }
    assert_eq!(std::fs::read_to_string(directory.path().join("taken")).unwrap(), "mine");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
}

/// Catches a limit without effect, in either direction: at 20,000 bytes per second, 10,000 take half a second.
#[test]
fn a_limit_slows_both_directions() {
    let body = "x".repeat(10_000);
    let download = Recorder::answering(answer("200 OK", "", &body));
    let begun = Instant::now();
    send(&["--limit-rate", "20000", &download.url("/k")]).run().expect(0);
    assert!(begun.elapsed() >= Duration::from_millis(450), "{:?}", begun.elapsed());
    let upload = Recorder::answering(answer("200 OK", "", ""));
    let body = "x".repeat(40_000);
    let begun = Instant::now();
    send(&["--limit-rate", "40000", "-X", "PUT", "-d", &body, &upload.url("/k")]).run().expect(0);
    // Nothing waits after the last slice.
    assert!(begun.elapsed() >= Duration::from_millis(450), "{:?}", begun.elapsed());
    assert_eq!(upload.only_request().body.len(), 40_000);
    assert_valid(&upload.only_request());
}
