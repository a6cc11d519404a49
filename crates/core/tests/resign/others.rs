//! Cases that botocore does not cover: other hosts and scopes, hop-by-hop headers, chunks after a head, Version 4A.

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::sign::v4::{SigningParams, sign_chunk, sign_trailer};
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::claim::Claim;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{HeaderSelection, PayloadChoice, Settings};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::resign::{Outbound, Resigned, resign};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::signer::Signer;
use sigvet_core::stream::{ChunkSize, Chunked, Decoder, InOrder, Plan, Protection, Resigner};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, verify};

use super::{accepted, passed_on, placeholder, real, request};

fn now() -> Timestamp {
    Timestamp::parse("20260301T000000Z").unwrap()
}

fn list_of(request: &Request) -> String {
    Claim::extract(request).unwrap().terms.signed_headers.as_str().to_owned()
}

/// Catches a list that gains headers which proxies change, or loses headers that the client signed.
#[test]
fn the_clients_list_is_signed_again_without_hop_by_hop_headers() {
    let settings = Settings::new("eu-west-1", "execute-api");
    let named = ["user-agent", "content-type", "connection", "x-request", "via", "x-forwarded-host", "expect"];
    let named = named.map(str::to_owned).to_vec();
    let signer = Signer::from_settings(placeholder(), settings).with_signed_headers(HeaderSelection::Named(named));
    let headers = [
        ("User-Agent", "agent"),
        ("Content-Type", "text/plain"),
        ("Connection", "keep-alive, X-Request, X-Hop, Host"),
        ("Keep-Alive", "timeout=5"),
        ("X-Request", "1"),
        ("X-Hop", "1"),
        ("X-Not-Signed", "1"),
        ("Via", "1.1 a"),
        ("X-Forwarded-Host", "a"),
        ("Expect", "100-continue"),
        ("keep_alive", "timeout=5"),
    ];
    let mut arrived = signer.sign(request("POST", "https://api.example/x", &headers, b"hello"), now()).unwrap().request;
    arrived.headers.push("X-Forwarded-For", "192.0.2.1").unwrap();
    let listed = "connection;content-type;expect;host;user-agent;via;x-amz-date;x-forwarded-host;x-request";
    assert_eq!(list_of(&arrived), listed);
    let out = passed_on(arrived, &placeholder(), &Outbound::new(&real()), now()).unwrap().request;
    assert_eq!(list_of(&out), "content-type;host;user-agent;x-amz-date;x-request");
    let names: Vec<&str> = out.headers.iter().map(|header| header.name.as_str()).collect();
    let expected = [
        "Host",
        "User-Agent",
        "Content-Type",
        "X-Request",
        "X-Not-Signed",
        "Via",
        "X-Forwarded-Host",
        "Expect",
        "x-amz-date",
        "X-Forwarded-For",
        "authorization",
    ];
    assert_eq!(names, expected);
}

#[test]
fn host_region_and_service_are_replaced_if_given() {
    let signer = Signer::new(placeholder(), "us-east-1", "s3");
    let arrived = request("GET", "https://store.internal/b/a+b/../c", &[], b"");
    let arrived = signer.sign(arrived, now()).unwrap().request;
    let (url, to) = (RequestUrl::parse("http://minio.example:9000/ignored").unwrap(), real());
    let outbound = Outbound::new(&to).with_host(&url).with_region("garage").with_service("execute-api");
    let resigned = passed_on(arrived.clone(), &placeholder(), &outbound, now()).unwrap();
    assert_eq!(resigned.request.host(), Some("minio.example:9000"));
    assert_eq!(resigned.request.target(), arrived.target());
    let terms = resigned.terms.unwrap();
    assert_eq!(terms.scope.to_string(), "20260301/garage/execute-api/aws4_request");
    assert_eq!(terms.path_rule, Settings::new("garage", "execute-api").path_rule);
    let kept = passed_on(arrived, &placeholder(), &Outbound::new(&to), now()).unwrap().terms.unwrap();
    assert_eq!(kept.path_rule, Settings::new("us-east-1", "s3").path_rule);
}

/// A judge may use another path rule than the service's.
#[test]
fn the_rule_for_paths_is_the_one_that_gave_the_signature() {
    let signer = Signer::new(placeholder(), "us-east-1", "execute-api");
    let once = Settings::new("us-east-1", "s3").path_rule;
    let signer = signer.with_path_rule(once);
    let arrived = signer.sign(request("GET", "https://store.internal/a%20b//c/../d", &[], b""), now()).unwrap().request;
    let (from, to) = (placeholder(), real());
    let judge = |key| Judge::new(Some(key), now(), ExpectedScope::Any).with_path_rule(once);
    let accepted = verify(&arrived, &judge(&from)).unwrap().accept().unwrap();
    let resigned = resign(arrived, &accepted, &Outbound::new(&to), now()).unwrap();
    assert!(verify(&resigned.request, &judge(&to)).unwrap().is_valid());
}

/// AWS IoT expects an unsigned token; other tokens are signed, whether or not the client had one.
#[test]
fn a_token_is_signed_or_not_as_the_service_expects() {
    let (from, to) = (placeholder(), real().with_session_token("a token of the gateway"));
    for (service, is_signed) in [("iotdevicegateway", false), ("execute-api", true)] {
        let signer = Signer::new(from.clone(), "eu-west-1", service);
        let arrived = signer.sign(request("GET", "https://h.example/mqtt", &[], b""), now()).unwrap().request;
        let out = passed_on(arrived, &from, &Outbound::new(&to), now()).unwrap().request;
        assert_eq!(list_of(&out).contains("x-amz-security-token"), is_signed, "{service}");
        assert_eq!(out.headers.first_text("x-amz-security-token"), Some("a token of the gateway"), "{service}");
    }
}

/// The query of a client may carry its content hash, its token and the region set as parameters, in any encoding.
#[test]
fn parameters_of_the_signature_are_found_as_servers_find_them() {
    let from = placeholder().with_session_token("the token of the placeholder");
    let mut settings = Settings::new("*", "s3");
    settings.scheme = Scheme::V4a;
    let signer = Signer::from_settings(from.clone(), settings);
    let url = "https://h.example/k?a=1&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&&b=%2f";
    let signed = signer.presign_request(request("GET", url, &[], b""), seconds(600), now()).unwrap().request;
    let target = String::from_utf8(signed.target().to_vec()).unwrap();
    let target = target.replace("X-Amz-Date", "X%2DAmz%2dDate").replace("X-Amz-Signature", "%58-Amz-Signature");
    let arrived = signed.with_target(target).unwrap();
    let out = passed_on(arrived, &from, &Outbound::new(&real()), now()).unwrap().request;
    let target = String::from_utf8(out.target().to_vec()).unwrap();
    let kept = "/k?a=1&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&&b=%2f&X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&";
    assert!(target.starts_with(kept), "{target}");
    assert!(target.contains("&X-Amz-Region-Set=%2A&") && !target.contains("Token"), "{target}");
    assert_eq!(target.matches("Amz-Date").count(), 1);
    let to = real();
    let arrived = signer.presign_request(request("GET", "https://h.example/k", &[], b""), seconds(600), now()).unwrap();
    let outbound = Outbound::new(&to).with_region("us-east-1,eu-*");
    let out = passed_on(arrived.request, &from, &outbound, now()).unwrap().request;
    assert!(String::from_utf8_lossy(out.target()).contains("Region-Set=us-east-1%2Ceu-%2A&"));
}

fn seconds(count: u64) -> std::time::Duration {
    std::time::Duration::from_secs(count)
}

/// A browser cannot set `Date`, and sends `x-amz-date` instead.
#[test]
fn the_date_of_version_2_stays_in_its_header() {
    use sigvet_core::derivation::Placement;
    use sigvet_core::prepare::Identity;
    use sigvet_core::v2::{Names, Settings, SubResources, prepare};
    let (from, settings) = (
        placeholder(),
        Settings {
            names: &Names::AWS,
            placement: Placement::Header,
            bucket: None,
            sub_resources: SubResources::Standard,
        },
    );
    let date = ("x-amz-date", "Sat, 28 Feb 2026 23:59:00 GMT");
    let arrived = request("GET", "https://store.example/b/k", &[date], b"");
    let prepared = prepare(arrived, &Identity::from(&from), &settings, now()).unwrap();
    let arrived = prepared.sign(&from.secret_access_key).request;
    let out = passed_on(arrived, &from, &Outbound::new(&real()), now()).unwrap().request;
    assert_eq!(out.headers.first_text("x-amz-date"), Some("Sun, 01 Mar 2026 00:00:00 GMT"));
    assert!(!out.headers.contains("date"));
}

/// A cached key signs like a derived one; a key of another day is not used.
#[test]
fn a_cached_key_is_used_only_within_its_scope() {
    let signer = Signer::new(placeholder(), "us-east-1", "s3");
    let arrived = signer.sign(request("GET", "https://h.example/k", &[], b""), now()).unwrap().request;
    let to = real();
    let first = passed_on(arrived.clone(), &placeholder(), &Outbound::new(&to), now()).unwrap();
    let kept = first.key().unwrap().clone();
    let second = passed_on(arrived, &placeholder(), &Outbound::new(&to).with_key(&kept), now()).unwrap();
    assert_eq!(first.signature, second.signature);
    let tomorrow = now().plus(seconds(86_400));
    let arrived = signer.sign(request("GET", "https://h.example/k", &[], b""), tomorrow).unwrap().request;
    let third = passed_on(arrived, &placeholder(), &Outbound::new(&to).with_key(&kept), tomorrow).unwrap();
    assert_eq!(third.key().unwrap().scope().date, "20260302");
}

/// A body in chunks, and its head, as a client sends them.
fn chunked(
    scheme: Scheme,
    checksum: Option<ChecksumAlgorithm>,
    payload: &[u8],
    from: &Credentials,
) -> (Request, Vec<u8>) {
    let plan = Plan { protection: Protection::Signed, chunk_size: ChunkSize::new(8_192).unwrap(), checksum };
    let mut unsigned = request("PUT", "https://examplebucket.s3.amazonaws.com/k", &[], payload);
    plan.declare(&mut unsigned, scheme, &Dialect::AWS4).unwrap();
    let mut settings = Settings::new("us-east-1", "s3");
    settings.scheme = scheme;
    settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm_for(scheme)));
    let signer = Signer::from_settings(from.clone(), settings);
    let prepared = signer.prepare(unsigned, now()).unwrap();
    let terms = prepared.terms.clone();
    let key = signer.signing_key(&terms.scope);
    let signed = prepared.sign(&key).unwrap();
    let body = plan.encoder(payload.len() as u64, &terms, &key, &signed.signature).encode(payload, &InOrder);
    let mut head = signed.request;
    head.headers.push("Content-Length", body.len().to_string()).unwrap();
    head.body = Body::Unknown;
    (head, body)
}

/// Relays a request as a gateway does: first the head, then the body as it arrives.
fn relay(head: &Request, body: &[u8], to: &Credentials) -> (Resigned, Vec<u8>) {
    let from = placeholder();
    let claim = Claim::extract(head).unwrap();
    let resigned = passed_on(head.clone(), &from, &Outbound::new(to), now()).unwrap();
    let key = SigningKey::for_scheme(claim.terms.scheme, &from, &claim.terms.dialect, &claim.terms.scope);
    let decoder = Decoder::new(head, &claim, &key, Decoder::CHUNK_LIMIT).unwrap();
    let mut resigner = Resigner::new(decoder, resigned.chain().unwrap()).unwrap();
    let mut out = Vec::new();
    body.chunks(1000).for_each(|piece| resigner.push(piece, &mut out).unwrap());
    resigner.finish(&mut out).unwrap();
    (resigned, out)
}

/// Every outbound signature must be what aws-sigv4 computes from the chunk and the previous signature. Catches a chain
/// that starts with the client's seed, and one that covers the client's signatures.
#[test]
fn outbound_chunks_are_signed_as_the_sdk_for_rust_signs_them() {
    let to = real();
    let identity =
        AwsCredentials::new(to.access_key_id.clone(), to.secret_access_key.expose_secret(), None, None, "test").into();
    let time = std::time::SystemTime::UNIX_EPOCH + seconds(1_772_323_200);
    let builder = SigningParams::builder().identity(&identity).region("us-east-1").name("s3").time(time);
    let theirs = builder.settings(()).build().unwrap();
    let payload: Vec<u8> = (0..20_000_u32).map(|at| (at % 251) as u8).collect();
    for checksum in [None, Some(ChecksumAlgorithm::Sha256)] {
        let (head, body) = chunked(Scheme::V4, checksum, &payload, &placeholder());
        let (resigned, out) = relay(&head, &body, &to);
        assert_eq!(out.len(), body.len());
        let parsed = Chunked::parse(&out);
        let mut previous = resigned.signature.as_str().to_owned();
        for (chunk, data) in parsed.chunks.iter().zip(payload.chunks(8_192).chain([&b""[..]])) {
            let (_, signature) = sign_chunk(&data.to_vec().into(), &previous, &theirs).unwrap().into_parts();
            assert_eq!((chunk.signature, chunk.data), (Some(signature.as_str()), data), "at {}", chunk.offset);
            previous = signature;
        }
        if let Some(trailer) = parsed.trailers.first() {
            let mut headers = aws_smithy_runtime_api::http::Headers::new();
            headers.insert(trailer.name.to_owned(), trailer.value.to_owned());
            let (_, signature) = sign_trailer(&headers, &previous, &theirs).unwrap().into_parts();
            assert_eq!(parsed.trailer_signature, Some(signature.as_str()));
        }
    }
}

#[test]
fn outbound_chunks_of_version_4a_are_valid_and_as_long_as_the_inbound_ones() {
    let (head, body) = chunked(Scheme::V4a, Some(ChecksumAlgorithm::Crc64Nvme), &[b'a'; 9_000], &placeholder());
    let (resigned, out) = relay(&head, &body, &real());
    assert_eq!(out.len(), body.len());
    let mut request = resigned.request;
    request.body = Body::Bytes(out);
    accepted(&request, &real(), now());
}
