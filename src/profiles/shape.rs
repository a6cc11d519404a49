//! Recognises texts by their form: a secret access key, an access key ID, the name of a variable or of a program.
//!
//! People swap the halves of a key, and write a secret in place of its name. These rules detect that without
//! knowing the key. In case of doubt they follow the formats that providers are known to issue: an ID is
//! never taken for a secret.

/// Whether a text has the form of a secret access key: of AWS and the stores that follow it (40 characters of
/// base64), or of DigitalOcean and Oracle (43 or 44).
pub fn looks_like_secret(text: &str) -> bool {
    let has = |class: fn(&u8) -> bool| text.bytes().any(|byte| class(&byte));
    let is_base64 = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte));
    // A serial number in hex has two cases in `0x5A0B`.
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let is_mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase);
    match text.len() {
        40..=44 => is_base64 && is_mixed,
        // No provider has '/' or '+' in an ID.
        24.. => is_base64 && is_mixed && text.len() <= 128 && text.contains(['/', '+']),
        _ => false,
    }
}

/// Whether a text has the form of an AWS session token: base64 of a few bytes and `er/aws` or `origin`.
pub fn looks_like_session_token(text: &str) -> bool {
    const STARTS: [&str; 5] = ["FwoGZXIvYXdz", "FQoGZXIvYXdz", "FQoDYXdz", "AQoDYXdz", "IQoJb3JpZ2lu"];
    STARTS.iter().any(|start| text.starts_with(start))
}

/// Whether ID and secret each have the form of the other: of AWS, or of Cloudflare, whose IDs have 32 hex
/// digits and whose secrets have 64.
pub(super) fn look_exchanged(id: &str, secret: &str) -> bool {
    let is_hex = |text: &str, digits: usize| text.len() == digits && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    looks_like_secret(id) || (is_hex(id, 64) && is_hex(secret, 32))
}

/// Whether a text has the form of an AWS access key ID: `AKIA` or another known prefix, followed by capitals
/// and digits.
pub fn looks_like_key_id(text: &str) -> bool {
    let is_known = ["AKIA", "ASIA", "ABIA", "ACCA"].iter().any(|prefix| text.starts_with(prefix));
    is_known && (16..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// The text, if it can only be the name of an environment variable: all capitals or all lowercase letters,
/// with digits and underscores. A secret in place of a name hardly ever looks like this.
pub(super) fn as_variable_name(text: &str) -> Option<&str> {
    let is_in = |letters: fn(&u8) -> bool| text.bytes().all(|b| letters(&b) || b.is_ascii_digit() || b == b'_');
    let has_one_case = is_in(u8::is_ascii_uppercase) || (is_in(u8::is_ascii_lowercase) && text.contains('_'));
    let is_name =
        has_one_case && (1..=64).contains(&text.len()) && !text.starts_with(|first: char| first.is_ascii_digit());
    (is_name && !looks_like_key_id(text)).then_some(text)
}

/// The name of a program without its directory, if the text can only be one: a short word in lowercase letters.
pub(super) fn as_program_name(text: &str) -> Option<&str> {
    let name = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_word = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    (is_word && starts_well && name.len() <= 24 && !looks_like_secret(text)).then_some(name)
}

/// A profile's name as it was typed, without the options of an rclone remote, which may be secret.
pub(super) fn without_options(name: &str) -> String {
    match name.split_once(',') {
        Some((name, _)) => format!("{name}{OPTIONS}"),
        None => name.to_owned(),
    }
}

/// The text shown in place of a remote's options.
pub(super) const OPTIONS: &str = ",…";

/// A URL with the user information redacted: everything between `//` and the last `@`, because a password may
/// contain any character.
pub fn without_user(url: &str) -> std::borrow::Cow<'_, str> {
    let (scheme, rest) = url.find("//").map_or(("", url), |at| url.split_at(at + 2));
    match rest.rsplit_once('@') {
        Some((_, behind)) => format!("{scheme}[redacted]@{behind}").into(),
        None => url.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats from the providers' documentation.
    #[test]
    fn providers_secrets_are_recognised_by_their_form_and_ids_are_not_taken_for_secrets() {
        for secret in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "Po/rVuqSjcZRnlgNGnLEQFDq8IvyVgGWNXgGfWnM",
            "BQGUHYAgDGTbs4BYYTCXCRe7fcDXnXUzm7SVCkIkVqg",
            "7sk4Ts0kKMd0SI8WLNDOvZb8VGPBZ+Tr5/YdPQ==",
        ] {
            assert!(looks_like_secret(secret), "{secret}");
        }
        for id in [
            "AKIAIOSFODNN7EXAMPLE",
            "ASIAIOSFODNN7EXAMPLE",
            "AKIDEXAMPLE",
            "minioadmin",
            "test:tester",
            "GOOG1EF2QGOTYGCDWGDWWQGVJ6ZCLHCTWEYSHQFX4MIVE2TMQXLLZGFRTU5QA",
            "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
            "YCAJEXAMPLEyBhz3xTTMCMsEt",
            "005f3a8f2f6a7c30000000001",
            "0x5A0B1C2D3E4F5061728394A5B6C7D8E9F0A1B2C3",
            "5a0B1C2D3E4F5061728394A5B6C7D8E9F0A1B2C3",
            "023e105f4ecef8ad9ca31a8372d0c353",
            "jwsh3k4xrqyzn5a7vbc2m6dptefg",
            "",
        ] {
            assert!(!looks_like_secret(id), "{id}");
        }
    }

    #[test]
    fn halves_made_of_hex_digits_are_distinguished_by_their_length() {
        let (id, secret) = ("0123456789abcdef".repeat(2), "0123456789abcdef".repeat(4));
        assert!(look_exchanged(&secret, &id) && !look_exchanged(&id, &secret) && !look_exchanged(&secret, &secret));
    }

    #[test]
    fn an_aws_id_is_recognised_by_its_prefix() {
        assert!(looks_like_key_id("AKIAIOSFODNN7EXAMPLE") && looks_like_key_id("ASIAIOSFODNN7EXAMPLE"));
        for other in ["AKIDEXAMPLE", "AKIAIOSFODNN7example", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""] {
            assert!(!looks_like_key_id(other), "{other}");
        }
    }

    #[test]
    fn nothing_in_front_of_a_host_is_shown() {
        for (url, shown) in [
            ("https://AKID:wJalr/REST@host/x", "https://[redacted]@host/x"),
            ("https://AKID:wJ@alr@host", "https://[redacted]@host"),
            ("AKID:wJalr@host", "[redacted]@host"),
            ("https://host:9000/x", "https://host:9000/x"),
        ] {
            assert_eq!(without_user(url), shown);
        }
    }

    #[test]
    fn names_are_words_and_a_secret_is_not_a_name() {
        for name in ["HETZNER_SECRET", "B_SECRET", "AWS_SECRET_ACCESS_KEY_2", "minio_secret", "_X"] {
            assert_eq!(as_variable_name(name), Some(name));
        }
        assert_eq!(as_program_name("/opt/tools/aws-vault"), Some("aws-vault"));
        assert_eq!(as_program_name("C:\\Tools\\op.exe"), Some("op.exe"));
        for secret in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "Hush9Hush9Hush",
            "minioadmin/",
            "023e105f4ecef8ad9ca31a8372d0c353",
            "AKIAIOSFODNN7EXAMPLE",
            "hush hush",
            "",
        ] {
            assert_eq!((as_variable_name(secret), as_program_name(secret)), (None, None), "{secret}");
        }
    }
}
