//! `sigvet send` beyond one request and one answer: redirects, retries, corrections, servers that stall, other ways there.
//!
//! They catch a second request that carries the signature of the first, one that tells another host what gives access, and
//! a loop without an end.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

use sigvet_testing as common;
#[path = "../send_wire/recorder.rs"]
mod recorder;

mod cookies;
mod corrections;
mod downloads;
mod differences;
mod explain;
mod express;
mod hosts;
mod locations;
mod output;
mod redirects;
mod retries;
#[cfg(unix)]
mod socks;
mod stalls;
#[cfg(unix)]
mod ways;

use common::{Outcome, Sigvet};
use recorder::Captured;

/// The session token of the tests.
const TOKEN: &str = "IQoJb3JpZ2luX2VjE+/==";

/// A run of `send` with a session token.
fn send(words: &[&str]) -> Sigvet {
    recorder::send(words).env("AWS_SESSION_TOKEN", TOKEN)
}

/// An answer with a body, and fields that each end in a line break.
fn answer(status: &str, fields: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// An answer that sends the client elsewhere.
fn redirect(status: u16, to: &str) -> Vec<u8> {
    answer(&format!("{status} Elsewhere"), &format!("Location: {to}\r\n"), "moved")
}

/// The server's side: what arrived is validly signed, at this moment and with the key of the tests.
#[track_caller]
fn assert_valid(sent: &Captured) {
    let verify = Sigvet::new(&["verify", "-"]).env("AWS_SESSION_TOKEN", TOKEN);
    verify.input(&sent.raw).run().expect(0);
}

/// One line of an error with these words, at the end of standard error.
#[track_caller]
fn assert_says(outcome: &Outcome, words: &str) {
    let line = outcome.stderr.lines().rfind(|line| line.starts_with("error: ")).unwrap_or_default();
    assert!(line.contains(words), "{words}: {}", outcome.stderr);
}
