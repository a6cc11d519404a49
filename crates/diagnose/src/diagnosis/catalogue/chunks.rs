//! Mistakes in a chunked payload: its framing, the chain of signatures, the trailer.

use super::Mistake;
use super::Proof::{Lint, Search};

mistakes! {
    CHUNK_FRAMING = "chunk-framing" {
        title: "the body is not valid aws-chunked framing",
        place: "payload",
        explanation: "Each chunk consists of its length in hex, its signature if chunks are signed, CRLF, the data \
            and CRLF, but somewhere the body has other bytes. The server reads a chunk header where there is data, \
            or data where there is a chunk header.",
        fix: "Count only the bytes of the data, in hex, and write CRLF after the chunk header and after the data.",
        clients: &[("curl", "--data-binary @FILE; -d @FILE removes line breaks")],
        proofs: &[Lint],
    }
    CHUNK_TOO_SMALL = "chunk-too-small" {
        title: "a chunk before the last one has fewer than 8192 bytes",
        place: "payload",
        explanation: "S3 accepts small chunks only at the end of the body, but a smaller chunk is followed by more \
            data. It answers InvalidChunkSizeError, whether the chunks are signed or not.",
        fix: "Buffer the stream, so that each chunk but the last has at least 8192 bytes; 65536 is usual.",
        clients: &[("aws-sdk-js v3", "new S3Client({ requestStreamBufferSize: 65_536 })")],
        proofs: &[Lint],
    }
    CHUNK_DECODED_LENGTH = "chunk-decoded-length" {
        title: "x-amz-decoded-content-length is not the length of the payload",
        place: "payload",
        explanation: "The header gives the length of the payload without its chunk framing, but the chunks contain \
            more or less data. The server waits for more data, or refuses the excess.",
        fix: "Send the length of the payload before it is split into chunks; Content-Length is the length of the \
            framed body.",
        clients: &[],
        proofs: &[Lint],
    }
    CHUNK_FINAL_MISSING = "chunk-final-missing" {
        title: "the body does not end with a signed, empty chunk",
        place: "payload",
        explanation: "A chunked body ends with a chunk of zero bytes, signed like the others, but this one has none or \
            an unsigned one. The server cannot tell whether the body is complete.",
        fix: "End the body with a signed chunk of length 0 and CRLF, and after the trailer, if there is one, \
            another CRLF.",
        clients: &[],
        proofs: &[Lint],
    }
    CHUNK_PREVIOUS_SIGNATURE = "chunk-previous-signature" {
        title: "a chunk was signed over the wrong previous signature",
        place: "payload",
        explanation: "Each chunk covers the signature of the chunk before it, and the first chunk covers the \
            signature of the request, but the client used another signature there. The server follows the chain.",
        fix: "Keep the last computed signature and put it into the next string to sign.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_EMPTY_HASH_MISSING = "chunk-empty-hash-missing" {
        title: "the empty hash is missing from a chunk's string to sign",
        place: "payload",
        explanation: "Between the previous signature and the hash of the data, a chunk's string to sign has the \
            hash of an empty string, e3b0c442..., but the client left it out. The server's string to sign has six \
            lines.",
        fix: "Put the SHA-256 of an empty string, in hex, before the hash of the chunk's data.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_HASH = "chunk-hash" {
        title: "a chunk was signed with a hash of something other than its data",
        place: "payload",
        explanation: "The last line of a chunk's string to sign is the hash of its data, but the client hashed it \
            with its framing, or hashed other bytes of the payload. The server hashes only the data.",
        fix: "Hash the data of the chunk, without its header and without the CRLF after it.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_ALGORITHM = "chunk-algorithm" {
        title: "a chunk's string to sign begins with the wrong algorithm name",
        place: "payload",
        explanation: "The string to sign of a chunk begins with AWS4-HMAC-SHA256-PAYLOAD, but the client wrote the \
            algorithm name without -PAYLOAD. The server writes the longer name.",
        fix: "Begin the string to sign of a chunk with the algorithm and -PAYLOAD, and that of a trailer with \
            -TRAILER.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_SIGNATURE = "chunk-signature" {
        title: "the signature of a chunk does not match its data",
        place: "payload",
        explanation: "The request and the chunks before it are signed correctly, so the key is right. The signature \
            of this chunk is not the one that the key gives for its data, and no known mistake produces it.",
        fix: "Compare the chunk's string to sign in the client line by line, and its data with the data that \
            arrived.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_ALTERED = "chunk-altered" {
        title: "the data of a chunk changed after it was signed",
        place: "payload",
        explanation: "The signature of the chunk does not match its data, but the next chunk is correctly signed \
            over that same signature. So the key and the chain are right, and the data is not what was signed.",
        fix: "Look for what changes bodies between signer and server: a proxy, a charset, line endings, a reused \
            buffer.",
        clients: &[],
        proofs: &[Search],
    }
    TRAILER_SIGNATURE = "trailer-signature" {
        title: "the signature of the trailer does not match its headers",
        place: "payload",
        explanation: "The trailer is signed as name:value lines in lowercase, each with a line feed, over the \
            signature of the final chunk, but the client signed other bytes or none. The server's signature of the \
            trailer differs.",
        fix: "Sign each trailing header as name:value and a line feed, even though it ends with CRLF in the body.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    TRAILER_ANNOUNCED = "trailer-announced" {
        title: "the trailing headers are not the ones named in x-amz-trailer",
        place: "payload",
        explanation: "x-amz-trailer names the headers that follow the final chunk, but one of them is missing, or \
            an unnamed one arrived, or one that is not a checksum. S3 accepts exactly the checksum that is named.",
        fix: "Name the checksum in x-amz-trailer, sign that header, and send only the checksum after the final chunk.",
        clients: &[],
        proofs: &[Lint],
    }
    TRAILER_CHECKSUM = "trailer-checksum" {
        title: "the checksum in the trailer does not match the payload",
        place: "payload",
        explanation: "The server computes the checksum of the data that arrived, but the trailer has a different \
            value. The data changed on the way, or the client computed the checksum of other bytes, such as the framed \
            body.",
        fix: "Compute the checksum over the payload without its chunk framing, and write it in base64.",
        clients: &[],
        proofs: &[Lint],
    }
}
