//! A gibibyte in each direction, in a process that never uses more than a few megabytes.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use crate::send;
use crate::sink::{Arrived, Sink, read_head};

const GIB: u64 = 1 << 30;

/// In KiB. The binary, its libraries and the spool of 8 MiB use less; a quarter of the body would use more.
const BOUND: u64 = 64 * 1024;

/// One test at a time: together they would be slow, and this does not test the machine's memory.
static TURN: Mutex<()> = Mutex::new(());

/// A running child, with its peak memory so far, in KiB.
struct Watched {
    child: Child,
    peak: u64,
}

impl Watched {
    fn run(command: &mut Command) -> Self {
        Self { child: command.spawn().unwrap(), peak: 0 }
    }

    /// Observes it until it ends. Its peak only grows, so the last observation counts, a few milliseconds before the
    /// end.
    #[track_caller]
    fn wait(self) {
        self.wait_below(BOUND);
    }

    #[track_caller]
    fn wait_below(mut self, bound: u64) {
        let status = loop {
            self.peak = self.peak.max(high_water_mark(self.child.id()).unwrap_or_default());
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(status.success(), "{status}: {stderr}");
        assert!(self.peak > 1024, "the memory was not seen: {} KiB", self.peak);
        assert!(self.peak < bound, "{} KiB were taken at the most", self.peak);
    }
}

/// `VmHWM` in KiB; none for a child that has ended.
fn high_water_mark(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A sparse file: a gibibyte that uses no disk space, with a few bytes that are not zero.
fn sparse(directory: &Path) -> PathBuf {
    let path = directory.join("large");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(b"begins").unwrap();
    file.set_len(GIB).unwrap();
    path
}

fn command(words: &[&str]) -> Command {
    let mut command = send(words).into_command();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

#[track_caller]
fn assert_whole(arrived: &Arrived) {
    assert_eq!((arrived.declared, arrived.length), (GIB, GIB));
    assert_eq!(arrived.signed_hash, arrived.hash, "what arrived is what was hashed");
}

/// Catches a file that is read into memory to be hashed, or to be sent.
#[test]
fn an_upload_from_a_file_stays_small() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let path = sparse(directory.path());
    let sink = Sink::taking(|_| ());
    Watched::run(&mut command(&["-T", path.to_str().unwrap(), &sink.url])).wait();
    assert_whole(&sink.arrived());
}

/// Streaming keeps a few chunks, and no spool. In KiB: the limit required by the issue.
const STREAMING_BOUND: u64 = 32 * 1024;

/// The length of a gibibyte in signed chunks of 64 KiB: each has a head of 5 digits, `;chunk-signature=`, 64 digits,
/// and two line ends; the final chunk has 1 digit, and its second line end ends the body.
const GIB_IN_CHUNKS: u64 = GIB + 16_384 * (5 + 17 + 64 + 4) + (1 + 17 + 64 + 4);

/// Catches a payload that is kept until its end is known, or that is chunked as a whole; from a file and from a pipe.
#[test]
fn a_streamed_upload_stays_smaller() {
    let _turn = TURN.lock();
    let directory = tempfile::tempdir().unwrap();
    let path = sparse(directory.path());
    let length = GIB.to_string();
    let sink = Sink::taking(|_| ());
    let words = ["--payload", "streaming", "-T", path.to_str().unwrap(), &sink.url];
    Watched::run(&mut command(&words)).wait_below(STREAMING_BOUND);
    assert_streamed(&sink.arrived());

    let sink = Sink::taking(|_| ());
    let words = ["--payload", "streaming", "-T", "-", "--length", &length, &sink.url];
    let mut watched = Watched::run(command(&words).stdin(Stdio::piped()));
    let mut pipe = watched.child.stdin.take().unwrap();
    std::thread::spawn(move || std::io::copy(&mut std::io::repeat(7).take(GIB), &mut pipe).unwrap());
    watched.wait_below(STREAMING_BOUND);
    assert_streamed(&sink.arrived());
}

#[track_caller]
fn assert_streamed(arrived: &Arrived) {
    assert_eq!((arrived.declared, arrived.length), (GIB_IN_CHUNKS, GIB_IN_CHUNKS));
    assert_eq!(arrived.signed_hash, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
}

/// Catches an input that is spooled in memory. The spool needs a gibibyte of disk space during the test.
#[test]
fn an_upload_from_a_pipe_stays_small() {
    let _turn = TURN.lock();
    let sink = Sink::taking(|_| ());
    let mut watched = Watched::run(command(&["-T", "-", &sink.url]).stdin(Stdio::piped()));
    let mut pipe = watched.child.stdin.take().unwrap();
    std::thread::spawn(move || std::io::copy(&mut std::io::repeat(7).take(GIB), &mut pipe).unwrap());
    watched.wait();
    assert_whole(&sink.arrived());
}

/// Catches a response that is collected before it is written, and an incomplete file.
#[test]
fn a_download_stays_small() {
    let _turn = TURN.lock();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/large", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            read_head(&mut stream);
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {GIB}\r\n\r\n").unwrap();
            let piece = vec![7; 1 << 20];
            (0..GIB >> 20).for_each(|_| stream.write_all(&piece).unwrap());
        }
    });
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    Watched::run(&mut command(&["-o", out.to_str().unwrap(), &url])).wait();
    assert_eq!(out.metadata().unwrap().len(), GIB);
    // To a pipe, which this process reads.
    let mut watched = Watched::run(command(&[&url]).stdout(Stdio::piped()));
    let mut pipe = watched.child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || std::io::copy(&mut pipe, &mut std::io::sink()).unwrap());
    watched.wait();
    assert_eq!(reader.join().unwrap(), GIB);
}
