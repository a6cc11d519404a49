//! What is decided before a payload is streamed, and what the request says of it.
//!
//! The headers are those of *Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks*.
//! Nothing is read of the payload here, and nothing signed.

use super::chain::{Chain, signature_length};
use super::encoder::Encoder;
use super::layout::{ChunkSize, Layout};
use super::{CODING, DECODED_LENGTH_HEADER, TRAILER_HEADER};
use crate::checksum::ChecksumAlgorithm;
use crate::derivation::Terms;
use crate::request::{Body, Request};
use crate::scheme::{Dialect, Scheme, Signature, SigningKey};

/// How a payload is streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Whether its chunks are signed.
    pub protection: Protection,
    /// Length of its chunks.
    pub chunk_size: ChunkSize,
    /// The checksum that goes into the trailer, where there is one.
    pub checksum: Option<ChecksumAlgorithm>,
}

/// Whether chunks are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Each chunk has a signature.
    Signed,
    /// None has; the checksum in the trailer guards the payload, and TLS its sender.
    Unsigned,
}

/// Why a payload cannot be streamed as planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// There is no word for unsigned chunks without a trailer.
    #[error("unsigned chunks require a checksum in the trailer")]
    UnsignedWithoutChecksum,
    /// The length of the payload has to be declared.
    #[error("the payload's length is unknown, but a streamed payload must declare it")]
    UnknownLength,
    /// Providers other than AWS have no names for it.
    #[error("aws-chunked works only with x-amz-* headers, not with {presented}*")]
    Dialect {
        /// How the dialect's headers begin.
        presented: String,
    },
    /// Signed chunks are S3's, which takes no signature with a certificate's key.
    #[error("chunks cannot be signed with the key of a certificate")]
    Certificate,
    /// A header that says something of the body in its own way.
    #[error("streaming sets the header {name} itself; do not give it")]
    HeaderGiven {
        /// The header.
        name: String,
    },
}

impl Plan {
    /// What the payload line and `x-amz-content-sha256` say.
    pub fn word(&self, algorithm: &str) -> String {
        match (self.protection, self.checksum) {
            (Protection::Unsigned, _) => "STREAMING-UNSIGNED-PAYLOAD-TRAILER".to_owned(),
            (Protection::Signed, None) => format!("STREAMING-{algorithm}-PAYLOAD"),
            (Protection::Signed, Some(_)) => format!("STREAMING-{algorithm}-PAYLOAD-TRAILER"),
        }
    }

    /// Puts on a request what goes with a streamed payload, before it is prepared: the content coding, the payload's own
    /// length, the name of the trailer. Its body becomes the one in chunks, known by its length alone.
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

    /// Begins the body of a request that was signed. The key is the one that signed it, the seed its signature.
    pub fn encoder(&self, decoded_length: u64, terms: &Terms, key: &SigningKey, seed: &Signature) -> Encoder {
        let chain = (self.protection == Protection::Signed).then(|| Chain::new(terms, key, seed));
        Encoder::new(self.layout(terms.scheme, decoded_length), chain)
    }
}
