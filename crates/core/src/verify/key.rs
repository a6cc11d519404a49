//! Checks that need credentials, in every scheme: the access key, the signature, the session token. No finding quotes a
//! token.

use super::Finding;
use super::unknown::{is_access_key_hidden, is_blacked_out};
use crate::credentials::{Credentials, Secret};
use crate::scheme::Signature;

/// Compares access key ID and signature with those of the credentials. If parts of the request are unknown, a mismatch
/// leaves the verdict open, and no signature is expected.
pub(super) fn judge_if_known(
    credentials: &Credentials,
    (access_key_id, presented): (&str, &Signature),
    expected: Signature,
    not_known: impl FnOnce() -> Vec<String>,
) -> (Option<Signature>, Vec<Finding>) {
    let mut findings = judge_signature(credentials, (access_key_id, presented), &expected);
    let not_known = if expected == *presented { Vec::new() } else { not_known() };
    if not_known.is_empty() {
        return (Some(expected), findings);
    }
    findings.retain(|finding| *finding != Finding::SignatureMismatch);
    findings.extend(not_known.into_iter().map(|part| Finding::NotKnown { part }));
    (None, findings)
}

fn judge_signature(
    credentials: &Credentials,
    (access_key_id, presented): (&str, &Signature),
    expected: &Signature,
) -> Vec<Finding> {
    let is_other = access_key_id != credentials.access_key_id && !is_access_key_hidden(access_key_id);
    let unknown = is_other.then(|| Finding::AccessKeyUnknown {
        expected: credentials.access_key_id.clone(),
        presented: access_key_id.to_owned(),
    });
    let mismatch = (expected != presented).then_some(Finding::SignatureMismatch);
    unknown.into_iter().chain(mismatch).collect()
}

/// Compares the token that `name` carries with that of the credentials.
pub(super) fn judge_token(name: &str, credentials: &Credentials, presented: Option<Secret>) -> Option<Finding> {
    let name = name.to_owned();
    match (&credentials.session_token, presented) {
        (Some(_), Some(presented)) if is_blacked_out(presented.expose_secret()) => Some(Finding::TokenUnseen { name }),
        (Some(_), None) => Some(Finding::TokenMissing { name }),
        (Some(expected), Some(presented)) if *expected != presented => Some(Finding::TokenDiffers { name }),
        (None, Some(_)) => Some(Finding::TokenUnknown),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a temporary key that is accepted without its token, with the token of another session, or with one that
    /// nobody compares.
    #[test]
    fn a_token_must_be_that_of_the_credentials() {
        let key = |token: Option<&str>| {
            let key = Credentials::new("AKIDEXAMPLE", "secret");
            token.map_or(key.clone(), |token| key.with_session_token(token))
        };
        let judged =
            |expected, presented: Option<&str>| judge_token("name", &key(expected), presented.map(Secret::new));
        let name = || "name".to_owned();
        assert_eq!(judged(None, None), None);
        assert_eq!(judged(Some("token"), Some("token")), None);
        assert_eq!(judged(Some("token"), None), Some(Finding::TokenMissing { name: name() }));
        assert_eq!(judged(Some("token"), Some("other")), Some(Finding::TokenDiffers { name: name() }));
        assert_eq!(judged(None, Some("token")), Some(Finding::TokenUnknown));
        assert_eq!(judged(Some("token"), Some("REDACTED")), Some(Finding::TokenUnseen { name: name() }));
    }
}
