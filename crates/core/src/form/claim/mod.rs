//! Reads a form upload back: its signature, its fields, its policy, and what is known about its file.
//!
//! Like S3, reading is lenient about the case of names, and strict about missing parts. Nothing is judged here.

use std::fmt;

use super::fields::{Fields, is_ignored};
use super::multipart::{self, MultipartError, Part};
use super::policy::{Policy, PolicyError};
use crate::claim::without_key;
use crate::request::{Body, Request, repeated_names};
use crate::scheme::{Dialect, Scheme, Scope, Signature};
use crate::time::{InvalidTimestamp, Timestamp};
use crate::v2::Names;

/// The field that S3 reads last: it ignores all fields after it.
const FILE: &str = "file";

/// What a form upload claims about itself. `Debug` omits the policy's text, which may contain a session token.
#[derive(Clone, PartialEq, Eq)]
pub struct FormClaim {
    /// The scheme that its policy is signed with.
    pub scheme: FormScheme,
    /// The access key ID.
    pub access_key_id: String,
    /// The signature that it presents.
    pub signature: Signature,
    /// The field `policy` exactly as sent, which is the string to sign.
    pub string_to_sign: String,
    /// The policy decoded from it, or why it could not be read.
    pub policy: Result<Policy, PolicyError>,
    /// The fields before the file.
    pub fields: Fields,
    /// The file; `None` if there is no field of that name.
    pub file: Option<FileFacts>,
    /// The names of the fields after the file, including a second file.
    pub behind_file: Vec<String>,
}

/// The scheme of a form's signature, with the details from its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "a form has one, and nobody keeps many")]
pub enum FormScheme {
    /// Signature Version 4.
    V4 {
        /// The names that the provider uses.
        dialect: Dialect,
        /// The credential scope.
        scope: Scope,
        /// When the form was signed.
        timestamp: Timestamp,
    },
    /// Signature Version 2.
    V2 {
        /// The names that the provider uses.
        names: &'static Names,
    },
}

/// What is known about an uploaded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// The file name that the uploader gave, if any.
    pub name: Option<String>,
    /// Its length in bytes.
    pub length: u64,
}

/// Why a form upload makes no claim that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormClaimError {
    /// The body cannot be split into parts.
    #[error(transparent)]
    Multipart(#[from] MultipartError),
    /// A field of the signature is missing.
    #[error("the form has no field {name}")]
    Missing {
        /// The name of the field.
        name: String,
    },
    /// A field of the signature is in a place where S3 does not read it.
    #[error("the field {name} comes after the file, where S3 ignores it")]
    BehindFile {
        /// The name of the field.
        name: String,
    },
    /// The algorithm is unknown.
    #[error("unknown signature algorithm '{presented}'; expected AWS4-HMAC-SHA256")]
    Algorithm {
        /// The value that was given.
        presented: String,
    },
    /// The credential is not of the form `AKID/date/region/service/aws4_request`.
    #[error("the field {name} is not ID/YYYYMMDD/region/service/aws4_request: '{presented}'")]
    Credential {
        /// The name of the field.
        name: String,
        /// The credential that was given, without what may be a secret: before the date or the region, each part is `…`.
        presented: String,
    },
    /// The date is invalid.
    #[error("{name}: {source}; expected the form 20150830T123600Z")]
    Date {
        /// The name of the field.
        name: String,
        /// Why it could not be parsed.
        source: InvalidTimestamp,
    },
}

impl FormClaim {
    /// Whether a request uploads a form that has a signature, valid or not.
    pub fn is_made_by(request: &Request) -> bool {
        let Some((content_type, body)) = form_of(request) else { return false };
        match multipart::parse(content_type, body) {
            Ok(parts) => parts.iter().any(|part| is_of_signature(&part.name)),
            // A body that cannot be split may still visibly have a policy.
            Err(MultipartError::ContentType { .. }) => is_urlencoded_form(content_type, body),
            Err(_) => String::from_utf8_lossy(body).to_ascii_lowercase().contains("name=\"policy\""),
        }
    }

    /// Reads the claim of an upload; `None` if the request is not a signed form.
    ///
    /// # Errors
    /// See [`FormClaimError`].
    pub fn extract(request: &Request) -> Option<Result<Self, FormClaimError>> {
        if !Self::is_made_by(request) {
            return None;
        }
        let (content_type, body) = form_of(request)?;
        let read = |parts: Vec<Part<'_>>| Self::of_parts(&parts, left_out(request));
        Some(multipart::parse(content_type, body).map_err(FormClaimError::from).and_then(read))
    }

    /// Makes the claim of these parts; `left_out` bytes of the file are missing from its part.
    fn of_parts(parts: &[Part<'_>], left_out: u64) -> Result<Self, FormClaimError> {
        let before = parts.iter().position(|part| is_file(&part.name)).unwrap_or(parts.len());
        let mut form = PostedFields { fields: Fields::default(), behind: parts.get(before..).unwrap_or_default() };
        for part in parts.get(..before).unwrap_or_default() {
            form.fields.push(part.name.as_str(), String::from_utf8_lossy(part.body));
        }
        let file = parts.get(before).map(|part| FileFacts {
            name: part.base_name().map(str::to_owned),
            length: part.body.len() as u64 + left_out,
        });
        let behind_file = parts.iter().skip(before + 1).map(|part| part.name.clone()).collect();
        let (scheme, access_key_id, signature) = form.signature()?;
        let string_to_sign = form.required("policy")?.to_owned();
        let policy = Policy::parse(&string_to_sign);
        let signature = Signature::presented(signature);
        Ok(Self { scheme, access_key_id, signature, string_to_sign, policy, fields: form.fields, file, behind_file })
    }

    /// The decoded text of the policy; `None` if it is not base64.
    pub fn policy_text(&self) -> Option<Vec<u8>> {
        super::policy::decode_base64(&self.string_to_sign).ok()
    }

    /// The names that several fields have, in lower case and sorted; fields that S3 ignores may be repeated.
    pub(super) fn repeated(&self) -> Vec<String> {
        let own = self.fields.iter().map(|(name, _)| name).chain(self.file.as_ref().map(|_| FILE));
        let all = own.chain(self.behind_file.iter().map(String::as_str));
        repeated_names(all.filter(|name| !is_ignored(name)).map(str::to_ascii_lowercase).collect())
    }

    /// Whether a form of Version 4 also has a signature of Version 2: S3 uses the former, MinIO the latter.
    pub fn is_signed_twice(&self) -> bool {
        matches!(self.scheme, FormScheme::V4 { .. }) && self.fields.contains("signature")
    }

    /// The field that carries the session token, and the token.
    pub fn session_token(&self) -> (&str, Option<&str>) {
        let name = match &self.scheme {
            FormScheme::V4 { dialect, .. } => dialect.token_header.as_ref(),
            FormScheme::V2 { names } => names.token_header,
        };
        (name, self.fields.get(name))
    }
}

impl fmt::Debug for FormClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("FormClaim");
        shown.field("scheme", &self.scheme).field("access_key_id", &self.access_key_id).field("policy", &self.policy);
        shown.field("fields", &self.fields).field("file", &self.file).finish_non_exhaustive()
    }
}

/// The fields that S3 reads, and the parts after the file, which it does not.
struct PostedFields<'a> {
    fields: Fields,
    behind: &'a [Part<'a>],
}

impl PostedFields<'_> {
    fn required(&self, name: &str) -> Result<&str, FormClaimError> {
        let name = || name.to_owned();
        let is_behind = || self.behind.iter().any(|part| part.name.eq_ignore_ascii_case(&name()));
        match self.fields.get(&name()) {
            Some(value) => Ok(value),
            None if is_behind() => Err(FormClaimError::BehindFile { name: name() }),
            None => Err(FormClaimError::Missing { name: name() }),
        }
    }

    /// Scheme, access key ID and signature. Fields of Version 4 take precedence over those of Version 2, as at S3.
    fn signature(&self) -> Result<(FormScheme, String, &str), FormClaimError> {
        let behind = self.behind.iter().map(|part| part.name.as_str());
        let mut names = self.fields.iter().map(|(name, _)| name).chain(behind);
        match names.find_map(word_of_v4) {
            Some(word) => self.version_4(&word),
            None => self.version_2(),
        }
    }

    fn version_4(&self, word: &str) -> Result<(FormScheme, String, &str), FormClaimError> {
        let named = |name: &str| self.required(&format!("x-{word}-{name}"));
        let algorithm = named("algorithm")?;
        let credential = named("credential")?;
        let name = format!("x-{word}-date");
        let timestamp =
            Timestamp::parse_amz_date(named("date")?).map_err(|source| FormClaimError::Date { name, source })?;
        let provider = algorithm.strip_suffix("4-HMAC-SHA256");
        let dialect = provider.and_then(|provider| Dialect::from_name(&format!("{provider}:{word}")).ok());
        let dialect = dialect.ok_or_else(|| FormClaimError::Algorithm { presented: algorithm.to_owned() })?;
        let (id, scope) = Scope::parse_credential(credential, Scheme::V4).ok_or_else(|| {
            FormClaimError::Credential { name: format!("x-{word}-credential"), presented: without_key(credential) }
        })?;
        Ok((FormScheme::V4 { dialect, scope, timestamp }, id, named("signature")?))
    }

    fn version_2(&self) -> Result<(FormScheme, String, &str), FormClaimError> {
        let has = |names: &&&'static Names| self.fields.contains(names.key_parameter);
        let names = Names::ALL.iter().find(has).copied().unwrap_or(&Names::AWS);
        let has_part = self.fields.contains("signature") || self.fields.contains(names.key_parameter);
        if !has_part {
            // The scheme that was meant is unknown; nobody means Version 2 any more.
            return Err(self.required("x-amz-signature").err().unwrap_or_else(|| missing("x-amz-signature")));
        }
        let signature = self.required("signature")?;
        Ok((FormScheme::V2 { names }, self.required(names.key_parameter)?.to_owned(), signature))
    }
}

fn missing(name: &str) -> FormClaimError {
    FormClaimError::Missing { name: name.to_owned() }
}

/// The provider's word, such as the `amz` in `x-amz-signature`, from that field or another that only Version 4 has.
fn word_of_v4(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let rest = lower.strip_prefix("x-")?;
    let word = ["-signature", "-algorithm", "-credential"].iter().find_map(|mark| rest.strip_suffix(mark))?;
    (!word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| word.to_owned())
}

pub(super) fn is_of_signature(name: &str) -> bool {
    let is_v2 = ["policy", "signature"].iter().any(|own| own.eq_ignore_ascii_case(name));
    is_v2 || word_of_v4(name).is_some()
}

pub(crate) fn is_file(name: &str) -> bool {
    name.eq_ignore_ascii_case(FILE)
}

/// Content type and body of a POST whose head has no signature; for a long body, its outline.
fn form_of(request: &Request) -> Option<(&str, &[u8])> {
    match &request.body {
        Body::Bytes(body) | Body::Form { outline: body, .. } => Some((form_type(request)?, body)),
        Body::Elsewhere { .. } | Body::Unknown => None,
    }
}

/// The content type of a POST whose head has no signature.
pub(super) fn form_type(request: &Request) -> Option<&str> {
    let is_form = request.method == "POST" && !request.headers.contains("authorization");
    request.headers.first_text("content-type").filter(|_| is_form)
}

/// Number of the file's bytes that the outline in the request's body leaves out.
fn left_out(request: &Request) -> u64 {
    if let Body::Form { file_length, .. } = &request.body { *file_length } else { 0 }
}

/// Whether the body comes from a page whose form has no `enctype`: S3 refuses it, but its fields show that an upload
/// was meant.
fn is_urlencoded_form(content_type: &str, body: &[u8]) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let has = |wanted: &dyn Fn(&str) -> bool| {
        let names = body.split(|byte| *byte == b'&').map(|pair| pair.split(|byte| *byte == b'=').next());
        names.flatten().any(|name| std::str::from_utf8(name).is_ok_and(wanted))
    };
    kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        && has(&|name| name.eq_ignore_ascii_case("policy"))
        && has(&|name| name.eq_ignore_ascii_case("signature") || word_of_v4(name).is_some())
        && !has(&|name| name == "SignatureVersion")
}

#[cfg(test)]
mod tests;
