//! Targets that invite normalisation, over plain HTTP/1.1: the line on the wire is the signed one.

use crate::common::Sigvet;
use crate::odd_targets::odd_targets;
use crate::recorder::{OK, Recorder, send};

const DATE: &str = "20260301T101112Z";

#[test]
fn every_odd_target_arrives_as_signed() {
    let targets = odd_targets();
    std::thread::scope(|scope| {
        for part in targets.chunks(targets.len().div_ceil(3)) {
            scope.spawn(|| part.iter().for_each(|target| assert_arrives(target)));
        }
    });
}

#[track_caller]
fn assert_arrives(typed: &str) {
    let recorder = Recorder::answering(OK);
    let outcome = send(&["-v", "--path-as-is", "--date", DATE, &recorder.url(typed)]).run().expect(0);
    let signed = outcome.stderr.lines().find_map(|line| line.strip_prefix("> ")).unwrap();
    let sent = recorder.only_request();
    assert_eq!(sent.line, signed, "{typed}");
    let is_kept = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%?&=".contains(&byte);
    if typed.starts_with('/') && typed.bytes().all(is_kept) && has_whole_escapes(typed) {
        assert_eq!(sent.line, format!("GET {typed} HTTP/1.1"));
    }
    Sigvet::new(&["verify", "-", "--now", DATE]).input(&sent.raw).run().expect(0);
}

/// A percent sign that is not an escape is not sent unchanged.
fn has_whole_escapes(typed: &str) -> bool {
    typed.split('%').skip(1).all(|rest| {
        let mut digits = rest.chars();
        digits.by_ref().take(2).filter(char::is_ascii_hexdigit).count() == 2
    })
}
