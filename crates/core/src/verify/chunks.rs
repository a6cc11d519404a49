//! What is wrong with a payload in chunks, as a finding: its name in the catalogue, and what to change.

use super::Facts;
use crate::stream::{CODING, DECODED_LENGTH_HEADER, StreamFault, TRAILER_HEADER, TRAILER_SIGNATURE};

/// Names the fault as the catalogue does. Why the signature of a chunk is wrong is looked for elsewhere.
pub(super) fn id(fault: &StreamFault) -> &'static str {
    match fault {
        StreamFault::ChunkSignature { .. } => "chunk-signature",
        StreamFault::Malformed(malformed) if malformed.offset == 0 => "payload-streaming",
        StreamFault::DecodedLengthMissing => "payload-streaming",
        StreamFault::ChunkUnsigned { chunk } if chunk.length == 0 => "chunk-final-missing",
        StreamFault::FinalChunkMissing => "chunk-final-missing",
        StreamFault::Malformed(_) | StreamFault::ChunkUnsigned { .. } => "chunk-framing",
        StreamFault::DecodedLength { .. } => "chunk-decoded-length",
        StreamFault::TrailerSignature { .. } => "trailer-signature",
        StreamFault::TrailerMissing { .. } | StreamFault::TrailerUnannounced { .. } => "trailer-announced",
        StreamFault::Checksum { .. } => "trailer-checksum",
    }
}

pub(super) fn facts(fault: &StreamFault) -> Facts {
    let (presented, expected, fix) = match fault {
        StreamFault::ChunkSignature { expected, presented, .. } => (presented.clone(), expected.clone(), ""),
        StreamFault::Malformed(malformed) => {
            let expected = format!("{} at offset {}", malformed.expected, malformed.offset);
            (malformed.presented.clone(), expected, "send the body in the chunks that x-amz-content-sha256 announces")
        }
        StreamFault::ChunkUnsigned { chunk } => {
            (String::new(), format!("a signature of {chunk}"), "sign each chunk, or announce unsigned ones")
        }
        StreamFault::FinalChunkMissing => {
            (String::new(), "an empty chunk".to_owned(), "end the body with an empty chunk, signed as the others are")
        }
        StreamFault::DecodedLength { declared, arrived } => {
            (declared.clone(), arrived.to_string(), "declare the length of the payload without its framing")
        }
        StreamFault::DecodedLengthMissing => {
            let coding = format!("{DECODED_LENGTH_HEADER}, as {CODING} asks for it");
            (String::new(), coding, "send the length of the payload without its framing, and sign it")
        }
        StreamFault::TrailerSignature { expected, presented } => {
            let fix = "sign 'name:value' of each trailing header, lower case and a line feed, over the final signature";
            (presented.clone(), format!("{TRAILER_SIGNATURE}:{expected}"), fix)
        }
        StreamFault::TrailerMissing { name } => {
            (String::new(), name.clone(), "send every trailing header that is announced")
        }
        StreamFault::TrailerUnannounced { name } => {
            (name.clone(), format!("{TRAILER_HEADER}: {name}"), "announce the trailing header, and sign that")
        }
        StreamFault::Checksum { expected, presented, .. } => {
            (presented.clone(), expected.clone(), "compute the checksum over the payload without its framing")
        }
    };
    Facts { place: "payload", presented, expected, fix: fix.to_owned() }
}
