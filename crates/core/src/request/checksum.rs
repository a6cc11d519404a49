//! What a request says of its own body by a checksum (*Checking object integrity in Amazon S3*).

use std::collections::HashMap;

use super::target::split_query;
use super::{Body, Request};
use crate::checksum::{Checksum, ChecksumAlgorithm};
use crate::encode::{Plus, decode};

/// A checksum in a request that is not that of its body.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrongChecksum {
    /// The header, or the parameter of a presigned URL: `x-amz-checksum-crc32`.
    pub name: &'static str,
    /// The checksum of the body.
    pub expected: Checksum,
    /// What it says.
    pub presented: String,
}

impl Request {
    /// The first `x-amz-checksum-*`, in a header or in the query of a presigned URL, that is not the checksum of the body, where the body is at hand and is what the
    /// header is about: not chunks, and not the list of parts that ends a multipart upload, whose checksum is the object's.
    pub fn wrong_checksum(&self) -> Option<WrongChecksum> {
        let Body::Bytes(bytes) = &self.body else { return None };
        let ends_upload = self.method == "POST" && self.parameters().any(|(name, _)| name == b"uploadId");
        if self.headers.declare_aws_chunks() || ends_upload {
            return None;
        }
        let mut computed: HashMap<ChecksumAlgorithm, Checksum> = HashMap::new();
        let headers = self.headers.iter().map(|header| (header.name.clone().into_bytes(), header.value.clone()));
        headers.chain(self.parameters()).find_map(|(name, value)| {
            let algorithm = ChecksumAlgorithm::from_header(std::str::from_utf8(&name).ok()?)?;
            // A header that is repeated ten thousand times does not have the body hashed as often.
            let expected = computed.entry(algorithm).or_insert_with(|| Checksum::compute(algorithm, bytes)).clone();
            let presented = String::from_utf8_lossy(value.trim_ascii()).into_owned();
            (expected.to_string() != presented).then(|| WrongChecksum { name: algorithm.header(), expected, presented })
        })
    }

    fn parameters(&self) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        // Base64 has a plus, and no space.
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

    /// By `zlib.crc32` and `hashlib.sha1` of Python, of `123456789`.
    const RIGHT: [(&str, &str); 2] =
        [("X-Amz-Checksum-Crc32", "y/Q5Jg=="), ("x-amz-checksum-sha1", "98O8HYCOBHMq32eZZczDTKeuNEE=")];

    #[test]
    fn a_checksum_is_held_against_the_body() {
        let body = || Body::Bytes(b"123456789".to_vec());
        assert_eq!(request("PUT", "/k", &RIGHT, body()).wrong_checksum(), None);
        let wrong =
            request("PUT", "/k", &[RIGHT[0], ("X-Amz-Checksum-Sha1", "AAAA")], body()).wrong_checksum().unwrap();
        assert_eq!((wrong.name, wrong.presented.as_str()), ("x-amz-checksum-sha1", "AAAA"));
        assert_eq!(wrong.expected.to_string(), RIGHT[1].1);
        assert!(
            request("PUT", "/k?uploadId=1&partNumber=2", &[(RIGHT[0].0, "AAAA")], body()).wrong_checksum().is_some()
        );
        // As aws-sdk-js presigns a PUT whose body is to come.
        let of_nothing = "/k?x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32";
        assert_eq!(request("PUT", of_nothing, &[], body()).wrong_checksum().unwrap().presented, "AAAAAA==");
        assert_eq!(request("PUT", of_nothing, &[], Body::Bytes(Vec::new())).wrong_checksum(), None);
        assert!(request("POST", "/k?xuploadId=1", &[(RIGHT[0].0, "AAAA")], body()).wrong_checksum().is_some());
    }

    /// It would catch a right request that is called wrong.
    #[test]
    fn what_is_not_of_the_body_is_left_alone() {
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
