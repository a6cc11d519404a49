//! Output for people: all text of this program passes through here on its way out.
//!
//! Everything written to a [`Screen`] is text, possibly with parts from others, and is made inert: it cannot
//! control the terminal, and no line of it runs backwards. Written text cannot contain colours: those come only
//! from [`Screen::paint`]. Output that programs read byte by byte has to use one of [`Screen::exact`],
//! [`Screen::json`] and [`Screen::data`] explicitly.

mod data;
mod inert;
mod output;
mod style;

pub use data::{Data, Reader};
pub(in crate::cli) use inert::{inert, inert_json, inert_line, is_treacherous};
pub use style::{Palette, Role};

use std::borrow::Cow;
use std::fmt::Arguments;
use std::fs::File;
use std::io::{self, Write};
use std::rc::Rc;

use output::Output;

/// Removes secrets from a text, by their values.
pub trait Redact {
    /// The text without secrets.
    fn redact<'t>(&self, text: &'t str) -> Cow<'t, str>;
}

/// A stream that a person may read.
pub struct Screen {
    out: Output,
    palette: Palette,
    reader: Reader,
    redactor: Option<Rc<dyn Redact>>,
    /// The file below the stream, if it is one whose end can be cut off.
    file: Option<File>,
    /// The beginning of a character whose other bytes have not been written yet.
    begun: Vec<u8>,
}

impl Screen {
    /// Writes to this stream with these colours.
    pub fn new(out: Box<dyn Write + Send>, palette: Palette) -> Self {
        Self { out: Output::new(out), palette, reader: Reader::Program, redactor: None, file: None, begun: Vec::new() }
    }

    /// Sets who reads the stream.
    #[must_use]
    pub fn with_reader(self, reader: Reader) -> Self {
        Self { reader, ..self }
    }

    /// Sets the file below the stream, which shares its position.
    #[must_use]
    pub fn with_file(self, file: Option<File>) -> Self {
        Self { file, ..self }
    }

    /// The file below the stream, to write to instead of the stream: after a failed write, the stream would keep the
    /// bytes and try again later.
    pub fn file(&self) -> Option<File> {
        self.file.as_ref()?.try_clone().ok()
    }

    /// From now on, removes secrets from all text with `redactor`.
    pub fn redact_with(&mut self, redactor: Rc<dyn Redact>) {
        self.redactor = Some(redactor);
    }

    /// From now on, buffers everything that is written until [`release`](Self::release).
    pub fn hold(&mut self) {
        self.out.hold();
    }

    /// Writes what was buffered, with one system call.
    ///
    /// # Errors
    /// The stream cannot be written to.
    pub fn release(&mut self) -> io::Result<()> {
        self.out.release()
    }

    /// Writes text in the colour of its role.
    ///
    /// # Errors
    /// The stream cannot be written to.
    pub fn paint(&mut self, role: Role, text: &str) -> io::Result<()> {
        let style = self.palette.style(role);
        write!(self.out, "{style}")?;
        self.write_text(text.as_bytes())?;
        write!(self.out, "{style:#}")
    }

    /// Writes one line: line breaks within the text are spelled out.
    ///
    /// # Errors
    /// The stream cannot be written to.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self, "{}", inert_line(text))
    }

    /// The stream itself, for output that programs read byte by byte: a signed request, a response, a URL.
    pub fn exact(&mut self) -> &mut (dyn Write + Send) {
        &mut self.out
    }

    /// A writer for data from a server: exact, unless a person reads it on a terminal.
    pub fn data(&mut self) -> Data<'_> {
        Data::new(self)
    }

    /// Who reads the stream.
    pub fn reader(&self) -> Reader {
        self.reader
    }

    /// Writes JSON text and a newline. The value stays the same: characters that are not inert become JSON escapes.
    ///
    /// # Errors
    /// The stream cannot be written to.
    pub fn json(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", inert::inert_json(text))
    }

    /// Writes only whole characters: invalid UTF-8 is spelled out, and an incomplete character waits for the rest
    /// of its bytes.
    fn write_text(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut text = std::mem::take(&mut self.begun);
        text.extend_from_slice(bytes);
        let whole = text.len() - inert::begun_character(&text);
        self.begun = text.split_off(whole);
        let text = inert::from_bytes(&text);
        let text = match &self.redactor {
            Some(redactor) => redactor.redact(&text),
            None => Cow::Borrowed(text.as_ref()),
        };
        self.out.write_all(inert(&text).as_bytes())
    }

    fn end_begun_character(&mut self) -> io::Result<()> {
        let begun = std::mem::take(&mut self.begun);
        self.out.write_all(inert::from_bytes(&begun).as_bytes())
    }
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_text(bytes).map(|()| bytes.len())
    }

    /// Formats the text before writing it, so that a secret that spans two arguments is found.
    fn write_fmt(&mut self, arguments: Arguments<'_>) -> io::Result<()> {
        self.write_text(arguments.to_string().as_bytes())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.end_begun_character()?;
        self.out.flush()
    }
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
