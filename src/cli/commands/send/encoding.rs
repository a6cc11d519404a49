//! `--compressed`: the content codings to accept, and decoding the body.

use std::io::{BufRead, BufReader, Read};

use brotli_decompressor::Decompressor;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use crate::cli::failure::{Exit, Failure};
use crate::transport::Response;

/// The codings that a curl built with all of them accepts.
pub const ACCEPTED: &str = "deflate, gzip, br, zstd";

/// The buffer size for decoding.
const BUFFER: usize = 64 * 1024;

/// The codings of a body, in the order in which they were applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Encodings(Vec<Encoding>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Deflate,
    Gzip,
    Brotli,
    Zstandard,
}

impl Encodings {
    /// The codings that a response names.
    ///
    /// # Errors
    /// A coding is not supported.
    pub fn of(response: &Response) -> Result<Self, Failure> {
        let values = response.headers.values("content-encoding").map(String::from_utf8_lossy);
        let joined = values.collect::<Vec<_>>().join(",");
        let names = joined.split(',').map(str::trim).filter(|name| !name.is_empty());
        let known = names.filter(|name| !name.eq_ignore_ascii_case("identity")).map(Encoding::parse);
        Ok(Self(known.collect::<Result<_, _>>()?))
    }

    /// Whether the body is not encoded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Decodes the body.
    ///
    /// # Errors
    /// The body does not begin as its coding requires.
    pub fn decode<'a>(&self, body: impl Read + 'a) -> Result<Box<dyn Read + 'a>, Failure> {
        let first: Box<dyn Read + 'a> = Box::new(body);
        self.0.iter().rev().try_fold(first, |body, encoding| encoding.decode(BufReader::with_capacity(BUFFER, body)))
    }
}

impl Encoding {
    fn parse(name: &str) -> Result<Self, Failure> {
        match name.to_ascii_lowercase().as_str() {
            "deflate" => Ok(Self::Deflate),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "br" => Ok(Self::Brotli),
            "zstd" => Ok(Self::Zstandard),
            _ => Err(Failure::new(Exit::BadEncoding, format!("the body has an unknown Content-Encoding, '{name}'"))
                .hint("omit --compressed to get the body as it was sent")),
        }
    }

    fn decode<'a>(self, mut body: BufReader<Box<dyn Read + 'a>>) -> Result<Box<dyn Read + 'a>, Failure> {
        // A response without a body, such as one to HEAD, has nothing to decode.
        if body.fill_buf().map_or(true, <[u8]>::is_empty) {
            return Ok(Box::new(body));
        }
        Ok(match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(body)),
            // Some servers omit the zlib header, and curl accepts both.
            Self::Deflate if is_zlib(body.buffer()) => Box::new(ZlibDecoder::new(body)),
            Self::Deflate => Box::new(DeflateDecoder::new(body)),
            Self::Brotli => Box::new(Decompressor::new(body, BUFFER)),
            Self::Zstandard => {
                let bad = |error| {
                    Failure::new(Exit::BadEncoding, format!("the body does not match its Content-Encoding: {error}"))
                };
                Box::new(StreamingDecoder::new(body).map_err(bad)?)
            }
        })
    }
}

/// RFC 1950 §2.2: the method is 8, and the first two bytes are a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use sigvet_core::request::Headers;

    use super::*;

    fn decoded(encoding: &str, body: &str) -> Result<String, Exit> {
        let headers = Headers::from_pairs([("content-encoding", encoding)]).unwrap();
        let (version, reason) = ("HTTP/1.1".to_owned(), String::new());
        let encodings =
            Encodings::of(&Response { version, status: 200, reason, headers }).map_err(|error| error.exit)?;
        let body = BASE64_STANDARD.decode(body).unwrap();
        let mut text = String::new();
        let mut reader = encodings.decode(body.as_slice()).map_err(|error| error.exit)?;
        reader.read_to_string(&mut text).map_err(|_| Exit::BadEncoding)?;
        Ok(text)
    }

    /// The data comes from Python's gzip and zlib, brotli, and zstd 1.5.4; curl 7.88 prints the same for each
    /// (`tests/beside_curl`).
    #[test]
    fn every_coding_of_curl_is_decoded() {
        for (encoding, body, expected) in [
            ("gzip", "H4sIAAAAAAACA8tIzcnJV8hAkACAiPnlEQAAAA==", "hello hello hello"),
            ("X-Gzip", "H4sIAAAAAAACA8tIzcnJV8hAkACAiPnlEQAAAA==", "hello hello hello"),
            ("deflate", "eJzLSM3JyVfIQJAAOi4GfQ==", "hello hello hello"),
            ("deflate", "y0jNyclXyECQAA==", "hello hello hello"),
            ("br", "CwKAaGVsbG8D", "hello"),
            ("zstd", "KLUv/QRYZQAAMGhlbGxvIAEAMUoRou0eDA==", "hello hello hello"),
            ("identity", "aGVsbG8=", "hello"),
            ("", "aGVsbG8=", "hello"),
        ] {
            assert_eq!(decoded(encoding, body).as_deref(), Ok(expected), "{encoding}");
        }
    }

    #[test]
    fn an_undecodable_body_is_a_separate_error() {
        assert_eq!(decoded("compress", "AAAA"), Err(Exit::BadEncoding));
        assert_eq!(decoded("gzip", "AAAA"), Err(Exit::BadEncoding));
        assert_eq!(decoded("zstd", "AAAA"), Err(Exit::BadEncoding));
        assert_eq!(decoded("gzip", ""), Ok(String::new()));
    }
}
