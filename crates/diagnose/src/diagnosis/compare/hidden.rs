//! Fills in what somebody blacked out in a text, as logs and some servers do with session tokens, from another text
//! of the same request. What a text does not show is no difference.

use std::collections::{HashMap, VecDeque};

use crate::diagnosis::texts::{CanonicalText, FIELDS};
use sigvet_core::internal;
use sigvet_core::internal::encode::{Plus, decode};

/// How the entries of a list are separated from each other, and names from values.
#[derive(Clone, Copy)]
struct Layout {
    between: u8,
    behind_name: u8,
}

const PARAMETERS: Layout = Layout { between: b'&', behind_name: b'=' };
const LINES: Layout = Layout { between: b'\n', behind_name: b':' };

/// Whether a value was redacted before the text was shown. API Gateway writes the header's name in its place.
pub(super) fn is_blacked_out(name: &[u8], value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(name) || is_hidden(value)
}

/// Whether a value, as it is or percent-encoded, was redacted.
fn is_hidden(value: &[u8]) -> bool {
    internal::is_blacked_out(&String::from_utf8_lossy(&decode(value, Plus::Literal)))
}

/// A canonical request with its hidden values filled in from another one.
pub(super) fn filled_request(text: &[u8], known: &[u8]) -> Vec<u8> {
    let (Some(own), Some(known)) = (CanonicalText::parse(text), CanonicalText::parse(known)) else {
        return text.to_vec();
    };
    let filled = filled_fields(own.fields(), known.fields());
    if filled == *own.fields() { text.to_vec() } else { filled.join(&b'\n') }
}

/// The fields of a canonical request with hidden values filled in: of parameters, headers, segments of the path, and
/// the payload.
pub(super) fn filled_fields(fields: &[Vec<u8>; FIELDS], known: &[Vec<u8>; FIELDS]) -> [Vec<u8>; FIELDS] {
    let [method, path, query, headers, payload] = fields;
    let [_, known_path, known_query, known_headers, known_payload] = known;
    [
        method.clone(),
        filled_path(path, known_path),
        filled_list(query, known_query, PARAMETERS),
        filled_list(headers, known_headers, LINES),
        if is_hidden(payload) { known_payload.clone() } else { payload.clone() },
    ]
}

/// The string to sign of Version 2 with its hidden values filled in.
pub(super) fn filled_string(text: &[u8], known: &[u8]) -> Vec<u8> {
    let (lines, known_lines) = (split(text, b'\n'), split(known, b'\n'));
    if lines.len() != known_lines.len() {
        return text.to_vec();
    }
    let filled = lines.iter().zip(&known_lines).map(|(line, known)| match (parts(line, b'?'), parts(known, b'?')) {
        _ if is_hidden(line) && !line.contains(&b':') && !line.contains(&b'/') => known.to_vec(),
        (Some((path, query)), Some((known_path, known_query))) if path == known_path => {
            [path, b"?", &filled_list(query, known_query, PARAMETERS)].concat()
        }
        _ => filled_list(line, known, LINES),
    });
    filled.collect::<Vec<_>>().join(&b'\n')
}

/// A segment is only taken for hidden if it has a character that a name would not have: `***`, `<bucket>`.
fn filled_path(path: &[u8], known: &[u8]) -> Vec<u8> {
    let (segments, known) = (split(path, b'/'), split(known, b'/'));
    if segments.len() != known.len() {
        return path.to_vec();
    }
    let is_name = |segment: &[u8]| {
        decode(segment, Plus::Literal).iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    let filled =
        segments.iter().zip(&known).map(|(own, known)| if is_hidden(own) && !is_name(own) { known } else { own });
    filled.copied().collect::<Vec<_>>().join(&b'/')
}

/// A list with its hidden values filled in from the entries with the same names.
fn filled_list(list: &[u8], known: &[u8], layout: Layout) -> Vec<u8> {
    let mut values: HashMap<Vec<u8>, VecDeque<&[u8]>> = HashMap::new();
    for (name, value) in split(known, layout.between).into_iter().filter_map(|entry| parts(entry, layout.behind_name)) {
        values.entry(name.to_ascii_lowercase()).or_default().push_back(value);
    }
    let entries = split(list, layout.between).into_iter().map(|entry| {
        let Some((name, value)) = parts(entry, layout.behind_name) else { return entry.to_vec() };
        let known = values.get_mut(&name.to_ascii_lowercase()).and_then(VecDeque::pop_front);
        match known.filter(|_| is_blacked_out(name, value)) {
            Some(known) => [name, &[layout.behind_name], known].concat(),
            None => entry.to_vec(),
        }
    });
    entries.collect::<Vec<_>>().join(&layout.between)
}

fn split(text: &[u8], at: u8) -> Vec<&[u8]> {
    text.split(|byte| *byte == at).collect()
}

/// The name and the value of an entry.
fn parts(entry: &[u8], behind_name: u8) -> Option<(&[u8], &[u8])> {
    let at = entry.iter().position(|byte| *byte == behind_name)?;
    Some((entry.get(..at)?, entry.get(at + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ways in which logs, browsers and servers black out a value (values from public threads).
    const MARKS: [&str; 6] = ["[redacted]", "***", "<redacted>", "%2A%2A%2A", "%5Bredacted%5D", "xxxxxxxx"];

    const KNOWN: &str = "GET\n/b/k%20\nX-Amz-Date=1&X-Amz-Security-Token=a%2Fb%3D&x=y\nhost:h\nx-amz-meta-a:1\n\
        x-amz-meta-a:2\nx-amz-security-token:a/b=\n\nhost;x-amz-meta-a;x-amz-security-token\nUNSIGNED-PAYLOAD";

    fn filled(text: &str) -> String {
        String::from_utf8(filled_request(text.as_bytes(), KNOWN.as_bytes())).unwrap()
    }

    #[test]
    fn hidden_values_are_filled_in_wherever_they_are() {
        for mark in MARKS {
            for value in ["a%2Fb%3D", "token:a/b=", "a:2", "a:1", "UNSIGNED-PAYLOAD"] {
                let name = value.split_once(':').map_or(String::new(), |(name, _)| format!("{name}:"));
                let text = KNOWN.replace(value, &format!("{name}{mark}"));
                assert_ne!(text, KNOWN);
                assert_eq!(filled(&text), KNOWN, "{mark} for {value}");
            }
        }
        assert_eq!(filled(&KNOWN.replace("/b/", "/***/")), KNOWN);
        assert_eq!(filled(&KNOWN.replace("meta-a:2", "meta-a:X-Amz-Meta-A")), KNOWN, "API Gateway writes the name");
    }

    /// Catches a difference that disappears because something next to it was blacked out.
    #[test]
    fn what_is_shown_stays_as_it_is() {
        for (from, to) in [
            ("x=y", "x=z"),
            ("&x=y", ""),
            ("host:h", "host:other"),
            ("/b/k", "/removed/k"),
            ("meta-a:1\n", ""),
            ("GET", "***"),
            ("x=y", "z=***"),
        ] {
            let text = KNOWN.replace(from, to);
            assert_eq!(filled(&text), text, "{from} became {to}");
            let hidden = text.replace("a%2Fb%3D", "***");
            assert_eq!(filled(&hidden), text, "{from} became {to}");
        }
    }

    #[test]
    fn a_string_of_version_2_is_filled_in_by_its_lines() {
        let known = b"GET\n\ntext/plain\n\nx-amz-date:1\nx-amz-security-token:a/b=\n/b/k?versionId=1&x=2";
        let text = b"GET\n\n***\n\nx-amz-date:1\nx-amz-security-token:[redacted]\n/b/k?versionId=<redacted>&x=2";
        assert_eq!(filled_string(text, known), known);
        let other = b"GET\n\n***\n\nx-amz-date:2\nx-amz-security-token:[redacted]\n/b/K?versionId=1&x=2";
        let expected = b"GET\n\ntext/plain\n\nx-amz-date:2\nx-amz-security-token:a/b=\n/b/K?versionId=1&x=2";
        assert_eq!(filled_string(other, known), expected);
    }
}
