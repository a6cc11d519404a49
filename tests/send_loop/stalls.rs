//! Servers that say nothing, too little, or stop halfway: every run ends in time, with curl's exit code.

use std::time::{Duration, Instant};

use crate::recorder::Recorder;
use crate::{answer, assert_says, send};

/// Far more than one second, far less than the servers here take.
const SOON: Duration = Duration::from_secs(10);
const LONG: Duration = Duration::from_secs(40);

/// Sends this beginning, and then nothing, without closing the connection.
fn stalling(beginning: &'static str) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                if !beginning.is_empty() {
                    crate::recorder::read_request(&mut stream);
                    std::io::Write::write_all(&mut stream, beginning.as_bytes()).unwrap();
                }
                std::thread::sleep(LONG);
            });
        }
    });
    host
}

/// Catches a limit that ends with the head of the response, or that restarts with each part of it.
#[test]
fn the_time_limit_for_a_request_applies_at_every_stage() {
    for beginning in ["", "HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"] {
        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("out");
        let begun = Instant::now();
        let url = format!("http://{}/", stalling(beginning));
        let outcome = send(&["-m", "1", "-o", out.to_str().unwrap(), &url]).run().expect(28);
        assert!((Duration::from_secs(1)..SOON).contains(&begun.elapsed()), "{:?}", begun.elapsed());
        assert_says(&outcome, "took too long");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "{beginning}");
    }
}

/// A refusal is read before it is shown. Catches one that is waited for indefinitely.
#[test]
fn a_refusal_that_never_ends_is_28() {
    let url = format!("http://{}/", stalling("HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nhalf"));
    assert_says(&send(&["-m", "1", &url]).run().expect(28), "took too long");
}

/// An upload that nobody reads. Catches a limit that only counts while an answer is awaited.
#[test]
fn an_upload_that_nobody_reads_is_28() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::File::create(&path).unwrap().set_len(32 << 20).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let begun = Instant::now();
    send(&["-m", "1", "--unsigned-payload", "-T", path.to_str().unwrap(), &url]).run().expect(28);
    assert!(begun.elapsed() < SOON);
}

/// TLS is part of connecting, as in curl. Catches a handshake that may take for ever.
#[test]
fn the_time_limit_for_a_connection_includes_tls() {
    let begun = Instant::now();
    let url = format!("https://{}/", stalling(""));
    assert_says(&send(&["--connect-timeout", "1", &url]).run().expect(28), "no connection was made");
    assert!(begun.elapsed() < SOON);
    // It does not limit what comes after.
    let slow = Recorder::replying(|_, _| {
        std::thread::sleep(Duration::from_millis(1500));
        answer("200 OK", "", "slow")
    });
    assert_eq!(send(&["--connect-timeout", "1", &slow.url("/")]).run().expect(0).text(), "slow");
}

/// Each try has its own `-m` time limit, as in curl's manual.
#[test]
fn a_try_that_stalls_is_followed_by_another() {
    let host = stalling("");
    let words = ["-m", "0.3", "--retry", "2", "--retry-delay", "0", "-w", "%{num_retries}", &format!("http://{host}/")];
    let outcome = send(&words).run().expect(28);
    assert_eq!(outcome.stderr.matches("took too long").count(), 3, "{}", outcome.stderr);
}

/// Catches half a download that is kept under the name of a complete one, or of an older one.
#[test]
fn half_a_body_is_18_and_no_file() {
    let directory = tempfile::tempdir().unwrap();
    for cut in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let server = Recorder::answering(cut);
        let folder = directory.path().to_str().unwrap();
        let outcome = send(&["-O", "--output-dir", folder, &server.url("/dir/name")]).run().expect(18);
        assert_says(&outcome, "was cut off");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
