//! A file that changes while it is sent: the run exits with 26, and the server never gets the declared number of bytes.

use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use crate::send;
use crate::sink::Sink;

/// More than the kernel's buffers for a connection can hold: the client waits for the server.
const LENGTH: u64 = 48 << 20;

fn shrink(path: &Path) {
    std::fs::File::options().write(true).open(path).unwrap().set_len(LENGTH / 2).unwrap();
}

fn grow(path: &Path) {
    std::fs::File::options().append(true).open(path).unwrap().write_all(b"more").unwrap();
}

/// The same length, other bytes at the end.
fn rewrite(path: &Path) {
    let mut file = std::fs::File::options().write(true).open(path).unwrap();
    file.seek(SeekFrom::End(-4)).unwrap();
    file.write_all(b"last").unwrap();
}

/// As editors save: the file that is being read loses its name, so its link count changes.
fn replace(path: &Path) {
    let other = path.with_extension("new");
    std::fs::File::create(&other).unwrap().set_len(LENGTH).unwrap();
    std::fs::rename(&other, path).unwrap();
}

/// Sends a file that is changed after the server has read the first part of it.
#[track_caller]
fn changed_while_sent(words: &[&str], change: fn(&Path)) -> String {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::File::create(&path).unwrap().set_len(LENGTH).unwrap();
    let (target, mut is_changed) = (path.clone(), false);
    let sink = Sink::taking(move |_| {
        if !std::mem::replace(&mut is_changed, true) {
            change(&target);
            std::thread::sleep(Duration::from_millis(50));
        }
    });
    let outcome = send(&[words, &["-T", path.to_str().unwrap(), &sink.url]].concat()).run().expect(26);
    let arrived = sink.arrived();
    assert_eq!(arrived.declared, LENGTH);
    assert!(arrived.length < LENGTH, "the server got a whole body, which is not the one that was signed");
    assert_eq!(outcome.text(), "");
    outcome.stderr
}

/// Catches a mixture of two files that a server takes for one of them.
#[test]
fn a_file_that_changes_while_it_is_sent_is_never_sent_whole() {
    for (what, change) in
        [("shrinks", shrink as fn(&Path)), ("grows", grow), ("rewritten", rewrite), ("replaced", replace)]
    {
        let stderr = changed_while_sent(&[], change);
        assert!(stderr.contains("it changed after it was hashed"), "{what}: {stderr}");
        // Without a hash in the signature the server could not notice.
        let stderr = changed_while_sent(&["--unsigned-payload"], change);
        assert!(stderr.contains("it changed before all of it was sent"), "{what}: {stderr}");
    }
}

/// A retry would not hash again. Catches one that sends the new file with the old signature.
#[test]
fn a_changed_file_is_not_retried() {
    let words = ["--retry", "3", "--retry-delay", "0"];
    changed_while_sent(&words, rewrite);
}
