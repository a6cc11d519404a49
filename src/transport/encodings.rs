//! Decoding bodies with a `Content-Encoding`.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use brotli_decompressor::Decompressor;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::StreamingDecoder;

use sigvet_core::request::Headers;

/// The supported codings, as in `Accept-Encoding`.
pub const ACCEPTED_ENCODINGS: &str = "deflate, gzip, br, zstd";

/// The buffer size for decoding.
const BUFFER: usize = 64 * 1024;

/// Why a body is not decoded.
#[derive(Debug, thiserror::Error)]
pub enum EncodingError {
    /// The coding is not supported.
    #[error("the body has an unknown Content-Encoding, '{name}'")]
    Unknown {
        /// The coding, as the response names it.
        name: String,
    },
    /// The body does not begin as its coding does.
    #[error("the body does not match its Content-Encoding: {reason}")]
    Mismatch {
        /// The error message of the decoder.
        reason: String,
    },
}

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
    /// The codings that the headers of a response name.
    ///
    /// # Errors
    /// A coding is not supported.
    pub fn from_headers(headers: &Headers) -> Result<Self, EncodingError> {
        let values = headers.values("content-encoding").map(String::from_utf8_lossy);
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
    pub fn decode<'a>(&self, body: impl Read + 'a) -> Result<Box<dyn Read + 'a>, EncodingError> {
        let first: Box<dyn Read + 'a> = Box::new(body);
        self.0.iter().rev().try_fold(first, |body, encoding| encoding.decode(BufReader::with_capacity(BUFFER, body)))
    }
}

impl Encoding {
    fn parse(name: &str) -> Result<Self, EncodingError> {
        match name.to_ascii_lowercase().as_str() {
            "deflate" => Ok(Self::Deflate),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            "br" => Ok(Self::Brotli),
            "zstd" => Ok(Self::Zstandard),
            _ => Err(EncodingError::Unknown { name: name.to_owned() }),
        }
    }

    fn decode<'a>(self, mut body: BufReader<Box<dyn Read + 'a>>) -> Result<Box<dyn Read + 'a>, EncodingError> {
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
                let mismatch = |error: ruzstd::decoding::errors::FrameDecoderError| EncodingError::Mismatch {
                    reason: error.to_string(),
                };
                Box::new(StreamingDecoder::new(body).map_err(mismatch)?)
            }
        })
    }
}

/// Decodes the beginning of a body, up to `limit` bytes. A body that was cut off or is damaged is decoded up to that point.
pub fn decode_beginning<'b>(headers: &Headers, body: &'b [u8], limit: usize) -> Cow<'b, [u8]> {
    let Ok(encodings) = Encodings::from_headers(headers) else { return Cow::Borrowed(body) };
    if encodings.is_empty() {
        return Cow::Borrowed(body);
    }
    let mut decoded = Vec::new();
    match encodings.decode(body) {
        // What was decoded before the error stays.
        Ok(reader) => drop(reader.take(limit as u64).read_to_end(&mut decoded)),
        Err(_) => return Cow::Borrowed(body),
    }
    Cow::Owned(decoded)
}

/// RFC 1950 §2.2: the method is 8, and the first two bytes are a multiple of 31.
fn is_zlib(bytes: &[u8]) -> bool {
    matches!(bytes, [first, second, ..] if first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31))
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;

    use super::*;

    fn headers(encoding: &str) -> Headers {
        Headers::from_pairs([("content-encoding", encoding)]).unwrap()
    }

    fn decoded(encoding: &str, body: &str) -> Option<String> {
        let encodings = Encodings::from_headers(&headers(encoding)).ok()?;
        let body = BASE64_STANDARD.decode(body).unwrap();
        let mut text = String::new();
        encodings.decode(body.as_slice()).ok()?.read_to_string(&mut text).ok()?;
        Some(text)
    }

    /// The inputs are from Python's gzip and zlib, from brotli, and from zstd 1.5.4. curl 7.88 decodes them to the same
    /// texts (`tests/beside_curl`).
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
            assert_eq!(decoded(encoding, body).as_deref(), Some(expected), "{encoding}");
        }
    }

    #[test]
    fn what_cannot_be_decoded_is_an_error() {
        for (encoding, body) in [("compress", "AAAA"), ("gzip", "AAAA"), ("zstd", "AAAA")] {
            assert_eq!(decoded(encoding, body), None, "{encoding}");
        }
        assert_eq!(decoded("gzip", "").as_deref(), Some(""));
    }

    /// Catches a truncated copy of a body that is not read at all, and a decoded copy that grows without end.
    #[test]
    fn a_truncated_body_is_decoded_as_far_as_it_goes_and_up_to_the_limit() {
        let whole = BASE64_STANDARD.decode("H4sIAAAAAAACA8tIzcnJV8hAkACAiPnlEQAAAA==").unwrap();
        let decode = |encoding: &str, body: &[u8], limit| {
            String::from_utf8_lossy(&decode_beginning(&headers(encoding), body, limit)).into_owned()
        };
        assert_eq!(decode("gzip", &whole, 100), "hello hello hello");
        assert_eq!(decode("gzip", &whole, 5), "hello");
        assert!("hello hello hello".starts_with(&decode("gzip", &whole[..20], 100)));
        for encoding in ["identity", "compress"] {
            assert_eq!(decode(encoding, b"hello", 100), "hello", "{encoding}");
        }
    }
}
