//! The head of an HTTP/2 request: `:method`, `:path`, `:authority`, `:scheme` among the fields (RFC 9113 §8.3.1).
//!
//! One line for each field, `:path: /x`, or, as browsers copy it, alternating lines for name and value.

use sigvet_core::internal::raw_http::{Head, Lines, MalformedRequest, parse_fields, split_once, take_fields};

use super::UnreadableCapture;
use super::exchange::with_host;

/// Whether a line is the first of an HTTP/2 head.
pub(super) fn begins(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    [&b":method"[..], b":path", b":authority", b":scheme"]
        .iter()
        .any(|name| line.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest[0] == b':'))
}

/// Reads the fields and the empty line after them.
pub(super) fn take_head(lines: &mut Lines<'_>) -> Result<Head, UnreadableCapture> {
    lines.skip_blank_lines();
    let mut ahead = lines.clone();
    let bare = |text: &[u8]| {
        split_once(text.trim_ascii().get(1..).unwrap_or_default(), b':').is_none_or(|(_, value)| value.is_empty())
    };
    let is_alternating =
        ahead.next().is_some_and(|line| bare(line.text)) && ahead.next().is_some_and(|line| !begins(line.text));
    let mut indented = Vec::new();
    if is_alternating {
        while let (Some(name), value) = (lines.next(), lines.next()) {
            let name_text = name.text.trim_ascii();
            let name_text = name_text.strip_suffix(b":").unwrap_or(name_text);
            if name_text.is_empty() {
                break;
            }
            let value = value.map(|line| line.text).unwrap_or_default();
            indented.push((name.number, [name_text, b": ", value].concat()));
        }
    } else {
        indented = take_fields(lines);
    }
    head_of(indented)
}

/// The head made from fields, whether they are indented or not.
pub(super) fn head_of(fields: Vec<(usize, Vec<u8>)>) -> Result<Head, UnreadableCapture> {
    let line = fields.first().map_or(1, |(line, _)| *line);
    let mut rest = Vec::new();
    let mut pseudo: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    // A log indents every line; a field parser would fold each into the previous one.
    for (number, field) in fields {
        for text in field.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii) {
            match text.strip_prefix(b":").and_then(|text| split_once(text, b':')) {
                Some((name, value)) => pseudo.push((name.to_vec(), value.trim_ascii().to_vec())),
                None => rest.push((number, text.to_vec())),
            }
        }
    }
    let value = |name: &str| pseudo.iter().find(|(found, _)| found == name.as_bytes()).map(|(_, value)| value.clone());
    let missing = |name| UnreadableCapture::PseudoHeader { line, name };
    let method = value("method").and_then(|method| String::from_utf8(method).ok());
    let method = method.filter(|method| sigvet_core::internal::is_token(method)).ok_or(missing(":method"))?;
    let target = value("path").filter(|path| path.starts_with(b"/")).ok_or(missing(":path"))?;
    let mut headers = parse_fields(rest)?;
    let authority = value("authority").map(|authority| String::from_utf8_lossy(&authority).into_owned());
    if let Some(authority) = authority.as_deref().filter(|_| !headers.contains("host")) {
        headers = with_host(authority, &headers);
    }
    let scheme = value("scheme").unwrap_or_else(|| b"https".to_vec());
    let origin = authority.map(|authority| [&scheme[..], b"://", authority.as_bytes()].concat());
    if headers.iter().next().is_none() {
        return Err(MalformedRequest::Empty.into());
    }
    Ok(Head { method, target, origin, headers, faults: Vec::new() })
}
