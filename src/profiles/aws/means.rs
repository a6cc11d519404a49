//! How a profile of AWS's files gets its keys, in botocore's order.

use super::files::AwsProfile;
use crate::profiles::AwsProvider;
use sigvet_core::credentials::Credentials;

/// How a profile gets its keys.
pub(super) enum Means {
    /// The keys are in the file.
    Static(Credentials),
    /// Only one half of the key is in the file.
    Half {
        /// The property that is missing.
        missing: &'static str,
    },
    /// The keys come from this provider.
    Asked(AwsProvider),
}

/// How a profile was reached. If it is another profile's source, its own keys take precedence over its role.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the profile that was chosen.
    Chosen,
    /// It is the `source_profile` of another profile.
    Source,
}

const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";

impl AwsProfile {
    /// How the profile gets its keys. `None` if it says nothing about keys.
    pub(super) fn means(&self, place: Place) -> Option<Means> {
        let has = |name| self.text(name).is_some();
        let has_keys = has(ID) || has(SECRET);
        if has("web_identity_token_file") {
            return Some(Means::Asked(AwsProvider::WebIdentity));
        }
        if has("role_arn") && !(place == Place::Source && has_keys) {
            let is_named = has("credential_source");
            return Some(Means::Asked(if is_named { AwsProvider::CredentialSource } else { AwsProvider::AssumeRole }));
        }
        if has("sso_account_id") || has("sso_role_name") {
            return Some(Means::Asked(AwsProvider::Sso));
        }
        self.behind_sso()
    }

    fn behind_sso(&self) -> Option<Means> {
        let has = |name| self.text(name).is_some();
        if self.credentials.contains_key(ID) {
            return Some(self.keys());
        }
        if has("login_session") {
            return Some(Means::Asked(AwsProvider::Login));
        }
        if has("credential_process") {
            return Some(Means::Asked(AwsProvider::Process));
        }
        (has(ID) || has(SECRET)).then(|| self.keys())
    }

    fn keys(&self) -> Means {
        let (Some(id), secret) = (self.text(ID), self.text(SECRET)) else { return Means::Half { missing: ID } };
        let Some(secret) = secret else { return Means::Half { missing: SECRET } };
        let token = self.text("aws_security_token").or_else(|| self.text("aws_session_token"));
        let credentials = Credentials::new(id, secret);
        Means::Static(match token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        })
    }
}
