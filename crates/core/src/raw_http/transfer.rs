//! Removes `Transfer-Encoding: chunked` (RFC 9112 §7.1), the framing between two hops. Nobody signs it, so it is
//! removed before a request is judged. The chunks of `aws-chunked` are different: they are the body, and are kept.

use std::collections::BTreeSet;

use crate::request::{Headers, WireFault};

use super::split_once;

/// The body of a request that has a transfer coding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transferred {
    /// The body is in chunks.
    Chunks {
        /// The data of the chunks.
        payload: Vec<u8>,
        /// Number of bytes of the chunks with their framing and the trailer.
        length: usize,
        /// The fields of the trailer.
        trailer: Vec<WireFault>,
    },
    /// The body is not in chunks: the capture has only their data.
    Bare,
    /// The chunks are cut off, or followed by something that is not a chunk.
    Broken {
        /// Number of bytes before the fault.
        offset: usize,
    },
    /// There is no body.
    Missing,
    /// The body is compressed, or in another coding that is not supported.
    Coded,
}

impl Transferred {
    /// Reads a body according to the `Transfer-Encoding` of its head; `None` if the head has no such field.
    pub fn read(body: &[u8], headers: &Headers) -> Option<Self> {
        let codings: Vec<&[u8]> =
            headers.values("transfer-encoding").flat_map(|value| value.split(|byte| *byte == b',')).collect();
        let is_chunked = |coding: &&[u8]| coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
        Some(match codings.as_slice() {
            [] => return None,
            _ if body.trim_ascii().is_empty() => Self::Missing,
            [coding] if is_chunked(coding) => Self::of_chunks(body, headers.declare_aws_chunks()),
            _ => Self::Coded,
        })
    }

    /// Reads a body in chunks. A body of `aws-chunked` may appear in a capture with or without the framing around it.
    fn of_chunks(body: &[u8], is_aws_chunked: bool) -> Self {
        let is_bare = |payload: &[u8]| is_aws_chunked && chunk_size(payload).is_none();
        match without_chunks(body) {
            _ if is_aws_chunked && has_chunk_signature(body) => Self::Bare,
            Ok(Unchunked { payload, .. }) if is_bare(&payload) => Self::Bare,
            Ok(Unchunked { payload, length, trailer }) => Self::Chunks { payload, length, trailer: fields_of(trailer) },
            Err(0) => Self::Bare,
            Err(offset) => Self::Broken { offset },
        }
    }
}

/// The data of chunks, without their framing.
#[derive(Debug)]
pub struct Unchunked<'a> {
    /// The data.
    pub payload: Vec<u8>,
    /// Number of bytes of the chunks and their trailer.
    pub length: usize,
    /// The lines after the last chunk, including the empty one that ends them.
    trailer: &'a [u8],
}

/// Removes the framing of chunks.
///
/// # Errors
/// The offset at which a chunk was expected and not found; 0 if the text does not begin with the size of a chunk.
pub fn without_chunks(body: &[u8]) -> Result<Unchunked<'_>, usize> {
    let mut payload = Vec::new();
    let mut rest = body;
    loop {
        let offset = body.len() - rest.len();
        let (size, behind) = chunk_size(rest).ok_or(offset)?;
        if size == 0 {
            let length = body.len() - behind_trailer(behind).len();
            let trailer = body.get(body.len() - behind.len()..length).unwrap_or_default();
            return Ok(Unchunked { payload, length, trailer });
        }
        let (data, behind) = behind.split_at_checked(size).ok_or(body.len())?;
        payload.extend_from_slice(data);
        let offset = body.len() - behind.len();
        rest = behind.strip_prefix(b"\r\n").or_else(|| behind.strip_prefix(b"\n")).ok_or(offset)?;
    }
}

/// The size at the head of a chunk, and what follows that line.
fn chunk_size(text: &[u8]) -> Option<(usize, &[u8])> {
    let (head, behind) = split_once(text, b'\n')?;
    let size = head.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let is_size = !size.is_empty() && size.iter().all(u8::is_ascii_hexdigit);
    let size = std::str::from_utf8(size).ok().filter(|_| is_size)?;
    Some((usize::from_str_radix(size, 16).ok()?, behind))
}

/// The text after the trailer and its empty line, which may be missing if the text was trimmed.
fn behind_trailer(text: &[u8]) -> &[u8] {
    let mut rest = text;
    while let Some((line, behind)) = split_once(rest, b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !line.is_empty() && !line.contains(&b':') {
            return rest;
        }
        rest = behind;
        if line.is_empty() {
            return rest;
        }
    }
    rest
}

/// The fields of a trailer, without repeated names.
fn fields_of(trailer: &[u8]) -> Vec<WireFault> {
    let names: BTreeSet<String> = trailer
        .split(|byte| *byte == b'\n')
        .filter_map(|line| split_once(line, b':'))
        .map(|(name, _)| String::from_utf8_lossy(name.trim_ascii()).to_ascii_lowercase())
        .collect();
    names.into_iter().map(|name| WireFault::Trailer { name }).collect()
}

fn has_chunk_signature(body: &[u8]) -> bool {
    split_once(body, b'\n').is_some_and(|(head, _)| head.windows(17).any(|window| window == b";chunk-signature="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)], body: &str) -> Option<Transferred> {
        let mut headers = Headers::default();
        fields.iter().for_each(|(name, value)| headers.push(name, *value).unwrap());
        Transferred::read(body.as_bytes(), &headers)
    }

    const CHUNKED: (&str, &str) = ("Transfer-Encoding", "chunked");

    /// Like the example in RFC 9112 §7.1: sizes, extensions, a trailer.
    #[test]
    fn chunks_are_decoded_with_extensions_and_trailer() {
        let chunks = "4\r\nWiki\r\n6;name=\"v\"\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\nx-sum: 1\r\n\r\nGET /";
        let payload = b"Wikipedia in \r\n\r\nchunks.".to_vec();
        let length = chunks.len() - "GET /".len();
        let trailer = vec![WireFault::Trailer { name: "x-sum".to_owned() }];
        assert_eq!(read(&[CHUNKED], chunks), Some(Transferred::Chunks { payload, length, trailer }));
        assert_eq!(read(&[], chunks), None);
    }

    #[test]
    fn bare_line_feeds_and_a_missing_last_line_are_accepted() {
        for text in ["2\nhi\n0\n\n", "2\nhi\n0\n", "02\r\nhi\r\n000\r\n"] {
            let read = read(&[("transfer-encoding", " Chunked ")], text);
            assert_eq!(
                read,
                Some(Transferred::Chunks { payload: b"hi".to_vec(), length: text.len(), trailer: Vec::new() }),
                "{text:?}"
            );
        }
    }

    #[test]
    fn an_unchunked_body_differs_from_a_truncated_one() {
        assert_eq!(read(&[CHUNKED], "{\"a\":1}"), Some(Transferred::Bare));
        assert_eq!(read(&[CHUNKED], "\r\n"), Some(Transferred::Missing));
        assert_eq!(read(&[("Transfer-Encoding", "gzip, chunked")], "2\r\nhi\r\n0\r\n\r\n"), Some(Transferred::Coded));
        assert_eq!(read(&[CHUNKED], "2\r\nhi\r\n"), Some(Transferred::Broken { offset: 7 }));
        assert_eq!(read(&[CHUNKED], "2\r\nhiya\r\n0\r\n\r\n"), Some(Transferred::Broken { offset: 5 }));
        assert_eq!(read(&[CHUNKED], "ffffffffffffffff\r\nhi"), Some(Transferred::Broken { offset: 20 }));
    }

    /// The chunk heads of `aws-chunked` are part of the body, not framing.
    #[test]
    fn aws_chunks_are_kept() {
        let word = ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        let inner = "2\r\nhi\r\n0\r\nx-amz-checksum-crc32:2MCKNA==\r\n\r\n";
        let framed = format!("{:x}\r\n{inner}\r\n0\r\n\r\n", inner.len());
        let payload = inner.as_bytes().to_vec();
        let (length, trailer) = (framed.len(), Vec::new());
        assert_eq!(read(&[CHUNKED, word], &framed), Some(Transferred::Chunks { payload, length, trailer }));
        assert_eq!(read(&[CHUNKED, word], inner), Some(Transferred::Bare));
        let signed = ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        assert_eq!(
            read(&[CHUNKED, signed], "2;chunk-signature=00\r\nhi\r\n0;chunk-signature=00\r\n\r\n"),
            Some(Transferred::Bare)
        );
    }
}
