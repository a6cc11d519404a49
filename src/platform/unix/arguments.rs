//! Finds the words of the command line in memory, where the process list reads them. Only Linux reports their
//! address; on other systems nothing is blanked.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// The field of `/proc/self/stat` with the address of the words (proc(5)), counted after the name of the program.
const ARG_START: usize = 48 - 3;

/// Overwrites parts of this process's command line with blanks, as other processes see it. `pieces` are byte ranges
/// of the words, each of which ends with a NUL. Writing to the file of the process's own memory requires no unsafe
/// code. The original words must have been copied before.
///
/// # Errors
/// The system does not report where the words are, refuses the write, or has different words there.
pub fn blank_arguments(words: &[&[u8]], pieces: &[Range<usize>]) -> io::Result<()> {
    let start = start_of_arguments()?;
    let mut memory = fs::OpenOptions::new().read(true).write(true).open("/proc/self/mem")?;
    let expected: Vec<u8> = words.iter().flat_map(|word| [*word, &b"\0"[..]].concat()).collect();
    let mut there = vec![0; expected.len()];
    memory.seek(SeekFrom::Start(start))?;
    memory.read_exact(&mut there)?;
    if there != expected {
        return Err(io::ErrorKind::InvalidData.into());
    }
    for piece in pieces {
        memory.seek(SeekFrom::Start(start + piece.start as u64))?;
        memory.write_all(&vec![b' '; piece.len()])?;
    }
    Ok(())
}

fn start_of_arguments() -> io::Result<u64> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program is in parentheses and may contain any character.
    let fields = stat.rsplit_once(')').map(|(_, behind)| behind.split_ascii_whitespace());
    let start = fields.and_then(|mut fields| fields.nth(ARG_START)?.parse().ok());
    start.filter(|start| *start > 0).ok_or_else(|| io::ErrorKind::NotFound.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// The words of the process that runs this test are left alone: none of them is blanked.
    #[test]
    fn the_words_are_where_the_system_says() {
        let words: Vec<Vec<u8>> = std::env::args_os().map(std::ffi::OsString::into_encoded_bytes).collect();
        let words: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
        blank_arguments(&words, &[]).unwrap();
        assert!(blank_arguments(&[b"other"], &[]).is_err());
    }
}
