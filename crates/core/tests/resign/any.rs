//! Random requests: whatever is accepted from the client and signed again must be accepted by the next hop, which must
//! see no part of the client's key, and everything else that the client sent.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{HeaderSelection, PayloadChoice, Settings};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::resign::{HOP_BY_HOP, Outbound, resign};
use sigvet_core::scheme::Dialect;
use sigvet_core::signer::Signer;
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge, verify};

use super::{placeholder, real};

const TOKEN: &str = "placeholder/token+of==the client";

#[derive(Debug, Clone)]
struct Case {
    path: String,
    query: Vec<&'static str>,
    headers: Vec<(&'static str, &'static str)>,
    /// Headers that intermediaries added after the client signed.
    on_the_way: Vec<(&'static str, &'static str)>,
    service: &'static str,
    dialect: Dialect,
    expiry: Option<u64>,
    payload: PayloadChoice,
    named: bool,
    has_token: [bool; 2],
}

fn case() -> impl Strategy<Value = Case> {
    let pieces = vec![
        "",
        "a=1",
        "a",
        "A=%2f",
        "b=x+y",
        "X-Amz-Expires2=1",
        "x-amz-meta=1",
        "prefix=%zz",
        "versionId=1",
        "%61=2",
        "list-type=2",
    ];
    let headers = vec![
        ("User-Agent", "agent/1"),
        ("Content-Type", "text/plain"),
        ("x-amz-meta-a", " b  c"),
        ("X-Amz-Meta-A", "d"),
        ("Cookie", "a=b"),
        ("Connection", "close, X-Hop, Host"),
        ("X-Hop", "1"),
        ("Transfer-Encoding", "chunked"),
        ("TE", "trailers"),
        ("Accept", ""),
        ("Date", "Sun, 01 Mar 2026 00:00:00 GMT"),
        ("Range", "bytes=0-1"),
        ("Expect", "100-continue"),
        ("x-amz-acl", "private"),
        ("x-amz-date", "20260228T235500Z"),
    ];
    let on_the_way =
        vec![("Via", "1.1 proxy"), ("X-Forwarded-For", "192.0.2.1"), ("Connection", "keep-alive"), ("Keep-Alive", "5")];
    let list = |of: Vec<(&'static str, &'static str)>| proptest::collection::vec(select(of), 0..5);
    let dialects = vec![Dialect::AWS4, Dialect::AWS4, Dialect::s3_express_session(), Dialect::GOOG4];
    let payloads = vec![PayloadChoice::ByService, PayloadChoice::Hashed, PayloadChoice::Unsigned];
    let request = (
        "(/|/a|/%20|/b\\+c|/\\.\\.|/%2F|/~){1,4}",
        proptest::collection::vec(select(pieces), 0..4),
        list(headers),
        list(on_the_way),
    );
    let signing = (
        select(vec!["s3", "s3express", "execute-api", "sts", "iotdevicegateway"]),
        select(dialects),
        proptest::option::of(1..700_000_u64),
        select(payloads),
        any::<bool>(),
        any::<[bool; 2]>(),
    );
    (request, signing).prop_map(|(request, signing)| {
        let ((path, query, headers, on_the_way), (service, dialect, expiry, payload, named, has_token)) =
            (request, signing);
        Case { path, query, headers, on_the_way, service, dialect, expiry, payload, named, has_token }
    })
}

impl Case {
    fn keys(&self) -> (Credentials, Credentials) {
        let with = |credentials: Credentials, token: Option<&str>| match token {
            Some(token) => credentials.with_session_token(token),
            None => credentials,
        };
        let [inbound, outbound] = self.has_token;
        (with(placeholder(), inbound.then_some(TOKEN)), with(real(), outbound.then_some("token/of+the==gateway")))
    }

    /// The request as the client signs it; `None` if it cannot be signed.
    fn arrived(&self, client: &Credentials, now: Timestamp) -> Option<Request> {
        let url = format!(
            "https://h.example{}{}{}",
            self.path,
            if self.query.is_empty() { "" } else { "?" },
            self.query.join("&")
        );
        let mut request = Request::new("PUT", &RequestUrl::parse(&url).ok()?).unwrap();
        self.headers.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
        request.body = Body::Bytes(b"hello".to_vec());
        let mut settings = Settings::for_dialect(self.dialect.clone(), "us-east-1", self.service);
        settings.payload = self.payload.clone();
        if self.named {
            settings.signed_headers = HeaderSelection::Named(vec!["content-type".to_owned(), "x-hop".to_owned()]);
        }
        let signer = Signer::from_settings(client.clone(), settings);
        let signed = match self.expiry {
            None => signer.sign(request, now),
            Some(seconds) => signer.presign_request(request, Duration::from_secs(seconds), now),
        };
        let mut request = signed.ok()?.request;
        self.on_the_way.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
        Some(request)
    }
}

fn is_accepted(
    request: &Request,
    credentials: &Credentials,
    now: Timestamp,
) -> Result<sigvet_core::verify::Accepted, String> {
    let judge = Judge::new(Some(credentials), now, ExpectedScope::Any);
    verify(request, &judge).map_err(|error| error.to_string())?.accept().map_err(|error| error.to_string())
}

/// Everything that the client sent, without its signature.
fn rest(request: &Request, dialect: &Dialect) -> Vec<(String, Vec<u8>)> {
    let own = [&*dialect.date_header, &*dialect.token_header, "authorization", "x-hop"];
    let is_rest = |name: &String| !own.contains(&name.as_str()) && !HOP_BY_HOP.contains(&name.as_str());
    let headers = request.headers.iter().map(|field| (field.name.to_ascii_lowercase(), field.value.clone()));
    headers.filter(|(name, _)| is_rest(name)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn the_next_hop_accepts_what_was_accepted_from_the_client(case in case()) {
        let now = Timestamp::parse("20260301T000000Z").unwrap();
        let (client, gateway) = case.keys();
        let Some(arrived) = case.arrived(&client, now) else { return Ok(()) };
        let Ok(accepted) = is_accepted(&arrived, &client, now) else { return Ok(()) };
        // Without its token, an S3 Express session is not recognised.
        let dialect = accepted.claimed.dialect();
        let resigned = match resign(arrived.clone(), &accepted, &Outbound::new(&gateway), now) {
            Ok(resigned) => resigned,
            Err(error) => {
                let needs_token = dialect == Dialect::s3_express_session() && !case.has_token[1];
                prop_assert!(needs_token, "{}", error);
                return Ok(());
            }
        };
        let out = resigned.request;
        let again = is_accepted(&out, &gateway, now);
        prop_assert!(again.is_ok(), "{:?}", again);
        let again = again.unwrap();
        let scope = |accepted: &sigvet_core::verify::Accepted| accepted.scope.as_ref().map(|scope| (scope.region.clone(), scope.service.clone()));
        prop_assert_eq!((again.payload.as_ref(), scope(&again)), (accepted.payload.as_ref(), scope(&accepted)));
        prop_assert_eq!(rest(&out, &dialect), rest(&arrived, &dialect));
        prop_assert_eq!((out.path(), &out.body), (arrived.path(), &arrived.body));
        let target = String::from_utf8_lossy(out.target()).into_owned();
        prop_assert!(case.query.iter().all(|piece| target.contains(piece)), "{}", target);
        let text = format!("{target}{:?}", out.headers.iter().map(|field| String::from_utf8_lossy(&field.value)).collect::<Vec<_>>());
        prop_assert!(!text.contains("PLACEHOLDER") && !text.contains("placeholder"), "{}", text);
    }
}
