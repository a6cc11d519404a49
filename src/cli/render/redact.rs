//! Removes session tokens and everything else in a request that grants access from the output: the stages of a
//! signature contain them in plain and percent-encoded form.

use std::rc::Rc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use serde_json::Value;

use crate::cli::screen::Screen;
use crate::cli::secrets::Secrets;
use crate::profiles::looks_like_secret;
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::endpoint::BucketRule;
use sigvet_core::form::FormClaim;
use sigvet_core::internal::canonical::query::parameters;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::{Body, Header, Request};
use sigvet_core::scheme::{Dialect, Signature};
use sigvet_core::stream::StreamFault;
use sigvet_core::verify::{Claimed, Finding, Verdict};

pub use crate::cli::secrets::short_signature;
pub use crate::redaction::{REDACTED, is_bearing_parameter};

/// The texts to remove.
#[derive(Clone, Debug, Default)]
pub struct Redactor(Secrets);

impl Redactor {
    /// Removes nothing.
    pub fn none() -> Self {
        Self::default()
    }

    /// Removes the session token of a request wherever it occurs, and every other value that grants access except
    /// the signature itself.
    pub fn of(request: &Request, dialect: &Dialect) -> Self {
        Self::of_all(&[request], dialect, [])
    }

    /// Like [`Redactor::of`] for several requests, and also for secrets that must never be shown.
    pub fn of_all<'a>(requests: &[&Request], dialect: &Dialect, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut redactor = Self::of_secrets(requests, secrets);
        for request in requests {
            redactor.0.add(bearers(request, dialect));
        }
        redactor
    }

    /// Removes only secrets, if the user wants to see tokens: the given secrets, and text in the requests that
    /// looks like a secret because it is in the place of an access key ID.
    pub fn of_secrets<'a>(requests: &[&Request], secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let mut known = Secrets::default();
        known.add(secrets.into_iter().map(Secret::expose_secret));
        for request in requests {
            known.add(exchanged_key(request));
        }
        Self(known)
    }

    /// Removes these values.
    pub fn of_values(values: &[Vec<u8>]) -> Self {
        let mut known = Secrets::default();
        known.add(values);
        Self(known)
    }

    /// Also removes the parts of a key: its secret, its token, and its ID if that looks like a secret.
    #[must_use]
    pub fn with_key(mut self, key: &Credentials) -> Self {
        self.0.add([key.secret_access_key.expose_secret()]);
        self.0.add(key.session_token.as_ref().map(Secret::expose_secret));
        self.0.add(Some(&key.access_key_id).filter(|id| looks_like_secret(id)));
        self
    }

    /// Shows only the start of every signature that was computed to verify a request, because the author of the
    /// request could use it.
    #[must_use]
    pub fn with_verdict(self, verdict: &Verdict) -> Self {
        let expected = verdict.expected.iter().map(Signature::as_str);
        self.with_signatures(expected.chain(verdict.findings.iter().filter_map(made_signature)))
    }

    /// Shows only the start of these signatures.
    #[must_use]
    pub fn with_signatures<'s>(mut self, signatures: impl IntoIterator<Item = &'s str>) -> Self {
        self.0.add_signatures(signatures);
        self
    }

    /// Shows only the start of the signatures in the URL of a request. Who reads a URL of a request that was accepted,
    /// or not judged, could send it again.
    #[must_use]
    pub fn with_signed_url(self, request: &Request) -> Self {
        let signatures: Vec<String> = signatures_in_query(request).collect();
        self.with_signatures(signatures.iter().map(String::as_str))
    }

    /// The texts that are removed.
    pub fn secrets(&self) -> &Secrets {
        &self.0
    }

    /// A JSON value with the texts removed from all its strings.
    pub fn apply_to_json(&self, value: Value) -> Value {
        match value {
            Value::String(text) => self.apply(&text).into(),
            Value::Array(values) => values.into_iter().map(|value| self.apply_to_json(value)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, value)| (name, self.apply_to_json(value))).collect()
            }
            other => other,
        }
    }

    /// From now on, removes the texts from everything written to the screen.
    pub fn veil(&self, screen: &mut Screen) {
        screen.redact_with(Rc::new(self.0.clone()));
    }

    /// The text without the secrets.
    pub fn apply(&self, text: &str) -> String {
        self.0.apply(text).into_owned()
    }
}

/// All values of a request that grant access, except its signature.
pub fn bearers_of(request: &Request) -> Vec<Vec<u8>> {
    bearers(request, &Dialect::AWS4)
}

/// The signatures in the query and in the `Authorization` headers of a request. None is empty.
pub fn signatures_of(request: &Request) -> Vec<String> {
    let in_header = request.headers.values("authorization").filter_map(|value| {
        let (_, signature) = std::str::from_utf8(value).ok()?.split_once("Signature=")?;
        Some(signature.split([',', ' ']).next()?.to_owned())
    });
    signatures_in_query(request).chain(in_header).filter(|signature| !signature.is_empty()).collect()
}

fn signatures_in_query(request: &Request) -> impl Iterator<Item = String> {
    let in_query = parameters(request.query().unwrap_or_default());
    let signatures = in_query.filter(|(name, _)| is_signature_parameter(name));
    signatures.map(|(_, value)| String::from_utf8_lossy(&value).into_owned())
}

/// The correct signature of a chunk or a trailer in a finding.
fn made_signature(finding: &Finding) -> Option<&str> {
    match finding {
        Finding::Stream(
            StreamFault::ChunkSignature { expected, .. } | StreamFault::TrailerSignature { expected, .. },
        ) => Some(expected),
        _ => None,
    }
}

/// Whether a query parameter is a signature, in any version and any dialect: `X-Amz-Signature`, `X-Goog-Signature`,
/// `Signature`.
fn is_signature_parameter(name: &[u8]) -> bool {
    decode(name, Plus::Literal).to_ascii_lowercase().ends_with(b"signature")
}

/// Whether a header grants access, other than by a signature, which is what the output is about.
pub fn is_bearing_header(header: &Header) -> bool {
    header.is_bearer() && !is_signature(header)
}

/// Whether it is an `Authorization` header with a signature: of one of AWS's schemes, or of schemes derived from
/// them.
fn is_signature(header: &Header) -> bool {
    let scheme = header.value.trim_ascii().split(|byte| *byte == b' ').next().unwrap_or_default();
    let bears = [&b"bearer"[..], b"basic", b"digest", b"negotiate", b"token", b"apikey"];
    header.is_named("authorization") && !bears.iter().any(|bearing| scheme.eq_ignore_ascii_case(bearing))
}

/// All values of a request that grant access.
fn bearers(request: &Request, dialect: &Dialect) -> Vec<Vec<u8>> {
    let own = [dialect.token_query_name(), Dialect::s3_express_session().token_query_name()];
    let bears =
        |name: &[u8]| is_bearing_parameter(name) || own.iter().any(|token| name.eq_ignore_ascii_case(token.as_bytes()));
    let in_query = values(request.query().unwrap_or_default(), &bears);
    let body = match &request.body {
        Body::Bytes(body) if is_form(request) => body.as_slice(),
        _ => &[],
    };
    let in_headers = request.headers.iter().filter(|header| is_bearing_header(header)).flat_map(in_header);
    in_query.into_iter().chain(values(body, &bears)).chain(in_headers).chain(in_form(request)).collect()
}

fn values(query: &[u8], bears: &dyn Fn(&[u8]) -> bool) -> Vec<Vec<u8>> {
    parameters(query).filter(|(name, _)| bears(name)).map(|(_, value)| value.to_vec()).collect()
}

fn is_form(request: &Request) -> bool {
    request.headers.media_type().as_deref() == Some("application/x-www-form-urlencoded")
}

/// The whole value of a header, and the parts of it that grant access by themselves: after the scheme of an
/// authorization, in a cookie, and inside HTTP Basic authentication.
fn in_header(header: &Header) -> Vec<Vec<u8>> {
    let value = header.value.trim_ascii();
    let mut found = vec![value.to_vec()];
    if header.name.to_ascii_lowercase().ends_with("cookie") {
        let pairs = value.split(|byte| matches!(byte, b';' | b','));
        let of_pair = |pair: &[u8]| pair.iter().position(|byte| *byte == b'=').map(|at| pair[at + 1..].to_vec());
        found.extend(pairs.filter_map(of_pair).filter(|value| value.len() >= 12));
    } else if let Some(at) = value.iter().position(|byte| *byte == b' ')
        && header.name.to_ascii_lowercase().ends_with("authorization")
    {
        let credential = value[at..].trim_ascii();
        let pair = BASE64_STANDARD.decode(credential).unwrap_or_default();
        let password = pair.iter().position(|byte| *byte == b':').map(|at| pair[at + 1..].to_vec());
        found.extend([credential.to_vec()].into_iter().chain(password));
    }
    found
}

/// The text in place of the key's ID, if it looks like the secret.
fn exchanged_key(request: &Request) -> Option<String> {
    let claimed = Claimed::extract(request, BucketRule::default()).ok()?;
    let id = String::from_utf8_lossy(&decode(claimed.access_key_id().as_bytes(), Plus::Literal)).into_owned();
    let secret = id.rsplit_once(':').map_or(id.as_str(), |(_, secret)| secret);
    looks_like_secret(secret).then(|| secret.to_owned())
}

/// The session tokens of a form upload, and its policy if that contains one in base64.
fn in_form(request: &Request) -> Vec<Vec<u8>> {
    match FormClaim::extract(request) {
        Some(Ok(claim)) => claim.bearers(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;
    use sigvet_core::request::RequestUrl;

    #[test]
    fn a_token_is_removed_in_each_of_its_forms() {
        let url = RequestUrl::parse("https://h.example/?X-Amz-Security-Token=que%2Fry%2B%3D&x=1").unwrap();
        let mut request = Request::new("GET", &url).unwrap();
        request.headers.push("X-Amz-Security-Token", "to/ken==").unwrap();
        let redactor = Redactor::of(&request, &Dialect::AWS4);
        let shown = redactor.apply("que/ry+= que%2Fry%2B%3D to/ken== to%2Fken%3D%3D rest");
        assert_eq!(shown, "[redacted] [redacted] [redacted] [redacted] rest");
    }

    /// Canonical headers collapse white space, and the wire format does not.
    #[test]
    fn a_folded_token_is_removed_from_the_canonical_text() {
        let mut request = Request::new("GET", &RequestUrl::parse("https://h.example/").unwrap()).unwrap();
        request.headers.push("X-Amz-Security-Token", "IQoJb3Jp  Z2luX2Vj\r\n\tEJ3AwZz9h").unwrap();
        let redactor = Redactor::of(&request, &Dialect::AWS4);
        assert_eq!(redactor.apply("token:IQoJb3Jp Z2luX2Vj EJ3AwZz9h\n"), "token:[redacted]\n");
    }

    #[test]
    fn values_that_grant_access_are_removed_and_a_signature_stays() {
        let url = "https://h.example/?SAMLAssertion=PHNhbWw%2B&api_key=key-value&continuation-token=public";
        let mut request = Request::new("POST", &RequestUrl::parse(url).unwrap()).unwrap();
        for (name, value) in [
            ("Proxy-Authorization", "Basic dXNlcjpodXNoLWh1c2g="),
            ("Cookie", "id=1; session=0123456789abcdef"),
            ("x-api-key", "another-key"),
            ("Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20150830/r/s/aws4_request, Signature=00"),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ] {
            request.headers.push(name, value).unwrap();
        }
        request.body = Body::Bytes(b"Action=A&WebIdentityToken=eyJhbGci.eyJzdWIi".to_vec());
        let redactor = Redactor::of(&request, &Dialect::AWS4);
        for hidden in ["hush-hush", "0123456789abcdef", "another-key", "PHNhbWw+", "key-value", "eyJhbGci.eyJzdWIi"] {
            assert_eq!(redactor.apply(hidden), REDACTED);
        }
        for public in ["public", "AKID/20150830", "Signature=00", "id=1"] {
            assert_eq!(redactor.apply(public), public);
        }
        request.headers.remove("authorization");
        request.headers.push("Authorization", "Bearer hush-hush-hush").unwrap();
        assert_eq!(Redactor::of(&request, &Dialect::AWS4).apply("hush-hush-hush"), REDACTED);
    }

    /// If a client swaps the two parts of a key, it sends the secret, which the explanation would show.
    #[test]
    fn a_secret_in_place_of_an_access_key_id_is_removed() {
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let mut request = Request::new("GET", &RequestUrl::parse("https://h.example/").unwrap()).unwrap();
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={secret}/20150830/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=00"
        );
        request.headers.push("X-Amz-Date", "20150830T123600Z").unwrap();
        request.headers.push("Authorization", authorization).unwrap();
        for redactor in [Redactor::of(&request, &Dialect::AWS4), Redactor::of_secrets(&[&request], [])] {
            assert_eq!(redactor.apply(&format!("secret of {secret}")), "secret of [redacted]");
        }
    }

    /// Catches a token that only the policy contains, escaped as by PHP, in each base64 variant that clients send.
    #[test]
    fn a_token_that_only_the_policy_contains_is_removed() {
        let policy = r#"{"conditions": [["eq", "$x-amz-security-token", "whi\/sper"]]}"#;
        for engine in [&BASE64_STANDARD, &BASE64_URL_SAFE_NO_PAD] {
            let encoded = engine.encode(policy);
            let part = |name: &str, value: &str| {
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let fields = [("AWSAccessKeyId", "AKID"), ("signature", "00"), ("policy", encoded.as_str())];
            let body: String = fields.iter().map(|(name, value)| part(name, value)).collect();
            let mut request = Request::new("POST", &RequestUrl::parse("https://h.example/b").unwrap()).unwrap();
            request.headers.push("Content-Type", "multipart/form-data; boundary=b").unwrap();
            request.body = sigvet_core::request::Body::Bytes(format!("{body}--b--").into_bytes());
            let redactor = Redactor::of(&request, &Dialect::AWS4);
            let expected = policy.replace("whi\\/sper", REDACTED);
            assert_eq!([redactor.apply(policy), redactor.apply(&encoded)], [expected, REDACTED.to_owned()]);
        }
    }
}
