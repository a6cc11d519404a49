//! The headers of a JSON record, in the forms in which programs write them: an object with a string or a list of strings
//! for each name (Go's `http.Header`), a list of pairs, of objects with `name` and `value` (HAR), or of names and values
//! in turn (Node's `rawHeaders`).

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use sigvet_core::internal::is_token;

/// The accepted forms, for messages.
pub(super) const FORMS: &str =
    "an object of strings or lists of strings, or a list of [name, value] or {\"name\": …, \"value\": …}";

/// The error for a name that is not one. It may be a whole header with a secret, so it is not shown.
const INVALID_NAME: &str = "field 'headers': a header has an invalid name; expected a name such as 'content-type', with \
     its value apart from it";

/// Headers in their order; a name may occur several times.
#[derive(Default)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    /// The fields to sign. Pseudo-header fields of HTTP/2 are not among them: the method and the target are fields of the
    /// record, and `:authority` is the host.
    pub(super) fn into_fields(self) -> Result<Vec<(String, String)>, String> {
        let mut headers = self.0;
        let are_sound = |headers: &[(String, String)]| headers.iter().all(|(name, _)| is_token(name));
        if are_sound(&headers) {
            return Ok(headers);
        }
        let has_host = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"));
        let is_authority = |name: &str| name == ":authority" && !has_host;
        headers.iter_mut().filter(|(name, _)| is_authority(name)).for_each(|(name, _)| *name = "host".to_owned());
        headers.retain(|(name, _)| !matches!(name.as_str(), ":method" | ":path" | ":scheme" | ":authority"));
        if are_sound(&headers) { Ok(headers) } else { Err(INVALID_NAME.to_owned()) }
    }

    fn push(&mut self, name: String, values: Values) {
        match values {
            Values::One(value) => self.0.push((name, value)),
            // Anything else that is not a name is an error in any case.
            Values::Many(values) if values.is_empty() && !name.starts_with(':') && !is_token(&name) => {
                self.0.push((name, String::new()));
            }
            Values::Many(values) => self.0.extend(values.into_iter().map(|value| (name.clone(), value))),
        }
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AllHeaders)
    }
}

struct AllHeaders;

impl<'de> Visitor<'de> for AllHeaders {
    type Value = Headers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FORMS)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
        let mut headers = Headers::default();
        while let Some((name, values)) = map.next_entry()? {
            headers.push(name, values);
        }
        Ok(headers)
    }

    /// Names and values in turn, pairs, or objects.
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Headers, A::Error> {
        let mut headers = Headers::default();
        // A name whose value is the next element.
        let mut name = None;
        while let Some(element) = seq.next_element::<Element>()? {
            match (element, name.take()) {
                (Element::Text(text), None) => name = Some(text),
                (Element::Text(value), Some(name)) => headers.push(name, Values::One(value)),
                (Element::Header(name, values), None) => headers.push(name, values),
                (Element::Nothing, _) => {}
                (Element::Header(..), Some(_)) => return Err(de::Error::custom("a name without its value")),
            }
        }
        match name {
            None => Ok(headers),
            Some(_) => Err(de::Error::custom("a name without its value")),
        }
    }
}

/// The values of a header: a text, a whole number, or a list of them. A header that is null is not there.
enum Values {
    One(String),
    Many(Vec<String>),
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Values, E> {
                Ok(Values::One(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Values, E> {
                Ok(Values::One(number.to_string()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Values, E> {
                Ok(Values::One(number.to_string()))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Values, E> {
                Ok(Values::Many(Vec::new()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Values, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = seq.next_element::<Option<One>>()? {
                    values.extend(value.map(|One(value)| value));
                }
                Ok(Values::Many(values))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

/// One value in a list of values.
struct One(String);

impl<'de> Deserialize<'de> for One {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Values::deserialize(deserializer)? {
            Values::One(value) => Ok(Self(value)),
            Values::Many(_) => Err(de::Error::custom("a list in a list")),
        }
    }
}

/// An element of a list of headers.
enum Element {
    /// A header.
    Header(String, Values),
    /// A name, or the value of the name before it.
    Text(String),
    /// Null: no element, or no value of the name before it.
    Nothing,
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyElement;
        impl<'de> Visitor<'de> for AnyElement {
            type Value = Element;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[name, value] or {\"name\": …, \"value\": …}")
            }

            fn visit_unit<E: de::Error>(self) -> Result<Element, E> {
                Ok(Element::Nothing)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Element, E> {
                Ok(Element::Text(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Element, A::Error> {
                let header = seq.next_element()?.zip(seq.next_element()?);
                match (header, seq.next_element::<IgnoredAny>()?) {
                    (Some((name, values)), None) => Ok(Element::Header(name, values)),
                    _ => Err(de::Error::custom("not a pair")),
                }
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
                let (mut name, mut values) = (None, None);
                while let Some(key) = map.next_key::<Cow<'de, str>>()? {
                    match key.as_ref() {
                        "name" | "key" if name.is_none() => name = Some(map.next_value()?),
                        "value" if values.is_none() => values = Some(map.next_value()?),
                        "name" | "key" | "value" => return Err(de::Error::custom("given twice")),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                let header = name.zip(values).map(|(name, values)| Element::Header(name, values));
                header.ok_or_else(|| de::Error::custom("no name or no value"))
            }
        }
        deserializer.deserialize_any(AnyElement)
    }
}

/// The type of a JSON value, in words. Its text may be a secret.
pub(super) fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What is wrong with a value that is not [`Headers`], without its text.
pub(super) fn describe_wrong(value: &Value) -> String {
    let is_value = |value: &Value| Values::deserialize(value).is_ok();
    match value {
        Value::Object(headers) => {
            let wrong = headers.iter().find(|(_, value)| !is_value(value));
            wrong.map_or("an object".to_owned(), |(name, value)| match is_token(name) {
                true => format!("{} as the value of '{name}'", type_of_values(value)),
                false => format!("{} as a value", type_of_values(value)),
            })
        }
        Value::Array(elements) => {
            let wrong = elements.iter().position(|element| Element::deserialize(element).is_err());
            wrong.map_or("a list that has names without values".to_owned(), |at| {
                let what = match &elements[at] {
                    Value::Array(pair) if pair.len() != 2 => format!("a list of {}", pair.len()),
                    Value::Array(_) => "a pair that is not of strings".to_owned(),
                    Value::Object(_) => "an object without 'name' or 'value', or with other than strings".to_owned(),
                    other => type_of(other).to_owned(),
                };
                format!("{what} as element {}", at + 1)
            })
        }
        other => type_of(other).to_owned(),
    }
}

/// The type of the value of a header, or of the first element that is wrong in it.
fn type_of_values(value: &Value) -> &'static str {
    let wrong = value.as_array().and_then(|values| values.iter().find(|value| One::deserialize(*value).is_err()));
    type_of(wrong.unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        serde_json::from_str::<Headers>(text).ok().map(|headers| headers.into_fields().unwrap())
    }

    /// As Go's `json.Marshal` writes an `http.Header`, HAR 1.2 and Postman a list of objects, Node its `rawHeaders`; and
    /// databases the fields of a struct that are NULL.
    #[test]
    fn headers_are_read_in_every_form() {
        let expected = [("A", "1"), ("B", "2"), ("B", "3")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        for text in [
            r#"{"A":"1","B":["2","3"]}"#,
            r#"{"A":1,"B":["2",3]}"#,
            r#"[["A","1"],["B","2"],["B","3"]]"#,
            r#"[["A","1"],["B",["2","3"]]]"#,
            r#"[{"name":"A","value":"1"},{"value":"2","comment":{},"name":"B"},{"key":"B","value":"3"}]"#,
            r#"["A","1","B","2","B","3"]"#,
            r#"{"A":"1","C":null,"B":["2",null,"3"],"D":[null],"E":[]}"#,
            r#"[["A","1"],["C",null],null,["B","2"],["B","3"]]"#,
            r#"[{"name":"A","value":"1"},null,{"name":"C","value":null},{"key":"B","value":["2","3"]}]"#,
            r#"["A","1","C",null,"B","2","B","3"]"#,
        ] {
            assert_eq!(read(text).as_deref(), Some(&expected[..]), "{text}");
        }
        let of_http_2 = read(r#"[":method","GET",":authority","h.example","a","b"]"#).unwrap();
        assert_eq!(of_http_2[0], ("host".to_owned(), "h.example".to_owned()));
        assert_eq!(of_http_2.len(), 2);
    }

    /// Catches a secret in a message: each of these has one.
    #[test]
    fn wrong_headers_are_described_without_their_text() {
        for (text, expected) in [
            (r#""X: HUSH""#, "a string"),
            (r#"{"A":null,"B":1.5}"#, "a number as the value of 'B'"),
            (r#"{"A: HUSH":true}"#, "a boolean as a value"),
            (r#"{"A":["HUSH",["HUSH"]]}"#, "a list as the value of 'A'"),
            (r#"{"A":{"HUSH":"HUSH"}}"#, "an object as the value of 'A'"),
            (r#"["HUSH"]"#, "a list that has names without values"),
            (r#"["A","HUSH",["A","b","HUSH"]]"#, "a list of 3 as element 3"),
            (r#"[["HUSH",{}]]"#, "a pair that is not of strings as element 1"),
            (r#"[{"name":"HUSH"}]"#, "an object without 'name' or 'value', or with other than strings as element 1"),
            (r#"[1.5]"#, "a number as element 1"),
        ] {
            assert!(serde_json::from_str::<Headers>(text).is_err(), "{text}");
            assert_eq!(describe_wrong(&serde_json::from_str(text).unwrap()), expected, "{text}");
        }
        let named = serde_json::from_str::<Headers>(r#"{"X-Token: HUSH":"x"}"#).unwrap().into_fields();
        assert!(!named.unwrap_err().contains("HUSH"));
    }
}
