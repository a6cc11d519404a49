//! The chain of signatures: each covers the one before it.
//!
//! Strings to sign follow *Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks*
//! and *… Including Trailing Headers*. How the signatures are framed is not known here.

use super::fault::{ChunkPlace, StreamFault};
use crate::crypto::{Hex, Sha256Digest, sha256};
use crate::derivation::{Subject, Terms, frame};
use crate::scheme::{Scheme, Signature, SigningKey};

/// Fills a signature up to its longest form.
const PADDING: char = '*';

/// The signatures of a payload's chunks, from the seed on. It remembers the one that the next must cover.
#[derive(Debug, Clone)]
pub struct Chain {
    terms: Terms,
    key: SigningKey,
    previous: Signature,
}

impl Chain {
    /// Starts with the signature of the request. The key is the one that it was signed with.
    pub fn new(terms: &Terms, key: &SigningKey, seed: &Signature) -> Self {
        Self { terms: terms.clone(), key: key.clone(), previous: unpadded(seed) }
    }

    /// The string to sign of the next chunk, by the hash of its data.
    pub fn chunk_string_to_sign(&self, data: &Sha256Digest) -> String {
        chunk_string_to_sign(&self.terms, self.previous.as_str(), data)
    }

    /// The string to sign of the trailer, which covers the final chunk's signature.
    pub fn trailer_string_to_sign(&self, canonical_trailers: &[u8]) -> String {
        trailer_string_to_sign(&self.terms, self.previous.as_str(), canonical_trailers)
    }

    /// Judges the signature of the next chunk, by the hash of its data.
    pub(super) fn judge_chunk(
        &mut self,
        chunk: ChunkPlace,
        data: &Sha256Digest,
        presented: &Signature,
    ) -> Option<StreamFault> {
        let expected = self.expect(&self.chunk_string_to_sign(data), presented);
        let fault = |expected, presented| StreamFault::ChunkSignature { chunk, expected, presented };
        (!self.is_same(&expected, presented)).then(|| fault(expected.to_string(), presented.to_string()))
    }

    /// Judges the signature of the trailer; one that is missing is empty.
    pub(super) fn judge_trailer(&mut self, canonical_trailers: &[u8], presented: &Signature) -> Option<StreamFault> {
        let expected = self.expect(&self.trailer_string_to_sign(canonical_trailers), presented);
        let fault = |expected, presented| StreamFault::TrailerSignature { expected, presented };
        (!self.is_same(&expected, presented)).then(|| fault(expected.to_string(), presented.to_string()))
    }

    /// Whether two signatures are the same. Those of Version 4A are padded with `*`, for their lengths differ; those of Version 4
    /// are 64 digits and nothing else.
    fn is_same(&self, expected: &Signature, presented: &Signature) -> bool {
        match self.terms.scheme {
            Scheme::V4 => expected == presented,
            #[cfg(feature = "v4a")]
            Scheme::V4a => unpadded(expected) == unpadded(presented),
            #[cfg(feature = "x509")]
            Scheme::X509(_) => unpadded(expected) == unpadded(presented),
        }
    }

    /// The signature that the next one should be: of ECDSA there are many that are right, and a right one is left as it is.
    fn expect(&mut self, string_to_sign: &str, presented: &Signature) -> Signature {
        let signature = self.key.expected(string_to_sign.as_bytes(), &unpadded(presented));
        self.previous = signature.clone();
        signature
    }

    /// Signs the next chunk.
    pub fn sign_chunk(&mut self, data: &Sha256Digest) -> Signature {
        self.link(&self.chunk_string_to_sign(data))
    }

    /// Signs the trailer.
    pub fn sign_trailer(&mut self, canonical_trailers: &[u8]) -> Signature {
        self.link(&self.trailer_string_to_sign(canonical_trailers))
    }

    /// The scheme that the signatures are made in.
    pub fn scheme(&self) -> Scheme {
        self.terms.scheme
    }

    /// How long the signatures are as text, padded where their length differs from one to the next.
    pub fn signature_length(&self) -> usize {
        signature_length(self.terms.scheme)
    }

    fn link(&mut self, string_to_sign: &str) -> Signature {
        let signature = self.key.sign_unchecked(string_to_sign.as_bytes());
        self.previous = signature.clone();
        padded(&signature, self.signature_length())
    }
}

/// The string to sign of a chunk: below the scope the signature before it, the hash of no bytes, the hash of its data.
pub(crate) fn chunk_string_to_sign(terms: &Terms, previous: &str, data: &Sha256Digest) -> String {
    let (empty, data) = (Hex::new(&sha256(b"")), Hex::new(data));
    frame(terms, Subject::Chunk, &[previous, empty.as_str(), data.as_str()])
}

/// The string to sign of a trailer: below the scope the final chunk's signature and the hash of `name:value\n` lines.
pub(crate) fn trailer_string_to_sign(terms: &Terms, previous: &str, canonical_trailers: &[u8]) -> String {
    frame(terms, Subject::Trailer, &[previous, Hex::new(&sha256(canonical_trailers)).as_str()])
}

/// Length of a chunk's signature as text.
pub(super) fn signature_length(scheme: Scheme) -> usize {
    match scheme {
        Scheme::V4 => 64,
        // A signature in DER has at most 72 bytes.
        #[cfg(feature = "v4a")]
        Scheme::V4a => 144,
        // Nobody streams to IAM Roles Anywhere; an RSA signature of 8192 bits is the longest.
        #[cfg(feature = "x509")]
        Scheme::X509(_) => 2048,
    }
}

/// A signature filled up to its longest form. What the next signature covers is the signature without it.
pub(super) fn padded(signature: &Signature, length: usize) -> Signature {
    Signature::presented(format!("{:*<length$}", signature.as_str()))
}

/// A signature without what fills it up.
pub(super) fn unpadded(signature: &Signature) -> Signature {
    Signature::presented(signature.as_str().trim_end_matches(PADDING))
}
