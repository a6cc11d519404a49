//! The forms of a `Location`: it is followed exactly, byte for byte, or refused with a clear error.

use crate::recorder::Recorder;
use crate::{answer, assert_says, assert_valid, send};

/// Answers the first request with this location, and the others with a body.
fn leading_to(location: &[u8]) -> Recorder {
    let head = [b"HTTP/1.1 302 Found\r\nLocation: ", location, b"\r\nContent-Length: 5\r\n\r\nmoved"].concat();
    Recorder::replying(move |before, _| if before == 0 { head.clone() } else { answer("200 OK", "", "there") })
}

/// Catches a location that is decoded, normalised or cut: the request would ask for something other than the server
/// named.
#[test]
fn a_location_is_followed_byte_for_byte() {
    let cases: [(&[u8], &str); 14] = [
        (b"/c", "/c"),
        (b"c", "/a/c"),
        (b"./c", "/a/c"),
        (b"../c", "/c"),
        (b"../../../c", "/c"),
        (b"?other=1", "/a/b?other=1"),
        (b"#part", "/a/b?q"),
        (b"/a//b/%2f/./../c?x='y'&z=%zz#part", "/a//b/%2f/./../c?x='y'&z=%zz"),
        (b"c?x='y'&z=%zz", "/a/c?x='y'&z=%zz"),
        (b"/to?next=http://h.example/", "/to?next=http://h.example/"),
        (b"to?next=http://h.example/../x", "/a/to?next=http://h.example/../x"),
        (b"/a b|c", "/a%20b%7Cc"),
        ("/grün".as_bytes(), "/gr%C3%BCn"),
        (b"/caf\xe9", "/caf%E9"),
    ];
    for (location, target) in cases {
        let server = leading_to(location);
        let shown = String::from_utf8_lossy(location);
        let outcome = send(&["-L", &server.url("/a/b?q")]).run();
        assert_eq!((outcome.code, outcome.text().as_str()), (Some(0), "there"), "{shown}: {}", outcome.stderr);
        let last = server.requests().pop().unwrap();
        assert_eq!(last.line, format!("GET {target} HTTP/1.1"), "{shown}");
        assert_valid(&last);
    }
}

/// The host may be in another case, and with its port. Catches the same host that is taken for another.
#[test]
fn the_whole_url_of_the_same_host_is_signed() {
    let listener = Recorder::replying(|before, request| match before {
        0 => crate::redirect(302, &format!("HTTP://{}/to", request.values("host")[0])),
        _ => answer("200 OK", "", "there"),
    });
    send(&["-L", &listener.url("/from")]).run().expect(0);
    let last = listener.requests().pop().unwrap();
    assert_eq!(last.line, "GET /to HTTP/1.1");
    assert_valid(&last);
}

/// Catches a client that fails because of an answer which it was not asked to follow, and one that follows nonsense.
#[test]
fn an_invalid_location_matters_only_if_it_is_followed() {
    for location in ["ftp://h.example/x", "http://", "http://h:x/", "file:///etc/passwd", "mailto:a@h.example"] {
        let server = leading_to(location.as_bytes());
        let followed = send(&["-L", &server.url("/")]).run().expect(56);
        assert_says(&followed, "the server redirects without a usable target: ");
        server.only_request();
        let server = leading_to(location.as_bytes());
        assert_eq!(send(&[&server.url("/")]).run().expect(0).text(), "moved", "{location}");
    }
}

/// A 3xx without a location is an answer. Catches a loop on the same URL.
#[test]
fn a_redirect_without_a_location_is_an_answer() {
    let server = Recorder::answering(answer("302 Found", "", "stay"));
    assert_eq!(send(&["-L", &server.url("/")]).run().expect(0).text(), "stay");
    server.only_request();
    let server = Recorder::answering(answer("304 Not Modified", "Location: /x\r\n", ""));
    send(&["-L", &server.url("/")]).run().expect(0);
    server.only_request();
}
