//! One request with its judgement and its answer: what is logged, listed and shown.

use std::net::SocketAddr;
use std::time::Duration;

use sigvet_core::claim::ClaimError;
use sigvet_core::form::FormClaimError;
use sigvet_core::request::{Body, Request};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Finding, FindingId, Outcome, Verdict, VerifyError};
use sigvet_diagnose::{Diagnosis, catalogue};

use super::passage::{Leg, ids_in};

/// A request that was answered.
#[derive(Debug)]
pub struct Exchange {
    /// Its number, from 1.
    pub number: u64,
    /// The ID that the reply carries.
    pub request_id: String,
    /// When it was judged, by the server's clock.
    pub at: Timestamp,
    /// Who sent it.
    pub peer: SocketAddr,
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: &'static str,
    /// The request as it arrived.
    pub request: Request,
    /// Bytes of its body.
    pub body_length: u64,
    /// What was found.
    pub judgement: Judgement,
    /// The way to the server behind, if it was passed on.
    pub upstream: Option<Box<Leg>>,
    /// The name of the key that signed it, if it is known.
    pub key_name: Option<String>,
    /// Status of the answer.
    pub status: u16,
    /// The service's word for the refusal: `SignatureDoesNotMatch`.
    pub code: Option<&'static str>,
    /// What the answer said to a refused request.
    pub reply: Vec<u8>,
    /// From the end of the head to the answer.
    pub took: Duration,
}

/// What was found of a request.
#[derive(Debug)]
pub enum Judgement {
    /// It is signed rightly.
    Valid(Box<Verdict>),
    /// It is refused.
    Refused {
        /// The judgement, or why there is nothing to judge.
        verdict: Result<Box<Verdict>, VerifyError>,
        /// Which mistake it was, if there was time to look for it.
        diagnosis: Option<Box<Diagnosis>>,
    },
    /// The signature is right, and the answer failed.
    NotServed(Box<Verdict>),
    /// It was not read to its end, or not judged.
    Unread(String),
    /// It was passed on, and nobody asked for its signature.
    Forwarded,
}

impl Exchange {
    /// The ids of the mistakes behind a refusal, by this gateway or by the server behind.
    pub fn cause(&self) -> Option<String> {
        self.upstream.as_ref().and_then(|leg| leg.cause()).or_else(|| self.judgement.cause())
    }

    /// Which mistake was made, if one was looked for.
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        let upstream = self.upstream.as_ref().and_then(|leg| leg.diagnosis.as_deref());
        upstream.or_else(|| self.judgement.diagnosis())
    }
}

impl Exchange {
    /// Whether this is nobody's request for an answer of a service: what is no HTTP, a browser's question for an icon or
    /// for leave, and the question whether somebody listens, as whoever waits for a server asks it.
    pub fn is_stray(&self) -> bool {
        let is_sdk =
            |name: &str| ["x-amz-", "amz-sdk-"].iter().any(|start| name.to_ascii_lowercase().starts_with(start));
        let is_unsigned =
            matches!(self.judgement, Judgement::Refused { verdict: Err(VerifyError::V4(ClaimError::NotSigned)), .. });
        let method = self.request.method();
        let is_probe =
            ["GET", "HEAD"].contains(&method) && [&b"/"[..], b"/favicon.ico"].contains(&self.request.target());
        method.is_empty()
            || (is_unsigned && is_probe && !self.request.headers.iter().any(|header| is_sdk(&header.name)))
    }
}

impl Judgement {
    /// The verdict in one word: `valid`, `invalid`.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Valid(_) | Self::NotServed(_) => Outcome::Valid,
            Self::Refused { .. } => Outcome::Invalid,
            Self::Unread(_) | Self::Forwarded => Outcome::Unknown,
        }
    }

    /// The judgement with all that led to it.
    pub fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Valid(verdict) | Self::NotServed(verdict) | Self::Refused { verdict: Ok(verdict), .. } => {
                Some(verdict)
            }
            Self::Refused { .. } | Self::Unread(_) | Self::Forwarded => None,
        }
    }

    /// Which mistake was made, if one was looked for.
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Refused { diagnosis, .. } => diagnosis.as_deref(),
            _ => None,
        }
    }

    /// The ids of the mistakes that explain a refusal best, or of what was found, with commas between. A signature that is another
    /// one for no reason that is known has none.
    pub fn cause(&self) -> Option<String> {
        if let Some(named) = self.diagnosis().and_then(ids_in) {
            return Some(named);
        }
        let mut ids: Vec<&str> = match self {
            Self::Refused { verdict: Err(error), .. } => vec![id_of_error(error)],
            _ => self.found().collect(),
        };
        let is_token_unknown =
            || self.verdict().is_some_and(|verdict| verdict.findings.contains(&Finding::TokenUnknown));
        if ids.is_empty() && matches!(self, Self::Refused { .. }) && is_token_unknown() {
            ids.push(FindingId::TokenInvalid.as_str());
        }
        let mut seen = Vec::new();
        ids.retain(|id| {
            let is_new = !seen.contains(id);
            seen.push(*id);
            is_new
        });
        (!ids.is_empty()).then(|| ids.join(","))
    }

    /// What verifying found wrong, by its ids.
    fn found(&self) -> impl Iterator<Item = &'static str> {
        let findings = self.verdict().map(|verdict| verdict.findings.as_slice()).unwrap_or_default();
        findings.iter().filter(|finding| finding.is_fatal()).filter_map(|finding| finding.id().map(FindingId::as_str))
    }
}

/// Bytes of a body that a listed exchange keeps.
const KEPT_BODY: usize = 64 * 1024;

/// What is listed does not keep long bodies.
pub fn shorten(body: &mut Body) {
    if let Body::Bytes(bytes) | Body::Form { outline: bytes, .. } = body
        && bytes.len() > KEPT_BODY
    {
        let (sha256, length) = (body.sha256(), body.length().unwrap_or_default());
        *body = Body::Elsewhere { sha256, length };
    }
}

/// Why a request makes no claim, where nothing more is known of it.
fn id_of_error(error: &VerifyError) -> &'static str {
    let mistake = match error {
        VerifyError::V4(error) | VerifyError::V2(error) => match error {
            ClaimError::NotSigned => &catalogue::AUTHORIZATION_MISSING,
            ClaimError::SignedTwice => &catalogue::MECHANISM_TWICE,
            ClaimError::Algorithm { .. } | ClaimError::Procedure { .. } => &catalogue::MECHANISM_OTHER,
            ClaimError::Date { .. } => &catalogue::TIME_MALFORMED,
            _ => &catalogue::AUTHORIZATION_MALFORMED,
        },
        VerifyError::Form(FormClaimError::Multipart(_)) => &catalogue::FORM_MALFORMED,
        VerifyError::Form(FormClaimError::BehindFile { .. }) => &catalogue::FORM_FIELD_ORDER,
        VerifyError::Form(FormClaimError::Date { .. }) => &catalogue::TIME_MALFORMED,
        _ => &catalogue::AUTHORIZATION_MALFORMED,
    };
    mistake.id
}
