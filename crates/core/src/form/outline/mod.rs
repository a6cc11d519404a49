//! A form without its file, for callers that cannot keep the file in memory: policy and signature come before it, and a
//! policy limits only the file's length.
//!
//! The outline is itself a form, and any reader of forms can read it.

use super::claim::{form_type, is_file, is_of_signature};
use super::multipart::{self, PartHead, Splitter, Step};
use crate::crypto::Sha256Digest;
use crate::request::{Body, Request};

/// Reads a form as it arrives, and keeps everything except the content of its file and of the parts after it.
#[must_use]
pub struct Outliner {
    splitter: Splitter,
    /// The bytes that are not split into parts yet.
    rest: Vec<u8>,
    outline: Vec<u8>,
    limit: usize,
    place: Place,
    is_signed: bool,
    file_length: u64,
    length: u64,
}

/// The error for a form whose outline is longer than the limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the form has more than {limit} bytes beside its file")]
pub struct OutlineTooLong {
    /// Maximum length of an outline, in bytes.
    pub limit: usize,
    /// Whether the form is known to be signed.
    pub is_signed: bool,
}

/// The part that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    BeforeFile,
    File,
    /// Only its presence matters; its content is not read.
    BehindFile,
}

impl Outliner {
    /// Starts to read the body of a request; `None` if it is not a POST of a form. An outline may have at most `limit`
    /// bytes.
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
        // If this is not a form, or the form is over, nothing more can be learnt from the rest.
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
        // Readers of the outline will find what is wrong with the head, and read nothing after it.
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

    /// Ends the body; the caller supplies its SHA-256, if known.
    ///
    /// # Errors
    /// See [`OutlineTooLong`].
    pub fn finish(self, sha256: Option<Sha256Digest>) -> Result<Body, OutlineTooLong> {
        if self.is_too_long() {
            return Err(OutlineTooLong { limit: self.limit, is_signed: self.is_signed });
        }
        let Self { mut outline, rest, place, file_length, length, .. } = self;
        // Bytes left at the end are content without an end, or not a form at all.
        if place == Place::BeforeFile {
            outline.extend_from_slice(&rest);
        }
        Ok(Body::Form { outline, file_length, sha256, length })
    }
}

#[cfg(test)]
mod tests;
