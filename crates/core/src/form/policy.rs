//! The policy: until when, and under which conditions, an upload is allowed (*POST policy*).
//!
//! It is written as one line of plain ASCII JSON, so nothing on the way to the server can respell it. When read, it may
//! be anything that a client made; errors say what is wrong with it.

use std::fmt;
use std::sync::Arc;

use base64::prelude::BASE64_STANDARD;
use base64::{DecodeError, Engine as _};
use serde_json::{Value, json};

use super::conditions::Condition;
use super::unique::UniqueMembers;
use crate::time::Timestamp;

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The upload must arrive before this time.
    pub expiration: Timestamp,
    /// The conditions, all of which must be met.
    pub conditions: Vec<Condition>,
}

/// Why a text is not a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// The text is not padded base64 in the standard alphabet.
    #[error("the policy is not base64: {0}")]
    NotBase64(#[source] InvalidBase64),
    /// The decoded text is not JSON.
    #[error("the policy is not JSON: {0}")]
    NotJson(#[source] InvalidJson),
    /// The JSON does not have the structure of a policy.
    #[error("the policy is malformed: {place} is {presented}; expected {expected}")]
    Malformed {
        /// The part: `expiration`, `condition 3`.
        place: String,
        /// The value that was given.
        presented: String,
        /// The value that was expected.
        expected: &'static str,
    },
}

/// What is wrong with a text that should be base64. Displays the invalid character if it is printable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidBase64(DecodeError);

impl fmt::Display for InvalidBase64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DecodeError::InvalidByte(at, byte) if byte.is_ascii_graphic() => {
                write!(f, "'{}' at offset {at} does not belong there", char::from(byte))
            }
            DecodeError::InvalidByte(at, byte) => write!(f, "byte 0x{byte:02x} at offset {at} does not belong there"),
            DecodeError::InvalidLength(length) => write!(f, "the text of {length} characters is truncated"),
            DecodeError::InvalidLastSymbol { offset: at, .. } => {
                write!(f, "the character at offset {at} cannot be the last one")
            }
            DecodeError::InvalidPadding => f.write_str("its padding is missing or too long"),
        }
    }
}

impl std::error::Error for InvalidBase64 {}

/// What is wrong with a text that should be JSON, and where. Quotes nothing of the text.
#[derive(Debug, Clone)]
pub struct InvalidJson(Arc<serde_json::Error>);

impl PartialEq for InvalidJson {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for InvalidJson {}

impl fmt::Display for InvalidJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for InvalidJson {}

const EXPIRATION: &str = "a time in UTC such as 2015-12-30T12:00:00.000Z";

impl Policy {
    /// The document as signed and sent, before base64: one line, with non-ASCII characters written as `\uXXXX`.
    pub fn to_json(&self) -> String {
        let seconds = self.expiration.to_rfc3339();
        let document = json!({
            "expiration": format!("{}.000Z", seconds.trim_end_matches('Z')),
            "conditions": self.conditions.iter().map(Condition::to_json).collect::<Value>(),
        });
        escape_non_ascii(&document.to_string())
    }

    /// The conditions on the field of that name, in any case.
    pub fn about<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Condition> {
        self.conditions.iter().filter(move |condition| condition.is_about(name))
    }

    /// Reads the field `policy` of a form.
    ///
    /// # Errors
    /// See [`PolicyError`].
    pub fn parse(encoded: &str) -> Result<Self, PolicyError> {
        Self::from_value(&Self::decode(encoded)?)
    }

    /// Decodes the JSON document in the field `policy`, whatever its structure.
    ///
    /// # Errors
    /// The text is not base64, or not JSON.
    #[doc(hidden)]
    pub fn decode(encoded: &str) -> Result<Value, PolicyError> {
        serde_json::from_slice(&decode_base64(encoded)?)
            .map(|UniqueMembers(value)| value)
            .map_err(|error| PolicyError::NotJson(InvalidJson(Arc::new(error))))
    }

    fn from_value(document: &Value) -> Result<Self, PolicyError> {
        let malformed = |place: &str, presented: Option<&Value>, expected| PolicyError::Malformed {
            place: place.to_owned(),
            presented: presented.map_or_else(|| "missing".to_owned(), shown),
            expected,
        };
        let members = document.as_object().ok_or_else(|| malformed("the document", Some(document), "an object"))?;
        let expiration = members.get("expiration");
        let time = expiration.and_then(Value::as_str).and_then(parse_expiration);
        let listed = members.get("conditions");
        let list = listed.and_then(Value::as_array).ok_or_else(|| malformed("conditions", listed, "a list"))?;
        let read = |(at, value): (usize, &Value)| {
            Condition::parse(value)
                .map_err(|expected| malformed(&format!("condition {}", at + 1), Some(value), expected))
        };
        Ok(Self {
            expiration: time.ok_or_else(|| malformed("expiration", expiration, EXPIRATION))?,
            conditions: list.iter().enumerate().map(read).collect::<Result<_, _>>()?,
        })
    }
}

/// Decodes the field `policy`.
pub(super) fn decode_base64(encoded: &str) -> Result<Vec<u8>, PolicyError> {
    BASE64_STANDARD.decode(encoded).map_err(|error| PolicyError::NotBase64(InvalidBase64(error)))
}

/// The value as JSON, to show in an error; a session token is replaced.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    if text.to_ascii_lowercase().contains("-security-token") {
        "a condition on a session token".to_owned()
    } else {
        text
    }
}

/// Reads an expiration. S3 requires the offset `Z` and a `T`; a fraction of a second is optional.
fn parse_expiration(text: &str) -> Option<Timestamp> {
    let date_and_time = text.strip_suffix('Z')?;
    let shape = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        19 => byte == b'.',
        _ => byte.is_ascii_digit(),
    };
    let is_shaped = matches!(date_and_time.len(), 19 | 21..) && date_and_time.bytes().enumerate().all(shape);
    is_shaped.then(|| Timestamp::parse(text).ok()).flatten()
}

/// Escapes non-ASCII characters. In JSON they occur only inside strings, where an escape means the same.
fn escape_non_ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            ' '..='~' => escaped.push(character),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    escaped.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(json: &str) -> Result<Policy, PolicyError> {
        Policy::parse(&BASE64_STANDARD.encode(json))
    }

    /// serde_json reads the text back, independently of how it was written.
    #[test]
    fn a_policy_is_ascii_and_reads_back_as_it_was() {
        let policy = Policy {
            expiration: Timestamp::parse("2015-12-30T12:00:00Z").unwrap(),
            conditions: vec![
                Condition::equals("x-amz-meta-é", "grün 🙂 \"\\\u{7f}\n"),
                Condition::starts_with("key", "user/ü"),
                Condition::ContentLengthRange { min: 0, max: u64::MAX },
            ],
        };
        let json = policy.to_json();
        assert!(json.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{json}");
        assert!(json.starts_with(r#"{"expiration":"2015-12-30T12:00:00.000Z","conditions":[{"x-amz-meta-\u00e9""#));
        assert_eq!(parse(&json), Ok(policy));
    }

    #[test]
    fn an_invalid_policy_is_refused_with_the_place_of_the_error() {
        for (json, expected) in [
            ("[]", "the document is []"),
            (r#"{"conditions": []}"#, "expiration is missing"),
            (r#"{"expiration": "2015-12-30T12:00:00Z"}"#, "conditions is missing"),
            (r#"{"expiration": "2015-12-30T12:00:00+02:00", "conditions": []}"#, "expiration is \"2015"),
            (r#"{"expiration": "2015-12-30 12:00:00Z", "conditions": []}"#, "expiration is"),
            (r#"{"expiration": "2015-02-30T12:00:00Z", "conditions": []}"#, "expiration is"),
            (r#"{"EXPIRATION": "2015-12-30T12:00:00Z", "conditions": []}"#, "expiration is missing"),
            (r#"{"expiration": "2015-12-30T12:00:00Z", "conditions": [{"a": "b"}, []]}"#, "condition 2 is []"),
            (r#"{"expiration": "2015-12-30T12:00:00Z", "conditions": [],}"#, "not JSON"),
        ] {
            let error = parse(json).unwrap_err().to_string();
            assert!(error.contains(expected), "{json}: {error}");
        }
        for text in ["eyJ", "{\"expiration\"", "e30=\n", "_-8=", "e30"] {
            assert!(matches!(Policy::parse(text), Err(PolicyError::NotBase64 { .. })), "{text}");
        }
        let problem = |text: &str| Policy::parse(text).unwrap_err().to_string();
        assert_eq!(problem("e30_"), "the policy is not base64: '_' at offset 3 does not belong there");
        assert_eq!(problem("e\n30="), "the policy is not base64: byte 0x0a at offset 1 does not belong there");
        assert!(parse(r#"{"expiration": "2015-12-30T12:00:00.5Z", "conditions": []}"#).is_ok());
    }
}
