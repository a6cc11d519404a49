//! Recognizes what grants access in a record by the names that stand before it: in fields, lists of headers, URLs, lines of
//! headers, and commands. The request of such a record cannot be read, so nothing else tells what its parts are.

use serde_json::Value;

use super::json_text::is_nested;
use crate::cli::render::redact::{REDACTED, bearers_of, is_bearing_parameter, signatures_of};
use crate::redaction::without_bearers;
use sigvet_core::request::{Header, Request, RequestUrl};

/// What a name says about its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// It grants access.
    Bearer,
    /// It contains a signature, or grants access.
    Authorization,
    /// It is a signature.
    Signature,
    Nothing,
}

impl Meaning {
    fn of(name: &str) -> Self {
        let name = name.trim_ascii();
        let is_header = || Header { name: name.to_owned(), value: Vec::new() }.is_bearer();
        let lower = name.to_ascii_lowercase();
        match name.as_bytes() {
            b"" => Self::Nothing,
            _ if lower.ends_with("authorization") => Self::Authorization,
            _ if lower.ends_with("signature") => Self::Signature,
            bytes if is_bearing_parameter(bytes) => Self::Bearer,
            // S3's `continuation-token` is public.
            _ if !lower.ends_with("continuation-token") && is_header() => Self::Bearer,
            _ => Self::Nothing,
        }
    }
}

/// What grants access in a record.
#[derive(Default)]
pub struct Named {
    /// Session tokens, cookies, passwords.
    pub values: Vec<Vec<u8>>,
    pub signatures: Vec<String>,
}

impl Named {
    /// Finds what grants access in a record.
    pub fn find(record: &Value) -> Self {
        let mut found = Self::default();
        found.collect(record);
        found
    }

    fn collect(&mut self, value: &Value) {
        match value {
            Value::String(text) if is_nested(text) => {
                if let Ok(value) = serde_json::from_str(text) {
                    self.collect(&value);
                }
            }
            Value::String(text) => self.collect_text(text),
            Value::Array(values) => {
                for (name, value) in values.iter().zip(values.iter().skip(1)) {
                    self.take(name.as_str().map_or(Meaning::Nothing, Meaning::of), value);
                }
                values.iter().for_each(|value| self.collect(value));
            }
            Value::Object(fields) => {
                if let Some(name) = name_in(fields) {
                    values_in(fields).for_each(|value| self.take(Meaning::of(name), value));
                }
                for (name, value) in fields {
                    self.take(Meaning::of(name), value);
                    self.collect(value);
                }
            }
            _ => {}
        }
    }

    /// Takes all texts in the value of a name.
    fn take(&mut self, meaning: Meaning, value: &Value) {
        match value {
            _ if meaning == Meaning::Nothing => {}
            Value::String(text) => self.take_text(meaning, text),
            Value::Number(number) => self.take_text(meaning, &number.to_string()),
            Value::Array(values) => values.iter().for_each(|value| self.take(meaning, value)),
            Value::Object(fields) => fields.values().for_each(|value| self.take(meaning, value)),
            _ => {}
        }
    }

    fn take_text(&mut self, meaning: Meaning, text: &str) {
        match meaning {
            Meaning::Nothing => {}
            Meaning::Bearer => self.values.push(text.as_bytes().to_vec()),
            Meaning::Signature => self.signatures.push(text.to_owned()),
            Meaning::Authorization => {
                let Ok(url) = RequestUrl::parse("https://localhost/") else { return };
                let Ok(mut request) = Request::new("GET", &url) else { return };
                if request.headers.push("authorization", text).is_ok() {
                    self.values.extend(bearers_of(&request));
                    self.signatures.extend(signatures_of(&request));
                }
            }
        }
    }

    /// Reads `name=value`, `name: value` and `<name>value` in a URL, in a URL within a URL, in lines of headers, in commands
    /// and in XML.
    fn collect_text(&mut self, text: &str) {
        let encoded = text.match_indices("%3D").chain(text.match_indices("%3d"));
        for (at, separator) in text.match_indices([':', '=', '>']).chain(encoded) {
            let before = text[..at].trim_end_matches([' ', '"', '\'', '\\']);
            let name = &before[before.rfind(|c| !is_of_name(c)).map_or(0, |at| at + 1)..];
            let meaning = Meaning::of(name);
            let behind = text[at + separator.len()..].trim_start_matches([' ', '"', '\'', '\\', '[']);
            let end = match meaning {
                Meaning::Nothing => continue,
                Meaning::Authorization => behind.find(['\r', '\n', '"', '\'']),
                _ => behind.find(ends_value).into_iter().chain(behind.find("%26")).min(),
            };
            self.take_text(meaning, &behind[..end.unwrap_or(behind.len())]);
        }
    }
}

/// The value without texts whose names say that they grant access.
pub fn without_named(value: Value) -> Value {
    match value {
        Value::String(text) if is_nested(&text) => match serde_json::from_str::<Value>(&text) {
            Ok(value) => {
                let shown = without_named(value.clone());
                if shown == value { text } else { shown.to_string() }.into()
            }
            Err(_) => REDACTED.into(),
        },
        Value::String(text) => String::from_utf8_lossy(&without_bearers(text.as_bytes())).into_owned().into(),
        Value::Array(values) => {
            let is_name = |value: &Value| value.as_str().is_some_and(|name| Meaning::of(name) == Meaning::Bearer);
            let mut follows_name = false;
            let shown = values.into_iter().map(|value| {
                let is_hidden = std::mem::replace(&mut follows_name, is_name(&value));
                if is_hidden { hidden(value) } else { without_named(value) }
            });
            shown.collect()
        }
        Value::Object(mut fields) => {
            if name_in(&fields).is_some_and(|name| Meaning::of(name) == Meaning::Bearer) {
                for (_, value) in fields.iter_mut().filter(|(name, _)| is_value(name)) {
                    *value = hidden(value.take());
                }
            }
            let shown = fields.into_iter().map(|(name, value)| match Meaning::of(&name) {
                Meaning::Bearer => (name, hidden(value)),
                _ => (name, without_named(value)),
            });
            shown.collect()
        }
        other => other,
    }
}

/// The value with nothing of its texts. An empty one is not a secret.
fn hidden(value: Value) -> Value {
    match value {
        Value::String(text) if text.trim_ascii().is_empty() => text.into(),
        Value::String(_) | Value::Number(_) => REDACTED.into(),
        Value::Array(values) => values.into_iter().map(hidden).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, hidden(value))).collect(),
        other => other,
    }
}

type Object = serde_json::Map<String, Value>;

/// The name in an element of a list of headers or parameters.
fn name_in(fields: &Object) -> Option<&str> {
    let is_name = |name: &str| ["name", "key", "header"].iter().any(|known| known.eq_ignore_ascii_case(name));
    fields.iter().find(|(name, value)| is_name(name) && value.is_string()).and_then(|(_, value)| value.as_str())
}

fn values_in(fields: &Object) -> impl Iterator<Item = &Value> {
    fields.iter().filter(|(name, _)| is_value(name)).map(|(_, value)| value)
}

fn is_value(name: &str) -> bool {
    ["value", "values"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

fn ends_value(character: char) -> bool {
    character.is_whitespace() || "&\"',;<>\\}])".contains(character)
}
