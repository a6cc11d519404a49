//! The user's own fields of a record, without what grants access: logs repeat the parts of a request.

mod json_text;
mod named;

use serde_json::Value;

use crate::cli::render::redact::{Redactor, bearers_of, signatures_of};
use crate::cli::secrets::short_signature;
use sigvet_core::request::Request;

use named::{Named, without_named};

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
        self.without(bearers_of(request), signatures_of(request), fields)
    }

    /// The text of fields of a record that is refused. What grants access in the record, perhaps in another request that
    /// it contains, is recognized by its names too.
    pub fn redact_refused(&mut self, request: Option<&Request>, record: &[u8], fields: &str) -> String {
        let object = ["{", fields.trim_end_matches(','), "}"].concat();
        let (Ok(record), Ok(own)) = (serde_json::from_slice(record), serde_json::from_str::<Value>(&object)) else {
            // A number too large to be read, for example.
            return String::new();
        };
        let Named { mut values, mut signatures } = Named::find(&record);
        values.extend(request.map(bearers_of).unwrap_or_default());
        signatures.extend(request.map(signatures_of).unwrap_or_default());
        let shown = without_named(own.clone());
        let shown = match shown == own {
            true => fields.to_owned(),
            false => {
                let text = shown.to_string();
                text[1..text.len() - 1].to_owned() + ","
            }
        };
        self.without(values, signatures, shown)
    }

    fn without(&mut self, values: Vec<Vec<u8>>, signatures: Vec<String>, fields: String) -> String {
        // A signature of Version 2 has letters that may be encoded.
        let is_plain = |signature: &String| signature.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (mut plain, others): (Vec<String>, Vec<String>) = signatures.into_iter().partition(is_plain);
        plain.retain(|signature| fields.contains(signature.as_str()));
        if values.is_empty() && others.is_empty() && plain.is_empty() {
            return fields;
        }
        if values != self.values {
            self.redactor = Redactor::of_values(&values);
            self.values = values;
        }
        let of_signatures = Redactor::none().with_signatures(others.iter().map(String::as_str));
        let show = |text: &str| {
            let shown = self.redactor.apply(text);
            let shown = plain.iter().fold(shown, |text, signature| match text.contains(signature.as_str()) {
                true => text.replace(signature, &short_signature(signature)),
                false => text,
            });
            let shown = if others.is_empty() { shown } else { of_signatures.apply(&shown) };
            (shown != text).then_some(shown)
        };
        json_text::rewrite(&fields, &show)
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

    fn refused(fields: &str) -> String {
        let record = ["{", fields.trim_end_matches(','), "}"].concat();
        Bearers::default().redact_refused(None, record.as_bytes(), fields)
    }

    /// Catches a token in a record whose request cannot be read.
    #[test]
    fn tokens_are_recognized_by_their_names() {
        assert_eq!(refused(r#""id":1.0,"a":"b","#), r#""id":1.0,"a":"b","#);
        for fields in [
            r#""line":"/?X-Amz-Security-Token=HUSH&a=b","#,
            r#""q":[{"name":"X-Amz-Security-Token","value":"HUSH"}],"#,
            r#""q":{"X-Amz-Security-Token":"HUSH"},"#,
        ] {
            let shown = refused(fields);
            assert!(!shown.contains("HUSH") && shown.contains("[redacted]") && shown.ends_with(','), "{shown}");
        }
    }
}
