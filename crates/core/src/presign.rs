//! Presigns many URLs that differ only in their targets: everything constant is computed once.
//!
//! A [`Presigner`] signs a template and keeps the pieces: its canonical request, split at the path and at the query;
//! its parameters; and the signing key, with the constant head of the string to sign absorbed. For each URL only the
//! fields that change are computed, by the same writers as elsewhere. For a single URL, use [`prepare`] and
//! [`Prepared::sign`].

use std::cell::Cell;
use std::fmt;

use crate::canonical::query::Parameters;
use crate::crypto::{self, Hex};
use crate::derivation::{CanonicalTemplate, Placement, Subject, Terms, frame_head};
use crate::endpoint;
use crate::prepare::{Identity, PrepareError, Prepared, Settings, Warning, prepare, refuse_signature, reserved_names};
use crate::request::Request;
use crate::request::target::{parameter_separator, split_target};
use crate::scheme::{AbsorbedKey, KeyScopeMismatch, SigningKey};
use crate::texts::Texts;
use crate::time::Timestamp;

/// Presigns targets of one host, with one method, key, timestamp and expiry. `Debug` shows nothing of it, because its
/// parameters may contain a session token.
#[derive(Clone)]
#[must_use]
pub struct Presigner {
    terms: Terms,
    /// The parameters from `X-Amz-Algorithm=…` to `&X-Amz-Signature=`, as in each URL.
    parameters: Vec<u8>,
    /// Names of parameters that a target must not have.
    reserved: [String; 6],
    canonical: CanonicalTemplate,
    key: AbsorbedKey,
    /// The session token, if it is not signed.
    after_signature: Vec<u8>,
    /// Signed headers that users of the URLs must send.
    to_send: Vec<(String, Vec<u8>)>,
    warnings: Vec<Warning>,
}

/// Why targets cannot be presigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PresignError {
    /// The settings put the signature into a header.
    #[error("the settings put the signature into a header, not into a URL")]
    Placement,
    /// The template or a target cannot be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The signing key is for another scope.
    #[error(transparent)]
    Key(#[from] KeyScopeMismatch),
}

impl Presigner {
    /// Makes a presigner from what all URLs have in common. It takes method and headers (`Host`, and those that users
    /// of the URLs must send) from the template, and the payload if the service requires its hash; the template's
    /// target is not used.
    ///
    /// # Errors
    /// See [`PresignError`].
    pub fn new(
        template: Request,
        identity: &Identity,
        settings: &Settings,
        key: &SigningKey,
        now: Timestamp,
    ) -> Result<Self, PresignError> {
        if settings.placement == Placement::Header {
            return Err(PresignError::Placement);
        }
        let template = Request { target: b"/".to_vec(), ..template };
        let mut prepared = prepare(template, identity, settings, now)?;
        prepared.terms.path_rule = endpoint::path_rule_at(prepared.request.host(), prepared.terms.path_rule);
        Self::from_prepared(prepared, key)
    }

    fn from_prepared(template: Prepared, key: &SigningKey) -> Result<Self, PresignError> {
        let Prepared { request, terms, warnings, .. } = template.clone();
        let unsigned_length = request.target.len();
        let to_send = terms.headers_to_send(&request);
        let to_send = to_send.into_iter().map(|(name, value)| (name.to_owned(), value.to_vec())).collect();
        let signed = template.sign(key)?;
        let attached = &signed.request.target[unsigned_length..];
        let signature_at = attached.iter().position(|&byte| byte == b'=').map_or(0, |at| at + 1);
        Ok(Self {
            parameters: [request.query().unwrap_or_default(), &attached[..signature_at]].concat(),
            reserved: reserved_names(&terms.dialect),
            canonical: CanonicalTemplate::new(&request, &terms),
            key: key.absorb(frame_head(&terms, Subject::Request).as_bytes()),
            after_signature: attached[signature_at + signed.signature.as_str().len()..].to_vec(),
            terms,
            to_send,
            warnings,
        })
    }

    /// Appends the presigned form of a raw target: a path, with its own query if it has one.
    ///
    /// # Errors
    /// [`PrepareError::AlreadySigned`] if the target has a signature; nothing is appended then.
    pub fn presign(&self, target: &[u8], out: &mut Vec<u8>) -> Result<(), PresignError> {
        let start = out.len();
        out.reserve(target.len() + self.canonical.length() + self.parameters.len());
        self.write_canonical_request(target, out)?;
        let hash = crypto::sha256(&out[start..]);
        out.truncate(start);
        self.write_unsigned(target, out);
        self.key.write_signature(Hex::new(&hash).as_bytes(), out);
        out.extend_from_slice(&self.after_signature);
        Ok(())
    }

    /// Presigns many targets at once, which is faster than one after the other, because their hashes are computed side
    /// by side. `each` gets the results in order. More targets are faster, up to some hundreds.
    ///
    /// ```
    /// # use sigvet_core::{credentials::Credentials, request::{Request, RequestUrl}, signer::Signer, time::Timestamp};
    /// # let signer = Signer::new(Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret"), "us-east-1", "s3");
    /// # let url: RequestUrl = "https://examplebucket.s3.amazonaws.com/".parse()?;
    /// # let (hour, now) = (std::time::Duration::from_secs(3_600), Timestamp::from_epoch_seconds(1_369_353_600));
    /// let presigner = signer.presigner(Request::new("GET", &url)?, hour, now)?;
    /// let mut lines = Vec::new();
    /// presigner.presign_each(&["/a.txt", "/b.txt"], |presigned| {
    ///     presigned.expect("no target is signed already").write(&mut lines);
    ///     lines.push(b'\n');
    /// });
    /// assert_eq!(String::from_utf8(lines)?.lines().count(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presign_each<T: AsRef<[u8]>>(
        &self,
        targets: &[T],
        mut each: impl FnMut(Result<PresignedTarget<'_>, PresignError>),
    ) {
        let mut texts = Texts::with_capacity(targets.len(), self.canonical.length() + 64);
        let refused: Vec<Option<PresignError>> = targets
            .iter()
            .map(|target| {
                let mut refusal = None;
                texts.push(|out| refusal = self.write_canonical_request(target.as_ref(), out).err());
                refusal
            })
            .collect();
        let hashes: Vec<Hex> = crypto::sha256_each(texts.iter()).iter().map(Hex::new).collect();
        let signatures = self.key.sign_each(&hashes);
        for ((target, refusal), signature) in targets.iter().zip(refused).zip(signatures.iter()) {
            each(match refusal {
                Some(refusal) => Err(refusal),
                None => Ok(PresignedTarget { presigner: self, target: target.as_ref(), signature }),
            });
        }
    }

    /// Returns the presigned form of a raw target as text.
    ///
    /// # Errors
    /// See [`presign`](Self::presign).
    pub fn presign_to_string(&self, target: &str) -> Result<String, PresignError> {
        let mut out = Vec::new();
        self.presign(target.as_bytes(), &mut out)?;
        Ok(String::from_utf8(out).expect("to a target that is text, only ASCII is appended"))
    }

    /// The headers, apart from `Host`, that users of these URLs must send exactly as here.
    pub fn headers_to_send(&self) -> &[(String, Vec<u8>)] {
        &self.to_send
    }

    /// The terms that the template was prepared with.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Warnings that apply to all of these URLs.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Appends the canonical request of a target, or nothing if the target has a signature.
    fn write_canonical_request(&self, target: &[u8], out: &mut Vec<u8>) -> Result<(), PresignError> {
        let (path, query) = split_target(target);
        match query {
            None => self.canonical.write(path, &self.terms, out),
            Some(query) => {
                let is_reserved = |name: &[u8]| self.reserved.iter().any(|reserved| reserved.as_bytes() == name);
                let is_refused = Cell::new(false);
                let own = Parameters::new(query, |name| {
                    is_refused.set(is_refused.get() || is_reserved(name));
                    self.terms.omits_parameter(name)
                });
                if is_refused.get() {
                    refuse_signature(query, &self.terms.dialect)?;
                }
                self.canonical.write_with_query(path, &own, &self.terms, out);
            }
        }
        Ok(())
    }

    /// Appends a presigned target up to its signature.
    fn write_unsigned(&self, target: &[u8], out: &mut Vec<u8>) {
        out.reserve(target.len() + self.parameters.len() + 128);
        out.extend_from_slice(target);
        out.extend(parameter_separator(target));
        out.extend_from_slice(&self.parameters);
    }
}

/// A target and its signature, not joined yet.
#[derive(Clone, Copy)]
pub struct PresignedTarget<'a> {
    presigner: &'a Presigner,
    target: &'a [u8],
    signature: &'a [u8],
}

impl PresignedTarget<'_> {
    /// Appends the presigned target.
    pub fn write(&self, out: &mut Vec<u8>) {
        self.presigner.write_unsigned(self.target, out);
        out.extend_from_slice(self.signature);
        out.extend_from_slice(&self.presigner.after_signature);
    }
}

impl fmt::Debug for PresignedTarget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresignedTarget").finish_non_exhaustive()
    }
}

impl fmt::Debug for Presigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigner").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::credentials::Credentials;
    use crate::derivation::TokenTravel;
    use crate::request::RequestUrl;
    use crate::scheme::Scope;

    /// The constant inputs of one presigner, and the step-by-step way to compare with.
    struct Setting {
        url: RequestUrl,
        credentials: Credentials,
        settings: Settings,
        key: SigningKey,
        now: Timestamp,
    }

    impl Setting {
        /// AWS's example of a presigned URL (*Authenticating requests: using query parameters*).
        fn of_aws() -> Self {
            let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
            let now = Timestamp::parse("20130524T000000Z").unwrap();
            let url = RequestUrl::parse("https://examplebucket.s3.amazonaws.com/").unwrap();
            Self::new(url, credentials, "s3", now)
        }

        fn new(url: RequestUrl, credentials: Credentials, service: &str, now: Timestamp) -> Self {
            let settings = Settings::new("us-east-1", service).presigned(Duration::from_secs(86_400));
            let scope = Scope::new(&now, &settings.region, service, &settings.dialect).unwrap();
            let key = SigningKey::derive(&credentials.secret_access_key, &settings.dialect, &scope);
            Self { url, credentials, settings, key, now }
        }

        fn request(&self, target: &str) -> Request {
            let mut request = Request { target: target.into(), ..Request::new("GET", &self.url).unwrap() };
            request.headers.push("X-Custom", " a  b ").unwrap();
            request
        }

        fn presigner(&self, template: Request) -> Result<Presigner, PresignError> {
            Presigner::new(template, &Identity::from(&self.credentials), &self.settings, &self.key, self.now)
        }

        fn the_long_way(&self, target: &str) -> String {
            let identity = Identity::from(&self.credentials);
            let prepared = prepare(self.request(target), &identity, &self.settings, self.now).unwrap();
            String::from_utf8(prepared.sign(&self.key).unwrap().request.target).unwrap()
        }
    }

    #[test]
    fn a_presigner_reproduces_awss_own_example() {
        let setting = Setting::of_aws();
        let presigner = setting.presigner(Request::new("GET", &setting.url).unwrap()).unwrap();
        let url = presigner.presign_to_string("/test.txt").unwrap();
        assert!(url.starts_with("/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F"));
        assert!(url.ends_with("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"));
    }

    #[test]
    fn what_cannot_be_presigned_is_refused() {
        let mut setting = Setting::of_aws();
        let presigner = setting.presigner(setting.request("/")).unwrap();
        let mut out = b"kept".to_vec();
        for target in ["/a?X-Amz-Signature=00", "/a?b=c&X-Amz-Signatur%65=00"] {
            let error = presigner.presign(target.as_bytes(), &mut out).unwrap_err();
            assert!(matches!(error, PresignError::Prepare(PrepareError::AlreadySigned { .. })), "{error}");
        }
        assert_eq!(out, b"kept");
        let mut refused = Vec::new();
        presigner.presign_each(&["/a", "/b?X-Amz-Signature=00", "/c"], |presigned| refused.push(presigned.is_err()));
        assert_eq!(refused, [false, true, false]);
        setting.now = setting.now.plus(Duration::from_secs(86_400));
        assert!(matches!(setting.presigner(setting.request("/")), Err(PresignError::Key(_))));
        setting.settings.placement = Placement::Header;
        assert!(matches!(setting.presigner(setting.request("/")), Err(PresignError::Placement)));
        setting.settings.placement = Placement::Query { expires: Duration::ZERO };
        assert!(matches!(setting.presigner(setting.request("/")), Err(PresignError::Prepare(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        /// Catches any second way of computing: each service's path rule, own queries that sort among the parameters of
        /// the signature, and both treatments of the token.
        #[test]
        fn a_presigned_target_equals_the_result_of_prepare_and_sign(
            targets in proptest::collection::vec("/[a-c/.%2F+é ]{0,9}(\\?([XYa]|X-Amz-D|%2|=|&|\\+){0,9})?", 1..20),
            service in prop_oneof![Just("s3"), Just("execute-api")],
            token in proptest::option::of(prop_oneof![Just(TokenTravel::Signed), Just(TokenTravel::Unsigned)]),
        ) {
            let aws = Setting::of_aws();
            let mut setting = Setting::new(aws.url, aws.credentials, service, aws.now);
            if let Some(travel) = token {
                setting.credentials = setting.credentials.with_session_token("a/token+==");
                setting.settings.token = travel;
            }
            let presigner = setting.presigner(setting.request("/ignored?x=y")).unwrap();
            let long: Vec<String> = targets.iter().map(|target| setting.the_long_way(target)).collect();
            for (target, long) in targets.iter().zip(&long) {
                prop_assert_eq!(&presigner.presign_to_string(target).unwrap(), long);
            }
            let mut many = Vec::new();
            presigner.presign_each(&targets, |presigned| {
                let mut text = Vec::new();
                presigned.unwrap().write(&mut text);
                many.push(String::from_utf8(text).unwrap());
            });
            prop_assert_eq!(many, long);
        }
    }
}
