//! Re-signs a presigned POST. The policy contains credential, date and token, so these are replaced in the policy and
//! in the fields, and the policy is signed again. Its expiration, everything that it allows, all other fields and the
//! file are kept.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::form_body::FormBody;
use super::{Outbound, ResignError, Resigned, hops, lookalikes};
use crate::credentials::Secret;
use crate::form::multipart;
use crate::form::{Condition, FormClaim, FormScheme, Policy, is_file};
use crate::prepare::{PrepareError, check_unsigned};
use crate::request::{Body, Request};
use crate::scheme::{Dialect, Scheme, Scope, Signature, SigningKey};
use crate::time::Timestamp;
use crate::v2;

/// The name of a field with its new value.
type Field = (String, String);

pub(super) fn resign(
    mut request: Request,
    claim: &FormClaim,
    outbound: &Outbound<'_>,
    now: Timestamp,
) -> Result<Resigned, ResignError> {
    refuse_provider_headers(&request, claim)?;
    hops::remove_hop_by_hop(&mut request.headers, |name| matches!(name, "host" | "content-length" | "content-type"));
    hops::replace_host(&mut request, outbound.host);
    check_unsigned(&request, &outbound.identity())?;
    let policy = claim.policy.as_ref().map_err(|error| ResignError::Form { problem: error.to_string() })?;
    let (mut fields, key) = of_scheme(claim, outbound, now)?;
    let token_name = claim.session_token().0.to_owned();
    let token = outbound.credentials.session_token.as_ref().map(|token| token.expose_secret().to_owned());
    let document = rewritten(policy, &fields, (&token_name, token.as_deref())).to_json();
    let encoded = BASE64_STANDARD.encode(document);
    let signature = key.sign(&encoded);
    fields.push(("policy".to_owned(), encoded));
    fields.push((signature_name(claim), signature.to_string()));
    let content_type = request.headers.first_text("content-type").unwrap_or_default().to_owned();
    let Body::Bytes(body) = &request.body else { return Err(ResignError::OtherRequest) };
    let (content_type, body) = with_fields(&content_type, body, &fields, (&token_name, token.as_deref()))?.finish();
    request.headers.replace("content-length", &body.len().to_string());
    request.headers.replace("content-type", &content_type);
    request.body = Body::Bytes(body);
    Ok(Resigned { request, signature, terms: None, key: None })
}

/// Refuses the provider's own headers, because a policy does not cover headers.
fn refuse_provider_headers(request: &Request, claim: &FormClaim) -> Result<(), ResignError> {
    let prefix = match &claim.scheme {
        FormScheme::V4 { dialect, .. } => dialect.header_prefix.as_ref(),
        FormScheme::V2 { names } => names.header_prefix,
    };
    lookalikes::refuse(&request.headers, |_, read_as| {
        read_as.starts_with(prefix) || matches!(read_as, "content-length" | "content-type")
    })?;
    let names = request.headers.iter().map(|header| header.name.to_ascii_lowercase());
    match names.into_iter().find(|name| name.starts_with(prefix)) {
        Some(name) => Err(ResignError::UnsignedHeader { name }),
        None => Ok(()),
    }
}

/// The key that signs a policy.
enum PolicyKey<'a> {
    V4(Box<SigningKey>),
    V2(&'a Secret),
}

impl PolicyKey<'_> {
    fn sign(&self, string_to_sign: &str) -> Signature {
        match self {
            Self::V4(key) => key.sign_unchecked(string_to_sign.as_bytes()),
            Self::V2(secret) => v2::sign(secret, string_to_sign.as_bytes()),
        }
    }
}

/// The fields that name the key, with their new values, and the key.
fn of_scheme<'o>(
    claim: &FormClaim,
    outbound: &Outbound<'o>,
    now: Timestamp,
) -> Result<(Vec<Field>, PolicyKey<'o>), PrepareError> {
    let credentials = outbound.credentials;
    match &claim.scheme {
        FormScheme::V4 { dialect, scope, .. } => {
            let region = outbound.region.unwrap_or(scope.region());
            let scope = Scope::new(&now, region, outbound.service.unwrap_or(&scope.service), dialect)?;
            let credential = (field_name(dialect, "credential"), format!("{}/{scope}", credentials.access_key_id));
            let date = (dialect.date_header.to_string(), now.as_str().to_owned());
            Ok((vec![credential, date], PolicyKey::V4(Box::new(outbound.signing_key(Scheme::V4, dialect, &scope)))))
        }
        FormScheme::V2 { names } => {
            let key = (names.key_parameter.to_owned(), credentials.access_key_id.clone());
            Ok((vec![key], PolicyKey::V2(&credentials.secret_access_key)))
        }
    }
}

fn field_name(dialect: &Dialect, name: &str) -> String {
    format!("{}{name}", dialect.header_prefix)
}

fn signature_name(claim: &FormClaim) -> String {
    match &claim.scheme {
        FormScheme::V4 { dialect, .. } => field_name(dialect, "signature"),
        FormScheme::V2 { .. } => "signature".to_owned(),
    }
}

/// The policy, with its conditions changed so that the new fields meet them.
fn rewritten(policy: &Policy, fields: &[Field], (token_name, token): (&str, Option<&str>)) -> Policy {
    let mut conditions = Vec::with_capacity(policy.conditions.len() + 1);
    for condition in &policy.conditions {
        let replaced = fields.iter().find(|(name, _)| condition.is_about(name));
        match replaced {
            Some((name, value)) => conditions.push(Condition::equals(name, value)),
            None if condition.is_about(token_name) => {}
            None => conditions.push(condition.clone()),
        }
    }
    conditions.extend(token.map(|token| Condition::equals(token_name, token)));
    Policy { expiration: policy.expiration, conditions }
}

/// The form with new values for these fields, and with the token's field added, replaced or removed.
fn with_fields(
    content_type: &str,
    body: &[u8],
    fields: &[Field],
    (token_name, token): (&str, Option<&str>),
) -> Result<FormBody, ResignError> {
    let problem = |error: multipart::MultipartError| ResignError::Form { problem: error.to_string() };
    let mut form = FormBody::new(multipart::boundary(content_type).map_err(problem)?, body.len())?;
    if let Some(token) = token {
        form.push_field(token_name, token.as_bytes())?;
    }
    for part in multipart::parse(content_type, body).map_err(problem)? {
        if part.name.eq_ignore_ascii_case(token_name) {
            continue;
        }
        match fields.iter().find(|(name, _)| part.name.eq_ignore_ascii_case(name)) {
            Some((_, value)) => form.push_field(&part.name, value.as_bytes())?,
            // S3 ignores the parts behind the file, so they were not judged. Other servers read them.
            None if is_file(&part.name) => {
                form.push_file(&part)?;
                break;
            }
            None => form.push_field(&part.name, part.body)?,
        }
    }
    Ok(form)
}

/// Where a value occurs: in the fields of a form, or in its policy. The file is the client's own and is not searched.
pub(super) fn place_of(holds: &dyn Fn(&[u8]) -> bool, request: &Request) -> Option<String> {
    let Body::Bytes(body) = &request.body else { return None };
    let parts = multipart::parse(request.headers.first_text("content-type")?, body).ok()?;
    let field = parts.iter().find(|part| !is_file(&part.name) && holds(part.body));
    let in_field = field.map(|part| format!("field {}", part.name.to_ascii_lowercase()));
    let in_policy = || FormClaim::extract(request)?.ok()?.policy_text().filter(|text| holds(text));
    in_field.or_else(|| in_policy().map(|_| "policy".to_owned()))
}
