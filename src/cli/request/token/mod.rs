//! Signed requests in the forms that others take them in: the password of a database, the token of a broker or a cluster, the
//! logins and subject tokens that are a signed `GetCallerIdentity`.
//!
//! A request comes in signed, and a text goes out. What is signed, and for how long, is decided by the commands.

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
use sigvet_diagnose::formats::{BEDROCK_PREFIX, EKS_PREFIX};

/// The versions of `ExecCredential` that there are (Kubernetes, *client-go credential plugins*).
const EXEC_VERSIONS: [&str; 3] = [
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
    "client.authentication.k8s.io/v1alpha1",
];

/// How long a token of EKS counts, whatever its URL says, and when clients renew it.
pub const EKS_VALIDITY: Duration = Duration::from_secs(15 * 60);
pub const EKS_RENEWAL: Duration = Duration::from_secs(14 * 60);

/// When something that is signed at `date` stops working: after `lasting`, or with the credentials that signed it.
pub fn ends_at(date: Timestamp, lasting: Duration, credentials_end: Option<Timestamp>) -> Timestamp {
    let end = date.plus(lasting);
    credentials_end.map_or(end, |credentials| credentials.min(end))
}

/// The token that a presigned URL to STS makes: its text in base64, without padding, behind a prefix that says the version.
pub fn eks_token(url: &str) -> String {
    format!("{EKS_PREFIX}{}", URL_SAFE_NO_PAD.encode(with_token_last(url)))
}

/// The password that a presigned URL makes: its text without the scheme.
pub fn password(url: &str) -> String {
    let url = with_token_last(url);
    url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).to_owned()
}

/// The token of a broker of MSK: the URL with the client's name behind it, which is not signed, in base64 without padding.
pub fn msk_token(url: &str, user_agent: &str) -> String {
    let name = percent_encoded(user_agent);
    URL_SAFE_NO_PAD.encode(format!("{}&User-Agent={name}", with_token_last(url)))
}

/// The short-term API key of Bedrock: the URL without its scheme and with the version behind it, in base64.
pub fn bedrock_key(url: &str) -> String {
    format!("{BEDROCK_PREFIX}{}", STANDARD.encode(format!("{}&Version=1", password(url))))
}

/// The text percent-encoded, for a part of a URL.
pub fn percent_encoded(text: &str) -> String {
    encoded(text, Slash::Encode)
}

/// The same with slashes as they are.
fn percent_encoded_but_slashes(text: &str) -> String {
    encoded(text, Slash::Keep)
}

fn encoded(text: &str, slash: Slash) -> String {
    let mut out = Vec::with_capacity(text.len());
    encode(text.as_bytes(), slash, &mut out);
    String::from_utf8(out).expect("percent-encoded text is ASCII")
}

/// A token as `kubectl` takes it. `exec_info` is what it puts into `KUBERNETES_EXEC_INFO`: the version that it wants.
pub fn exec_credential(token: &str, expires_at: Timestamp, exec_info: Option<&str>) -> Value {
    json!({
        "kind": "ExecCredential",
        "apiVersion": exec_version(exec_info),
        "spec": {},
        "status": { "expirationTimestamp": expires_at.to_rfc3339(), "token": token },
    })
}

/// The version asked for; where none is, or another, the one that `aws eks get-token` takes then.
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
