//! The spelling of base64 tokens: the prefix that the server expects, and the base64 digits that it accepts.

use super::kind::TokenKind;
use super::{BEDROCK_PREFIX, EKS_PREFIX, Note};

/// The text after a token's prefix, and a note if the prefix is in the wrong case or has lost its dot.
pub(super) fn behind_prefix<'t>(text: &'t str, prefix: &'static str) -> Option<(&'t str, Option<Note>)> {
    let missing = Note::TokenPrefix { expected: prefix };
    if let Some(behind) = text.strip_prefix(prefix) {
        return Some((behind, None));
    }
    let stem = prefix.trim_end_matches('.');
    let (start, behind) = text.split_at_checked(stem.len()).filter(|(start, _)| start.eq_ignore_ascii_case(stem))?;
    let is_cut = behind.is_empty() && start == stem;
    let behind = if prefix == stem { behind } else { behind.strip_prefix('.').unwrap_or(behind) };
    // A digit here means another version of the prefix.
    let is_other = behind.starts_with(|c: char| c.is_ascii_digit());
    (!is_other).then_some((behind, (!is_cut).then_some(missing)))
}

/// A note if the text is the URL that the token of a database or cache is made from, still with its scheme.
pub fn note_of_url(url: &str) -> Option<Note> {
    let is_password = TokenKind::of_url(url).is_some_and(TokenKind::is_password);
    let scheme = ["https://", "http://"].into_iter().find(|scheme| url.starts_with(scheme));
    scheme.filter(|_| is_password).map(|scheme| Note::UrlOfToken { scheme })
}

/// A note on digits that the server does not accept: aws-iam-authenticator and Kafka require unpadded base64url
/// (`base64.RawURLEncoding` in `token.Verify`, and the pattern in `OAuthBearerClientInitialResponse`).
pub(super) fn odd_base64(text: &str, kind: &TokenKind) -> Option<Note> {
    let is_read_so = [&TokenKind::EKS, &TokenKind::MSK].contains(&kind);
    let is_encoded = !text.contains(['?', '&']) && !text.starts_with(BEDROCK_PREFIX);
    let digits = text.strip_prefix(EKS_PREFIX).unwrap_or(text);
    let found = ['=', '+', '/'].into_iter().find(|digit| digits.contains(*digit));
    found.filter(|_| is_read_so && is_encoded).map(|found| Note::TokenBase64 { found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Token;

    /// Made with coreutils' `printf %s URL | basenc --base64url`, and with `base64` for the last two.
    #[test]
    fn digits_that_eks_and_kafka_refuse_are_parsed_and_noted() {
        const CALLER: &str = "aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8_QWN0aW9uPUdldENhbGxlcklkZW50aXR5";
        const KAFKA: &str =
            "aHR0cHM6Ly9rYWZrYS5ldS13ZXN0LTEuYW1hem9uYXdzLmNvbS8_QWN0aW9uPWthZmthLWNsdXN0ZXIlM0FDb25uZWN0Jlg9MQ==";
        let flaws = |text: &str| Token::parse(text).and_then(Result::ok).map(|token| token.flaws);
        let prefix = || Note::TokenPrefix { expected: EKS_PREFIX };
        for (text, expected) in [
            (format!("k8s-aws-v1.{CALLER}"), vec![]),
            (format!("k8s-aws-v1.{CALLER}="), vec![Note::TokenBase64 { found: '=' }]),
            (format!("K8S-AWS-V1.{CALLER}"), vec![prefix()]),
            (format!("k8s-aws-v1{CALLER}"), vec![prefix()]),
            (CALLER.to_owned(), vec![prefix()]),
            (format!("k8s-aws-v1.{}", CALLER.replace('_', "/")), vec![Note::TokenBase64 { found: '/' }]),
            (KAFKA.to_owned(), vec![Note::TokenBase64 { found: '=' }]),
            (KAFKA.trim_end_matches('=').to_owned(), vec![]),
            (KAFKA.trim_end_matches('=').replace('_', "/"), vec![Note::TokenBase64 { found: '/' }]),
        ] {
            assert_eq!(flaws(&text), Some(expected), "{text}");
        }
        assert!(Token::parse(&format!("k8s-aws-v2.{CALLER}")).unwrap().is_err());
    }
}
