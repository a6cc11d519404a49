//! Records that are not URLs: says what they are instead. Their text may contain a session token, so at most what can be a
//! URL is quoted.

use super::problem::Refusal;
use crate::redaction::without_bearers;
use sigvet_core::internal::METHODS;

/// The first words of commands that people copy from a terminal or from a browser.
const COMMANDS: [&str; 12] = [
    "curl",
    "curl.exe",
    "wget",
    "http",
    "https",
    "xh",
    "aws",
    "awscurl",
    "fetch",
    "sigvet",
    "iwr",
    "invoke-webrequest",
];

/// Why a record does not begin like a URL, if it does not. `is_line` is whether the record is the whole line.
pub(super) fn refuse_other(text: &str, expected: &str, is_line: bool) -> Result<(), Refusal> {
    if begins_like_url(text) {
        return Ok(());
    }
    let mut words = text.split_ascii_whitespace().map(|word| word.split('(').next().unwrap_or_default());
    let first = words.find(|word| !matches!(*word, "$" | ">" | "#" | "%")).unwrap_or_default().to_ascii_lowercase();
    let (what, hint) = match text.trim_start().as_bytes().first() {
        Some(b'{') => ("a JSON object", "pass --jsonl if the records are objects"),
        Some(b'[') => ("a JSON list", LIST_HINT),
        _ if COMMANDS.contains(&first.as_str()) => ("a command", OBJECTS),
        _ if METHODS.iter().any(|method| method.eq_ignore_ascii_case(&first)) => ("a request line", OBJECTS),
        _ => return Err(format!("the record is not {expected}").into()),
    };
    let what = format!("the record is {what}, not {expected}");
    Err(if is_line { Refusal::with_hint(what, hint) } else { what.into() })
}

/// What to do with a JSON list.
pub(super) const LIST_HINT: &str = "write an object a line, with jq -c '.[]', and pass --jsonl";

const OBJECTS: &str = "write only the URL; if a record has a method or headers, write JSON objects and pass --jsonl";

/// Parses a URL. An error does not quote what follows the first character that no URL contains, nor values that grant access.
pub(super) fn parse_discreetly<T>(text: &str, parse: impl Fn(&str) -> Result<T, Refusal>) -> Result<T, Refusal> {
    parse(text).map_err(|refusal| {
        let end = text.find(is_foreign).unwrap_or(text.len());
        let (url, behind) = text.split_at(end);
        let shown = String::from_utf8_lossy(&without_bearers(url.as_bytes())).into_owned();
        let is_quoted = |piece: &str| {
            [Some(&refusal.what), refusal.hint.as_ref()].into_iter().flatten().any(|said| said.contains(piece))
        };
        let next = behind.chars().next().map(|next| format!("{url}{next}"));
        if shown == url && !next.is_some_and(|next| is_quoted(&next)) {
            return refusal;
        }
        parse(&shown).err().unwrap_or_else(|| "invalid URL: it contains a character that URLs cannot have".into())
    })
}

/// Whether a text begins with a scheme and `://`.
fn begins_like_url(text: &str) -> bool {
    let is_of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    text.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && scheme.bytes().all(is_of_scheme))
}

fn is_foreign(character: char) -> bool {
    character.is_whitespace() || character.is_control() || "\"'`{}<>|\\^".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_url_is_named() {
        for (text, what) in [
            (r#"{"url":"https://h/"}"#, "a JSON object"),
            (r#"["https://h/"]"#, "a JSON list"),
            ("curl -H 'X-Amz-Security-Token: HUSH' https://h/", "a command"),
            ("$ aws s3 presign s3://b/k", "a command"),
            ("fetch(\"https://h/\")", "a command"),
            ("GET https://h/ HTTP/1.1", "a request line"),
        ] {
            let refusal = refuse_other(text, "a URL", true).unwrap_err();
            assert!(refusal.what.contains(what) && refusal.hint.is_some(), "{refusal:?}");
            assert_eq!(refuse_other(text, "a URL", false).unwrap_err().hint, None);
        }
        assert_eq!(
            refuse_other("X-Token: HUSH https://h/", "a URL", true).unwrap_err().what,
            "the record is not a URL"
        );
        assert!(refuse_other("s3a://b/k x", "a URL", true).is_ok());
    }

    /// Catches a token that an error about a URL quotes with it.
    #[test]
    fn an_error_quotes_at_most_a_url() {
        let parse = |text: &str| match text.contains("h:x") {
            true => Err(Refusal::from(format!("invalid URL '{text}'"))),
            false => Ok(()),
        };
        for (text, expected) in [
            ("https://h:x/k -H 'X-Amz-Security-Token: HUSH'", "invalid URL 'https://h:x/k'"),
            ("https://h:x/X-Amz-Security-Token=HUSH&a", "invalid URL 'https://h:x/X-Amz-Security-Token=[redacted]&a'"),
            ("https://h:x/k", "invalid URL 'https://h:x/k'"),
        ] {
            assert_eq!(parse_discreetly(text, parse).unwrap_err().what, expected);
        }
    }
}
