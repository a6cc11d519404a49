//! The session with a server: its ID and the negotiated protocol version.

use std::sync::{Mutex, MutexGuard};

use http::header::ACCEPT;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::message::Message;
use crate::locking::locked;

/// The header with the session ID.
const SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");

/// The header with the protocol version.
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");

/// The headers with the method of a request and the name of its object, which the stateless protocol requires.
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");

/// The session, if there is one.
#[derive(Debug, Default)]
pub struct Session(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    id: Option<HeaderValue>,
    version: Option<HeaderValue>,
    has_ended: bool,
}

impl Session {
    /// Takes the ID of a new session from the response to `initialize`.
    pub fn begin(&self, response: &HeaderMap) {
        let id = response.get(&SESSION_ID).cloned();
        *self.state() = State { id, ..State::default() };
    }

    /// Takes the protocol version from the result of `initialize`.
    pub fn agree(&self, response: &Value) {
        let version = response.get("result").and_then(|result| result.get("protocolVersion")?.as_str());
        let version = version.and_then(|version| HeaderValue::from_str(version).ok());
        let mut state = self.state();
        state.version = version.or(state.version.take());
    }

    /// Whether there is a session.
    pub fn is_open(&self) -> bool {
        self.state().id.is_some()
    }

    /// Whether the server ended the session and no new one has begun.
    pub fn has_ended(&self) -> bool {
        self.state().has_ended
    }

    /// Marks the session as ended by the server.
    pub fn end(&self) {
        *self.state() = State { has_ended: true, ..State::default() };
    }

    /// The headers for a request with this message.
    pub fn headers_for(&self, message: &Message) -> HeaderMap {
        let mut headers = match message.is("initialize") {
            true => HeaderMap::new(),
            false => self.headers(),
        };
        headers.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        if let Some(version) = message.stateless_version().and_then(|version| HeaderValue::from_str(version).ok()) {
            headers.insert(VERSION, version);
            for (name, value) in [(METHOD, message.method()), (NAME, message.name())] {
                headers.extend(value.and_then(to_header).map(|value| (name, value)));
            }
        }
        headers
    }

    /// The headers for a request without a message.
    pub fn headers(&self) -> HeaderMap {
        let state = self.state();
        let mut headers = HeaderMap::new();
        headers.extend(state.id.clone().map(|id| (SESSION_ID, id)));
        headers.extend(state.version.clone().map(|version| (VERSION, version)));
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream"));
        headers
    }

    fn state(&self) -> MutexGuard<'_, State> {
        locked(&self.0)
    }
}

/// Encodes a value for a header: in base64 if it is not printable ASCII (SEP-2243).
fn to_header(value: &str) -> Option<HeaderValue> {
    use base64::Engine;

    let is_printable = value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && value.trim() == value;
    let looks_encoded = value.starts_with("=?base64?") && value.ends_with("?=");
    let text = match is_printable && !looks_encoded {
        true => value.to_owned(),
        false => format!("=?base64?{}?=", base64::engine::general_purpose::STANDARD.encode(value)),
    };
    HeaderValue::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(value: &Value) -> Message {
        Message::parse(value.to_string().into_bytes()).unwrap()
    }

    /// Catches the ID of an ended session in the request that begins a new one.
    #[test]
    fn all_requests_but_initialize_carry_the_session_id() {
        let session = Session::default();
        let mut response = HeaderMap::new();
        response.insert(SESSION_ID, HeaderValue::from_static("abc"));
        session.begin(&response);
        session.agree(&json!({"id": 0, "result": {"protocolVersion": "2025-06-18"}}));
        let call = message(&json!({"id": 1, "method": "ping"}));
        let headers = session.headers_for(&call);
        assert_eq!(
            (&headers[SESSION_ID], &headers[VERSION]),
            (&"abc".parse().unwrap(), &"2025-06-18".parse().unwrap())
        );
        let first = session.headers_for(&message(&json!({"id": 2, "method": "initialize"})));
        assert!(!first.contains_key(SESSION_ID) && !first.contains_key(VERSION));
        session.end();
        assert!(session.has_ended() && !session.headers_for(&call).contains_key(SESSION_ID));
    }

    /// The last example is from the specification; the others are from the encoder of its Python SDK.
    #[test]
    fn the_stateless_protocol_has_method_and_name_in_headers() {
        let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"});
        let call = |name: &str| json!({"id": 1, "method": "tools/call", "params": {"name": name, "_meta": meta}});
        let headers = Session::default().headers_for(&message(&call("get_weather")));
        assert_eq!(headers[VERSION], "2026-07-28");
        assert_eq!(
            (&headers[METHOD], &headers[NAME]),
            (&"tools/call".parse().unwrap(), &"get_weather".parse().unwrap())
        );
        for (plain, encoded) in [
            ("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?="),
            (" padded ", "=?base64?IHBhZGRlZCA=?="),
            ("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?="),
        ] {
            assert_eq!(Session::default().headers_for(&message(&call(plain)))[NAME], encoded);
        }
    }
}
