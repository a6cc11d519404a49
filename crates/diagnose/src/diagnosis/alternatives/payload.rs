//! Payload lines that a client may have signed: the hash of another body, another spelling of the hash, or a
//! keyword in its place.

use serde_json::Value;

use super::Subject;
use super::escaping::HexCase;
use super::text::replaced;
use crate::diagnosis::catalogue::{
    HEADER_AMZ_UNSIGNED, Mistake, PAYLOAD_CHARSET, PAYLOAD_EMPTY_HASH, PAYLOAD_FROM_QUERY, PAYLOAD_HASH_FORM,
    PAYLOAD_HASHED, PAYLOAD_HEADER_MISMATCH, PAYLOAD_JSON_REFORMATTED, PAYLOAD_NEWLINE, PAYLOAD_NOT_EMPTY,
    PAYLOAD_STREAMING, PAYLOAD_TRANSFORMED, PAYLOAD_UNSIGNED,
};
use crate::diagnosis::field::{Choice, Making, Step};
use sigvet_core::canonical::PayloadHash;
use sigvet_core::crypto::{Sha256Digest, sha256};
use sigvet_core::derivation::Placement;
use sigvet_core::internal::Hex;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::Body;

/// Keywords that replace a hash.
const STREAMING: [&str; 4] = [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    PayloadHash::UNSIGNED_TRAILER,
    "STREAMING-AWS4-HMAC-SHA256-EVENTS",
];
/// Bodies that clients hash although they send no body.
const NOT_SENT: [&str; 9] = ["{}", "null", "undefined", "\"\"", "\n", " ", "[]", "None", "false"];

pub(super) struct Payload {
    line: Step<Line>,
    form: Step<HashForm>,
}

#[derive(Clone, PartialEq)]
enum Line {
    Hash([u8; 32]),
    Text(Vec<u8>),
}

#[derive(Clone, Copy, PartialEq)]
enum HashForm {
    Hex,
    UpperHex,
    Base64,
    /// The hash of the hash in hex.
    OfHex,
    /// The hash of the hash's bytes.
    OfBytes,
    Bytes,
    Missing,
}

impl Payload {
    pub(super) fn new(subject: &Subject<'_>) -> Self {
        Self {
            line: line_step(subject),
            form: Step::new(HashForm::Hex)
                .or(&PAYLOAD_HASH_FORM, HashForm::UpperHex)
                .or(&PAYLOAD_HASH_FORM, HashForm::Base64)
                .or(&PAYLOAD_HASH_FORM, HashForm::OfHex)
                .or(&PAYLOAD_HASH_FORM, HashForm::OfBytes)
                .or(&PAYLOAD_HASH_FORM, HashForm::Bytes)
                .or(&PAYLOAD_HASH_FORM, HashForm::Missing),
        }
    }
}

impl Making for Payload {
    fn steps(&self) -> Vec<&dyn Choice> {
        vec![&self.line, &self.form]
    }

    fn text(&self, options: &[usize]) -> Option<Vec<u8>> {
        let form = self.form.option(options[1]);
        match (self.line.option(options[0]), form) {
            (Line::Text(text), HashForm::Hex) => Some(text.clone()),
            (Line::Hash(hash), form) => Some(form.write(hash)),
            (Line::Text(_), HashForm::Missing) => Some(Vec::new()),
            (Line::Text(_), _) => None,
        }
    }
}

impl HashForm {
    fn write(self, hash: &[u8; 32]) -> Vec<u8> {
        let hex = |hash: &[u8; 32]| Hex::new(&sigvet_core::crypto::Sha256Digest(*hash)).as_bytes().to_vec();
        match self {
            Self::Hex => hex(hash),
            Self::UpperHex => hex(hash).to_ascii_uppercase(),
            Self::Base64 => super::base64(hash).into_bytes(),
            Self::OfHex => hex(&sha256(&hex(hash)).0),
            Self::OfBytes => hex(&sha256(hash).0),
            Self::Bytes => hash.to_vec(),
            Self::Missing => Vec::new(),
        }
    }
}

fn line_step(subject: &Subject<'_>) -> Step<Line> {
    let right = line_of(&subject.terms.payload.to_string());
    let is_hash = matches!(right, Line::Hash(_));
    let mut step = Step::new(right);
    let hashes = subject.hashes();
    if let Some(arrived) = hashes.arrived() {
        let of_body = if is_hash { &PAYLOAD_HEADER_MISMATCH } else { &PAYLOAD_HASHED };
        step = step.or(of_body, Line::Hash(arrived.0));
    }
    for (mistake, detail, other) in &hashes.others {
        step.add(mistake, detail.as_str(), Line::Hash(other.0));
    }
    step = step.or(&PAYLOAD_EMPTY_HASH, Line::Hash(sha256(b"").0));
    let unsigned = Line::Text(PayloadHash::UNSIGNED.as_bytes().to_vec());
    if is_declared_after(subject) {
        let name = &subject.terms.dialect.content_sha256_header;
        step.add(&HEADER_AMZ_UNSIGNED, format!("{name} was sent with a URL that does not sign it"), unsigned);
    } else {
        step = step.or(&PAYLOAD_UNSIGNED, unsigned);
    }
    for word in STREAMING {
        step.add(&PAYLOAD_STREAMING, format!("{word} was signed"), Line::Text(word.as_bytes().to_vec()));
    }
    if let Some(declared) = subject.headers.first_text(&subject.terms.dialect.content_sha256_header) {
        step = step.or(&PAYLOAD_HEADER_MISMATCH, line_of(declared));
    }
    step.without_repeats()
}

/// Whether the user of a presigned URL declares the payload: then the signature was made for any payload.
fn is_declared_after(subject: &Subject<'_>) -> bool {
    let name = &subject.terms.dialect.content_sha256_header;
    matches!(subject.terms.placement, Placement::Query { .. })
        && subject.headers.contains(name)
        && !subject.terms.signed_headers.contains(name)
}

fn line_of(text: &str) -> Line {
    let mut hash = [0; 32];
    let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
    match hex::decode_to_slice(text, &mut hash) {
        Ok(()) if is_lower => Line::Hash(hash),
        _ => Line::Text(text.as_bytes().to_vec()),
    }
}

/// The hash of the body that arrived, and the hashes of bodies that may have been hashed instead. They are
/// computed once for each request, because a body may be large; only one of the bodies is in memory at a time.
#[derive(Default)]
pub(in crate::diagnosis) struct Hashes {
    arrived: Option<Sha256Digest>,
    others: Vec<(&'static Mistake, String, Sha256Digest)>,
}

impl Hashes {
    pub(super) fn new(body: &Body, query: Option<&[u8]>) -> Self {
        let mut others = Vec::new();
        if let Body::Bytes(body) = body {
            let mut add =
                |mistake, detail: &str, body: Vec<u8>| others.push((mistake, detail.to_owned(), sha256(&body)));
            other_bodies(body, query.filter(|query| !query.is_empty()), &mut add);
        }
        Self { arrived: body.sha256(), others }
    }

    pub(super) fn arrived(&self) -> Option<Sha256Digest> {
        self.arrived
    }

    /// What was done to the body, if `hash` is the hash of the result.
    pub(in crate::diagnosis) fn find(&self, hash: &str) -> Option<(&'static Mistake, &str)> {
        let found = self.others.iter().find(|(_, _, other)| other.to_string() == hash);
        found.map(|(mistake, detail, _)| (*mistake, detail.as_str()))
    }
}

/// A larger body is hashed only as it is, and with another end: rewriting it in every way would take seconds.
const LARGEST_REWRITTEN: usize = 4 * 1024 * 1024;

/// The bodies that may have been hashed instead of the one that arrived.
fn other_bodies(body: &[u8], query: Option<&[u8]>, add: &mut dyn FnMut(&'static Mistake, &str, Vec<u8>)) {
    if body.is_empty() {
        for text in NOT_SENT {
            add(&PAYLOAD_NOT_EMPTY, &format!("the hash of {text:?} was signed"), text.as_bytes().to_vec());
        }
        if let Some(query) = query {
            add(&PAYLOAD_FROM_QUERY, "the query was hashed", query.to_vec());
        }
        return;
    }
    add(&PAYLOAD_NEWLINE, "hashed without its trailing newline", without_newline(body));
    add(&PAYLOAD_NEWLINE, "hashed with a trailing newline", [body, b"\n"].concat());
    add(&PAYLOAD_NEWLINE, "hashed with a trailing CRLF", [body, b"\r\n"].concat());
    if body.len() > LARGEST_REWRITTEN {
        return;
    }
    let with_lf = replaced(body, b"\r\n", b"\n");
    add(&PAYLOAD_NEWLINE, "hashed with CRLF instead of LF", replaced(&with_lf, b"\n", b"\r\n"));
    add(&PAYLOAD_NEWLINE, "hashed with LF instead of CRLF", with_lf.clone());
    add(&PAYLOAD_NEWLINE, "hashed without line breaks", replaced(&with_lf, b"\n", b""));
    add(&PAYLOAD_NEWLINE, "hashed without surrounding whitespace", body.trim_ascii().to_vec());
    if let Some(query) = query {
        add(&PAYLOAD_FROM_QUERY, "the query was hashed", query.to_vec());
    }
    if let Ok(text) = std::str::from_utf8(body) {
        for (detail, other) in charsets(text) {
            add(&PAYLOAD_CHARSET, detail, other);
        }
        for (detail, other) in json_forms(text) {
            add(&PAYLOAD_JSON_REFORMATTED, detail, other);
        }
        for (detail, other) in transformed(text) {
            add(&PAYLOAD_TRANSFORMED, detail, other);
        }
    } else {
        if let Some(text) = from_utf16(body) {
            add(&PAYLOAD_CHARSET, "hashed as UTF-8, sent as UTF-16", text.into_bytes());
        }
        add(&PAYLOAD_TRANSFORMED, "hashed in base64", super::base64(body).into_bytes());
        let as_latin1: String = body.iter().map(|byte| char::from(*byte)).collect();
        add(&PAYLOAD_CHARSET, "hashed as UTF-8, sent as Latin-1", as_latin1.into_bytes());
    }
    if let Some(rest) = body.strip_prefix(b"\xef\xbb\xbf") {
        add(&PAYLOAD_CHARSET, "hashed without the byte-order mark", rest.to_vec());
    }
    add(&PAYLOAD_HASH_FORM, "the form was decoded before it was hashed", decode(body, Plus::Space));
}

fn without_newline(body: &[u8]) -> Vec<u8> {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.strip_suffix(b"\r").unwrap_or(body).to_vec()
}

/// UTF-16 with or without a byte order mark, in either byte order.
fn from_utf16(body: &[u8]) -> Option<String> {
    let (body, is_big) = match body {
        [0xff, 0xfe, rest @ ..] => (rest, false),
        [0xfe, 0xff, rest @ ..] => (rest, true),
        [0, ..] => (body, true),
        _ => (body, false),
    };
    let (pairs, []) = body.as_chunks::<2>() else { return None };
    let unit = |pair: &[u8; 2]| if is_big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
    char::decode_utf16(pairs.iter().map(unit)).collect::<Result<_, _>>().ok()
}

/// The body as it was before its form fields were rewritten, or before it was base64-encoded or base64-decoded.
fn transformed(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let mut others = vec![("hashed in base64", super::base64(text.as_bytes()).into_bytes())];
    others.extend(super::from_base64(text.trim()).map(|bytes| ("hashed before it was base64-encoded", bytes)));
    if text.contains('=') && !text.contains(['{', '<', '\n']) {
        others.extend(forms(text));
    }
    others
}

/// If a form has more fields than this, not every order is tried.
const MOST_PERMUTED: usize = 5;
/// Longer JSON is not reordered either, because each order has to be hashed.
const LONGEST_PERMUTED: usize = 64 * 1024;

/// The same form as other encoders write it.
fn forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let fields: Vec<&str> = text.split('&').collect();
    let mut sorted = fields.clone();
    sorted.sort_unstable();
    let mut reversed = fields.clone();
    reversed.reverse();
    let spellings = |text: &str| {
        let space = text.replace('+', "%20");
        let tilde = text.replace("%7E", "~").replace("%7e", "~");
        let tilde_encoded = text.replace('~', "%7E");
        let lower = HexCase::Lower.apply(text.as_bytes().to_vec());
        let upper = HexCase::Upper.apply(text.as_bytes().to_vec());
        [space, text.replace("%20", "+"), tilde, tilde_encoded, text.replace("%2A", "*"), text.replace('*', "%2A")]
            .map(String::into_bytes)
            .into_iter()
            .chain([lower, upper])
    };
    let mut forms: Vec<(&'static str, Vec<u8>)> =
        spellings(text).map(|form| ("hashed as a form with different encoding", form)).collect();
    let mut orders: Vec<String> = [sorted, reversed].into_iter().map(|fields| fields.join("&")).collect();
    if fields.len() <= MOST_PERMUTED {
        orders.extend(permutations(&fields).into_iter().map(|fields| fields.join("&")));
    }
    for order in orders {
        forms.extend(spellings(&order).map(|form| ("hashed as a form with different order and encoding", form)));
        forms.push(("hashed as a form with different order", order.into_bytes()));
    }
    forms.retain(|(_, form)| form != text.as_bytes());
    forms
}

fn permutations<'a>(fields: &[&'a str]) -> Vec<Vec<&'a str>> {
    let Some((first, rest)) = fields.split_first() else { return vec![Vec::new()] };
    let with_first = |order: Vec<&'a str>| {
        (0..=order.len()).map(|at| [&order[..at], &[*first], &order[at..]].concat()).collect::<Vec<_>>()
    };
    permutations(rest).into_iter().flat_map(with_first).collect()
}

fn charsets(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin1 = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect();
    let ascii = text.chars().map(|c| if c.is_ascii() { c as u8 } else { b'?' }).collect();
    let twice: String = text.bytes().map(char::from).collect();
    vec![
        ("hashed as UTF-16, little endian, with a byte-order mark", [&b"\xff\xfe"[..], &little].concat()),
        ("hashed as UTF-16, big endian, with a byte-order mark", [&b"\xfe\xff"[..], &big].concat()),
        ("hashed as UTF-16, little endian", little),
        ("hashed as UTF-16, big endian", big),
        ("hashed as Latin-1", latin1),
        ("hashed as ASCII", ascii),
        ("hashed as UTF-8 that was encoded twice", twice.into_bytes()),
        ("hashed with a byte-order mark", [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat()),
    ]
}

/// The same JSON as other serialisers write it.
fn json_forms(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let mut forms = Vec::new();
    let sorted = sorted_keys(value.clone());
    for (value, is_sorted) in [(&value, false), (&sorted, true)] {
        let order = |plain: &'static str, sorted: &'static str| if is_sorted { sorted } else { plain };
        let compact = value.to_string();
        let spaced = written(value, Style { colon: ": ", comma: ", " });
        let four = indented(value, b"    ");
        let two = indented(value, b"  ");
        forms.push((order("hashed as compact JSON", "hashed as compact JSON with sorted keys"), compact.clone()));
        forms.push((
            order("hashed as JSON with spaces after ':' and ','", "hashed as JSON with spaces and sorted keys"),
            spaced.clone(),
        ));
        forms.push((order("hashed as JSON indented by two", "hashed as JSON indented by two with sorted keys"), two));
        forms
            .push((order("hashed as JSON indented by four", "hashed as JSON indented by four with sorted keys"), four));
        forms.push(("hashed as JSON with non-ASCII letters escaped", escaped(&spaced)));
        forms.push(("hashed as compact JSON with non-ASCII letters escaped", escaped(&compact)));
        forms.push(("hashed as JSON with escaped slashes", compact.replace('/', "\\/")));
        forms.push(("hashed as a JSON string of JSON", Value::String(compact).to_string()));
    }
    let is_short = text.len() <= LONGEST_PERMUTED;
    for order in if is_short { key_orders(&value) } else { Vec::new() } {
        let detail = "hashed as JSON with its keys in a different order";
        forms.push((detail, written(&order, Style { colon: ": ", comma: ", " })));
        forms.push((detail, order.to_string()));
    }
    if let Value::String(inner) = &value {
        forms.push(("hashed before it was turned into a JSON string", inner.clone()));
    }
    let with_newline: Vec<_> = forms
        .iter()
        .map(|(_, form)| ("hashed as different JSON with a trailing newline", format!("{form}\n")))
        .collect();
    forms.extend(with_newline);
    forms.into_iter().map(|(detail, form)| (detail, form.into_bytes())).collect()
}

/// An object with few keys, with its keys in every order.
fn key_orders(value: &Value) -> Vec<Value> {
    let Value::Object(map) = value else { return Vec::new() };
    let keys: Vec<&str> = map.keys().map(String::as_str).collect();
    if keys.len() > MOST_PERMUTED {
        return Vec::new();
    }
    let in_order = |keys: Vec<&str>| {
        Value::Object(keys.into_iter().filter_map(|key| Some((key.to_owned(), map.get(key)?.clone()))).collect())
    };
    permutations(&keys).into_iter().map(in_order).collect()
}

fn sorted_keys(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<(String, Value)> =
                map.into_iter().map(|(key, value)| (key, sorted_keys(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(sorted_keys).collect()),
        value => value,
    }
}

#[derive(Clone, Copy)]
struct Style {
    colon: &'static str,
    comma: &'static str,
}

fn written(value: &Value, style: Style) -> String {
    match value {
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| {
                format!("{}{}{}", Value::String(key.clone()), style.colon, written(value, style))
            };
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(style.comma))
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| written(value, style)).collect();
            format!("[{}]", values.join(style.comma))
        }
        value => value.to_string(),
    }
}

fn indented(value: &Value, indent: &[u8]) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    serde::Serialize::serialize(value, &mut serializer).expect("every JSON value can be written as text");
    String::from_utf8(out).expect("JSON is written in UTF-8")
}

/// Non-ASCII letters as `\uXXXX`, as Python's json.dumps writes them.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}
