//! A signed `GetCallerIdentity` request as data, which another party sends to STS to learn who signed it: the login
//! of Vault's AWS auth method, and the subject tokens of Google Cloud and Snowflake.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::percent_encoded_but_slashes;
use sigvet_core::request::{Body, Request};

/// The fields of a login at `auth/aws/login`, except the role; `None` if the body is not in memory.
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

/// The request in the format of Google's Security Token Service: URL, method and header fields. The header for
/// `target`, the provider that the token is meant for, is not signed: Google's own libraries do the same.
pub fn google_request(url: &str, request: &Request, target: &str) -> Value {
    let signed = ["Authorization", "host", "x-amz-date"].into_iter();
    let fields = signed.filter_map(|name| Some((name, request.headers.first_text(name)?)));
    let token = request.headers.first_text("x-amz-security-token").map(|token| ("x-amz-security-token", token));
    let target = ("x-goog-cloud-target-resource", target);
    let fields = fields.chain(token).chain([target]);
    let headers: Vec<Value> = fields.map(|(name, value)| json!({ "key": name, "value": value })).collect();
    json!({ "headers": headers, "method": request.method(), "url": url })
}

/// The subject token of a token exchange: the JSON of [`google_request`], percent-encoded except for slashes.
pub fn google_subject_token(request: &Value) -> String {
    percent_encoded_but_slashes(&request.to_string())
}

/// The attestation of a workload identity for Snowflake: the request as JSON in base64, with the spaces that
/// Snowflake's Python library writes. Also returns the request itself.
pub fn snowflake_attestation(url: &str, request: &Request) -> (String, Value) {
    const NAMES: [&str; 5] = ["Host", "X-Snowflake-Audience", "X-Amz-Date", "X-Amz-Security-Token", "Authorization"];
    let fields = NAMES.into_iter().filter_map(|name| Some((name, request.headers.first_text(name)?)));
    let headers: Map<String, Value> = fields.map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let object = json!({ "url": url, "method": request.method(), "headers": headers });
    (STANDARD.encode(spaced(&object)), object)
}

/// JSON with a space after each colon and comma.
fn spaced(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{}: {}", json!(name), spaced(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
