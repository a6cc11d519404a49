//! Google Cloud Storage in its own dialect.
//!
//! Sources: Google's conformance tests (`google/README.md`) for presigned URLs, which Google calls signed URLs: every
//! case is read from its URL as the service reads it, and rebuilt from its parts. Also two requests with the signature
//! in a header, as curl 7.88.1 sent them (`--aws-sigv4 goog:goog:auto:storage`) to a recorder on loopback.

use serde_json::Value;
use sigvet_core::claim::Claim;
use sigvet_core::credentials::Credentials;
use sigvet_core::crypto::sha256;
use sigvet_core::derivation::derive;
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::{Body, Headers, Request, RequestUrl};
use sigvet_core::scheme::Dialect;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, verify};

use super::{SECRET, seconds};

const RSA: &str = "GOOG4-RSA-SHA256";
const HMAC: &str = "GOOG4-HMAC-SHA256";

/// No HTTP message can carry the header in this case: its name contains a slash (RFC 9110 §5.1).
const UNSENDABLE: &str = "Slashes in object name should not be URL encoded";
/// Google's libraries sign a date header that the URL does not need; the query has the date, and `prepare` drops the
/// header.
const DATED_TWICE: &str = "Header Ordering";
/// Its canonical path repeats the bucket in the host, unlike the case `Virtual Hosted Style`.
const BUCKET_TWICE: &str = "Universe domain with virtual hosted style";
/// With the port of an emulator, Google's libraries sign another host than the one they send. sigvet signs what it
/// sends.
const PORT: &str = ":8080";

struct Case {
    description: String,
    url: RequestUrl,
    method: String,
    headers: Vec<(String, String)>,
    timestamp: Timestamp,
    expires: u64,
    canonical_request: String,
    string_to_sign: String,
}

fn cases() -> Vec<Case> {
    let file: Value = serde_json::from_str(include_str!("google/v4_signatures.json")).unwrap();
    file["signingV4Tests"].as_array().unwrap().iter().map(Case::of).collect()
}

impl Case {
    fn of(case: &Value) -> Self {
        let text = |name: &str| case[name].as_str().unwrap().to_owned();
        let headers = case["headers"].as_object().into_iter().flatten();
        Self {
            description: text("description"),
            url: RequestUrl::parse(&text("expectedUrl").replace(RSA, HMAC)).unwrap(),
            method: text("method"),
            headers: headers.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned())).collect(),
            timestamp: Timestamp::parse(&text("timestamp")).unwrap(),
            expires: case["expiration"]
                .as_str()
                .map_or_else(|| case["expiration"].as_u64().unwrap(), |s| s.parse().unwrap()),
            canonical_request: text("expectedCanonicalRequest"),
            string_to_sign: text("expectedStringToSign"),
        }
    }

    /// The unsigned request, to this target.
    fn request(&self, target: &[u8]) -> Request {
        let mut request = Request::new(&self.method, &self.url).unwrap().with_target(target).unwrap();
        for (name, value) in &self.headers {
            request.headers.push(name, value.as_str()).unwrap();
        }
        request
    }

    /// The canonical request of the case, with the host that is sent.
    fn expected(&self) -> String {
        let host = format!("host:{}\n", self.url.host());
        self.canonical_request.replace(&host, &format!("host:{}\n", self.url.host_header()))
    }

    /// The target without the parameters of the signature.
    fn plain_target(&self) -> String {
        let target = String::from_utf8(self.url.target().to_vec()).unwrap();
        let (path, query) = target.split_once('?').unwrap();
        let of_signature = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"]
            .map(|name| format!("X-Goog-{name}="));
        let own = query.split('&').filter(|piece| !of_signature.iter().any(|name| piece.starts_with(name)));
        let own: Vec<&str> = own.collect();
        if own.is_empty() { path.to_owned() } else { format!("{path}?{}", own.join("&")) }
    }
}

#[track_caller]
fn assert_expected(case: &Case, canonical_request: &str, string_to_sign: &str) {
    let ours = canonical_request.replace(HMAC, RSA);
    assert_eq!(ours, case.expected(), "{}", case.description);
    let (head, hash) = string_to_sign.rsplit_once('\n').unwrap();
    let (expected_head, expected_hash) = case.string_to_sign.rsplit_once('\n').unwrap();
    assert_eq!(head.replace(HMAC, RSA), expected_head, "{}", case.description);
    assert_eq!(hash, sha256(canonical_request.as_bytes()).to_string(), "{}", case.description);
    if ours == case.canonical_request {
        assert_eq!(sha256(ours.as_bytes()).to_string(), expected_hash, "{}", case.description);
    }
}

/// The service's side: from a URL to the signed texts.
#[test]
fn every_url_is_read_as_google_wrote_it() {
    let mut read = 0;
    for case in cases().iter().filter(|case| ![UNSENDABLE, BUCKET_TWICE].contains(&case.description.as_str())) {
        let request = case.request(case.url.target());
        let claim = Claim::extract(&request).unwrap();
        assert_eq!(claim.terms.dialect, Dialect::GOOG4, "{}", case.description);
        let derivation = derive(&request, &claim.terms);
        assert_expected(case, &derivation.canonical_request.to_string(), &derivation.string_to_sign);
        read += 1;
    }
    assert_eq!(read, 27);
}

/// The signer's side: from the parts of a case to the signed texts.
#[test]
fn every_url_is_made_as_google_makes_it() {
    let id = "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com";
    let credentials = Credentials::new(id, SECRET);
    let mut made = 0;
    for case in
        cases().iter().filter(|case| ![UNSENDABLE, BUCKET_TWICE, DATED_TWICE].contains(&case.description.as_str()))
    {
        let request = case.request(case.plain_target().as_bytes());
        let settings = Settings::for_dialect(Dialect::GOOG4, "auto", "storage").presigned(seconds(case.expires));
        let prepared = prepare(request, &Identity::from(&credentials), &settings, case.timestamp).unwrap();
        let derivation = prepared.derive();
        assert_expected(case, &derivation.canonical_request.to_string(), &derivation.string_to_sign);
        made += 1;
    }
    assert_eq!(made, 26);
}

/// Checks the cases that are skipped above: a change on either side would be noticed.
#[test]
fn the_cases_that_differ_are_known() {
    let all = cases();
    assert_eq!(all.len(), 29);
    let named = |name: &str| all.iter().find(|case| case.description == name).unwrap();
    let (name, value) = &named(UNSENDABLE).headers[0];
    assert!(Headers::default().push(name, value.as_str()).is_err());
    assert!(named(DATED_TWICE).canonical_request.contains("\nx-goog-date:20190201T090000Z\n"));
    let path = |name: &str| named(name).canonical_request.lines().nth(1).unwrap().to_owned();
    assert_eq!(
        (path("Virtual Hosted Style"), path(BUCKET_TWICE)),
        ("/test-object".into(), "/test-bucket/test-object".into())
    );
    let ports = all.iter().filter(|case| case.url.host_header().ends_with(PORT));
    assert_eq!(ports.filter(|case| case.expected() != case.canonical_request).count(), 3);
}

/// The request that curl sent, from its request line to its last header.
fn sent_by_curl(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let mut request = Request::from_parts(method, target, Headers::default(), Body::Bytes(body.to_vec())).unwrap();
    request.headers.push("Host", "storage.googleapis.com").unwrap();
    for (name, value) in headers {
        request.headers.push(name, *value).unwrap();
    }
    request
}

#[test]
fn headers_are_signed_as_curl_signs_them() {
    let credentials = Credentials::new("GOOGAKID", SECRET);
    let get = sent_by_curl(
        "GET",
        "/test-bucket/a%20b?prefix=x",
        &[
            (
                "Authorization",
                "GOOG4-HMAC-SHA256 Credential=GOOGAKID/20261122/auto/storage/goog4_request, \
                 SignedHeaders=host;x-goog-date, Signature=6eab61e0dcab88cefeb2ac43047e342ba22dbf0043907f72dc91a221cd4e8b33",
            ),
            ("X-Goog-Date", "20261122T052632Z"),
        ],
        b"",
    );
    let put = sent_by_curl(
        "PUT",
        "/test-bucket/dir/key",
        &[
            (
                "Authorization",
                "GOOG4-HMAC-SHA256 Credential=GOOGAKID/20261122/auto/storage/goog4_request, SignedHeaders=content-type;\
                 host;x-goog-date;x-goog-meta-colour, \
                 Signature=f79fff7e2f0b4c7b52f7100a7c317e867bcba44ff2835e9020da7d620cb373c1",
            ),
            ("X-Goog-Date", "20261122T052040Z"),
            ("x-goog-meta-colour", "blue"),
            ("Content-Type", "text/plain"),
        ],
        b"hello",
    );
    for request in [get, put] {
        let now = Timestamp::parse("20261122T052040Z").unwrap();
        let verdict = verify(&request, &Judge::new(Some(&credentials), now, ExpectedScope::Any)).unwrap();
        let (claim, derivation) = verdict.as_v4().unwrap();
        assert_eq!(verdict.expected.as_ref(), Some(&claim.signature), "{}", derivation.canonical_request);
        assert_eq!(claim.terms.dialect, Dialect::GOOG4);
    }
}
