//! A JSON-RPC message, parsed only as far as needed to carry it. Its bytes are passed on unchanged.

use serde_json::Value;

/// The field in which a request of the stateless protocol (MCP 2026-07-28) names the protocol version.
const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";

/// The first protocol version without sessions, in which each request is self-contained. Versions are dates.
const FIRST_STATELESS: &str = "2026-07-28";

/// One message of a client, or a batch of them (MCP 2025-03-26).
#[derive(Debug)]
pub struct Message {
    /// The original bytes.
    pub bytes: Vec<u8>,
    parts: Vec<Part>,
}

/// Why a line is not a valid message.
#[derive(Debug, PartialEq)]
pub enum NoMessage {
    /// The line is not JSON.
    NotJson,
    /// It is JSON but not JSON-RPC.
    NotJsonRpc {
        /// The IDs to answer with: that of the invalid message, and those of the other requests in its batch.
        ids: Vec<Value>,
        /// What is wrong.
        problem: &'static str,
    },
}

/// The problem of JSON that is no message at all.
const NO_MESSAGE: &str = "this is not a message of JSON-RPC 2.0";

/// The problem of a request that could not be answered (MCP, *Base protocol*: the ID must be a string or a number).
const BAD_ID: &str = "the id of a request must be a string or a number";

#[derive(Debug)]
struct Part {
    /// The ID of a request. Notifications and responses have none, because they get no answer.
    id: Option<Value>,
    method: Option<String>,
    params: Value,
}

impl Message {
    /// Parses a line.
    ///
    /// # Errors
    /// See [`NoMessage`].
    pub fn parse(bytes: Vec<u8>) -> Result<Self, NoMessage> {
        let value = serde_json::from_slice(&bytes).map_err(|_| NoMessage::NotJson)?;
        let values = match value {
            Value::Array(values) if !values.is_empty() => values,
            value => vec![value],
        };
        let (mut parts, mut ids, mut problem) = (Vec::new(), Vec::new(), None);
        for value in values {
            match Part::read(value) {
                Ok(part) => parts.push(part),
                Err((id, invalid)) => {
                    ids.push(id);
                    problem = problem.or(Some(invalid));
                }
            }
        }
        match problem {
            None => Ok(Self { bytes, parts }),
            Some(problem) => {
                ids.extend(parts.into_iter().filter_map(|part| part.id));
                Err(NoMessage::NotJsonRpc { ids, problem })
            }
        }
    }

    /// The IDs of the requests that expect an answer.
    pub fn ids(&self) -> Vec<Value> {
        self.parts.iter().filter_map(|part| part.id.clone()).collect()
    }

    /// Whether it is a request or a notification with this method.
    pub fn is(&self, method: &str) -> bool {
        self.parts.iter().any(|part| part.method.as_deref() == Some(method))
    }

    /// The method, which the stateless protocol also requires in a header.
    pub fn method(&self) -> Option<&str> {
        self.single()?.method.as_deref()
    }

    /// The tool, prompt or resource that a request is about, which the stateless protocol also requires in a header.
    pub fn name(&self) -> Option<&str> {
        let key = match self.method()? {
            "tools/call" | "prompts/get" => "name",
            "resources/read" => "uri",
            _ => return None,
        };
        self.single()?.params.get(key)?.as_str()
    }

    /// The protocol version named by a request of the stateless protocol.
    pub fn stateless_version(&self) -> Option<&str> {
        let version = self.single()?.params.get("_meta")?.get(VERSION_KEY)?.as_str()?;
        (version >= FIRST_STATELESS).then_some(version)
    }

    /// The ID of the request that a notification cancels.
    pub fn cancelled(&self) -> Option<&Value> {
        let part = self.single().filter(|part| part.method.as_deref() == Some("notifications/cancelled"))?;
        part.params.get("requestId")
    }

    fn single(&self) -> Option<&Part> {
        match self.parts.as_slice() {
            [part] => Some(part),
            _ => None,
        }
    }
}

impl Part {
    /// Parses a request, notification or response. For anything else returns the ID to answer with, and what is wrong.
    fn read(value: Value) -> Result<Self, (Value, &'static str)> {
        let Value::Object(mut object) = value else { return Err((Value::Null, NO_MESSAGE)) };
        let id = object.remove("id");
        let is_usable = id.as_ref().is_none_or(|id| id.is_string() || id.is_number());
        let is_response = object.contains_key("result") || object.contains_key("error");
        let params = object.remove("params").unwrap_or_default();
        match object.remove("method") {
            Some(Value::String(_)) if !is_usable => Err((Value::Null, BAD_ID)),
            Some(Value::String(method)) => Ok(Self { id, method: Some(method), params }),
            None if is_response => Ok(Self { id: None, method: None, params }),
            _ => Err((id.filter(|_| is_usable).unwrap_or_default(), NO_MESSAGE)),
        }
    }
}

/// The IDs of the requests that a server's messages answer.
pub fn answered(value: &Value) -> Vec<&Value> {
    let is_response = |value: &&Value| value.get("result").is_some() || value.get("error").is_some();
    let all = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    all.iter().filter(is_response).filter_map(|value| value.get("id")).collect()
}

/// The message on one line. In JSON, line breaks only occur between tokens, where they mean nothing.
pub fn to_line(bytes: &[u8]) -> Vec<u8> {
    let in_line = |byte: &u8| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte };
    bytes.trim_ascii().iter().map(in_line).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Result<Message, NoMessage> {
        Message::parse(text.as_bytes().to_vec())
    }

    #[test]
    fn only_requests_wait_for_an_answer() {
        for (text, ids) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#, vec![json!(1)]),
            (r#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#, vec![json!("a")]),
            (r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, vec![]),
            (r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}"#, vec![]),
            (r#"{"jsonrpc":"2.0","id":7,"result":{}}"#, vec![]),
            (r#"[{"id":1,"method":"a"},{"method":"b"},{"id":2,"method":"c"}]"#, vec![json!(1), json!(2)]),
        ] {
            assert_eq!(parse(text).unwrap().ids(), ids, "{text}");
        }
    }

    #[test]
    fn invalid_messages_are_answered_as_json_rpc_requires() {
        for text in ["{", "hello", "{\"id\":1,\"method\":\"\u{1}\"}"] {
            assert_eq!(parse(text).unwrap_err(), NoMessage::NotJson, "{text}");
        }
        for (text, id) in [("[]", json!(null)), ("1", json!(null)), (r#"{"id":3}"#, json!(3)), ("[1]", json!(null))] {
            let expected = NoMessage::NotJsonRpc { ids: vec![id], problem: NO_MESSAGE };
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        }
        assert_eq!(Message::parse(b"{\"id\":1,\"method\":\"\xff\"}".to_vec()).unwrap_err(), NoMessage::NotJson);
    }

    /// Catches a request that is sent to the server although no answer to it could reach the client. JSON-RPC 2.0 §5
    /// requires the ID null in the error.
    #[test]
    fn a_request_whose_id_cannot_be_answered_is_rejected() {
        for id in ["{\"a\":1}", "[1]", "true", "null"] {
            let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
            let rejected = |ids| NoMessage::NotJsonRpc { ids, problem: BAD_ID };
            assert_eq!(parse(&text).unwrap_err(), rejected(vec![json!(null)]), "{id}");
            let batch = format!(r#"[{{"id":1,"method":"ping"}},{text},{{"method":"b"}},{{"id":"c","method":"ping"}}]"#);
            assert_eq!(parse(&batch).unwrap_err(), rejected(vec![json!(null), json!(1), json!("c")]), "{batch}");
        }
    }

    /// Catches a request with a session that is mistaken for one of the stateless protocol.
    #[test]
    fn the_stateless_protocol_is_recognized_by_its_version() {
        let with = |version: &str| {
            let meta = json!({ VERSION_KEY: version });
            json!({"id": 1, "method": "tools/call", "params": {"name": "add", "_meta": meta}}).to_string()
        };
        let new = parse(&with("2026-07-28")).unwrap();
        assert_eq!((new.stateless_version(), new.name()), (Some("2026-07-28"), Some("add")));
        assert_eq!(parse(&with("2025-11-25")).unwrap().stateless_version(), None);
    }

    #[test]
    fn a_message_of_several_lines_becomes_one() {
        assert_eq!(to_line(b"{\r\n  \"a\": \"b\\n\"\n}\n"), br#"{    "a": "b\n" }"#);
    }
}
