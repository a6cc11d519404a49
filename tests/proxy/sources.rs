//! Credentials: missing, wrong, and expiring ones.

use std::io::Write;
use std::net::TcpListener;

use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{Client, PLACEHOLDER, REAL, ask, plain, proxy, proxy_to, set_mode, write_keys};

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

/// Catches a token that `serve` leaves out of its reply and that counts as a change of the URL. Without a token the
/// cause has always been the secret.
#[test]
fn what_a_reply_does_not_show_is_no_mistake() {
    let folder = tempfile::tempdir().unwrap();
    let (token, file) = ("a/session+token==of/some/length", folder.path().join("profiles.toml"));
    let profiles = format!(
        "[profile.a]\naccess_key_id = '{0}'\nsecret_access_key = '{1}'\n\
         [profile.b]\naccess_key_id = 'ASIAIOSFODNN7EXAMPLE'\nsecret_access_key = '{1}'\nsession_token = '{token}'\n",
        REAL.0, REAL.1
    );
    std::fs::write(&file, profiles).unwrap();
    set_mode(&file, 0o600);
    let words = ["--profile-file", file.to_str().unwrap(), "--region", "us-east-1", "--service", "s3", "--no-page"];
    let server = Serving::start_without_key(&words);
    let secret = ("AWS_SECRET_ACCESS_KEY", "wrong/secret/of/the/same/length/as/others0");
    let plain = [("AWS_ACCESS_KEY_ID", REAL.0), secret];
    let temporary = [("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"), secret, ("AWS_SESSION_TOKEN", token)];
    let words = ["--to", &server.url, "--inbound", &write_keys(&folder, "")];
    let causes = [&plain[..], &temporary].map(|key| {
        let proxy = Serving::start_proxy(&words, key);
        let client = Client::new();
        let (in_header, in_url) =
            (client.sign("GET", proxy.address(), "/b/k", b""), client.presign("GET", proxy.address(), "/b/k", b""));
        [in_header, in_url].map(|request| {
            let answer = ask(&proxy, &request);
            assert_eq!(answer.status, 403, "{}", answer.text());
            answer.header("x-sigvet-cause").unwrap_or_else(|| panic!("{}", answer.head)).to_owned()
        })
    });
    assert_eq!(causes, [["secret-wrong", "secret-wrong"], ["secret-wrong", "secret-wrong"]]);
}

/// Catches a request that waits for a source as long as that hangs. The program is the source.
#[cfg(unix)]
#[test]
fn a_source_that_hangs_is_not_waited_for() {
    let recorder = Recorder::polite();
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    std::fs::write(&config, "[profile slow]\ncredential_process = sleep 60\nregion = us-east-1\n").unwrap();
    let words = ["--to", &recorder.url, "--service", "s3", "--profile", "slow", "--log", "json"];
    let environment = [("AWS_CONFIG_FILE", config.to_str().unwrap()), ("HOME", folder.path().to_str().unwrap())];
    let proxy = Serving::start_proxy(&words, &environment);
    let began = std::time::Instant::now();
    let answer = ask(&proxy, &plain("GET", "h", "/b/k", &[], b""));
    let took = began.elapsed().as_secs_f64();
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!((1.0..14.0).contains(&took), "{took}");
    proxy.wait_for("the source has not answered for ", 1);
    let began = std::time::Instant::now();
    assert_eq!(ask(&proxy, &plain("GET", "h", "/b/k", &[], b"")).status, 503);
    assert!(began.elapsed().as_secs() < 5, "a later request waits again");
    let ready = ask(&proxy, &plain("GET", "h", "/_sigvet/readyz", &[], b""));
    assert_eq!(ready.status, 503, "{}", ready.text());
    assert!(recorder.heard().is_empty());
}

/// A client without its own key may ask for gzip: the refusal is still read, and passed on unchanged.
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

/// Catches probes that cannot reach the pages, because `--port` names another address.
#[test]
fn the_address_of_the_port_is_that_of_the_pages_too() {
    let recorder = Recorder::polite();
    let free = TcpListener::bind("127.0.0.2:0").unwrap().local_addr().unwrap();
    let words =
        ["--to", &recorder.url, "--region", "us-east-1", "--service", "s3", "--port", "127.0.0.2:0", "--admin-port"];
    let proxy = proxy(&[&words[..], &[&free.port().to_string()]].concat());
    assert!(proxy.address().starts_with("127.0.0.2:"), "{}", proxy.address());
    let mut stream = sigvet_testing::serving::connect(&free.to_string());
    stream.write_all(&plain("GET", "h", "/healthz", &[], b"")).unwrap();
    assert_eq!(crate::world::read_answer(&mut stream).status, 200);
}

/// Catches a proxy that never becomes ready because of credentials that no request is signed with.
#[test]
fn only_sources_that_sign_count() {
    let folder = tempfile::tempdir().unwrap();
    let credentials = folder.path().join("credentials");
    std::fs::write(
        &credentials,
        format!("[own]\naws_access_key_id = {}\naws_secret_access_key = {}\n", REAL.0, REAL.1),
    )
    .unwrap();
    let server = Serving::start(&["--echo", "--service", "s3", "--no-page"]);
    let keys = write_keys(&folder, "profile = \"own\"\n");
    let words = ["--to", &server.url, "--inbound", &keys, "--region", "us-east-1", "--service", "s3"];
    let proxy = Serving::start_proxy(&words, &[("AWS_SHARED_CREDENTIALS_FILE", credentials.to_str().unwrap())]);
    let answer = ask(&proxy, &Client::new().sign("GET", proxy.address(), "/b/k", b""));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let ready = ask(&proxy, &plain("GET", "h", "/_sigvet/readyz", &[], b""));
    assert_eq!((ready.status, ready.text().as_str()), (200, "ready\n"));
    let metrics = ask(&proxy, &plain("GET", "h", "/_sigvet/metrics", &[], b"")).text();
    let sources: Vec<&str> = metrics.lines().filter(|line| line.starts_with("sigvet_credentials_ready{")).collect();
    assert_eq!(sources, ["sigvet_credentials_ready{source=\"aws profile 'own'\"} 1"]);
}

/// Catches refusals that a dashboard does not show: the proxy's own, and those of the upstream without a known cause.
#[test]
fn every_refusal_is_counted() {
    let recorder = Recorder::start(|stream, _| {
        let body = "<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>";
        let head = "HTTP/1.1 403 No\r\nContent-Type: application/xml\r\nConnection: close\r\n";
        stream.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).unwrap();
    });
    let (proxy, _folder) = crate::world::inbound_proxy(&recorder.url, "", &["--time-limit", "0s"]);
    let wrong = Client { key: (PLACEHOLDER.0, "another/secret+that/opens+nothing00000000"), ..Client::new() };
    assert_eq!(ask(&proxy, &wrong.sign("GET", proxy.address(), "/b/k", b"")).status, 403);
    assert_eq!(ask(&proxy, b"nonsense\r\n\r\n").status, 400);
    let long = format!("GET / HTTP/1.1\r\nHost: h\r\nX-Long: {}\r\n\r\n", "x".repeat(70_000));
    assert_eq!(ask(&proxy, long.as_bytes()).status, 431);
    let answer = ask(&proxy, &Client::new().sign("GET", proxy.address(), "/b/k", b""));
    assert_eq!((answer.status, answer.header("x-sigvet-cause")), (403, Some("unknown")));
    let metrics = ask(&proxy, &plain("GET", "h", "/_sigvet/metrics", &[], b"")).text();
    for line in [
        "sigvet_requests_total{route=\"\",status=\"400\"} 1",
        "sigvet_requests_total{route=\"\",status=\"403\"} 1",
        "sigvet_requests_total{route=\"\",status=\"431\"} 1",
        "sigvet_requests_total{route=\"default\",status=\"403\"} 1",
        "sigvet_refused_signatures_total{cause=\"unknown\"} 2",
    ] {
        assert!(metrics.lines().any(|own| own == line), "{line}: {metrics}");
    }
}
