//! Credentials: missing, wrong, and expiring ones.

use std::io::Write;
use std::net::TcpListener;

use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{REAL, ask, plain, proxy_to};

/// Catches a request that is sent unsigned because there were no credentials.
#[test]
fn without_credentials_nothing_goes_out() {
    let recorder = Recorder::polite();
    let words = ["--to", &recorder.url, "--region", "us-east-1", "--service", "s3", "--log", "json"];
    let proxy = Serving::start_proxy(&words, &[]);
    let answer = ask(&proxy, &plain("GET", "h", "/b/k", &[], b""));
    assert_eq!(answer.status, 503);
    assert!(
        answer.text().starts_with("no credentials from ") && answer.text().contains("the log of the proxy says why")
    );
    assert_eq!(ask(&proxy, &plain("GET", "h", "/_sigvet/healthz", &[], b"")).status, 200);
    let ready = ask(&proxy, &plain("GET", "h", "/_sigvet/readyz", &[], b""));
    assert_eq!(ready.status, 503, "{}", ready.text());
    proxy.wait_for("\"problem\":\"no credentials from ", 1);
    assert!(recorder.heard().is_empty());
}

/// The reason is in the reply, in the log and in the metrics.
#[test]
fn a_refusal_of_the_upstream_is_explained() {
    let server = Serving::start(&["--region", "us-east-1", "--service", "s3", "--answer-as", "aws", "--no-page"]);
    let key = [("AWS_ACCESS_KEY_ID", REAL.0), ("AWS_SECRET_ACCESS_KEY", "wrong/secret/of/the/same/length/as/others0")];
    let words = ["--to", &server.url, "--region", "us-east-1", "--service", "s3", "--log", "json"];
    let wrong_secret = Serving::start_proxy(&words, &key);
    let words = ["--to", &server.url, "--region", "eu-west-1", "--service", "s3", "--log", "json"];
    let right = [("AWS_ACCESS_KEY_ID", REAL.0), ("AWS_SECRET_ACCESS_KEY", REAL.1)];
    let wrong_region = Serving::start_proxy(&words, &right);
    for (proxy, code, cause) in
        [(wrong_secret, "SignatureDoesNotMatch", "secret"), (wrong_region, "AuthorizationHeaderMalformed", "region")]
    {
        let answer = ask(&proxy, &plain("GET", "h", "/b/k", &[], b""));
        assert!(answer.text().contains(code), "{}", answer.text());
        let told = answer.header("x-sigvet-cause").unwrap_or_else(|| panic!("{}", answer.head)).to_owned();
        assert!(told.contains(cause), "{told}");
        proxy.wait_for(&format!("\"cause\":\"{told}\""), 1);
        let metrics = ask(&proxy, &plain("GET", "h", "/_sigvet/metrics", &[], b"")).text();
        assert!(metrics.contains(&format!("sigvet_refused_signatures_total{{cause=\"{told}\"}} 1")), "{metrics}");
        assert!(!proxy.log().contains("wrong/secret") && !proxy.log().contains(REAL.1), "{}", proxy.log());
    }
}

/// Whoever has no key of their own may ask for gzip: the refusal is read all the same, and passed on as it came.
#[test]
fn a_compressed_refusal_is_explained_too() {
    let body = "<Error><Code>AuthorizationHeaderMalformed</Code><Message>The authorization header is malformed; the region \
        'us-east-1' is wrong; expecting 'eu-west-1'</Message><Region>eu-west-1</Region></Error>";
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let (length, sent) = (packed.len(), packed.clone());
    let upstream = Recorder::start(move |stream, heard| {
        heard.read_body(stream);
        let head =
            "HTTP/1.1 403 No\r\nContent-Type: application/xml\r\nContent-Encoding: gzip\r\nConnection: close\r\n";
        let head = format!("{head}Content-Length: {length}\r\n\r\n");
        stream.write_all(&[head.as_bytes(), &sent].concat()).unwrap();
    });
    let proxy = proxy_to(&upstream.url, &["--log", "json"]);
    let answer = ask(&proxy, &plain("GET", "h", "/b/k", &[("Accept-Encoding", "gzip")], b""));
    assert_eq!((answer.header("content-encoding"), &answer.body), (Some("gzip"), &packed));
    assert_eq!(answer.header("x-sigvet-cause"), Some("scope-region"), "{}", answer.head);
    proxy.wait_for("\"cause\":\"scope-region\"", 1);
}

#[test]
fn health_and_metrics_can_have_their_own_port() {
    let recorder = Recorder::polite();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = proxy_to(&recorder.url, &["--admin-port", &free.port().to_string()]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/_sigvet/healthz", &[], b"")).status, 200);
    // That request was for the upstream.
    assert!(recorder.only().starts_with("GET /_sigvet/healthz "), "{}", recorder.only());
    let mut stream = sigvet_testing::serving::connect(&free.to_string());
    stream.write_all(&plain("GET", "h", "/metrics", &[], b"")).unwrap();
    let metrics = crate::world::read_answer(&mut stream);
    assert_eq!(metrics.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(
        metrics.text().contains("sigvet_requests_total{route=\"default\",status=\"200\"} 1\n"),
        "{}",
        metrics.text()
    );
    assert!(metrics.text().contains("sigvet_credentials_ready{source=\"the environment\"} 1\n"), "{}", metrics.text());
}
