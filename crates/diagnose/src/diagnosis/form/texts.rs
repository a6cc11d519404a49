//! Texts that a client may have signed instead of the field `policy`: the document written differently,
//! encoded differently, not encoded, or hashed.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::diagnosis::catalogue::{Mistake, POLICY_NOT_BASE64, POLICY_REENCODED, STRING_TO_SIGN_FORM};
use crate::diagnosis::field::Step;
use sigvet_core::crypto::sha256;
use sigvet_core::form::{FormClaim, FormScheme, Policy};

/// The texts, the right one first.
pub(super) fn step(claim: &FormClaim) -> Step<Vec<u8>> {
    let right = claim.string_to_sign.as_str();
    let mut step = Step::new(right.as_bytes().to_vec());
    let mut add = |mistake, detail: &str, text: Vec<u8>| step.add(mistake, detail, text);
    let document = claim.policy_text();
    for (detail, document) in document.iter().flat_map(|document| documents(document)) {
        let is_as_sent = detail.is_empty();
        let how = if is_as_sent { "the JSON was signed" } else { "other JSON was signed" };
        add(&POLICY_NOT_BASE64, how, document.clone());
        for (name, encoded) in encodings(&document) {
            let details: Vec<&str> = [detail, name].into_iter().filter(|detail| !detail.is_empty()).collect();
            add(&POLICY_REENCODED, &details.join(", "), encoded.into_bytes());
        }
    }
    // If the field is not base64, it may be the JSON whose base64 was signed.
    if document.is_none() {
        add(
            &POLICY_NOT_BASE64,
            "its base64 was signed, but the JSON was sent",
            BASE64_STANDARD.encode(right).into_bytes(),
        );
        let trimmed: String = right.chars().filter(|c| !c.is_whitespace()).collect();
        add(&POLICY_REENCODED, "without the line breaks that were sent", trimmed.into_bytes());
    }
    add(&POLICY_REENCODED, "encoded in base64 twice", BASE64_STANDARD.encode(right).into_bytes());
    for (mistake, detail, text) in hashed(claim, document.as_deref()) {
        add(mistake, detail, text);
    }
    step.without_repeats()
}

/// The document as sent, and as each known serialiser writes it.
fn documents(sent: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut documents = vec![("", sent.to_vec())];
    let Ok(value) = Policy::decode(&BASE64_STANDARD.encode(sent)) else { return documents };
    for (sorted, names) in [
        (false, ["without spaces", "with a space after commas and colons", "indented by two", "indented by four"]),
        (
            true,
            [
                "sorted by name",
                "sorted by name, with spaces",
                "sorted by name, indented by two",
                "sorted by name, indented by four",
            ],
        ),
    ] {
        let value = if sorted { sort(&value) } else { value.clone() };
        let texts = [value.to_string(), spaced(&value), indented(&value, b"  "), indented(&value, b"    ")];
        documents.extend(names.into_iter().zip(texts.map(String::into_bytes)));
    }
    let compact = value.to_string();
    let text = String::from_utf8_lossy(sent).into_owned();
    documents.extend([
        ("with slashes escaped", compact.replace('/', "\\/").into_bytes()),
        ("with a trailing newline", format!("{text}\n").into_bytes()),
        ("without surrounding whitespace", text.trim().as_bytes().to_vec()),
        ("with LF instead of CRLF", text.replace("\r\n", "\n").into_bytes()),
        ("with CRLF instead of LF", text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()),
    ]);
    documents
}

fn sort(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            Value::Object(sorted.into_iter().map(|(name, value)| (name.clone(), sort(value))).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sort).collect()),
        other => other.clone(),
    }
}

/// As Python's `json.dumps` writes it, except for non-ASCII characters.
fn spaced(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let each = members.iter().map(|(name, value)| format!("{}: {}", Value::from(name.as_str()), spaced(value)));
            format!("{{{}}}", each.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(spaced).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

fn indented(value: &Value, indent: &[u8]) -> String {
    use serde::Serialize as _;
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent);
    let written = value.serialize(&mut serde_json::Serializer::with_formatter(&mut out, formatter));
    written.expect("every JSON value can be written as text");
    String::from_utf8(out).expect("JSON is written in UTF-8")
}

/// The base64 of a document in each known variant, the usual one first.
fn encodings(document: &[u8]) -> Vec<(&'static str, String)> {
    let common = BASE64_STANDARD.encode(document);
    let wrapped = |width: usize, end: &str| {
        let lines: Vec<&str> = (0..common.len())
            .step_by(width)
            .map(|at| common.get(at..(at + width).min(common.len())).unwrap_or_default())
            .collect();
        lines.join(end) + end
    };
    vec![
        ("with a newline after the base64", format!("{common}\n")),
        ("in base64 with lines of 60 columns", wrapped(60, "\n")),
        ("in base64 with lines of 64 columns", wrapped(64, "\n")),
        ("in base64 with lines of 76 columns", wrapped(76, "\n")),
        ("in base64 with lines of 76 columns, ending with CRLF", wrapped(76, "\r\n")),
        ("in base64 with lines of 76 columns, without a final newline", wrapped(76, "\n").trim_end().to_owned()),
        ("in base64 without padding", BASE64_STANDARD_NO_PAD.encode(document)),
        ("in URL-safe base64", BASE64_URL_SAFE.encode(document)),
        ("in URL-safe base64, without padding", BASE64_URL_SAFE_NO_PAD.encode(document)),
        ("", common),
    ]
}

/// The policy hashed as if it were a canonical request, alone or in a string to sign.
fn hashed(claim: &FormClaim, document: Option<&[u8]>) -> Vec<(&'static Mistake, &'static str, Vec<u8>)> {
    let sources = [Some(claim.string_to_sign.as_bytes()), document];
    let hashes = sources.into_iter().flatten().map(|source| sha256(source).to_string());
    let mut texts = Vec::new();
    for hash in hashes {
        if let FormScheme::V4 { dialect, scope, timestamp } = &claim.scheme {
            let text = format!("{}\n{timestamp}\n{scope}\n{hash}", dialect.algorithm);
            let detail = "the policy's hash was signed in a string to sign, as for other requests";
            texts.push((&STRING_TO_SIGN_FORM, detail, text.into_bytes()));
        }
        texts.push((&STRING_TO_SIGN_FORM, "the policy's hash was signed", hash.into_bytes()));
    }
    texts
}
