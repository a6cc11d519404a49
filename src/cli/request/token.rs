//! Signed `GetCallerIdentity` requests in the forms that others take them in: the token of an EKS cluster, bare or as
//! `kubectl` reads it from a program, and the login of Vault's AWS method.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use sigvet_core::request::{Body, Request};
use sigvet_core::time::Timestamp;
use sigvet_diagnose::formats::EKS_PREFIX;

/// The versions of `ExecCredential` that there are (Kubernetes, *client-go credential plugins*).
const EXEC_VERSIONS: [&str; 3] = [
    "client.authentication.k8s.io/v1",
    "client.authentication.k8s.io/v1beta1",
    "client.authentication.k8s.io/v1alpha1",
];

/// The token that a presigned URL makes: its text in base64, without padding, behind a prefix that says the version.
pub fn eks_token(url: &str) -> String {
    format!("{EKS_PREFIX}{}", URL_SAFE_NO_PAD.encode(url))
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

/// The fields of a login at `auth/aws/login`, but for the role; none where the body is not in memory.
pub fn vault_login(url: &str, request: &Request) -> Option<Value> {
    let Body::Bytes(body) = &request.body else { return None };
    let mut headers = Map::new();
    for header in &request.headers {
        let values = headers.entry(header.name.clone()).or_insert_with(|| json!([]));
        if let Value::Array(values) = values {
            values.push(json!(String::from_utf8_lossy(&header.value)));
        }
    }
    Some(json!({
        "iam_http_request_method": request.method(),
        "iam_request_url": STANDARD.encode(url),
        "iam_request_body": STANDARD.encode(body),
        "iam_request_headers": STANDARD.encode(Value::Object(headers).to_string()),
    }))
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
