//! Diagnoses for the tests of the renderings.

use super::Shown;
use crate::cli::render::redact::Redactor;
use sigvet_core::credentials::Credentials;
use sigvet_core::request::{Body, Headers, Request};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, Known, verify};
use sigvet_diagnose::catalogue::{HOST_DEFAULT_PORT, PATH_DOUBLE_ENCODED, PATH_RESERVED_RAW};
use sigvet_diagnose::{AppliedMistake, Diagnosis, Explanation, Judged, NextStep, Origin, Outcome, Proof, Search};

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, \
    SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=9f2c81d07a4be6635c19f2b7d8e0a3416b5c7d9e8f1a2b3c4d5e6f708192a3b4";

pub(super) fn shown<'a>(diagnosis: &'a Diagnosis, redactor: &'a Redactor) -> Shown<'a> {
    Shown {
        diagnosis,
        known: Known::WHOLE,
        reply: None,
        further_notes: &[],
        redactor,
        show_secrets: false,
        milliseconds: 12,
    }
}

/// A request whose path was encoded twice, and whose signed host has a port.
pub(super) fn diagnosis_of_two_mistakes() -> Diagnosis {
    let path = made(&PATH_DOUBLE_ENCODED, "/photos/a%2520b.jpg", "/photos/a%20b.jpg");
    let host = made(&HOST_DEFAULT_PORT, "host:bucket.s3.amazonaws.com:443\n", "host:bucket.s3.amazonaws.com\n");
    let other = made(&PATH_RESERVED_RAW, "", "");
    Diagnosis {
        outcome: Outcome::Invalid,
        explanations: vec![
            Explanation { proof: Proof::Reproduced, mistakes: vec![path, host.clone()] },
            Explanation { proof: Proof::Reproduced, mistakes: vec![other, host] },
        ],
        differences: Vec::new(),
        notes: Vec::new(),
        next: vec![NextStep::Reply],
        judged: Some(judged()),
        known: Known::WHOLE,
        comparisons: Vec::new(),
        search: Search { is_made: true, hypotheses: 61_204, deepest: 2, is_exhausted: true },
        tried: Vec::new(),
    }
}

/// The same request with a valid signature.
pub(super) fn valid_diagnosis() -> Diagnosis {
    let mut judged = judged();
    judged.verdict.expected = Some(judged.verdict.claimed.signature().clone());
    let search = Search { is_made: false, hypotheses: 0, deepest: 0, is_exhausted: true };
    let (explanations, notes, next, comparisons) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Diagnosis {
        outcome: Outcome::Valid,
        explanations,
        differences: Vec::new(),
        notes,
        next,
        judged: Some(judged),
        known: Known::WHOLE,
        comparisons,
        search,
        tried: Vec::new(),
    }
}

pub(super) fn made(
    mistake: &'static sigvet_diagnose::catalogue::Mistake,
    signed: &str,
    expected: &str,
) -> AppliedMistake {
    AppliedMistake { mistake, detail: None, signed: signed.into(), expected: expected.into(), is_on_the_way: false }
}

fn judged() -> Judged {
    let mut headers = Headers::default();
    headers.push("Host", "bucket.s3.amazonaws.com").unwrap();
    headers.push("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD").unwrap();
    headers.push("X-Amz-Date", "20150830T123600Z").unwrap();
    headers.push("Authorization", AUTHORIZATION).unwrap();
    let target = b"/photos/a%20b.jpg".to_vec();
    let request = Request::from_parts("PUT", target, headers, Body::Unknown).unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let now = Timestamp::parse("2015-08-30T12:36:10Z").unwrap();
    let verdict = verify(&request, &Judge::new(Some(&credentials), now, ExpectedScope::Any)).unwrap();
    Judged { request, verdict, origin: Origin::Captured }
}
