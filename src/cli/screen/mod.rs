//! What a person reads: the one place that all text of this program passes on its way out.
//!
//! Whatever is written to a [`Screen`] is text, perhaps with words of others in it, and is made inert: no terminal obeys it, no
//! line of it runs backwards. Nothing that is written can contain a colour: those come from [`Screen::paint`] alone. What
//! programs read, byte by byte, asks for that by name: [`Screen::exact`], [`Screen::json`], [`Screen::data`].

mod data;
mod inert;
mod style;

pub use data::{Data, Reader};
pub(in crate::cli) use inert::{inert, inert_json, inert_line, is_treacherous};
pub use style::{Palette, Role};

use std::borrow::Cow;
use std::fmt::Arguments;
use std::io::{self, Write};
use std::rc::Rc;

/// Takes secrets out of a text, by their values.
pub trait Redact {
    /// The text without them.
    fn redact<'t>(&self, text: &'t str) -> Cow<'t, str>;
}

/// A stream that a person may read.
pub struct Screen {
    out: Box<dyn Write + Send>,
    palette: Palette,
    reader: Reader,
    redactor: Option<Rc<dyn Redact>>,
    /// The beginning of a character whose other bytes are yet to come.
    begun: Vec<u8>,
}

impl Screen {
    /// Text that goes out there, in those colours.
    pub fn new(out: Box<dyn Write + Send>, palette: Palette) -> Self {
        Self { out, palette, reader: Reader::Program, redactor: None, begun: Vec::new() }
    }

    /// The same, read by a person or a program.
    #[must_use]
    pub fn with_reader(self, reader: Reader) -> Self {
        Self { reader, ..self }
    }

    /// From now on, no text shows what this takes out.
    pub fn redact_with(&mut self, redactor: Rc<dyn Redact>) {
        self.redactor = Some(redactor);
    }

    /// Writes text in the colours of its role.
    ///
    /// # Errors
    /// The stream cannot be written to.
    pub fn paint(&mut self, role: Role, text: &str) -> io::Result<()> {
        let style = self.palette.style(role);
        write!(self.out, "{style}")?;
        self.write_text(text.as_bytes())?;
        write!(self.out, "{style:#}")
    }

    /// Writes a line: what others broke into several stays in one.
    ///
    /// # Errors
    /// The stream cannot be written to.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self, "{}", inert_line(text))
    }

    /// The stream itself, for what programs read byte by byte: a signed request, a response, a URL.
    pub fn exact(&mut self) -> &mut (dyn Write + Send) {
        &mut *self.out
    }

    /// What a server sent: exact, unless a person reads it at a terminal.
    pub fn data(&mut self) -> Data<'_> {
        Data::new(self)
    }

    /// Whoever reads it.
    pub fn reader(&self) -> Reader {
        self.reader
    }

    /// Writes a text of JSON, and a newline. It keeps its value: what is not inert in it becomes an escape of JSON.
    ///
    /// # Errors
    /// The stream cannot be written to.
    pub fn json(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", inert::inert_json(text))
    }

    /// The text by whole characters: what is no UTF-8 is spelled out too, and what may become some waits for the rest.
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

    /// In one piece, so that a secret is found that stands in two of the arguments.
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
