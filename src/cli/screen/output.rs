//! A stream that can buffer many short texts and write them with one system call.

use std::io::{Result, Write};

/// The stream below a screen.
pub(super) struct Output {
    stream: Box<dyn Write + Send>,
    /// The texts buffered so far.
    held: Option<Vec<u8>>,
}

impl Output {
    pub(super) fn new(stream: Box<dyn Write + Send>) -> Self {
        Self { stream, held: None }
    }

    pub(super) fn hold(&mut self) {
        self.held.get_or_insert_default();
    }

    pub(super) fn release(&mut self) -> Result<()> {
        match self.held.take() {
            Some(held) => self.stream.write_all(&held),
            None => Ok(()),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match &mut self.held {
            Some(held) => held.write(bytes),
            None => self.stream.write(bytes),
        }
    }

    fn flush(&mut self) -> Result<()> {
        match &self.held {
            Some(_) => Ok(()),
            None => self.stream.flush(),
        }
    }
}
