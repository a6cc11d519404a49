//! No part of the placeholder reaches the server, and no part of the real key the client: in no header, query, body or
//! log.

use std::io::Write;

use sigvet_core::prepare::PayloadChoice;
use sigvet_core::stream::Protection;

use crate::recorder::Recorder;
use crate::world::{Client, PLACEHOLDER, REAL, ask, inbound_proxy};

/// An upstream that repeats everything it received, in its head and in its body, as servers do when they refuse.
fn talkative(status: &'static str) -> Recorder {
    Recorder::start(move |stream, heard| {
        heard.read_body(stream);
        let said = String::from_utf8_lossy(&heard.bytes()).into_owned();
        let line = said.lines().find(|line| line.starts_with("authorization")).unwrap_or("none").to_owned();
        let hex: Vec<String> = said.bytes().map(|byte| format!("{byte:02x}")).collect();
        let encoded = said.replace('/', "%2F").replace('+', "%2B");
        let body =
            format!("<Error><Code>SignatureDoesNotMatch</Code>{said}<Bytes>{}</Bytes>{encoded}</Error>", hex.join(" "));
        let target = said.split(' ').nth(1).unwrap_or("/").to_owned();
        let head = format!(
            "HTTP/1.1 {status}\r\nX-Heard: {line}\r\nLocation: http://other.example{target}\r\nX-Kept: 1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
    })
}

#[test]
fn no_part_of_a_key_crosses_the_proxy() {
    for status in
        ["403 Forbidden", "400 Bad Request", "500 Internal Server Error", "307 Temporary Redirect", "404 Not Found"]
    {
        let recorder = talkative(status);
        let (proxy, _folder) = inbound_proxy(&recorder.url, "", &["--log", "json"]);
        let host = proxy.address().to_owned();
        let client = Client::new();
        let unsigned = Client { payload: PayloadChoice::Unsigned, ..Client::new() };
        for request in [
            client.sign("GET", &host, "/b/k", b""),
            client.presign("GET", &host, "/b/k", b""),
            unsigned.sign("PUT", &host, "/b/k", b"hello"),
            client.stream(&host, &[b'x'; 70_000], Protection::Signed),
        ] {
            let answer = ask(&proxy, &request);
            let all = format!("{}{}", answer.head, answer.text());
            assert!(all.contains("x-kept: 1"), "{all}");
            let hex: Vec<String> = REAL.0.bytes().map(|byte| format!("{byte:02x}")).collect();
            for hidden in [REAL.0, REAL.1, &hex.join(" ")] {
                assert!(!all.contains(hidden), "{status}: {hidden} in {all}");
            }
            // The forwarded signature is worth as much as the key, for a while.
            for heard in recorder.heard() {
                let signature = heard.split("Signature=").nth(1).unwrap_or_default();
                let signature: String = signature.chars().take_while(char::is_ascii_hexdigit).collect();
                assert!(signature.len() == 64 && !all.contains(&signature), "{all}");
            }
        }
        for heard in recorder.heard() {
            assert!(!heard.contains(PLACEHOLDER.0) && !heard.contains(PLACEHOLDER.1), "{heard}");
        }
        assert!(!proxy.log().contains(REAL.1) && !proxy.log().contains(PLACEHOLDER.1), "{}", proxy.log());
    }
}

/// Catches a success whose head reveals what was forwarded: MinIO and gateways repeat a signed URL in `Location`.
#[test]
fn the_head_of_a_success_is_searched_too() {
    let recorder = Recorder::start(|stream, heard| {
        let text = String::from_utf8_lossy(&heard.bytes()).into_owned();
        let signed = text.lines().find(|line| line.to_lowercase().starts_with("authorization: ")).unwrap();
        let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\nx-kept: 1\r\n";
        stream.write_all(format!("{head}x-signed: {signed}\r\nx-key: {}\r\n\r\nok", REAL.0).as_bytes()).unwrap();
    });
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let answer = ask(&proxy, &Client::new().sign("GET", proxy.address(), "/b/k", b""));
    assert_eq!((answer.status, answer.header("x-kept")), (200, Some("1")));
    assert!(!answer.head.contains(REAL.0) && !answer.head.contains("Signature="), "{}", answer.head);
}

/// Compressed errors cannot be searched; and long, slow or broken ones are not completed.
#[test]
fn errors_are_searched_or_left_out_and_never_shortened() {
    let long = format!("<Error>{}{}</Error>", "x".repeat(300_000), REAL.0);
    let said = long.clone();
    let recorder = Recorder::start(move |stream, heard| {
        let text = String::from_utf8_lossy(&heard.bytes()).into_owned();
        assert!(!text.contains("accept-encoding"), "{text}");
        let (head, body) = match text.split(' ').nth(1).unwrap() {
            "/gzip" => ("Content-Encoding: gzip\r\n", format!("pretend {}", REAL.0)),
            "/wide" => ("Content-Type: text/plain; charset=utf-16\r\n", format!("pretend {}", REAL.0)),
            _ => ("", said.clone()),
        };
        let cut = if text.contains("/cut") { body.len() + 10 } else { body.len() };
        let head = format!("HTTP/1.1 500 No\r\n{head}Connection: close\r\nContent-Length: {cut}\r\n\r\n");
        stream.write_all((head + &body).as_bytes()).unwrap();
    });
    let (proxy, _folder) = inbound_proxy(&recorder.url, "", &[]);
    let client = Client::new();
    let asked = |target: &str| {
        let text = client.sign("GET", proxy.address(), target, b"");
        let text = String::from_utf8(text).unwrap().replacen("\r\n", "\r\nAccept-Encoding: gzip\r\n", 1);
        let mut stream = proxy.connect();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let end = std::io::Read::read_to_end(&mut stream, &mut answer);
        (String::from_utf8_lossy(&answer).into_owned(), end.is_ok())
    };
    for target in ["/gzip", "/wide"] {
        let (answer, _) = asked(target);
        assert!(answer.starts_with("HTTP/1.1 500 ") && answer.contains("is not passed on"), "{answer}");
        assert!(!answer.contains(REAL.0) && !answer.to_lowercase().contains("content-encoding"), "{answer}");
    }
    let (answer, _) = asked("/long");
    assert!(answer.ends_with("\r\n0\r\n\r\n") && answer.matches('x').count() >= 300_000);
    assert!(answer.contains("[redacted]</Error>") && !answer.contains(REAL.0));
    // A body that breaks off also breaks off for the client.
    let (answer, _) = asked("/cut");
    assert!(!answer.ends_with("\r\n0\r\n\r\n"), "{}", &answer[answer.len() - 40..]);
}
