//! Bodies that do not fit in memory and have to be decoded: signed chunks with a trailer, and forms.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::form::multipart;
use sigvet_core::time::Timestamp;

use sigvet_testing::serving::Serving;

use crate::answers::statuses;
use crate::signed::{sign_policy, streamed_with};

const MIB: usize = 1024 * 1024;

/// Sends while it reads: a returned body may be longer than the connection's buffers.
fn exchange(server: &Serving, request: Vec<u8>) -> Vec<u8> {
    let mut stream = server.connect();
    let mut writer = stream.try_clone().unwrap();
    let writing = std::thread::spawn(move || {
        // A server that refuses early may close before everything is written.
        let _ = writer.write_all(&request);
        let _ = writer.shutdown(std::net::Shutdown::Write);
    });
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    writing.join().unwrap();
    answer
}

fn body_of(answer: &[u8]) -> (String, &[u8]) {
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    (String::from_utf8_lossy(&answer[..end]).into_owned(), &answer[end + 4..])
}

/// Catches a long body that is returned with its chunk framing, or that is held in memory.
#[test]
fn a_long_body_in_signed_chunks_is_returned_decoded_in_constant_memory() {
    let server = Serving::start(&["--echo"]);
    let payload: Vec<u8> =
        (0..40 * MIB as u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let request = streamed_with(server.address(), &payload, Some(ChecksumAlgorithm::Crc32));
    let mut broken = request.clone();
    let answer = exchange(&server, request);
    let (head, body) = body_of(&answer);
    assert!(head.starts_with("HTTP/1.1 200") && body == payload, "{head}: {} bytes came back", body.len());
    let peak = server.peak_memory();
    assert!(peak.is_none_or(|peak| peak < 96 * MIB as u64), "{peak:?} bytes for a body of 40 MiB");
    // One byte in the last chunk is wrong: nothing may be returned.
    let place = broken.len() - 70_000;
    broken[place] ^= 1;
    let answer = exchange(&server, broken);
    let (head, body) = body_of(&answer);
    assert!(head.starts_with("HTTP/1.1 403") && head.contains("x-sigvet-cause: chunk-signature"), "{head}");
    assert!(body.len() < 10_000);
}

/// A form with a policy for files of up to 3 MiB.
fn form(server: &Serving, length: usize) -> Vec<u8> {
    let date = Timestamp::from(std::time::SystemTime::now());
    let expiration = "2999-01-01T00:00:00Z";
    let conditions = format!(
        r#"[{{"bucket":"b"}},["starts-with","$key",""],["content-length-range",0,{}],{{"x-amz-algorithm":"AWS4-HMAC-SHA256"}},"#,
        3 * MIB
    );
    let credential = format!("AKIAIOSFODNN7EXAMPLE/{}/us-east-1/s3/aws4_request", &date.as_str()[..8]);
    let policy = format!(
        r#"{{"expiration":"{expiration}","conditions":{conditions}{{"x-amz-credential":"{credential}"}},{{"x-amz-date":"{}"}}]}}"#,
        date.as_str()
    );
    let policy = BASE64_STANDARD.encode(policy);
    let signature = sign_policy(&date.as_str()[..8], &policy);
    let fields = [
        ("key", "k"),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &credential),
        ("x-amz-date", date.as_str()),
        ("policy", &policy),
        ("x-amz-signature", &signature),
    ];
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--bound\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    body.extend(b"--bound\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n");
    body.extend(std::iter::repeat_n(b'a', length));
    body.extend(b"\r\n--bound--\r\n");
    assert!(multipart::parse("multipart/form-data; boundary=bound", &body).is_ok());
    let head = format!(
        "POST /b HTTP/1.1\r\nHost: {}\r\nContent-Type: multipart/form-data; boundary=bound\r\nContent-Length: {}\r\n\r\n",
        server.address(),
        body.len()
    );
    [head.into_bytes(), body].concat()
}

/// Catches a form that is judged only if it fits in memory, and a length that is not the file's.
#[test]
fn a_long_form_is_judged_by_its_policy_like_a_short_one() {
    let server = Serving::start(&["--log", "json"]);
    for length in [10, 3 * MIB] {
        let answer = String::from_utf8_lossy(&exchange(&server, form(&server, length))).into_owned();
        assert_eq!(statuses(&answer), [200], "{length}: {answer}");
        assert!(answer.contains("POST policy"), "{answer}");
    }
    let answer = String::from_utf8_lossy(&exchange(&server, form(&server, 3 * MIB + 1))).into_owned();
    assert_eq!(statuses(&answer), [400], "{answer}");
    assert!(
        answer.contains("<ProposedSize>3145729</ProposedSize><MaxSizeAllowed>3145728</MaxSizeAllowed>"),
        "{answer}"
    );
    let wrong = String::from_utf8(form(&server, 2 * MIB)).unwrap();
    let wrong = wrong.replacen("name=\"x-amz-signature\"\r\n\r\n", "name=\"x-amz-signature\"\r\n\r\n0", 1);
    let answer = String::from_utf8_lossy(&exchange(&server, wrong.into_bytes())).into_owned();
    assert_eq!(statuses(&answer), [403], "{answer}");
    assert!(answer.contains("SignatureDoesNotMatch"), "{answer}");
}
