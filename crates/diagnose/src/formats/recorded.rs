//! Headers in the records of logs. A server's log format has a fixed list of headers, and writes those that a request
//! does not have as empty, or as `-`.

use sigvet_core::internal::canonical::query::parameters;
use sigvet_core::request::Headers;

/// The headers that a recorded request says it signed.
#[derive(Debug, Default)]
pub struct SignedNames(Vec<String>);

impl SignedNames {
    /// The names in the `Authorization` headers of a record and in the query of its URL.
    pub fn of<'h>(url: &[u8], headers: impl IntoIterator<Item = (&'h str, &'h str)>) -> Self {
        let mut names = Vec::new();
        let mut add = |list: &str| names.extend(list.split(';').map(|name| name.trim().to_ascii_lowercase()));
        for (_, value) in headers.into_iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
            if let Some((_, list)) = value.split_once("SignedHeaders=") {
                add(list.split([',', ' ']).next().unwrap_or_default());
            }
        }
        let query = url.iter().position(|byte| *byte == b'?').map_or(&[][..], |at| &url[at + 1..]);
        let is_list = |name: &[u8]| name.to_ascii_lowercase().ends_with(b"-signedheaders");
        for (_, value) in parameters(query).filter(|(name, _)| is_list(name)) {
            add(&String::from_utf8_lossy(&value));
        }
        Self(names)
    }

    /// Whether a header of a record was not sent: its value is empty or `-`, and it is not signed. A header that is signed
    /// may have been sent with an empty value. `Authorization` and `Host` never are: the first cannot be signed, and the
    /// second names a server.
    pub fn is_absent(&self, name: &str, value: &str) -> bool {
        let is_never_empty = ["authorization", "host"].iter().any(|other| name.eq_ignore_ascii_case(other));
        is_placeholder(value) && (is_never_empty || !self.0.iter().any(|signed| name.eq_ignore_ascii_case(signed)))
    }
}

/// Whether a log writes this in place of a missing value.
pub fn is_placeholder(value: &str) -> bool {
    matches!(value.trim(), "" | "-")
}

/// Whether the text in place of a body is not what was sent: the headers declare another length, as if a log leaves out
/// bodies, or reads them in another character set. Without a length, `-` is the placeholder of logs.
pub fn is_body_absent(text: &str, headers: &Headers) -> bool {
    headers.content_length().map_or(text == "-", |declared| declared != text.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_no_body() {
        for (text, length, is_absent) in [
            ("", None, false),
            ("", Some("0"), false),
            ("", Some("5"), true),
            ("-", None, true),
            ("-", Some("0"), true),
            ("-", Some("1"), false),
            ("a", Some("5"), true),
            ("hé", Some("3"), false),
            ("hÃ©", Some("3"), true),
            ("a", None, false),
        ] {
            let headers = Headers::from_pairs(length.map(|length| ("content-length", length))).unwrap();
            assert_eq!(is_body_absent(text, &headers), is_absent, "{text:?} {length:?}");
        }
    }

    #[test]
    fn an_empty_header_is_absent_unless_it_is_signed() {
        let authorization = "AWS4-HMAC-SHA256 Credential=A/20150830/r/s3/aws4_request, SignedHeaders=host;x-amz-meta-a;X-B, Signature=1";
        for names in [
            SignedNames::of(b"/k", [("authorization", authorization)]),
            SignedNames::of(b"https://h/k?a=b&X-Amz-SignedHeaders=host%3Bx-amz-meta-a%3bx-b&X-Amz-Signature=1", []),
        ] {
            for (name, value, is_absent) in [
                ("X-Amz-Meta-A", "", false),
                ("x-b", "-", false),
                ("x-b", "1", false),
                ("x-amz-acl", "", true),
                ("x-amz-acl", " - ", true),
                ("x-amz-acl", "--", false),
                ("Host", "", true),
                ("Authorization", "-", true),
                ("Authorization", authorization, false),
            ] {
                assert_eq!(names.is_absent(name, value), is_absent, "{name}: {value}");
            }
        }
    }
}
