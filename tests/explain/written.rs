//! Other formats in which people supply a request: URL, `curl -v`, a curl command, an entry of a HAR file.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::json;

use crate::signer::Wire;

pub fn url(wire: &Wire) -> Vec<u8> {
    format!("{}\n", address(wire)).into_bytes()
}

/// The output of `curl -v`, without colours; it does not contain the body.
pub fn trace(wire: &Wire, reply: &[u8]) -> Vec<u8> {
    let host = wire.header("host").unwrap();
    let mut text = format!("*   Trying 192.0.2.10:443...\n* Connected to {host} (192.0.2.10) port 443\n");
    text.push_str("* using HTTP/1.x\n");
    text.push_str(&format!("> {} {} HTTP/1.1\n", wire.method, wire.target));
    wire.headers.iter().for_each(|(name, value)| text.push_str(&format!("> {name}: {value}\n")));
    text.push_str("> \n* Request completely sent off\n");
    let reply = String::from_utf8(reply.to_vec()).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
    head.lines().for_each(|line| text.push_str(&format!("< {line}\n")));
    text.push_str(&format!("< \n{body}\n* Connection #0 to host {host} left intact\n"));
    text.into_bytes()
}

/// As a browser's network panel saves it.
pub fn har(wire: &Wire, reply: &[u8]) -> Vec<u8> {
    let reply = String::from_utf8(reply.to_vec()).unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).map_or(0, |code| code.parse().unwrap());
    let pair = |name: &str, value: &str| json!({ "name": name, "value": value });
    let sent: Vec<_> = wire.headers.iter().map(|(name, value)| pair(name, value)).collect();
    let received: Vec<_> = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| pair(n, v)).collect();
    let mut request = json!({
        "method": wire.method, "url": address(wire), "httpVersion": "HTTP/1.1", "headers": sent, "queryString": [],
        "cookies": [], "headersSize": -1, "bodySize": wire.body.len(),
    });
    if !wire.body.is_empty() {
        let kind = wire.header("content-type").unwrap_or_default();
        request["postData"] = json!({ "mimeType": kind, "text": String::from_utf8(wire.body.clone()).unwrap() });
    }
    let content = json!({ "size": body.len(), "mimeType": "application/xml", "text": body });
    let response = json!({
        "status": status, "statusText": "", "httpVersion": "HTTP/1.1", "headers": received, "cookies": [],
        "content": content, "redirectURL": "", "headersSize": -1, "bodySize": -1,
    });
    let entry = json!({
        "startedDateTime": "2025-09-15T12:00:00.000Z", "time": 12, "request": request, "response": response,
        "cache": {}, "timings": { "send": 0, "wait": 12, "receive": 0 },
    });
    let log = json!({ "version": "1.2", "creator": { "name": "browser", "version": "1" }, "entries": [entry] });
    (serde_json::to_string_pretty(&json!({ "log": log })).unwrap() + "\n").into_bytes()
}

/// As "copy as cURL" writes it.
pub fn command(wire: &Wire) -> Vec<u8> {
    let mut text = format!("curl -X {} {}", wire.method, quoted(&address(wire)));
    for (name, value) in wire.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
        text.push_str(&format!(" \\\n  -H {}", quoted(&format!("{name}: {value}"))));
    }
    if !wire.body.is_empty() {
        text.push_str(&format!(" \\\n  --data-binary {}", quoted(&String::from_utf8(wire.body.clone()).unwrap())));
    }
    (text + "\n").into_bytes()
}

/// The token of a database as it is, where a URL has the password.
pub fn connection(wire: &Wire) -> Vec<u8> {
    let host = wire.header("host").unwrap();
    format!("postgresql://app:{host}{}@{host}/postgres\n", wire.target).into_bytes()
}

/// The presigned URL of a database, with its scheme, as the password.
pub fn variable(wire: &Wire) -> Vec<u8> {
    format!("export PGPASSWORD='{}'\n", address(wire)).into_bytes()
}

/// The presigned URL of STS as the token of a cluster (aws-iam-authenticator, *API Authorization from Outside a Cluster*).
pub fn cluster_token(wire: &Wire) -> Vec<u8> {
    format!("k8s-aws-v1.{}\n", URL_SAFE_NO_PAD.encode(address(wire))).into_bytes()
}

/// The same with the padding of base64, which Go's `base64.RawURLEncoding` does not read.
pub fn padded_token(wire: &Wire) -> Vec<u8> {
    let encoded = URL_SAFE.encode(address(wire));
    assert!(encoded.ends_with('='), "a URL of another length has padding");
    format!("k8s-aws-v1.{encoded}\n").into_bytes()
}

/// The token of a database beside the settings of libpq, for the user app.
pub fn settings(wire: &Wire) -> Vec<u8> {
    let host = wire.header("host").unwrap();
    let (name, port) = host.split_once(':').unwrap();
    format!("PGHOST={name}\nPGPORT={port}\nPGUSER=app\nPGPASSWORD='{host}{}'\n", wire.target).into_bytes()
}

/// The token of a database with a line break behind it, as `echo TOKEN | base64 -w0` makes the data of a Kubernetes Secret.
pub fn secret(wire: &Wire) -> Vec<u8> {
    let host = wire.header("host").unwrap();
    let encoded = STANDARD.encode(format!("{host}{}\n", wire.target));
    format!("apiVersion: v1\nkind: Secret\ndata:\n  password: {encoded}\n").into_bytes()
}

/// A signed request as Google Cloud takes it, with the header fields that it has.
pub fn federation(wire: &Wire) -> Vec<u8> {
    let field = |(name, value): &(String, String)| json!({ "key": name, "value": value });
    let headers: Vec<_> = wire.headers.iter().map(field).collect();
    let object = json!({ "url": address(wire), "method": wire.method, "headers": headers });
    (object.to_string() + "\n").into_bytes()
}

fn address(wire: &Wire) -> String {
    format!("https://{}{}", wire.header("host").unwrap(), wire.target)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
