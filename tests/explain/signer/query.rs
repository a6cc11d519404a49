//! The query line of the canonical request.

use super::breaks::Breaks;
use super::encode::{decode, encode, lower_hex};

/// One parameter, decoded and as written in the canonical query.
struct Parameter {
    raw: (Vec<u8>, Vec<u8>),
    written: (String, String),
    has_equals: bool,
}

/// Writes the query: decoded, `+` read as a space, encoded, sorted by name and then by value.
pub fn canonical(query: &str, breaks: &Breaks) -> String {
    if breaks.has("query-omitted") || breaks.has("path-with-query") {
        return String::new();
    }
    let whole =
        if breaks.has("query-decoded-first") { String::from_utf8(decode(query)).unwrap() } else { query.to_owned() };
    let query = whole.as_str();
    let mut parameters: Vec<Parameter> = query.split('&').filter(|p| !p.is_empty()).map(|p| read(p, breaks)).collect();
    if breaks.has("query-valueless-dropped") {
        parameters.retain(|parameter| !parameter.raw.1.is_empty());
    }
    sort(&mut parameters, breaks);
    let equals = |p: &Parameter| if !p.has_equals && breaks.has("query-no-equals") { "" } else { "=" };
    let lines: Vec<String> =
        parameters.iter().map(|p| format!("{}{}{}", p.written.0, equals(p), p.written.1)).collect();
    format!("{}{}", if breaks.has("query-question-mark") { "?" } else { "" }, lines.join("&"))
}

fn read(parameter: &str, breaks: &Breaks) -> Parameter {
    let has_equals = parameter.contains('=');
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    let value = if breaks.has("query-value-cut") { value.split('=').next().unwrap() } else { value };
    let raw = (plain(name, breaks), plain(value, breaks));
    let written = (written(&raw.0, breaks), written(&raw.1, breaks));
    Parameter { raw, written, has_equals }
}

fn plain(text: &str, breaks: &Breaks) -> Vec<u8> {
    let text = if breaks.has("query-plus-kept") { text.to_owned() } else { text.replace('+', " ") };
    let text = if breaks.has("query-plus-as-space") { text.replace("%2B", " ") } else { text };
    decode(&text)
}

fn written(bytes: &[u8], breaks: &Breaks) -> String {
    let kept = breaks.of("query-kept").unwrap_or_default();
    let text = encode(bytes, kept);
    let text = if breaks.has("query-tilde") { text.replace('~', "%7E") } else { text };
    let text = if breaks.has("query-twice") { encode(text.as_bytes(), kept) } else { text };
    if breaks.has("query-lower-hex") { lower_hex(&text) } else { text }
}

fn sort(parameters: &mut [Parameter], breaks: &Breaks) {
    if breaks.has("query-as-sent") {
        return;
    }
    if breaks.has("query-values-as-sent") {
        parameters.sort_by(|a, b| a.written.0.cmp(&b.written.0));
    } else if breaks.has("query-sort-joined") {
        parameters.sort_by_key(|p| format!("{}={}", p.written.0, p.written.1));
    } else if breaks.has("query-sort-case") {
        parameters.sort_by_key(|p| p.written.0.to_lowercase());
    } else if breaks.has("query-sort-raw") {
        parameters.sort_by(|a, b| a.raw.cmp(&b.raw));
    } else {
        parameters.sort_by(|a, b| a.written.cmp(&b.written));
    }
}
