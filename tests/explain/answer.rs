//! How an answer ends and its formats: exit codes, the one line for a build, the annotation for GitHub.

use crate::common::{Outcome, Sigvet};

/// A request with a path other than the signed one, refused by a server.
const EXCHANGE: &str = "GET /reports/2025%20Q3/summary.pdf HTTP/1.1
Host: examplebucket.s3.eu-west-1.amazonaws.com
X-Amz-Content-Sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
X-Amz-Date: 20250915T120000Z
Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250915/eu-west-1/s3/aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=d0a64f6038837f4951051b9e01845effcce69c2c9705de8d7a0acf9d22ce2570

HTTP/1.1 403 Forbidden
x-amz-request-id: 4442587FB7D0A2F9
Content-Type: application/xml

";

fn explain(words: &[&str], input: &str) -> Outcome {
    let sigvet = Sigvet::anonymous(&[&["explain", "--now", "20250915T120030Z"], words, &["-"]].concat());
    let sigvet = sigvet.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    sigvet.env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY").input(input.as_bytes()).run()
}

fn refusal(message: &str) -> String {
    format!("{EXCHANGE}<Error><Code>SignatureDoesNotMatch</Code><Message>{message}</Message></Error>")
}

#[test]
fn the_second_line_says_what_to_change_and_the_last_what_the_server_said() {
    let outcome = explain(&[], &refusal("The request signature we calculated does not match."));
    let text = outcome.text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(outcome.code, Some(1));
    assert!(lines[0].starts_with("not valid: ") && lines[0].ends_with(" [path-double-encoded]"), "{text}");
    assert!(lines[1].starts_with("fix: "), "{text}");
    let place = |label: &str| text.find(label).unwrap_or_else(|| panic!("{label} in {text}"));
    let labels =
        ["\n  signed ", "\n  should be ", "\n  proof ", "\n  why ", "\n  server     403 SignatureDoesNotMatch: "];
    assert!(labels.map(place).is_sorted(), "{text}");
    assert!(text.contains("\n  request id 4442587FB7D0A2F9\n"), "{text}");
    assert_eq!(outcome.stderr, "", "no terminal, no progress");
}

#[test]
fn a_build_gets_one_line() {
    let outcome = explain(&["--quiet"], &refusal("words"));
    let text = outcome.text();
    assert_eq!((outcome.code, text.lines().count()), (Some(1), 1), "{text}");
    assert!(text.ends_with(" [path-double-encoded] (request id 4442587FB7D0A2F9)\n"), "{text}");
}

/// An untrusted server could otherwise set variables of the build, or hide its log.
#[test]
fn an_annotation_is_one_command_whatever_the_server_says() {
    let hostile = "a&#13;&#10;::set-output name=x::y&#10;::stop-commands::z&#10;##[add-mask]b%0A::error::c";
    let outcome = explain(&["--as", "github"], &refusal(hostile));
    let text = outcome.text();
    assert_eq!((outcome.code, text.lines().count()), (Some(1), 1), "{text}");
    assert!(text.starts_with("::error title=not valid%3A "), "{text}");
    assert!(text.contains("::fix: ") && text.contains("%0Arequest id: 4442587FB7D0A2F9"), "{text}");
    // An escape in the text stays as it was.
    assert!(text.contains("b%250A::error::c") && !text.contains('\r'), "{text}");
    assert_eq!(outcome.stderr, "");
}

#[test]
fn conflicting_options_are_refused() {
    for words in [["--quiet", "--json"], ["--quiet", "--steps"], ["--as=github", "--json"], ["--as=github", "--quiet"]]
    {
        assert_eq!(explain(&words, EXCHANGE).code, Some(2), "{words:?}");
    }
    let (json, as_json) = (explain(&["--json"], EXCHANGE), explain(&["--as", "json"], EXCHANGE));
    assert!(json.text().starts_with('{') && as_json.text().starts_with('{'));
}

/// A script that runs it would read 0 as "nothing is wrong".
#[test]
fn a_refusal_without_its_request_never_exits_with_0() {
    let replies = [
        "HTTP/1.1 403 Forbidden\nContent-Length: 0\n\n",
        "HTTP/1.1 403 Forbidden\nContent-Type: text/plain\n\nno",
        "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>",
        "<Error><Code>SomethingNew</Code></Error>",
        "HTTP/1.1 400 Bad Request\n\n<Error><Code>SignatureDoesNotMatch</Code><Message></Message></Error>",
    ];
    for reply in replies {
        let outcome = explain(&["--no-credentials"], reply);
        assert_eq!(outcome.code, Some(1), "{reply}: {}{}", outcome.text(), outcome.stderr);
    }
}

/// The likeliest reason for a signature that nothing reproduces is the secret, and there is a way to test it.
#[test]
fn an_unreproduced_signature_begins_with_the_likeliest_reason() {
    let other = EXCHANGE.replace("d0a64f60", "11111111");
    let text = explain(&["--depth", "1"], &other).text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "not valid: the signature does not match, and no known mistake reproduces it");
    assert!(lines[1].starts_with("next: most likely the secret is not the one"), "{text}");
    let steps: Vec<&str> = lines.iter().copied().filter(|line| line.starts_with("next: ")).collect();
    assert!(steps[1].contains("compare each stage") && text.contains("--client-log FILE"), "{text}");
}

/// The answer prints the id of a server difference, so the id has to lead to an explanation.
#[test]
fn a_server_difference_is_explained_by_its_id() {
    let of =
        |words: &[&str]| Sigvet::anonymous(&[&["explain", "--id", "server-query-last-value"], words].concat()).run();
    let text = of(&[]).expect(0).text();
    for part in [
        "server-query-last-value: ",
        "Servers: Swift, Ceph (some versions)",
        "Fix: Send each parameter once.",
        "Source: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json: serde_json::Value = serde_json::from_str(&of(&["--json"]).expect(0).text()).unwrap();
    assert_eq!(json["fix"], "Send each parameter once.");
}
