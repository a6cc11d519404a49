//! Recognises presigned URLs that were altered as a whole after signing, and restores their original form.
//!
//! Each alteration leaves traces, in the signature's own parameters, that no signer produces.

use super::alternatives::text::replaced;
use super::catalogue::{Mistake, QUERY_CHANGED_AFTER, URL_DAMAGED, URL_DOUBLE_ENCODED};
use super::outcome::AppliedMistake;
use sigvet_core::internal::{captured_request, join_target};
use sigvet_core::request::Request;

/// The original request, for each alteration that left its traces; the likeliest first.
pub(super) fn repairs(request: &Request) -> Vec<(AppliedMistake, Request)> {
    let target = request.target();
    let Some(query) = request.query().filter(|query| has(query, b"X-Amz-") || has(query, b"X-Goog-")) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |mistake: &'static Mistake, detail: &str, target: Vec<u8>| {
        let Request { headers, body, .. } = request.clone();
        let made = AppliedMistake::new(mistake, request.target().to_vec(), target.clone()).with_detail(detail);
        found.push((made, captured_request(request.method(), target, headers, body)));
    };
    if has_double_encoded_scope(query) {
        let detail = "the slashes in the credential are percent-encoded one time too many";
        add(&URL_DOUBLE_ENCODED, detail, replaced(target, b"%25", b"%"));
        add(&URL_DOUBLE_ENCODED, detail, join_target(request.path(), Some(&replaced(query, b"%25", b"%"))));
    }
    if has(query, b"=%0A") || has(query, b"=%0D%0A") {
        let joined = without_soft_breaks(target);
        add(&QUERY_CHANGED_AFTER, "the URL is quoted-printable, as in the source of an email", joined);
    } else if has(query, b"X-Amz-Algorithm=3D") {
        let decoded = replaced(target, b"=3D", b"=");
        add(&QUERY_CHANGED_AFTER, "the URL is quoted-printable, as in the source of an email", decoded);
    }
    if let Some(unescaped) = without_escapes(target) {
        add(&URL_DAMAGED, "it contains a shell's escapes", unescaped);
    }
    if has(query, b"%%2F") {
        add(&URL_DAMAGED, "each % is doubled, as in a batch file", replaced(target, b"%%", b"%"));
    }
    found
}

fn has_double_encoded_scope(query: &[u8]) -> bool {
    let mut parameters = query.split(|byte| *byte == b'&');
    let is_credential = |parameter: &&[u8]| {
        [&b"X-Amz-Credential="[..], b"X-Goog-Credential="].iter().any(|name| parameter.starts_with(name))
    };
    parameters.find(is_credential).is_some_and(|value| has(value, b"%252F") || has(value, b"%252f"))
}

/// Decodes quoted-printable (RFC 2045 §6.7): `=` at the end of a line continues it on the next, and a literal
/// `=` is `=3D`.
fn without_soft_breaks(target: &[u8]) -> Vec<u8> {
    let joined = replaced(&replaced(target, b"=%0D%0A", b""), b"=%0A", b"");
    if has(&joined, b"X-Amz-Algorithm=3D") { replaced(&joined, b"=3D", b"=") } else { joined }
}

/// The target without the `^`, `\` or backtick before each `&`. Shells that escape `&` also escape `?` and `=`.
fn without_escapes(target: &[u8]) -> Option<Vec<u8>> {
    const ESCAPES: [&[u8]; 6] = [b"^", b"%5E", b"\\", b"%5C", b"`", b"%60"];
    let escape = ESCAPES.into_iter().find(|escape| has(target, &[escape, &b"&X-Amz-"[..]].concat()))?;
    let without = |text: Vec<u8>, mark: &[u8]| replaced(&text, &[escape, mark].concat(), mark);
    Some([&b"&"[..], b"?", b"="].into_iter().fold(target.to_vec(), without))
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::parse_request;

    const URL: &str =
        "/a%20b?X-Amz-Algorithm=A&X-Amz-Credential=K%2F20150830%2Fr%2Fs3%2Faws4_request&X-Amz-Signature=1";

    fn ways(target: &str) -> Vec<(&'static str, String)> {
        let request = parse_request(format!("GET {target} HTTP/1.1\nHost: h\n").as_bytes()).unwrap();
        let text = |request: Request| String::from_utf8(request.target().to_vec()).unwrap();
        repairs(&request).into_iter().map(|(made, request)| (made.mistake.id, text(request))).collect()
    }

    #[test]
    fn each_alteration_is_undone() {
        for (damaged, id) in [
            (URL.replace('%', "%25"), "url-double-encoded"),
            (URL.replace('&', "^&"), "url-damaged"),
            (URL.replace('&', "\\&").replace('=', "\\=").replace('?', "\\?"), "url-damaged"),
            (URL.replace('%', "%%"), "url-damaged"),
            (URL.replace("Algorithm", "Algo=%0Arithm"), "query-changed-after"),
            (URL.replace('=', "=3D").replace("Signature", "Signa=%0D%0Ature"), "query-changed-after"),
        ] {
            let found = ways(&damaged);
            assert_eq!(found.first(), Some(&(id, URL.to_owned())), "{damaged}");
        }
    }

    #[test]
    fn an_undamaged_url_is_left_alone() {
        assert_eq!(ways(URL), []);
        assert_eq!(ways("/a%252Fb?x=^&X=%%2F"), []);
    }
}
