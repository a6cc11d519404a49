//! Checks whether a text can be an access key ID, judging only by its form.

use crate::diagnosis::catalogue::{ACCESS_KEY_MALFORMED, SECRET_IS_ACCESS_KEY};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::internal::is_access_key_hidden;

/// Texts that appear in place of an ID if a variable was not set or not expanded.
const PLACEHOLDERS: [&str; 9] =
    ["undefined", "null", "None", "nil", "(null)", "AWS_ACCESS_KEY_ID", "YOUR_ACCESS_KEY", "YOUR-AKID", "ACCESS_KEY"];
const QUOTES: [char; 3] = ['"', '\'', '`'];
/// White space and quotes, as escaped in a URL.
const ESCAPES: [&str; 5] = ["%20", "%09", "%0A", "%0D", "%22"];
/// Prefixes of AWS's unique IDs that do not identify keys: users, groups, roles, instance profiles, policies.
const NO_KEYS: [&str; 5] = ["AIDA", "AGPA", "AROA", "AIPA", "ANPA"];
/// The length of AWS's IDs.
const AWS_LENGTH: usize = 20;
/// The length of AWS's secrets.
const SECRET_LENGTH: usize = 40;

/// An ID that no server can know, because it contains impossible characters or is a secret.
pub(super) fn malformed(id: &str) -> Option<AppliedMistake> {
    if looks_like_a_secret(id) {
        return Some(exchanged());
    }
    let made = |detail: &str| {
        Some(AppliedMistake::new(&ACCESS_KEY_MALFORMED, shown(id), shown(&cleaned(id))).with_detail(detail))
    };
    match id {
        "" => made("the access key ID is empty"),
        _ if is_access_key_hidden(id) && !is_placeholder(id) => None,
        _ if id.contains(|c: char| c.is_whitespace() || c.is_control()) => {
            made("the access key ID contains whitespace")
        }
        _ if id.starts_with(QUOTES) || id.ends_with(QUOTES) => made("the access key ID has quotes around it"),
        _ if is_placeholder(id) => made("the access key ID is a placeholder"),
        _ if ESCAPES.iter().any(|escape| id.contains(escape)) => made("the access key ID contains percent-escapes"),
        _ => None,
    }
}

/// An ID that AWS cannot have issued. Other providers' formats are not checked.
pub(super) fn foreign_to_aws(id: &str) -> Option<AppliedMistake> {
    let of_aws = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let is_no_key = NO_KEYS.iter().any(|prefix| id.starts_with(prefix));
    let detail = match id {
        _ if id.ends_with("EXAMPLE") || looks_like_a_secret(id) || is_access_key_hidden(id) => return None,
        _ if is_no_key => "it is the ID of a user, group or role, not of an access key".to_owned(),
        _ if !id.bytes().all(of_aws) => "AWS access key IDs contain only uppercase letters and digits".to_owned(),
        _ if id.len() != AWS_LENGTH => {
            format!("it has {} characters, but AWS access key IDs have {AWS_LENGTH}", id.len())
        }
        _ => return None,
    };
    Some(AppliedMistake::new(&ACCESS_KEY_MALFORMED, shown(id), "").with_detail(detail))
}

/// The ID and the secret were swapped. Neither is shown.
pub(super) fn exchanged() -> AppliedMistake {
    AppliedMistake::new(&SECRET_IS_ACCESS_KEY, "", "").with_detail("the access key ID looks like a secret")
}

/// Whether a text looks like one of AWS's secrets: forty characters of base64 with upper case, lower case and
/// digits. Some stores have IDs of forty hex digits.
pub(super) fn looks_like_a_secret(id: &str) -> bool {
    let has = |is: fn(&u8) -> bool| id.as_bytes().iter().any(is);
    let is_base64 = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte));
    id.len() == SECRET_LENGTH
        && is_base64
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// The part of an ID that may be shown: all of it, unless it is so long that it may be a secret. Google's
/// long IDs consist of capitals and digits.
pub(in crate::diagnosis) fn shown(id: &str) -> &str {
    let is_hex = id.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_capital = !id.bytes().any(|byte| byte.is_ascii_lowercase() || b"+/%".contains(&byte));
    let longest = if is_hex { SECRET_LENGTH } else { 32 };
    if id.len() <= longest || is_capital { id } else { "" }
}

/// The ID without characters that do not belong to it. Empty if no ID is left.
pub(super) fn cleaned(id: &str) -> String {
    if is_placeholder(id) {
        return String::new();
    }
    id.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !QUOTES.contains(c)).collect()
}

fn is_placeholder(id: &str) -> bool {
    let is_template = id.starts_with('<') && id.to_ascii_lowercase().contains("your");
    PLACEHOLDERS.contains(&id) || is_template || id.starts_with('$') || id.contains("${") || id.contains("{{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_ids_are_distinguished_from_those_of_all_providers() {
        for (id, expected) in [
            ("AKIAIOSFODNN7EXAMPLE", None),
            ("minioadmin", None),
            ("test:tester", None),
            ("tenant$o'brien", None),
            ("GK31c2f218a2e44f485b94239e", None),
            // Oracle's customer secret keys have IDs of forty hex digits, Google's have sixty-one characters.
            ("7a0c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f6a7b8c", None),
            ("GOOG1EABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVW", None),
            ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", Some("secret-is-access-key")),
            ("", Some("access-key-malformed")),
            ("AKIAIOSFODNN7EXAMPLE ", Some("access-key-malformed")),
            ("\"AKIAIOSFODNN7EXAMPLE\"", Some("access-key-malformed")),
            ("undefined", Some("access-key-malformed")),
            ("${AWS_ACCESS_KEY_ID}", Some("access-key-malformed")),
        ] {
            assert_eq!(malformed(id).map(|made| made.mistake.id), expected, "{id}");
        }
        assert_eq!(malformed("'AKID'\n").unwrap().expected, b"AKID");
    }

    /// Cloudflare's secrets have 64 hex digits; its IDs, and Oracle's, are shorter.
    #[test]
    fn a_possible_secret_is_not_shown() {
        for (id, expected) in [("0123456789abcdef", 16), ("GOOG1EABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJ", 48)] {
            assert_eq!(shown(id).len(), expected);
        }
        assert_eq!([shown(&"7a".repeat(32)), shown(&"aB3/".repeat(10)), shown(&"Gb".repeat(17))], ["", "", ""]);
    }

    #[test]
    fn a_secret_used_as_an_id_is_not_shown() {
        let made = malformed("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").unwrap();
        assert!(made.signed.is_empty() && !format!("{made:?}").contains("wJal"));
    }
}
