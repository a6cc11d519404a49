//! Session tokens and signatures that a record contains where nobody expects them: none is printed, on either stream.

use serde_json::{Value, json};
use sigvet_testing::Sigvet;

const TOKEN: &str = "IQoJb3JpZ2luX2VjEHUSH+TOKEN/0123456789==";
const SIGNATURE: &str = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";

/// What both streams say about a record.
fn said(command: &str, words: &[&str], line: &str) -> String {
    let common = [command, "--batch"];
    let ran = Sigvet::new(&[&common, words].concat()).env("AWS_REGION", "eu-west-1").input(line.as_bytes()).run();
    assert!(matches!(ran.code, Some(1 | 2)), "{:?}: {line}", ran.code);
    ran.text() + &ran.stderr
}

fn assert_hidden(text: &str) {
    assert!(!text.contains("TOKEN") && !text.contains("b3JpZ2lu") && !text.contains(&SIGNATURE[9..]), "{text}");
}

/// `--jsonl` was forgotten, or commands were pasted.
#[test]
fn a_line_that_is_no_url_is_named_and_not_quoted() {
    let object = json!({"url": "https://h.example/", "headers": {"X-Amz-Security-Token": TOKEN}}).to_string();
    for (line, what) in [
        (object.clone(), "the record is a JSON object"),
        (format!("[\"X-Amz-Security-Token\", \"{TOKEN}\", \"https://h.example/\"]"), "the record is a JSON list"),
        (format!("curl -H 'X-Amz-Security-Token: {TOKEN}' https://h.example/"), "the record is a command"),
        (format!("GET https://h.example/?X-Amz-Security-Token={TOKEN} HTTP/1.1"), "the record is a request line"),
        (format!("X-Amz-Security-Token: {TOKEN} https://h.example/"), "the record is not a URL"),
        (format!("https://h:x/k -H 'X-Amz-Security-Token: {TOKEN}'"), "invalid"),
        (format!("https://h:x/k%3FX-Amz-Security-Token={TOKEN}"), "invalid"),
        (format!("https://h\u{7f}/k X-Amz-Security-Token={TOKEN}"), "URL"),
    ] {
        for on_error in ["report", "fail"] {
            for command in ["verify", "presign"] {
                let text = said(command, &["--on-error", on_error], &line);
                assert_hidden(&text);
                assert!(text.contains(what), "{command} {line}: {text}");
                let text =
                    said(command, &["--on-error", on_error, "--jsonl"], &json!({"url": line, "a": 1}).to_string());
                if command == "verify" || on_error == "fail" {
                    assert_hidden(&text);
                }
            }
        }
    }
    assert!(said("verify", &[], &object).contains("pass --jsonl"));
}

/// Caddy's log, Go's and Node's headers, a log within a log, lines, commands; with an error, because the request cannot be
/// read, or is not signed.
#[test]
fn a_record_that_is_refused_shows_no_token() {
    let nested = json!({"headers": {"X-Amz-Security-Token": [TOKEN]}}).to_string();
    for own in [
        json!({"request": {"uri": "/k", "headers": {"X-Amz-Security-Token": [TOKEN]}}}),
        json!({"headers_in": [["X-Amz-Security-Token", TOKEN]], "rawHeaders": ["X-Amz-Security-Token", TOKEN]}),
        json!({"list": [{"Name": "X-Amz-Security-Token", "Value": TOKEN}, {"key": "Cookie", "value": TOKEN}]}),
        json!({"log": nested, "log_in_log": json!({"log": nested}).to_string()}),
        json!({"command": format!("curl -H 'X-Amz-Security-Token: {TOKEN}' https://h.example/"), "copy": TOKEN}),
        json!({"lines": format!("Host: h\r\nX-Amz-Security-Token: {TOKEN}\r\n"), "copy": [{"a": TOKEN}]}),
        json!({"a": format!("https://h/?X-Amz-Signature={SIGNATURE}&X-Amz-Security-Token={TOKEN}"), "b": SIGNATURE}),
        json!({"h": {"Authorization": format!("AWS4-HMAC-SHA256 Credential=A/b, Signature={SIGNATURE}")}, "b": SIGNATURE}),
        json!({"h": {"Authorization": format!("Bearer {TOKEN}")}, "b": TOKEN}),
        json!({"to": format!("https://h/?to=https%3A%2F%2Fi%2F%3FX-Amz-Security-Token%3D{TOKEN}%26a%3Db")}),
        json!({"reply": format!("<Credentials><SessionToken>{TOKEN}</SessionToken></Credentials>")}),
    ] {
        for url in [Value::Null, json!("/k"), json!("https://h.example/k")] {
            let mut record = own.clone();
            record["url"] = url;
            record["id"] = "kept".into();
            let text = said("verify", &["--jsonl", "--on-error", "report"], &record.to_string());
            assert_hidden(&text);
            let found: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(found["id"], "kept", "{text}");
        }
    }
    // The value is known from the headers, and the path has no host.
    let url = format!("/k?X-Amz-Signature={SIGNATURE}");
    let record = json!({"url": url, "headers": {"X-Amz-Security-Token": TOKEN}, "copy": TOKEN, "sig": SIGNATURE});
    let text = said("verify", &["--jsonl", "--on-error", "report"], &record.to_string());
    assert_hidden(&text);
    assert!(text.contains("\"copy\":\"[redacted]\"") && text.contains("f0e8bdb8…"), "{text}");
}

/// .NET escapes `+` in JSON, Gson `=`, PHP `/`; any character may be escaped.
#[test]
fn a_copy_is_found_however_it_is_escaped() {
    let headers = json!({"X-Amz-Security-Token": TOKEN, "X-Amz-Date": "20260301T101112Z", "Authorization": format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260301/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date;\
         x-amz-security-token, Signature={SIGNATURE}")});
    for copy in [
        TOKEN.replace('+', "\\u002B"),
        TOKEN.replace('=', "\\u003d"),
        TOKEN.replace('/', "\\/").replace('T', "\\u0054"),
        TOKEN.replace('H', "\\u0048") + "\\n",
    ] {
        let record =
            format!("{{\"id\":1e400,\"url\":\"https://h.example/k\",\"headers\":{headers},\"copy\":\"{copy}\"}}");
        let text = said("verify", &["--jsonl"], &record);
        assert!(text.starts_with("{\"id\":1e400,\"copy\":\"[redacted]"), "{text}");
        assert_hidden(&text);
    }
}
