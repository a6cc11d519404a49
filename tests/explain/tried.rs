//! `--try-host` and `--try-secret`: the answer is right, and neither the verdict nor the exit code depends on it.

use serde_json::{Value, json};
use sigvet_testing::{KEY, Outcome, SECRET, Sigvet};

use crate::signer::{Breaks, Keys, Recipe, Wire, header_line};

const NOW: &str = "20250915T120000Z";
const SENT_TO: &str = "files.example.com";
const SIGNED_FOR: &str = "minio.internal:9443";
const OTHER: &str = "kUz7pq0Hn2cVbA1xYw3sDfGhJkLmNp4rTt5eXAMPLE";

#[test]
fn a_host_that_was_signed_is_right_and_another_is_not() {
    let mut wire = signed(&[]);
    wire.put_header(&format!("Host: {SENT_TO}"));
    let explain = |host: &str| answer(&wire.to_bytes(), &["--try-host", host], Some(SECRET), 1);
    let right = explain(SIGNED_FOR);
    assert_eq!(right["tried"], json!([{ "host": SIGNED_FOR, "secret": false, "signature": "right", "mistakes": [] }]));
    assert_eq!(right["verdict"], "invalid");
    let named = right["explanations"].to_string();
    assert!(named.contains("host-") && named.contains(SIGNED_FOR), "the search tries it too: {named}");
    assert_eq!(explain("minio.internal")["tried"][0]["signature"], "wrong");
    let unknown = answer(&wire.to_bytes(), &["--try-host", SIGNED_FOR], None, 0);
    assert_eq!((&unknown["verdict"], &unknown["tried"][0]["signature"]), (&json!("unknown"), &json!("unknown")));
}

/// Without a key the verdict stays open, whatever the tried secret gives.
#[test]
fn a_secret_is_tried_for_the_key_that_the_request_names() {
    let request = signed(&[]).to_bytes();
    let right = answer(&with_secret_file(&request, SECRET), &[], None, 0);
    assert_eq!(right["tried"], json!([{ "host": null, "secret": true, "signature": "right", "mistakes": [] }]));
    assert_eq!((&right["verdict"], &right["explanations"]), (&json!("unknown"), &json!([])));
    assert_eq!(answer(&with_secret_file(&request, OTHER), &[], None, 0)["tried"][0]["signature"], "wrong");
    let broken = signed(&["path-twice"]).to_bytes();
    let tried = answer(&with_secret_file(&broken, SECRET), &[], None, 0);
    assert_eq!(tried["tried"][0]["mistakes"], json!(["path-double-encoded"]));
}

#[test]
fn another_secret_is_tried_as_one_mistake_among_others() {
    let request = signed(&[]).to_bytes();
    let tried = answer(&with_secret_file(&request, SECRET), &[], Some(OTHER), 1);
    assert_eq!((&tried["verdict"], &tried["tried"][0]["signature"]), (&json!("invalid"), &json!("right")));
    assert_eq!(tried["explanations"][0]["mistakes"][0]["id"], "secret-other-profile");
    let mut moved = signed(&[]);
    moved.put_header(&format!("Host: {SENT_TO}"));
    let both = answer(&with_secret_file(&moved.to_bytes(), SECRET), &["--try-host", SIGNED_FOR], Some(OTHER), 1);
    let answers: Vec<&Value> = both["tried"].as_array().unwrap().iter().map(|tried| &tried["signature"]).collect();
    assert_eq!(answers, ["wrong", "wrong", "right"]);
}

#[test]
fn a_secret_is_read_from_standard_input_or_a_file_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("request.http").display().to_string();
    std::fs::write(&file, signed(&[]).to_bytes()).unwrap();
    let tried = |words: &[&str], input: &str| {
        let words = [&["explain", "--now", NOW], words].concat();
        let outcome = Sigvet::anonymous(&words).input(input.as_bytes()).run();
        assert!(!(outcome.text() + &outcome.stderr).contains(SECRET), "{words:?}");
        outcome
    };
    let from_stdin = tried(&["--try-secret", "-", &file], &format!("{SECRET}\r\n")).expect(0);
    let answer = "note: with the secret from --try-secret, the signature would be right";
    assert!(from_stdin.text().contains(answer), "{}", from_stdin.text());
    let request = String::from_utf8(signed(&[]).to_bytes()).unwrap();
    for (words, input, expected) in [
        (&["--try-secret", "-", "-"][..], request.as_str(), "standard input is named twice"),
        (&["--try-secret", "-", "-H", "@-", &file], "X-A: b", "standard input is named twice"),
        (&["--try-secret", SECRET, &file], "", "never the secret itself"),
        (&["--try-secret", "-", &file], "\n", "standard input is empty"),
        (&["--try-host", "h", "https://h.example/"], "", "the input has none"),
        (&["--try-host", "h", "-"], "GET / HTTP/1.1\r\nHost: h\r\n\r\n", "the input has none"),
        (&["--try-host", "https://h/", &file], "", "expected HOST or HOST:PORT"),
    ] {
        let outcome = tried(words, input);
        assert_eq!(outcome.code, Some(2), "{words:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(expected), "{words:?}: {}", outcome.stderr);
    }
}

/// A request, and a file with the secret to try.
struct WithSecret {
    request: Vec<u8>,
    folder: tempfile::TempDir,
}

fn with_secret_file(request: &[u8], secret: &str) -> WithSecret {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret"), secret).unwrap();
    WithSecret { request: request.to_vec(), folder }
}

/// The evidence to explain, with its options.
trait Evidence {
    fn request(&self) -> &[u8];

    fn words(&self) -> Vec<String> {
        Vec::new()
    }
}

impl Evidence for Vec<u8> {
    fn request(&self) -> &[u8] {
        self
    }
}

impl Evidence for WithSecret {
    fn request(&self) -> &[u8] {
        &self.request
    }

    fn words(&self) -> Vec<String> {
        vec!["--try-secret".to_owned(), self.folder.path().join("secret").display().to_string()]
    }
}

/// The answer of `explain --json`; `own` is the secret in the environment.
#[track_caller]
fn answer(evidence: &impl Evidence, words: &[&str], own: Option<&str>, code: i32) -> Value {
    let fixed = ["explain", "--json", "--now", NOW, "--depth", "1"].map(str::to_owned);
    let given = words.iter().map(|word| (*word).to_owned());
    let words: Vec<String> = fixed.into_iter().chain(evidence.words()).chain(given).chain(["-".to_owned()]).collect();
    let sigvet = Sigvet::anonymous(&words);
    let sigvet = match own {
        Some(secret) => sigvet.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", secret),
        None => sigvet,
    };
    let outcome: Outcome = sigvet.input(evidence.request()).run().expect(code);
    serde_json::from_slice(&outcome.stdout).unwrap()
}

/// A request to an object store, signed for [`SIGNED_FOR`].
fn signed(breaks: &[&str]) -> Wire {
    let recipe = Recipe {
        wire: Wire {
            method: "GET".to_owned(),
            target: "/bucket/a%20b.txt".to_owned(),
            headers: vec![header_line(&format!("Host: {SIGNED_FOR}"))],
            body: Vec::new(),
        },
        keys: Keys { access_key: KEY.to_owned(), secret: SECRET.to_owned(), token: None },
        date: NOW.to_owned(),
        region: "us-east-1".to_owned(),
        service: "s3".to_owned(),
        content_sha256: "hash".to_owned(),
        breaks: Breaks::parse(&breaks.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()),
        ..Recipe::default()
    };
    recipe.sign().wire
}
