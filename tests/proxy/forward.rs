//! The proxy as a forward proxy: its tunnels let the same requests pass as the reverse mode.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use sigvet_core::scheme::Scheme;
use sigvet_core::stream::Protection;
use sigvet_testing::serving::Serving;
use tempfile::TempDir;

use crate::recorder::{Recorder, find};
use crate::tunnel::Forward;
use crate::world::{Client, PLACEHOLDER, REAL, ask, plain, read_answer, read_head};

/// `sigvet serve` over TLS with the real key, and a forward proxy that trusts its certificate.
fn secure_world(options: &[&str]) -> (Serving, Forward, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("upstream.pem");
    let ca = ca.to_str().unwrap();
    let server = Serving::start(&["--echo", "--service", "s3", "--no-page", "--tls-ca", ca]);
    let host = at_localhost(&server);
    let forward = Forward::start(&[&["--cacert", ca, "--allow-host", &host], options].concat());
    (server, forward, folder)
}

fn at_localhost(server: &Serving) -> String {
    format!("localhost:{}", server.address().rsplit_once(':').unwrap().1)
}

/// curl as a client in a sandbox: proxy and CA from its environment, and keys that give no access.
fn curl(forward: &Forward, secret: &str, words: &[&str]) -> (String, String) {
    let mut curl = Command::new("curl");
    curl.args(["-sS", "-D", "-", "--suppress-connect-headers", "--aws-sigv4", "aws:amz:us-east-1:s3"]);
    curl.args(["-u", &format!("{}:{secret}", PLACEHOLDER.0), "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]);
    curl.args(words).env_clear();
    for name in ["PATH", "SYSTEMROOT"] {
        std::env::var_os(name).map(|value| curl.env(name, value));
    }
    curl.env("HTTPS_PROXY", &forward.proxy.url).env("CURL_CA_BUNDLE", forward.ca());
    let output = curl.output().unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Catches a tunnel that is not intercepted, a certificate that curl does not trust, and HTTP/2 that is not offered.
#[test]
fn curl_reaches_a_server_over_tls_with_the_placeholder() {
    let (server, forward, _folder) = secure_world(&[]);
    let url = format!("https://{}/b/k?a=1", at_localhost(&server));
    for (version, line) in [("--http1.1", "HTTP/1.1 200 OK"), ("--http2", "HTTP/2 200")] {
        let (said, problem) = curl(&forward, PLACEHOLDER.1, &[version, "-X", "PUT", "-d", "hello", &url]);
        assert!(said.starts_with(line) && said.ends_with("\r\n\r\nhello"), "{said}{problem}");
        assert!(said.contains("x-sigvet-verdict: valid"), "{said}");
    }
    server.wait_for("200 PUT /b/k?a=1", 2);
}

/// Catches a placeholder that is not verified after CONNECT.
#[test]
fn a_wrong_placeholder_gets_the_services_error_and_is_not_forwarded() {
    let (server, forward, _folder) = secure_world(&[]);
    let url = format!("https://{}/b/k", at_localhost(&server));
    let (said, problem) = curl(&forward, "another/secret+that/opens+nothing00000000", &[&url]);
    assert!(said.contains(" 403") && said.contains("<Code>SignatureDoesNotMatch</Code>"), "{said}{problem}");
    let host = at_localhost(&server);
    let answer = forward.ask_in(&host, &plain("GET", &host, "/b/k", &[], b""));
    assert!(answer.status == 403 && answer.text().contains("<Code>AccessDenied</Code>"), "{}", answer.text());
    assert_eq!(server.log().matches(" /b/k").count(), 0, "{}", server.log());
}

/// Catches a form of signature, or a body, that does not survive a tunnel.
#[test]
fn every_form_of_signature_is_replaced_in_a_tunnel() {
    let (server, forward, _folder) = secure_world(&[]);
    let host = at_localhost(&server);
    let client = Client::new();
    let v4a = Client { scheme: Scheme::V4a, ..Client::new() };
    let large = vec![b'x'; 1_500_000];
    for (what, request, body) in [
        ("a header", client.sign("PUT", &host, "/b/k", b"hello"), &b"hello"[..]),
        ("a large hashed body", client.sign("PUT", &host, "/b/k", &large), &large),
        ("a presigned URL", client.presign("PUT", &host, "/b/k", b"hello"), b"hello"),
        ("Version 4A", v4a.sign("PUT", &host, "/b/k", b"hello"), b"hello"),
        ("signed chunks", client.stream(&host, &large[..200_000], Protection::Signed), &large[..200_000]),
    ] {
        let answer = forward.ask_in(&host, &request);
        assert_eq!(answer.status, 200, "{what}: {}", answer.text());
        assert!(answer.body == body, "{what}");
        assert_eq!(answer.header("x-sigvet-verdict"), Some("valid"), "{what}");
    }
}

/// Catches chunks that are not verified in transit.
#[test]
fn nothing_leaves_a_tunnel_after_a_wrong_chunk() {
    let recorder = Recorder::start(|stream, heard| {
        // The connection ends before the body does.
        heard.read_body(stream);
    });
    let forward = Forward::to(&recorder.url, &[]);
    let payload: Vec<u8> = b"abcd".iter().flat_map(|letter| vec![*letter; 64 * 1024]).collect();
    let mut request = Client::new().stream("front.example", &payload, Protection::Signed);
    let third = find(&request, &[b'c'; 64]).unwrap();
    request[third + 1000] = b'!';
    let answer = forward.ask_in("front.example:443", &request);
    assert_eq!((answer.status, answer.header("x-sigvet-cause")), (403, Some("chunk-signature")), "{}", answer.text());
    for sent in recorder.heard() {
        assert!(!sent.contains("cccccccc") && !sent.contains("dddddddd"));
    }
}

/// Catches a placeholder that reaches the server, and a real key that reaches the client.
#[test]
fn no_part_of_a_key_crosses_a_tunnel() {
    let recorder = Recorder::start(|stream, heard| {
        heard.read_body(stream);
        let said = String::from_utf8_lossy(&heard.bytes()).into_owned();
        let head = format!("HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", said.len());
        stream.write_all((head + &said).as_bytes()).unwrap();
    });
    let forward = Forward::to(&recorder.url, &["--log", "json"]);
    let answer = forward.ask_in("front.example:443", &Client::new().sign("GET", "front.example", "/b/k", b""));
    assert_eq!(answer.status, 403);
    let (up, down) = (recorder.only(), format!("{}{}", answer.head, answer.text()));
    assert!(up.contains(REAL.0) && !up.contains(PLACEHOLDER.0), "{up}");
    assert!(down.contains("GET /b/k") && !down.contains(REAL.0) && !down.contains(REAL.1), "{down}");
    let signature = up.split("Signature=").nth(1).unwrap();
    assert!(!down.contains(&signature[..64]), "{down}");
    forward.proxy.wait_for("\"status\":403", 1);
    let log = forward.proxy.log();
    assert!(!log.contains(&signature[..64]) && !log.contains(REAL.1) && !log.contains(PLACEHOLDER.1), "{log}");
}

/// Several requests use one tunnel, and the last one opens a WebSocket.
#[test]
fn a_tunnel_is_kept_and_a_websocket_is_opened_in_it() {
    let recorder = Recorder::start(|stream, heard| {
        let is_upgrade = String::from_utf8_lossy(&heard.bytes()).to_lowercase().contains("upgrade: websocket");
        if is_upgrade {
            let head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
            stream.write_all(head.as_bytes()).unwrap();
            let mut bytes = [0; 4];
            stream.read_exact(&mut bytes).unwrap();
            stream.write_all(&bytes).unwrap();
        } else {
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok").unwrap();
        }
    });
    let forward = Forward::to(&recorder.url, &[]);
    let mut tunnel = forward.enter("front.example:443");
    let with = |connection: &str| {
        let signed = Client::new().sign("GET", "front.example", "/b/k", b"");
        String::from_utf8(signed).unwrap().replace("Connection: close\r\n", connection)
    };
    for _ in 0..2 {
        tunnel.write_all(with("").as_bytes()).unwrap();
        assert_eq!(read_answer(&mut tunnel).text(), "ok");
    }
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n";
    tunnel.write_all(with(upgrade).as_bytes()).unwrap();
    assert_eq!(read_head(&mut tunnel).status, 101);
    tunnel.write_all(b"ping").unwrap();
    let mut bytes = [0; 4];
    tunnel.read_exact(&mut bytes).unwrap();
    assert_eq!(&bytes, b"ping");
}

/// Requests for `http://` URLs arrive with the whole URL, and are forwarded with their target.
#[test]
fn plain_http_is_signed_again_if_the_upstream_is_plain_http() {
    let recorder = Recorder::polite();
    let forward = Forward::start(&["--upstream-url-scheme", "http", "--allow-host", recorder.host()]);
    let whole = |request: Vec<u8>| {
        let text = String::from_utf8(request).unwrap();
        text.replacen("GET /", &format!("GET {}/", recorder.url), 1).into_bytes()
    };
    let signed = Client::new().sign("GET", recorder.host(), "/b/k?x=%2F", b"");
    let answer = ask(&forward.proxy, &whole(signed));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = recorder.only();
    assert!(sent.starts_with("GET /b/k?x=%2F HTTP/1.1\r\n") && sent.contains(REAL.0), "{sent}");
    assert!(!sent.contains(PLACEHOLDER.0), "{sent}");
    let wrong = Client { key: (PLACEHOLDER.0, "another/secret+that/opens+nothing00000000"), ..Client::new() };
    assert_eq!(ask(&forward.proxy, &whole(wrong.sign("GET", recorder.host(), "/b/k", b""))).status, 403);
    assert_eq!(recorder.heard().len(), 1);
}

/// With a stored key, each run's CA is the same to clients that trust one of them.
#[test]
fn a_stored_key_is_private_and_outlives_the_proxy() {
    let (server, first, folder) = secure_world(&[]);
    drop(first);
    let (host, key) = (at_localhost(&server), folder.path().join("ca.key"));
    let (key, upstream) = (key.to_str().unwrap(), folder.path().join("upstream.pem"));
    let options = ["--ca-key", key, "--cacert", upstream.to_str().unwrap(), "--allow-host", &host];
    let old = folder.path().join("baked.pem");
    let first = Forward::start(&options);
    std::fs::copy(first.ca(), &old).unwrap();
    drop(first);
    #[cfg(unix)]
    assert_eq!(mode_of(Path::new(key)) & 0o777, 0o600);
    assert!(!std::fs::read_to_string(&old).unwrap().contains("PRIVATE"));
    let second = Forward::start(&options);
    let url = format!("https://{host}/b/k");
    let (said, problem) = curl(&second, PLACEHOLDER.1, &["--cacert", old.to_str().unwrap(), &url]);
    assert!(said.contains(" 200"), "{said}{problem}");
    // Without that key, each run makes another CA.
    let other = Forward::start(&options[2..]);
    let (said, problem) = curl(&other, PLACEHOLDER.1, &["--cacert", old.to_str().unwrap(), &url]);
    assert!(said.is_empty() && problem.contains("certificate"), "{said}{problem}");
}

#[cfg(unix)]
fn mode_of(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode()
}

/// Catches a tunnel that is intercepted or changed although its host is listed to pass unseen.
#[test]
fn a_listed_tunnel_passes_unseen() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let forward = Forward::start(&["--tunnel", &address]);
    let (answer, mut stream) = forward.connect(&address);
    assert_eq!(answer.status, 200);
    let (mut behind, _) = listener.accept().unwrap();
    stream.write_all(b"\x00anything\r\n\r\n").unwrap();
    let mut heard = [0; 13];
    behind.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"\x00anything\r\n\r\n");
    behind.write_all(b"HTTP/9 \xff").unwrap();
    drop(behind);
    let mut said = Vec::new();
    stream.read_to_end(&mut said).unwrap();
    assert_eq!(said, b"HTTP/9 \xff");
    forward.proxy.wait_for(&format!("200 CONNECT {address}"), 1);
    // An open tunnel does not delay the proxy's shutdown.
    let (answer, _open) = forward.connect(&address);
    assert_eq!(answer.status, 200);
    let began = std::time::Instant::now();
    forward.proxy.terminate();
    let (code, log) = forward.proxy.wait();
    assert!(code == Some(0) && began.elapsed() < std::time::Duration::from_secs(10), "{code:?} {log}");
}
