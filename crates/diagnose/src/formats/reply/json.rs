//! Reads the JSON errors of AWS services and others: an object with code and message, or a list of such objects.

use serde_json::{Map, Value};

use super::fields::Fields;

/// The names that services use for a message and a code, the clearest first. An error's `type` may also be
/// just `Sender`.
const MESSAGE: [&str; 7] =
    ["message", "Message", "errorMessage", "detailedMessage", "reason", "error_description", "error"];
const CODE: [&str; 5] = ["code", "Code", "__type", "errorCode", "type"];
const REQUEST_ID: [&str; 4] = ["requestId", "RequestId", "request_id", "traceId"];
/// The property that contains the error if it is not the whole object.
const NESTED: [&str; 4] = ["errors", "Errors", "error", "Error"];

/// Reads an error. `None` if the text is not JSON or contains no error.
pub(super) fn read(text: &str) -> Option<Fields> {
    if !text.starts_with(['{', '[']) {
        return None;
    }
    let value = serde_json::from_str(text).or_else(|_| serde_json::from_str(&with_escaped_controls(text))).ok()?;
    let mut fields = Fields::default();
    let outer = first_object(&value)?;
    push_error(outer, &mut fields);
    if let Some(inner) = NESTED.iter().find_map(|name| first_object(outer.get(*name)?)) {
        push_error(inner, &mut fields);
    }
    fields.get(&["Code", "Message"]).is_some().then_some(fields)
}

/// The object itself, or the first object of a list.
fn first_object(value: &Value) -> Option<&Map<String, Value>> {
    match value {
        Value::Array(values) => values.first()?.as_object(),
        value => value.as_object(),
    }
}

fn push_error(object: &Map<String, Value>, fields: &mut Fields) {
    let text =
        |names: &[&str]| names.iter().find_map(|name| object.get(*name)?.as_str()).filter(|text| !text.is_empty());
    for (name, names) in [("Message", &MESSAGE[..]), ("Code", &CODE[..]), ("RequestId", &REQUEST_ID[..])] {
        if let Some(text) = text(names) {
            fields.push(name, text);
        }
    }
}

/// The text with control characters inside strings escaped. The Selling Partner API sends raw line breaks,
/// and copies of other replies contain them.
fn with_escaped_controls(text: &str) -> String {
    let mut repaired = String::with_capacity(text.len());
    let (mut in_string, mut after_backslash) = (false, false);
    for character in text.chars() {
        match character {
            '"' if !after_backslash => in_string = !in_string,
            '\n' if in_string => {
                repaired.push_str("\\n");
                continue;
            }
            c if in_string && c.is_control() => continue,
            _ => {}
        }
        after_backslash = in_string && character == '\\' && !after_backslash;
        repaired.push(character);
    }
    repaired
}
