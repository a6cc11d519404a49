//! Restores the line breaks of canonical requests and strings to sign in which they became spaces, as
//! browsers show them.

use sigvet_core::crypto::{Sha256Digest, sha256};

/// Restores a canonical request that was flattened to one line. `None` if its parts cannot be distinguished.
///
/// The last word is the payload's hash, the word before it is the list of signed headers, and that list shows
/// where each header begins. Only the hash in the string to sign can show whether the result is right.
pub fn unflatten(canonical: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(canonical).ok()?.trim();
    if text.contains('\n') {
        return None;
    }
    let (rest, hash) = text.rsplit_once(char::is_whitespace)?;
    let (rest, signed) = rest.trim_end().rsplit_once(char::is_whitespace)?;
    if !is_payload_hash(hash.as_bytes()) || !is_signed_headers(signed.as_bytes()) {
        return None;
    }
    let (method, rest) = rest.trim_end().split_once(char::is_whitespace)?;
    let names: Vec<&str> = signed.split(';').filter(|name| !name.is_empty()).collect();
    let headers_at = find_name(rest, names.first()?)?;
    let mut target = rest.get(..headers_at).unwrap_or_default().split_whitespace();
    let (path, query) = (target.next()?, target.next().unwrap_or_default());
    if !path.starts_with('/') || target.next().is_some() {
        return None;
    }
    let headers = split_headers(rest.get(headers_at..).unwrap_or_default(), &names)?;
    let lines = [&[method, path, query][..], &headers, &["", signed, hash]].concat();
    Some(lines.join("\n").into_bytes())
}

/// The same if the string to sign is known. `None` if it does not contain the hash of the result.
pub fn unflatten_hashed(canonical: &[u8], string_to_sign: &[u8]) -> Option<Vec<u8>> {
    let hash = string_to_sign.trim_ascii_end().rsplit(|byte| byte.is_ascii_whitespace()).next()?;
    unflatten(canonical).filter(|whole| hash.eq_ignore_ascii_case(sha256(whole).to_string().as_bytes()))
}

/// Restores a string to sign from four words: algorithm, time, scope, hash.
pub(crate) fn unflatten_string_to_sign(text: &[u8]) -> Option<Vec<u8>> {
    if text.trim_ascii().contains(&b'\n') {
        return None;
    }
    let words: Vec<&[u8]> = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).collect();
    let [algorithm, time, scope, hash] = words.as_slice() else { return None };
    let has = |text: &[u8], part: &[u8]| text.windows(part.len()).any(|window| window == part);
    let is_whole = has(algorithm, b"-HMAC-SHA")
        && time.ends_with(b"Z")
        && scope.contains(&b'/')
        && Sha256Digest::from_hex(hash).is_some();
    is_whole.then(|| words.join(&b'\n'))
}

/// Splits the text into headers, each from its name to the next header's name.
fn split_headers<'a>(text: &'a str, names: &[&str]) -> Option<Vec<&'a str>> {
    let mut headers = Vec::with_capacity(names.len());
    let mut rest = text;
    for next in names.get(1..).unwrap_or_default() {
        let at = find_name(rest, next)?;
        headers.push(rest.get(..at).unwrap_or_default().trim_end());
        rest = rest.get(at..).unwrap_or_default();
    }
    headers.push(rest.trim_end());
    Some(headers)
}

/// The position of `name:` after a space.
fn find_name(text: &str, name: &str) -> Option<usize> {
    let field = format!("{name}:");
    let found = text.match_indices(&field).map(|(at, _)| at);
    found.into_iter().find(|at| text.get(..*at).unwrap_or_default().ends_with(char::is_whitespace))
}

/// Whether this is a SHA-256 in hex, or one of the keywords that replace it.
pub(crate) fn is_payload_hash(word: &[u8]) -> bool {
    Sha256Digest::from_hex(word).is_some() || word.starts_with(b"UNSIGNED-") || word.starts_with(b"STREAMING-")
}

/// Whether this is a list of names separated by semicolons.
pub(crate) fn is_signed_headers(word: &[u8]) -> bool {
    let is_of_names = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.;".contains(byte);
    !word.is_empty() && word.iter().all(is_of_names) && word.iter().any(u8::is_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANONICAL: &str = "PUT\n/b/k\n\ncontent-type:text/plain; host: x\nhost:h.example\nx-amz-date:20150830T123600Z\nx-amz-meta-a:\n\ncontent-type;host;x-amz-date;x-amz-meta-a\nUNSIGNED-PAYLOAD";

    #[test]
    fn a_flattened_canonical_request_gets_its_lines_back() {
        for whole in [
            CANONICAL.replace("; host: x", ""),
            CANONICAL.replace("\n/b/k\n\n", "\n/b/k\na=&b=c\n").replace("; host: x", ""),
        ] {
            let collapsed = whole.split_whitespace().collect::<Vec<_>>().join(" ");
            for flat in [whole.replace('\n', " "), collapsed] {
                assert_eq!(unflatten(flat.as_bytes()).as_deref(), Some(whole.as_bytes()), "{flat}");
                let string = format!(
                    "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/r/s/aws4_request\n{}",
                    sha256(whole.as_bytes())
                );
                assert_eq!(unflatten_hashed(flat.as_bytes(), string.as_bytes()).as_deref(), Some(whole.as_bytes()));
                assert_eq!(
                    unflatten_string_to_sign(string.replace('\n', " ").as_bytes()).as_deref(),
                    Some(string.as_bytes())
                );
            }
        }
    }

    #[test]
    fn an_ambiguous_text_is_left_alone() {
        assert_eq!(unflatten(CANONICAL.as_bytes()), None);
        // The value of the first header contains the name of the second.
        let ambiguous = CANONICAL.replace('\n', " ");
        assert_eq!(unflatten_hashed(ambiguous.as_bytes(), sha256(CANONICAL.as_bytes()).to_string().as_bytes()), None);
        for text in ["", "GET", "GET / host", "GET / x host:h host UNSIGNED-PAYLOAD y"] {
            assert_eq!(unflatten(text.as_bytes()), None);
        }
    }
}
