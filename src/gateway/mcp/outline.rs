//! Finds the requests in a message that is too long to be kept, so that each of them gets an error. The ID may be
//! anywhere in the message: the SDKs for TypeScript and Python put it after the parameters.
//!
//! The JSON is not checked any further than needed to find its outermost fields.

use serde_json::Value;

/// Maximum number of bytes to keep of a name or a value.
const LONGEST: usize = 1024;

/// The outermost fields of a message, read piece by piece.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Number of open brackets.
    depth: usize,
    /// The depth at which the fields of a message are: one more in a batch.
    of_fields: usize,
    is_in_string: bool,
    is_escaped: bool,
    /// Whether something follows the end, or a bracket is missing.
    is_malformed: bool,
    token: Token,
    name: Option<Value>,
    message: Fields,
    /// The IDs of the messages that have ended.
    ids: Vec<Value>,
}

/// A name or a value at the depth of fields.
#[derive(Debug, Default, PartialEq, Eq)]
struct Token {
    text: Vec<u8>,
    /// Whether something of it was not kept.
    is_shortened: bool,
}

/// The fields of one message that decide whether it needs an answer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fields {
    id: Option<Value>,
    has_method: bool,
    is_response: bool,
}

impl Outline {
    /// Reads the next bytes.
    pub fn read(&mut self, piece: &[u8]) {
        piece.iter().for_each(|byte| self.read_byte(*byte));
    }

    /// The IDs to answer with: that of each request, or null if the text is not a message.
    pub fn ids(&self) -> Vec<Value> {
        let is_message = self.of_fields > 0 && self.depth == 0 && !self.is_malformed;
        match is_message {
            true => self.ids.clone(),
            false => vec![Value::Null],
        }
    }

    fn read_byte(&mut self, byte: u8) {
        if self.is_in_string {
            self.keep(byte);
            self.is_in_string = byte != b'"' || self.is_escaped;
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            return;
        }
        let is_among_fields = self.of_fields > 0 && self.depth == self.of_fields;
        match byte {
            b'{' | b'[' => self.open(byte),
            b'}' | b']' => self.close(),
            b':' if is_among_fields => self.name = self.take_token(),
            b',' if is_among_fields => self.end_field(),
            b'"' => {
                self.is_in_string = true;
                self.keep(byte);
            }
            _ => self.keep(byte),
        }
    }

    fn open(&mut self, bracket: u8) {
        self.is_malformed |= self.depth == 0 && self.of_fields > 0;
        if self.depth == 0 {
            self.of_fields = if bracket == b'[' { 2 } else { 1 };
        }
        self.depth += 1;
        // A value in brackets is neither an ID nor a method.
        self.token.is_shortened |= self.depth > self.of_fields;
        if self.depth == self.of_fields {
            self.token = Token::default();
        }
    }

    fn close(&mut self) {
        if self.depth == self.of_fields && self.depth > 0 {
            self.end_field();
            self.ids.extend(std::mem::take(&mut self.message).id_to_answer());
        }
        self.is_malformed |= self.depth == 0;
        self.depth = self.depth.saturating_sub(1);
    }

    fn keep(&mut self, byte: u8) {
        if self.depth == 0 {
            self.is_malformed |= !byte.is_ascii_whitespace();
        } else if self.depth == self.of_fields && self.token.text.len() < LONGEST {
            self.token.text.push(byte);
        } else if self.depth == self.of_fields {
            self.token.is_shortened = true;
        }
    }

    fn end_field(&mut self) {
        let value = self.take_token();
        match self.name.take().as_ref().and_then(Value::as_str) {
            // An ID that cannot be repeated is answered with null.
            Some("id") => {
                self.message.id = Some(value.filter(|id| id.is_string() || id.is_number()).unwrap_or_default())
            }
            Some("method") => self.message.has_method = true,
            Some("result" | "error") => self.message.is_response = true,
            _ => {}
        }
    }

    fn take_token(&mut self) -> Option<Value> {
        let token = std::mem::take(&mut self.token);
        serde_json::from_slice(&token.text).ok().filter(|_| !token.is_shortened)
    }
}

impl Fields {
    fn id_to_answer(self) -> Option<Value> {
        match (self.has_method, self.is_response) {
            (true, _) => self.id,
            (false, true) => None,
            (false, false) => Some(self.id.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::gateway::mcp::message::{Message, NoMessage};

    /// The parser of whole messages is the reference.
    #[test]
    fn the_ids_are_those_of_the_whole_message() {
        for text in [
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            r#"{"method":"tools/call","params":{"id":7,"a":[{"id":8,"method":"x"}],"t":"},\"id\":9,\\"},"jsonrpc":"2.0","id":"a\"\u00e9b"}"#,
            r#"{"\u0069d":1.5e3 , "method" : "ping", "id2": 4}"#,
            r#"{"method":"notifications/progress","params":{"id":1}}"#,
            r#"{"jsonrpc":"2.0","id":3,"result":{"method":"x"}}"#,
            r#"{"jsonrpc":"2.0","id":3,"error":{"code":1}}"#,
            r#"[{"id":1,"method":"a"}, {"method":"b"},{"id":"c","method":"d","params":[[]]}]"#,
            r#"{"id":{"a":1},"method":"ping"}"#,
            r#"{"id":[1],"method":"ping"}"#,
            r#"{"id":5}"#,
            "7",
            "hello",
            r#"{"id":1,"method":"ping"}}"#,
            r#"{"id":1,"method":"ping"} x"#,
            r#"{"id":1,"method":"ping""#,
        ] {
            let expected = match Message::parse(text.as_bytes().to_vec()) {
                Ok(message) => message.ids(),
                Err(NoMessage::NotJsonRpc { ids, .. }) => ids,
                Err(NoMessage::NotJson) => vec![Value::Null],
            };
            for size in 1..text.len() + 1 {
                let mut outline = Outline::default();
                text.as_bytes().chunks(size).for_each(|piece| outline.read(piece));
                assert_eq!(outline.ids(), expected, "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn little_of_the_message_is_kept() {
        let mut outline = Outline::default();
        outline.read(br#"{"method":"a","text":""#);
        (0..1000).for_each(|_| outline.read(&[b'x'; 1000]));
        outline.read(br#"","id":4}"#);
        assert_eq!(outline.ids(), [json!(4)]);
        outline = Outline::default();
        outline.read(br#"{"method":"a","id":""#);
        (0..1000).for_each(|_| outline.read(&[b'x'; 1000]));
        assert!(outline.token.text.capacity() <= 4 * LONGEST);
        outline.read(br#""}"#);
        assert_eq!(outline.ids(), [json!(null)]);
    }
}
