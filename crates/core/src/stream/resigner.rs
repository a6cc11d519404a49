//! Verifies a body in signed chunks and signs it again in transit: each chunk is signed with another key once its own
//! signature is verified.
//!
//! Sizes and line ends are kept and signatures have the same length, so the new body is as long as the original. The
//! final chunk, which ends the payload, is released only if there was no fault at all.

use super::chain::Chain;
use super::decode_error::DecodeError;
use super::decoder::Decoder;
use super::framing::{Head, without_line_end};
use super::parse::parse_trailer;
use super::reader::{Ending, Reader, Released};
use super::{CHUNK_SIGNATURE, TRAILER_SIGNATURE};
use crate::crypto::sha256;
use crate::scheme::{Scheme, Signature};

/// Why a body cannot be signed again chunk by chunk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResignerError {
    /// The signatures of the two schemes differ in length, so the length of the body is not known in advance. Decode
    /// the payload instead, and encode it in new chunks with [`Plan::encoder`](super::Plan::encoder).
    #[error("the chunks are signed by {inbound:?} and cannot be signed again by {outbound:?} in place")]
    SchemesDiffer {
        /// The scheme of the chunks that arrive.
        inbound: Scheme,
        /// The scheme to sign them with.
        outbound: Scheme,
    },
    /// The decoder has already read part of the body, which is lost.
    #[error("the decoder has already read a part of the body")]
    AlreadyBegun,
}

/// Verifies a body in chunks as it arrives and signs it again: its output is the body for the next hop. Unsigned chunks
/// are forwarded unchanged, but their checksum is verified.
///
/// ```
/// use sigvet_core::stream::{Chain, DecodeError, Decoder, Resigner};
///
/// /// `outbound` starts with the signature of the outbound head: see `resign::Resigned::chain`.
/// fn relay(inbound: Decoder, outbound: Chain, pieces: &[&[u8]]) -> Result<Vec<u8>, Vec<DecodeError>> {
///     let mut resigner = Resigner::new(inbound, outbound).expect("the schemes are the same");
///     let mut body = Vec::new();
///     for piece in pieces {
///         resigner.push(piece, &mut body).map_err(|error| vec![error])?;
///     }
///     resigner.finish(&mut body)?;
///     Ok(body)
/// }
/// ```
#[must_use]
#[derive(Debug)]
pub struct Resigner {
    reader: Reader,
    outbound: Chain,
}

impl Resigner {
    /// Starts a body. The chain must be that of the outbound head, whose payload is declared by the same word.
    ///
    /// # Errors
    /// See [`ResignerError`].
    pub fn new(inbound: Decoder, outbound: Chain) -> Result<Self, ResignerError> {
        let Decoder(reader) = inbound;
        if !reader.is_fresh() {
            return Err(ResignerError::AlreadyBegun);
        }
        match reader.chain().map(Chain::scheme) {
            Some(inbound) if inbound != outbound.scheme() => {
                Err(ResignerError::SchemesDiffer { inbound, outbound: outbound.scheme() })
            }
            _ => Ok(Self { reader, outbound }),
        }
    }

    /// Reads a piece of the inbound body, of any length, and appends to `body` what goes to the next hop. After an
    /// error nothing more is appended, and the outbound request must be aborted, because its body will not end.
    ///
    /// # Errors
    /// The first fault: see [`Decoder::push`].
    pub fn push(&mut self, piece: &[u8], body: &mut Vec<u8>) -> Result<(), DecodeError> {
        let Self { reader, outbound } = self;
        let mut failed = None;
        let read = reader.read(piece, &mut |released| {
            if failed.is_none() {
                failed = pass_on(&released, outbound, body).err();
            }
        });
        match failed {
            Some(error) => {
                reader.stop(error.clone());
                Err(error)
            }
            None => read,
        }
    }

    /// Ends the body: appends the final chunk and the trailer, signed again.
    ///
    /// # Errors
    /// All faults; then nothing is appended, and the outbound request must be aborted.
    pub fn finish(self, body: &mut Vec<u8>) -> Result<(), Vec<DecodeError>> {
        let Self { reader, mut outbound } = self;
        let end = reader.finish()?;
        let signed = end_of_body(&end, &mut outbound).map_err(|error| vec![error])?;
        body.extend_from_slice(&signed);
        Ok(())
    }
}

fn pass_on(released: &Released<'_>, outbound: &mut Chain, body: &mut Vec<u8>) -> Result<(), DecodeError> {
    match released {
        Released::Head(head) => {
            body.extend_from_slice(head.text.as_bytes());
            body.extend_from_slice(LINE_END);
        }
        Released::Data(data, is_last) => {
            body.extend_from_slice(data);
            body.extend_from_slice(if *is_last { LINE_END } else { b"" });
        }
        Released::Chunk(head, hash, data) => {
            let signature = fitting(outbound.sign_chunk(hash), head.signature.as_deref())?;
            write_head(head, &signature, body);
            body.extend_from_slice(data);
            body.extend_from_slice(LINE_END);
        }
    }
    Ok(())
}

/// Returns the signature if it has exactly the length of the one it replaces.
fn fitting(signature: Signature, replaced: Option<&str>) -> Result<Signature, DecodeError> {
    let (expected, presented) = (signature.as_str().len(), replaced.unwrap_or_default().len());
    if expected == presented { Ok(signature) } else { Err(DecodeError::SignatureLength { expected, presented }) }
}

/// Writes the head of a chunk. The spelling of the size is kept.
fn write_head(head: &Head, signature: &Signature, body: &mut Vec<u8>) {
    let size = head.text.split(';').next().unwrap_or_default();
    for piece in [size, CHUNK_SIGNATURE, signature.as_str()] {
        body.extend_from_slice(piece.as_bytes());
    }
    body.extend_from_slice(LINE_END);
}

fn end_of_body(end: &Ending, outbound: &mut Chain) -> Result<Vec<u8>, DecodeError> {
    let mut body = Vec::new();
    match &end.head.signature {
        Some(presented) => {
            let signature = fitting(outbound.sign_chunk(&sha256(b"")), Some(presented))?;
            write_head(&end.head, &signature, &mut body);
        }
        None => {
            body.extend_from_slice(end.head.text.as_bytes());
            body.extend_from_slice(LINE_END);
        }
    }
    for line in &end.lines {
        match place_of_signature(line) {
            Some((before, presented, behind)) => {
                let signature = fitting(outbound.sign_trailer(&end.canonical_trailers), Some(presented))?;
                [before, signature.as_str().as_bytes(), behind].iter().for_each(|piece| body.extend_from_slice(piece));
            }
            None => body.extend_from_slice(line),
        }
    }
    Ok(body)
}

/// Splits a line that carries the trailer's signature into the text before it, the signature, and the text after it.
fn place_of_signature(line: &[u8]) -> Option<(&[u8], &str, &[u8])> {
    let text = without_line_end(line);
    let trailer = parse_trailer(text).filter(|trailer| trailer.name.eq_ignore_ascii_case(TRAILER_SIGNATURE))?;
    let behind_name = trailer.name.len() + 1;
    let value = std::str::from_utf8(text.get(behind_name..)?).ok()?;
    let start = behind_name + value.len() - value.trim_start().len();
    let end = start + trailer.value.len();
    Some((line.get(..start)?, trailer.value, line.get(end..)?))
}

const LINE_END: &[u8] = b"\r\n";
