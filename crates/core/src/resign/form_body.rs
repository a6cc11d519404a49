//! Writes the body of a form anew from the parts that were judged.
//!
//! Servers split forms in different ways: Ceph ends a parameter at each `;`, also inside quotes, and finds the boundary
//! anywhere in a value; Go joins continued parameters (RFC 2231) and decodes transfer encodings. If the client's own
//! framing were sent on, a server could find another object key in it than the one that was judged. Therefore only
//! names, values and the file are kept, and what could still be split in another way is refused.

use super::ResignError;
use crate::form::multipart::Part;

/// Characters that end a parameter, or that readers escape in different ways.
const UNCLEAR: [char; 3] = ['"', '\\', ';'];

/// A form that is being written.
pub(super) struct FormBody {
    boundary: String,
    /// The beginning of every boundary line. No value may contain it.
    delimiter: Vec<u8>,
    out: Vec<u8>,
}

impl FormBody {
    /// Begins a form with this boundary, which will have about this many bytes.
    ///
    /// # Errors
    /// Servers may read the boundary in different ways.
    pub(super) fn new(boundary: String, length: usize) -> Result<Self, ResignError> {
        let is_clear = |character: char| character.is_ascii_graphic() && !UNCLEAR.contains(&character);
        if !boundary.chars().all(is_clear) {
            return Err(unclear("the boundary"));
        }
        let delimiter = format!("--{boundary}").into_bytes();
        Ok(Self { boundary, delimiter, out: Vec::with_capacity(length + 1024) })
    }

    /// Appends a field.
    ///
    /// # Errors
    /// Servers may read its name or value in different ways.
    pub(super) fn push_field(&mut self, name: &str, value: &[u8]) -> Result<(), ResignError> {
        let is_clear = |character: char| (' '..='~').contains(&character) && !UNCLEAR.contains(&character);
        if !name.chars().all(is_clear) {
            return Err(unclear("the name of a field"));
        }
        self.push_head(name, None);
        self.push_content(name, value)
    }

    /// Appends the file, with its name and its type.
    ///
    /// # Errors
    /// Servers may read its name or its content in different ways.
    pub(super) fn push_file(&mut self, part: &Part<'_>) -> Result<(), ResignError> {
        // Ceph would put folders into the key too.
        let Some(filename) = part.base_name() else { return self.push_field(&part.name, part.body) };
        // U+FFFD is in place of bytes that are no UTF-8.
        let is_clear = |character: char| !character.is_control() && !";\u{fffd}".contains(character);
        if !filename.chars().all(is_clear) {
            return Err(unclear("the name of the file"));
        }
        self.push_head(&part.name, Some(filename));
        let kind = part.content_type.as_deref().filter(|kind| kind.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        if let Some(kind) = kind {
            self.out.truncate(self.out.len() - 2);
            self.push_text(&["Content-Type: ", kind, "\r\n\r\n"]);
        }
        self.push_content(&part.name, part.body)
    }

    /// The `Content-Type` and the body.
    pub(super) fn finish(mut self) -> (String, Vec<u8>) {
        self.out.extend_from_slice(&self.delimiter);
        self.push_text(&["--\r\n"]);
        let is_token = self.boundary.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"'+_.-".contains(&byte));
        let quote = if is_token { "" } else { "\"" };
        (format!("multipart/form-data; boundary={quote}{}{quote}", self.boundary), self.out)
    }

    fn push_head(&mut self, name: &str, filename: Option<&str>) {
        self.out.extend_from_slice(&self.delimiter);
        self.push_text(&["\r\nContent-Disposition: form-data; name=\"", name, "\""]);
        if let Some(filename) = filename {
            let escaped = filename.replace('"', "\\\"");
            self.push_text(&["; filename=\"", &escaped, "\""]);
        }
        self.push_text(&["\r\n\r\n"]);
    }

    fn push_content(&mut self, name: &str, content: &[u8]) -> Result<(), ResignError> {
        if content.windows(self.delimiter.len()).any(|window| window == self.delimiter) {
            return Err(unclear(&format!("the boundary inside the field {}", name.to_ascii_lowercase())));
        }
        self.out.extend_from_slice(content);
        self.push_text(&["\r\n"]);
        Ok(())
    }

    fn push_text(&mut self, pieces: &[&str]) {
        pieces.iter().for_each(|piece| self.out.extend_from_slice(piece.as_bytes()));
    }
}

fn unclear(what: &str) -> ResignError {
    ResignError::Form { problem: format!("servers read {what} in different ways") }
}
