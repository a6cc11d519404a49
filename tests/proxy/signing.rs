//! Forwarded requests are signed, and are what the client sent.

use std::io::Write;

use sigvet_core::stream::Protection;
use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{Client, REAL, ask, plain, proxy, proxy_to, read_answer};

/// `serve` as the independent judge of forwarded requests.
fn judge() -> Serving {
    Serving::start(&["--echo", "--region", "us-east-1", "--service", "s3", "--no-page"])
}

/// Catches a body, long or short, framed by length or by chunks, that differs from the signed one.
#[test]
fn requests_without_a_signature_are_valid_upstream() {
    let server = judge();
    let proxy = proxy_to(&server.url, &[]);
    for (method, target, length) in [
        ("GET", "/b/k", 0),
        ("PUT", "/b/%2Bk//x?a=%2F&b=", 5),
        ("POST", "/b/../k?delete", 70_000),
        ("PUT", "/b/k", 3_000_000),
    ] {
        let body: Vec<u8> = (0..length).map(|at: u32| u8::try_from(at % 251).unwrap()).collect();
        let answer = ask(&proxy, &plain(method, "client.example", target, &[("content-type", "text/plain")], &body));
        assert_eq!((answer.status, answer.body.len()), (200, body.len()), "{method} {target}: {}", answer.text());
        assert_eq!(answer.body, body);
        assert_eq!(answer.header("x-sigvet-verdict"), Some("valid"));
    }
    let chunks = b"PUT /b/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    let answer = ask(&proxy, chunks);
    assert_eq!((answer.status, answer.text().as_str()), (200, "abcde"));
}

/// Catches a request that ends elsewhere for the upstream server, which then reads the next client's request as its body.
#[test]
fn a_request_that_may_end_at_two_places_is_not_passed_on() {
    let recorder = Recorder::polite();
    let hash = sigvet_core::crypto::sha256(b"abc").to_string();
    let hashed = format!("x-amz-content-sha256: {hash}\r\n");
    for options in [&[][..], &["--unsigned-payload"]] {
        let proxy = proxy_to(&recorder.url, options);
        for (lengths, body) in [
            ("Content-Length: 400\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            ("Transfer-Encoding: chunked\r\nContent-Length: 2", "3\r\nabc\r\n0\r\n\r\n"),
            ("Content-Length: 3\r\nTransfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"),
        ] {
            for declared in ["", &hashed] {
                let head = format!("PUT /b/k HTTP/1.1\r\nHost: h\r\nConnection: close\r\n{declared}{lengths}\r\n\r\n");
                let answer = ask(&proxy, &[head.as_bytes(), body.as_bytes()].concat());
                let problem =
                    "where the body ends is ambiguous: Content-Length is sent together with Transfer-Encoding";
                assert!(answer.status == 400 && answer.text().contains(problem), "{lengths}: {}", answer.text());
            }
        }
    }
    assert!(recorder.heard().is_empty());
}

/// Catches a hash that is recomputed, or a body that is buffered, although the client has hashed it.
#[test]
fn a_body_that_the_proxy_does_not_hash_is_streamed() {
    let server = judge();
    let body = vec![b'x'; 200_000];
    let hash = sigvet_core::crypto::sha256(&body).to_string();
    let hashed = proxy_to(&server.url, &[]);
    let answer = ask(&hashed, &plain("PUT", "h", "/b/k", &[("x-amz-content-sha256", &hash)], &body));
    assert_eq!((answer.status, answer.body.len()), (200, body.len()));
    let recorder = Recorder::polite();
    let unsigned = proxy_to(&recorder.url, &["--unsigned-payload"]);
    assert_eq!(ask(&unsigned, &plain("PUT", "h", "/b/k", &[], &body)).status, 200);
    assert!(recorder.only().contains("x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n"));
    let wrong = "0".repeat(64);
    let answer = ask(&hashed, &plain("PUT", "h", "/b/k", &[("x-amz-content-sha256", &wrong)], &body));
    assert_eq!(answer.status, 400, "{}", answer.text());
}

/// Clients whose keys give no access sign too: their signature is replaced.
#[test]
fn a_signature_of_the_client_is_removed() {
    let recorder = Recorder::polite();
    let proxy = proxy_to(&recorder.url, &[]);
    let headers = [
        (
            "Authorization",
            "AWS4-HMAC-SHA256 Credential=dummy/20150830/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00",
        ),
        ("X-Amz-Date", "20150830T123600Z"),
        ("X-Amz-Security-Token", "dummy-token"),
    ];
    let target = "/b/k?a=1&X-Amz-Signature=00&X-Amz-Credential=dummy&x-amz-expires=60&b=2";
    assert_eq!(ask(&proxy, &plain("GET", "h", target, &headers, b"")).status, 200);
    let sent = recorder.only();
    assert!(sent.starts_with("GET /b/k?a=1&b=2 HTTP/1.1\r\n"), "{sent}");
    assert!(!sent.contains("dummy") && !sent.contains("20150830"), "{sent}");
    assert_eq!(sent.matches("authorization: ").count(), 1);
    assert!(sent.contains(&format!("Credential={}/", REAL.0)), "{sent}");
}

/// Catches an unsigned header that affects the request, and a signed one that hops change.
#[test]
fn meaningful_headers_are_signed_and_those_that_hops_change_are_not() {
    let recorder = Recorder::polite();
    let proxy = proxy(&["--to", &recorder.url, "--region", "us-east-1", "--service", "dynamodb"]);
    let headers = [
        ("X-Amz-Target", "DynamoDB_20120810.ListTables"),
        ("Content-Type", "application/x-amz-json-1.0"),
        ("Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="),
        ("User-Agent", "test"),
        ("X-Forwarded-For", "10.0.0.1"),
        ("Accept-Encoding", "gzip"),
        ("Keep-Alive", "timeout=5"),
        ("TE", "gzip"),
        ("X-Hop", "1"),
    ];
    let text = plain("POST", "client.example", "/", &headers, b"{}");
    let text = String::from_utf8(text).unwrap().replace("Connection: close", "Connection: close, x-hop");
    assert_eq!(ask(&proxy, text.as_bytes()).status, 200);
    let sent = recorder.only();
    let signed = sent.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap().to_owned();
    assert_eq!(signed, "content-length;content-md5;content-type;host;x-amz-date;x-amz-target");
    assert!(sent.contains("user-agent: test\r\n") && sent.contains("accept-encoding: gzip\r\n"), "{sent}");
    assert!(sent.contains(&format!("host: {}\r\n", recorder.host())), "{sent}");
    assert!(!["x-hop", "keep-alive", "\r\nte: ", "client.example"].iter().any(|name| sent.contains(name)), "{sent}");
}

/// The Go proxy signed 178 of 12,000 requests with the path rule of another service.
#[test]
fn many_requests_to_two_services_each_use_their_own_rule() {
    let s3 = Serving::start(&["--region", "us-east-1", "--service", "s3", "--no-page", "--time-limit", "0s"]);
    let es = Serving::start(&["--region", "us-east-1", "--service", "es", "--no-page", "--time-limit", "0s"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("routes.toml");
    let route = |host: &str, service: &str, url: &str| {
        format!("[[route]]\nname = \"{host}\"\nhost = \"{host}\"\nservice = \"{service}\"\nto = \"{url}\"\n")
    };
    std::fs::write(&file, route("s3.local", "s3", &s3.url) + &route("es.local", "es", &es.url)).unwrap();
    let proxy = proxy(&["--config", file.to_str().unwrap(), "--region", "us-east-1", "--log", "json"]);
    let count = 10_000 / 8;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let proxy = &proxy;
            scope.spawn(move || {
                let mut stream = proxy.connect();
                for number in 0..count {
                    let host = if (number + thread) % 2 == 0 { "s3.local" } else { "es.local" };
                    let request = format!("GET /a%20b//c/./d%2Fe?{number} HTTP/1.1\r\nHost: {host}\r\n\r\n");
                    stream.write_all(request.as_bytes()).unwrap();
                    let answer = read_answer(&mut stream);
                    assert_eq!(answer.status, 200, "{host} {number}: {}", answer.text());
                }
            });
        }
    });
}

/// Catches a command line of aws-sigv4-proxy that does not start, or signs something else.
#[test]
fn a_command_line_of_aws_sigv4_proxy_works() {
    let recorder = Recorder::polite();
    let words = [
        "--verbose",
        "--log-failed-requests",
        "--log-signing-process",
        "--unsigned-payload",
        "--port",
        ":0",
        "--name",
        "es",
        "--region",
        "eu-west-1",
        "--host",
        recorder.host(),
        "--sign-host",
        "search.example",
        "--upstream-url-scheme",
        "http",
        "--strip",
        "X-Drop",
        "--strip-param",
        "utm_*",
        "--duplicate-headers",
        "Authorization",
        "--no-verify-ssl",
        "--transport.idle-conn-timeout",
        "60s",
        "--custom-headers",
        "x-one=1,x-two=2",
        "--role-arn",
        "",
    ];
    // `:0` is every address, so the first line names none to connect to.
    let proxy = proxy(&words);
    let port = proxy.address().rsplit(':').next().unwrap().to_owned();
    // On a machine without IPv6 there is only one address to reach it at.
    if std::net::TcpListener::bind("[::1]:0").is_ok() {
        sigvet_testing::serving::connect(&format!("[::1]:{port}"));
    }
    let mut stream = sigvet_testing::serving::connect(&format!("127.0.0.1:{port}"));
    let headers = [("X-Drop", "1"), ("Authorization", "Basic eDp5")];
    stream.write_all(&plain("GET", "h", "/_search?utm_source=1&q=x", &headers, b"")).unwrap();
    assert_eq!(read_answer(&mut stream).status, 200);
    let sent = recorder.only();
    assert!(sent.starts_with("GET /_search?q=x HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains("/eu-west-1/es/aws4_request") && sent.contains("host: search.example\r\n"), "{sent}");
    assert!(sent.contains("x-one: 1\r\n") && sent.contains("x-two: 2\r\n"), "{sent}");
    assert!(sent.contains("x-original-authorization: Basic eDp5\r\n") && !sent.contains("x-drop"), "{sent}");
    assert!(proxy.log().contains("other machines can reach this proxy"), "{}", proxy.log());
}

/// Its options are kingpin's: switches have a `--no-` form, and templates pass empty values on.
#[test]
fn a_command_line_of_a_template_works() {
    let fixed = ["--region", "eu-west-1", "--name", "es", "--host", "h.example"];
    for words in [
        &["--upstream-url-scheme", ""][..],
        &["--upstream-url-scheme", "HTTP", "--role-arn", ""],
        &["--no-unsigned-payload", "--no-log-failed-requests", "--no-verbose"],
        &["--unsigned-payload", "--no-unsigned-payload", "--no-log-signing-process"],
    ] {
        let proxy = proxy(&[&fixed, words].concat());
        assert!(proxy.url.starts_with("http://127.0.0.1:"), "{words:?} {}", proxy.log());
    }
    let said = sigvet_testing::Sigvet::new(&["proxy", "--host", "https://h.example"]).run();
    assert_eq!(said.code, Some(2));
    assert!(said.stderr.contains("--host takes a host without a scheme"), "{}", said.stderr);
    assert!(said.stderr.contains("use --to https://h.example"), "{}", said.stderr);
}

/// Without an upstream, the request goes to the host that it names, if that is allowed.
#[test]
fn the_host_that_a_request_names_is_contacted_only_if_it_is_allowed() {
    let recorder = Recorder::polite();
    let to = format!("::{}", recorder.host());
    let proxy = proxy(&["--upstream-url-scheme", "http", "--connect-to", &to]);
    let answer = ask(&proxy, &plain("GET", "sqs.eu-west-1.amazonaws.com", "/?Action=ListQueues", &[], b""));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = recorder.only();
    assert!(
        sent.contains("/eu-west-1/sqs/aws4_request") && sent.contains("host: sqs.eu-west-1.amazonaws.com\r\n"),
        "{sent}"
    );
    let answer = ask(&proxy, &plain("GET", "evil.example", "/", &[], b""));
    assert_eq!((answer.status, answer.text().as_str()), (403, "the host evil.example is not allowed here\n"));
    // Not a host that other parsers take for another.
    for host in ["u@sqs.eu-west-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com/x", "sqs.eu-west-1.amazonaws.com?"] {
        assert_eq!(ask(&proxy, &plain("GET", host, "/", &[], b"")).status, 403, "{host}");
    }
    assert_eq!(recorder.heard().len(), 1);
}

/// Catches chunks with somebody else's signatures under our signature: the upstream would refuse them, or store them
/// unverified.
#[test]
fn chunks_that_somebody_else_signed_are_not_passed_on() {
    let recorder = Recorder::polite();
    let proxy = proxy_to(&recorder.url, &[]);
    let request = Client::new().stream(proxy.address(), &[b'x'; 70_000], Protection::Signed);
    let answer = ask(&proxy, &request);
    assert_eq!(answer.status, 501, "{}", answer.text());
    assert!(answer.text().contains("start it with --inbound"), "{}", answer.text());
    assert_eq!(recorder.heard().len(), 0);
}
