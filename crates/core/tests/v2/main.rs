//! Compares Signature Version 2 with botocore: sigvet must sign the same, and find valid what botocore signed.
//!
//! `oracle.py` writes `botocore.json` by running botocore's `HmacV1Auth` and `HmacV1QueryAuth` (Apache-2.0) over
//! targets with every sub-resource, headers, both ways of addressing, keys with colons, and session tokens.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use serde_json::Value;
use sigvet_core::credentials::Credentials;
use sigvet_core::derivation::Placement;
use sigvet_core::endpoint::BucketRule;
use sigvet_core::prepare::Identity;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::time::Timestamp;
use sigvet_core::v2::{Names, Settings, SubResources, prepare};
use sigvet_core::verify::{ExpectedScope, Judge, Verdict, verify};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct Oracle(Value);

struct Case<'a> {
    oracle: &'a Value,
    of: &'a Value,
}

impl Oracle {
    fn read() -> Self {
        Self(serde_json::from_str(include_str!("botocore.json")).unwrap())
    }

    fn cases(&self) -> Vec<Case<'_>> {
        self.0["cases"].as_array().unwrap().iter().map(|of| Case { oracle: &self.0, of }).collect()
    }
}

impl Case<'_> {
    fn text(&self, name: &str) -> &str {
        self.of[name].as_str().unwrap_or_else(|| panic!("{name} in {}", self.of))
    }

    fn is_query(&self) -> bool {
        self.text("kind") == "query"
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_epoch_seconds(self.oracle["now"].as_i64().unwrap())
    }

    fn credentials(&self) -> Credentials {
        let credentials = Credentials::new(self.text("access_key_id"), SECRET);
        match self.of["session_token"].as_str() {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        }
    }

    fn request(&self, target: &str) -> Request {
        let url = RequestUrl::parse(&format!("https://{}{target}", self.text("host"))).unwrap();
        let mut request = Request::new(self.text("method"), &url).unwrap();
        for header in self.of["headers"].as_array().unwrap() {
            request.headers.push(header[0].as_str().unwrap(), header[1].as_str().unwrap()).unwrap();
        }
        request
    }

    fn settings(&self) -> Settings {
        let life = Duration::from_secs(self.oracle["life"].as_u64().unwrap());
        let placement = if self.is_query() { Placement::Query { expires: life } } else { Placement::Header };
        let bucket = BucketRule::default().bucket_of(self.text("host"));
        Settings { names: &Names::AWS, placement, bucket, sub_resources: SubResources::Standard }
    }

    /// The request as botocore signed it. Its URLs carry the provider's headers, but a client still sends the others.
    fn signed_by_botocore(&self) -> Request {
        if !self.is_query() {
            let mut request = self.request(self.text("target"));
            request.headers.push("Date", self.oracle["date"].as_str().unwrap()).unwrap();
            request.headers.push("Authorization", self.text("authorization")).unwrap();
            if let Some(token) = self.of["session_token"].as_str() {
                request.headers.push("x-amz-security-token", token).unwrap();
            }
            return request;
        }
        let origin = format!("https://{}", self.text("host"));
        let mut request = self.request(self.text("signed_url").strip_prefix(&origin).unwrap());
        for name in ["x-amz-acl", "x-amz-meta-a", "x-amz-meta-b"] {
            request.headers.remove(name);
        }
        request
    }
}

#[test]
fn the_oracle_covers_what_it_should() {
    let oracle = Oracle::read();
    let cases = oracle.cases();
    assert!(cases.len() >= 300);
    let count = |is: &dyn Fn(&Case<'_>) -> bool| cases.iter().filter(|case| is(case)).count();
    assert!(count(&|case| case.is_query()) >= 100 && count(&|case| !case.is_query()) >= 100);
    assert!(count(&|case| case.text("target").contains('?')) >= 200);
    assert!(count(&|case| case.text("access_key_id").contains(':')) >= 50);
    assert!(count(&|case| case.of["session_token"].is_string()) >= 50);
}

/// Catches a line, a sub-resource, a header or a bucket that is signed differently.
#[test]
fn each_string_to_sign_and_signature_is_botocores() {
    for case in Oracle::read().cases() {
        let credentials = case.credentials();
        let request = case.request(case.text("target"));
        let prepared = prepare(request, &Identity::from(&credentials), &case.settings(), case.now()).unwrap();
        let string_to_sign = String::from_utf8(prepared.derive().to_bytes()).unwrap();
        assert_eq!(string_to_sign, case.text("string_to_sign"), "{}", case.of);
        let signed = prepared.sign(&credentials.secret_access_key);
        assert_eq!(signed.signature.as_str(), case.text("signature"), "{}", case.of);
        let authorization = signed.request.headers.first_text("authorization");
        assert_eq!(authorization, case.of["authorization"].as_str(), "{}", case.of);
    }
}

/// Catches a claim that is read differently than it was written, and a judge that accepts more than the signer signed.
#[test]
fn only_requests_as_botocore_signed_them_are_valid() {
    for case in Oracle::read().cases() {
        let request = case.signed_by_botocore();
        let verdict = judged(&case, &request);
        assert!(verdict.is_valid(), "{}: {:?}", case.of, verdict.findings);
        let other = request.with_method("PATCH").unwrap();
        assert!(!judged(&case, &other).is_valid(), "{}", case.of);
    }
}

fn judged(case: &Case<'_>, request: &Request) -> Verdict {
    let credentials = case.credentials();
    let judge = Judge::new(Some(&credentials), case.now(), ExpectedScope::Any);
    verify(request, &judge).unwrap()
}
