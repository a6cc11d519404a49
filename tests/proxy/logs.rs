//! What the log says, and what it must not contain.

use std::io::{Read, Write};
use std::time::Duration;

use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{Client, PLACEHOLDER, ask, inbound_proxy, plain, proxy, proxy_to, read_answer};

/// The signature in the URL of a request.
fn signature_of(request: &[u8]) -> String {
    let text = String::from_utf8_lossy(request);
    let target = text.split(' ').nth(1).unwrap();
    target.split("ignature=").nth(1).unwrap().split('&').next().unwrap().to_owned()
}

/// A presigned target for a proxy.
fn presigned(proxy: &Serving, scheme: &str, secret: &str) -> String {
    let url = format!("{}/b/k", proxy.url);
    let words = ["presign", "--scheme", scheme, "--region", "us-east-1", "--service", "s3", &url];
    let presign =
        Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", PLACEHOLDER.0).env("AWS_SECRET_ACCESS_KEY", secret);
    let text = presign.run().text();
    text.trim().strip_prefix(&proxy.url).unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Catches a log that lets its readers download objects: it has the URL of an accepted request, which is still valid.
#[test]
fn a_signature_in_a_url_is_not_logged() {
    for format in ["text", "json"] {
        let recorder = Recorder::polite();
        let (inbound, _folder) = inbound_proxy(&recorder.url, "", &["--log", format]);
        let open = proxy_to(&recorder.url, &["--log", format]);
        let wrong = "another/secret+that/opens+nothing00000000";
        for (proxy, scheme, secret, status) in [
            (&inbound, "v4", PLACEHOLDER.1, 200),
            (&inbound, "v2", PLACEHOLDER.1, 200),
            (&inbound, "v4", wrong, 403),
            (&open, "v4", PLACEHOLDER.1, 200),
            (&open, "v2", PLACEHOLDER.1, 200),
        ] {
            let lines = proxy.log().matches("/b/k?").count();
            let request = plain("GET", proxy.address(), &presigned(proxy, scheme, secret), &[], b"");
            let signature = signature_of(&request);
            let answer = ask(proxy, &request);
            assert_eq!(answer.status, status, "{}", answer.text());
            proxy.wait_for("/b/k?", lines + 1);
            let log = proxy.log();
            assert!(!log.contains(&signature), "{signature}: {log}");
            assert!(log.contains(&format!("ignature={}…", &signature[..8])), "{signature}: {log}");
        }
    }
}

/// Catches a log line that points to a server that never saw the request.
#[test]
fn a_request_that_was_not_sent_has_no_upstream_in_the_log() {
    let recorder = Recorder::polite();
    let words = ["--to", &recorder.url, "--region", "us-east-1", "--service", "s3"];
    let proxy = Serving::start_proxy(&words, &[]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/b/k", &[], b"")).status, 503);
    proxy.wait_for(" 503 GET /b/k ", 1);
    assert!(!proxy.log().contains(" -> "), "{}", proxy.log());
    let (inbound, _folder) = inbound_proxy(&recorder.url, "allow = [{ methods = [\"GET\"] }]\n", &[]);
    assert_eq!(ask(&inbound, &Client::new().sign("DELETE", inbound.address(), "/b/k", b"")).status, 405);
    inbound.wait_for(" 405 DELETE /b/k ", 1);
    assert!(!inbound.log().contains(" -> "), "{}", inbound.log());
}

/// Catches a source that fails for hours without a word in the log until its last credentials expire.
#[cfg(unix)]
#[test]
fn a_failing_source_is_reported_before_a_request_needs_it() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("config");
    let process = "sh -c \"echo trace >&2; echo the session of wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY has expired >&2; exit 3\"";
    std::fs::write(&config, format!("[profile p]\nregion = us-east-1\ncredential_process = {process}\n")).unwrap();
    let words = ["--to", "http://127.0.0.1:9", "--service", "s3", "--profile", "p"];
    for format in ["text", "json"] {
        let words = [&words[..], &["--log", format]].concat();
        let proxy = Serving::start_proxy(&words, &[("AWS_CONFIG_FILE", config.to_str().unwrap())]);
        proxy.wait_for("no credentials from ", 1);
        proxy.wait_for("exit status: 3: the session of [redacted] has expired", 1);
        // Reported once, although the source is asked again and again.
        std::thread::sleep(Duration::from_millis(2500));
        assert_eq!(proxy.log().matches("no credentials from ").count(), 1, "{}", proxy.log());
    }
}

/// SDKs keep idle connections open for longer than a head may take.
#[test]
fn a_slow_head_is_refused_and_an_idle_connection_is_kept() {
    let recorder = Recorder::polite();
    let proxy = proxy_to(&recorder.url, &["--head-timeout", "1s", "--idle-timeout", "4s"]);
    let mut idle = proxy.connect();
    let request = b"GET /kept HTTP/1.1\r\nHost: h\r\n\r\n";
    idle.write_all(request).unwrap();
    assert_eq!(read_answer(&mut idle).status, 200);
    std::thread::sleep(Duration::from_secs(2));
    idle.write_all(request).unwrap();
    assert_eq!(read_answer(&mut idle).status, 200);
    for beginning in ["GET /slow HTTP/1.1\r\nHost: h\r\n", "GET / HT"] {
        let mut slow = proxy.connect();
        slow.write_all(beginning.as_bytes()).unwrap();
        assert_eq!(read_answer(&mut slow).status, 408, "{beginning}");
    }
    // The next request on a kept connection has the same limit.
    idle.write_all(b"GET /again HTTP/1.1\r\n").unwrap();
    assert_eq!(read_answer(&mut idle).status, 408);
    proxy.wait_for("the request line and the headers did not arrive within 1 s (--head-timeout)", 3);
    let mut unused = proxy.connect();
    unused.write_all(request).unwrap();
    assert_eq!(read_answer(&mut unused).status, 200);
    assert_eq!(unused.read(&mut [0; 1]).unwrap(), 0, "it is closed after --idle-timeout");
    assert_eq!(proxy.log().lines().filter(|line| line.contains(" 408 ")).count(), 3, "{}", proxy.log());
}

/// Catches a code and a cause that contradict each other, and a wrong secret that is not mentioned.
#[test]
fn a_refused_client_learns_the_same_as_from_explain() {
    let (proxy, _folder) = inbound_proxy("http://127.0.0.1:9", "", &[]);
    let wrong = Client { key: (PLACEHOLDER.0, "another/secret+that/opens+nothing00000000"), ..Client::new() };
    let answer = ask(&proxy, &wrong.sign("GET", proxy.address(), "/b/k", b""));
    let likely = "most likely the secret is not the one that belongs to this access key ID";
    assert!(answer.text().contains(&format!("(sigvet: {likely})")), "{}", answer.text());
    let unwrapped = |log: String| log.split_whitespace().collect::<Vec<_>>().join(" ");
    proxy.wait_for("SignatureDoesNotMatch", 1);
    while !unwrapped(proxy.log()).contains(likely) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let url = "/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIANOBODYKNOWSTHIS1%2F20200101%2Fus-east-1%2Fs3\
        %2Faws4_request&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=";
    let target = format!("{url}{}", "0".repeat(64));
    let answer = ask(&proxy, &plain("GET", proxy.address(), &target, &[], b""));
    assert!(answer.text().contains("<Code>InvalidAccessKeyId</Code>"), "{}", answer.text());
    assert_eq!(answer.header("x-sigvet-cause"), Some("access-key-unknown"), "{}", answer.head);
}

/// Catches a line about a refusal that nobody can find again in the logs of the service, or in a configuration with many
/// routes.
#[test]
fn a_line_names_the_route_and_the_request_id_of_a_refusal() {
    let upstream = Recorder::start(|stream, heard| {
        heard.read_body(stream);
        let body = "<Error><Code>SignatureDoesNotMatch</Code><RequestId>TX0000000042</RequestId></Error>";
        let head = "HTTP/1.1 403 No\r\nContent-Type: application/xml\r\nConnection: close\r\n";
        let answer = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routes.toml");
    let route = |name: &str, path: &str, more: &str| {
        format!("[[route]]\nname = \"{name}\"\npath = \"{path}\"\nto = \"{}\"\nservice = \"s3\"\n{more}", upstream.url)
    };
    let text = route("media", "/media", "allow_methods = [\"GET\"]\n") + &route("rest", "/", "");
    std::fs::write(&file, text).unwrap();
    let proxy = proxy(&["--config", file.to_str().unwrap(), "--region", "us-east-1"]);
    assert_eq!(ask(&proxy, &plain("GET", "h", "/media/k", &[], b"")).status, 403);
    let host = upstream.url.trim_start_matches("http://");
    proxy.wait_for(&format!(" -> {host} (route media) (request ID TX0000000042)  "), 1);
    // A request that was not sent has a route too.
    assert_eq!(ask(&proxy, &plain("DELETE", "h", "/media/k", &[], b"")).status, 405);
    proxy.wait_for(" ms (route media)  ", 1);
}
