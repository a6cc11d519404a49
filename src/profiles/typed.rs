//! Keys that were typed: `-u KEY:SECRET`, or the separate parts that awscurl's options take.
//!
//! All parts of such a key come from the command line, including its session token; settings may come from
//! other sources.

use super::choice::CredentialChoice;
use super::found::{Described, Resolved};
use super::{Error, Source, Warning};
use sigvet_core::credentials::{Credentials, Secret};

/// The key that was typed. `-u` takes precedence.
pub(super) fn resolve(choice: &CredentialChoice, beside: Described) -> Result<Resolved, Error> {
    let mut credentials = match &choice.user {
        Some(user) => {
            let (key, secret) = split_user(user).ok_or(Error::UserIncomplete)?;
            Credentials::new(key, secret)
        }
        None => choice.parts.credentials()?,
    };
    credentials.session_token = choice.parts.token().cloned();
    let Described { settings, mut warnings, .. } = beside;
    // Swift's IDs contain a colon. curl treats the first colon as the end of the ID, and so does sigvet.
    let is_ambiguous = choice.user.is_some() && credentials.secret_access_key.expose_secret().contains(':');
    warnings.extend(is_ambiguous.then_some(Warning::SecondColon));
    Ok(Resolved { credentials, settings, source: source(choice), warnings })
}

/// What is known about the key without its secret.
pub(super) fn describe(choice: &CredentialChoice, beside: Described) -> Described {
    let key = match &choice.user {
        Some(user) => split_user(user).map(|(key, _)| key.to_owned()),
        None => choice.parts.access_key_id.clone(),
    };
    Described { access_key_id: key, source: Some(source(choice)), ..beside }
}

fn source(choice: &CredentialChoice) -> Source {
    if choice.user.is_some() { Source::User } else { Source::Options }
}

fn split_user(user: &Secret) -> Option<(&str, &str)> {
    user.expose_secret().split_once(':').filter(|(key, secret)| !key.is_empty() && !secret.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::outside::testing::Nowhere;
    use crate::profiles::{Environment, KeyPart, KeyParts};

    const KEYS: [(&str, &str); 4] = [
        ("AWS_ACCESS_KEY_ID", "AKID-E"),
        ("AWS_SECRET_ACCESS_KEY", "hush-e"),
        ("AWS_SESSION_TOKEN", "token-e"),
        ("AWS_REGION", "region-e"),
    ];

    fn parts(key: Option<&str>, secret: Option<&str>, token: Option<&str>) -> CredentialChoice {
        let parts = KeyParts {
            access_key_id: key.map(str::to_owned),
            secret_access_key: secret.map(Secret::new),
            session_token: token.map(Secret::new),
        };
        CredentialChoice { parts, ..CredentialChoice::default() }
    }

    fn resolved(choice: &CredentialChoice) -> Result<Resolved, Error> {
        crate::profiles::resolve(choice, &Environment::new(KEYS, None), &Nowhere)
    }

    #[test]
    fn the_parts_are_one_source_and_settings_come_from_others() {
        let found = resolved(&parts(Some("K"), Some("s"), None)).unwrap();
        assert_eq!(found.credentials, Credentials::new("K", "s"), "no token of the environment");
        assert_eq!(found.source, Source::Options);
        assert_eq!(found.settings.region.as_deref(), Some("region-e"));
        let found = resolved(&parts(Some("K"), Some("s"), Some("t"))).unwrap();
        assert_eq!(found.credentials, Credentials::new("K", "s").with_session_token("t"));
    }

    #[test]
    fn a_token_is_also_used_with_user() {
        let choice = CredentialChoice { user: Some(Secret::new("U:s")), ..parts(None, None, Some("t")) };
        let found = resolved(&choice).unwrap();
        assert_eq!(found.credentials, Credentials::new("U", "s").with_session_token("t"));
        assert_eq!(found.source, Source::User);
    }

    /// Swift's IDs are `account:user`. Catches one that is silently split in two.
    #[test]
    fn a_second_colon_causes_a_warning() {
        let choice = |user: &str| CredentialChoice { user: Some(Secret::new(user)), ..CredentialChoice::default() };
        let found = resolved(&choice("test:tester:hush")).unwrap();
        assert_eq!(found.credentials, Credentials::new("test", "tester:hush"));
        assert_eq!(found.warnings, [Warning::SecondColon]);
        assert!(resolved(&choice("test:hush")).unwrap().warnings.is_empty());
        let whole = resolved(&parts(Some("test:tester"), Some("hush"), None)).unwrap();
        assert_eq!((whole.credentials, whole.warnings), (Credentials::new("test:tester", "hush"), Vec::new()));
    }

    #[test]
    fn half_a_key_names_the_half_that_is_missing() {
        for (choice, missing) in [
            (parts(Some("K"), None, None), KeyPart::SecretAccessKey),
            (parts(Some("K"), Some(""), Some("t")), KeyPart::SecretAccessKey),
            (parts(None, Some("hush"), None), KeyPart::AccessKeyId),
            (parts(None, None, Some("hush")), KeyPart::AccessKeyId),
            (parts(Some(""), Some(""), None), KeyPart::AccessKeyId),
        ] {
            let error = resolved(&choice).unwrap_err();
            assert!(matches!(error, Error::HalfTypedKey { missing: found } if found == missing), "{error}");
            assert_eq!(error.kind(), crate::profiles::FailureKind::Usage);
        }
    }

    #[test]
    fn an_empty_token_counts_as_unset() {
        let found = resolved(&parts(None, None, Some(""))).unwrap();
        assert_eq!(found.credentials.access_key_id, "AKID-E");
        let found = resolved(&parts(Some("K"), Some("s"), Some(""))).unwrap();
        assert_eq!(found.credentials.session_token, None);
    }

    #[test]
    fn debug_shows_neither_secret_nor_token() {
        let shown = format!("{:?}", parts(Some("K"), Some("hush"), Some("hush")));
        assert!(shown.contains("\"K\"") && !shown.contains("hush"), "{shown}");
    }
}
