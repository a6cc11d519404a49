//! Credentials that expire during a series of requests: no request fails, even if the source is slow or unavailable.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use sigvet_core::time::Timestamp;
use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{REAL, ask, plain};

/// How long credentials are valid, in seconds. They are renewed five seconds before.
const GOOD_FOR: i64 = 20;

/// Issues credentials, each with another token; the first attempt to renew them fails, and the others take half a
/// second. `write` makes the body from a token and an expiry, and `beside` answers other requests, by their first line.
fn source(
    beside: impl Fn(&str) -> Option<&'static str> + Send + Sync + 'static,
    write: impl Fn(&str, Timestamp) -> String + Send + Sync + 'static,
) -> (Recorder, Arc<AtomicUsize>) {
    let given = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&given);
    let recorder = Recorder::start(move |stream, heard| {
        let first = String::from_utf8_lossy(&heard.bytes()).lines().next().unwrap_or_default().to_owned();
        let (status, body) = match beside(&first) {
            Some(body) => ("200 OK", body.to_owned()),
            None => match count.fetch_add(1, Ordering::SeqCst) {
                1 => ("500 No", String::new()),
                number => {
                    std::thread::sleep(Duration::from_millis(if number > 1 { 500 } else { 0 }));
                    let now: Timestamp = SystemTime::now().into();
                    let end = Timestamp::from_epoch_seconds(now.epoch_seconds() + GOOD_FOR);
                    ("200 OK", write(&format!("token-{number}-of-some-length"), end))
                }
            },
        };
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
    });
    (recorder, given)
}

/// The credentials in the format for containers and instances.
fn as_of_a_machine(token: &str, end: Timestamp) -> String {
    let (id, secret, end) = (REAL.0, REAL.1, end.to_rfc3339());
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","SecretAccessKey":"{secret}","Token":"{token}","Expiration":"{end}"}}"#
    )
}

/// Sends requests for longer than the first credentials are valid, and checks what reaches the server.
fn expect_no_failure(given: &AtomicUsize, environment: &[(&str, &str)]) {
    let upstream = Recorder::polite();
    let words = ["--to", &upstream.url, "--region", "us-east-1", "--service", "s3", "--log", "json"];
    let proxy = Serving::start_proxy(&words, environment);
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(26) {
        let answer = ask(&proxy, &plain("GET", "h", "/b/k", &[], b""));
        assert_eq!(answer.status, 200, "after {:?}: {}{}", began.elapsed(), answer.text(), proxy.log());
        std::thread::sleep(Duration::from_millis(20));
    }
    let heard = upstream.heard();
    let tokens: BTreeSet<_> =
        heard.iter().filter_map(|text| text.lines().find(|line| line.starts_with("x-amz-security-token"))).collect();
    assert!(tokens.len() >= 2, "{tokens:?}");
    assert!((2..=6).contains(&given.load(Ordering::SeqCst)), "{given:?}");
    assert!(!proxy.log().contains("of-some-length"));
}

#[test]
fn credentials_of_a_container_expire_and_no_request_fails() {
    let (endpoint, given) = source(|_| None, as_of_a_machine);
    let uri = format!("{}/credentials", endpoint.url);
    expect_no_failure(&given, &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri)]);
}

#[test]
fn credentials_of_an_instance_expire_and_no_request_fails() {
    let beside = |first: &str| {
        let is_token = first.starts_with("PUT /latest/api/token ");
        let is_list = first.starts_with("GET /latest/meta-data/iam/security-credentials/ ");
        is_token.then_some("token-of-a-session").or(is_list.then_some("role"))
    };
    let (service, given) = source(beside, as_of_a_machine);
    expect_no_failure(
        &given,
        &[("AWS_EC2_METADATA_DISABLED", "false"), ("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.url)],
    );
}

#[test]
fn credentials_of_iam_identity_center_expire_and_no_request_fails() {
    let write = |token: &str, end: Timestamp| {
        let (id, secret, end) = (REAL.0, REAL.1, end.epoch_seconds() * 1000);
        format!(
            r#"{{"roleCredentials":{{"accessKeyId":"{id}","secretAccessKey":"{secret}","sessionToken":"{token}","expiration":{end}}}}}"#
        )
    };
    let (portal, given) = source(|_| None, write);
    let home = tempfile::tempdir().unwrap();
    let (config, cache) = (home.path().join("config"), home.path().join(".aws/sso/cache"));
    std::fs::create_dir_all(&cache).unwrap();
    let profile = "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = Dev\n\
                   [sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-west-2\n";
    std::fs::write(&config, profile).unwrap();
    let session = r#"{"startUrl":"https://corp.awsapps.com/start","region":"us-west-2","accessToken":"access","expiresAt":"2199-01-01T00:00:00Z"}"#;
    // The name is the SHA-1 of the session's name, as `printf corp | sha1sum` prints it.
    std::fs::write(cache.join("ee0bfd2552fbd840c02cc48b6e823320543c450f.json"), session).unwrap();
    let (home, config) = (home.path().to_str().unwrap(), config.to_str().unwrap());
    expect_no_failure(&given, &[("HOME", home), ("AWS_CONFIG_FILE", config), ("AWS_ENDPOINT_URL_SSO", &portal.url)]);
}
