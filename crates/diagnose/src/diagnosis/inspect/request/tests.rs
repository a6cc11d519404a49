//! One row for each lint: a request that shows this mistake and no other.

use crate::diagnosis::inspect::tests::{Case, S3_CREDENTIAL, S3_HOST, details, ids, presigned, s3, signed};
use crate::diagnosis::outcome::{Explanation, Proof};
use sigvet_core::credentials::Credentials;
use sigvet_core::form::Violation;
use sigvet_core::verify::Finding;

const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

fn of(scope: &str) -> String {
    format!("{KEY}/20150830/{scope}/aws4_request")
}

fn put(body: &str, declared: &str) -> String {
    let headers = format!("x-amz-content-sha256: {declared}\n");
    format!("{}\n{body}", signed("PUT /k", S3_HOST, S3_CREDENTIAL, &headers))
}

/// The same with a header chosen by the caller.
fn put_with(body: &str, declared: &str, header: &str) -> String {
    let headers = format!("{header}x-amz-content-sha256: {declared}\n");
    format!("{}\n{body}", signed("PUT /k", S3_HOST, S3_CREDENTIAL, &headers))
}

fn sha256(text: &str) -> String {
    sigvet_core::crypto::sha256(text.as_bytes()).to_string()
}

#[test]
fn mistakes_that_every_server_refuses_are_named() {
    let api = "a1b2.execute-api.eu-west-2.amazonaws.com";
    for (text, expected) in [
        (s3("GET /", "").replace("SignedHeaders=host;", "SignedHeaders="), "host-not-signed"),
        (
            s3("GET /", "").replace("Authorization", "X-Amz-Acl: private\nX-Amz-Meta-A: b\nAuthorization"),
            "header-amz-unsigned",
        ),
        (s3("GET /", "").replace("Authorization", "X-Amz-Security-Token: t\nAuthorization"), "token-not-signed"),
        (signed("GET /", "s3.eu-west-1.amazonaws.com", &of("eu-west-1/s3"), ""), "payload-header-missing"),
        (s3("GET /", "").replace("/20150830/", "/20150831/"), "scope-date"),
        (s3("GET /", "").replace("aws4_request", "aws4"), "scope-order"),
        (s3("GET /", "").replace("20150830/eu-west-1/s3", "20150830/s3/eu-west-1"), "scope-order"),
        (s3("GET /", "").replace("20150830/eu-west-1/s3", "eu-west-1/20150830/s3"), "scope-order"),
        (signed("GET /", api, &of("eu-west-1/execute-api"), ""), "scope-region"),
        (
            signed("GET /", S3_HOST, &of("us-east1/s3"), &format!("x-amz-content-sha256: {}\n", sha256(""))),
            "scope-region",
        ),
        (signed("GET /", api, &of("eu-west-2/es"), ""), "scope-service"),
        (signed("GET /", "iam.amazonaws.com", &of("eu-west-1/iam"), ""), "scope-region"),
        (signed("GET /", "polly.us-east-1.amazonaws.com", &of("us-east-1/athena"), ""), "scope-service"),
        // OpenSearch Serverless requires the header, but the host is not one of its hosts.
        (signed("GET /", "search-a.us-east-1.es.amazonaws.com", &of("us-east-1/aoss"), ""), "scope-service"),
        (
            signed("GET /", api, "AKIAIOSFODNN7 EXAMPLE/20150830/eu-west-2/execute-api/aws4_request", ""),
            "access-key-malformed",
        ),
        (
            signed(
                "GET /",
                api,
                "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY/20150830/eu-west-2/execute-api/aws4_request",
                "",
            ),
            "secret-is-access-key",
        ),
        (signed("GET /", api, "ASIAIOSFODNN7EXAMPLE/20150830/eu-west-2/execute-api/aws4_request", ""), "token-missing"),
        (presigned(S3_HOST, S3_CREDENTIAL, "&X-Amz-Security-Token=a+b"), "token-plus-as-space"),
        (presigned(S3_HOST, S3_CREDENTIAL, "").replace("Expires=86400", "Expires=604801"), "expires-too-long"),
        (presigned(S3_HOST, S3_CREDENTIAL, "&amp;X-Amz-Acl=x"), "query-html-escaped"),
        (presigned(S3_HOST, S3_CREDENTIAL, "\\u0026X-Amz-Acl=x"), "query-json-escaped"),
        (s3("GET /", "").replace("Host: ", "Host: https://"), "host-with-path"),
        (s3("GET /", "").replace("Signature=f0e8", "Signature=F0E8"), "signature-form"),
        (s3("GET /", "").replace("Signature=f0e8", "Signature="), "signature-form"),
        (s3("GET /", "") + "Authorization: Bearer x\n", "mechanism-twice"),
        (s3("GET /?OSSAccessKeyId=a&Signature=b&Expires=1", ""), "mechanism-twice"),
        (put("hello", &sha256("")), "payload-empty-hash"),
        (put("hello", &sha256("hello\n")), "payload-newline"),
        (put("{\"a\":1}", &sha256("{\"a\": 1}")), "payload-json-reformatted"),
        (put("é", &sha256("\u{feff}é")), "payload-charset"),
        (put("", &sha256("x")), "payload-not-empty"),
        (put("hello", &sha256("x")), "payload-header-mismatch"),
        (put("hello", &sha256("hello").to_ascii_uppercase()), "payload-hash-form"),
        (put("hello", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), "payload-streaming"),
        (put_with("hello", &sha256("hello"), "X-Amz-Checksum-Crc32: AAAAAA==\n"), "checksum-mismatch"),
    ] {
        let case = Case::new(&text);
        assert_eq!(ids(&case.request()), expected, "{text}\n{:?}", case.request());
    }
}

#[test]
fn suspicions_are_not_refusals() {
    let api = "a1b2.execute-api.eu-west-2.amazonaws.com";
    let here = of("eu-west-2/execute-api");
    for (text, expected) in [
        (s3("GET /", "").replace("SignedHeaders=host;", "SignedHeaders=host;host;"), "signed-headers-duplicate"),
        (s3("GET /", "").replace("host;x-amz-content-sha256", "x-amz-content-sha256;host"), "signed-headers-unsorted"),
        (s3("GET /", "Accept-Encoding: gzip\nVia: 1.1 x\n"), "header-hop-by-hop"),
        (s3("GET /a+b", ""), "path-plus-as-space"),
        (s3("GET /e%CC%81", ""), "path-unicode-form"),
        (s3("GET /", "X-Amz-Meta-Name: é\n"), "header-non-ascii"),
        (s3("GET /", "Date: Mon, 31 Aug 2015 12:36:00 GMT\n"), "time-date-header"),
        (s3("GET /?a=1&amp;b=2", ""), "query-html-escaped"),
        // The host serves one region after another; the service is only guessed from a name.
        (signed("GET /", "global.health.amazonaws.com", &of("us-east-2/health"), ""), "scope-region"),
        (signed("GET /", "brand-new.us-east-1.amazonaws.com", &of("us-east-1/athena"), ""), "scope-service"),
        (
            signed("GET /", api, &here.replace("AKIA", "ASIA"), "")
                .replace("Authorization", "X-Amz-Security-Token: t\nAuthorization"),
            "token-not-signed",
        ),
        (signed("GET /", api, &here, "X-Amz-Security-Token: t\n"), "token-unexpected"),
        (signed("GET /", api, &here.replace(KEY, "AKIA0123"), ""), "access-key-malformed"),
    ] {
        let case = Case::new(&text);
        assert_eq!(ids(&case.request()), "", "{text}");
        assert_eq!(ids(&case.suspicions()), expected, "{text}\n{:?}", case.suspicions());
    }
}

#[test]
fn refusals_are_not_suspicions() {
    let api = "a1b2.execute-api.eu-west-2.amazonaws.com";
    let unsigned = signed("GET /", api, &of("eu-west-2/execute-api"), "x-amz-content-sha256: UNSIGNED-PAYLOAD\n");
    let double = |text: String| {
        let line = text.lines().find(|line| line.starts_with("Authorization")).unwrap().to_owned();
        format!("{text}{line}\n")
    };
    for (text, expected) in [
        (s3("GET /", "Range: bytes=0-1\n").replace("Range: bytes=0-1\n", ""), "header-missing"),
        (unsigned, "payload-unsigned"),
        (double(s3("GET /", "").trim_end().to_owned() + "\n"), "mechanism-twice"),
        (put("hello", "STREAMING-FOO"), "payload-streaming"),
        (
            signed("GET /", "b.s3.eu-north-1.amazonaws.com", &of("eu-central-1/s3"), ""),
            "scope-region payload-header-missing",
        ),
    ] {
        let case = Case::new(&text);
        let mut found: Vec<&str> =
            case.request().iter().flat_map(|e| e.mistakes.iter().map(|m| m.mistake.id)).collect();
        let mut expected: Vec<&str> = expected.split(' ').collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_servers_clock_takes_precedence_over_ours() {
    let request = s3("GET /", "");
    let url = presigned(S3_HOST, S3_CREDENTIAL, "").replace("Expires=86400", "Expires=900");
    let mismatch = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    let told = "<Error><Code>AccessDenied</Code><ServerTime>2015-08-30T12:36:10Z</ServerTime></Error>";
    for (case, expected) in [
        (Case::new(&request).at("20150830T125700Z"), "time-skewed"),
        (Case::new(&request).at("20150830T193610Z"), "time-local"),
        (Case::new(&url).at("20150830T130000Z"), "expired"),
        (Case::new(&url).at("20150830T193610Z"), "expired"),
        (Case::new(&url).at("20150830T123500Z"), ""),
        (Case::new(&url).at("20150830T113550Z"), "not-yet-valid time-local"),
        // The log is read a year later, but the server did not object to the time.
        (Case::new(&request).at("20160830T123600Z").answered(403, mismatch), ""),
        (Case::new(&request).at("20160830T123600Z").answered(403, told), ""),
    ] {
        let found = case.request();
        assert_eq!(ids(&found), expected);
        assert!(found.iter().all(|explanation| explanation.proof == Proof::Time));
    }
}

#[test]
fn a_wrong_key_is_a_damaged_one_a_secret_or_unknown() {
    let own = |id: &str| Credentials::new(id, "hush");
    let of_id = |id: &str| s3("GET /", "").replace(KEY, id);
    for (id, expected) in [
        (KEY, ""),
        ("akiaiosfodnn7example", "access-key-malformed"),
        ("'AKIAIOSFODNN7EXAMPLE'", "access-key-malformed"),
        ("hush", "secret-is-access-key"),
        ("AKIAI44QH8DHBEXAMPLE", "access-key-unknown"),
    ] {
        let case = Case::new(&of_id(id)).of_key(own(KEY));
        assert_eq!(ids(&case.request()), expected, "{id}");
    }
}

#[test]
fn details_add_what_the_title_leaves_open() {
    for (text, expected) in [
        (s3("GET /", "").replace("/20150830/", "/2015-08-30/"), "the scope's date has dashes"),
        (put("hello\n", &sha256("hello")), "hashed without its trailing newline"),
        (put("hello", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), "the body is not in aws-chunked framing"),
        (s3("GET /", "").replace("Signature=f0e8", "Signature="), "it has 60 digits, not 64"),
    ] {
        assert_eq!(details(&Case::new(&text).request()), expected, "{text}");
    }
}

/// Catches an upload for which only the first violated condition is reported.
#[test]
fn each_violation_of_a_policy_is_reported() {
    let not_allowed = |name: &str| Finding::Policy(Violation::FieldNotAllowed { name: name.to_owned() });
    let range = Violation::LengthOutOfRange { min: 1, max: 2, presented: 3 };
    let findings = vec![not_allowed("acl"), Finding::Policy(range), not_allowed("tagging")];
    let signed =
        "POST /b HTTP/1.1\nHost: h.example\nDate: Wed, 28 Mar 2007 01:49:49 GMT\nAuthorization: AWS AKID:c2ln\n";
    let explanations = Case::new(signed).refused_for(findings);
    let details = |explanation: &Explanation| -> Vec<String> {
        explanation.mistakes.iter().map(|made| made.detail.clone().unwrap()).collect()
    };
    let expected = [
        vec!["no condition of the policy allows the field acl", "no condition of the policy allows the field tagging"],
        vec!["the file has 3 bytes, but the policy allows 1 to 2"],
    ];
    assert_eq!(explanations.iter().map(details).collect::<Vec<_>>(), expected);
}

/// A store's host names its region, which some stores require (Scaleway, Backblaze B2) and others ignore (those of Ceph).
#[test]
fn the_region_of_a_store_matters_only_if_the_signature_was_refused() {
    let refused = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
    let empty = format!("x-amz-content-sha256: {}\n", sha256(""));
    for (host, region, expected) in [
        ("b.s3.fr-par.scw.cloud", "us-east-1", "scope-region"),
        ("s3.eu-central-2.wasabisys.com", "us-east-1", "scope-region"),
        ("b.s3.fr-par.scw.cloud", "fr-par", ""),
        ("store.example", "us-east-1", ""),
        ("acc.r2.cloudflarestorage.com", "us-east-1", ""),
    ] {
        let text = signed("GET /", host, &of(&format!("{region}/s3")), &empty);
        assert_eq!(ids(&Case::new(&text).suspicions()), "", "{host} {region}");
        assert_eq!(ids(&Case::new(&text).answered(403, refused).suspicions()), expected, "{host} {region}");
    }
}
