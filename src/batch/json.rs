//! JSON records: reads some fields, and keeps everything else as it is.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::io::Write as _;

use serde::de::{self, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Serializer, Value};

use super::headers::{self, Headers, type_of};
use sigvet_diagnose::formats::PostedData;

/// The fields of a record that determine what to sign or verify.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields<'r> {
    /// The URL or the key.
    pub(super) target: Option<Cow<'r, str>>,
    /// Whether two fields give a target.
    pub(super) has_two_targets: bool,
    pub(super) method: Option<Cow<'r, str>>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) expires: Option<Cow<'r, str>>,
    pub(super) bucket: Option<Cow<'r, str>>,
    pub(super) region: Option<Cow<'r, str>>,
    pub(super) body: Option<Cow<'r, str>>,
    pub(super) body_base64: Option<Cow<'r, str>>,
    /// The body as HAR has it.
    pub(super) posted: Option<PostedData<'r>>,
    /// Whether the target is in the field `key`, so that it is not a URL.
    pub(super) is_key: bool,
    /// Whether the record already has a field that will be added.
    pub(super) has_added: bool,
}

/// The field names with a meaning; all other fields belong to the user, whatever they contain.
#[derive(Clone, Copy)]
pub(super) struct FieldNames<'a> {
    /// The field with the URL or the key, if it is not `url` or `key`.
    pub(super) target: Option<&'a str>,
    /// The other fields that are read.
    pub(super) read: &'a [&'a str],
    /// The fields that are added.
    pub(super) added: &'a [&'a str],
}

impl<'r> Fields<'r> {
    /// Parses a record.
    pub(super) fn read(record: &'r [u8], names: FieldNames<'_>) -> Result<Self, String> {
        let text = std::str::from_utf8(record).map_err(|_| "the line is not UTF-8".to_owned())?;
        let mut json = serde_json::Deserializer::from_str(text);
        let wrong = Cell::default();
        let reader = Reader { names, wrong: &wrong };
        let read = json.deserialize_any(reader).and_then(|fields| json.end().map(|()| fields));
        let (fields, headers) = read.map_err(|error| describe(&error, text, wrong.take()))?;
        Ok(Self { headers: headers.into_fields()?, ..fields })
    }
}

/// What is wrong with a field.
enum WrongField {
    /// Its value cannot be read.
    Value(String),
    /// It occurs twice.
    Twice(String),
}

/// Describes an error with the field and what is accepted, or with the column. The text of a value may be a secret, so
/// it is not shown: only its type.
fn describe(error: &serde_json::Error, record: &str, wrong: Option<WrongField>) -> String {
    match (error.classify(), wrong) {
        (Category::Data, Some(WrongField::Twice(field))) => format!("field '{field}': given twice"),
        (Category::Data, Some(WrongField::Value(field))) => describe_value(&field, record),
        (Category::Data, None) => {
            let found = serde_json::from_str(record).map_or("something else", |value| type_of(&value));
            format!("expected an object, found {found}")
        }
        _ if record.trim_ascii().is_empty() => "the record is empty".to_owned(),
        (Category::Eof, _) => format!("invalid JSON at column {}: the record ends too early", error.column()),
        _ => {
            let text = error.to_string();
            let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
            format!("invalid JSON at column {}: {what}", error.column())
        }
    }
}

/// Describes a field with a wrong value: what is accepted, and which type it has.
fn describe_value(field: &str, record: &str) -> String {
    let fields: Option<RawFields<'_>> = serde_json::from_str(record).ok();
    let raw = fields.iter().flat_map(|fields| &fields.0).find(|(name, _)| name == field);
    let value = raw.and_then(|(_, raw)| serde_json::from_str::<Value>(raw.get()).ok()).unwrap_or_default();
    match field {
        "headers" => {
            format!("field 'headers': expected {}; found {}", headers::FORMS, headers::describe_wrong(&value))
        }
        "expires" => {
            let found = if value.is_number() { "another number" } else { type_of(&value) };
            format!("field 'expires': {EXPECTED_EXPIRY}, found {found}")
        }
        _ => format!("field '{field}': expected a string, found {}", type_of(&value)),
    }
}

/// What is accepted as an expiry.
pub(super) const EXPECTED_EXPIRY: &str = "expected a duration such as \"15m\", or whole seconds";

/// The error for a method that is not one. It may be anything, so it is not shown.
pub(super) const INVALID_METHOD: &str = "field 'method': expected the name of an HTTP method, such as GET";

struct Reader<'a> {
    names: FieldNames<'a>,
    /// The field that is wrong.
    wrong: &'a Cell<Option<WrongField>>,
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = (Fields<'de>, Headers);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut fields, mut headers) = (Fields::default(), Headers::default());
        let mut seen = 0_u32;
        while let Some(Text(name)) = map.next_key()? {
            if let Some(bit) = self.bit(&name) {
                if seen & bit != 0 {
                    self.wrong.set(Some(WrongField::Twice(name.into_owned())));
                    return Err(de::Error::custom("given twice"));
                }
                seen |= bit;
            }
            let read = self.read_value(&name, &mut map, &mut fields, &mut headers);
            read.inspect_err(|_| self.wrong.set(Some(WrongField::Value(name.into_owned()))))?;
        }
        Ok((fields, headers))
    }
}

impl<'de> Reader<'_> {
    /// If a field is named explicitly, `url` and `key` are fields of the user.
    fn is_target(&self, name: &str) -> bool {
        self.names.target.map_or(name == "url" || name == "key", |target| name == target)
    }

    /// A bit for each field that is read: two for the target.
    fn bit(&self, name: &str) -> Option<u32> {
        let place = match self.is_target(name) {
            true => usize::from(name == "key"),
            false => 2 + self.names.read.iter().position(|known| *known == name)?,
        };
        Some(1 << place)
    }

    fn read_value<A: MapAccess<'de>>(
        &self,
        name: &str,
        map: &mut A,
        fields: &mut Fields<'de>,
        headers: &mut Headers,
    ) -> Result<(), A::Error> {
        let FieldNames { target, read, added } = self.names;
        if self.is_target(name) {
            fields.has_added |= added.contains(&name);
            if let Some(text) = next_text(map)? {
                fields.has_two_targets |= fields.target.is_some();
                fields.is_key = target.is_none() && name == "key";
                fields.target = Some(text);
            }
            return Ok(());
        }
        if !read.contains(&name) {
            fields.has_added |= added.contains(&name);
            return map.next_value::<IgnoredAny>().map(drop);
        }
        match name {
            "method" => fields.method = next_text(map)?,
            "bucket" => fields.bucket = next_text(map)?,
            "region" => fields.region = next_text(map)?,
            "body_base64" => fields.body_base64 = next_text(map)?,
            "expires" => fields.expires = map.next_value::<Option<NumberOrText<'de>>>()?.map(|value| value.0),
            "headers" => *headers = map.next_value::<Option<Headers>>()?.unwrap_or_default(),
            "postData" => fields.posted = posted_data(map.next_value::<&'de RawValue>()?.get()),
            _ => fields.body = next_text(map)?,
        }
        Ok(())
    }
}

fn next_text<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    Ok(map.next_value::<Option<Text<'de>>>()?.map(|text| text.0))
}

/// The body in a field `postData`. A field of this name that is not as in HAR is the user's.
fn posted_data(value: &str) -> Option<PostedData<'_>> {
    let is_empty = serde_json::from_str::<Posted>(value).is_ok_and(|posted| posted.is_empty());
    if is_empty { None } else { serde_json::from_str(value).ok().flatten() }
}

/// What HAR's `postData` has of a body.
#[derive(Deserialize)]
struct Posted {
    text: Option<IgnoredAny>,
    params: Option<Vec<IgnoredAny>>,
}

impl Posted {
    /// Whether it has nothing: the body was not recorded.
    fn is_empty(&self) -> bool {
        self.text.is_none() && self.params.as_ref().is_none_or(Vec::is_empty)
    }
}

/// A string, borrowed if nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'r>(#[serde(borrow)] Cow<'r, str>);

/// A duration, as text or in seconds.
struct NumberOrText<'r>(Cow<'r, str>);

impl<'de> Deserialize<'de> for NumberOrText<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either<'r> {
            Number(u64),
            Float(f64),
            #[serde(borrow)]
            Text(Cow<'r, str>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Number(seconds) => Cow::Owned(seconds.to_string()),
            // Some programs write every number with a point.
            Either::Float(seconds) if seconds.fract() == 0.0 && seconds >= 0.0 => Cow::Owned(format!("{seconds:.0}")),
            Either::Float(_) => return Err(de::Error::custom("not whole seconds")),
            Either::Text(text) => text,
        }))
    }
}

/// Begins to write a record again: its text up to the closing brace, without the fields in `without`.
pub(super) fn open_record(record: &[u8], without: Option<&[&str]>, out: &mut Vec<u8>) {
    match without.and_then(|names| without_fields(record, names)) {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => out.extend_from_slice(record),
    }
    while out.pop().is_some_and(|byte| byte != b'}') {}
    while out.last().is_some_and(u8::is_ascii_whitespace) {
        out.pop();
    }
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
}

fn without_fields(record: &[u8], names: &[&str]) -> Option<String> {
    let fields: RawFields<'_> = serde_json::from_slice(record).ok()?;
    let kept = fields.0.iter().filter(|(name, _)| !names.contains(&name.as_ref()));
    let mut text = String::from("{");
    for (name, value) in kept {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&serde_json::to_string(name).ok()?);
        text.push(':');
        text.push_str(value.get());
    }
    text.push('}');
    Some(text)
}

/// Appends the fields of a record that are kept, each with a comma, and returns whether `line` or `file` is among
/// them.
pub(super) fn push_kept(record: &[u8], is_kept: impl Fn(&str) -> bool, out: &mut String) -> bool {
    let Ok(RawFields(fields)) = serde_json::from_slice(record) else { return false };
    let kept = fields.iter().filter(|(name, _)| is_kept(name));
    kept.fold(false, |has_place, (name, value)| {
        out.push_str(&Value::from(name.as_ref()).to_string());
        out.push(':');
        out.push_str(value.get());
        out.push(',');
        has_place || matches!(name.as_ref(), "line" | "file")
    })
}

/// The fields of an object in their order, with the text of each value.
struct RawFields<'r>(Vec<(Cow<'r, str>, &'r RawValue)>);

impl<'de> Deserialize<'de> for RawFields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = RawFields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawFields<'de>, A::Error> {
                let mut fields = Vec::new();
                while let Some((Text(name), value)) = map.next_entry()? {
                    fields.push((name, value));
                }
                Ok(RawFields(fields))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// Appends a field with a string value.
pub(super) fn push_field(name: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
    push_text(value, out);
}

/// Appends where a record is: its file, if there are several, and its number.
pub(super) fn push_place(file: Option<&str>, record: u64, out: &mut Vec<u8>) {
    if let Some(file) = file {
        push_field("file", file, out);
        out.push(b',');
    }
    write!(out, "\"line\":{record},").expect("a number can be written into memory");
}

/// Appends a string in quotes.
pub(super) fn push_text(text: &str, out: &mut Vec<u8>) {
    text.serialize(&mut Serializer::new(out)).expect("a text can be written into memory");
}

/// Appends pairs of strings as a list of lists.
pub(super) fn push_pairs(pairs: &[(String, String)], out: &mut Vec<u8>) {
    pairs.serialize(&mut Serializer::new(out)).expect("texts can be written into memory");
}

/// Whether a record is an object, so that fields can be added to it.
pub(super) fn is_object(record: &[u8]) -> bool {
    serde_json::from_slice::<RawFields<'_>>(record).is_ok()
}

/// Whether a text needs no escaping in JSON.
pub(super) fn is_plain(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'r>(record: &'r [u8], target: Option<&str>, added: &[&str]) -> Result<Fields<'r>, String> {
        let read = &["method", "headers", "expires", "bucket", "region"];
        Fields::read(record, FieldNames { target, read, added })
    }

    #[test]
    fn known_fields_are_read_and_others_are_skipped() {
        let record = br#"{"id": 1e400, "url": "a\u00e9", "headers": {"a": "b"}, "expires": 60, "method": null, "x": {"url": 1}}"#;
        let fields = read(record, None, &["presigned_url"]).unwrap();
        assert_eq!(fields.target.as_deref(), Some("aé"));
        assert_eq!((fields.expires.as_deref(), fields.method), (Some("60"), None));
        assert_eq!(fields.headers, [("a".to_owned(), "b".to_owned())]);
        assert!(!fields.has_added);
        let of_nulls = br#"{"url":null,"key":"a","headers":null,"expires":null,"bucket":null,"region":null}"#;
        let fields = read(of_nulls, None, &[]).unwrap();
        assert_eq!((fields.target.as_deref(), fields.is_key, fields.has_two_targets), (Some("a"), true, false));
        let fields = read(br#"{"url":"a","key":null}"#, None, &[]).unwrap();
        assert_eq!((fields.target.as_deref(), fields.is_key, fields.has_two_targets), (Some("a"), false, false));
        assert_eq!(read(br#"{"key":"a","expires":60.0}"#, None, &[]).unwrap().expires.as_deref(), Some("60"));
        let fields = read(
            br#"{"url":"a","file":"b","headers":[["x","1"],["x","2"]],"presigned_url":""}"#,
            Some("file"),
            &["presigned_url"],
        )
        .unwrap();
        assert_eq!((fields.target.as_deref(), fields.headers.len(), fields.has_added), (Some("b"), 2, true));
    }

    #[test]
    fn an_invalid_record_is_described() {
        for (record, expected) in [
            (&b"[\"HUSH\"]"[..], "expected an object, found a list"),
            (b"17", "expected an object, found a number"),
            (b"\"HUSH\"", "expected an object, found a string"),
            (b"", "the record is empty"),
            (b" ", "the record is empty"),
            (b"{\"url\":", "invalid JSON at column 7: the record ends too early"),
            (b"{} x", "invalid JSON at column 4: trailing characters"),
            (b"{\"url\":1}", "field 'url': expected a string, found a number"),
            (b"{\"region\":[\"HUSH\"]}", "field 'region': expected a string, found a list"),
            (b"{\"method\":{\"a\":\"HUSH\"}}", "field 'method': expected a string, found an object"),
            (
                b"{\"expires\":[\"HUSH\"]}",
                "field 'expires': expected a duration such as \"15m\", or whole seconds, found a list",
            ),
            (
                b"{\"expires\":1.5}",
                "field 'expires': expected a duration such as \"15m\", or whole seconds, found another number",
            ),
            (b"{\"url\":\"a\",\"url\":\"b\"}", "field 'url': given twice"),
            (b"{\"method\":\"a\",\"m\\u0065thod\":\"b\"}", "field 'method': given twice"),
            (b"\xff", "the line is not UTF-8"),
        ] {
            assert_eq!(read(record, None, &[]).unwrap_err(), expected, "{}", String::from_utf8_lossy(record));
        }
        for (headers, found) in [("\"X: HUSH\"", "a string"), ("[[\"a\",\"HUSH\",\"c\"]]", "a list of 3 as element 1")]
        {
            let record = format!("{{\"url\":\"a\",\"headers\":{headers}}}");
            let problem = read(record.as_bytes(), None, &[]).unwrap_err();
            assert_eq!(problem, format!("field 'headers': expected {}; found {found}", headers::FORMS));
        }
    }

    /// Catches a number that is rounded, and a field that occurs twice afterwards.
    #[test]
    fn a_record_keeps_its_text() {
        let opened = |record: &str, without: Option<&[&str]>| {
            let mut out = Vec::new();
            open_record(record.as_bytes(), without, &mut out);
            push_field("u", "x\"", &mut out);
            String::from_utf8(out).unwrap() + "}"
        };
        assert_eq!(opened("{ \"a\": 1e400 } ", None), "{ \"a\": 1e400,\"u\":\"x\\\"\"}");
        assert_eq!(opened("{ }", None), "{\"u\":\"x\\\"\"}");
        assert_eq!(opened("{\"u\":1,\"a\":0.10,\"u\":2}", Some(&["u"])), "{\"a\":0.10,\"u\":\"x\\\"\"}");
    }
}
