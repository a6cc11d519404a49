//! What belongs to the signature of a request: the headers and parameters to remove before the request is signed anew
//! or stored.

use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::Request;

/// Headers of Versions 4, 4A and 2, of S3 Express, and of signatures with a certificate.
const HEADERS: [&str; 5] = ["authorization", "x-amz-date", "x-amz-region-set", "x-amz-x509", "x-amz-x509-chain"];

/// Headers or parameters that carry a session token: that of temporary credentials, and that of S3 Express.
const TOKENS: [&str; 2] = ["x-amz-security-token", "x-amz-s3session-token"];

/// Parameters of a presigned URL of Version 4 or 4A.
const PARAMETERS: [&str; 7] = [
    "x-amz-algorithm",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-region-set",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// Parameters of a presigned URL of Version 2, beside the token.
const PARAMETERS_OF_VERSION_2: [&str; 3] = ["awsaccesskeyid", "expires", "signature"];

/// Whether a header belongs to a signature. Ceph and CGI read `x_amz_security_token` as `x-amz-security-token`.
pub fn is_header(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    HEADERS.contains(&name.as_str()) || TOKENS.contains(&name.as_str())
}

/// Whether a request carries a session token, in a header or in its query.
pub fn has_token(request: &Request) -> bool {
    let parameters = request.query().unwrap_or_default().split(|byte| *byte == b'&');
    TOKENS.iter().any(|token| request.headers.contains(token))
        || parameters.map(name_of).any(|name| TOKENS.contains(&name.as_str()))
}

/// The target of a request without the parameters of a signature. `None` if its query has no signature: `expires` alone
/// may mean anything.
pub fn target_without_signature(request: &Request) -> Option<Vec<u8>> {
    let pieces: Vec<&[u8]> = request.query()?.split(|byte| *byte == b'&').collect();
    let names: Vec<String> = pieces.iter().map(|piece| name_of(piece)).collect();
    let has = |name: &str| names.iter().any(|own| own == name);
    let is_version_4 = has("x-amz-signature") || TOKENS.into_iter().any(has);
    let is_version_2 = has("awsaccesskeyid") && has("signature");
    if !is_version_4 && !is_version_2 {
        return None;
    }
    let is_dropped = |name: &str| {
        PARAMETERS.contains(&name)
            || TOKENS.contains(&name)
            || (is_version_2 && PARAMETERS_OF_VERSION_2.contains(&name))
    };
    let kept = pieces.iter().zip(&names).filter(|(_, name)| !is_dropped(name)).map(|(piece, _)| *piece);
    let kept: Vec<&[u8]> = kept.collect();
    let mut target = request.path().to_vec();
    if !kept.is_empty() {
        target.push(b'?');
        target.extend(kept.join(&b'&'));
    }
    Some(target)
}

/// The decoded name of a parameter in lower case.
fn name_of(piece: &[u8]) -> String {
    let name = decode(piece.split(|byte| *byte == b'=').next().unwrap_or_default(), Plus::Literal);
    String::from_utf8_lossy(&name).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::RequestUrl;

    use super::*;

    /// Catches a session token of S3 Express and a region set of Version 4A, which are signed under other names.
    #[test]
    fn nothing_of_a_signature_remains() {
        for name in [
            "Authorization",
            "X-Amz-S3session-Token",
            "x-amz-region-set",
            "X-Amz-Date",
            "x-amz-x509-chain",
            "x_amz_security_token",
        ] {
            assert!(is_header(name), "{name}");
        }
        assert!(!is_header("x-amz-acl") && !is_header("date"));
        for (query, kept) in [
            ("X-Amz-Signature=1&X-Amz-Region-Set=*&a=b&X-Amz-S3session-Token=t", Some("/k?a=b")),
            ("x-amz-%73ignature=1&X-Amz-Date=2", Some("/k")),
            ("AWSAccessKeyId=a&Signature=b&Expires=1&x-amz-security-token=t&versionId=7", Some("/k?versionId=7")),
            ("expires=1&signature=2&b", None),
            ("X-Amz-Date=1", None),
        ] {
            let url = RequestUrl::parse(&format!("https://h.example/k?{query}")).unwrap();
            let left = target_without_signature(&Request::new("GET", &url).unwrap());
            assert_eq!(left.map(|target| String::from_utf8(target).unwrap()).as_deref(), kept, "{query}");
        }
    }
}
