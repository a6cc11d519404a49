//! Measures the cost of a signature, compared with other Rust signers and with the hash function alone.
//!
//! All signers sign the same request, a GET of an S3 object without a payload, at the same second if their API accepts
//! one, and their results are compared before anything is measured. Each signer starts from the input of its API:
//! sigvet and reqsign from a parsed request, aws-sigv4 from URL text that it parses itself, rusty-s3 from bucket and
//! key. The measurement includes making the signed request, for aws-sigv4 as in its documentation; "instructions only"
//! leaves out the last step, adding headers or parameters to the request.
//!
//! Run `cargo bench --bench signing`; the floor is the number of SHA-256 compressions that the signature needs at
//! least.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningInstructions,
    SigningSettings, UriPathNormalizationMode,
};
use criterion::{Criterion, criterion_group, criterion_main};
use p256::ecdsa::signature::Signer;
use reqsign_core::SignRequest;
use rusty_s3::S3Action;
use sha2::{Digest, Sha256};
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::presign::Presigner;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, Scope, SigningKey};
use sigvet_core::time::Timestamp;

const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ORIGIN: &str = "https://examplebucket.s3.us-east-1.amazonaws.com";
const OBJECT: &str = "photos/2013/05/test.txt";
const REGION: &str = "us-east-1";
const NOW: i64 = 1_369_353_600;
const EXPIRES: Duration = Duration::from_secs(86_400);

fn one_header_signature(c: &mut Criterion) {
    let mut group = c.benchmark_group("one header signature, fresh key");
    let ours = Ours::new(Settings::new(REGION, "s3"));
    let theirs = AwsSigV4::new(SignatureLocation::Headers);
    let url = url_text();
    assert_eq!(authorization(&ours.sign(&ours.url)), theirs.header("authorization"));
    group.bench_function("sigvet", |b| b.iter(|| ours.sign(black_box(&ours.url))));
    group.bench_function("sigvet, from URL text", |b| {
        b.iter(|| ours.sign(&RequestUrl::parse(black_box(&url)).unwrap()));
    });
    group.bench_function("aws-sigv4", |b| b.iter(|| theirs.apply(black_box(&url))));
    group.bench_function("aws-sigv4, instructions only", |b| b.iter(|| theirs.sign(black_box(&url))));
    group.bench_function("reqsign-aws-v4", reqsign);
    // 4 × 4 for the key chain, and 6 for the string to sign with its key. The hash of an empty payload is a constant.
    let canonical = ours.canonical_length(&ours.url);
    group.bench_function("floor: SHA-256 alone", |b| sha256_floor(b, compressions(canonical) + 16 + 6));
    group.finish();
}

fn one_presigned_url(c: &mut Criterion) {
    let mut group = c.benchmark_group("one presigned URL");
    let ours = Ours::new(Settings::new(REGION, "s3").presigned(EXPIRES));
    let theirs = AwsSigV4::new(SignatureLocation::QueryParams);
    let presigner = ours.presigner();
    let (text, target) = (url_text(), format!("/{OBJECT}"));
    let presign = |url: &mut Vec<u8>| {
        url.clear();
        url.extend_from_slice(ORIGIN.as_bytes());
        presigner.presign(black_box(target.as_bytes()), url).unwrap();
    };
    let mut url = Vec::new();
    presign(&mut url);
    let fresh = ours.sign(&ours.url);
    assert_eq!(url, [ORIGIN.as_bytes(), fresh.target()].concat());
    assert_eq!(url, rusty_s3_url().as_bytes());
    assert!(String::from_utf8_lossy(&url).ends_with(&theirs.parameter("X-Amz-Signature")));
    group.bench_function("sigvet, Presigner", |b| b.iter(|| presign(black_box(&mut url))));
    group.bench_function("sigvet, fresh key", |b| b.iter(|| ours.sign(black_box(&ours.url))));
    group.bench_function("rusty-s3", rusty_s3);
    group.bench_function("aws-sigv4", |b| b.iter(|| theirs.apply(black_box(&text))));
    group.bench_function("aws-sigv4, instructions only", |b| b.iter(|| theirs.sign(black_box(&text))));
    // 2 for the rest of the string to sign, and 1 for the outer hash.
    let canonical = ours.canonical_length(&ours.url);
    group.bench_function("floor: SHA-256 alone", |b| sha256_floor(b, compressions(canonical) + 3));
    group.finish();
}

/// Many targets of one host; measures the cost of each.
fn many_presigned_urls(c: &mut Criterion) {
    const MANY: usize = 256;
    let mut group = c.benchmark_group("many presigned URLs, all 256");
    group.throughput(criterion::Throughput::Elements(MANY as u64));
    let ours = Ours::new(Settings::new(REGION, "s3").presigned(EXPIRES));
    let presigner = ours.presigner();
    let plain: Vec<String> = (0..MANY).map(|number| format!("/photos/2013/05/{number:08}.jpg")).collect();
    let queried: Vec<String> = plain.iter().map(|target| format!("{target}?versionId=3%2FL4kqtJl")).collect();
    let mut text = Vec::new();
    for (name, targets) in [("without a query", &plain), ("with a query", &queried)] {
        let mut expected = Vec::new();
        targets.iter().for_each(|target| presigner.presign(target.as_bytes(), &mut expected).unwrap());
        text.clear();
        presigner.presign_each(targets, |presigned| presigned.unwrap().write(&mut text));
        assert_eq!(text, expected);
        group.bench_function(format!("side by side, {name}"), |b| {
            b.iter(|| {
                text.clear();
                presigner.presign_each(black_box(targets), |presigned| presigned.unwrap().write(&mut text));
            });
        });
        group.bench_function(format!("one after the other, {name}"), |b| {
            b.iter(|| {
                text.clear();
                targets.iter().for_each(|target| presigner.presign(black_box(target).as_bytes(), &mut text).unwrap());
            });
        });
    }
    let canonical = ours.canonical_length(&ours.url);
    group.bench_function("floor: SHA-256 alone, one after the other", |b| {
        let message = vec![0; (compressions(canonical) + 3) * 64 - 9];
        b.iter(|| (0..MANY).for_each(|_| _ = black_box(Sha256::digest(black_box(&message)))));
    });
    group.finish();
}

fn one_signature_of_version_4a(c: &mut Criterion) {
    let mut group = c.benchmark_group("one signature of Version 4A");
    let mut settings = Settings::new(REGION, "s3");
    settings.scheme = Scheme::V4a;
    let ours = Ours::new(settings);
    let scope = Scope::without_region(&ours.now, "s3", &Dialect::AWS4).unwrap();
    let key = SigningKey::derive_pair(&ours.credentials.secret_access_key, KEY_ID, &Dialect::AWS4, &scope);
    let prepared =
        || prepare(Request::new("GET", &ours.url).unwrap(), &ours.identity, &ours.settings, ours.now).unwrap();
    let string_to_sign = prepared().derive().string_to_sign;
    let number = Sha256::digest(b"any number below the order");
    let bare = p256::ecdsa::SigningKey::from_slice(&number).unwrap();
    group.bench_function("sigvet, key pair at hand", |b| b.iter(|| prepared().sign(&key).unwrap()));
    group.bench_function("sigvet, fresh key pair", |b| b.iter(|| ours.sign(black_box(&ours.url))));
    group.bench_function("floor: p256 alone", |b| {
        b.iter(|| -> p256::ecdsa::DerSignature { bare.sign(black_box(string_to_sign.as_bytes())) });
    });
    group.finish();
}

criterion_group!(benches, one_header_signature, one_presigned_url, many_presigned_urls, one_signature_of_version_4a);
criterion_main!(benches);

fn url_text() -> String {
    format!("{ORIGIN}/{OBJECT}")
}

/// sigvet, from a parsed URL: the request is made, prepared, and signed with a key derived for it.
struct Ours {
    url: RequestUrl,
    credentials: Credentials,
    identity: Identity,
    settings: Settings,
    now: Timestamp,
}

impl Ours {
    fn new(settings: Settings) -> Self {
        let credentials = Credentials::new(KEY_ID, SECRET);
        let identity = Identity::from(&credentials);
        let url = RequestUrl::parse(&url_text()).unwrap();
        Self { url, credentials, identity, settings, now: Timestamp::from_epoch_seconds(NOW) }
    }

    fn sign(&self, url: &RequestUrl) -> Request {
        let request = Request::new("GET", url).unwrap();
        let prepared = prepare(request, &self.identity, &self.settings, self.now).unwrap();
        prepared.sign_once(&self.credentials.secret_access_key).request
    }

    fn presigner(&self) -> Presigner {
        let scope = Scope::new(&self.now, REGION, "s3", &Dialect::AWS4).unwrap();
        let template = Request::new("GET", &self.url).unwrap();
        Presigner::new(template, &self.identity, &self.settings, &self.key(&scope), self.now).unwrap()
    }

    fn key(&self, scope: &Scope) -> SigningKey {
        SigningKey::derive(&self.credentials.secret_access_key, &self.settings.dialect, scope)
    }

    fn canonical_length(&self, url: &RequestUrl) -> usize {
        let request = Request::new("GET", url).unwrap();
        let prepared = prepare(request, &self.identity, &self.settings, self.now).unwrap();
        prepared.derive().canonical_request.as_bytes().len()
    }
}

fn authorization(request: &Request) -> String {
    request.headers.first_text("authorization").unwrap().to_owned()
}

/// aws-sigv4: turns URL text into instructions, and applies them to a request of the caller.
struct AwsSigV4(aws_sigv4::http_request::SigningParams<'static>, http::Request<()>);

impl AwsSigV4 {
    fn new(location: SignatureLocation) -> Self {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.signature_location = location;
        settings.expires_in = (location == SignatureLocation::QueryParams).then_some(EXPIRES);
        let credentials = aws_credential_types::Credentials::new(KEY_ID, SECRET, None, None, "bench");
        let parameters = aws_sigv4::sign::v4::SigningParams::builder()
            .identity(Box::leak(Box::new(credentials.into())))
            .region(REGION)
            .name("s3")
            .time(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW.unsigned_abs()))
            .settings(settings)
            .build();
        Self(parameters.unwrap().into(), http::Request::get(url_text()).body(()).unwrap())
    }

    fn sign(&self, url: &str) -> SigningInstructions {
        let body = match self.0.settings().signature_location {
            SignatureLocation::QueryParams => SignableBody::UnsignedPayload,
            _ => SignableBody::empty(),
        };
        let request = SignableRequest::new("GET", url, std::iter::empty(), body).unwrap();
        aws_sigv4::http_request::sign(request, &self.0).unwrap().into_parts().0
    }

    fn apply(&self, url: &str) -> http::Request<()> {
        let mut request = self.1.clone();
        self.sign(url).apply_to_request_http1x(&mut request);
        request
    }

    fn header(&self, name: &str) -> String {
        let instructions = self.sign(&url_text());
        instructions.headers().find(|header| header.0 == name).unwrap().1.to_owned()
    }

    fn parameter(&self, name: &str) -> String {
        let instructions = self.sign(&url_text());
        instructions.params().iter().find(|parameter| parameter.0 == name).unwrap().1.to_string()
    }
}

/// reqsign: a parsed request is cloned and signed in place, with its own clock. Its future never waits, so polling it
/// once is enough and no executor is needed.
fn reqsign(b: &mut criterion::Bencher<'_>) {
    let signer = reqsign_aws_v4::RequestSigner::new("s3", REGION);
    let credential = reqsign_aws_v4::Credential {
        access_key_id: KEY_ID.to_owned(),
        secret_access_key: SECRET.to_owned(),
        ..Default::default()
    };
    let context = reqsign_core::Context::new();
    let request = http::Request::get(url_text()).body(()).unwrap().into_parts().0;
    b.iter(|| {
        let mut request = black_box(&request).clone();
        poll_once(signer.sign_request(&context, &mut request, Some(&credential), None)).unwrap();
        request
    });
}

fn poll_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("signing waits for nothing"),
    }
}

fn rusty_s3(b: &mut criterion::Bencher<'_>) {
    let (bucket, credentials) = rusty_s3_bucket();
    let now = jiff_0_2::Timestamp::from_second(NOW).unwrap();
    b.iter(|| bucket.get_object(Some(&credentials), black_box(OBJECT)).sign_with_time(EXPIRES, &now));
}

fn rusty_s3_url() -> String {
    let (bucket, credentials) = rusty_s3_bucket();
    let now = jiff_0_2::Timestamp::from_second(NOW).unwrap();
    bucket.get_object(Some(&credentials), OBJECT).sign_with_time(EXPIRES, &now).into()
}

fn rusty_s3_bucket() -> (rusty_s3::Bucket, rusty_s3::Credentials) {
    let endpoint = "https://s3.us-east-1.amazonaws.com".parse().unwrap();
    let style = rusty_s3::UrlStyle::VirtualHost;
    let bucket = rusty_s3::Bucket::new(endpoint, style, "examplebucket", REGION).unwrap();
    (bucket, rusty_s3::Credentials::new(KEY_ID, SECRET))
}

/// Number of compressions to hash this many bytes: one byte and a length of 8 bytes are appended.
fn compressions(length: usize) -> usize {
    (length + 9).div_ceil(64)
}

fn sha256_floor(b: &mut criterion::Bencher<'_>, compressions: usize) {
    let message = vec![0; compressions * 64 - 9];
    b.iter(|| Sha256::digest(black_box(&message)));
}
