//! Caches credentials of roles where the AWS CLI does, in `~/.aws/cli/cache`: one file for each role and its
//! parameters.
//!
//! The CLI finds credentials cached here, and the other way round, so that an MFA code is only asked for once.

use std::path::PathBuf;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::place::in_home;
use super::wire::{credentials_of_json, parse_json};
use crate::files::{self, SETTINGS_LIMIT};
use crate::platform::{Access, is_owner_trusted, mode_open_to};
use crate::profiles::Environment;
use crate::profiles::private_file::LockedFile;
use sigvet_core::credentials::Credentials;
use sigvet_core::internal::sha1;
use sigvet_core::time::Timestamp;

/// The CLI refreshes credentials this many seconds before they expire.
const MARGIN: i64 = 15 * 60;

/// The cache file of a role's credentials.
pub(super) struct KeptRole(PathBuf);

impl KeptRole {
    /// The cache file for a call with these parameters, by their names in the API. A numeric value is written
    /// without quotes.
    pub(super) fn new(parameters: &[(&str, &str)], environment: &Environment) -> Option<Self> {
        let name = format!("{}.json", hex::encode(sha1(python_json(parameters).as_bytes())));
        in_home(&["cli", "cache", &name], environment).map(Self)
    }

    /// The cached credentials, unless they expire soon.
    pub(super) fn read(&self, now: Timestamp) -> Option<Credentials> {
        let read = files::read(&self.0, SETTINGS_LIMIT).ok()?;
        let is_ours = is_owner_trusted(&read.metadata) && mode_open_to(Access::Write, &read.metadata).is_none();
        if !is_ours {
            return None;
        }
        let json = parse_json(&read.bytes, "").ok()?;
        let names = ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"];
        let found = credentials_of_json(json.get("Credentials")?, "", names).ok()?;
        let end = found.expires_at?;
        (now.seconds_until(end) >= MARGIN).then_some(found)
    }

    /// Caches credentials in a file of mode 0600. Failing to write it is not an error; it only costs another call.
    pub(super) fn write(&self, credentials: &Credentials) {
        let Some(text) = text_of(credentials) else { return };
        let kept = LockedFile::new(&self.0).and_then(|file| file.write(text.as_bytes()));
        drop(kept);
    }
}

fn text_of(credentials: &Credentials) -> Option<Zeroizing<String>> {
    let value = json!({
        "Credentials": {
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key.expose_secret(),
            "SessionToken": credentials.session_token.as_ref()?.expose_secret(),
            "Expiration": credentials.expires_at?.to_rfc3339(),
        }
    });
    Some(Zeroizing::new(value.to_string()))
}

/// The text whose hash is the CLI's name for the file: Python's `json.dumps(parameters, sort_keys=True)`.
fn python_json(parameters: &[(&str, &str)]) -> String {
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    let value = |name: &str, text: &str| match name {
        "DurationSeconds" => text.to_owned(),
        _ => in_ascii(&Value::from(text).to_string()),
    };
    let pairs: Vec<_> = sorted.iter().map(|(name, text)| format!("\"{name}\": {}", value(name, text))).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// Escapes non-ASCII characters as Python does.
fn in_ascii(text: &str) -> String {
    let mut ascii = String::new();
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)).filter(char::is_ascii) {
            Some(character) => ascii.push(character),
            None => ascii.push_str(&format!("\\u{unit:04x}")),
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: `_create_cache_key` of botocore 1.43.11's `AssumeRoleCredentialFetcher` for the same parameters.
    #[test]
    fn the_file_has_the_name_that_the_cli_gives_it() {
        let environment = Environment::new([("HOME", "/h")], None);
        let role = ("RoleArn", "arn:aws:iam::123456789012:role/r");
        for (parameters, name) in [
            (vec![role], "6dc9e6e1e186b9f293814df3266de783142c48a2"),
            (
                vec![
                    role,
                    ("RoleSessionName", "bü\"ro"),
                    ("ExternalId", "x"),
                    ("SerialNumber", "arn:aws:iam::123456789012:mfa/me"),
                    ("DurationSeconds", "900"),
                ],
                "bb83bac42610824f3f28a9857c23ea9e31f94a29",
            ),
        ] {
            let KeptRole(path) = KeptRole::new(&parameters, &environment).unwrap();
            assert_eq!(path, PathBuf::from(format!("/h/.aws/cli/cache/{name}.json")));
        }
    }

    #[test]
    fn cached_credentials_are_used_until_15_minutes_before_they_expire() {
        let home = tempfile::tempdir().unwrap();
        let environment = Environment::new([("HOME", home.path().to_str().unwrap())], None);
        let kept = KeptRole::new(&[("RoleArn", "r")], &environment).unwrap();
        let now = Timestamp::parse("2026-03-01T11:00:00Z").unwrap();
        assert!(kept.read(now).is_none());
        let mut credentials = Credentials::new("ASIA", "hush").with_session_token("token");
        credentials.expires_at = Some(Timestamp::parse("2026-03-01T11:15:00Z").unwrap());
        kept.write(&credentials);
        assert_eq!(kept.read(now), Some(credentials));
        assert!(kept.read(Timestamp::parse("2026-03-01T11:00:01Z").unwrap()).is_none());
        // As the AWS CLI writes it.
        let text = r#"{"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t",
            "Expiration": "2026-03-01T12:00:00UTC"}, "AssumedRoleUser": {}}"#;
        std::fs::write(&kept.0, text).unwrap();
        assert_eq!(kept.read(now).unwrap().access_key_id, "A");
    }
}
