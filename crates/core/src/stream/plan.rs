//! Plans how a payload is streamed, and declares it in the request.
//!
//! The headers are those of *Signature Calculations for the Authorization Header: Transferring Payload in Multiple
//! Chunks*. The payload is not read here, and nothing is signed.

use super::chain::{Chain, signature_length};
use super::encoder::Encoder;
use super::layout::{ChunkSize, Layout};
use super::{CODING, DECODED_LENGTH_HEADER, TRAILER_HEADER};
use crate::canonical::PayloadHash;
use crate::checksum::ChecksumAlgorithm;
use crate::derivation::Terms;
use crate::request::{Body, Request};
use crate::scheme::{Dialect, Scheme, Signature, SigningKey};

/// How a payload is streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Whether the chunks are signed.
    pub protection: Protection,
    /// Size of the chunks.
    pub chunk_size: ChunkSize,
    /// The checksum that goes into the trailer, if any.
    pub checksum: Option<ChecksumAlgorithm>,
}

/// Whether chunks are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Each chunk has a signature.
    Signed,
    /// No chunk has a signature; the checksum in the trailer protects the payload, and TLS authenticates its sender.
    Unsigned,
}

/// Why a payload cannot be streamed as planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The protocol has no unsigned chunks without a trailer.
    #[error("unsigned chunks require a checksum in the trailer")]
    UnsignedWithoutChecksum,
    /// The length of the payload is unknown, but must be declared.
    #[error("the payload's length is unknown, but a streamed payload must declare it")]
    UnknownLength,
    /// Only AWS has names for streamed payloads.
    #[error("aws-chunked works only with x-amz-* headers, not with {presented}*")]
    Dialect {
        /// The prefix of the dialect's headers.
        presented: String,
    },
    /// Only S3 has signed chunks, and it does not accept signatures with the key of a certificate.
    #[error("chunks cannot be signed with the key of a certificate")]
    Certificate,
    /// The request already has a header about the body that streaming sets.
    #[error("streaming sets the header {name} itself; do not give it")]
    HeaderGiven {
        /// The name of the header.
        name: String,
    },
}

impl Plan {
    /// The word for the payload line and for `x-amz-content-sha256`.
    pub fn word(&self, algorithm: &str) -> String {
        match (self.protection, self.checksum) {
            (Protection::Unsigned, _) => PayloadHash::UNSIGNED_TRAILER.to_owned(),
            (Protection::Signed, None) => format!("STREAMING-{algorithm}-PAYLOAD"),
            (Protection::Signed, Some(_)) => format!("STREAMING-{algorithm}-PAYLOAD-TRAILER"),
        }
    }

    /// Adds to a request the headers of a streamed payload, before it is prepared: the content coding, the payload's
    /// own length, the name of the trailer. The request's body becomes the one in chunks, of which only the length is
    /// known.
    ///
    /// # Errors
    /// See [`PlanError`].
    pub fn declare(&self, request: &mut Request, scheme: Scheme, dialect: &Dialect) -> Result<(), PlanError> {
        self.check(request, dialect)?;
        if self.protection == Protection::Signed && scheme.is_certified() {
            return Err(PlanError::Certificate);
        }
        let decoded_length = request.body.length().ok_or(PlanError::UnknownLength)?;
        let own = request.headers.first_text("content-encoding").map(str::to_owned);
        request.headers.remove("content-encoding");
        let coding = own.filter(|own| !own.is_empty()).map_or(CODING.to_owned(), |own| format!("{CODING},{own}"));
        request.headers.push_unchecked("content-encoding", coding);
        request.headers.push_unchecked(DECODED_LENGTH_HEADER, decoded_length.to_string());
        if let Some(algorithm) = self.checksum {
            request.headers.push_unchecked(TRAILER_HEADER, algorithm.header());
        }
        let length = self.layout(scheme, decoded_length).encoded_length();
        request.body = Body::Elsewhere { sha256: None, length };
        Ok(())
    }

    fn check(&self, request: &Request, dialect: &Dialect) -> Result<(), PlanError> {
        if self.protection == Protection::Unsigned && self.checksum.is_none() {
            return Err(PlanError::UnsignedWithoutChecksum);
        }
        if dialect.header_prefix != Dialect::AWS4.header_prefix {
            return Err(PlanError::Dialect { presented: dialect.header_prefix.to_string() });
        }
        let made = [dialect.content_sha256_header.as_ref(), DECODED_LENGTH_HEADER, TRAILER_HEADER, "content-length"];
        let checksum = self.checksum.map(ChecksumAlgorithm::header);
        match made.into_iter().chain(checksum).find(|name| request.headers.contains(name)) {
            Some(name) => Err(PlanError::HeaderGiven { name: name.to_owned() }),
            None => Ok(()),
        }
    }

    fn layout(&self, scheme: Scheme, decoded_length: u64) -> Layout {
        let signature_length = (self.protection == Protection::Signed).then(|| signature_length(scheme));
        Layout { decoded_length, chunk_size: self.chunk_size, signature_length, checksum: self.checksum }
    }

    /// Starts the body of a request that was signed: `key` must be the key that signed it, and `seed` its signature.
    pub fn encoder(&self, decoded_length: u64, terms: &Terms, key: &SigningKey, seed: &Signature) -> Encoder {
        let chain = (self.protection == Protection::Signed).then(|| Chain::new(terms, key, seed));
        Encoder::new(self.layout(terms.scheme, decoded_length), chain)
    }
}
