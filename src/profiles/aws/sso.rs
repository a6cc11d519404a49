//! IAM Identity Center: exchanges the token that `aws sso login` left in `~/.aws/sso/cache` for a role's
//! credentials, and renews the token if possible.

use std::path::PathBuf;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::files::{AwsFiles, AwsProfile, text_of};
use super::place::in_home;
use super::settings::endpoint_of_service;
use super::wire::{Question, parse_json, parse_time};
use crate::files::{self, SETTINGS_LIMIT};
use crate::profiles::Environment;
use crate::profiles::aws_cause::AwsCause;
use crate::profiles::outside::Outside;
use crate::profiles::private_file::LockedFile;
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::endpoint::domain_in;
use sigvet_core::internal::encode::{Slash, encode};
use sigvet_core::internal::sha1;
use sigvet_core::request::Body;
use sigvet_core::time::Timestamp;

/// A profile that signs in with IAM Identity Center.
pub(super) struct Sso<'a> {
    pub(super) name: &'a str,
    pub(super) profile: &'a AwsProfile,
    pub(super) files: &'a AwsFiles,
    pub(super) environment: &'a Environment,
}

/// A session's token file in the cache.
struct Token {
    json: Value,
    path: PathBuf,
}

impl Sso<'_> {
    /// Gets the role's credentials from the portal.
    pub(super) fn ask(&self, outside: &dyn Outside) -> Result<Credentials, AwsCause> {
        let token = self.token(outside)?;
        let (account, role) = (self.needed("sso_account_id")?, self.needed("sso_role_name")?);
        let region = self.of_session("sso_region")?;
        let mut query = Vec::new();
        for (name, value) in [("role_name=", role), ("&account_id=", account)] {
            query.extend_from_slice(name.as_bytes());
            encode(value.as_bytes(), Slash::Encode, &mut query);
        }
        let query = String::from_utf8_lossy(&query).into_owned();
        let base = self.endpoint("sso", || format!("https://portal.sso.{region}.{}", domain_in(&region)))?;
        let what = format!("GetRoleCredentials of IAM Identity Center for role {role}");
        let question = Question::get(what, &format!("{base}/federation/credentials?{query}"))?;
        let body = question.with_header("x-amz-sso_bearer_token", token.expose_secret())?.ask(outside)?;
        credentials(&parse_json(&body, "the answer of IAM Identity Center")?)
    }

    /// A token that is valid now.
    fn token(&self, outside: &dyn Outside) -> Result<Secret, AwsCause> {
        let session = self.profile.text("sso_session");
        let start_url = self.of_session("sso_start_url")?;
        let token = self.cached(session.unwrap_or(&start_url))?;
        match token.text("expiresAt").and_then(|end| parse_time(end).ok()) {
            Some(end) if outside.now() < end => token.access_token(),
            _ if session.is_some() => self.renew(&token, outside),
            _ => Err(AwsCause::new(format!("the session of {start_url} has expired"))),
        }
    }

    fn cached(&self, key: &str) -> Result<Token, AwsCause> {
        let name = format!("{}.json", hex::encode(sha1(key.as_bytes())));
        let absent = || AwsCause::new(format!("there is no session of '{key}' in ~/.aws/sso/cache"));
        let path = in_home(&["sso", "cache", &name], self.environment).ok_or_else(absent)?;
        let read = files::read(&path, SETTINGS_LIMIT).map_err(|_| absent())?;
        Ok(Token { json: parse_json(&read.bytes, "the session in ~/.aws/sso/cache")?, path })
    }

    /// Exchanges the refresh token for a new token (*CreateToken* in the OIDC API), and stores it as the AWS CLI does.
    fn renew(&self, token: &Token, outside: &dyn Outside) -> Result<Secret, AwsCause> {
        let has_ended = || AwsCause::new("the session has expired and cannot be renewed");
        let [id, secret, refresh] =
            ["clientId", "clientSecret", "refreshToken"].map(|name| token.text(name).ok_or_else(has_ended));
        let region = self.of_session("sso_region")?;
        let base = self.endpoint("sso_oidc", || format!("https://oidc.{region}.{}", domain_in(&region)))?;
        let question = Question::new("CreateToken of IAM Identity Center", "POST", &format!("{base}/token"))?;
        let mut question = question.with_header("Content-Type", "application/json")?;
        let asked =
            json!({"clientId": id?, "clientSecret": secret?, "refreshToken": refresh?, "grantType": "refresh_token"});
        question.request.body = Body::Bytes(asked.to_string().into_bytes());
        let body = question.ask(outside)?;
        token.renewed(&parse_json(&body, "the answer of IAM Identity Center")?, outside.now())
    }

    fn endpoint(&self, service: &str, of_aws: impl FnOnce() -> String) -> Result<String, AwsCause> {
        let own = endpoint_of_service(service, self.files, self.name, self.environment);
        let own = own.map_err(|error| AwsCause::new(error.to_string()))?;
        Ok(own.map_or_else(of_aws, |url| url.trim_end_matches('/').to_owned()))
    }

    fn needed(&self, name: &str) -> Result<&str, AwsCause> {
        self.profile.text(name).ok_or_else(|| AwsCause::new(format!("{name} is missing")))
    }

    /// A property of the session, or of the profile if it names no session.
    fn of_session(&self, name: &str) -> Result<String, AwsCause> {
        let Some(session) = self.profile.text("sso_session") else { return self.needed(name).map(str::to_owned) };
        let properties = self
            .files
            .session(session)
            .ok_or_else(|| AwsCause::new(format!("there is no section [sso-session {session}]")))?;
        let value = properties.get(name).and_then(|value| text_of(name, value));
        value.map(str::to_owned).ok_or_else(|| AwsCause::new(format!("{name} is missing in [sso-session {session}]")))
    }
}

impl Token {
    fn text(&self, name: &str) -> Option<&str> {
        self.json.get(name)?.as_str()
    }

    fn access_token(&self) -> Result<Secret, AwsCause> {
        let token = self.text("accessToken").map(Secret::new);
        token.ok_or_else(|| AwsCause::new("the session in ~/.aws/sso/cache has no accessToken"))
    }

    /// The new token, stored in place of the old one. Failing to store it is not an error; it only costs another call.
    fn renewed(&self, answer: &Value, now: Timestamp) -> Result<Secret, AwsCause> {
        let mut json = self.json.clone();
        let seconds = answer.get("expiresIn").and_then(Value::as_u64).unwrap_or(0);
        let end = now.plus(std::time::Duration::from_secs(seconds));
        json["expiresAt"] = end.to_rfc3339().into();
        for name in ["accessToken", "refreshToken"] {
            if let Some(new) = answer.get(name) {
                json[name] = new.clone();
            }
        }
        let text = Zeroizing::new(json.to_string());
        drop(LockedFile::new(&self.path).and_then(|file| file.write(text.as_bytes())));
        Self { json, path: self.path.clone() }.access_token()
    }
}

fn credentials(answer: &Value) -> Result<Credentials, AwsCause> {
    let what = "the answer of IAM Identity Center";
    let inner = answer.get("roleCredentials").unwrap_or(&Value::Null);
    let text = |name: &str| {
        let text = inner.get(name).and_then(Value::as_str);
        text.ok_or_else(|| AwsCause::new(format!("{what} has no {name}")))
    };
    let milliseconds = inner.get("expiration").and_then(Value::as_i64);
    let mut credentials =
        Credentials::new(text("accessKeyId")?, text("secretAccessKey")?).with_session_token(text("sessionToken")?);
    credentials.expires_at = milliseconds.map(|end| Timestamp::from_epoch_seconds(end / 1000));
    Ok(credentials)
}
