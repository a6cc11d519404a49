//! One request with its judgement and its answer, as it is logged, listed and shown.

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
    /// The number of the request, from 1.
    pub number: u64,
    /// The ID that the reply carries.
    pub request_id: String,
    /// When the request was judged, by the server's clock.
    pub at: Timestamp,
    /// The address of the client.
    pub peer: SocketAddr,
    /// `HTTP/1.1` or `HTTP/2`.
    pub version: &'static str,
    /// The request as it arrived.
    pub request: Request,
    /// Length of its body in bytes.
    pub body_length: u64,
    /// The result of verifying it.
    pub judgement: Judgement,
    /// The exchange with the upstream server, if the request was passed on.
    pub upstream: Option<Box<Leg>>,
    /// The name of the key that signed the request, if known.
    pub key_name: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The error code of the refusal: `SignatureDoesNotMatch`.
    pub code: Option<&'static str>,
    /// The body of the answer to a refused request.
    pub reply: Vec<u8>,
    /// Time from the end of the request's head to the answer; if the request was passed on, to the end of the answer.
    pub took: Duration,
}

/// The result of verifying a request.
#[derive(Debug)]
pub enum Judgement {
    /// The signature is valid.
    Valid(Box<Verdict>),
    /// The request was refused.
    Refused {
        /// The verdict, or why there is nothing to judge.
        verdict: Result<Box<Verdict>, VerifyError>,
        /// The mistake behind the refusal, if there was time to look for it.
        diagnosis: Option<Box<Diagnosis>>,
    },
    /// The signature is valid, but answering failed.
    NotServed(Box<Verdict>),
    /// The request was not read completely, or not judged.
    Unread(String),
    /// The request was passed on without checking its signature.
    Forwarded,
}

impl Exchange {
    /// The IDs of the mistakes behind a refusal, by this gateway or by the upstream server.
    pub fn cause(&self) -> Option<String> {
        self.upstream.as_ref().and_then(|leg| leg.cause()).or_else(|| self.judgement.cause())
    }

    /// The mistake that was found, if one was looked for.
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        let upstream = self.upstream.as_ref().and_then(|leg| leg.diagnosis.as_deref());
        upstream.or_else(|| self.judgement.diagnosis())
    }
}

impl Exchange {
    /// Whether this is not a request to the service at all: bytes that are not HTTP, a browser asking for an icon, or
    /// an unsigned probe that waits for the server to come up.
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
    /// The result in one word: `valid`, `invalid`.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Valid(_) | Self::NotServed(_) => Outcome::Valid,
            Self::Refused { .. } => Outcome::Invalid,
            Self::Unread(_) | Self::Forwarded => Outcome::Unknown,
        }
    }

    /// The verdict with all of its evidence.
    pub fn verdict(&self) -> Option<&Verdict> {
        match self {
            Self::Valid(verdict) | Self::NotServed(verdict) | Self::Refused { verdict: Ok(verdict), .. } => {
                Some(verdict)
            }
            Self::Refused { .. } | Self::Unread(_) | Self::Forwarded => None,
        }
    }

    /// The mistake that was found, if one was looked for.
    pub fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Refused { diagnosis, .. } => diagnosis.as_deref(),
            _ => None,
        }
    }

    /// The IDs of the mistakes that best explain a refusal, or else of the findings, separated by commas. `None` for a
    /// wrong signature with no known cause.
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

    /// The IDs of the fatal findings.
    fn found(&self) -> impl Iterator<Item = &'static str> {
        let findings = self.verdict().map(|verdict| verdict.findings.as_slice()).unwrap_or_default();
        findings.iter().filter(|finding| finding.is_fatal()).filter_map(|finding| finding.id().map(FindingId::as_str))
    }
}

/// Number of bytes of a body that a listed exchange keeps.
const KEPT_BODY: usize = 64 * 1024;

/// Cuts off long bodies before an exchange is listed.
pub fn shorten(body: &mut Body) {
    if let Body::Bytes(bytes) | Body::Form { outline: bytes, .. } = body
        && bytes.len() > KEPT_BODY
    {
        let (sha256, length) = (body.sha256(), body.length().unwrap_or_default());
        *body = Body::Elsewhere { sha256, length };
    }
}

/// The ID of the mistake in a request whose claim could not be read, if nothing more is known about it.
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
