//! Request options given with a captured request: they supply what the capture lacks, and may not contradict it.
//!
//! The requests come from the official suite, or from the tests' own signer.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sigvet_testing::{Outcome, Sigvet, official_suite};

use crate::signer::{Keys, Recipe, Wire, header_line};
use crate::written;

const BODY: &str = r#"{"TableName":"t"}"#;
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLETOKEN//////////wEaCXVzLWVhc3QtMQ==";

#[test]
fn a_body_that_a_trace_does_not_show_is_supplied() {
    let trace = of_suite("post-x-www-form-urlencoded");
    both(&trace, &["-d", "Param1=value1"], 0);
    both(&trace, &["--data-raw", "Param1=value1"], 0);
    both(&trace, &["-d", "Param1=value2"], 1);
    for outcome in both(&trace, &["-d", "Param1=value11"], 2) {
        assert!(
            outcome.stderr.contains("14 bytes") && outcome.stderr.contains("Content-Length: 13"),
            "{}",
            outcome.stderr
        );
    }
}

/// None of its headers contains the hash of the body, so without a body nothing can be decided.
#[test]
fn a_signature_that_depends_on_an_unseen_body_is_settled_by_it() {
    let trace = trace(&dynamodb(None));
    assert_eq!(run("verify", &trace, &[]).code, Some(3));
    let asked = run("explain", &trace, &[]).expect(0);
    assert!(asked.text().contains("unknown") && asked.text().contains("--body FILE"), "{}", asked.text());
    let folder = tempfile::tempdir().unwrap();
    let file = written_to(folder.path(), BODY);
    both(&trace, &["-d", BODY], 0);
    both(&trace, &["--body", &file], 0);
    both(&trace, &["-T", &file], 0);
    both(&trace, &["--data-binary", &format!("@{file}")], 0);
    both(&trace, &["-d", &BODY.replace('t', "u")], 1);
    let ended = written_to(folder.path(), &format!("{BODY}\n"));
    both(&trace, &["-d", &format!("@{ended}")], 0);
    for outcome in both(&trace, &["--body", &ended], 2) {
        assert!(outcome.stderr.contains("line break"), "{}", outcome.stderr);
    }
    both(&trace, &["--body", "/no/such/file"], 2);
}

#[test]
fn options_that_contradict_the_capture_are_refused() {
    let trace = of_suite("post-x-www-form-urlencoded");
    for (words, expected) in [
        (&["-X", "PUT"][..], "the method of the captured request is POST, but the options say PUT"),
        (&["-I"], "but the options say HEAD"),
        (&["-H", "Content-Type: text/plain"], "is 'application/x-www-form-urlencoded', but -H says 'text/plain'"),
        (&["-H", "Content-Type:"], "removes a header"),
        (&["-G", "-d", "a=b"], "-G would change the URL"),
        (&["-F", "a=b"], "-F makes a new form"),
        (&["-d", "Param1=value1", "--body", "f"], "two bodies: --body and -d"),
        (&["-H", "Authorization: AWS4-HMAC-SHA256 other"], "has another value than -H gives"),
    ] {
        for outcome in both(&trace, words, 2) {
            assert!(outcome.stderr.contains(expected) && outcome.stderr.contains("hint: "), "{}", outcome.stderr);
        }
    }
    let same =
        ["-X", "POST", "-H", "content-type: application/x-www-form-urlencoded", "-H", "X-Amz-Date: 20150830T123600Z"];
    both(&trace, &[&same[..], &["-d", "Param1=value1"]].concat(), 0);
    let whole = String::from_utf8(dynamodb(None).to_bytes()).unwrap();
    both(whole.as_bytes(), &["-d", BODY], 0);
    for outcome in both(whole.as_bytes(), &["-d", "{}"], 2) {
        assert!(outcome.stderr.contains("the options give a body of 2 bytes"), "{}", outcome.stderr);
    }
}

/// The command names a file, which is not opened, and curl adds the length of its body.
#[test]
fn the_body_of_a_curl_command_is_supplied_with_its_length() {
    let folder = official_suite::package_root().join("aws-signing-test-suite/v4/post-x-www-form-urlencoded");
    let request = std::fs::read_to_string(folder.join("header-signed-request.txt")).unwrap();
    let headers = request.lines().skip(1).take_while(|line| !line.is_empty());
    let headers = headers.filter(|line| !line.starts_with("Host") && !line.starts_with("Content-Length"));
    let headers: String = headers.map(|line| format!(" -H '{}'", line.replacen(':', ": ", 1))).collect();
    let command = format!("curl https://example.amazonaws.com/{headers} --data-binary @/no/such/file\n");
    let explain = |words: &[&str]| run("explain", command.as_bytes(), words);
    let open = explain(&["--depth", "1"]).expect(0);
    assert!(open.text().starts_with("unknown: the header content-length is unknown"), "{}", open.text());
    explain(&["--data-raw", "Param1=value1"]).expect(0);
    assert_eq!(explain(&["--data-raw", "Param1=value2"]).code, Some(1));
    assert_eq!(explain(&["--data-raw", "Param1=value11", "--depth", "1"]).code, Some(1));
}

/// A URL contains neither its method nor its headers.
#[test]
fn a_url_is_judged_by_the_method_and_the_headers_that_are_given() {
    let put = Recipe {
        wire: wire("PUT", "/b/k.png", &["Host: s3.eu-central-1.amazonaws.com", "Content-Type: image/png"], ""),
        service: "s3".to_owned(),
        expires: Some("900".to_owned()),
        also_signed: vec!["content-type".to_owned()],
        ..recipe(None)
    };
    let url = written::url(&put.sign().wire);
    both(&url, &["-X", "PUT", "-H", "Content-Type: image/png"], 0);
    both(&url, &["-X", "PUT", "-H", "Content-Type: image/png", "-d", "any"], 0);
    both(&url, &["-T", "Cargo.toml", "-H", "Content-Type: image/png"], 0);
    both(&url, &["-H", "Content-Type: image/png"], 0);
    both(&url, &["-X", "PUT", "-H", "Content-Type: image/jpeg"], 1);
    both(&url, &["-X", "POST", "-H", "Content-Type: image/png"], 1);
    both(&url, &["-d", "any", "-H", "Content-Type: image/png"], 1);
    let argument = String::from_utf8(url).unwrap();
    let words = ["verify", "--now", "20250915T120000Z", "-X", "PUT", "-H", "Content-Type: image/png", argument.trim()];
    Sigvet::new(&words).run().expect(0);
}

#[test]
fn a_redacted_token_is_supplied_and_not_shown() {
    let signed = dynamodb(Some(TOKEN));
    let shown = String::from_utf8(trace(&signed)).unwrap();
    let hidden = shown.replace(TOKEN, "*****").into_bytes();
    let header = format!("X-Amz-Security-Token: {TOKEN}");
    let given = |command: &str, words: &[&str]| {
        let words = [&[command, "--now", "20250915T120000Z"], words, &["-"]].concat();
        Sigvet::new(&words).env("AWS_SESSION_TOKEN", TOKEN).input(&hidden).run()
    };
    assert_eq!(given("verify", &["-d", BODY]).code, Some(3));
    for command in ["verify", "explain"] {
        let outcome = given(command, &["-d", BODY, "-H", &header]).expect(0);
        let said = outcome.text() + &outcome.stderr;
        assert!(said.contains("valid") && !said.contains(TOKEN) && !said.contains("blacked out"), "{said}");
        let other = given(command, &["-d", BODY, "-H", "X-Amz-Security-Token: another"]);
        assert_eq!(other.code, Some(1), "{}", other.text());
    }
}

/// The name of the cluster is a signed header that the token does not contain.
#[test]
fn the_cluster_of_a_token_is_supplied() {
    let headers = ["Host: sts.eu-central-1.amazonaws.com", "x-k8s-aws-id: my-cluster"];
    let call = Recipe {
        wire: wire("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", &headers, ""),
        service: "sts".to_owned(),
        expires: Some("60".to_owned()),
        also_signed: vec!["x-k8s-aws-id".to_owned()],
        ..recipe(None)
    };
    let url = String::from_utf8(written::url(&call.sign().wire)).unwrap();
    let token = format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(url.trim())).into_bytes();
    both(&token, &["--cluster-name", "my-cluster"], 0);
    both(&token, &["-H", "X-K8s-Aws-Id: my-cluster"], 0);
    both(&token, &["--cluster-name", "other"], 1);
    both(&token, &["--cluster-name", "my-cluster", "-H", "x-k8s-aws-id: my-cluster"], 2);
    both(&token, &["--cluster-name", "my-cluster", "-X", "POST"], 2);
    assert_eq!(run("verify", &token, &[]).code, Some(3));
    let asked = run("explain", &token, &[]).expect(0);
    assert!(asked.text().contains("--cluster-name NAME"), "{}", asked.text());
}

#[test]
fn standard_input_is_read_once() {
    let trace = trace(&dynamodb(None));
    for words in [&["-d", "@-"][..], &["--body", "-"], &["-T", "-"], &["-H", "@-"]] {
        for outcome in both(&trace, words, 2) {
            assert!(outcome.stderr.contains("standard input is named twice"), "{}", outcome.stderr);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = written_to(folder.path(), std::str::from_utf8(&trace).unwrap());
    for command in ["verify", "explain"] {
        let words = [command, "--now", "20250915T120000Z", "--body", "-", &file];
        Sigvet::new(&words).input(BODY.as_bytes()).run().expect(0);
        let twice = [command, "--now", "20250915T120000Z", "-H", "@-", "--body", "-", &file];
        let outcome = Sigvet::new(&twice).input(BODY.as_bytes()).run();
        assert_eq!(outcome.code, Some(2), "{}", outcome.stderr);
    }
}

#[test]
fn without_a_request_there_is_nothing_to_supply() {
    let reply = b"HTTP/1.1 403 Forbidden\r\n\r\n<Error><Code>SignatureDoesNotMatch</Code></Error>";
    let outcome = run("explain", reply, &["-d", "x"]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("the input contains none"), "{}", outcome.stderr);
}

/// Runs `verify` and `explain` on a capture.
#[track_caller]
fn both(capture: &[u8], words: &[&str], code: i32) -> [Outcome; 2] {
    ["verify", "explain"].map(|command| {
        let outcome = run(command, capture, words);
        assert_eq!(outcome.code, Some(code), "{command} {words:?}: {}{}", outcome.stderr, outcome.text());
        outcome
    })
}

fn run(command: &str, capture: &[u8], words: &[&str]) -> Outcome {
    let now = if capture.windows(16).any(|text| text == b"20150830T123600Z") {
        "20150830T123600Z"
    } else {
        "20250915T120000Z"
    };
    Sigvet::new(&[&[command, "--now", now], words, &["-"]].concat()).input(capture).run()
}

/// A request of the official suite as `curl -v` shows it, without its body.
fn of_suite(name: &str) -> Vec<u8> {
    let folder = official_suite::package_root().join("aws-signing-test-suite/v4").join(name);
    let request = std::fs::read_to_string(folder.join("header-signed-request.txt")).unwrap();
    let (head, _) = request.split_once("\n\n").unwrap();
    let sent: String = head.lines().map(|line| format!("> {line}\n")).collect();
    format!("{sent}> \n< HTTP/1.1 403 Forbidden\n< \n").into_bytes()
}

fn trace(wire: &Wire) -> Vec<u8> {
    written::trace(wire, b"HTTP/1.1 400 Bad Request\r\n\r\n")
}

/// A POST with JSON, as AWS's SDKs sign it.
fn dynamodb(token: Option<&str>) -> Wire {
    let length = format!("Content-Length: {}", BODY.len());
    let headers = [
        "Host: dynamodb.eu-central-1.amazonaws.com",
        "Content-Type: application/x-amz-json-1.0",
        "X-Amz-Target: DynamoDB_20120810.DescribeTable",
        &length,
    ];
    let recipe = Recipe { wire: wire("POST", "/", &headers, BODY), service: "dynamodb".to_owned(), ..recipe(token) };
    recipe.sign().wire
}

fn recipe(token: Option<&str>) -> Recipe {
    Recipe {
        keys: Keys {
            access_key: sigvet_testing::KEY.to_owned(),
            secret: sigvet_testing::SECRET.to_owned(),
            token: token.map(str::to_owned),
        },
        date: "20250915T120000Z".to_owned(),
        region: "eu-central-1".to_owned(),
        content_sha256: "none".to_owned(),
        ..Recipe::default()
    }
}

fn wire(method: &str, target: &str, headers: &[&str], body: &str) -> Wire {
    Wire {
        method: method.to_owned(),
        target: target.to_owned(),
        headers: headers.iter().map(|line| header_line(line)).collect(),
        body: body.as_bytes().to_vec(),
    }
}

fn written_to(folder: &Path, text: &str) -> String {
    let path = folder.join(format!("{}.txt", text.len()));
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}
