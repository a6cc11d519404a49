//! sigvet and awscrt, the signer in AWS's own SDKs for Python, C++ and Node.js: each verifies what the other signed.
//!
//! Run it by name, `cargo test --test awscrt`. It needs Python with awscrt, as `$AWSCRT_PYTHON` or `python3`, and fails
//! if that is missing. `.ci/run` shows how to install it.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "a test may use files and clocks and fails by panicking"
)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sigvet_core::claim::Claim;
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::prepare::{Identity, Settings, prepare};
use sigvet_core::request::{Headers, Request, RequestUrl};
use sigvet_core::resign::{Outbound, resign};
use sigvet_core::scheme::{Scheme, SigningKey};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, verify};

const NOW: i64 = 1_757_937_600;

/// One request, and how to sign it.
struct Case {
    scheme: Scheme,
    method: &'static str,
    url: &'static str,
    header: Option<(&'static str, &'static str)>,
    service: &'static str,
    regions: &'static str,
    token: Option<&'static str>,
    expires: Option<u64>,
}

/// Requests with everything that the two schemes treat alike or differently: paths of S3 and of other services, queries
/// that must be sorted, temporary keys, region sets, signatures in headers and in queries.
fn cases() -> Vec<Case> {
    let requests = [
        ("GET", "https://bucket.s3.eu-west-1.amazonaws.com/photos/a%20b/%C3%A9.jpg", None, "s3"),
        ("GET", "https://mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com/k?prefix=a&acl", None, "s3"),
        ("DELETE", "https://bucket.s3.eu-west-1.amazonaws.com/a//b/../c", None, "s3"),
        (
            "GET",
            "https://api.example.com/prod/a%20b/../items/?b=2&a=1&a=0",
            Some(("X-Amz-Meta", "a  b")),
            "execute-api",
        ),
        ("POST", "https://api.example.com:8443/", Some(("Content-Type", "text/plain")), "execute-api"),
        ("GET", "https://events.example.com/%7Euser/x%2By?q=%20~*", None, "events"),
    ];
    let mut cases = Vec::new();
    for (scheme, regions) in [(Scheme::V4, "eu-west-1"), (Scheme::V4a, "*"), (Scheme::V4a, "us-east-1,eu-west-1")] {
        for (method, url, header, service) in requests {
            for token in [None, Some("a/token+==")] {
                for expires in [None, Some(900)] {
                    cases.push(Case { scheme, method, url, header, service, regions, token, expires });
                }
            }
        }
    }
    cases
}

#[test]
fn requests_signed_by_awscrt_are_valid_here() {
    let mut peer = Peer::start();
    let cases = cases();
    for case in &cases {
        let verdict = verify(&case.by_awscrt(&mut peer), &case.judge(&case.credentials())).unwrap();
        assert!(verdict.is_valid(), "{}: {:?}", case.name(), verdict.findings);
        assert_eq!(verdict.as_v4().unwrap().0.terms.scheme, case.scheme, "{}", case.name());
    }
    assert_eq!(cases.len(), 72);
}

/// A signature of awscrt shows that the key is the one that awscrt derives; then ours must verify with it too. Catches
/// a signature that only we accept, and a key that only we derive.
#[test]
fn requests_signed_here_are_valid_for_awscrt() {
    let mut peer = Peer::start();
    let mut held = [0, 0];
    for case in cases() {
        let credentials = case.credentials();
        let prepared = prepare(case.request(), &Identity::from(&credentials), &case.settings(), case.now()).unwrap();
        let (derivation, terms) = (prepared.derive(), prepared.terms.clone());
        let key = SigningKey::for_scheme(terms.scheme, &credentials, &terms.dialect, &terms.scope);
        let ours = prepared.sign(&key).unwrap();
        let theirs = case.by_awscrt(&mut peer);
        let their_claim = Claim::extract(&theirs).unwrap();
        match key.public_key() {
            None => {
                assert_eq!(ours.signature, their_claim.signature, "{}", case.name());
                held[0] += 1;
            }
            Some(public_key) => {
                let point = hex::encode(public_key.to_sec1_bytes());
                let of_theirs = their_claim.derive(&theirs).string_to_sign;
                assert!(peer.verifies(&point, &of_theirs, their_claim.signature.as_str()), "{}: theirs", case.name());
                let of_ours = &derivation.string_to_sign;
                assert!(peer.verifies(&point, of_ours, ours.signature.as_str()), "{}: ours", case.name());
                assert!(!peer.verifies(&point, &of_ours.replace('0', "1"), ours.signature.as_str()), "{}", case.name());
                assert_eq!(of_theirs, *of_ours, "{}", case.name());
                held[1] += 1;
            }
        }
    }
    assert_eq!(held, [24, 48]);
}

/// A request that awscrt signed with one key is signed again with another. The signed texts must be those that awscrt
/// signs with the other key, and the signature must verify with it. Catches a region set, a token or an expiry that is
/// lost.
#[test]
fn re_signed_requests_equal_those_that_awscrt_signs_with_the_other_key() {
    let mut peer = Peer::start();
    for case in cases() {
        let other = Credentials::new("AKIDEXAMPLEOUTBOUND1", "another/secret+of+the+gateway");
        // Exactly one of the two sides has a token.
        let other = if case.token.is_none() { other.with_session_token("the/gateways+token==") } else { other };
        let arrived = case.by_awscrt(&mut peer);
        let accepted = verify(&arrived, &case.judge(&case.credentials())).unwrap().accept().unwrap();
        let resigned = resign(arrived, &accepted, &Outbound::new(&other), case.now()).unwrap();
        let theirs = case.by_awscrt_with(&mut peer, &other);
        let (their_claim, claim) = (Claim::extract(&theirs).unwrap(), Claim::extract(&resigned.request).unwrap());
        let string_to_sign = claim.derive(&resigned.request).string_to_sign;
        assert_eq!(string_to_sign, their_claim.derive(&theirs).string_to_sign, "{}", case.name());
        match resigned.key().unwrap().public_key() {
            None => assert_eq!(claim.signature, their_claim.signature, "{}", case.name()),
            Some(key) => {
                let point = hex::encode(key.to_sec1_bytes());
                assert!(peer.verifies(&point, &string_to_sign, claim.signature.as_str()), "{}", case.name());
            }
        }
    }
}

impl Case {
    fn name(&self) -> String {
        format!("{:?} {} {} {} {:?} {:?}", self.scheme, self.method, self.url, self.regions, self.token, self.expires)
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_epoch_seconds(NOW)
    }

    fn credentials(&self) -> Credentials {
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        self.token.map_or(credentials.clone(), |token| credentials.with_session_token(token))
    }

    fn judge<'a>(&self, credentials: &'a Credentials) -> Judge<'a> {
        Judge::new(Some(credentials), self.now(), ExpectedScope::Any)
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.regions, self.service);
        settings.scheme = self.scheme;
        self.expires.map_or(settings.clone(), |seconds| settings.presigned(Duration::from_secs(seconds)))
    }

    fn request(&self) -> Request {
        let mut request = Request::new(self.method, &RequestUrl::parse(self.url).unwrap()).unwrap();
        if let Some((name, value)) = self.header {
            request.headers.push(name, value).unwrap();
        }
        request
    }

    fn by_awscrt(&self, peer: &mut Peer) -> Request {
        self.by_awscrt_with(peer, &self.credentials())
    }

    fn by_awscrt_with(&self, peer: &mut Peer, keys: &Credentials) -> Request {
        let request = self.request();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let headers: Vec<_> = request.headers.iter().map(|header| [header.name.clone(), text(&header.value)]).collect();
        let is_unsigned = self.service == "s3" && self.expires.is_some();
        let token = keys.session_token.as_ref().map(Secret::expose_secret);
        let answer = peer.ask(&json!({
            "do": "sign",
            "scheme": if self.scheme == Scheme::V4a { "v4a" } else { "v4" },
            "method": self.method,
            "target": text(request.target()),
            "headers": headers,
            "service": self.service,
            "region": self.regions,
            "keys": [keys.access_key_id, keys.secret_access_key.expose_secret(), token],
            "now": NOW,
            "expires": self.expires.unwrap_or(0),
            "payload": if is_unsigned { "UNSIGNED-PAYLOAD" } else { "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
        }));
        let mut headers = Headers::default();
        for pair in answer["headers"].as_array().unwrap() {
            headers.push(pair[0].as_str().unwrap(), pair[1].as_str().unwrap()).unwrap();
        }
        let mut request = request.with_target(answer["target"].as_str().unwrap()).unwrap();
        request.headers = headers;
        request
    }
}

/// The Python process.
struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    fn start() -> Self {
        let python = std::env::var("AWSCRT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/awscrt/peer.py");
        let mut command = Command::new(&python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{python}: {error}"));
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn ask(&mut self, task: &Value) -> Value {
        writeln!(self.input, "{task}").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("awscrt does not answer: is it installed?"))
    }

    fn verifies(&mut self, point: &str, string_to_sign: &str, signature: &str) -> bool {
        let task = json!({ "do": "verify", "point": point, "string_to_sign": string_to_sign, "signature": signature });
        self.ask(&task)["is_valid"].as_bool().unwrap()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
