//! The chain of signatures of a streamed payload: each signature covers the one before it.
//!
//! Strings to sign follow *Signature Calculations for the Authorization Header: Transferring Payload in Multiple
//! Chunks* and *… Including Trailing Headers*. The framing of the signatures is not known here.

use super::fault::{ChunkPlace, StreamFault};
use crate::crypto::{Hex, Sha256Digest, sha256};
use crate::derivation::{Subject, Terms, frame};
use crate::scheme::{Scheme, Signature, SigningKey};

/// The character with which a signature is padded to its maximum length.
const PADDING: char = '*';

/// Signs the chunks of a payload, beginning with the seed. It keeps the last signature, which the next one must cover.
#[derive(Debug, Clone)]
pub struct Chain {
    terms: Terms,
    key: SigningKey,
    previous: Signature,
}

impl Chain {
    /// Starts a chain with the signature of the request. The key must be the one that signed the request.
    pub fn new(terms: &Terms, key: &SigningKey, seed: &Signature) -> Self {
        Self { terms: terms.clone(), key: key.clone(), previous: unpadded(seed) }
    }

    /// The string to sign of the next chunk, given the hash of its data.
    pub fn chunk_string_to_sign(&self, data: &Sha256Digest) -> String {
        chunk_string_to_sign(&self.terms, self.previous.as_str(), data)
    }

    /// The string to sign of the trailer, which covers the final chunk's signature.
    pub fn trailer_string_to_sign(&self, canonical_trailers: &[u8]) -> String {
        trailer_string_to_sign(&self.terms, self.previous.as_str(), canonical_trailers)
    }

    /// Checks the signature of the next chunk, given the hash of its data.
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

    /// Checks the signature of the trailer; a missing one is passed as an empty text.
    pub(super) fn judge_trailer(&mut self, canonical_trailers: &[u8], presented: &Signature) -> Option<StreamFault> {
        let expected = self.expect(&self.trailer_string_to_sign(canonical_trailers), presented);
        let fault = |expected, presented| StreamFault::TrailerSignature { expected, presented };
        (!self.is_same(&expected, presented)).then(|| fault(expected.to_string(), presented.to_string()))
    }

    /// Whether two signatures are equal. Those of Version 4A are padded with `*`, because their lengths differ; those
    /// of Version 4 are exactly 64 digits.
    fn is_same(&self, expected: &Signature, presented: &Signature) -> bool {
        match self.terms.scheme {
            Scheme::V4 => expected == presented,
            #[cfg(feature = "v4a")]
            Scheme::V4a => unpadded(expected) == unpadded(presented),
            #[cfg(feature = "x509")]
            Scheme::X509(_) => unpadded(expected) == unpadded(presented),
        }
    }

    /// The expected value of the next signature. With ECDSA many signatures are valid, so a valid one is returned
    /// unchanged.
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

    /// The scheme of the signatures.
    pub fn scheme(&self) -> Scheme {
        self.terms.scheme
    }

    /// Length of the signatures as text, padded if their lengths differ.
    pub fn signature_length(&self) -> usize {
        signature_length(self.terms.scheme)
    }

    fn link(&mut self, string_to_sign: &str) -> Signature {
        let signature = self.key.sign_unchecked(string_to_sign.as_bytes());
        self.previous = signature.clone();
        padded(&signature, self.signature_length())
    }
}

/// The string to sign of a chunk. After the scope come the previous signature, the hash of an empty text, and the hash
/// of the chunk's data.
pub(crate) fn chunk_string_to_sign(terms: &Terms, previous: &str, data: &Sha256Digest) -> String {
    let (empty, data) = (Hex::new(&sha256(b"")), Hex::new(data));
    frame(terms, Subject::Chunk, &[previous, empty.as_str(), data.as_str()])
}

/// The string to sign of a trailer. After the scope come the final chunk's signature and the hash of the `name:value\n`
/// lines.
pub(crate) fn trailer_string_to_sign(terms: &Terms, previous: &str, canonical_trailers: &[u8]) -> String {
    frame(terms, Subject::Trailer, &[previous, Hex::new(&sha256(canonical_trailers)).as_str()])
}

/// Length of a chunk's signature as text, with its padding.
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

/// Pads a signature to its maximum length. The next signature covers it without the padding.
pub(super) fn padded(signature: &Signature, length: usize) -> Signature {
    Signature::presented(format!("{:*<length$}", signature.as_str()))
}

/// Removes the padding of a signature.
pub(super) fn unpadded(signature: &Signature) -> Signature {
    Signature::presented(signature.as_str().trim_end_matches(PADDING))
}
