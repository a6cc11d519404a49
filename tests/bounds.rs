//! Time and memory are bounded by the input: `verify` and `explain` get everything that a request may have many of, or
//! a long one of, by the tens of thousands.
//!
//! The limits are generous: quadratic growth takes minutes at these sizes, linear growth a second.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use sigvet_testing::Sigvet;

/// The number of each thing.
const MANY: usize = 20_000;
/// The number of headers, which are cheap.
const MANY_HEADERS: usize = 100_000;
const CAP: Duration = Duration::from_secs(25);
/// Maximum address space, in KiB. Threads and allocators reserve several hundred MiB of it.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 2_500_000;

const AUTHORIZATION: &str = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/us-east-1/s3/aws4_request";

fn request(target: &str, headers: &str, signed: &str) -> String {
    format!(
        "GET {target} HTTP/1.1\r\nHost: b.s3.us-east-1.amazonaws.com\r\nx-amz-date: 20260301T111112Z\r\n\
         x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n{headers}Authorization: {AUTHORIZATION}, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date{signed}, Signature={}\r\n\r\n",
        "0".repeat(64)
    )
}

fn each(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

fn upload(fields: &str, conditions: &str) -> String {
    let policy = format!(r#"{{"expiration":"2026-03-02T00:00:00Z","conditions":[{conditions}{{"bucket":"b"}}]}}"#);
    let field =
        |name: &str, value: &str| format!("--X\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let body = [
        field("key", "k"),
        fields.to_owned(),
        field("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        field("x-amz-credential", "AKIAIOSFODNN7EXAMPLE/20260301/us-east-1/s3/aws4_request"),
        field("x-amz-date", "20260301T111112Z"),
        field("policy", &base64::Engine::encode(&base64::prelude::BASE64_STANDARD, policy)),
        field("x-amz-signature", &"0".repeat(64)),
        field("file", "hi"),
        "--X--\r\n".to_owned(),
    ]
    .concat();
    format!(
        "POST / HTTP/1.1\r\nHost: b.s3.us-east-1.amazonaws.com\r\nContent-Type: multipart/form-data; boundary=X\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Each thing that a request may have many of, with such a request.
fn requests() -> Vec<(&'static str, String)> {
    let part = |at| format!("--X\r\nContent-Disposition: form-data; name=\"x-amz-meta-{at}\"\r\n\r\nv\r\n");
    let version_2 = |headers: &str, query: &str| {
        format!(
            "GET /k?{query} HTTP/1.1\r\nHost: b.s3.amazonaws.com\r\nDate: Sun, 01 Mar 2026 11:11:12 GMT\r\n{headers}\
             Authorization: AWS AKIAIOSFODNN7EXAMPLE:abcdefghijklmnopqrstuvwxyz0=\r\n\r\n"
        )
    };
    vec![
        (
            "signed headers",
            request(
                "/",
                &each(MANY_HEADERS, |at| format!("x-{at}: v\r\n")),
                &each(MANY_HEADERS, |at| format!(";x-{at}")),
            ),
        ),
        ("headers of one name", request("/", &"x-same: v\r\n".repeat(MANY), ";x-same")),
        ("headers to be signed", request("/", &each(MANY, |at| format!("x-amz-meta-{at}: v\r\n")), "")),
        ("names without a header", request("/", "", &each(MANY, |at| format!(";x-{at}")))),
        ("tabs in a fold", request("/", &format!("x-fold: a\r\n{}b\r\n", "\t".repeat(10 * MANY)), ";x-fold")),
        ("folds", request("/", &format!("x-fold: a{}\r\n", "\r\n\t b".repeat(MANY)), ";x-fold")),
        ("escapes in the path", request(&format!("/{}", "%25".repeat(MANY)), "", "")),
        ("reserved characters", request(&format!("/{}", "!$&'()*+,;=:@~".repeat(MANY)), "", "")),
        ("segments", request(&"/a/..".repeat(MANY), "", "")),
        ("parameters", request(&format!("/?{}", each(MANY, |at| format!("p{at}=v&"))), "", "")),
        ("parameters of one name", request(&format!("/?{}", "p=v&".repeat(MANY)), "", "")),
        (
            "fields and conditions",
            upload(&each(MANY, part), &each(MANY, |at| format!(r#"{{"x-amz-meta-{at}":"v"}},"#))),
        ),
        ("conditions", upload("", &r#"{"acl":"private"},"#.repeat(MANY))),
        ("headers of Version 2", version_2(&each(MANY, |at| format!("x-amz-meta-{at}: v\r\n")), "")),
        ("sub-resources of Version 2", version_2("", &"acl&uploads&versionId=3&".repeat(MANY))),
    ]
}

#[test]
fn nothing_that_a_request_has_many_of_takes_long() {
    for (what, request) in requests() {
        for words in [&["verify", "-"][..], &["explain", "-", "--time-limit", "1s"]] {
            let start = Instant::now();
            let output = run(words, request.as_bytes());
            assert_eq!(output.status.code(), Some(1), "{what}: {words:?}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(start.elapsed() < CAP, "{what}: {words:?} took {:?}", start.elapsed());
        }
    }
}

/// Five megabytes of `%25` took 4.2 GB. Catches a search through a request that no server accepts, and one that does
/// not say so.
#[test]
fn a_request_that_no_server_accepts_is_not_searched_and_says_so() {
    let request = request(&format!("/{}", "%25".repeat(1_700_000)), "", "");
    let output = run(&["explain", "-"], request.as_bytes());
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("no server accepts more than 1 MiB or 10,000"), "{text}");
    assert!(
        !text.contains("%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25%25"),
        "the path is shown"
    );
}

/// Catches a reader that calls itself for each layer of wrapping, until the stack is full.
#[test]
fn no_text_is_unwrapped_more_often_than_people_wrap_it() {
    let many = |text: &str| text.repeat(3 * MANY);
    let url = "https://b.s3.amazonaws.com/k?X-Amz-Signature=00";
    for (what, text) in [
        ("marks of quoted-printable", format!("<href={} x", many("3D"))),
        ("escapes of escapes", format!("https%{}3a%2f%2fb/k", many("25"))),
        ("entities of entities", format!("{}{}lt;", url, many("&amp;"))),
        ("quotes", format!("{}{url}{}", many("\""), many("\""))),
        ("escaped quotes", format!("\"{}{url}", many("\\"))),
        ("brackets", format!("{}{url}{}", many("<"), many(">"))),
        ("arrays", format!("{}{}", many("["), many("]"))),
        ("objects", format!("{}1{}", many("{\"a\":"), many("}"))),
        ("elements", format!("{}{}", many("<a>"), many("</a>"))),
        ("URLs in URLs", format!("{}{url}", many("https://a/?u="))),
        ("prefixes of log lines", format!("{}{url}", many("app | "))),
    ] {
        for words in [&["verify", "-"][..], &["explain", "-", "--time-limit", "1s"]] {
            let start = Instant::now();
            let output = run(words, text.as_bytes());
            let code = output.status.code().unwrap_or_else(|| panic!("{what}: {words:?}: {:?}", output.status));
            assert!([0, 1, 2].contains(&code), "{what}: {words:?}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(start.elapsed() < CAP, "{what}: {words:?} took {:?}", start.elapsed());
        }
    }
}

/// Catches a copy of the rest of the line for each sign in it: 80 kB of `a=a=a=...` beside a token took 1.5 GB.
#[test]
fn what_stands_beside_a_token_is_read_once() {
    let token = |words: &[&str]| {
        let token = Sigvet::anonymous(&[&["token"], words, &["--region", "us-east-1"]].concat())
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
        token.run().expect(0).text().trim().to_owned()
    };
    let tokens = [
        token(&["rds", "--host", "db.abc.us-east-1.rds.amazonaws.com:5432", "--user", "app"]),
        token(&["eks", "--cluster-name", "dev"]),
        token(&["msk"]),
    ];
    for piece in
        ["a=", "id=", "host=", "--cluster-id ", "-L", "postgres://", "http://", "PGHOST=h ", "psql -h h ", "{\"a\":"]
    {
        let many = piece.repeat(10 * MANY / piece.len());
        for (token, text) in tokens.iter().flat_map(|token| {
            [format!("{token}\n{many}\n"), format!("PGPASSWORD={token} {many}\n")].map(|text| (token, text))
        }) {
            let start = Instant::now();
            let output = run(&["verify", "-"], text.as_bytes());
            let code = output.status.code().unwrap_or_else(|| panic!("{piece}: {token}: {:?}", output.status));
            assert!([0, 1, 2].contains(&code), "{piece}: {token}: {}", String::from_utf8_lossy(&output.stderr));
            assert!(start.elapsed() < CAP, "{piece}: {token} took {:?}", start.elapsed());
        }
    }
}

fn run(words: &[&str], input: &[u8]) -> Output {
    let key = ["-u", "AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "--now", "20260301T111112Z"];
    let mut command = limited();
    command.args(words).args(key).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("SIGVET_PROFILES", "/nowhere").env("HOME", "/nowhere");
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap()
    })
}

/// The program, with a memory limit if the shell can set one.
#[cfg(target_os = "linux")]
fn limited() -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_sigvet")]);
    command
}

#[cfg(not(target_os = "linux"))]
fn limited() -> Command {
    Command::new(env!("CARGO_BIN_EXE_sigvet"))
}
