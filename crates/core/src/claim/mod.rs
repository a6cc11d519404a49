//! Reads the terms of a signed request: what it claims about its signature, in its `Authorization` header or its query.
//!
//! Reading is lenient about formatting and strict about missing parts. Nothing is judged here: a claim may be false,
//! expired or absurd.

mod error;
mod dialect;
mod credential;

pub(crate) use credential::without_key;
pub use error::ClaimError;

use std::time::Duration;

use crate::canonical::{PathRule, PayloadHash, SignedHeaders, query};
use crate::derivation::{Derivation, Placement, Terms, TokenTravel, derive};
use crate::endpoint;
use crate::prepare::{USUAL_EXPIRY, accepted_for, presigned_default};
use crate::request::Request;
use crate::scheme::{Dialect, Scheme, Scope, Signature};
use crate::time::Timestamp;

/// The form of `x-amz-date`.
const DATE_FORM: &str = "20150830T123600Z";

/// What a signed request claims about its signature. Claims are unverified input.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Claim {
    /// The terms that the request claims.
    pub terms: Terms,
    /// The signature it presents.
    pub signature: Signature,
    /// The list of signed headers as the request presents it, which may be out of order.
    pub signed_headers_listed: String,
}

impl Claim {
    /// Reads the claim of a signed request.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn extract(request: &Request) -> Result<Self, ClaimError> {
        let parameters = Parameters::of(request);
        let word = dialect::query_word(parameters.names());
        if dialect::has_other_word(parameters.names(), word) {
            return Err(ClaimError::SignedTwice);
        }
        match (request.headers.first_text("authorization"), word) {
            (Some(_), Some(_)) => Err(ClaimError::SignedTwice),
            // Servers differ in which of two headers they read. If the first is a signature, the second is a finding.
            (Some(authorization), None) => from_header(request, authorization).map_err(|error| match error {
                _ if request.headers.values("authorization").nth(1).is_some() => ClaimError::SignedTwice,
                error => error,
            }),
            (None, Some(word)) => from_query(request, &parameters, word),
            (None, None) => Err(dialect::of_other_procedure(&parameters).unwrap_or(ClaimError::NotSigned)),
        }
    }

    /// When the server stops accepting a presigned URL; `None` for a signature in a header.
    ///
    /// Services that store objects, and some others, read the expiry from the query. The rest ignore it and accept a
    /// signature for a fixed time after its date: 15 minutes at STS and most services, less at AWS IoT.
    pub fn held_until(&self) -> Option<Timestamp> {
        let terms = &self.terms;
        let Placement::Query { expires } = terms.placement else { return None };
        let accepted = match terms.scope.service.as_str() {
            service if terms.dialect.stores_objects(service) => expires,
            service => accepted_for(service, expires),
        };
        Some(terms.timestamp.plus(accepted))
    }

    /// The region set of a signature of Version 4A, from its header or from the query: `us-east-1,eu-*`.
    pub fn region_set(&self, request: &Request) -> Option<String> {
        let name = self.region_set_name();
        match self.terms.placement {
            Placement::Header => request.headers.first_text(&name).map(str::to_owned),
            Placement::Query { .. } => {
                query::parameter(request, &name).map(|value| String::from_utf8_lossy(&value).into_owned())
            }
        }
    }

    /// The name of the header or parameter that has the region set.
    pub(crate) fn region_set_name(&self) -> String {
        match self.terms.placement {
            Placement::Header => self.terms.dialect.region_set_header(),
            Placement::Query { .. } => self.terms.dialect.query_name("Region-Set"),
        }
    }

    /// Derives what the server would, from the request and the terms that it claims.
    pub fn derive(&self, request: &Request) -> Derivation {
        derive(request, &self.terms)
    }
}

fn from_header(request: &Request, authorization: &str) -> Result<Claim, ClaimError> {
    let (algorithm, rest) = authorization.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((authorization, ""));
    let (dialect, scheme) = dialect::of_header(algorithm, request)?;
    let part = |name: &str| authorization_part(rest, name);
    let signed_headers_listed = part("SignedHeaders")?;
    let signed_headers = SignedHeaders::parse(signed_headers_listed);
    let declared = request.headers.first_text(&dialect.content_sha256_header).map(PayloadHash::declared);
    let is_token_unsigned =
        request.headers.contains(&dialect.token_header) && !signed_headers.contains(&dialect.token_header);
    let parts = Parts {
        credential: part("Credential")?,
        timestamp: date_of_headers(request, &dialect)?,
        payload: declared.unwrap_or_else(|| hash_of_body(request)),
        placement: Placement::Header,
        token: if is_token_unsigned { TokenTravel::Unsigned } else { TokenTravel::Signed },
        signature: part("Signature")?,
        signed_headers_listed,
        signed_headers,
        dialect,
        scheme,
    };
    parts.into_claim(request)
}

fn from_query(request: &Request, parameters: &Parameters, word: &str) -> Result<Claim, ClaimError> {
    let named = |name: &str| parameters.required(&format!("X-{word}-{name}"));
    let (dialect, scheme) = dialect::of_query(&named("Algorithm")?, word, parameters.names())?;
    let credential = named("Credential")?;
    let (_, scope) = parse_credential(&credential, scheme)?;
    let carrier = dialect.query_name("Date");
    let timestamp = Timestamp::parse_amz_date(&named("Date")?).map_err(|source| ClaimError::Date {
        carrier,
        expected: DATE_FORM,
        source,
    })?;
    let declared = request.headers.first_text(&dialect.content_sha256_header).map(str::to_owned);
    let payload = declared
        .or_else(|| parameters.get(&dialect.query_name("Content-Sha256")))
        .map(|text| PayloadHash::declared(&text))
        .or_else(|| presigned_default(&dialect, &scope.service))
        .unwrap_or_else(|| hash_of_body(request));
    let signed_headers_listed = named("SignedHeaders")?;
    let parts = Parts {
        credential: &credential,
        timestamp,
        signed_headers: SignedHeaders::parse(&signed_headers_listed),
        signed_headers_listed: &signed_headers_listed,
        payload,
        placement: Placement::Query { expires: expires_of(parameters, &dialect, &scope.service)? },
        token: TokenTravel::for_service(&scope.service),
        signature: &named("Signature")?,
        dialect,
        scheme,
    };
    parts.into_claim(request)
}

/// The parts of a claim, whether read from a header or from a query.
struct Parts<'a> {
    scheme: Scheme,
    dialect: Dialect,
    credential: &'a str,
    timestamp: Timestamp,
    signed_headers: SignedHeaders,
    signed_headers_listed: &'a str,
    payload: PayloadHash,
    placement: Placement,
    token: TokenTravel,
    signature: &'a str,
}

impl Parts<'_> {
    fn into_claim(self, request: &Request) -> Result<Claim, ClaimError> {
        let (access_key_id, scope) = parse_credential(self.credential, self.scheme)?;
        let path_rule = endpoint::path_rule_for(request, PathRule::for_service(&self.dialect, &scope.service));
        let terms = Terms {
            scheme: self.scheme,
            dialect: self.dialect,
            access_key_id,
            timestamp: self.timestamp,
            scope,
            signed_headers: self.signed_headers,
            payload: self.payload,
            path_rule,
            placement: self.placement,
            token: self.token,
        };
        let signed_headers_listed = self.signed_headers_listed.to_owned();
        Ok(Claim { terms, signature: Signature::presented(self.signature), signed_headers_listed })
    }
}

/// The hash of the body, or that of an empty body if the body is unknown.
fn hash_of_body(request: &Request) -> PayloadHash {
    PayloadHash::Sha256(request.body.sha256().unwrap_or_else(|| crate::crypto::sha256(b"")))
}

fn authorization_part<'a>(parts: &'a str, name: &str) -> Result<&'a str, ClaimError> {
    let value_of = |part: &'a str| part.trim().strip_prefix(name)?.trim_start().strip_prefix('=').map(str::trim);
    let missing = || ClaimError::Missing { carrier: "Authorization header", part: name.to_owned() };
    parts.split(',').find_map(value_of).filter(|value| !value.is_empty()).ok_or_else(missing)
}

fn parse_credential(text: &str, scheme: Scheme) -> Result<(String, Scope), ClaimError> {
    let malformed = || ClaimError::Credential { scheme, presented: without_key(text) };
    Scope::parse_credential(text, scheme).ok_or_else(malformed)
}

/// The expiry of a presigned URL. Services that store objects read it from the query; others ignore the query and use a
/// fixed expiry.
fn expires_of(parameters: &Parameters, dialect: &Dialect, service: &str) -> Result<Duration, ClaimError> {
    let name = dialect.query_name("Expires");
    match parameters.required(&name) {
        Err(_) if !dialect.stores_objects(service) => Ok(USUAL_EXPIRY),
        text => parse_expires(dialect, text?),
    }
}

fn parse_expires(dialect: &Dialect, text: String) -> Result<Duration, ClaimError> {
    let invalid = |presented| ClaimError::Expires {
        name: dialect.query_name("Expires"),
        expected: "a number of seconds",
        presented,
    };
    plain_number(&text).map(Duration::from_secs).ok_or_else(|| invalid(text))
}

/// Reads a whole number only if every server reads it the same way: no sign, because some parsers accept one, and no
/// leading zero, because some read it as octal.
pub(crate) fn plain_number<N: std::str::FromStr>(text: &str) -> Option<N> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| is_plain)
}

/// The date header of the dialect, or `Date`, which servers accept in its place.
fn date_of_headers(request: &Request, dialect: &Dialect) -> Result<Timestamp, ClaimError> {
    let name = dialect.date_header.as_ref();
    let invalid = |carrier: &str| {
        let carrier = carrier.to_owned();
        |source| ClaimError::Date { carrier, expected: DATE_FORM, source }
    };
    if let Some(date) = request.headers.first_text(name) {
        return Timestamp::parse_amz_date(date).map_err(invalid(name));
    }
    let date = request.headers.first_text("date").ok_or_else(|| ClaimError::NoDate { expected: name.to_owned() })?;
    Timestamp::parse(date).map_err(invalid("date"))
}

/// The decoded parameters of a query, in order.
struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn of(request: &Request) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let decoded = query::parameters(request.query().unwrap_or_default());
        Self(decoded.map(|(name, value)| (text(name), text(value))).collect())
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    }

    fn required(&self, name: &str) -> Result<String, ClaimError> {
        let missing = || ClaimError::Missing { carrier: "query", part: name.to_owned() };
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(missing)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Body, Headers, RequestUrl};

    fn claim(query: &str) -> Claim {
        let mut headers = Headers::default();
        headers.push("Host", "h.example").unwrap();
        let target = format!("/?{query}").into_bytes();
        Claim::extract(&Request {
            method: "GET".to_owned(),
            authority: None,
            wire: Vec::new(),
            target,
            headers,
            body: Body::Unknown,
        })
        .unwrap()
    }

    /// aws-sdk-rust puts a signed token after the signature; AWS IoT's clients put an unsigned one anywhere.
    #[test]
    fn whether_a_query_token_is_signed_depends_on_the_service_not_its_position() {
        let token = "&X-Amz-Security-Token=token";
        for (service, travel) in [("s3", TokenTravel::Signed), ("iotdevicegateway", TokenTravel::Unsigned)] {
            for (before, behind) in [(token, ""), ("", token)] {
                let query = format!(
                    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2F{service}%2Faws4_request\
                     &X-Amz-Date=20150830T123600Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host{before}&X-Amz-Signature=00{behind}"
                );
                assert_eq!(claim(&query).terms.token, travel, "{query}");
            }
        }
    }

    /// S3 reads `X-Amz-Expires`; STS and the others accept a URL for 15 minutes whatever it says, and do not require
    /// it.
    #[test]
    fn each_service_decides_how_long_it_accepts_a_url() {
        let of = |service: &str, expires: &str| {
            format!(
                "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20150830%2Fus-east-1%2F{service}%2Faws4_request\
                 &X-Amz-Date=20150830T123600Z{expires}&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
            )
        };
        for (service, expires, seconds) in [
            ("s3", "&X-Amz-Expires=86400", 86_400),
            ("sts", "&X-Amz-Expires=86400", 900),
            ("sts", "", 900),
            ("iotdevicegateway", "&X-Amz-Expires=86400", 300),
            // Aurora DSQL's user guide: 15 minutes by default, at most 604800 seconds.
            ("dsql", "&X-Amz-Expires=3600", 3_600),
            ("dsql", "&X-Amz-Expires=604800", 604_800),
            ("dsql", "&X-Amz-Expires=60", 60),
            // Bedrock's short-term keys last twelve hours at most.
            ("bedrock", "&X-Amz-Expires=43200", 43_200),
            ("bedrock", "&X-Amz-Expires=46800", 43_200),
            ("rds-db", "&X-Amz-Expires=3600", 900),
            ("transcribe", "&X-Amz-Expires=300", 300),
        ] {
            let claim = claim(&of(service, expires));
            let until = claim.held_until().unwrap();
            assert_eq!(claim.terms.timestamp.seconds_until(until), seconds, "{service}{expires}");
        }
        let url = RequestUrl::parse(&format!("https://h.example/?{}", of("s3", ""))).unwrap();
        assert!(Claim::extract(&Request::new("GET", &url).unwrap()).is_err(), "S3 wants X-Amz-Expires");
    }

    /// A token that was sent without being in the list of signed headers is not covered by the signature.
    #[test]
    fn a_token_in_a_header_is_signed_only_if_it_is_listed() {
        let of = |listed: &str, token: bool| {
            let mut request = Request::new("GET", &RequestUrl::parse("https://h.example/").unwrap()).unwrap();
            request.headers.push("X-Amz-Date", "20150830T123600Z").unwrap();
            if token {
                request.headers.push("X-Amz-Security-Token", "token").unwrap();
            }
            let authorization = format!(
                "AWS4-HMAC-SHA256 Credential=AKID/20150830/r/s3/aws4_request, SignedHeaders={listed}, Signature=00"
            );
            request.headers.push("Authorization", authorization).unwrap();
            Claim::extract(&request).unwrap().terms.token
        };
        assert_eq!(of("host;x-amz-date;x-amz-security-token", true), TokenTravel::Signed);
        assert_eq!(of("host;x-amz-date", true), TokenTravel::Unsigned);
        assert_eq!(of("host;x-amz-date", false), TokenTravel::Signed);
    }

    fn query_of(algorithm: &str, prefix: &str) -> String {
        format!(
            "X-{prefix}-Algorithm={algorithm}&X-{prefix}-Credential=AKID%2F20150830%2Fr%2Fs3%2Fx4_request\
             &X-{prefix}-Date=20150830T123600Z&X-{prefix}-Expires=60&X-{prefix}-SignedHeaders=host&X-{prefix}-Signature=00"
        )
    }

    #[test]
    fn a_query_names_both_providers() {
        for (algorithm, prefix, dialect) in [
            ("AWS4-HMAC-SHA256", "Amz", Dialect::AWS4),
            ("GOOG4-HMAC-SHA256", "Goog", Dialect::GOOG4),
            ("GOOG4-HMAC-SHA256", "Amz", Dialect::from_providers("goog", "amz")),
        ] {
            assert_eq!(claim(&query_of(algorithm, prefix)).terms.dialect, dialect, "{algorithm} {prefix}");
        }
    }

    /// No server accepts a URL without an algorithm, or with an unknown one.
    #[test]
    fn an_algorithm_that_is_missing_or_unknown_makes_no_claim() {
        for algorithm in ["", "GARBAGE", "AWS4-HMAC-SHA512", "4-HMAC-SHA256"] {
            let url = crate::request::RequestUrl::parse(&format!("https://h.example/?{}", query_of(algorithm, "Amz")));
            let request = Request::new("GET", &url.unwrap()).unwrap();
            let error = Claim::extract(&request).unwrap_err();
            assert!(matches!(error, ClaimError::Algorithm { .. } | ClaimError::Missing { .. }), "{algorithm}: {error}");
        }
    }

    /// Alibaba's signer (alibabacloud-oss-v2 1.4.1, `SignerV4`) writes these; judged as Version 4, they would all seem
    /// wrong.
    #[test]
    fn a_signature_by_another_procedure_has_its_own_error() {
        let header = "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=00";
        let mut request = Request::new("GET", &RequestUrl::parse("https://b.oss-cn-hangzhou.aliyuncs.com/k").unwrap());
        let signed = request.as_mut().unwrap();
        signed.headers.push("x-oss-date", "20231216T162057Z").unwrap();
        signed.headers.push("Authorization", header).unwrap();
        let query = "https://b.oss-cn-hangzhou.aliyuncs.com/k?x-oss-credential=ak%2F20231216%2Fcn-hangzhou%2Foss%2Faliyun_v4_request\
                     &x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-signature=00";
        let url = Request::new("GET", &RequestUrl::parse(query).unwrap());
        for request in [request, url] {
            let error = Claim::extract(&request.unwrap()).unwrap_err();
            assert_eq!(error, ClaimError::Procedure { presented: "OSS4-HMAC-SHA256".to_owned() });
        }
    }

    #[test]
    fn a_header_that_only_ends_in_date_is_not_a_date_header() {
        let authorization =
            "OSC4-HMAC-SHA256 Credential=AKID/20150830/r/s/osc4_request, SignedHeaders=host, Signature=00";
        let mut headers = Headers::default();
        headers.push("X-Osc-Meta-Build-Date", "yesterday").unwrap();
        headers.push("X-Osc-Date", "20150830T123600Z").unwrap();
        headers.push("Authorization", authorization).unwrap();
        let request = Request {
            method: "GET".to_owned(),
            authority: None,
            wire: Vec::new(),
            target: b"/".to_vec(),
            headers,
            body: Body::Unknown,
        };
        assert_eq!(Claim::extract(&request).unwrap().terms.dialect, Dialect::from_providers("osc", "osc"));
    }

    /// A request that only has a `Date` header is read with the names that go with its algorithm. The session token of
    /// S3 Express identifies a directory bucket, and nothing else does.
    #[test]
    fn the_dialect_follows_from_the_algorithm_and_the_token() {
        let of = |algorithm: &str, lines: &[(&str, &str)]| {
            let mut request = Request::new("GET", &RequestUrl::parse("https://h.example/").unwrap()).unwrap();
            lines.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
            let parts = "Credential=AKID/20150830/r/s3/x4_request, SignedHeaders=host, Signature=00";
            request.headers.push("Authorization", format!("{algorithm} {parts}")).unwrap();
            Claim::extract(&request).unwrap().terms.dialect
        };
        let date = ("Date", "Sun, 30 Aug 2015 12:36:00 GMT");
        assert_eq!(of("AWS4-HMAC-SHA256", &[date]), Dialect::AWS4);
        assert_eq!(of("GOOG4-HMAC-SHA256", &[date]), Dialect::GOOG4);
        let token = ("x-amz-s3session-token", "t");
        assert_eq!(of("AWS4-HMAC-SHA256", &[date, token]), Dialect::s3_express_session());
        assert_eq!(of("GOOG4-HMAC-SHA256", &[date, token]), Dialect::GOOG4);
    }
}
