//! `-F` forms as a server receives them: the signature covers the received bytes, and the files in them are complete.

use crate::common::{Sigvet, all_bytes};
use crate::recorder::{Captured, OK, Recorder, send};

const DATE: &str = "20260301T101112Z";

/// The server's side: the received bytes, and the secret. An extra byte in a part makes it refuse.
#[track_caller]
fn assert_valid(sent: &Captured) {
    let verify = |raw: &[u8]| Sigvet::new(&["verify", "-", "--now", DATE]).input(raw).run();
    verify(&sent.raw).expect(0);
    let mut altered = sent.raw.clone();
    let at = altered.len() - sent.body.len() / 2;
    altered[at] ^= 1;
    verify(&altered).expect(1);
}

/// The parts between the boundaries declared in the Content-Type, each with its head.
#[track_caller]
fn parts(sent: &Captured) -> Vec<(String, Vec<u8>)> {
    let media_type = sent.values("content-type").concat();
    let boundary = format!("\r\n--{}", media_type.strip_prefix("multipart/form-data; boundary=").unwrap()).into_bytes();
    let mut rest = [b"\r\n", sent.body.as_slice()].concat().split_off(boundary.len());
    let mut parts = Vec::new();
    while rest.starts_with(b"\r\n") {
        let at = position(&rest, &boundary);
        let part = &rest[2..at];
        let end = position(part, b"\r\n\r\n");
        parts.push((String::from_utf8(part[..end].to_vec()).unwrap(), part[end + 4..].to_vec()));
        rest = rest.split_off(at + boundary.len());
    }
    assert_eq!(rest, b"--\r\n", "the last boundary ends the form");
    parts
}

fn position(bytes: &[u8], wanted: &[u8]) -> usize {
    bytes.windows(wanted.len()).position(|window| window == wanted).unwrap()
}

/// Sends a form, and returns its parts.
#[track_caller]
fn sent_parts(words: &[&str], input: &[u8]) -> Vec<(String, Vec<u8>)> {
    let recorder = Recorder::answering(OK);
    let url = recorder.url("/upload?a=b");
    let words = [&["--date", DATE], words, &[&url]].concat();
    send(&words).input(input).run().expect(0);
    let sent = recorder.only_request();
    assert!(sent.line.starts_with("POST /upload?a=b "), "{}", sent.line);
    assert_eq!(sent.values("content-length"), [sent.body.len().to_string()]);
    assert_eq!(sent.values("transfer-encoding"), [""; 0]);
    assert_valid(&sent);
    parts(&sent)
}

/// Catches a file that is truncated, converted or read differently the second time.
#[test]
fn files_and_fields_arrive_whole() {
    let bytes: Vec<u8> = all_bytes().into_iter().cycle().take(300_001).collect();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("odd \"name\".bin");
    let text = directory.path().join("text");
    std::fs::write(&path, &bytes).unwrap();
    std::fs::write(&text, "line\r\n--boundary\n").unwrap();
    let quoted = path.to_str().unwrap().replace('"', "\\\"");
    let file = format!("file=@\"{quoted}\";type=image/png");
    let field = format!("text=<{}", text.to_str().unwrap());
    let parts = sent_parts(&["-F", "title=Grüße", "-F", &file, "-F", &field, "--form-string", "raw=@;x"], b"");
    let contents: Vec<&[u8]> = parts.iter().map(|(_, content)| content.as_slice()).collect();
    assert!(contents == ["Grüße".as_bytes(), &bytes, b"line\r\n--boundary\n", b"@;x"]);
    for ((head, _), name) in parts.iter().zip(["title", "file", "text", "raw"]) {
        assert!(head.contains(&format!("name=\"{name}\"")), "{head}");
    }
    assert!(
        parts[1].0.contains("filename=\"odd %22name%22.bin\"") && parts[1].0.contains("image/png"),
        "{}",
        parts[1].0
    );
}

/// Standard input can be read only once, and is hashed before it is sent.
#[test]
fn standard_input_arrives_whole() {
    let bytes: Vec<u8> = all_bytes().into_iter().cycle().take(200_003).collect();
    let parts = sent_parts(&["-F", "file=@-;filename=in.bin", "-F", "last=1"], &bytes);
    assert!(parts[0].1 == bytes && parts[1].1 == b"1");
}

#[test]
fn empty_parts_arrive() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("empty");
    std::fs::write(&path, "").unwrap();
    let parts = sent_parts(&["-F", "nothing=", "-F", &format!("file=@{}", path.display())], b"");
    assert_eq!(parts.iter().map(|(_, content)| content.len()).collect::<Vec<_>>(), [0, 0]);
}
