//! The handshake of AppSync WebSockets: the signed header fields as JSON, in the URL for GraphQL and in a subprotocol
//! for Events (*Building a Real-Time WebSocket Client*, *Understanding the Event API WebSocket protocol*).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use sigvet_core::request::Request;

/// The signed header fields, in the order in which they are sent.
pub fn connection_headers(request: &Request) -> Value {
    const NAMES: [&str; 7] =
        ["accept", "content-encoding", "content-type", "X-Amz-Date", "X-Amz-Security-Token", "Authorization", "host"];
    let fields = NAMES.into_iter().filter_map(|name| Some((name, request.headers.first_text(name)?)));
    Value::Object(fields.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Map<_, _>>())
}

/// The data that opens a WebSocket: its URL, its subprotocols, and the header fields that one of them encodes.
pub fn connection(url: &str, protocols: &[&str], headers: &Value) -> Value {
    json!({ "url": url, "protocols": protocols, "authorization": headers })
}

/// The data of a message, with the header fields that authorize it.
pub fn message(data: &str, headers: &Value) -> Value {
    json!({ "data": data, "authorization": headers })
}

/// The URL that opens a WebSocket for subscriptions at `address`; its payload is an empty object.
pub fn connection_url(address: &str, headers: &Value) -> String {
    format!("{address}?header={}&payload=e30=", STANDARD.encode(headers.to_string()))
}

/// The subprotocol that authorizes a WebSocket of AppSync Events.
pub fn connection_protocol(headers: &Value) -> String {
    format!("header-{}", URL_SAFE_NO_PAD.encode(headers.to_string()))
}
