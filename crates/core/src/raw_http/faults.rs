//! Faults of a request line: one server reads the line and another refuses it.

use crate::request::{Headers, WireFault};

/// Other versions in request lines. HTTP/2 and HTTP/3 have no such line, but tools print one.
const OTHER_VERSIONS: [&[u8]; 4] = [b"HTTP/2", b"HTTP/2.0", b"HTTP/3", b"HTTP/3.0"];

/// The faults of a request line, by itself and together with the headers.
pub(super) fn faults_of(line: &[u8], origin: Option<&[u8]>, headers: &Headers) -> Vec<WireFault> {
    let version = version_of(line);
    let is_absurd = version.is_some_and(|version| !is_known(version));
    let is_coded_early = version == Some(b"HTTP/1.0") && headers.contains("transfer-encoding");
    let presented = String::from_utf8_lossy(version.unwrap_or_default()).into_owned();
    [
        has_odd_blanks(line).then_some(WireFault::Blanks),
        is_absurd.then_some(WireFault::Version { presented }),
        origin.is_some_and(|origin| origin.contains(&b'@')).then_some(WireFault::UserInformation),
        is_coded_early.then_some(WireFault::CodingBeforeItsTime),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The last word, if it is a version: tools print lines without one.
fn version_of(line: &[u8]) -> Option<&[u8]> {
    line.trim_ascii_end().rsplit(|byte| *byte == b' ').next().filter(|word| word.starts_with(b"HTTP/"))
}

/// Whether a version is known. For `HTTP/1.` with any digit it is: a server reads an unknown minor version as the
/// highest that it knows (RFC 9110 §2.5).
fn is_known(version: &[u8]) -> bool {
    matches!(version.strip_prefix(b"HTTP/1."), Some([digit]) if digit.is_ascii_digit())
        || OTHER_VERSIONS.contains(&version)
}

/// Whether the line has unusual blanks: a reader that splits at runs of white space and one that splits at each blank
/// find different targets in it. Blanks at the end of the line, which copying leaves, do not count.
fn has_odd_blanks(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let expected = if version_of(line).is_some() { 2 } else { 1 };
    line.iter().filter(|byte| byte.is_ascii_whitespace()).count() != expected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse_request;

    fn faults(text: &str) -> Vec<WireFault> {
        parse_request(text.as_bytes()).unwrap().wire
    }

    /// Catches a valid line that is refused, in the spellings of servers, clients and tools.
    #[test]
    fn valid_request_lines_have_no_fault() {
        for line in [
            "GET /k HTTP/1.1",
            "GET /k HTTP/1.0",
            "GET /k HTTP/1.2",
            "GET /k HTTP/2",
            "GET /k HTTP/2.0",
            "GET /k HTTP/3",
            "GET /k",
            "GET https://h.example/@k?a=b@c HTTP/1.1",
            "GET /k HTTP/1.1 ",
        ] {
            assert_eq!(faults(&format!("{line}\r\nHost: h\r\n\r\n")), [], "{line}");
        }
    }

    #[test]
    fn each_fault_of_a_line_is_found() {
        let version = |presented: &str| WireFault::Version { presented: presented.to_owned() };
        for (line, expected) in [
            ("GET  /k HTTP/1.1", WireFault::Blanks),
            ("GET /k  HTTP/1.1", WireFault::Blanks),
            ("GET \t/k HTTP/1.1", WireFault::Blanks),
            ("GET /a b HTTP/1.1", WireFault::Blanks),
            ("GET /a b", WireFault::Blanks),
            ("GET /k HTTP/9.9", version("HTTP/9.9")),
            ("GET /k HTTP/0.9", version("HTTP/0.9")),
            ("GET /k HTTP/1", version("HTTP/1")),
            ("GET /k HTTP/1.10", version("HTTP/1.10")),
            ("GET /k HTTP/", version("HTTP/")),
            ("GET https://user@h.example/k HTTP/1.1", WireFault::UserInformation),
            ("GET /k HTTP/1.0\r\nTransfer-Encoding: chunked", WireFault::CodingBeforeItsTime),
        ] {
            assert_eq!(faults(&format!("{line}\r\nHost: h\r\n\r\n")), [expected], "{line}");
        }
    }
}
