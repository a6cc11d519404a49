//! Programs in Go, which find certificates by `SSL_CERT_FILE`, and of which some end at once if there is an `AWS_CA_BUNDLE`.
//!
//! The SDK for Go refuses to load a bundle into a client whose transport is not Go's own (aws-sdk-go #3618): so do rclone, external-dns,
//! wal-g and others.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Go's linker puts its note behind the headers, and Go's own tools look no further for it.
const BEGINNING: u64 = 32 * 1024;

/// The type and the name of the note with Go's build ID.
const NOTE: &[u8] = b"\x04\0\0\0Go\0\0";

/// Whether a word of a command line is a program in Go: the program itself, or the one that `env`, `timeout` or `sudo` run.
pub fn is_in(command: &[impl AsRef<OsStr>], path: &str) -> bool {
    command.iter().any(|word| find(word.as_ref(), path).is_some_and(|file| is_go(&file)))
}

/// The file that a shell would run for a word.
fn find(word: &OsStr, path: &str) -> Option<PathBuf> {
    if Path::new(word).components().count() > 1 {
        return Some(PathBuf::from(word));
    }
    std::env::split_paths(path).map(|directory| directory.join(word)).find(|file| file.is_file())
}

fn is_go(file: &Path) -> bool {
    // To open a pipe would be to wait for somebody who writes.
    let opened = Some(file).filter(|file| file.is_file()).and_then(|file| File::open(file).ok());
    let mut beginning = Vec::new();
    let read = opened.and_then(|file| file.take(BEGINNING).read_to_end(&mut beginning).ok());
    read.is_some() && beginning.starts_with(b"\x7fELF") && memchr::memmem::find(&beginning, NOTE).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a note that is looked for in the wrong place: these are what `readelf --notes` shows of restic and of `true`.
    #[test]
    fn a_program_in_go_is_known_by_its_note() {
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
