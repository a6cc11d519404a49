//! A form without its file, for who cannot hold the file: policy and signature stand before it, and of the file itself a policy
//! only limits the length.
//!
//! The outline is a form too: whoever reads forms reads it.

use super::claim::{form_type, is_file, is_of_signature};
use super::multipart::{self, PartHead, Splitter, Step};
use crate::crypto::Sha256Digest;
use crate::request::{Body, Request};

/// Takes a form as it arrives, and keeps all but the content of its file and of what stands behind that.
#[must_use]
pub struct Outliner {
    splitter: Splitter,
    /// What is not yet taken apart.
    rest: Vec<u8>,
    outline: Vec<u8>,
    limit: usize,
    place: Place,
    is_signed: bool,
    file_length: u64,
    length: u64,
}

/// The outline of a form is longer than the reader keeps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the form has more than {limit} bytes beside its file")]
pub struct OutlineTooLong {
    /// The longest outline that is kept.
    pub limit: usize,
    /// Whether the form is known to be signed.
    pub is_signed: bool,
}

/// Which content it is that arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    BeforeFile,
    File,
    /// Nothing reads it: that it is there is all that counts.
    BehindFile,
}

impl Outliner {
    /// Starts the body of a request; none if it is no POST of a form. An outline may have at most `limit` bytes.
    pub fn new(request: &Request, limit: usize) -> Option<Self> {
        let boundary = multipart::boundary(form_type(request)?).ok()?;
        Some(Self {
            splitter: Splitter::new(&boundary),
            rest: Vec::new(),
            outline: Vec::new(),
            limit,
            place: Place::BeforeFile,
            is_signed: false,
            file_length: 0,
            length: 0,
        })
    }

    /// Reads a piece of the body, of any length.
    pub fn push(&mut self, piece: &[u8]) {
        self.length += piece.len() as u64;
        if self.is_too_long() {
            return;
        }
        self.rest.extend_from_slice(piece);
        let rest = std::mem::take(&mut self.rest);
        let mut at = 0;
        while let Some(bytes) = rest.get(at..)
            && let Some((step, length)) = self.splitter.step(bytes)
        {
            self.take(step, bytes.get(..length).unwrap_or_default());
            at += length;
        }
        let left = rest.get(at..).unwrap_or_default();
        // Of what is no form, or stands behind it, nothing more is to be found out.
        let most = if self.splitter.is_over() { self.limit.saturating_sub(self.outline.len()) } else { left.len() };
        self.rest.extend_from_slice(left.get(..most.min(left.len())).unwrap_or_default());
    }

    fn take(&mut self, step: Step, bytes: &[u8]) {
        let is_content = matches!(step, Step::Content | Step::ContentEnd);
        match step {
            Step::Head { length } => self.begin_part(bytes.get(..length).unwrap_or_default()),
            _ if is_content && self.place == Place::File => self.file_length += bytes.len() as u64,
            _ => {}
        }
        if !is_content || self.place == Place::BeforeFile {
            self.outline.extend_from_slice(bytes);
        }
    }

    fn begin_part(&mut self, head: &[u8]) {
        // Whoever reads the outline finds what is wrong with the head, and reads nothing behind it.
        let name = PartHead::parse(head, 1).map(|head| head.name);
        self.place = match (self.place, name) {
            (Place::BeforeFile, Ok(name)) if !is_file(&name) => {
                self.is_signed |= is_of_signature(&name);
                Place::BeforeFile
            }
            (Place::BeforeFile, _) => Place::File,
            _ => Place::BehindFile,
        };
    }

    fn is_too_long(&self) -> bool {
        self.outline.len() + self.rest.len() > self.limit
    }

    /// Ends the body, whose hash is the caller's to know.
    ///
    /// # Errors
    /// See [`OutlineTooLong`].
    pub fn finish(self, sha256: Option<Sha256Digest>) -> Result<Body, OutlineTooLong> {
        if self.is_too_long() {
            return Err(OutlineTooLong { limit: self.limit, is_signed: self.is_signed });
        }
        let Self { mut outline, rest, place, file_length, length, .. } = self;
        // What is left when nothing follows is content without an end, or no form at all.
        if place == Place::BeforeFile {
            outline.extend_from_slice(&rest);
        }
        Ok(Body::Form { outline, file_length, sha256, length })
    }
}

#[cfg(test)]
mod tests;
