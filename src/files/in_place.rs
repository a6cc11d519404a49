//! Writes a file in place if replacing it would change what it is. The file is emptied when the first byte is
//! written, so a failure before that leaves it unchanged.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// A file that is written in place.
#[derive(Debug)]
pub struct InPlace {
    file: File,
    is_emptied: bool,
}

impl InPlace {
    /// Opens the file without changing it.
    ///
    /// # Errors
    /// The file may not be written to.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { file: OpenOptions::new().write(true).open(path)?, is_emptied: false })
    }

    /// Finishes writing. Any old content that is left is removed.
    ///
    /// # Errors
    /// The file cannot be emptied.
    pub fn finish(mut self) -> io::Result<()> {
        self.empty()
    }

    fn empty(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_emptied, true) {
            self.file.set_len(0)?;
        }
        Ok(())
    }
}

impl Write for InPlace {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.empty()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_old_text_is_there_until_the_first_byte() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "old text").unwrap();
        drop(InPlace::open(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old text");
        let mut file = InPlace::open(&path).unwrap();
        file.write_all(b"ne").unwrap();
        file.write_all(b"w").unwrap();
        file.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        InPlace::open(&path).unwrap().finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
        assert!(InPlace::open(&directory.path().join("none")).is_err());
    }
}
