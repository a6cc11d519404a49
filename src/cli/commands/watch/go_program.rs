//! Recognizes Go programs. They find certificates through `SSL_CERT_FILE`, and some exit at once if
//! `AWS_CA_BUNDLE` is set.
//!
//! The SDK for Go refuses to load a bundle into a client with a custom transport (aws-sdk-go #3618). This affects
//! rclone, external-dns, wal-g and others.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Go's linker puts its note right after the headers, and Go's own tools do not look for it any further.
const BEGINNING: u64 = 32 * 1024;

/// The type and the name of the note with the Go build ID.
const NOTE: &[u8] = b"\x04\0\0\0Go\0\0";

/// Whether a word of the command line is a Go program: the program itself, or the one run by `env`,
/// `timeout` or `sudo`.
pub fn is_in(command: &[impl AsRef<OsStr>], path: &str) -> bool {
    command.iter().any(|word| find(word.as_ref(), path).is_some_and(|file| is_go(&file)))
}

/// The file that a shell would run for this word.
fn find(word: &OsStr, path: &str) -> Option<PathBuf> {
    if Path::new(word).components().count() > 1 {
        return Some(PathBuf::from(word));
    }
    std::env::split_paths(path).map(|directory| directory.join(word)).find(|file| file.is_file())
}

fn is_go(file: &Path) -> bool {
    // Only regular files are opened, because opening a pipe would block until something writes to it.
    let opened = Some(file).filter(|file| file.is_file()).and_then(|file| File::open(file).ok());
    let mut beginning = Vec::new();
    let read = opened.and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning).ok());
    read.is_some() && beginning.starts_with(b"\x7fELF") && memchr::memmem::find(&beginning, NOTE).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a note that is looked for in the wrong place. The notes are those that `readelf --notes` shows for
    /// restic and for `true`.
    #[test]
    fn a_go_program_is_recognized_by_its_note() {
        let directory = tempfile::tempdir().unwrap();
        let note = |name: &[u8]| [&b"\x7fELF"[..], &[0; 900], b"\x04\0\0\0\x53\0\0\0\x04\0\0\0", name, b"id"].concat();
        std::fs::write(directory.path().join("in-go"), note(b"Go\0\0")).unwrap();
        std::fs::write(directory.path().join("in-c"), note(b"GNU\0")).unwrap();
        std::fs::write(directory.path().join("script"), b"#!/bin/sh\n\x04\0\0\0Go\0\0").unwrap();
        let path = directory.path().to_str().unwrap();
        for (command, expected) in [
            (&["in-go", "ls"][..], true),
            (&["env", "A=b", "in-go"], true),
            (&[directory.path().join("in-go").to_str().unwrap()], true),
            (&["in-c", "ls"], false),
            (&["script"], false),
            (&["none", "/"], false),
            (&[], false),
        ] {
            assert_eq!(is_in(command, path), expected, "{command:?}");
        }
    }
}
