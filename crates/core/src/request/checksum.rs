//! The checksums that a request states for its own body (*Checking object integrity in Amazon S3*).

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::target::split_query;
use super::{Body, Request};
use crate::checksum::{ChecksumAlgorithm, ChecksumHasher};
use crate::crypto::Md5Hasher;
use crate::encode::{Plus, decode};

/// A checksum in a request that does not match its body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrongChecksum {
    /// The header, or the parameter of a presigned URL: `x-amz-checksum-crc32`, `content-md5`.
    pub name: &'static str,
    /// The checksum of the body, in base64.
    pub expected: String,
    /// The checksum that the request states.
    pub presented: String,
}

/// The checksums that a request states for its body, computed as the body arrives.
#[derive(Clone)]
pub struct StatedChecksums {
    md5: Option<Md5Hasher>,
    amz: Vec<ChecksumHasher>,
}

impl StatedChecksums {
    /// Reads from a request which checksums it states: none if its body is in chunks. For the request that completes a
    /// multipart upload, `x-amz-checksum-*` is not compared with the body, because it is the checksum of the object.
    pub fn new(request: &Request) -> Self {
        if request.headers.declare_aws_chunks() {
            return Self { md5: None, amz: Vec::new() };
        }
        let ends_upload = request.method == "POST" && request.parameters().any(|(name, _)| name == b"uploadId");
        let mut amz: Vec<ChecksumHasher> = Vec::new();
        for (algorithm, _) in request.stated_checksums().filter(|_| !ends_upload) {
            // A header that is repeated ten thousand times must not make the body be hashed as often.
            if amz.iter().all(|hasher| hasher.algorithm() != algorithm) {
                amz.push(ChecksumHasher::new(algorithm));
            }
        }
        Self { md5: request.headers.contains("content-md5").then(Md5Hasher::new), amz }
    }

    /// Adds the next piece of the body.
    pub fn update(&mut self, piece: &[u8]) {
        if let Some(md5) = &mut self.md5 {
            md5.update(piece);
        }
        self.amz.iter_mut().for_each(|hasher| hasher.update(piece));
    }

    /// The first `Content-MD5` or `x-amz-checksum-*` of the request, in a header or in the query of a presigned URL,
    /// that does not match the body.
    pub fn find_wrong(self, request: &Request) -> Option<WrongChecksum> {
        let computed: HashMap<ChecksumAlgorithm, String> =
            self.amz.into_iter().map(|hasher| (hasher.algorithm(), hasher.finish().to_string())).collect();
        let md5 = self.md5.map(|md5| STANDARD.encode(md5.finish()));
        md5.and_then(|expected| request.wrong_md5(expected)).or_else(|| request.wrong_amz_checksum(&computed))
    }
}

impl Request {
    /// The first `Content-MD5` or `x-amz-checksum-*` that does not match the body, as [`StatedChecksums`] finds it;
    /// `None` if the body is unknown or not in memory.
    pub fn wrong_checksum(&self) -> Option<WrongChecksum> {
        let Body::Bytes(bytes) = &self.body else { return None };
        let mut stated = StatedChecksums::new(self);
        stated.update(bytes);
        stated.find_wrong(self)
    }

    /// Compares `Content-MD5` (RFC 1864): the 16 bytes in base64.
    fn wrong_md5(&self, expected: String) -> Option<WrongChecksum> {
        let presented = self.headers.first_text_lossy("content-md5")?;
        (expected != presented).then(|| WrongChecksum {
            name: "content-md5",
            expected,
            presented: presented.into_owned(),
        })
    }

    fn wrong_amz_checksum(&self, computed: &HashMap<ChecksumAlgorithm, String>) -> Option<WrongChecksum> {
        self.stated_checksums().find_map(|(algorithm, presented)| {
            let expected = computed.get(&algorithm).filter(|expected| **expected != presented)?;
            Some(WrongChecksum { name: algorithm.header(), expected: expected.clone(), presented })
        })
    }

    /// The algorithm and value of each `x-amz-checksum-*`, in headers and in the query.
    fn stated_checksums(&self) -> impl Iterator<Item = (ChecksumAlgorithm, String)> {
        let headers = self.headers.iter().map(|header| (header.name.clone().into_bytes(), header.value.clone()));
        headers.chain(self.parameters()).filter_map(|(name, value)| {
            let algorithm = ChecksumAlgorithm::from_header(std::str::from_utf8(&name).ok()?)?;
            Some((algorithm, String::from_utf8_lossy(value.trim_ascii()).into_owned()))
        })
    }

    fn parameters(&self) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        // Base64 contains `+` but no space.
        let decoded = |text: &[u8]| decode(text, Plus::Literal);
        let pairs = split_query(self.query().unwrap_or_default());
        pairs.map(move |(name, value)| (decoded(name), decoded(value.unwrap_or_default())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::RequestUrl;

    fn request(method: &str, target: &str, headers: &[(&str, &str)], body: Body) -> Request {
        let url = RequestUrl::parse(&format!("https://b.s3.us-east-1.amazonaws.com{target}")).unwrap();
        let mut request = Request::new(method, &url).unwrap();
        headers.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
        Request { body, ..request }
    }

    /// Computed with Python's `zlib.crc32` and `hashlib.sha1` from `123456789`.
    const RIGHT: [(&str, &str); 2] =
        [("X-Amz-Checksum-Crc32", "y/Q5Jg=="), ("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=")];

    #[test]
    fn a_checksum_is_compared_with_the_body() {
        let body = || Body::Bytes(b"123456789".to_vec());
        assert_eq!(request("PUT", "/k", &RIGHT, body()).wrong_checksum(), None);
        let wrong =
            request("PUT", "/k", &[RIGHT[0], ("X-Amz-Checksum-Sha1", "AAAA")], body()).wrong_checksum().unwrap();
        assert_eq!((wrong.name, wrong.presented.as_str()), ("x-amz-checksum-sha1", "AAAA"));
        assert_eq!(wrong.expected, RIGHT[1].1);
        assert!(
            request("PUT", "/k?uploadId=1&partNumber=2", &[(RIGHT[0].0, "AAAA")], body()).wrong_checksum().is_some()
        );
        // As aws-sdk-js presigns a PUT whose body is not known yet.
        let of_nothing = "/k?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32";
        assert_eq!(request("PUT", of_nothing, &[], body()).wrong_checksum().unwrap().presented, "AAAAAA==");
        assert_eq!(request("PUT", of_nothing, &[], Body::Bytes(Vec::new())).wrong_checksum(), None);
        assert!(request("POST", "/k?xuploadId=1", &[(RIGHT[0].0, "AAAA")], body()).wrong_checksum().is_some());
    }

    /// Computed with Python's `hashlib.md5`.
    #[test]
    fn content_md5_is_compared_with_the_body() {
        let put = |target: &str, md5: &str| {
            request("PUT", target, &[("Content-MD5", md5)], Body::Bytes(b"123456789".to_vec())).wrong_checksum()
        };
        assert_eq!(put("/k", "JfnnlDI7RTiF9RgfG2JNCw=="), None);
        let wrong = put("/k", "1B2M2Y8AsgTpgAmY7PhCfg==").unwrap();
        assert_eq!((wrong.name, wrong.expected.as_str()), ("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="));
        // The hex form, which many programs write.
        assert!(put("/k", "25f9e794323b453885f5181f1b624d0b").is_some());
    }

    /// Catches a valid request that is reported as wrong.
    #[test]
    fn checksums_of_something_else_than_the_body_are_ignored() {
        let (wrong, body) = ((RIGHT[0].0, "AAAAAA=="), || Body::Bytes(b"123456789".to_vec()));
        let chunks = ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        for request in [
            request("PUT", "/k", &[wrong], Body::Unknown),
            request("PUT", "/k", &[wrong], Body::Elsewhere { sha256: None, length: 9 }),
            request("PUT", "/k", &[wrong, chunks], body()),
            request("PUT", "/k", &[wrong, ("Content-Encoding", "gzip,aws-chunked")], body()),
            request("POST", "/k?uploadId=abc", &[wrong], body()),
            request("PUT", "/k", &[("x-amz-checksum-algorithm", "CRC32"), ("x-amz-checksum-mode", "ENABLED")], body()),
        ] {
            assert_eq!(request.wrong_checksum(), None, "{request:?}");
        }
    }
}
