//! A diagnosis for people and for scripts: as text for a terminal, as the documented JSON, and as a separate page.
//!
//! The diagnosis contains text of others: requests, replies, names of profiles. All of it passes through [`Shown`],
//! which removes secrets and spells out control characters and invisible ones. This module makes no decisions about
//! what is true.

mod json;
mod marks;
mod shown_values;
mod words;
pub mod servers;
mod reply;
pub(in crate::cli) mod html;
mod notes;
mod line;
mod text;

pub use text::{write_painted_row, write_row};

use super::redact::{Redactor, short_signature};
use crate::cli::screen::inert_line;
use crate::redaction::without_bearers;
use sigvet_core::verify::Known;
use sigvet_diagnose::Diagnosis;
use sigvet_diagnose::formats::reply::Reply;

/// A diagnosis to be shown.
pub struct Shown<'a> {
    /// The diagnosis.
    pub diagnosis: &'a Diagnosis,
    /// What is known about the request.
    pub known: Known,
    /// The server's reply, unless that was shown before.
    pub reply: Option<&'a Reply>,
    /// Notes of the command about the evidence, shown after the notes of the diagnosis.
    pub further_notes: &'a [String],
    /// Removes tokens from the output.
    pub redactor: &'a Redactor,
    /// Whether usable tokens and signatures are shown in full.
    pub show_secrets: bool,
    /// Duration of the search.
    pub milliseconds: u64,
}

/// Two texts, redacted for output.
struct Both {
    theirs: Vec<u8>,
    right: Vec<u8>,
    /// Whether they differ, but only in redacted text.
    is_hidden: bool,
}

impl Shown<'_> {
    /// Two texts that differ.
    fn both(&self, theirs: &[u8], right: &[u8]) -> Both {
        let is_different = theirs != right;
        let (theirs, right) = (self.bytes(theirs), self.bytes(right));
        Both { is_hidden: is_different && theirs == right, theirs, right }
    }

    /// Bytes of others without the tokens, recognized by value and by the names of their fields: a mistake may have
    /// spoiled a token so that its value is no longer found.
    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut kept = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            kept.extend_from_slice(self.redactor.apply(chunk.valid()).as_bytes());
            kept.extend_from_slice(chunk.invalid());
        }
        if self.show_secrets { kept } else { without_bearers(&kept) }
    }

    /// Text of others on one line, without the tokens and limited in length.
    fn words(&self, text: &str) -> String {
        const MOST: usize = 500;
        words::elided(&inert_line(&self.redactor.apply(text)), MOST)
    }

    /// A signature as a page shows it: shortened, whether right or wrong.
    fn signature_on_page(&self, signature: &str) -> String {
        let shown = if self.show_secrets { signature.to_owned() } else { short_signature(signature) };
        // The ellipsis is ours, and not part of the signature.
        match shown.strip_suffix('…').filter(|_| !self.show_secrets) {
            Some(start) => inert_line(start).into_owned() + "…",
            None => inert_line(&shown).into_owned(),
        }
    }
}

#[cfg(test)]
mod fixtures;
