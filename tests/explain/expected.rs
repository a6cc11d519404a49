//! `--region`, `--service` and `--token-unsigned`: what the server of a signed request expects.
//!
//! The requests come from the official suite, or from the tests' own signer.

use serde_json::Value;
use sigvet_testing::{KEY, SECRET, Sigvet, official_suite};

use crate::signer::{Keys, Recipe, Wire, header_line};

const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

#[test]
fn a_token_that_the_suite_adds_after_signing_is_right_if_the_server_expects_that() {
    for form in ["header", "query"] {
        let request = of_suite("post-sts-header-after", form);
        for command in ["verify", "explain"] {
            assert_eq!(judged(command, &request, &["--token-unsigned"]), (0, Vec::new()), "{command} {form}");
        }
    }
    let by_query = of_suite("post-sts-header-after", "query");
    assert_eq!(judged("verify", &by_query, &[]), (1, Vec::new()));
    assert_eq!(judged("explain", &by_query, &[]), (1, vec!["token-not-signed".to_owned()]));
    // The reverse is equally wrong.
    let signed = of_suite("post-sts-header-before", "query");
    assert_eq!(judged("verify", &signed, &[]).0, 0);
    assert_eq!(judged("explain", &signed, &["--token-unsigned"]), (1, vec!["token-signed".to_owned()]));
}

#[test]
fn an_object_store_that_takes_an_unsigned_token_refuses_nothing() {
    let recipe = Recipe {
        wire: wire("store.example.com"),
        keys: Keys { access_key: KEY.to_owned(), secret: SECRET.to_owned(), token: Some(TOKEN.to_owned()) },
        token_after: true,
        ..recipe()
    };
    let mut sent = recipe.sign().wire;
    sent.put_header(&format!("X-Amz-Security-Token: {TOKEN}"));
    for command in ["verify", "explain"] {
        let refused = judged(command, &sent.to_bytes(), &[]);
        assert_eq!(refused, (1, vec!["token-not-signed".to_owned()]), "{command}");
        assert_eq!(judged(command, &sent.to_bytes(), &["--token-unsigned"]), (0, Vec::new()), "{command}");
    }
}

#[test]
fn another_region_or_service_than_the_expected_one_is_named() {
    let request = of_suite("get-vanilla", "header");
    for (words, expected) in [
        (&["--region", "us-east-1"][..], vec![]),
        (&["--service", "service"], vec![]),
        (&["--region", "us-east-1", "--service", "service"], vec![]),
        (&["--region", "eu-west-1"], vec!["scope-region"]),
        (&["--service", "s3"], vec!["scope-service"]),
        (&["--region", "eu-west-1", "--service", "s3"], vec!["scope-region", "scope-service"]),
    ] {
        for command in ["verify", "explain"] {
            let (code, ids) = judged(command, &request, words);
            assert_eq!((code, ids), (i32::from(!expected.is_empty()), owned(&expected)), "{command} {words:?}");
        }
    }
    let text = run("verify", &request, &["--region", "eu-west-1"]).1;
    assert!(text.contains("us-east-1") && text.contains("eu-west-1"), "{text}");
}

/// AWS's hosts contain their region, but whoever runs the server knows better.
#[test]
fn an_expected_region_takes_precedence_over_the_hosts() {
    let request = Recipe { wire: wire("examplebucket.s3.eu-west-1.amazonaws.com"), ..recipe() }.sign().wire.to_bytes();
    for command in ["verify", "explain"] {
        assert_eq!(judged(command, &request, &[]), (1, owned(&["scope-region"])), "{command}");
        assert_eq!(judged(command, &request, &["--region", "us-east-1"]), (0, Vec::new()), "{command}");
    }
}

#[test]
fn options_that_only_say_how_to_sign_are_refused_as_before() {
    let request = of_suite("get-vanilla", "header");
    for words in [&["--date", "20150830"][..], &["--unsigned-payload"], &["--presign", "5m"]] {
        let (code, text) = run("explain", &request, words);
        assert!(code == 2 && text.contains("--token-unsigned"), "{words:?}: {text}");
    }
}

/// The exit code, and the mistakes named.
fn judged(command: &str, request: &[u8], words: &[&str]) -> (i32, Vec<String>) {
    let (code, text) = run(command, request, &[words, &["--json"]].concat());
    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{command} {words:?}: {text}"));
    let mistakes =
        answer["explanations"].as_array().unwrap().iter().flat_map(|found| found["mistakes"].as_array().unwrap());
    let mut ids: Vec<String> = mistakes.map(|made| made["id"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    (code, ids)
}

/// The exit code, and the output.
fn run(command: &str, request: &[u8], words: &[&str]) -> (i32, String) {
    let has_token = [TOKEN.as_bytes(), b"X-Amz-Security-Token="];
    let has_token = has_token.into_iter().any(|token| request.windows(token.len()).any(|bytes| bytes == token));
    let sigvet = Sigvet::new(&[&[command, "--now", "20150830T123600Z"], words, &["-"]].concat());
    let sigvet = if has_token { sigvet.env("AWS_SESSION_TOKEN", TOKEN) } else { sigvet };
    let outcome = sigvet.input(request).run();
    let text = if outcome.stdout.is_empty() { outcome.stderr.clone() } else { outcome.text() };
    (outcome.code.unwrap(), text)
}

fn of_suite(name: &str, form: &str) -> Vec<u8> {
    let folder = official_suite::package_root().join("aws-signing-test-suite/v4").join(name);
    std::fs::read(folder.join(format!("{form}-signed-request.txt"))).unwrap()
}

/// A request to an object store of us-east-1.
fn recipe() -> Recipe {
    Recipe {
        keys: Keys { access_key: KEY.to_owned(), secret: SECRET.to_owned(), token: None },
        date: "20150830T123600Z".to_owned(),
        region: "us-east-1".to_owned(),
        service: "s3".to_owned(),
        content_sha256: "hash".to_owned(),
        ..Recipe::default()
    }
}

fn wire(host: &str) -> Wire {
    let headers = vec![header_line(&format!("Host: {host}"))];
    Wire { method: "GET".to_owned(), target: "/k.txt".to_owned(), headers, body: Vec::new() }
}

fn owned(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}
