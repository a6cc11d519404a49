//! IAM Roles Anywhere: exchanges a signature with a certificate's key for a session (`CreateSession`).

use serde_json::json;

use super::wire::{Question, credentials_of_json, parse_json};
use crate::profiles::aws_cause::AwsCause;
use crate::profiles::outside::Outside;
use crate::profiles::roles_anywhere::{RolesAnywhere, SERVICE};
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::Body;
use sigvet_core::scheme::{Scheme, SigningKey};
use sigvet_core::x509::CertifiedKey;

const ANSWER: &str = "the answer of IAM Roles Anywhere";

/// Requests a session. `region` is the one that [`RolesAnywhere::check`] returned.
pub(in crate::profiles) fn create_session(
    session: &RolesAnywhere,
    region: &str,
    key: &CertifiedKey,
    outside: &dyn Outside,
) -> Result<Credentials, AwsCause> {
    let mut question = question(session, region)?;
    let mut settings = Settings::new(region, SERVICE);
    settings.scheme = Scheme::X509(key.algorithm());
    settings.certificates = Some(key.headers());
    let serial = key.certificate().serial.clone();
    let identity = Identity { access_key_id: serial, session_token: None, expires_at: None };
    let refused = |error: &dyn std::error::Error| AwsCause::new(error.to_string());
    let prepared = prepare(question.request, &identity, &settings, outside.now()).map_err(|error| refused(&error))?;
    let signing_key = SigningKey::for_certificate(key.private_key(), prepared.terms.scope.clone());
    question.request = prepared.sign(&signing_key).map_err(|error| refused(&error))?.request;
    let credentials = read(&question.ask(outside)?)?;
    match credentials.expires_at {
        Some(end) if end > outside.now() => Ok(credentials),
        Some(end) => {
            let end = end.to_rfc3339();
            Err(AwsCause::new(format!("{ANSWER} has a session that ended at {end}; check the clock of this machine")))
        }
        None => Err(AwsCause::new(format!("{ANSWER} has no expiration"))),
    }
}

fn question(session: &RolesAnywhere, region: &str) -> Result<Question, AwsCause> {
    let question = Question::new("CreateSession of IAM Roles Anywhere", "POST", &session.url(region))?;
    let mut question = question.with_header("Content-Type", "application/json")?;
    let mut body = json!({
        "durationSeconds": session.seconds(),
        "profileArn": session.profile_arn,
        "roleArn": session.role_arn,
        "trustAnchorArn": session.trust_anchor_arn,
    });
    // A profile that does not accept a session name refuses any name, even an empty one.
    if let (Some(name), Some(object)) = (&session.role_session_name, body.as_object_mut()) {
        object.insert("roleSessionName".to_owned(), json!(name));
    }
    question.request.body = Body::Bytes(body.to_string().into_bytes());
    Ok(question)
}

/// Parses a session, which must be complete.
fn read(body: &[u8]) -> Result<Credentials, AwsCause> {
    let answer = parse_json(body, ANSWER)?;
    let missing = |what: &str| AwsCause::new(format!("{ANSWER} has no {what}"));
    let credentials = answer.pointer("/credentialSet/0/credentials").ok_or_else(|| missing("credentials"))?;
    let fields = ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"];
    let credentials = credentials_of_json(credentials, ANSWER, fields)?;
    if credentials.session_token.is_none() { Err(missing("sessionToken")) } else { Ok(credentials) }
}
