//! HTTP/2 on both sides, trailers, and formats that older clients send.

use std::io::Write;
use std::process::Command;
use std::time::Duration;

use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

use crate::recorder::Recorder;
use crate::world::{PLACEHOLDER, ask, inbound_proxy, proxy, proxy_to};

fn curl(words: &[&str]) -> String {
    let output = Command::new("curl").args(["-sS", "-m", "20"]).args(words).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// An HTTP/2 client gets HTTP/2, and so does its upstream if that agrees.
#[test]
fn http_2_passes_on_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let ca = ca.to_str().unwrap();
    let server = Serving::start(&["--tls", "--tls-ca", ca, "--echo", "--service", "s3", "--no-page"]);
    let proxy = proxy_to(&server.url, &["--cacert", ca]);
    for version in ["--http1.1", "--http2-prior-knowledge"] {
        let url = format!("{}/b/k%20k?x=1", proxy.url);
        let said = curl(&[version, "-d", "hello", "-w", " %{http_version} %{http_code}", &url]);
        assert_eq!(said, if version == "--http1.1" { "hello 1.1 200" } else { "hello 2 200" }, "{version}");
    }
    // The upstream keeps the connection open for longer than the proxy waits: if it closed, the proxy would try again.
    let recorder = Recorder::start(|_, _| std::thread::sleep(Duration::from_secs(15)));
    let proxy = crate::world::proxy(&[
        "--to",
        &recorder.url,
        "--http2-prior-knowledge",
        "--region",
        "us-east-1",
        "--service",
        "s3",
        "--response-timeout",
        "1s",
    ]);
    for version in ["--http2-prior-knowledge", "--http1.1"] {
        assert!(curl(&[version, &proxy.url]).contains("did not begin to answer within 1 s"), "{version}");
    }
    for heard in recorder.heard() {
        assert!(heard.starts_with("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "{heard}");
    }
}

/// Catches an HTTP/2 connection that is closed as unused while an answer is awaited, or arrives with a pause.
#[test]
fn http_2_waits_for_an_answer_longer_than_for_a_request() {
    let recorder = Recorder::start(|stream, _| {
        std::thread::sleep(Duration::from_millis(1500));
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 10\r\nConnection: close";
        stream.write_all(format!("{head}\r\n\r\nfirst").as_bytes()).unwrap();
        std::thread::sleep(Duration::from_millis(2500));
        stream.write_all(b" last").unwrap();
    });
    let proxy = proxy_to(&recorder.url, &["--idle-timeout", "1s"]);
    assert_eq!(curl(&["--http2-prior-knowledge", &proxy.url]), "first last");
}

/// gRPC reports the result of a call in the HTTP/2 trailer.
#[test]
fn trailers_come_back() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let answer = |request: hyper::Request<hyper::body::Incoming>| async move {
                let takes_trailers = request.headers().get("te").is_some_and(|te| te == "trailers");
                let is_signed = request.headers().contains_key("authorization");
                let mut trailer = http::HeaderMap::new();
                trailer.insert("grpc-status", if takes_trailers && is_signed { "0" } else { "13" }.parse().unwrap());
                let frames =
                    [hyper::body::Frame::data(bytes::Bytes::from("message")), hyper::body::Frame::trailers(trailer)];
                Ok::<_, std::convert::Infallible>(hyper::Response::new(Frames(frames.into())))
            };
            let io = hyper_util::rt::TokioIo::new(stream);
            let executor = hyper_util::rt::TokioExecutor::new();
            let connection = hyper::server::conn::http2::Builder::new(executor);
            tokio::spawn(connection.serve_connection(io, hyper::service::service_fn(answer)));
        }
    });
    let proxy = proxy(&["--to", &url, "--http2-prior-knowledge", "--region", "us-east-1", "--service", "s3"]);
    let url = format!("{}/service/Method", proxy.url);
    let said = curl(&["--http2-prior-knowledge", "-i", "-H", "te: trailers", "-d", "x", &url]);
    assert!(said.contains("message") && said.contains("grpc-status: 0"), "{said}");
}

/// Prepared frames, one after the other.
struct Frames(std::collections::VecDeque<hyper::body::Frame<bytes::Bytes>>);

impl hyper::body::Body for Frames {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<bytes::Bytes>, Self::Error>>> {
        std::task::Poll::Ready(self.0.pop_front().map(Ok))
    }
}

fn with_placeholder(words: &[&str]) -> sigvet_testing::Outcome {
    let (id, secret) = PLACEHOLDER;
    Sigvet::anonymous(words)
        .env("AWS_ACCESS_KEY_ID", id)
        .env("AWS_SECRET_ACCESS_KEY", secret)
        .env("AWS_REGION", "us-east-1")
        .run()
}

/// Version 2 does not sign the host, so a request signed for one host is valid at another.
#[test]
fn version_2_goes_only_to_s3() {
    let recorder = Recorder::polite();
    let to = format!("::{}", recorder.host());
    let (proxy, _folder) = inbound_proxy("", "", &["--upstream-url-scheme", "http", "--connect-to", &to]);
    let signed =
        with_placeholder(&["sign", "--scheme", "v2", "--as", "http", "https://s3.us-east-1.amazonaws.com/b/k"]).stdout;
    let elsewhere = String::from_utf8(signed.clone()).unwrap().replace("Host: s3.", "Host: sqs.");
    let answer = ask(&proxy, elsewhere.as_bytes());
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("The service sqs accepts only Version 4."), "{}", answer.text());
    assert_eq!(ask(&proxy, &signed).status, 200);
    assert_eq!(recorder.heard().len(), 1);
}

/// Version 2 does not sign the body, and a form contains its signature.
#[test]
fn version_2_and_forms_are_replaced_too() {
    let server = Serving::start(&["--no-page"]);
    let (proxy, _folder) = inbound_proxy(&server.url, "", &[]);
    let url = format!("{}/bucket/key", proxy.url);
    let signed = with_placeholder(&["sign", "--scheme", "v2", "--as", "http", "-T", "Cargo.toml", &url]);
    let answer = ask(&proxy, &signed.stdout);
    assert_eq!(answer.status, 200, "{} {}", signed.stderr, answer.text());
    assert!(answer.text().contains("AKIAIOSFODNN7EXAMPLE"), "{}", answer.text());
    let target = format!("{}/bucket/uploads/a.txt", proxy.url);
    let made = with_placeholder(&["form", "--service", "s3", "--as", "json", &target]);
    let form: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("{}", made.stderr));
    let fields: Vec<String> = form["fields"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap()))
        .collect();
    let mut words = vec!["-w", " %{http_code}"];
    fields.iter().for_each(|field| words.extend(["-F", field]));
    let url = form["url"].as_str().unwrap();
    words.extend(["-F", "file=@Cargo.toml", url]);
    let said = curl(&words);
    assert!(said.ends_with(" 200") && said.contains("AKIAIOSFODNN7EXAMPLE"), "{said}");
    // No policy covers a header: the real key would sign what the client's did not allow.
    words.extend(["-H", "x-amz-acl: public-read"]);
    let said = curl(&words);
    assert!(said.ends_with(" 403") && said.contains("x-amz-acl"), "{said}");
}
