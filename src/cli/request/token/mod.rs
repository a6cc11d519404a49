//! Converts signed requests into tokens: database passwords, tokens of brokers and clusters, and the logins and
//! subject tokens that are a signed `GetCallerIdentity`.
//!
//! The input is a signed request, the output is text. The commands decide what is signed and for how long.

mod order;
mod identity;
mod websocket;

pub use identity::{google_request, google_subject_token, snowflake_attestation, vault_login};
pub use websocket::{connection, connection_headers, connection_protocol, connection_url, message};

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use order::with_token_last;
use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::time::Timestamp;
use sigvet_diagnose::formats::{BEDROCK_PREFIX, EKS_PREFIX, TokenKind};

/// All versions of `ExecCredential` (Kubernetes, *client-go credential plugins*).
const EXEC_VERSIONS: [&str; 3] = [
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
    "client.authentication.k8s.io/v1alpha1",
];

/// How long an EKS token is valid, whatever expiry its URL has, and the age at which clients renew it.
pub const EKS_VALIDITY: Duration = Duration::from_secs(TokenKind::EKS.longest);
pub const EKS_RENEWAL: Duration = Duration::from_secs(14 * 60);

/// When something signed at `date` expires: after `lasting`, or when the credentials that signed it expire, whichever
/// is first.
pub fn ends_at(date: Timestamp, lasting: Duration, credentials_end: Option<Timestamp>) -> Timestamp {
    let end = date.plus(lasting);
    credentials_end.map_or(end, |credentials| credentials.min(end))
}

/// The EKS token made from a presigned STS URL: the URL in unpadded base64, after a prefix with the version.
pub fn eks_token(url: &str) -> String {
    format!("{EKS_PREFIX}{}", URL_SAFE_NO_PAD.encode(with_token_last(url)))
}

/// The password made from a presigned URL: the URL without its scheme.
pub fn password(url: &str) -> String {
    let url = with_token_last(url);
    url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).to_owned()
}

/// The MSK token: the URL followed by the client's name, which is not signed, in unpadded base64.
pub fn msk_token(url: &str, user_agent: &str) -> String {
    let name = percent_encoded(user_agent);
    URL_SAFE_NO_PAD.encode(format!("{}&User-Agent={name}", with_token_last(url)))
}

/// The short-term Bedrock API key: the URL without its scheme, followed by the version, in base64.
pub fn bedrock_key(url: &str) -> String {
    format!("{BEDROCK_PREFIX}{}", STANDARD.encode(format!("{}&Version=1", password(url))))
}

/// Percent-encodes the text for use in a URL.
pub fn percent_encoded(text: &str) -> String {
    encoded(text, Slash::Encode)
}

/// Percent-encodes the text, but keeps slashes.
fn percent_encoded_but_slashes(text: &str) -> String {
    encoded(text, Slash::Keep)
}

fn encoded(text: &str, slash: Slash) -> String {
    let mut out = Vec::with_capacity(text.len());
    encode(text.as_bytes(), slash, &mut out);
    String::from_utf8(out).expect("percent-encoded text is ASCII")
}

/// The token in the format that `kubectl` reads. `exec_info` is the value of `KUBERNETES_EXEC_INFO`, in which kubectl
/// names the version that it wants.
pub fn exec_credential(token: &str, expires_at: Timestamp, exec_info: Option<&str>) -> Value {
    json!({
        "kind": "ExecCredential",
        "apiVersion": exec_version(exec_info),
        "spec": {},
        "status": { "expirationTimestamp": expires_at.to_rfc3339(), "token": token },
    })
}

/// The requested version, if it is known; otherwise the default of `aws eks get-token`.
fn exec_version(exec_info: Option<&str>) -> &'static str {
    let info: Option<Value> = exec_info.and_then(|text| serde_json::from_str(text).ok());
    let asked = info.as_ref().and_then(|info| info["apiVersion"].as_str());
    let known = EXEC_VERSIONS.into_iter().find(|version| asked == Some(*version));
    known.unwrap_or("client.authentication.k8s.io/v1beta1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_gets_the_version_that_it_asks_for() {
        let asked = |version: &str| format!(r#"{{"kind":"ExecCredential","apiVersion":"{version}","spec":{{}}}}"#);
        for version in EXEC_VERSIONS {
            assert_eq!(exec_version(Some(&asked(version))), version);
        }
        for other in [None, Some(""), Some("{"), Some("[]"), Some(asked("client.authentication.k8s.io/v9").as_str())] {
            assert_eq!(exec_version(other), "client.authentication.k8s.io/v1beta1", "{other:?}");
        }
    }
}
