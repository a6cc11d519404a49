//! The expected requests are recorded from curl 7.88.1, as a server received them. Standard input was
//! `from\r\nstdin`.

use clap::Parser;

use super::*;
use crate::transport::Pass;
use sigvet_core::request::Body;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    request: RequestOptions,
    url: String,
}

/// Words, method and target, header fields other than those of the client itself, and body.
type Row = (&'static [&'static str], &'static str, &'static [&'static str], &'static str);

const RECORDED: [Row; 38] = [
    (&["-d", "", "http://h.example/"], "POST /", &["content-type:application/x-www-form-urlencoded"], ""),
    (
        &["-d", "a=1", "-d", "b=2", "--data-binary", "@f.txt", "--data-raw", "@z", "http://h.example/"],
        "POST /",
        &["content-type:application/x-www-form-urlencoded"],
        "a=1&b=2&line1\r\nline2\n&@z",
    ),
    (
        &["-d", "@f.txt", "http://h.example/"],
        "POST /",
        &["content-type:application/x-www-form-urlencoded"],
        "line1line2",
    ),
    (
        &["--json", "{\"a\":", "--json", "1}", "http://h.example/"],
        "POST /",
        &["accept:application/json", "content-type:application/json"],
        "{\"a\":1}",
    ),
    (
        &["--json", "{}", "-H", "Content-Type: x/y", "http://h.example/"],
        "POST /",
        &["accept:application/json", "content-type:x/y"],
        "{}",
    ),
    (
        &["--json", "{}", "-H", "Accept: q/r", "http://h.example/"],
        "POST /",
        &["accept:q/r", "content-type:application/json"],
        "{}",
    ),
    (&["--json", "", "http://h.example/"], "POST /", &["accept:application/json", "content-type:application/json"], ""),
    (
        &["--json", "@f.txt", "http://h.example/"],
        "POST /",
        &["accept:application/json", "content-type:application/json"],
        "line1\r\nline2\n",
    ),
    (
        &["--data-binary", "@-", "http://h.example/"],
        "POST /",
        &["content-type:application/x-www-form-urlencoded"],
        "from\r\nstdin",
    ),
    (&["-G", "-d", "a=1", "-d", "b=2", "http://h.example/p?q=1"], "GET /p?q=1&a=1&b=2", &[], ""),
    (&["-G", "-d", "", "http://h.example/p"], "GET /p", &[], ""),
    (&["-G", "http://h.example/p?x"], "GET /p?x", &[], ""),
    (&["-G", "--data-urlencode", "a=b c", "http://h.example/p"], "GET /p?a=b+c", &[], ""),
    (
        &["-G", "--json", "1", "http://h.example/p"],
        "GET /p?1",
        &["accept:application/json", "content-type:application/json"],
        "",
    ),
    (&["-G", "-X", "POST", "-d", "a=1", "http://h.example/p"], "POST /p?a=1", &[], ""),
    (&["-I", "http://h.example/"], "HEAD /", &[], ""),
    (&["-I", "-G", "-d", "a=1", "http://h.example/"], "HEAD /?a=1", &[], ""),
    (&["-T", "f.txt", "http://h.example"], "PUT /f.txt", &[], "line1\r\nline2\n"),
    (&["-T", "f.txt", "http://h.example/dir/"], "PUT /dir/f.txt", &[], "line1\r\nline2\n"),
    (&["-T", "./f.txt", "http://h.example/dir/"], "PUT /dir/f.txt", &[], "line1\r\nline2\n"),
    (&["-T", "f.txt", "http://h.example/dir"], "PUT /dir", &[], "line1\r\nline2\n"),
    (&["-T", "f.txt", "http://h.example/dir/?q=1"], "PUT /dir/f.txt?q=1", &[], "line1\r\nline2\n"),
    (&["-T", "f.txt", "http://h.example?q=a/b"], "PUT /f.txt?q=a/b", &[], "line1\r\nline2\n"),
    (&["-T", "", "http://h.example/dir/"], "GET /dir/", &[], ""),
    (&["-T", "empty", "http://h.example/dir/"], "PUT /dir/empty", &[], ""),
    (&["-T", "f.txt", "-X", "POST", "http://h.example/x"], "POST /x", &[], "line1\r\nline2\n"),
    (
        &["-T", "f.txt", "-H", "Content-Type: a/b", "http://h.example/x"],
        "PUT /x",
        &["content-type:a/b"],
        "line1\r\nline2\n",
    ),
    (&["-X", "PUT", "-d", "x", "http://h.example/"], "PUT /", &["content-type:application/x-www-form-urlencoded"], "x"),
    (
        &["-X", "DELETE", "-d", "x", "http://h.example/"],
        "DELETE /",
        &["content-type:application/x-www-form-urlencoded"],
        "x",
    ),
    (&["-X", "DELETE", "http://h.example/"], "DELETE /", &[], ""),
    (&["-X", "GET", "-d", "x", "http://h.example/"], "GET /", &["content-type:application/x-www-form-urlencoded"], "x"),
    (&["-d", "x", "-H", "Content-Type:", "http://h.example/"], "POST /", &[], "x"),
    (&["-d", "x", "-H", "content-type:   ", "http://h.example/"], "POST /", &[], "x"),
    (&["-d", "x", "-H", "Content-Type;", "http://h.example/"], "POST /", &["content-type:"], "x"),
    (&["-d", "x", "-H", "Content-Type: a/b", "http://h.example/"], "POST /", &["content-type:a/b"], "x"),
    (&["-H", "X;", "http://h.example/"], "GET /", &["x:"], ""),
    (&["-H", "X: a", "-H", "X: b", "http://h.example/"], "GET /", &["x:a", "x:b"], ""),
    (&["-H", "X: a", "-H", "X:", "http://h.example/"], "GET /", &["x:a"], ""),
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f.txt"), "line1\r\nline2\n").unwrap();
    std::fs::write(folder.path().join("empty"), "").unwrap();
    folder
}

/// Builds a request from the words, in a directory with the files.
fn build(words: &[&str], body_hash: BodyHash<'_>) -> Result<Unsigned, Failure> {
    let folder = folder();
    let place = format!("{}/", folder.path().display());
    let placed = |word: &str| match word {
        "f.txt" | "./f.txt" | "empty" => format!("{place}{word}"),
        "@f.txt" => format!("@{place}f.txt"),
        other => other.to_owned(),
    };
    let line = Line::parse_from(std::iter::once("test".to_owned()).chain(words.iter().map(|word| placed(word))));
    let url = RequestUrl::parse(&line.url).unwrap();
    let unsigned = line.request.build(&url, &mut "from\r\nstdin".as_bytes(), body_hash.into())?;
    // The files are removed with the folder.
    let mut body = Vec::new();
    if let (Some(file), body_of_file @ Body::Elsewhere { .. }) = (&unsigned.body_file, &unsigned.request.body) {
        crate::cli::options::payload::each_piece(file, Pass::of(body_of_file), |piece| {
            body.extend_from_slice(piece);
            Ok(())
        })?;
        assert!(body_of_file.sha256().is_none_or(|hash| hash == sigvet_core::crypto::sha256(&body)));
        let mut unsigned = unsigned;
        unsigned.request.body = Body::Bytes(body);
        return Ok(unsigned);
    }
    Ok(unsigned)
}

#[test]
fn a_request_is_built_as_by_curl() {
    for (words, line, fields, body) in RECORDED {
        let request = build(words, BodyHash::Needed).unwrap().request;
        assert_eq!(format!("{} {}", request.method(), String::from_utf8_lossy(request.target())), line, "{words:?}");
        let sent = request.headers.iter().filter(|header| header.name != "Host");
        let mut sent: Vec<String> =
            sent.map(|header| format!("{}:{}", header.name, String::from_utf8_lossy(&header.value))).collect();
        sent.iter_mut().for_each(|field| field.make_ascii_lowercase());
        sent.sort();
        assert_eq!(sent, fields, "{words:?}");
        assert_eq!(request.body, Body::Bytes(body.as_bytes().to_vec()), "{words:?}");
    }
}

/// curl does not know the length of standard input and sends it in chunks; sigvet does know it.
#[test]
fn standard_input_is_uploaded_with_its_length() {
    for name in ["-", "."] {
        let request = build(&["-T", name, "http://h.example/dir/"], BodyHash::Needed).unwrap().request;
        assert_eq!((request.method(), request.target()), ("PUT", &b"/dir/"[..]));
        assert_eq!(request.body, Body::Bytes(b"from\r\nstdin".to_vec()));
    }
}

#[test]
fn a_form_replaces_its_content_type() {
    let form = |words: &[&str]| build(&[&["-F", "a=b"], words, &["http://h.example/"]].concat(), BodyHash::Needed);
    let request = form(&["-G"]).unwrap().request;
    assert_eq!(request.method(), "POST");
    assert!(request.headers.first_text("content-type").unwrap().starts_with("multipart/form-data; boundary=---"));
    let request = form(&["-H", "content-type: multipart/related", "-X", "PUT"]).unwrap().request;
    assert_eq!(request.method(), "PUT");
    assert!(request.headers.first_text("content-type").unwrap().starts_with("multipart/related; boundary=---"));
    assert_eq!(request.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-type")).count(), 1);
    assert!(form(&["-H", "Content-Type:"]).is_err());
    assert!(form(&["-H", "Content-Type;"]).is_err());
}

#[test]
fn two_bodies_are_refused() {
    for (words, expected) in [
        (&["-T", "f.txt", "-d", "x"][..], "-T and -d"),
        (&["-F", "a=b", "-d", "x"], "-F and -d"),
        (&["-F", "a=b", "-T", "f.txt"], "-F and -T"),
        (&["-I", "-d", "x"], "-I sends HEAD"),
        (&["-I", "-F", "a=b"], "-I sends HEAD"),
    ] {
        let failure = build(&[words, &["http://h.example/"]].concat(), BodyHash::Needed).unwrap_err();
        assert!(failure.to_string().contains(expected), "{words:?}: {failure}");
    }
}

/// Hashing a large file takes seconds, so a hash that is not signed must not be computed.
#[test]
fn a_file_is_hashed_only_if_its_hash_is_signed() {
    let folder = folder();
    let file = folder.path().join("f.txt").display().to_string();
    let hash = |headers: &[&str], body_hash: BodyHash<'_>| {
        let words = [&["test", "-T", &file], headers, &["http://h.example/"]].concat();
        let line = Line::parse_from(words);
        let url = RequestUrl::parse(&line.url).unwrap();
        line.request.build(&url, &mut std::io::empty(), body_hash.into()).unwrap().request.body.sha256()
    };
    let unless = BodyHash::UnlessDeclared { header: "x-amz-content-sha256" };
    assert!(hash(&[], BodyHash::Needed).is_some());
    assert!(hash(&[], unless).is_some());
    assert_eq!(hash(&[], BodyHash::Spared), None);
    assert_eq!(hash(&["-H", "X-Amz-Content-SHA256: UNSIGNED-PAYLOAD"], unless), None);
    assert!(hash(&["-H", "X-Amz-Content-SHA256: UNSIGNED-PAYLOAD"], BodyHash::Needed).is_some());
}
