//! A diagnosis for people and for scripts: as text for a terminal, as the JSON of the contract, as a page of its own.
//!
//! What is shown was written by others: requests, replies, names of profiles. All of it passes through [`Shown`], which
//! takes secrets out and spells out what a terminal would obey or an eye would miss. What is true is not decided here.

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

use super::outside;
use super::redact::{Redactor, short_signature};
use crate::cli::screen::inert_line;
use sigvet_core::verify::Known;
use sigvet_diagnose::Diagnosis;
use sigvet_diagnose::formats::reply::Reply;

/// A diagnosis as it is to be shown.
pub struct Shown<'a> {
    /// What was found out.
    pub diagnosis: &'a Diagnosis,
    /// What of the request was seen.
    pub known: Known,
    /// What the server said, unless that was shown before.
    pub reply: Option<&'a Reply>,
    /// What the command line itself has to say of the evidence: it follows the notes of the diagnosis.
    pub further_notes: &'a [String],
    /// Takes tokens out of what is shown.
    pub redactor: &'a Redactor,
    /// Whether tokens and signatures that are good for something are shown whole.
    pub show_secrets: bool,
    /// How long the search took.
    pub milliseconds: u64,
}

/// Two texts as they may be shown.
struct Both {
    theirs: Vec<u8>,
    right: Vec<u8>,
    /// Whether they differ, and only in what is not shown.
    is_hidden: bool,
}

impl Shown<'_> {
    /// Two texts that differ.
    fn both(&self, theirs: &[u8], right: &[u8]) -> Both {
        let is_different = theirs != right;
        let (theirs, right) = (self.bytes(theirs), self.bytes(right));
        Both { is_hidden: is_different && theirs == right, theirs, right }
    }

    /// Bytes from outside without the tokens, by value and by the names that carry them: a mistake may have spoilt a token
    /// so that its value is not found any more.
    fn bytes(&self, bytes: &[u8]) -> Vec<u8> {
        let mut kept = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            kept.extend_from_slice(self.redactor.apply(chunk.valid()).as_bytes());
            kept.extend_from_slice(chunk.invalid());
        }
        if self.show_secrets { kept } else { outside::without_bearers(&kept) }
    }

    /// Words from outside, in one line, without the tokens; no more of them than anyone reads.
    fn words(&self, text: &str) -> String {
        const MOST: usize = 500;
        words::elided(&inert_line(&self.redactor.apply(text)), MOST)
    }

    /// A signature as a page shows it: shortened, right or wrong.
    fn signature_on_page(&self, signature: &str) -> String {
        let shown = if self.show_secrets { signature.to_owned() } else { short_signature(signature) };
        // The sign of what was left out is ours.
        match shown.strip_suffix('…').filter(|_| !self.show_secrets) {
            Some(start) => inert_line(start).into_owned() + "…",
            None => inert_line(&shown).into_owned(),
        }
    }
}

#[cfg(test)]
mod fixtures;
