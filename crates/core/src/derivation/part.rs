//! A labelled part of the string to sign, for schemes that have no canonical request.

use std::fmt;

/// One part of the string to sign: its name, and its text exactly as signed. `Debug` omits the text, which may contain
/// a session token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The name, in lower case with hyphens: `amz-headers`.
    pub name: &'static str,
    /// The text. If it consists of lines, each line includes its newline.
    pub text: Vec<u8>,
}

impl Part {
    /// Makes a part.
    pub fn new(name: &'static str, text: impl Into<Vec<u8>>) -> Self {
        Self { name, text: text.into() }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("name", &self.name).field("length", &self.text.len()).finish_non_exhaustive()
    }
}
