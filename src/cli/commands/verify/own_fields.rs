//! The user's own fields of a record, without what grants access: logs repeat the parts of a request.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::cli::render::redact::{REDACTED, Redactor, bearers_of, is_bearing_parameter, signatures_of};
use crate::cli::secrets::short_signature;
use crate::redaction::without_bearers;
use sigvet_core::request::Request;

/// The values that grant access in the last request that had some, and their redactor. Finding all spellings of a session
/// token takes time, and the records of a log have few tokens.
#[derive(Default)]
pub struct Bearers {
    values: Vec<Vec<u8>>,
    redactor: Redactor,
}

impl Bearers {
    /// The text of fields, each with a comma, without the session token and the signature of a request.
    pub fn redact(&mut self, request: &Request, fields: String) -> String {
        let values = bearers_of(request);
        // A signature of Version 2 has letters that may be encoded.
        let is_plain = |signature: &String| signature.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (plain, others): (Vec<String>, Vec<String>) = signatures_of(request).into_iter().partition(is_plain);
        let has_plain = plain.iter().any(|signature| fields.contains(signature.as_str()));
        if values.is_empty() && others.is_empty() && !has_plain {
            return fields;
        }
        if values != self.values {
            self.redactor = Redactor::of_values(&values);
            self.values = values;
        }
        let shown = if self.values.is_empty() { fields } else { self.redactor.apply(&fields) };
        let shown = plain.iter().fold(shown, |text, signature| text.replace(signature, &short_signature(signature)));
        let shown = match others.is_empty() {
            true => shown,
            false => Redactor::none().with_signatures(others.iter().map(String::as_str)).apply(&shown),
        };
        // A value that is a number somewhere would leave no JSON.
        let is_json = |fields: &str| {
            let object = ["{", fields.trim_end_matches(','), "}"].concat();
            serde_json::from_str::<&RawValue>(&object).is_ok()
        };
        if is_json(&shown) { shown } else { String::new() }
    }
}

/// The text of fields without values whose names say that they grant access.
pub fn without_named(fields: &str) -> String {
    let object = ["{", fields.trim_end_matches(','), "}"].concat();
    let Ok(value) = serde_json::from_str::<Value>(&object) else { return String::new() };
    let shown = without_named_in(value.clone());
    if shown == value {
        return fields.to_owned();
    }
    let text = shown.to_string();
    text[1..text.len() - 1].to_owned() + ","
}

fn without_named_in(value: Value) -> Value {
    match value {
        Value::String(text) => String::from_utf8_lossy(&without_bearers(text.as_bytes())).into_owned().into(),
        Value::Array(values) => values.into_iter().map(without_named_in).collect(),
        Value::Object(mut fields) => {
            let names = ["name", "key"].iter().filter_map(|field| fields.get(*field)?.as_str());
            let is_named = names.map(str::as_bytes).any(is_bearing_parameter);
            if let Some(value) = fields.get_mut("value").filter(|_| is_named) {
                *value = REDACTED.into();
            }
            let shown = fields.into_iter().map(|(name, value)| match is_bearing_parameter(name.as_bytes()) {
                true if value.is_string() => (name, REDACTED.into()),
                _ => (name, without_named_in(value)),
            });
            shown.collect()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::request::RequestUrl;

    #[test]
    fn tokens_and_signatures_are_removed_wherever_they_are() {
        let signature = "973d1ffb245695334c230df66d9ad6353dc08cf09538cc20f5021ce6490cbcc9";
        let url = format!("https://h/?X-Amz-Security-Token=HUSH%2FTOKEN%2B1%3D&X-Amz-Signature={signature}");
        let mut request = Request::new("GET", &RequestUrl::parse(&url).unwrap()).unwrap();
        request.headers.push("Cookie", "session=0123456789hush").unwrap();
        let fields = format!(
            r#""id":1e400,"line":"GET /?X-Amz-Security-Token=HUSH%2FTOKEN%2B1%3D&X-Amz-Signature={signature} HTTP/1.1","a":{{"b":["HUSH\/TOKEN+1="]}},"c":"0123456789hush","#
        );
        let expected = r#""id":1e400,"line":"GET /?X-Amz-Security-Token=[redacted]&X-Amz-Signature=973d1ffb… HTTP/1.1","a":{"b":["[redacted]"]},"c":"[redacted]","#;
        assert_eq!(Bearers::default().redact(&request, fields), expected);
        assert_eq!(Bearers::default().redact(&request, "\"id\":7,".to_owned()), "\"id\":7,");
    }

    #[test]
    fn a_signature_of_version_2_is_removed_however_it_is_encoded() {
        let url = "https://h/?AWSAccessKeyId=A&Expires=1&Signature=9Y%2F2Iz8ab%2BcdeFGHIJKLMNOPQR0%3D";
        let request = Request::new("GET", &RequestUrl::parse(url).unwrap()).unwrap();
        let fields = r#""a":"9Y/2Iz8ab+cdeFGHIJKLMNOPQR0=","b":"x=9Y%2F2Iz8ab%2BcdeFGHIJKLMNOPQR0%3D","#.to_owned();
        let shown = Bearers::default().redact(&request, fields);
        assert!(!shown.contains("GHIJKL") && shown.contains("9Y/2Iz8a"), "{shown}");
    }

    /// Catches a token in a record whose request cannot be read.
    #[test]
    fn tokens_are_recognized_by_their_names() {
        assert_eq!(without_named(r#""id":1.0,"a":"b","#), r#""id":1.0,"a":"b","#);
        for fields in [
            r#""line":"/?X-Amz-Security-Token=HUSH&a=b","#,
            r#""q":[{"name":"X-Amz-Security-Token","value":"HUSH"}],"#,
            r#""q":{"X-Amz-Security-Token":"HUSH"},"#,
        ] {
            let shown = without_named(fields);
            assert!(!shown.contains("HUSH") && shown.contains(REDACTED) && shown.ends_with(','), "{shown}");
        }
    }
}
