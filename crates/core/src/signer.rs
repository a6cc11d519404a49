//! A [`Signer`] holds credentials, region and service, and signs requests and presigns URLs with them.
//!
//! It is a convenience around [`prepare`], [`SigningKey`] and [`Prepared::sign`]: it keeps their arguments, and the
//! signing key of the day. It does not read the clock. If you need a step in between, call [`Signer::prepare`] and
//! continue from there.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::canonical::PathRule;
use crate::credentials::Credentials;
use crate::derivation::TokenTravel;
use crate::prepare::{
    ContentSha256, HeaderSelection, Identity, PayloadChoice, PrepareError, Prepared, Settings, prepare,
};
use crate::presign::{PresignError, Presigner};
use crate::request::{Request, RequestUrl};
use crate::scheme::{Dialect, Scheme, Scope, SigningKey};
use crate::sign::Signed;
use crate::time::Timestamp;

/// Signs and presigns with one set of credentials, for one region and service. `Debug` shows no secret.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use sigvet_core::credentials::Credentials;
/// use sigvet_core::request::{Request, RequestUrl};
/// use sigvet_core::signer::Signer;
///
/// let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
/// let signer = Signer::new(credentials, "us-east-1", "s3");
/// let url: RequestUrl = "https://examplebucket.s3.amazonaws.com/test.txt".parse()?;
///
/// let signed = signer.sign(Request::new("GET", &url)?, SystemTime::now().into())?;
/// for header in signed.added_headers() {
///     println!("{}: {}", header.name, String::from_utf8_lossy(&header.value));
/// }
/// let presigned = signer.presign(&url, Duration::from_secs(3600), SystemTime::now().into())?;
/// println!("{presigned}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Signer {
    credentials: Credentials,
    identity: Identity,
    settings: Settings,
    /// The key that was derived last: the next request is most likely on the same day.
    key: Mutex<Option<Arc<SigningKey>>>,
}

impl Signer {
    /// Makes a signer of Version 4, with AWS's names and the service's own rules for path, payload and token.
    pub fn new(credentials: Credentials, region: impl Into<String>, service: impl Into<String>) -> Self {
        Self::from_settings(credentials, Settings::new(region, service))
    }

    /// Makes a signer from existing settings.
    pub fn from_settings(credentials: Credentials, settings: Settings) -> Self {
        Self { identity: Identity::from(&credentials), credentials, settings, key: Mutex::new(None) }
    }

    /// Uses another provider's names, and its rules for path and token.
    pub fn with_dialect(mut self, dialect: Dialect) -> Self {
        let Settings { region, service, .. } = &self.settings;
        let Settings { dialect, path_rule, token, .. } =
            Settings::for_dialect(dialect, region.as_str(), service.as_str());
        self.settings = Settings { dialect, path_rule, token, ..self.settings };
        Self::from_settings(self.credentials, self.settings)
    }

    /// Uses another scheme. In Version 4A the region is a region set: `*`, or `us-east-1,eu-*`.
    pub fn with_scheme(mut self, scheme: Scheme) -> Self {
        self.settings.scheme = scheme;
        Self::from_settings(self.credentials, self.settings)
    }

    /// Sets how the payload is signed.
    pub fn with_payload(mut self, payload: PayloadChoice) -> Self {
        self.settings.payload = payload;
        self
    }

    /// Sets whether the payload's hash is sent as a header.
    pub fn with_content_sha256(mut self, content_sha256: ContentSha256) -> Self {
        self.settings.content_sha256 = content_sha256;
        self
    }

    /// Sets the rule for the canonical path.
    pub fn with_path_rule(mut self, path_rule: PathRule) -> Self {
        self.settings.path_rule = path_rule;
        self
    }

    /// Sets whether the session token is signed.
    pub fn with_token(mut self, token: TokenTravel) -> Self {
        self.settings.token = token;
        self
    }

    /// Sets which headers are signed.
    pub fn with_signed_headers(mut self, signed_headers: HeaderSelection) -> Self {
        self.settings.signed_headers = signed_headers;
        self
    }

    /// The settings for signing.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Signs a request with an `Authorization` header.
    ///
    /// # Errors
    /// See [`PrepareError`].
    pub fn sign(&self, request: Request, now: Timestamp) -> Result<Signed, PrepareError> {
        Ok(self.finish(self.prepare(request, now)?))
    }

    /// Returns a URL with which anybody can GET `url` until `expiry` has passed.
    ///
    /// # Errors
    /// See [`PrepareError`].
    pub fn presign(&self, url: &RequestUrl, expiry: Duration, now: Timestamp) -> Result<RequestUrl, PrepareError> {
        let request = Request::new("GET", url).expect("GET is a method");
        Ok(url.for_request(&self.presign_request(request, expiry, now)?.request))
    }

    /// Presigns a request with any method. Its users must send its headers unchanged: see [`Signed::headers_to_send`].
    ///
    /// # Errors
    /// See [`PrepareError`].
    pub fn presign_request(&self, request: Request, expiry: Duration, now: Timestamp) -> Result<Signed, PrepareError> {
        let settings = self.settings.clone().presigned(expiry);
        Ok(self.finish(prepare(request, &self.identity, &settings, now)?))
    }

    /// Makes a presigner for many targets of one host; it takes method and headers from the template.
    ///
    /// # Errors
    /// See [`PresignError`].
    pub fn presigner(&self, template: Request, expiry: Duration, now: Timestamp) -> Result<Presigner, PresignError> {
        let settings = self.settings.clone().presigned(expiry);
        let scope = prepare(template.clone(), &self.identity, &settings, now)?.terms.scope;
        Presigner::new(template, &self.identity, &settings, &self.signing_key(&scope), now)
    }

    /// Prepares a request without signing it, to inspect the steps and warnings, or to get the terms that a streamed
    /// payload needs.
    ///
    /// # Errors
    /// See [`PrepareError`].
    pub fn prepare(&self, request: Request, now: Timestamp) -> Result<Prepared, PrepareError> {
        prepare(request, &self.identity, &self.settings, now)
    }

    /// The signing key for a scope. The last key derived is cached.
    pub fn signing_key(&self, scope: &Scope) -> Arc<SigningKey> {
        let mut last = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(key) if key.scope() == scope => Arc::clone(key),
            _ => {
                let Settings { scheme, dialect, .. } = &self.settings;
                let key = Arc::new(SigningKey::for_scheme(*scheme, &self.credentials, dialect, scope));
                Arc::clone(last.insert(key))
            }
        }
    }

    fn finish(&self, prepared: Prepared) -> Signed {
        let key = self.signing_key(&prepared.terms.scope);
        prepared.sign(&key).expect("the key was derived for the scope of the request")
    }
}

impl Clone for Signer {
    fn clone(&self) -> Self {
        Self::from_settings(self.credentials.clone(), self.settings.clone())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Settings { region, service, .. } = &self.settings;
        let mut shown = f.debug_struct("Signer");
        shown.field("access_key_id", &self.credentials.access_key_id).field("region", region).field("service", service);
        shown.finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Body;

    const DAY: Duration = Duration::from_secs(86_400);

    fn credentials() -> Credentials {
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    }

    fn signer() -> Signer {
        Signer::new(credentials(), "us-east-1", "s3")
    }

    fn url() -> RequestUrl {
        "https://examplebucket.s3.amazonaws.com/test.txt".parse().unwrap()
    }

    fn now() -> Timestamp {
        "20130524T000000Z".parse().unwrap()
    }

    /// AWS's example in *Authenticating Requests: Using the Authorization Header*, GET object.
    #[test]
    fn a_request_is_signed_as_in_awss_example() {
        let mut request = Request::new("GET", &url()).unwrap();
        request.headers.push("Range", "bytes=0-9").unwrap();
        let signed = signer().sign(request, now()).unwrap();
        assert_eq!(signed.signature.as_str(), "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
        let added: Vec<&str> = signed.added_headers().iter().map(|header| header.name.as_str()).collect();
        assert_eq!(added, ["x-amz-date", "x-amz-content-sha256", "authorization"]);
        assert_eq!(signed.added_query(), None);
    }

    /// AWS's example in *Authenticating Requests: Using Query Parameters*.
    #[test]
    fn a_url_is_presigned_as_in_awss_example() {
        let presigned = signer().presign(&url(), DAY, now()).unwrap().to_string();
        let expected = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&\
            X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&\
            X-Amz-Expires=86400&X-Amz-SignedHeaders=host&\
            X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert_eq!(presigned, expected);
    }

    /// Catches one of the caller's own headers returned as added, and an added one that is missing.
    #[test]
    fn the_added_parts_are_the_difference_to_the_original_request() {
        let signer = Signer::new(credentials().with_session_token("to/ken"), "us-east-1", "s3");
        let url = url().with_target("/test.txt?versionId=1").unwrap();
        let mut request = Request::new("PUT", &url).unwrap();
        request.headers.push("x-amz-date", "20130524T000000Z").unwrap();
        request.headers.push("x-amz-acl", "private").unwrap();
        request.body = Body::Bytes(b"body".to_vec());
        let given = request.headers.as_slice().to_vec();

        let signed = signer.sign(request.clone(), now()).unwrap();
        let all = [given.as_slice(), signed.added_headers()].concat();
        assert_eq!(signed.request.headers.as_slice(), all);
        assert!(signed.added_headers().iter().any(|header| header.name == "x-amz-security-token"));

        let hashed = signer.with_payload(PayloadChoice::Hashed);
        let presigned = hashed.presign_request(request, DAY, now()).unwrap();
        let added: Vec<&str> = presigned.added_headers().iter().map(|header| header.name.as_str()).collect();
        assert_eq!(added, ["x-amz-content-sha256"]);
        let query = presigned.added_query().unwrap();
        assert!(query.starts_with("X-Amz-Algorithm=") && query.contains("&X-Amz-Signature="));
        assert_eq!(presigned.request.target(), format!("/test.txt?versionId=1&{query}").as_bytes());
        let parameters = presigned.added_parameters();
        assert!(parameters.contains(&("X-Amz-Security-Token".to_owned(), "to/ken".to_owned())), "{parameters:?}");
        let to_send: Vec<&str> = presigned.headers_to_send().into_iter().map(|(name, _)| name).collect();
        assert_eq!(to_send, ["x-amz-acl", "x-amz-content-sha256"]);
    }

    #[test]
    fn the_key_of_yesterday_signs_nothing_today() {
        let signer = signer();
        let sign = |signer: &Signer, at| signer.sign(Request::new("GET", &url()).unwrap(), at).unwrap().signature;
        for at in [now(), now().plus(DAY), now(), now()] {
            assert_eq!(sign(&signer, at), sign(&self::signer(), at));
        }
    }

    /// Catches a key of one scheme or dialect that is kept for another.
    #[test]
    fn a_change_of_scheme_or_dialect_changes_the_key() {
        let signer = signer();
        let scope = Scope::new(&now(), "us-east-1", "s3", &Dialect::GOOG4).unwrap();
        let mine = signer.signing_key(&scope);
        let google = signer.clone().with_dialect(Dialect::GOOG4).signing_key(&scope);
        let text = b"text";
        assert_ne!(mine.sign(&scope, text).unwrap(), google.sign(&scope, text).unwrap());
        assert!(signer.with_scheme(Scheme::V4a).signing_key(&scope).sign(&scope, text).unwrap().as_str().len() > 64);
    }

    #[test]
    fn a_presigner_makes_the_same_urls() {
        let presigner = signer().presigner(Request::new("GET", &url()).unwrap(), DAY, now()).unwrap();
        let one = presigner.presign_to_string("/test.txt").unwrap();
        assert_eq!(one.as_bytes(), signer().presign(&url(), DAY, now()).unwrap().target());
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", Signer::new(credentials().with_session_token("hush"), "r", "s"));
        assert!(
            shown.contains("AKIAIOSFODNN7EXAMPLE") && !shown.contains("wJalr") && !shown.contains("hush"),
            "{shown}"
        );
    }
}
