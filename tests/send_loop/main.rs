//! `sigvet send` beyond one request and one answer: redirects, retries, corrections, stalling servers, other routes.
//!
//! Catches a second request with the first one's signature, one that gives another host access, and an endless loop.
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

/// The tests' session token.
const TOKEN: &str = "IQoJb3JpZ2luX2VjE+/==";

/// A run of `send` with a session token.
fn send(words: &[&str]) -> Sigvet {
    recorder::send(words).env("AWS_SESSION_TOKEN", TOKEN)
}

/// An answer with a body, and fields that each end in a line break.
fn answer(status: &str, fields: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// An answer that redirects the client.
fn redirect(status: u16, to: &str) -> Vec<u8> {
    answer(&format!("{status} Elsewhere"), &format!("Location: {to}\r\n"), "moved")
}

/// The server's side: the request is validly signed, now and with the test key.
#[track_caller]
fn assert_valid(sent: &Captured) {
    let verify = Sigvet::new(&["verify", "-"]).env("AWS_SESSION_TOKEN", TOKEN);
    verify.input(&sent.raw).run().expect(0);
}

/// Standard error ends with one error line that contains these words.
#[track_caller]
fn assert_says(outcome: &Outcome, words: &str) {
    let line = outcome.stderr.lines().rfind(|line| line.starts_with("error: ")).unwrap_or_default();
    assert!(line.contains(words), "{words}: {}", outcome.stderr);
}
