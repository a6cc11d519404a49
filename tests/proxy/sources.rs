//! Credentials: none, wrong ones, and those that end.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use sigvet_core::time::Timestamp;
use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{REAL, ask, plain, proxy_to};

/// Catches a request that goes out unsigned because nobody could sign it.
#[test]
fn without_credentials_nothing_goes_out() {
    let recorder = Recorder::polite();
    let words = ["--to", &recorder.url, "--region", "us-east-1", "--service", "s3", "--log", "json"];
    let proxy = Serving::start_proxy(&words, &[]);
    let answer = ask(&proxy, &plain("GET", "h", "/b/k", &[], b""));
    assert_eq!(answer.status, 503);
    assert!(answer.text().starts_with("no credentials from "), "{}", answer.text());
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

#[test]
fn health_and_metrics_have_a_port_of_their_own_if_that_is_wanted() {
    let recorder = Recorder::polite();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = proxy_to(&recorder.url, &["--admin-port", &free.port().to_string()]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/_sigvet/healthz", &[], b"")).status, 200);
    // That one was for the upstream.
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

/// A container's endpoint gives credentials for twenty seconds each. They are renewed while requests go on, and none fails:
/// neither while the endpoint takes its time, nor while it is down.
#[test]
fn credentials_that_end_under_load_fail_no_request() {
    let given = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&given);
    let endpoint = Recorder::start(move |stream, _| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        if number == 1 {
            // The first attempt to renew fails.
            stream.write_all(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            return;
        }
        if number > 1 {
            std::thread::sleep(Duration::from_millis(500));
        }
        let now: Timestamp = SystemTime::now().into();
        let end = Timestamp::from_epoch_seconds(now.epoch_seconds() + 20).to_rfc3339();
        let body = format!(
            "{{\"AccessKeyId\":\"{}\",\"SecretAccessKey\":\"{}\",\"Token\":\"token-{number}-of-some-length\",\"Expiration\":\"{end}\"}}",
            REAL.0, REAL.1
        );
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
    });
    let upstream = Recorder::polite();
    let uri = format!("{}/credentials", endpoint.url);
    let words = ["--to", &upstream.url, "--region", "us-east-1", "--service", "s3", "--log", "json"];
    let proxy = Serving::start_proxy(&words, &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri)]);
    let began = Instant::now();
    let mut slowest = Duration::ZERO;
    while began.elapsed() < Duration::from_secs(26) {
        let one = Instant::now();
        let answer = ask(&proxy, &plain("GET", "h", "/b/k", &[], b""));
        assert_eq!(answer.status, 200, "after {:?}: {}", began.elapsed(), answer.text());
        slowest = slowest.max(one.elapsed());
        std::thread::sleep(Duration::from_millis(20));
    }
    let heard = upstream.heard();
    let tokens: std::collections::BTreeSet<_> =
        heard.iter().filter_map(|text| text.lines().find(|line| line.starts_with("x-amz-security-token"))).collect();
    assert!(tokens.len() >= 2, "{tokens:?}");
    assert!((2..=6).contains(&given.load(Ordering::SeqCst)), "{given:?}");
    assert!(!proxy.log().contains("of-some-length"));
}
