//! Mistakes in a payload that comes in chunks: its framing, the chain of signatures, the trailer.

use super::Mistake;
use super::Proof::{Lint, Search};

mistakes! {
    CHUNK_FRAMING = "chunk-framing" {
        title: "the chunks of the body are not framed as aws-chunked has it",
        place: "payload",
        explanation: "Each chunk is its length in hex, its signature where chunks are signed, CRLF, the data and CRLF, \
            and somewhere the body has other bytes. The server reads a head where data stands, or data where a head \
            stands.",
        fix: "Count the bytes of the data alone, in hex, and write CRLF behind the head and behind the data.",
        clients: &[("curl", "--data-binary @FILE; -d @FILE drops line ends")],
        proofs: &[Lint],
    }
    CHUNK_DECODED_LENGTH = "chunk-decoded-length" {
        title: "x-amz-decoded-content-length is not the length of the payload",
        place: "payload",
        explanation: "The header says how long the payload is without its framing, and the data of the chunks has \
            another length. The server waits for the rest, or refuses what is too much.",
        fix: "Declare the length of the payload before it is put into chunks; Content-Length is that of the body.",
        clients: &[],
        proofs: &[Lint],
    }
    CHUNK_FINAL_MISSING = "chunk-final-missing" {
        title: "the body ends without a signed, empty chunk",
        place: "payload",
        explanation: "A body in chunks ends with a chunk of no bytes, which is signed as the others are, and this one \
            has none or an unsigned one. The server cannot know that nothing was cut off.",
        fix: "End the body with 0;chunk-signature=…, CRLF and, behind the trailer if there is one, CRLF again.",
        clients: &[],
        proofs: &[Lint],
    }
    CHUNK_PREVIOUS_SIGNATURE = "chunk-previous-signature" {
        title: "a chunk was signed over another signature than the one before it",
        place: "payload",
        explanation: "Each chunk covers the signature of the chunk before it, the first that of the request, and the \
            client put another one there. The server follows the chain.",
        fix: "Keep the signature that was made last, and put it into the next string to sign.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_EMPTY_HASH_MISSING = "chunk-empty-hash-missing" {
        title: "the hash of no bytes is missing in a chunk's string to sign",
        place: "payload",
        explanation: "Between the signature before it and the hash of the data, a chunk's string to sign has the hash \
            of an empty string, e3b0c442…, and the client left it out. The server has six lines there.",
        fix: "Put the SHA-256 of an empty string, in hex, before the hash of the chunk's data.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_HASH = "chunk-hash" {
        title: "something else than a chunk's data was hashed for its signature",
        place: "payload",
        explanation: "The last line of a chunk's string to sign is the hash of its data, and the client hashed it with \
            its framing, or other bytes of the payload. The server hashes the data alone.",
        fix: "Hash the data of the chunk, without its head and without the CRLF behind it.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_ALGORITHM = "chunk-algorithm" {
        title: "a chunk's string to sign begins as that of a request",
        place: "payload",
        explanation: "The string to sign of a chunk begins with AWS4-HMAC-SHA256-PAYLOAD, and the client wrote the \
            algorithm alone. The server writes the longer name.",
        fix: "Begin the string to sign of a chunk with the algorithm and -PAYLOAD, that of a trailer with -TRAILER.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_SIGNATURE = "chunk-signature" {
        title: "the signature of a chunk is not that of its data",
        place: "payload",
        explanation: "The request and the chunks before it are signed rightly, so the key is right. The signature of this \
            chunk is another than the key gives for its data, and no known mistake makes it.",
        fix: "Compare the chunk's string to sign in the client, line by line, and its data with what arrived.",
        clients: &[],
        proofs: &[Search],
    }
    CHUNK_ALTERED = "chunk-altered" {
        title: "the data of a chunk changed after it was signed",
        place: "payload",
        explanation: "The signature of the chunk is not that of its data, and the chunk behind it is signed rightly over \
            that same signature. So key and chain are right, and the data is not what was signed.",
        fix: "Look for what changes bodies between signer and server: proxies, charsets, line ends, a buffer used again.",
        clients: &[],
        proofs: &[Search],
    }
    TRAILER_SIGNATURE = "trailer-signature" {
        title: "the signature of the trailer is not that of its headers",
        place: "payload",
        explanation: "The trailer is signed as name:value lines, in lower case, each with a line feed, over the final \
            chunk's signature, and the client signed other bytes or none. The server signs what it received so.",
        fix: "Sign each trailing header as name:value and a line feed, although CRLF ends it in the body.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    TRAILER_ANNOUNCED = "trailer-announced" {
        title: "the trailing headers are not those that were announced",
        place: "payload",
        explanation: "x-amz-trailer names the headers that follow the final chunk, and one of them is missing, or one \
            came that it does not name. The server takes exactly those that are announced.",
        fix: "Name every trailing header in x-amz-trailer, sign that header, and send each of them.",
        clients: &[],
        proofs: &[Lint],
    }
    TRAILER_CHECKSUM = "trailer-checksum" {
        title: "the checksum in the trailer is not that of the payload",
        place: "payload",
        explanation: "The server computes the checksum of the data as it arrived, and the trailer has another value. \
            The data changed on its way, or the client computed the checksum of other bytes, such as the framed body.",
        fix: "Compute the checksum over the payload without its framing, and write it in base64.",
        clients: &[],
        proofs: &[Lint],
    }
}
