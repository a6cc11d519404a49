//! Many presigned URLs that differ in their targets only: everything constant is made once.
//!
//! A [`Presigner`] signs a template, and keeps the pieces: its canonical request cut at the path and at the query, its
//! parameters, and the signing key with the constant head of the string to sign absorbed. What is left for each URL are the
//! fields that change, by the same writers as everywhere. For a single URL, [`prepare`] and [`Prepared::sign`] do.

use std::fmt;

use crate::canonical::{self, CanonicalRequest, Field};
use crate::crypto::{self, Hex};
use crate::derivation::{Placement, Subject, Terms, derive, frame_head};
use crate::prepare::{Identity, PrepareError, Prepared, Settings, Warning, prepare, refuse_signature};
use crate::request::Request;
use crate::request::target::{parameter_separator, split_target};
use crate::scheme::{AbsorbedKey, KeyScopeMismatch, SigningKey};
use crate::time::Timestamp;

/// Presigns targets of one host, with one method, key, timestamp and life. `Debug` shows nothing of it: its parameters may
/// hold a session token.
#[derive(Clone)]
#[must_use]
pub struct Presigner {
    terms: Terms,
    /// `X-Amz-Algorithm=…` to `X-Amz-SignedHeaders=…`, as they stand in each URL.
    parameters: Vec<u8>,
    canonical: CanonicalTemplate,
    key: AbsorbedKey,
    /// `&X-Amz-Signature=`.
    before_signature: Vec<u8>,
    /// A session token that is not signed.
    after_signature: Vec<u8>,
    warnings: Vec<Warning>,
}

/// Why targets cannot be presigned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PresignError {
    /// The settings are for a header.
    #[error("the settings put the signature into a header, not into a URL")]
    Placement,
    /// The template, or a target, cannot be prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The key is for another scope.
    #[error(transparent)]
    Key(#[from] KeyScopeMismatch),
}

impl Presigner {
    /// Makes a presigner of what all URLs have in common. Of the template, method and headers (`Host`, and those that whoever
    /// uses a URL must send) are taken, and the payload where the service wants its hash; its target plays no part.
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
        Self::from_prepared(prepare(template, identity, settings, now)?, key)
    }

    fn from_prepared(template: Prepared, key: &SigningKey) -> Result<Self, PresignError> {
        let Prepared { request, terms, warnings, .. } = template.clone();
        let unsigned_length = request.target.len();
        let signed = template.sign(key)?;
        let attached = &signed.request.target[unsigned_length..];
        let signature_at = attached.iter().position(|&byte| byte == b'=').map_or(0, |at| at + 1);
        Ok(Self {
            parameters: request.query().unwrap_or_default().to_vec(),
            canonical: CanonicalTemplate::of(&derive(&request, &terms).canonical_request),
            key: key.absorb(frame_head(&terms, Subject::Request).as_bytes()),
            before_signature: attached[..signature_at].to_vec(),
            after_signature: attached[signature_at + signed.signature.as_str().len()..].to_vec(),
            terms,
            warnings,
        })
    }

    /// Appends the presigned form of a raw target: path, and a query of its own where it has one.
    ///
    /// # Errors
    /// [`PrepareError::AlreadySigned`] where the target has a signature; nothing is appended then.
    pub fn presign(&self, target: &[u8], out: &mut Vec<u8>) -> Result<(), PresignError> {
        let (path, query) = split_target(target);
        if let Some(query) = query {
            refuse_signature(query, &self.terms.dialect)?;
        }
        let start = out.len();
        out.reserve(target.len() + self.canonical.length() + self.parameters.len());
        let hash = match query {
            None => {
                self.canonical.write(path, &self.terms, out);
                crypto::sha256(&out[start..])
            }
            Some(query) => crypto::sha256(&self.canonical_with_query(path, query)),
        };
        out.truncate(start);
        out.extend_from_slice(target);
        out.extend(parameter_separator(target));
        for piece in [&self.parameters, &self.before_signature] {
            out.extend_from_slice(piece);
        }
        self.key.write_signature(Hex::new(&hash).as_bytes(), out);
        out.extend_from_slice(&self.after_signature);
        Ok(())
    }

    /// The presigned form of a raw target as text.
    ///
    /// # Errors
    /// As [`presign`](Self::presign).
    pub fn presign_to_string(&self, target: &str) -> Result<String, PresignError> {
        let mut out = Vec::new();
        self.presign(target.as_bytes(), &mut out)?;
        Ok(String::from_utf8(out).expect("to a target that is text, only ASCII is appended"))
    }

    /// What is legal for all of these URLs and yet likely to go wrong.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    fn canonical_with_query(&self, path: &[u8], query: &[u8]) -> Vec<u8> {
        let whole = [query, b"&", &self.parameters].concat();
        let mut text = Vec::with_capacity(self.canonical.length() + path.len() + 2 * query.len());
        self.canonical.write_with_query(path, &whole, &self.terms, &mut text);
        text
    }
}

impl fmt::Debug for Presigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Presigner").finish_non_exhaustive()
    }
}

/// A canonical request cut open where targets differ: at its path and, for a target with a query of its own, at its query.
#[derive(Clone)]
struct CanonicalTemplate {
    before_path: Vec<u8>,
    after_path: Vec<u8>,
    /// Ends `after_path`.
    after_query: Vec<u8>,
}

impl CanonicalTemplate {
    fn of(canonical_request: &CanonicalRequest) -> Self {
        Self {
            before_path: canonical_request.before(Field::Path).to_vec(),
            after_path: canonical_request.after(Field::Path).to_vec(),
            after_query: canonical_request.after(Field::Query).to_vec(),
        }
    }

    fn length(&self) -> usize {
        self.before_path.len() + self.after_path.len()
    }

    fn write(&self, path: &[u8], terms: &Terms, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.before_path);
        canonical::path::write(path, terms.path_rule, out);
        out.extend_from_slice(&self.after_path);
    }

    fn write_with_query(&self, path: &[u8], query: &[u8], terms: &Terms, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.before_path);
        canonical::path::write(path, terms.path_rule, out);
        out.push(b'\n');
        canonical::query::write(Some(query), |name| terms.omits_parameter(name), out);
        out.extend_from_slice(&self.after_query);
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

    /// Everything constant of one presigner, and the long way round to compare with.
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
    fn awss_own_example_comes_out() {
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
        setting.now = setting.now.plus(Duration::from_secs(86_400));
        assert!(matches!(setting.presigner(setting.request("/")), Err(PresignError::Key(_))));
        setting.settings.placement = Placement::Header;
        assert!(matches!(setting.presigner(setting.request("/")), Err(PresignError::Placement)));
        setting.settings.placement = Placement::Query { expires: Duration::ZERO };
        assert!(matches!(setting.presigner(setting.request("/")), Err(PresignError::Prepare(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

        /// Catches any second way of computing: each service's path rule, own queries that sort among the parameters of the
        /// signature, and both ways of the token.
        #[test]
        fn a_presigned_target_is_what_prepare_and_sign_make_of_it(
            targets in proptest::collection::vec("/[a-c/.%2F+é ]{0,9}(\\?([XYa]|X-Amz-D|%2|=|&|\\+){0,9})?", 3),
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
            for target in targets {
                prop_assert_eq!(presigner.presign_to_string(&target).unwrap(), setting.the_long_way(&target));
            }
        }
    }
}
