//! A derived signing key in a file: what `sigvet key` writes and `--signing-key` reads.
//!
//! The key signs for one day, region and service, so it can be given to a machine that must not have the secret.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::value::read_settings;
use crate::files::SETTINGS_LIMIT;
use sigvet_core::credentials::Secret;
use sigvet_core::prepare::Identity;
use sigvet_core::scheme::{Scheme, Scope, SigningKey};

/// A signing key with its access key ID and scope.
#[derive(Debug)]
pub struct ScopedKey {
    access_key_id: String,
    session_token: Option<Secret>,
    /// The scope that it signs for.
    pub scope: Scope,
    key: Secret,
}

/// The file, as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// `AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request`.
    credential: String,
    /// 64 hex digits.
    signing_key: Zeroizing<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    session_token: Option<Zeroizing<String>>,
}

/// Why a file is not a signing key. The file's text is not shown, because it may be the key: so serde's error,
/// which quotes it, is not kept as the cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum InvalidKeyFile {
    #[error("it breaks off in the middle")]
    BreaksOff,
    #[error("line {line}, column {column}: not the JSON expected")]
    Json { line: usize, column: usize },
    #[error("credential is not ID/YYYYMMDD/region/service/aws4_request")]
    Credential,
    #[error("signing_key is not 64 hex digits")]
    Key,
}

impl ScopedKey {
    /// Takes a derived key.
    pub fn new(identity: &Identity, scope: Scope, k_signing: &[u8; 32]) -> Self {
        Self {
            access_key_id: identity.access_key_id.clone(),
            session_token: identity.session_token.clone(),
            scope,
            key: Secret::new(hex::encode(k_signing)),
        }
    }

    /// Reads the file, or standard input for `-`.
    pub fn read(name: &str, context: &mut Context) -> Result<Self, Failure> {
        let bytes = read_settings(name, SETTINGS_LIMIT, &mut *context.stdin)?;
        Self::parse(&bytes).map_err(|error| {
            Failure::located(Exit::Usage, format!("{name} is not a signing key"), error)
                .hint("create one with 'sigvet key'")
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, InvalidKeyFile> {
        let file: File = serde_json::from_slice(bytes).map_err(|error| match error.is_eof() {
            true => InvalidKeyFile::BreaksOff,
            false => InvalidKeyFile::Json { line: error.line(), column: error.column() },
        })?;
        let (access_key_id, scope) =
            Scope::parse_credential(&file.credential, Scheme::V4).ok_or(InvalidKeyFile::Credential)?;
        let is_key = file.signing_key.len() == 64 && file.signing_key.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_key {
            return Err(InvalidKeyFile::Key);
        }
        let secret = |text: &Zeroizing<String>| Secret::new(text.as_str());
        let (key, session_token) = (secret(&file.signing_key), file.session_token.as_ref().map(secret));
        Ok(Self { access_key_id, session_token, scope, key })
    }

    /// The text of the file.
    pub fn to_json(&self) -> Zeroizing<String> {
        let secret = |text: &Secret| Zeroizing::new(text.expose_secret().to_owned());
        let file = File {
            credential: format!("{}/{}", self.access_key_id, self.scope),
            signing_key: secret(&self.key),
            session_token: self.session_token.as_ref().map(secret),
        };
        Zeroizing::new(serde_json::to_string_pretty(&file).expect("a struct of strings can be written as JSON"))
    }

    /// The key as 64 hex digits.
    pub fn to_hex(&self) -> &str {
        self.key.expose_secret()
    }

    /// The identity that the key belongs to.
    pub fn identity(&self) -> Identity {
        let Self { access_key_id, session_token, .. } = self;
        Identity { access_key_id: access_key_id.clone(), session_token: session_token.clone(), expires_at: None }
    }

    /// The key, ready to sign with.
    pub fn signing_key(&self) -> SigningKey {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(self.key.expose_secret(), &mut *bytes).expect("a scoped key holds 64 hex digits");
        SigningKey::from_bytes(&bytes, self.scope.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_refused_without_its_text() {
        let key = "ab".repeat(32);
        for text in [
            format!("{{\"credential\": \"A/1/2/3/4\", \"signing_key\": \"{key}"),
            format!("{{\"credential\": \"A/1\", \"signing_key\": \"{key}\"}}"),
            format!("{{\"credential\": \"A/1/2/3/4\", \"signing_key\": \"{key}00\"}}"),
            format!("{{\"credential\": \"A/1/2/3/4\", \"{key}\": \"{key}\"}}"),
        ] {
            let problem = ScopedKey::parse(text.as_bytes()).unwrap_err();
            assert!(!format!("{problem} {problem:?}").contains("abab"), "{problem}");
        }
    }
}
