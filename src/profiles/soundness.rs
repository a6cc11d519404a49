//! Checks whether the parts of a key are plausible: a part that becomes a header has no line break, and ID and
//! secret are not swapped. This applies to every source of keys.

use super::shape::{look_exchanged, looks_like_key_id};
use super::{Error, KeyPart, KeyProblem, Source};
use sigvet_core::credentials::{Credentials, Secret};

/// Refuses credentials that the user cannot have intended.
pub(super) fn check(credentials: &Credentials, source: &Source) -> Result<(), Error> {
    let Credentials { access_key_id, secret_access_key, session_token, .. } = credentials;
    let token = session_token.as_ref().map(Secret::expose_secret);
    match find_problem(access_key_id, Some(secret_access_key.expose_secret()), token) {
        Some((part, problem)) => Err(Error::UnusableKey { part, problem, place: source.clone() }),
        None => Ok(()),
    }
}

/// The problem with a key and the part that has it, if there is one.
pub fn find_problem(id: &str, secret: Option<&str>, token: Option<&str>) -> Option<(KeyPart, KeyProblem)> {
    let secret = secret.unwrap_or_default();
    if look_exchanged(id.trim(), secret.trim()) {
        return Some((KeyPart::AccessKeyId, KeyProblem::LooksLikeSecret));
    }
    if looks_like_key_id(secret.trim()) {
        return Some((KeyPart::SecretAccessKey, KeyProblem::LooksLikeKeyId));
    }
    // AWS's secrets contain no colon.
    if looks_like_key_id(id) && secret.contains(':') {
        return Some((KeyPart::SecretAccessKey, KeyProblem::HoldsToken));
    }
    let sent = [(KeyPart::AccessKeyId, Some(id)), (KeyPart::SessionToken, token)];
    let broken = sent.into_iter().find(|(_, text)| text.is_some_and(|text| text.contains(char::is_control)));
    broken.map(|(part, _)| (part, KeyProblem::ControlCharacter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "AKIAIOSFODNN7EXAMPLE";
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    #[test]
    fn swapped_halves_are_refused() {
        let exchanged = Some((KeyPart::AccessKeyId, KeyProblem::LooksLikeSecret));
        assert_eq!(find_problem(SECRET, Some(ID), None), exchanged);
        assert_eq!(find_problem(SECRET, None, None), exchanged);
        assert_eq!(find_problem(&format!(" {SECRET}\n"), Some("x"), None), exchanged);
        let as_secret = Some((KeyPart::SecretAccessKey, KeyProblem::LooksLikeKeyId));
        assert_eq!(find_problem("hush", Some(ID), None), as_secret);
        assert_eq!(find_problem(ID, Some(SECRET), Some("token")), None);
        assert_eq!(find_problem("test", Some("tester:hush"), None), None);
        let token_behind = Some((KeyPart::SecretAccessKey, KeyProblem::HoldsToken));
        assert_eq!(find_problem(ID, Some(&format!("{SECRET}:token")), None), token_behind);
    }

    #[test]
    fn a_part_that_becomes_a_header_is_one_line() {
        for bad in ["a\r\nX-Evil: y", "a\n", "\ra", "a\0b", "a\tb", "a\x1b[2J", "a\u{85}b"] {
            let control = |part| Some((part, KeyProblem::ControlCharacter));
            assert_eq!(find_problem(bad, Some("s"), None), control(KeyPart::AccessKeyId), "{bad:?}");
            assert_eq!(find_problem("K", Some("s"), Some(bad)), control(KeyPart::SessionToken), "{bad:?}");
            assert_eq!(find_problem("K", Some(bad), Some("t")), None, "a secret is not sent: {bad:?}");
        }
    }
}
