//! Finds session tokens in the text of a policy, even if it cannot be read as a policy: tokens must be hidden in broken
//! JSON too.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::claim::FormClaim;
use super::conditions::{SECRET_FIELDS, is_secret_field};

/// Reads base64 with or without padding, and with non-zero trailing bits.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl FormClaim {
    /// Everything that gives access: session tokens and encryption keys, in the fields and in the policy, and the whole
    /// field `policy` if it contains one. Nothing is verified, so these are only possible secrets.
    pub fn bearers(&self) -> Vec<Vec<u8>> {
        let is_secret = |(name, value): (&str, &str)| is_secret_field(name).then(|| value.as_bytes().to_vec());
        let sent = self.fields.iter().filter_map(is_secret);
        let in_policy = tokens_in(&decoded(&self.string_to_sign));
        let tokens: Vec<Vec<u8>> = sent.chain(in_policy).collect();
        let policy = (!tokens.is_empty()).then(|| self.string_to_sign.clone().into_bytes());
        tokens.into_iter().chain(policy).collect()
    }
}

/// Decodes a policy from any kind of base64, with or without line breaks; otherwise returns the text itself.
fn decoded(policy: &str) -> Vec<u8> {
    let common = |character: char| match character {
        '-' => '+',
        '_' => '/',
        other => other,
    };
    let text: String = policy.chars().filter(|character| !character.is_whitespace()).map(common).collect();
    LENIENT.decode(text).unwrap_or_else(|_| policy.as_bytes().to_vec())
}

/// The strings that follow the name of a token's field, as JSON spells them: in either form of a condition, the name
/// comes first. A string that is not closed runs to the end.
fn tokens_in(policy: &[u8]) -> Vec<Vec<u8>> {
    SECRET_FIELDS.iter().flat_map(|name| texts_behind(policy, name.as_bytes())).collect()
}

fn texts_behind(policy: &[u8], name: &[u8]) -> Vec<Vec<u8>> {
    let lower = policy.to_ascii_lowercase();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(found) = find(&lower[at..], name) {
        at += found + name.len();
        let Some(rest) = policy[at..].strip_prefix(b"\"") else { continue };
        let Some(opening) = rest.iter().position(|byte| *byte == b'"') else { break };
        let token = closed(&rest[opening + 1..]);
        at += opening + 2;
        tokens.push(token.to_vec());
    }
    tokens
}

/// The string up to its closing quote.
fn closed(text: &[u8]) -> &[u8] {
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    &text[..end.unwrap_or(text.len())]
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(policy: &str) -> Vec<String> {
        tokens_in(policy.as_bytes()).into_iter().map(|token| String::from_utf8(token).unwrap()).collect()
    }

    /// PHP writes `\/` for `/`; the last three are not policies, but contain the token anyway.
    #[test]
    fn a_token_is_found_however_its_condition_is_written() {
        for (policy, expected) in [
            (r#"[{"x-amz-security-token":"to\/k=="},{"a":"b"}]"#, vec![r"to\/k=="]),
            (r#"[["eq", "$X-Amz-Security-Token", "tok\"en"]]"#, vec![r#"tok\"en"#]),
            (r#"[{"x-goog-security-token": "a"}, ["like", "$x-goog-security-token", "b"]]"#, vec!["a", "b"]),
            (r#"{"x-amz-security-token": ["tok"]}"#, vec!["tok"]),
            (r#"{"x-amz-security-token":"brok"#, vec!["brok"]),
            (r#"{"x-amz-security-token""#, vec![]),
        ] {
            assert_eq!(found(policy), expected, "{policy}");
        }
    }
}
