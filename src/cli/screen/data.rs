//! Writes data from servers to standard output: unchanged for programs, as inert text for people.

use std::io::{Result, Write};

use super::Screen;

/// Who reads a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A program or a file, through a pipe or a redirection.
    Program,
    /// A person at a terminal.
    Person,
}

/// A writer for data that a server sent, or that the user asked for about it.
pub struct Data<'a> {
    screen: &'a mut Screen,
    /// The last byte was a carriage return: before a line feed it belongs to the end of the line.
    is_return_due: bool,
}

impl<'a> Data<'a> {
    pub(super) fn new(screen: &'a mut Screen) -> Self {
        Self { screen, is_return_due: false }
    }
}

impl Write for Data<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.screen.reader == Reader::Program {
            return self.screen.out.write(bytes);
        }
        let mut text = Vec::with_capacity(bytes.len() + 1);
        for &byte in bytes {
            if std::mem::take(&mut self.is_return_due) && byte != b'\n' {
                text.push(b'\r');
            }
            match byte {
                b'\r' => self.is_return_due = true,
                byte => text.push(byte),
            }
        }
        self.screen.write_text(&text).map(|()| bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        if std::mem::take(&mut self.is_return_due) {
            self.screen.write_text(b"\r")?;
        }
        self.screen.flush()
    }
}
