//! From a signed request to its terms: what the request claims of itself, in its `Authorization` header or in its query.
//!
//! Reading is lenient where text was only formatted differently, and strict where something is missing. Nothing is judged
//! here: a claim may be false, expired or absurd.

use std::time::Duration;

use crate::canonical::{PathRule, PayloadHash, SignedHeaders, query};
use crate::derivation::{Derivation, Placement, Terms, TokenTravel, derive};
use crate::prepare::presigned_default;
use crate::request::Request;
use crate::scheme::{Dialect, Scheme, Scope, Signature};
use crate::time::{InvalidTimestamp, Timestamp};

/// What a signed request says of its signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What it says was agreed on.
    pub terms: Terms,
    /// The signature it presents.
    pub signature: Signature,
}

/// Why a request makes no claim that could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// Neither an `Authorization` header nor the parameters of a presigned URL.
    #[error("the request is not signed: no Authorization header, and no X-Amz-Signature in its query")]
    NotSigned,
    /// A header and a query signature at once.
    #[error("the request is signed twice: in its Authorization header and in its query")]
    SignedTwice,
    /// An algorithm that is not Signature Version 4's.
    #[error("unknown signature algorithm '{presented}', expected AWS4-HMAC-SHA256")]
    Algorithm {
        /// What stands in its place.
        presented: String,
    },
    /// A part of the signature is missing.
    #[error("the {carrier} has no {part}")]
    Missing {
        /// `Authorization header` or `query`.
        carrier: &'static str,
        /// What is missing.
        part: String,
    },
    /// The credential is not of the form `AKID/date/region/service/aws4_request`.
    #[error("not a credential: '{presented}', expected ID/YYYYMMDD/region/service/aws4_request")]
    Credential {
        /// What stands in its place.
        presented: String,
    },
    /// The date of the request is missing.
    #[error("the request has no date: neither {expected} nor Date")]
    NoDate {
        /// The header that would carry it.
        expected: String,
    },
    /// The date of the request is none.
    #[error("{carrier}: {source}, expected the form 20150830T123600Z")]
    Date {
        /// The header or parameter.
        carrier: String,
        /// What it says.
        source: InvalidTimestamp,
    },
    /// `X-Amz-Expires` is no number of seconds.
    #[error("not a number of seconds: '{presented}' in {name}")]
    Expires {
        /// The parameter.
        name: String,
        /// What it says.
        presented: String,
    },
}

impl Claim {
    /// Reads the claim of a signed request.
    ///
    /// # Errors
    /// See [`ClaimError`].
    pub fn extract(request: &Request) -> Result<Self, ClaimError> {
        let parameters = Parameters::of(request);
        match (request.headers.first_text("authorization"), parameters.signature_dialect()) {
            (Some(_), Some(_)) => Err(ClaimError::SignedTwice),
            (Some(authorization), None) => from_header(request, authorization),
            (None, Some(dialect)) => from_query(request, &parameters, dialect),
            (None, None) => Err(ClaimError::NotSigned),
        }
    }

    /// What the server derives from the request, by the terms that it claims.
    pub fn derive(&self, request: &Request) -> Derivation {
        derive(request, &self.terms)
    }
}

fn from_header(request: &Request, authorization: &str) -> Result<Claim, ClaimError> {
    let (algorithm, rest) = authorization.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((authorization, ""));
    let dialect = dialect_of(algorithm, request)?;
    let part = |name: &str| authorization_part(rest, name);
    let (access_key_id, scope) = parse_credential(part("Credential")?)?;
    let timestamp = date_of_headers(request, &dialect)?;
    let signed_headers = SignedHeaders::parse(part("SignedHeaders")?);
    let signature = Signature::presented(part("Signature")?);
    let declared = request.headers.first_text(&dialect.content_sha256_header).map(PayloadHash::declared);
    let payload = declared.unwrap_or_else(|| hash_of_body(request));
    let token = match request.headers.contains(&dialect.token_header) && !signed_headers.contains(&dialect.token_header)
    {
        true => TokenTravel::Unsigned,
        false => TokenTravel::Signed,
    };
    let path_rule = PathRule::of_service(&dialect, &scope.service);
    let placement = Placement::Header;
    let scheme = Scheme::V4;
    let terms = Terms {
        scheme,
        dialect,
        access_key_id,
        timestamp,
        scope,
        signed_headers,
        payload,
        path_rule,
        placement,
        token,
    };
    Ok(Claim { terms, signature })
}

fn from_query(request: &Request, parameters: &Parameters, dialect: Dialect) -> Result<Claim, ClaimError> {
    let required = |name: &str| parameters.required(&dialect, name);
    let (access_key_id, scope) = parse_credential(&required("Credential")?)?;
    let date = required("Date")?;
    let carrier = dialect.query_name("Date");
    let timestamp = Timestamp::parse_amz_date(&date).map_err(|source| ClaimError::Date { carrier, source })?;
    let expires = parse_expires(&dialect, required("Expires")?)?;
    let signed_headers = SignedHeaders::parse(&required("SignedHeaders")?);
    let signature = Signature::presented(required("Signature")?);
    let declared = request.headers.first_text(&dialect.content_sha256_header).map(str::to_owned);
    let payload = declared
        .or_else(|| parameters.get(&dialect.query_name("Content-Sha256")))
        .map(|text| PayloadHash::declared(&text))
        .or_else(|| presigned_default(&dialect, &scope.service))
        .unwrap_or_else(|| hash_of_body(request));
    let path_rule = PathRule::of_service(&dialect, &scope.service);
    let placement = Placement::Query { expires };
    let token = TokenTravel::of_service(&scope.service);
    let scheme = Scheme::V4;
    let terms = Terms {
        scheme,
        dialect,
        access_key_id,
        timestamp,
        scope,
        signed_headers,
        payload,
        path_rule,
        placement,
        token,
    };
    Ok(Claim { terms, signature })
}

/// The hash of the body; where the body is not known, that of an empty one.
fn hash_of_body(request: &Request) -> PayloadHash {
    PayloadHash::Sha256(request.body.sha256().unwrap_or_else(|| crate::crypto::sha256(b"")))
}

fn authorization_part<'a>(parts: &'a str, name: &str) -> Result<&'a str, ClaimError> {
    let value_of = |part: &'a str| part.trim().strip_prefix(name)?.trim_start().strip_prefix('=').map(str::trim);
    let missing = || ClaimError::Missing { carrier: "Authorization header", part: name.to_owned() };
    parts.split(',').find_map(value_of).filter(|value| !value.is_empty()).ok_or_else(missing)
}

fn parse_credential(text: &str) -> Result<(String, Scope), ClaimError> {
    Scope::parse_credential(text).ok_or_else(|| ClaimError::Credential { presented: text.to_owned() })
}

fn parse_expires(dialect: &Dialect, text: String) -> Result<Duration, ClaimError> {
    let seconds =
        text.parse().map_err(|_| ClaimError::Expires { name: dialect.query_name("Expires"), presented: text })?;
    Ok(Duration::from_secs(seconds))
}

/// The date header of the dialect, or `Date`, which servers accept in its place.
fn date_of_headers(request: &Request, dialect: &Dialect) -> Result<Timestamp, ClaimError> {
    let name = dialect.date_header.as_ref();
    let invalid = |carrier: &str| {
        let carrier = carrier.to_owned();
        |source| ClaimError::Date { carrier, source }
    };
    if let Some(date) = request.headers.first_text(name) {
        return Timestamp::parse_amz_date(date).map_err(invalid(name));
    }
    let date = request.headers.first_text("date").ok_or_else(|| ClaimError::NoDate { expected: name.to_owned() })?;
    Timestamp::parse(date).map_err(invalid("date"))
}

/// The dialect of an algorithm: `NAME4-HMAC-SHA256`. Other providers than AWS and Google name their headers freely; the
/// request's own date header tells how.
fn dialect_of(algorithm: &str, request: &Request) -> Result<Dialect, ClaimError> {
    let known = [Dialect::AWS4, Dialect::GOOG4].into_iter().find(|dialect| dialect.algorithm == algorithm);
    let unknown = || ClaimError::Algorithm { presented: algorithm.to_owned() };
    known.map_or_else(|| dialect_by_date_header(algorithm, request).ok_or_else(unknown), Ok)
}

fn dialect_by_date_header(algorithm: &str, request: &Request) -> Option<Dialect> {
    let provider1 = algorithm.strip_suffix("4-HMAC-SHA256").filter(|name| !name.is_empty())?;
    let provider2 = request.headers.iter().find_map(|header| {
        let name = header.name.to_ascii_lowercase();
        name.strip_prefix("x-")?.strip_suffix("-date").map(str::to_owned)
    })?;
    Some(Dialect::from_providers(provider1, &provider2))
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

    fn required(&self, dialect: &Dialect, name: &str) -> Result<String, ClaimError> {
        let name = dialect.query_name(name);
        self.get(&name).filter(|value| !value.is_empty()).ok_or(ClaimError::Missing { carrier: "query", part: name })
    }

    /// The dialect whose signature or algorithm stands in the query: `X-Amz-…`, `X-Goog-…`.
    fn signature_dialect(&self) -> Option<Dialect> {
        let marks = |dialect: &Dialect| ["Signature", "Algorithm"].map(|name| dialect.query_name(name));
        let present = |dialect: &Dialect| marks(dialect).iter().any(|name| self.get(name).is_some());
        [Dialect::AWS4, Dialect::GOOG4].into_iter().find(present).or_else(|| self.other_dialect())
    }

    fn other_dialect(&self) -> Option<Dialect> {
        let (name, algorithm) = self.0.iter().find(|(name, _)| name.ends_with("-Algorithm"))?;
        let provider2 = name.strip_prefix("X-")?.strip_suffix("-Algorithm")?;
        let provider1 = algorithm.strip_suffix("4-HMAC-SHA256")?;
        Some(Dialect::from_providers(provider1, provider2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Body, Headers};

    fn claim(query: &str) -> Claim {
        let mut headers = Headers::default();
        headers.push("Host", "h.example").unwrap();
        let target = format!("/?{query}").into_bytes();
        Claim::extract(&Request { method: "GET".to_owned(), target, headers, body: Body::Unknown }).unwrap()
    }

    /// aws-sdk-rust writes a token that it signed behind the signature; AWS IoT's clients one that they did not, anywhere.
    #[test]
    fn the_service_tells_whether_a_token_in_the_query_is_signed_and_its_place_does_not() {
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
}
