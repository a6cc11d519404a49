//! Cookies between one hop and the next: signed anew, and sent to no other host.

use crate::recorder::Recorder;
use crate::{answer, assert_valid, send};

fn setting(location: &str) -> Vec<u8> {
    answer("302 Found", &format!("Set-Cookie: hop=1; Path=/\r\nLocation: {location}\r\n"), "")
}

/// Catches a cookie that is not signed, or arrives too late for its hop.
#[test]
fn a_cookie_of_a_redirect_is_signed_with_the_next_hop() {
    let recorder =
        Recorder::replying(|before, _| if before == 0 { setting("/next") } else { answer("200 OK", "", "") });
    let directory = tempfile::tempdir().unwrap();
    let jar = directory.path().join("jar");
    send(&["-s", "-L", "-b", "own=2", "-c", jar.to_str().unwrap(), &recorder.url("/")]).run().expect(0);
    let requests = recorder.requests();
    assert_eq!(requests[0].values("cookie"), ["own=2"]);
    assert_eq!(requests[1].values("cookie"), ["hop=1; own=2"]);
    for request in &requests {
        assert!(request.values("authorization")[0].contains("cookie;"), "{:?}", request.headers);
        assert_valid(request);
    }
    let text = std::fs::read_to_string(&jar).unwrap();
    assert!(text.contains("127.0.0.1\tFALSE\t/\tFALSE\t0\thop\t1\n") && !text.contains("own"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&jar).unwrap().permissions().mode() & 0o777, 0o600, "nobody else reads it");
    }
}

#[test]
fn another_host_gets_no_cookie() {
    let elsewhere = Recorder::answering(answer("200 OK", "", ""));
    let port = elsewhere.host.rsplit(':').next().unwrap().to_owned();
    let recorder = Recorder::replying(move |_, _| setting(&format!("http://localhost:{port}/")));
    let directory = tempfile::tempdir().unwrap();
    let jar = directory.path().join("jar");
    let words = ["-s", "-4", "-L", "-b", "own=2", "-c", jar.to_str().unwrap(), &recorder.url("/")];
    send(&words).run().expect(0);
    assert_eq!(elsewhere.only_request().values("cookie"), [""; 0]);
}
