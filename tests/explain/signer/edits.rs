//! Changes that make the signed request differ from the one that was sent.

use sha2::{Digest, Sha256};

use super::breaks::Breaks;
use super::chain::sha256_hex;
use super::encode::base64;
use super::wire::Wire;

/// Changes the method, the target and the body to those that the signer saw.
pub fn see(wire: &mut Wire, breaks: &Breaks) {
    if let Some(method) = breaks.of("saw-method") {
        wire.method = method.to_owned();
    }
    if let Some(path) = breaks.of("saw-path") {
        wire.put_path(path);
    }
    if let Some(query) = breaks.of("saw-query") {
        wire.put_query(query);
    }
    if let Some(body) = breaks.of("saw-body") {
        wire.body = body.as_bytes().to_vec();
    }
    if let Some(form) = breaks.of("saw-body-as") {
        wire.body = body_as(form, &wire.body);
    }
}

/// Changes the headers to those that the signer saw.
pub fn see_headers(wire: &mut Wire, breaks: &Breaks) {
    breaks.all("saw-no-header").for_each(|name| wire.remove_header(name));
    breaks.all("saw-header").for_each(|line| wire.put_header(line));
}

/// Changes to the request after it was signed.
pub fn send(wire: &mut Wire, breaks: &Breaks) {
    breaks.all("sent-header").for_each(|line| wire.put_header(line));
    breaks.all("sent-parameter").for_each(|parameter| wire.add_parameter(parameter));
    for edit in breaks.all("sent-replace") {
        let (from, to) = edit.split_once(" => ").unwrap_or_else(|| panic!("{edit:?} replaces nothing"));
        let before = wire.clone();
        wire.target = wire.target.replace(from, to);
        wire.headers.iter_mut().for_each(|(_, value)| *value = value.replace(from, to));
        assert_ne!(*wire, before, "{edit:?} replaces nothing");
    }
}

/// The signature in the client's encoding.
pub fn written(signature: &[u8], breaks: &Breaks) -> String {
    if breaks.has("random-signature") {
        return sha256_hex(&[b"no signature of anything: ", signature].concat());
    }
    match breaks.of("signature") {
        None => hex::encode(signature),
        Some("upper") => hex::encode_upper(signature),
        Some("base64") => base64(signature),
        Some("truncated") => hex::encode(&signature[..31]),
        Some(what) => panic!("signature {what}"),
    }
}

/// A payload line by its form, or a literal text.
pub fn payload(form: &str, seen: &Wire) -> String {
    match form {
        "empty" => sha256_hex(b""),
        "unsigned" => "UNSIGNED-PAYLOAD".to_owned(),
        "body" => sha256_hex(&seen.body),
        "upper" => sha256_hex(&seen.body).to_ascii_uppercase(),
        "base64" => base64(&Sha256::digest(&seen.body)),
        "double" => sha256_hex(sha256_hex(&seen.body).as_bytes()),
        "query" => sha256_hex(seen.query().as_bytes()),
        text => text.strip_prefix("of ").map_or_else(|| text.to_owned(), |body| sha256_hex(body.as_bytes())),
    }
}

fn body_as(form: &str, body: &[u8]) -> Vec<u8> {
    let text = || String::from_utf8(body.to_vec()).unwrap();
    match form {
        "latin-1" => text().chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
        "utf-16le" => text().encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "byte-order-mark" => ["\u{feff}".as_bytes(), body].concat(),
        "crlf" => text().replace('\n', "\r\n").into_bytes(),
        "with-newline" => [body, b"\n"].concat(),
        "without-newline" => body.strip_suffix(b"\n").unwrap().to_vec(),
        what => panic!("saw-body-as {what}"),
    }
}
