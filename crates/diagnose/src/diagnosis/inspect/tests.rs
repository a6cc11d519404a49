//! Checks that ordinary requests and replies give no explanation, and provides the cases that the tests of
//! `reply` and `request` use.

use super::*;
use crate::diagnosis::evidence::Hints;
use crate::diagnosis::outcome::Origin;
use crate::formats::parse_request;
use crate::formats::reply::Reply;
use sigvet_core::claim::Claim;
use sigvet_core::credentials::Credentials;
use sigvet_core::request::Headers;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{Finding, VerifyError, verify};

static HINTS: Hints = Hints {
    hosts: Vec::new(),
    regions: Vec::new(),
    services: Vec::new(),
    path_prefixes: Vec::new(),
    endpoints: Vec::new(),
    bucket: None,
    now: None,
    clusters: Vec::new(),
};
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SIGNATURE: &str = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
/// A minute after the requests below were signed.
const NOW: &str = "20150830T123700Z";

/// A request, a server's reply to it, and the key that it should have been signed with.
pub(super) struct Case {
    request: Request,
    reply: Option<Reply>,
    credentials: Option<Credentials>,
    now: Timestamp,
}

impl Case {
    pub(super) fn new(request: &str) -> Self {
        let request = parse_request(request.as_bytes()).expect(request);
        Self { request, reply: None, credentials: None, now: Timestamp::parse(NOW).unwrap() }
    }

    pub(super) fn answered(self, status: u16, body: &str) -> Self {
        Self { reply: Some(Reply::parse(Some(status), &Headers::default(), body.as_bytes())), ..self }
    }

    pub(super) fn with_headers(self, headers: &[(&str, &str)]) -> Self {
        let headers = Headers::from_pairs(headers.iter().copied()).unwrap();
        Self { reply: Some(Reply::parse(Some(403), &headers, b"")), ..self }
    }

    pub(super) fn of_key(self, credentials: Credentials) -> Self {
        Self { credentials: Some(credentials), ..self }
    }

    pub(super) fn at(self, now: &str) -> Self {
        Self { now: Timestamp::parse(now).unwrap(), ..self }
    }

    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            request: Some(&self.request),
            reply: self.reply.as_ref(),
            credentials: self.credentials.as_ref(),
            ..Evidence::new(self.now, &HINTS)
        }
    }

    /// The verdict without a comparison of signatures, because whether the signature is right does not matter here.
    fn judged(&self) -> Option<Judged> {
        let mut verdict = verify(&self.request, &self.evidence().judge()).ok()?;
        verdict.expected = None;
        Some(Judged { request: self.request.clone(), verdict, origin: Origin::Captured })
    }

    /// The explanations of a reply without its request.
    pub(super) fn reply_alone(&self) -> Vec<Explanation> {
        reply(&Evidence { request: None, ..self.evidence() }, None)
    }

    pub(super) fn reply(&self) -> Vec<Explanation> {
        reply(&self.evidence(), self.judged().as_ref().and_then(Judged::v4))
    }

    pub(super) fn request(&self) -> Vec<Explanation> {
        let judged = self.judged().expect("a request that makes a claim");
        request_v4(&self.evidence(), &judged.v4().expect("a claim of Version 4"))
    }

    /// The explanations for a request without a canonical request if verification had these findings.
    pub(super) fn refused_for(&self, findings: Vec<Finding>) -> Vec<Explanation> {
        let mut judged = self.judged().expect("a request that makes a claim");
        judged.verdict.findings = findings;
        request_without_canonical(&self.evidence(), &judged)
    }

    pub(super) fn suspicions(&self) -> Vec<Explanation> {
        let judged = self.judged().expect("a request that makes a claim");
        suspicions(&self.evidence(), &judged.v4().expect("a claim of Version 4"))
    }

    pub(super) fn unreadable(&self) -> Vec<Explanation> {
        let error = Claim::extract(&self.request).expect_err("a request that makes no claim");
        unreadable(&self.request, &VerifyError::V4(error))
    }
}

/// The ids of the explanations, separated by spaces; the ids within one explanation are joined by `+`.
pub(super) fn ids(explanations: &[Explanation]) -> String {
    let of = |explanation: &Explanation| {
        explanation.mistakes.iter().map(|made| made.mistake.id).collect::<Vec<_>>().join("+")
    };
    explanations.iter().map(of).collect::<Vec<_>>().join(" ")
}

pub(super) fn details(explanations: &[Explanation]) -> String {
    let made = explanations.iter().flat_map(|explanation| &explanation.mistakes);
    made.filter_map(|made| made.detail.clone()).collect::<Vec<_>>().join("; ")
}

/// A request signed in its header. `headers` are separate lines, all of them signed.
pub(super) fn signed(line: &str, host: &str, credential: &str, headers: &str) -> String {
    let mut names: Vec<String> =
        headers.lines().filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase())).collect();
    names.extend(["host".to_owned(), "x-amz-date".to_owned()]);
    names.sort();
    format!(
        "{line} HTTP/1.1\nHost: {host}\nX-Amz-Date: 20150830T123600Z\n{headers}Authorization: AWS4-HMAC-SHA256 \
         Credential={credential}, SignedHeaders={}, Signature={SIGNATURE}\n",
        names.join(";")
    )
}

pub(super) fn s3(line: &str, headers: &str) -> String {
    let headers = format!("x-amz-content-sha256: {EMPTY}\n{headers}");
    signed(
        line,
        "examplebucket.s3.eu-west-1.amazonaws.com",
        "AKIAIOSFODNN7EXAMPLE/20150830/eu-west-1/s3/aws4_request",
        &headers,
    )
}

pub(super) fn presigned(host: &str, credential: &str, rest: &str) -> String {
    format!(
        "GET /test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={}&X-Amz-Date=20150830T123600Z\
         &X-Amz-Expires=86400&X-Amz-SignedHeaders=host{rest}&X-Amz-Signature={SIGNATURE} HTTP/1.1\nHost: {host}\n",
        credential.replace('/', "%2F")
    )
}

pub(super) const S3_HOST: &str = "examplebucket.s3.amazonaws.com";
pub(super) const S3_CREDENTIAL: &str = "AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/s3/aws4_request";

#[test]
fn ordinary_requests_give_no_explanation() {
    let key = "AKIAIOSFODNN7EXAMPLE";
    let of = |scope: &str| format!("{key}/20150830/{scope}/aws4_request");
    let temporary = "ASIAIOSFODNN7EXAMPLE/20150830/eu-west-1/s3/aws4_request";
    let token = "x-amz-security-token: FwoGZXIvYXdzELn//////////wEaDI0V1oGnnvgvZMm1NSK+AR==\n";
    let hash = format!("x-amz-content-sha256: {EMPTY}\n");
    let requests = [
        s3("GET /a%20b/%2Bc", ""),
        s3("GET /?list-type=2&prefix=a%2Fb", "Range: bytes=0-9\n"),
        presigned(S3_HOST, S3_CREDENTIAL, ""),
        // The global endpoint serves buckets in any region.
        presigned(S3_HOST, &of("eu-central-1/s3"), ""),
        presigned(S3_HOST, temporary, "&X-Amz-Security-Token=FwoGZXIv%2F%2FwEaDI0V1oGn%2BAR%3D%3D"),
        signed(
            "GET /k",
            "b--usw2-az1--x-s3.s3express-usw2-az1.eu-west-1.amazonaws.com",
            &temporary.replace("/s3/", "/s3express/"),
            &format!("{hash}x-amz-s3session-token: FwoG+w==\n"),
        ),
        signed("GET /k", "b.s3.eu-west-1.amazonaws.com", temporary, &format!("{hash}{token}")),
        signed(
            "POST /",
            "sts.amazonaws.com",
            &of("us-east-1/sts"),
            "Content-Type: application/x-www-form-urlencoded\n",
        ),
        signed("POST /", "sts.eu-west-1.amazonaws.com", &of("eu-west-1/sts"), ""),
        signed("POST /", "iam.amazonaws.com", &of("us-east-1/iam"), "User-Agent: botocore\n"),
        signed("POST /_search", "search-logs-abc.us-east-1.es.amazonaws.com", &of("us-east-1/es"), ""),
        signed("POST /_bulk", "0a1b2c.us-east-1.aoss.amazonaws.com", &of("us-east-1/aoss"), &hash),
        signed("GET /prod/pets", "a1b2c3.execute-api.eu-west-2.amazonaws.com", &of("eu-west-2/execute-api"), ""),
        signed("GET /pets", "api.example.com", &of("eu-west-2/execute-api"), ""),
        signed(
            "GET /sellers/v1",
            "sellingpartnerapi-eu.amazon.com",
            &of("eu-west-1/execute-api"),
            "x-amz-access-token: Atza|x\n",
        ),
        signed(
            "POST /",
            "dynamodb.us-west-2.amazonaws.com",
            &of("us-west-2/dynamodb"),
            "X-Amz-Target: DynamoDB_20120810.Query\n",
        ),
        signed("POST /", "email.us-east-1.amazonaws.com", &of("us-east-1/email"), ""),
        signed("POST /model/x/invoke", "bedrock-runtime.us-east-1.amazonaws.com", &of("us-east-1/bedrock"), ""),
        signed("POST /", "abcdefg.lambda-url.us-east-1.on.aws", &of("us-east-1/lambda"), ""),
        signed("GET /a+b", "api.example.com", &of("eu-west-2/execute-api"), ""),
        presigned("kafka.us-east-1.amazonaws.com", &of("us-east-1/kafka-cluster"), ""),
        presigned("a1b2c3-ats.iot.us-east-1.amazonaws.com", &of("us-east-1/iotdevicegateway"), ""),
        // Other stores use other names: MinIO with a port, Garage, Swift, R2, a region that does not exist.
        signed("GET /bucket/key", "localhost:9000", "minioadmin/20150830/us-east-1/s3/aws4_request", &hash),
        signed("GET /b/k", "garage.example:3900", "GK31c2f218a2e44f485b94239e/20150830/garage/s3/aws4_request", &hash),
        signed("GET /b/k", "10.0.0.1:8080", "test:tester/20150830/RegionOne/s3/aws4_request", &hash),
        signed(
            "GET /b",
            "0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com",
            "0123456789abcdef0123456789abcdef/20150830/auto/s3/aws4_request",
            &hash,
        ),
        signed(
            "GET /b",
            "nyc3.digitaloceanspaces.com",
            "DO00ABCDEFGHIJKLMNOP/20150830/us-east-1/s3/aws4_request",
            &hash,
        ),
        signed("GET /", "s3.eu-west-1.amazonaws.com", &of("eu-west-1/s3"), "x-amz-content-sha256: UNSIGNED-PAYLOAD\n"),
        format!(
            "{}\n5;chunk-signature={SIGNATURE}\r\nhello\r\n",
            signed(
                "PUT /k",
                "b.s3.eu-west-1.amazonaws.com",
                &of("eu-west-1/s3"),
                "x-amz-content-sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\nx-amz-decoded-content-length: 5\n"
            )
        ),
    ];
    for text in requests {
        let case = Case::new(&text);
        let found = (case.request(), case.suspicions());
        assert!(found.0.is_empty() && found.1.is_empty(), "{text}\n{found:?}");
    }
}

/// Catches an explanation that shows a secret or token of the request, which would give its readers access.
#[test]
fn neither_a_secret_nor_a_token_is_shown() {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let credential = format!("{secret}/20150830/eu-west-1/s3/aws4_request");
    let unknown = "<Error><Code>InvalidAccessKeyId</Code></Error>";
    let token = "x-amz-security-token: FwoGZX Iv\n";
    let readable = Case::new(&signed("GET /", "s3.eu-west-1.amazonaws.com", &credential, token)).answered(403, unknown);
    let broken = Case::new(&signed("GET /", "s3.eu-west-1.amazonaws.com", &format!("{secret}/s3"), token));
    let bearer = Case::new("GET / HTTP/1.1\nHost: h\nAuthorization: Bearer FwoGZXIv\n");
    let bare = Case::new("GET / HTTP/1.1\nHost: h\nAuthorization: FwoGZXIvFwoGZXIv\n");
    let found = [
        readable.reply(),
        readable.request(),
        readable.suspicions(),
        broken.unreadable(),
        bearer.unreadable(),
        bare.unreadable(),
    ];
    for explanations in found {
        let shown = explanations.iter().flat_map(|explanation| &explanation.mistakes);
        for made in shown {
            let text =
                [&made.signed[..], &made.expected, made.detail.as_deref().unwrap_or_default().as_bytes()].concat();
            assert!(!holds(&text, "wJalr") && !holds(&text, "FwoGZX"), "{made:?}");
        }
    }
}

/// Damages requests and replies in every way, and catches a panic.
#[test]
fn damaged_requests_and_replies_never_panic() {
    use proptest::prelude::*;

    let credential = "ASIAIOSFODNN7EXAMPLE/20150830/eu-west-1/s3/aws4_request";
    let token = "x-amz-security-token: FwoG w==\nx-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\nDate: x\n";
    let requests = [
        presigned(S3_HOST, S3_CREDENTIAL, "&amp;X-Amz-Security-Token=a+b"),
        signed("PUT /e%CC%81+", "s3.eu-west-1.amazonaws.com:443", credential, token) + "\n5;x\r\nhello",
    ];
    let replies = [
        "the region 'a' is wrong; expecting 'b' 'Host' must be a 'SignedHeader' x-amz-expires 604800",
        "Signature expired: 20230601T095950Z is now earlier than 20230601T135450Z (20230601T135950Z - 5 min.) é 'é",
        "the authorization component \"/a\" incorrect service \"é. belongs to 's3",
    ];
    let changed = |text: &str, at: prop::sample::Index, with: char| {
        let mut characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        characters[at] = with;
        characters.into_iter().collect::<String>()
    };
    let damage = (0..2_usize, 0..3_usize, any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<char>());
    proptest!(ProptestConfig::with_cases(1_000), |((which, said, at, to, with) in damage)| {
        let Ok(request) = parse_request(changed(&requests[which], at, with).as_bytes()) else { return Ok(()) };
        let message = serde_json::Value::from(changed(replies[said], to, with));
        let case = Case { request, ..Case::new(&requests[which]) }.answered(403, &format!("{{\"message\":{message}}}"));
        let _ = case.reply();
        match Claim::extract(&case.request) {
            Ok(_) => drop((case.request(), case.suspicions())),
            Err(_) => drop(case.unreadable()),
        }
    });
}
