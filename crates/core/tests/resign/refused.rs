//! Requests that are not signed again, and parts of the client's key that would have been forwarded.

use sigvet_core::claim::Claim;
use sigvet_core::derivation::Placement;
use sigvet_core::prepare::{Identity, PayloadChoice, PrepareError, Settings};
use sigvet_core::request::Request;
use sigvet_core::resign::{InboundPart, Outbound, ResignError, resign};
use sigvet_core::scheme::Dialect;
use sigvet_core::signer::Signer;
use sigvet_core::time::Timestamp;
use sigvet_core::v2;
use sigvet_core::verify::Accepted;

use super::{accepted, passed_on, placeholder, real, request};

const URL: &str = "https://examplebucket.s3.amazonaws.com/k";

fn now() -> Timestamp {
    Timestamp::parse("20260301T000000Z").unwrap()
}

fn signer() -> Signer {
    Signer::new(placeholder(), "us-east-1", "s3")
}

fn arrived(headers: &[(&str, &str)]) -> (Request, Accepted) {
    let request = signer().sign(request("PUT", URL, headers, b"hello"), now()).unwrap().request;
    let accepted = accepted(&request, &placeholder(), now());
    (request, accepted)
}

fn refused(request: Request, accepted: &Accepted) -> ResignError {
    resign(request, accepted, &Outbound::new(&real()), now()).unwrap_err()
}

/// A header added between the verification and the second signature would be signed with the gateway's key.
#[test]
fn a_header_of_the_providers_that_the_client_did_not_sign_is_refused() {
    for name in ["x-amz-acl", "X-Amz-Copy-Source", "x-amz-meta-a"] {
        let (mut request, accepted) = arrived(&[]);
        request.headers.push(name, "public-read").unwrap();
        let expected = ResignError::UnsignedHeader { name: name.to_ascii_lowercase() };
        assert_eq!(refused(request, &accepted), expected);
    }
    let (mut request, accepted) = arrived(&[("x-amz-acl", "private")]);
    request.headers.push("X-Goog-Acl", "public-read").unwrap();
    let out = resign(request, &accepted, &Outbound::new(&real()), now()).unwrap().request;
    assert!(out.headers.contains("x-goog-acl"), "AWS reads no other provider's headers");
}

fn lookalike(name: &str, read_as: &str) -> ResignError {
    ResignError::LookalikeHeader { name: name.to_owned(), read_as: read_as.to_owned() }
}

/// Ceph's gateway reads `x_amz_acl: public-read` as `x-amz-acl`, and makes the object public (tests/servers/refusals.rs).
#[test]
fn a_header_that_servers_read_under_another_name_is_refused() {
    for (name, read_as) in [
        ("x_amz_acl", "x-amz-acl"),
        ("X-Amz_Meta-A", "x-amz-meta-a"),
        ("x_amz_security_token", "x-amz-security-token"),
        ("content_type", "content-type"),
        ("content_length", "content-length"),
    ] {
        let (mut request, accepted) = arrived(&[("content-type", "text/plain")]);
        request.headers.push(name, "1").unwrap();
        assert_eq!(refused(request, &accepted), lookalike(&name.to_ascii_lowercase(), read_as));
    }
    // The gateway itself sets these, so a client's signature over them is no excuse.
    for (name, read_as) in [("x_amz_security_token", "x-amz-security-token"), ("x_amz-date", "x-amz-date")] {
        let (request, accepted) = arrived(&[(name, "1")]);
        assert_eq!(refused(request, &accepted), lookalike(name, read_as));
    }
    let (mut request, accepted) = arrived(&[("x_amz_meta_a", "1"), ("my_header", "1")]);
    request.headers.push("other_header", "1").unwrap();
    let out = resign(request, &accepted, &Outbound::new(&real()), now()).unwrap().request;
    let list = Claim::extract(&out).unwrap().terms.signed_headers;
    assert!(list.contains("x_amz_meta_a") && list.contains("my_header") && out.headers.contains("other_header"));
}

/// The same in Version 2, which signs all of AWS's headers, but none of another name.
#[test]
fn a_header_that_servers_read_as_one_of_version_2_is_refused() {
    let settings = v2::Settings {
        names: &v2::Names::AWS,
        placement: Placement::Header,
        bucket: Some("examplebucket".to_owned()),
        sub_resources: v2::SubResources::Standard,
    };
    for (name, read_as) in [("x_amz_acl", "x-amz-acl"), ("content_md5", "content-md5"), ("my_header", "")] {
        let arrived = request("PUT", URL, &[(name, "public-read")], b"hello");
        let prepared = v2::prepare(arrived, &Identity::from(&placeholder()), &settings, now()).unwrap();
        let request = prepared.sign(&placeholder().secret_access_key).request;
        let accepted = accepted(&request, &placeholder(), now());
        let outcome = resign(request, &accepted, &Outbound::new(&real()), now()).map(|_| ());
        let expected = if read_as.is_empty() { Ok(()) } else { Err(lookalike(name, read_as)) };
        assert_eq!(outcome, expected);
    }
}

/// Refuses a hash in a header that is not the signed one; the client need not sign a header that repeats the payload
/// line.
#[test]
fn an_unsigned_payload_header_passes_only_if_it_is_the_payload_line() {
    let url =
        signer().presign_request(request("GET", URL, &[], b""), std::time::Duration::from_secs(60), now()).unwrap();
    let accepted = accepted(&url.request, &placeholder(), now());
    for (value, is_taken) in [("UNSIGNED-PAYLOAD", true), ("STREAMING-UNSIGNED-PAYLOAD-TRAILER", false)] {
        let mut request = url.request.clone();
        request.headers.push("x-amz-content-sha256", value).unwrap();
        assert_eq!(resign(request, &accepted, &Outbound::new(&real()), now()).is_ok(), is_taken, "{value}");
    }
}

#[test]
fn another_request_than_the_accepted_one_is_refused() {
    let (_, accepted) = arrived(&[]);
    let (other, _) = arrived(&[("x-amz-acl", "public-read")]);
    assert_eq!(refused(other, &accepted), ResignError::OtherRequest);
    assert_eq!(refused(request("PUT", URL, &[], b""), &accepted), ResignError::OtherRequest);
}

/// The same value may also be in other places than the one that is removed.
#[test]
fn requests_that_carry_part_of_the_clients_key_are_refused() {
    let from = placeholder().with_session_token("placeholder/token+with==signs");
    let signer = Signer::new(from.clone(), "us-east-1", "s3");
    let leak = |part, place: &str| Err(ResignError::Leak { part, place: place.to_owned() });
    for (url, header, expected) in [
        (format!("{URL}?owner=AKIAPLACEHOLDER00001"), None, leak(InboundPart::AccessKeyId, "target")),
        (format!("{URL}?owner=%41KIAPLACEHOLDER00001"), None, leak(InboundPart::AccessKeyId, "target")),
        (format!("{URL}/AKIAPLACEHOLDER00001"), None, leak(InboundPart::AccessKeyId, "target")),
        (format!("{URL}?t=placeholder/token%2bwith%3D%3Dsigns"), None, leak(InboundPart::SessionToken, "target")),
        (
            URL.to_owned(),
            Some(("Referer", "https://h.example/?X-Amz-Credential=AKIAPLACEHOLDER00001%2F20260301")),
            leak(InboundPart::AccessKeyId, "header referer"),
        ),
        (
            URL.to_owned(),
            Some(("Cookie", "t=placeholder/token+with==signs")),
            leak(InboundPart::SessionToken, "header cookie"),
        ),
        (
            URL.to_owned(),
            Some(("Cookie", "t=placeholder%2Ftoken%2Bwith%3D%3Dsigns")),
            leak(InboundPart::SessionToken, "header cookie"),
        ),
        (format!("{URL}?owner=somebody"), Some(("Cookie", "a=b")), Ok(())),
    ] {
        let headers: Vec<(&str, &str)> = header.into_iter().collect();
        let arrived = signer.sign(request("GET", &url, &headers, b""), now()).unwrap().request;
        let passed = passed_on(arrived, &from, &Outbound::new(&real()), now());
        assert_eq!(passed.map(drop), expected, "{url} {header:?}");
    }
    // Some readers read a plus as a blank.
    let from = placeholder().with_session_token("the token of the placeholder");
    let signer = Signer::new(from.clone(), "us-east-1", "s3");
    let url = format!("{URL}?t=the+token+of+the+placeholder");
    let arrived_url = signer.sign(request("GET", &url, &[], b""), now()).unwrap().request;
    let passed = passed_on(arrived_url, &from, &Outbound::new(&real()), now());
    assert_eq!(passed.map(drop), leak(InboundPart::SessionToken, "target"));
    let (mut signed, accepted) = arrived(&[]);
    signed.headers.push("X-Copy", accepted.claimed.signature().as_str()).unwrap();
    assert_eq!(Err::<(), _>(refused(signed, &accepted)), leak(InboundPart::Signature, "header x-copy"));
}

/// Placeholders such as `test` occur in many paths, so only their credentials are searched.
#[test]
fn a_short_placeholder_is_not_a_leak_if_it_is_a_word() {
    let from = sigvet_core::credentials::Credentials::new("test", "test");
    let signer = Signer::new(from.clone(), "us-east-1", "s3");
    let arrived =
        signer.sign(request("GET", &format!("{URL}/test?prefix=test/2026"), &[], b""), now()).unwrap().request;
    let passed = passed_on(arrived, &from, &Outbound::new(&real()), now());
    assert_eq!(passed.map(drop), Ok(()));
    let url = format!("{URL}?credential=test/20260301/us-east-1/s3/aws4_request");
    let arrived = signer.sign(request("GET", &url, &[], b""), now()).unwrap().request;
    let error = passed_on(arrived, &from, &Outbound::new(&real()), now()).unwrap_err();
    assert_eq!(error, ResignError::Leak { part: InboundPart::AccessKeyId, place: "target".to_owned() });
}

/// If the outbound key is the client's own, nothing leaks.
#[test]
fn the_same_key_on_both_sides_is_not_a_leak() {
    let key = placeholder().with_session_token("placeholder/token+with==signs");
    let signer = Signer::new(key.clone(), "us-east-1", "s3");
    let arrived = signer.sign(request("GET", URL, &[], b""), now()).unwrap().request;
    let out = passed_on(arrived.clone(), &key, &Outbound::new(&key), now()).unwrap().request;
    assert_eq!(super::fields(&out.headers), super::fields(&arrived.headers));
}

#[test]
fn a_session_of_s3_express_needs_a_token() {
    let from = placeholder().with_session_token("the token of a session");
    let mut settings = Settings::for_dialect(Dialect::s3_express_session(), "us-east-1", "s3express");
    settings.payload = PayloadChoice::Unsigned;
    let signer = Signer::from_settings(from.clone(), settings);
    let url = "https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com/k";
    let arrived = signer.sign(request("GET", url, &[], b""), now()).unwrap().request;
    let refused = passed_on(arrived.clone(), &from, &Outbound::new(&real()), now()).unwrap_err();
    assert_eq!(refused, ResignError::SessionTokenMissing);
    let to = real().with_session_token("the token of the gateway's session");
    let out = passed_on(arrived, &from, &Outbound::new(&to), now()).unwrap().request;
    assert_eq!(out.headers.first_text("x-amz-s3session-token"), Some("the token of the gateway's session"));
}

/// Transcribe signs each frame of an event stream after the previous one. It would refuse the frames after a re-signed
/// head.
#[test]
fn an_event_stream_is_refused_by_name() {
    let word = "STREAMING-AWS4-HMAC-SHA256-EVENTS";
    let signer = Signer::new(placeholder(), "us-east-1", "transcribe");
    let signer = signer.with_payload(PayloadChoice::Declared(word.to_owned()));
    let url = "https://transcribestreaming.us-east-1.amazonaws.com/stream-transcription";
    let arrived = signer.sign(request("POST", url, &[], b""), now()).unwrap().request;
    let error = passed_on(arrived, &placeholder(), &Outbound::new(&real()), now()).unwrap_err();
    assert_eq!(error, ResignError::Frames { word: word.to_owned() });
}

#[test]
fn credentials_and_scopes_that_cannot_be_sent_are_refused() {
    let (request, accepted) = arrived(&[]);
    let bad = real().with_session_token("a\r\nX-Evil: y");
    let with = |outbound: Outbound<'_>| resign(request.clone(), &accepted, &outbound, now()).unwrap_err();
    assert_eq!(with(Outbound::new(&bad)), ResignError::Prepare(PrepareError::SessionToken));
    let to = real();
    assert!(matches!(with(Outbound::new(&to).with_region("eu west")), ResignError::Prepare(PrepareError::Scope(_))));
    assert!(matches!(with(Outbound::new(&to).with_service("")), ResignError::Prepare(PrepareError::Scope(_))));
}

/// A URL expires when the client's would have, and is valid in its last second.
#[test]
fn re_signing_does_not_extend_the_expiry_of_a_url() {
    let life = std::time::Duration::from_secs(600);
    let url = signer().presign_request(request("GET", URL, &[], b""), life, now()).unwrap().request;
    let accepted = accepted(&url, &placeholder(), now());
    let expires = |seconds: i64| {
        let at = Timestamp::from_epoch_seconds(now().epoch_seconds() + seconds);
        let resigned = resign(url.clone(), &accepted, &Outbound::new(&real()), at)?;
        let target = String::from_utf8_lossy(resigned.request.target()).into_owned();
        let (_, behind) = target.split_once("X-Amz-Expires=").unwrap();
        Ok(behind.split('&').next().unwrap().parse::<u64>().unwrap())
    };
    // Clients' clocks may be ahead.
    for (seconds, expected) in [(0, 600), (1, 599), (599, 1), (600, 1), (-60, 600)] {
        assert_eq!(expires(seconds), Ok(expected), "{seconds}");
    }
    assert_eq!(expires(601), Err(ResignError::Expired));
}
