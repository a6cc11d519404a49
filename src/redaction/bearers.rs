//! Values that grant access, recognized by the names of their parameters, fields and headers.

use sigvet_core::request::Header;

use super::REDACTED;

/// Endings of the names of parameters and fields whose value grants access, in lower case and without `-` and `_`.
/// Not every token does: S3's `continuation-token` is public.
const GIVE_ACCESS: [&str; 13] = [
    "securitytoken",
    "sessiontoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "webidentitytoken",
    "samlassertion",
    "samlresponse",
    "apikey",
    "password",
    "clientsecret",
    "secretaccesskey",
    "customerkey",
];

/// Whether a parameter or a field with this name grants access.
pub fn is_bearing_parameter(name: &[u8]) -> bool {
    let is_joint = |byte: &u8| matches!(byte, b'-' | b'_');
    let name: Vec<u8> = name.iter().filter(|byte| !is_joint(byte)).map(u8::to_ascii_lowercase).collect();
    GIVE_ACCESS.iter().any(|end| name.ends_with(end.as_bytes()))
}

/// The text of a query or of headers without values that grant access, recognized by their names. `Authorization`
/// stays, because its signature is what the output is about.
pub fn without_bearers(text: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        match line.iter().position(|byte| matches!(byte, b':' | b'=' | b'&')) {
            Some(at) if line[at] == b':' && is_bearing_header(&line[..at]) => write_without_value(line, at, &mut kept),
            _ => write_parameters(line, &mut kept),
        }
    }
    kept
}

fn write_parameters(query: &[u8], kept: &mut Vec<u8>) {
    for parameter in query.split_inclusive(|byte| *byte == b'&') {
        match parameter.iter().position(|byte| *byte == b'=') {
            Some(at) if is_bearing_parameter(&parameter[..at]) => write_without_value(parameter, at, kept),
            _ => kept.extend_from_slice(parameter),
        }
    }
}

/// Writes `name=[redacted]` and the separator; an empty value is not a secret.
fn write_without_value(piece: &[u8], at: usize, kept: &mut Vec<u8>) {
    let end = piece.len() - usize::from(matches!(piece.last(), Some(b'\n' | b'&')));
    kept.extend_from_slice(&piece[..=at]);
    if !piece[at + 1..end].trim_ascii().is_empty() {
        kept.extend_from_slice(REDACTED.as_bytes());
    }
    kept.extend_from_slice(&piece[end..]);
}

fn is_bearing_header(name: &[u8]) -> bool {
    // What has a slash is a path.
    let is_name = !name.contains(&b'/');
    let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
    is_name && !name.eq_ignore_ascii_case("authorization") && Header { name, value: Vec::new() }.is_bearer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_spoiled_by_a_mistake_is_recognized_by_its_name() {
        let shown = |text: &str| String::from_utf8(without_bearers(text.as_bytes())).unwrap();
        assert_eq!(shown("a=1&X-Amz-Security-Token=to%252Fken&b=2"), "a=1&X-Amz-Security-Token=[redacted]&b=2");
        assert_eq!(shown("host:h\nx-amz-security-token: t\n\n"), "host:h\nx-amz-security-token:[redacted]\n\n");
        assert_eq!(shown("cookie:a=1&b=2\nhost:h"), "cookie:[redacted]\nhost:h");
        for public in [
            "X-Amz-Security-Token=&/path:a=b",
            "/b/x-amz-security-token:k",
            "continuation-token=1&x",
            "a:b=1",
            "=",
            ":",
            "",
        ] {
            assert_eq!(shown(public), public);
        }
    }
}
