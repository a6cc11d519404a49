//! Verifies a body in chunks piece by piece, in constant memory, for programs that forward the payload.
//!
//! Signed data is released only after the signature of its chunk was verified; so each chunk is buffered, and its
//! maximum length is an argument. Unsigned data is released as it arrives. The faults are those of
//! [`check`](super::check) and [`check_framing`](super::check_framing), which need the whole body.

use super::decode_error::DecodeError;
use super::reader::{Reader, Released};
use crate::claim::Claim;
use crate::request::Request;
use crate::scheme::SigningKey;

/// Verifies a body in chunks as it arrives, and releases its payload.
///
/// ```
/// use sigvet_core::claim::Claim;
/// use sigvet_core::request::Request;
/// use sigvet_core::scheme::SigningKey;
/// use sigvet_core::stream::{DecodeError, Decoder};
///
/// /// The head was verified with the key; the pieces of the body may be cut anywhere.
/// fn read(head: &Request, claim: &Claim, key: &SigningKey, pieces: &[&[u8]]) -> Result<Vec<u8>, Vec<DecodeError>> {
///     let mut decoder = Decoder::new(head, claim, key, Decoder::CHUNK_LIMIT).expect("the payload is in chunks");
///     let mut payload = Vec::new();
///     for piece in pieces {
///         decoder.push(piece, &mut payload).map_err(|error| vec![error])?;
///     }
///     // Only now the last signature and the checksum are known to be right.
///     decoder.finish()?;
///     Ok(payload)
/// }
/// ```
#[must_use]
#[derive(Debug)]
pub struct Decoder(pub(super) Reader);

impl Decoder {
    /// A limit for the length of chunks, in bytes: 16 MiB. Usual clients stay well below it; SDKs send chunks of 64 KiB
    /// to 1 MiB.
    pub const CHUNK_LIMIT: usize = 16 * 1024 * 1024;

    /// Starts the body of a request whose head was verified with this key; `None` if its payload is not in chunks. A
    /// signed chunk may have at most `chunk_limit` bytes, because the decoder buffers it until its signature is
    /// verified.
    pub fn new(request: &Request, claim: &Claim, key: &SigningKey, chunk_limit: usize) -> Option<Self> {
        Reader::new(request, claim, key, chunk_limit).map(Self)
    }

    /// Reads a piece of the body, of any length, and appends to `payload` the data that signatures vouch for so far.
    /// After an error nothing more is appended; what was appended before is valid.
    ///
    /// # Errors
    /// The first fault, as far as it is known yet. You may continue to push pieces, so that [`finish`](Self::finish)
    /// reports all faults.
    pub fn push(&mut self, piece: &[u8], payload: &mut Vec<u8>) -> Result<(), DecodeError> {
        self.0.read(piece, &mut |released| match released {
            Released::Head(_) => {}
            Released::Data(data, _) | Released::Chunk(_, _, data) => payload.extend_from_slice(data),
        })
    }

    /// Ends the body, and returns the names and values of its trailer, without the trailer's signature. If this fails,
    /// anyone who forwarded the payload must discard it: the last chunk, the checksum or the length was wrong.
    ///
    /// # Errors
    /// All faults, in the order in which [`verify`](crate::verify::verify) finds them.
    pub fn finish(self) -> Result<Vec<(String, String)>, Vec<DecodeError>> {
        self.0.finish().map(|ending| ending.trailers)
    }
}
