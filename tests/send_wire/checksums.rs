//! `--checksum` on the wire, and the handling of a response that declares its body's checksum.

use crate::common::Sigvet;
use crate::recorder::{OK, Recorder, send};

const BODY: &str = "Hello, object store!\n";

/// Checksums of `BODY`, by `awscrt.checksums` 0.38.1 and, for the last two, Python's `hashlib`; all in base64.
const OF_BODY: [(&str, &str); 5] = [
    ("crc32", "5Yk1Bg=="),
    ("crc32c", "bnrQiA=="),
    ("crc64nvme", "+piE+ebiV38="),
    ("sha1", "IY7wBY/k4i4OXWhCbuIzKRIXC5I="),
    ("sha256", "YXc1hm7ALq0aZc0bR59K5MHKT898iKSYtK7ubQyk0Jo="),
];

fn answer(head: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n{BODY}", BODY.len()).into_bytes()
}

/// Catches bytes in another order, a header that is not signed, and a forgotten way to give a body.
#[test]
fn a_body_carries_its_checksum() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("body");
    std::fs::write(&path, BODY).unwrap();
    let path = path.to_str().unwrap();
    let ways: [&[&str]; 4] = [&["-T", path], &["-T", "-"], &["-T", "/dev/stdin"], &["-X", "PUT", "--data-raw", BODY]];
    for (name, expected) in OF_BODY {
        for way in ways {
            for payload in [&[][..], &["--unsigned-payload"], &["--no-sign-request"]] {
                let recorder = Recorder::answering(OK);
                let url = recorder.url("/bucket/key");
                let words = [way, payload, &["--checksum", name, &url]].concat();
                let done = send(&words).input(BODY.as_bytes()).run().expect(0);
                // This server confirms nothing.
                let warning = format!("warning: the server did not confirm the {name} checksum");
                assert!(
                    done.stderr.starts_with(&warning) && done.stderr.lines().count() == 1,
                    "{words:?}: {}",
                    done.stderr
                );
                let sent = recorder.only_request();
                let header = format!("x-amz-checksum-{name}");
                assert_eq!(sent.values(&header), [expected], "{words:?}");
                assert_eq!(sent.values("x-amz-sdk-checksum-algorithm"), [name.to_uppercase()], "{words:?}");
                assert_eq!(sent.body, BODY.as_bytes(), "{words:?}");
                let signed = sent.values("authorization").iter().any(|value| value.contains(&format!(";{header};")));
                assert_eq!(signed, !words.contains(&"--no-sign-request"), "{words:?}");
            }
        }
    }
}

/// More than fits in memory goes through a temporary file. Catches a checksum of only the part in memory.
#[test]
fn a_long_pipe_carries_its_checksum() {
    let body: Vec<u8> = (0..9 * 1024 * 1024 + 5_u32).map(|n| (n * 7 + n / 251) as u8).collect();
    // By `awscrt.checksums` 0.38.1 and `hashlib`, for the same bytes made in Python.
    for (name, expected) in [
        ("crc32c", "Kj3few=="),
        ("crc64nvme", "sxkqyUii+Gw="),
        ("sha256", "EcnWaid4bjk/o/kgCmICcQn5+33os3CwYZM7FLNUuaY="),
    ] {
        let recorder = Recorder::answering(OK);
        send(&["-T", "-", "--checksum", name, &recorder.url("/bucket/key")]).input(&body).run().expect(0);
        assert_eq!(recorder.only_request().values(&format!("x-amz-checksum-{name}")), [expected]);
    }
}

/// Catches the checksum of a body that stays on a request without that body.
#[test]
fn a_redirect_that_drops_the_body_drops_its_checksum() {
    let recorder = Recorder::replying(|before, _| match before {
        0 => b"HTTP/1.1 303 See Other\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n".to_vec(),
        _ => OK.to_vec(),
    });
    send(&["-L", "-d", BODY, "--checksum", "crc32", &recorder.url("/here")]).run().expect(0);
    let requests = recorder.requests();
    assert_eq!(requests[0].values("x-amz-checksum-crc32").len(), 1);
    assert_eq!(requests[1].line, "GET /there HTTP/1.1");
    for name in ["x-amz-checksum-crc32", "x-amz-sdk-checksum-algorithm"] {
        assert_eq!(requests[1].values(name).len(), 0, "{name}");
    }
}

/// Catches a GET that sends the checksum of an empty body instead of requesting the object's.
#[test]
fn a_get_requests_the_checksum() {
    let recorder = Recorder::answering(answer("200 OK\r\nx-amz-checksum-sha1: IY7wBY/k4i4OXWhCbuIzKRIXC5I="));
    let done = send(&["--checksum", "crc32", "-v", &recorder.url("/bucket/key")]).run().expect(0);
    let sent = recorder.only_request();
    assert_eq!(sent.values("x-amz-checksum-mode"), ["ENABLED"]);
    assert_eq!((sent.values("x-amz-checksum-crc32").len(), sent.values("x-amz-sdk-checksum-algorithm").len()), (0, 0));
    assert_eq!(done.text(), BODY);
    let said = "* the body matches the server's sha1 checksum, IY7wBY/k4i4OXWhCbuIzKRIXC5I=\n";
    assert!(done.stderr.ends_with(said), "{}", done.stderr);
}

/// Catches the download of another object that is accepted, or replaces a good file.
#[test]
fn a_download_with_the_wrong_checksum_is_refused() {
    for (name, right) in OF_BODY {
        let good = Recorder::answering(answer(&format!("200 OK\r\nX-Amz-Checksum-{}: {right}", name.to_uppercase())));
        assert_eq!(send(&[&good.url("/bucket/key")]).run().expect(0).text(), BODY, "{name}");
        // The same length, but another value.
        let wrong = format!("A{}", &right[1..]);
        let recorder = Recorder::answering(answer(&format!("200 OK\r\nx-amz-checksum-{name}: {wrong}")));
        let failed = send(&[&recorder.url("/bucket/key")]).run().expect(56);
        let said = format!("error: the body that arrived has {name} {right}, but the server declared {wrong}\n");
        assert!(failed.stderr.starts_with(&said), "{}", failed.stderr);
        assert_eq!(failed.text(), BODY, "what was received was printed before its end was known");

        let directory = tempfile::tempdir().unwrap();
        let out = directory.path().join("out");
        std::fs::write(&out, "good").unwrap();
        let failed = send(&["-o", out.to_str().unwrap(), &recorder.url("/bucket/key")]).run().expect(56);
        assert!(
            failed.stderr.ends_with("hint: download the object again: the file was not written\n"),
            "{}",
            failed.stderr
        );
        assert_eq!(std::fs::read(&out).unwrap(), b"good");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1, "nothing else is left there");
    }
}

/// Catches a right response that is refused: the checksum of parts, of a whole of which a part was requested, or of an
/// upload.
#[test]
fn an_uncheckable_response_is_reported_if_a_check_was_requested() {
    for (head, reason) in [
        ("200 OK", "the server sent no checksum"),
        (
            "200 OK\r\nx-amz-checksum-crc32: AAAAAA==-3",
            "x-amz-checksum-crc32 is made of the checksums of the object's parts",
        ),
        (
            "200 OK\r\nx-amz-checksum-sha256: AAAA\r\nx-amz-checksum-type: COMPOSITE",
            "x-amz-checksum-sha256 is made of the checksums of the object's parts",
        ),
        ("206 Partial Content\r\nx-amz-checksum-crc32: AAAAAA==", "it is a part of the object"),
    ] {
        let recorder = Recorder::answering(answer(head));
        let url = recorder.url("/bucket/key");
        let asked = send(&["--checksum", "crc32", &url]).run().expect(0);
        assert_eq!(asked.stderr, format!("warning: the body was not checked: {reason}\n"));
        assert_eq!(send(&[&url]).run().expect(0).stderr, "");
        let noted = send(&["-v", &url]).run().expect(0).stderr;
        assert_eq!(noted.contains("* the body was not checked: "), head.contains("checksum"), "{noted}");
    }
    let recorder =
        Recorder::answering(b"HTTP/1.1 200 OK\r\nx-amz-checksum-crc32: 5Yk1Bg==\r\nContent-Length: 0\r\n\r\n");
    send(&["-X", "PUT", "-d", BODY, &recorder.url("/bucket/key")]).run().expect(0);
}

/// Catches two contradicting statements about a body, and a checksum that nobody checks.
#[test]
fn nonsense_is_refused_before_it_is_sent() {
    let recorder = Recorder::answering(OK);
    let url = recorder.url("/bucket/key");
    for (words, expected) in [
        (&["-X", "DELETE"][..], "DELETE has no body to compute a checksum of"),
        (&["-d", "x", "--service", "sqs"], "which service 'sqs' of AWS4-HMAC-SHA256 does not support"),
        (&["-d", "x", "--service", "storage", "--dialect", "goog"], "which service 'storage' of GOOG4-HMAC-SHA256"),
        (&["-d", "x", "--service", "s3", "--payload-hash", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"], "in chunks"),
        (&["-d", "x", "--service", "s3", "-H", "Content-Encoding: gzip,aws-chunked"], "in chunks"),
        (
            &["-d", "x", "--service", "s3", "-H", "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER"],
            "in chunks",
        ),
        (&["-d", "x", "--service", "s3", "-H", "X-Amz-Checksum-CRC32: AAAAAA=="], "the body's crc32 is jNwWgw=="),
        (&["-d", "x", "--service", "s3", "-H", "x-amz-checksum-sha1: AAAA"], "two checksums"),
        (&["-d", "x", "--service", "s3", "-H", "x-amz-checksum-crc32:"], "which -H removes"),
    ] {
        let run = Sigvet::new(&[&["send", "--region", "us-east-1", "--checksum", "crc32", &url], words].concat()).run();
        let failed = run.expect(2);
        assert!(failed.stderr.contains(expected), "{words:?}: {}", failed.stderr);
    }
    assert_eq!(recorder.count(), 0);
    // Equal values may be given twice; CRC-32 of "x" by Python's `zlib.crc32`.
    send(&["-d", "x", "--checksum", "crc32", "-H", "X-Amz-Checksum-CRC32: jNwWgw==", &url]).run().expect(0);
    assert_eq!(recorder.only_request().values("x-amz-checksum-crc32"), ["jNwWgw=="]);
}
