//! Verifies that a store kept what was uploaded, with the checksum that it confirms or with its ETag.
//!
//! A server that does not support bodies in chunks stores them with their framing, and responds with 200. Its ETag
//! is then the MD5 of what was sent, which no other object has. An ETag that is neither MD5 proves nothing, because
//! servers with encryption use other ETags.

use hex::FromHex;

use crate::cli::failure::{Exit, Failure};
use crate::transport::{Fingerprints, Response};
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::request::Request;

/// Judges the response to an upload, and returns a warning if there is one.
///
/// # Errors
/// The stored object is not what was uploaded.
pub fn judge(
    response: &Response,
    sent: &Request,
    wanted: Option<ChecksumAlgorithm>,
    fingerprints: Option<&Fingerprints>,
) -> Result<Option<String>, Failure> {
    if !(200..300).contains(&response.status) || !matches!(sent.method(), "PUT" | "POST") {
        return Ok(None);
    }
    let etag = md5_in_etag(response);
    let is = |of: fn(&Fingerprints) -> [u8; 16]| etag.is_some() && fingerprints.map(of) == etag;
    if is(Fingerprints::framed) {
        return Err(stored_with_framing());
    }
    let Some(algorithm) = wanted else { return Ok(None) };
    let text = |headers: &sigvet_core::request::Headers| headers.first_text(algorithm.header()).map(str::to_owned);
    match (text(&response.headers), text(&sent.headers)) {
        (Some(confirmed), Some(sent)) if confirmed != sent && !confirmed.contains('-') => Err(Failure::new(
            Exit::TransferFailed,
            format!("the server stored {algorithm} {confirmed}, but the upload has {sent}"),
        )
        .hint("upload the object again: it was changed in transit")),
        (Some(_), _) => Ok(None),
        (None, _) if is(Fingerprints::payload) => Ok(None),
        (None, _) => Ok(Some(format!(
            "the server did not confirm the {algorithm} checksum, so the stored object may be damaged"
        ))),
    }
}

fn stored_with_framing() -> Failure {
    let message = "the object is damaged: the server stored the chunk framing with it (the ETag is the MD5 of both)";
    Failure::new(Exit::TransferFailed, message)
        .hint("upload it again without --payload streaming: this server does not support chunked bodies")
}

/// The MD5 in an ETag, if it consists of 32 hex digits.
fn md5_in_etag(response: &Response) -> Option<[u8; 16]> {
    <[u8; 16]>::from_hex(response.headers.first_text("etag")?.trim().trim_matches('"')).ok()
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::{Headers, RequestUrl};

    use super::*;

    /// From Python's `hashlib.md5`: of `abc`, and of `3\r\nabc\r\n0\r\n\r\n`.
    const PAYLOAD: &str = "900150983cd24fb0d6963f7d28e17f72";
    const FRAMED: &str = "8ce1d49e976186b949500395e2825116";

    fn judged(
        method: &str,
        status: u16,
        headers: &[(&str, &str)],
        sent: &[(&str, &str)],
    ) -> Result<Option<String>, Failure> {
        let url = RequestUrl::parse("http://h/k").unwrap();
        let mut request = Request::new(method, &url).unwrap();
        sent.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
        let headers = Headers::from_pairs(headers.iter().copied()).unwrap();
        let response = Response { version: "HTTP/1.1".to_owned(), status, reason: String::new(), headers };
        let both = Fingerprints::of(b"abc", b"3\r\nabc\r\n0\r\n\r\n");
        judge(&response, &request, Some(ChecksumAlgorithm::Crc32), Some(&both))
    }

    #[test]
    fn framing_in_the_object_is_damage() {
        for etag in [FRAMED.to_owned(), format!("\"{FRAMED}\""), FRAMED.to_ascii_uppercase()] {
            let failure = judged("PUT", 200, &[("etag", &etag)], &[]).unwrap_err();
            assert_eq!(failure.exit, Exit::TransferFailed);
            assert!(failure.to_string().contains("damaged"), "{failure}");
        }
        assert!(judged("PUT", 403, &[("etag", FRAMED)], &[]).is_ok());
        assert!(judged("GET", 200, &[("etag", FRAMED)], &[]).is_ok());
    }

    #[test]
    fn an_unconfirmed_checksum_causes_a_warning_unless_the_etag_proves_the_object() {
        let warning = |headers: &[(&str, &str)]| judged("PUT", 200, headers, &[]).unwrap();
        assert!(warning(&[]).unwrap().contains("did not confirm the crc32 checksum"));
        assert!(warning(&[("etag", "\"0123456789abcdef0123456789abcdef\"")]).is_some());
        assert_eq!(warning(&[("etag", PAYLOAD)]), None);
        assert_eq!(warning(&[("x-amz-checksum-crc32", "AAAAAA==")]), None);
        let sent = [("x-amz-checksum-crc32", "NSRBwg==")];
        assert!(judged("PUT", 200, &[("x-amz-checksum-crc32", "AAAAAA==")], &sent).is_err());
        assert_eq!(judged("PUT", 200, &sent, &sent).unwrap(), None);
    }
}
