//! A labelled part of what is signed, for schemes that have no canonical request.

use std::fmt;

/// One part of what is signed: its name, and its text as it is signed. `Debug` leaves out the text, which may hold a session
/// token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// What it is called, `amz-headers`: in lower case, with hyphens.
    pub name: &'static str,
    /// The text. Where it is made of lines of its own, each has its newline.
    pub text: Vec<u8>,
}

impl Part {
    /// A part with its text.
    pub fn new(name: &'static str, text: impl Into<Vec<u8>>) -> Self {
        Self { name, text: text.into() }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("name", &self.name).field("length", &self.text.len()).finish_non_exhaustive()
    }
}
