//! Determines which body a declared hash belongs to.

use crate::diagnosis::alternatives::Subject;
use crate::diagnosis::catalogue::{
    PAYLOAD_EMPTY_HASH, PAYLOAD_HASH_FORM, PAYLOAD_HEADER_MISMATCH, PAYLOAD_NOT_EMPTY, PAYLOAD_STREAMING,
    PAYLOAD_UNSIGNED,
};
use crate::diagnosis::evidence::Hints;
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::canonical::PayloadHash;
use sigvet_core::claim::Claim;
use sigvet_core::crypto::{Sha256Digest, sha256};
use sigvet_core::internal::Hex;
use sigvet_core::request::{Body, Request};

/// The declared hash, and the hash of the body that arrived.
#[derive(Clone, Copy)]
pub(super) struct Hashes<'a> {
    pub(super) declared: &'a str,
    pub(super) arrived: &'a str,
}

/// The signed request, if available, and bodies that the captured one may have been before.
#[derive(Clone, Copy)]
pub(super) struct Signed<'a> {
    pub(super) request: &'a Request,
    pub(super) claim: &'a Claim,
    pub(super) hints: &'a Hints,
}

impl Hashes<'_> {
    /// The mistake that explains how the declared hash came about; otherwise only that the two differ.
    pub(super) fn mistake(self, signed: Option<Signed<'_>>) -> AppliedMistake {
        let by_form = self.another_form();
        let by_body = || signed.and_then(|signed| self.another_body(signed));
        by_form.or_else(|| self.no_body()).or_else(by_body).unwrap_or_else(|| self.no_body_arrived())
    }

    fn no_body(self) -> Option<AppliedMistake> {
        let is_empty = self.declared == sha256(b"").to_string();
        is_empty.then(|| AppliedMistake::new(&PAYLOAD_EMPTY_HASH, self.declared, self.arrived))
    }

    fn no_body_arrived(self) -> AppliedMistake {
        let is_empty = self.arrived == sha256(b"").to_string();
        let mistake = if is_empty { &PAYLOAD_NOT_EMPTY } else { &PAYLOAD_HEADER_MISMATCH };
        AppliedMistake::new(mistake, self.declared, self.arrived)
    }

    /// The declared text is not a hash in lowercase hex, or is the hash of a hash.
    fn another_form(self) -> Option<AppliedMistake> {
        let is_hex = Sha256Digest::from_hex(self.declared).is_some();
        let detail = match self.declared {
            declared if declared.starts_with("STREAMING-") => {
                let made = AppliedMistake::new(&PAYLOAD_STREAMING, declared, self.arrived);
                return Some(made.with_detail("the server read the keyword as a hash"));
            }
            PayloadHash::UNSIGNED => return Some(AppliedMistake::new(&PAYLOAD_UNSIGNED, self.declared, self.arrived)),
            declared if is_hex && declared.bytes().any(|byte| byte.is_ascii_uppercase()) => "the hash is in uppercase",
            declared if is_hex && declared == twice(self.arrived) => "the hash was hashed again",
            _ if is_hex => return None,
            _ => "the declared value is not a SHA-256 in hex",
        };
        Some(AppliedMistake::new(&PAYLOAD_HASH_FORM, self.declared, self.arrived).with_detail(detail))
    }

    /// The captured body may be the one that arrived, or the one that was hashed.
    fn another_body(self, signed: Signed<'_>) -> Option<AppliedMistake> {
        let Body::Bytes(body) = &signed.request.body else { return None };
        let of_body = sha256(body).to_string();
        let (other, verb) =
            if of_body == self.declared { (self.arrived, "arrived") } else { (self.declared, "hashed") };
        let subject = Subject::new(signed.request, signed.claim, signed.hints);
        let (mistake, detail) = subject.hashes().find(other)?;
        Some(AppliedMistake::new(mistake, self.declared, self.arrived).with_detail(detail.replacen("hashed", verb, 1)))
    }
}

fn twice(hash: &str) -> String {
    Hex::new(&sha256(hash.as_bytes())).as_str().to_owned()
}
