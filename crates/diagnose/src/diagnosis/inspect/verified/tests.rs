//! Tests a finding of each id against its catalogue row.

use std::collections::BTreeSet;
use std::time::Duration;

use super::*;
use crate::formats::parse_request;
use sigvet_core::form::{Condition, Policy, Violation};
use sigvet_core::stream::{ChunkPlace, Malformed, MinimumChunk};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{CertificateFault, ExpectedScope, Judge, ListFault, verify};
use sigvet_core::x509::CertificateForm;

fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(1_440_938_160)
}

fn text(text: &str) -> String {
    text.to_owned()
}

/// At least one finding of each id.
fn samples() -> Vec<Finding> {
    let now = now();
    let (window, late) = (Duration::from_secs(900), Timestamp::from_epoch_seconds(1_440_978_160));
    let (expected, presented) = (text("expected"), text("presented"));
    let pair = || (text("expected"), text("presented"));
    let of_policy = [
        Violation::Unreadable(Policy::parse("{}").unwrap_err()),
        Violation::Unreadable(Policy::parse("W10=").unwrap_err()),
        Violation::Expired { at: now, now: late },
        Violation::ConditionFailed { condition: Condition::equals("acl", "private"), presented: Some(text("public")) },
        Violation::FieldNotAllowed { name: text("acl") },
        Violation::FileMissing,
        Violation::FieldRepeated { name: text("key") },
    ];
    let chunk = ChunkPlace { number: 1, offset: 0, length: 5 };
    let malformed = |offset| Malformed { offset, expected: "a length in hex", presented: text("xyz") };
    let of_chunks = [
        StreamFault::ChunkSignature { chunk, expected: text("aa"), presented: text("bb") },
        StreamFault::Malformed(malformed(0)),
        StreamFault::Malformed(malformed(9)),
        StreamFault::FinalChunkMissing,
        StreamFault::ChunkTooSmall { chunk, minimum: MinimumChunk::Enforced },
        StreamFault::DecodedLength { declared: text("7"), arrived: 5 },
        StreamFault::TrailerSignature { expected: text("aa"), presented: text("bb") },
        StreamFault::TrailerMissing { name: text("x-amz-checksum-crc32c") },
        StreamFault::Checksum { name: text("x-amz-checksum-crc32c"), expected: text("aa"), presented: text("bb") },
    ];
    let of_request = vec![
        Finding::AccessKeyUnknown { expected, presented },
        Finding::TimeSkewed { now: late, presented: now, window },
        Finding::Expired { at: now, now: late },
        Finding::NotYetValid { from: late, now },
        Finding::ExpiresOutOfBounds { presented: 0 },
        Finding::ScopeDate { expected: text("20150830"), presented: text("20150831") },
        Finding::ScopeTerminator { expected: pair().0, presented: pair().1 },
        Finding::ScopeRegion { expected: pair().0, presented: pair().1 },
        Finding::ScopeService { expected: pair().0, presented: pair().1 },
        Finding::ScopeUnbound,
        Finding::RegionSetMissing { name: text("x-amz-region-set") },
        Finding::TokenMissing { name: text("x-amz-security-token") },
        Finding::TokenDiffers { name: text("x-amz-security-token") },
        Finding::TokenUnsigned { name: text("x-amz-security-token") },
        Finding::PayloadMismatch { expected: pair().0, presented: pair().1 },
        Finding::PayloadHeaderMissing { name: text("x-amz-content-sha256") },
        Finding::ChecksumMismatch { name: text("x-amz-checksum-crc32c"), expected: pair().0, presented: pair().1 },
        Finding::HostNotSigned,
        Finding::HostRegion { expected: pair().0, presented: pair().1 },
        Finding::HostService { expected: pair().0, presented: pair().1 },
        Finding::VersionRefused { whom: text("S3 in eu-central-1") },
        Finding::SignedTwice,
        Finding::Repeated { name: text("x-amz-date") },
        Finding::AuthorizationForm { problem: text("Signature occurs twice") },
        Finding::LengthAmbiguous { problem: "Content-Length occurs twice" },
        Finding::RequestLine { problem: text("HTTP/9.9 is not a version of HTTP") },
        Finding::TrailerUnsigned { name: text("x-amz-acl") },
        Finding::HostContradicted { expected: pair().0, presented: pair().1 },
        Finding::HostMalformed { expected: pair().0, presented: pair().1 },
        Finding::StreamingWord { presented: text("STREAMING-FOO") },
        Finding::PayloadWord { presented: text("none") },
        Finding::PayloadUnsigned,
        Finding::HeaderUnsigned { name: text("x-amz-meta-a") },
        Finding::HeaderMissing { name: text("x-amz-meta-a") },
    ];
    let of_policy = of_policy.map(Finding::Policy);
    let faults = [ListFault::EmptyName, ListFault::UpperCase, ListFault::Repeated, ListFault::Unsorted];
    let of_list = faults.map(|fault| Finding::SignedHeadersForm { fault, expected: pair().0, presented: pair().1 });
    let of_certificate = [
        CertificateFault::Missing { name: text("x-amz-x509") },
        CertificateFault::Malformed { name: text("x-amz-x509"), form: CertificateForm::Pem },
        CertificateFault::Expired { at: now, now: late },
        CertificateFault::NotYetValid { from: late, now },
        CertificateFault::Unsuitable { problem: text("it is a CA certificate") },
        CertificateFault::ChainOrder { problem: "contains the certificate itself" },
        CertificateFault::ChainLink { number: 1, problem: text("is not a CA certificate") },
        CertificateFault::ChainTooLong { count: 6, longest: 5 },
        CertificateFault::Untrusted,
        CertificateFault::Algorithm { expected: pair().0, presented: pair().1 },
        CertificateFault::Serial { expected: text("17"), hex: text("11"), presented: text("0x11") },
    ];
    let of_v4 = of_request.into_iter().chain(of_list).chain(of_policy).chain(of_chunks.map(Finding::Stream));
    of_v4.chain(of_certificate.map(Finding::Certificate)).collect()
}

/// Catches a finding without a catalogue row, or with another mistake's row.
#[test]
fn each_finding_is_the_mistake_of_its_id() {
    let request = "GET / HTTP/1.1\nHost: h\nX-Amz-Date: 20150830T123600Z\nAuthorization: AWS4-HMAC-SHA256 \
                   Credential=AKID/20150830/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=00\n";
    let request = parse_request(request.as_bytes()).unwrap();
    let mut verdict = verify(&request, &Judge::new(None, now(), ExpectedScope::Any)).unwrap();
    for finding in samples() {
        let id = finding.id().unwrap();
        verdict.findings = vec![finding];
        let explanations = explanations(&verdict);
        let mistakes: Vec<&str> = explanations.iter().flat_map(|e| &e.mistakes).map(|made| made.mistake.id).collect();
        assert_eq!(mistakes, [id.as_str()]);
    }
    let seen: BTreeSet<&str> = samples().iter().filter_map(Finding::id).map(FindingId::as_str).collect();
    let all: BTreeSet<&str> = FindingId::ALL.iter().map(|id| id.as_str()).collect();
    assert_eq!(seen, all);
}
