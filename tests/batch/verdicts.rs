//! Verdicts for lists.

use serde_json::{Value, json};
use sigvet_testing::{KEY, SECRET, Sigvet};

use crate::botocore;

fn verify(words: &[&str]) -> Sigvet {
    Sigvet::new(&[&["verify", "--batch"], words].concat())
}

fn verdicts(words: &[&str], code: i32, lines: &str) -> Vec<Value> {
    let ran = verify(words).input(lines.as_bytes()).run().expect(code);
    ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// botocore's presigned URLs are valid until they expire, and only if nothing was changed.
#[test]
fn urls_are_judged_as_one_by_one() {
    let all = botocore();
    let urls: Vec<&str> = all["keys"].as_object().unwrap().values().map(|url| url.as_str().unwrap()).collect();
    let found = verdicts(&["--now", "2026-03-01T10:20:00Z"], 0, &(urls.join("\n") + "\n"));
    assert_eq!(found.len(), urls.len());
    for verdict in found {
        assert_eq!(
            verdict,
            json!({"verdict": "valid", "findings": [], "signature_matches": true, "access_key_id": KEY})
        );
    }
    let lines = [urls[0].to_owned(), urls[0].replace("50%25", "51%25"), "https://h.example/".to_owned()].join("\n");
    let found = verdicts(&["--now", "2026-03-01T12:00:00Z", "--on-error", "report"], 1, &lines);
    assert_eq!(
        found[0],
        json!({"verdict": "invalid", "findings": ["expired"], "signature_matches": true, "access_key_id": KEY})
    );
    assert_eq!((&found[1]["signature_matches"], &found[1]["findings"]), (&false.into(), &json!(["expired"])));
    assert_eq!(found[2]["line"], 3);
    assert!(found[2]["error"].as_str().unwrap().starts_with("the request is not signed"));
}

/// What the server of a token refuses beside its signature counts in a list too. The tokens are those of the tests of
/// `explain`, made by their own signer; RDS accepts at most 900 seconds, and DSQL a week.
#[test]
fn a_token_is_refused_for_more_than_its_signature() {
    let long = include_str!("../explain/cases/token-rds-long/url.txt").trim().replace("https://", "");
    let hour = include_str!("../explain/cases/valid-token-dsql-half-hour/url.txt").trim().replace("https://", "");
    let keys = ["--access-key", "AKIAIOSFODNN7EXAMPLE", "--secret-key", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"];
    for (token, now, code, findings) in [
        (&long, "20250915T120030Z", 1, &["expires-too-long"][..]),
        (&hour, "20250915T123000Z", 0, &[]),
        (&hour, "20250915T130001Z", 1, &["expired"]),
    ] {
        let found = verdicts(&[&["--now", now], &keys[..]].concat(), code, token);
        assert_eq!((&found[0]["findings"], &found[0]["signature_matches"]), (&json!(findings), &json!(true)));
    }
}

/// A request as an object: AWS's own example of a signed GET (*Authenticating requests: using the Authorization header*).
#[test]
fn a_request_is_an_object() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
        SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
        Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    let request = json!({
        "id": 7,
        "method": "GET",
        "url": "https://examplebucket.s3.amazonaws.com/test.txt",
        "headers": {
            "Range": "bytes=0-9",
            "x-amz-date": "20130524T000000Z",
            "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "Authorization": authorization,
        },
    });
    let keys = ["--access-key", "AKIAIOSFODNN7EXAMPLE", "--secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"];
    let words = [&["--jsonl", "--now", "20130524T000500Z"], &keys[..]].concat();
    let found = verdicts(&words, 0, &request.to_string());
    assert_eq!(found[0]["verdict"], "valid");
    // Fields that only a signer reads are ignored.
    let mut request = request;
    (request["region"], request["expires"], request["bucket"]) = (7.into(), json!([]), json!({}));
    let mut later = request.clone();
    later["headers"]["Range"] = "bytes=0-10".into();
    let found = verdicts(&words, 1, &format!("{later}\n{request}\n"));
    assert_eq!((&found[0]["verdict"], &found[0]["signature_matches"]), (&"invalid".into(), &false.into()));
    assert_eq!(found[1]["verdict"], "valid");
}

/// The key is looked up by its ID among all keys in the files; an unknown ID is reported.
#[test]
fn keys_are_found_by_their_ids() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let text = format!(
        "[one]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = other\n[two]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
    );
    std::fs::write(&file, text).unwrap();
    let all = botocore();
    let url = all["keys"]["dir/"].as_str().unwrap();
    let lines = [url.to_owned(), url.replace("AKIDEXAMPLE", "AKIDNOBODY")].join("\n");
    let run = |words: &[&str]| {
        let ran = Sigvet::anonymous(&[&["verify", "--batch", "--now", "2026-03-01T10:12:00Z"], words].concat());
        let ran =
            ran.env("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap()).input(lines.as_bytes()).run().expect(1);
        ran.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    };
    let found = run(&[]);
    assert_eq!(found[0]["verdict"], "valid");
    assert_eq!((&found[1]["verdict"], &found[1]["findings"]), (&"invalid".into(), &json!(["access-key-unknown"])));
    let found = run(&["--no-credentials"]);
    assert_eq!((&found[0]["verdict"], &found[0]["signature_matches"]), (&"unknown".into(), &Value::Null));
}

/// Databases accept presigned URLs without a scheme as passwords.
#[test]
fn tokens_are_judged_in_lists() {
    let all = botocore();
    let tokens: Vec<&str> = all["tokens"].as_array().unwrap().iter().map(|token| token.as_str().unwrap()).collect();
    let broken = tokens[0].replace("DBUser=app", "DBUser=admin");
    let found = verdicts(&["--now", "20261130T013350Z"], 1, &[tokens[0], tokens[1], &broken].join("\n"));
    let all: Vec<_> = found.iter().map(|verdict| verdict["verdict"].as_str().unwrap()).collect();
    assert_eq!(all, ["valid", "valid", "invalid"], "{found:?}");
}

/// A body need not be text.
#[test]
fn a_body_of_bytes_is_base64() {
    let body = b"\x00\xff\n";
    let url = "https://examplebucket.s3.eu-west-1.amazonaws.com/k";
    let signed = Sigvet::new(&[
        "sign",
        "--date",
        "20260301T101112Z",
        "--region",
        "eu-west-1",
        "--as",
        "json",
        "-X",
        "PUT",
        "--data-binary",
        "@-",
        url,
    ]);
    let signed: Value = serde_json::from_str(&signed.input(body).run().expect(0).text()).unwrap();
    let mut request = json!({ "method": "PUT", "url": url, "headers": signed["headers"], "body_base64": "AP8K" });
    let words = ["--jsonl", "--now", "20260301T101200Z"];
    assert_eq!(verdicts(&words, 0, &request.to_string())[0]["verdict"], "valid");
    request["body_base64"] = "AP8L".into();
    assert_eq!(verdicts(&words, 1, &request.to_string())[0]["verdict"], "invalid");
    let report = [&words[..], &["--on-error", "report"]].concat();
    for (field, value, problem) in
        [("body_base64", "?", "expected base64"), ("body", "x", "both 'body' and 'body_base64'")]
    {
        request[field] = value.into();
        let found = verdicts(&report, 1, &request.to_string());
        assert!(found[0]["error"].as_str().unwrap().contains(problem), "{found:?}");
    }
}

/// Two profiles with one ID: only one of their secrets can be right, and the output says which is used.
#[test]
fn two_secrets_for_one_id_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    let one =
        |name: &str, secret: &str| format!("[{name}]\naws_access_key_id = {KEY}\naws_secret_access_key = {secret}\n");
    let run = |secret: &str| {
        std::fs::write(&file, one("old", SECRET) + &one("new", secret)).unwrap();
        let ran = Sigvet::anonymous(&["verify", "--batch"]).env("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap());
        ran.run().expect(0).stderr
    };
    let told = run("another");
    assert!(told.contains("'old'") && told.contains("'new'") && told.contains("different secrets"), "{told}");
    assert!(!told.contains("another") && !told.contains(SECRET));
    assert!(!run(SECRET).contains("different secrets"));
}

/// Without a key nothing can be judged, which is reported before anything is read.
#[test]
fn missing_keys_are_reported() {
    let ran = Sigvet::anonymous(&["verify", "--batch"]).input(b"x\n").run().expect(3);
    assert!(ran.stderr.contains("no credentials"), "{}", ran.stderr);
}

/// Catches an option about one request that is ignored although it would change the verdict.
#[test]
fn options_about_one_request_are_refused() {
    for words in [
        &["-X", "GET"][..],
        &["-I"],
        &["-H", "Host: evil"],
        &["-d", "x"],
        &["--cluster-name", "c"],
        &["--bucket", "b"],
        &["--json"],
    ] {
        let ran = verify(words).input(b"x\n").run().expect(2);
        assert!(ran.stderr.contains("--batch does not work with"), "{words:?}: {}", ran.stderr);
    }
    assert!(verify(&["/nonexistent"]).run().expect(2).stderr.contains("no such file"));
}

/// Text around a URL in a list is not part of it, as with a single URL.
#[test]
fn blanks_and_quotes_around_a_url_are_ignored() {
    let all = botocore();
    let url = all["keys"]["dir/"].as_str().unwrap();
    let lines = format!("\u{feff}{url}\n {url}\t\n\"{url}\"\n'{url}'\r\n");
    let found = verdicts(&["--now", "2026-03-01T10:20:00Z"], 0, &lines);
    assert!(found.len() == 4 && found.iter().all(|verdict| verdict["verdict"] == "valid"), "{found:?}");
}

/// Catches a request that is valid for one host, but is listed with the URL of another.
#[test]
fn a_host_header_has_to_match_the_url() {
    let all = botocore();
    let url = all["keys"]["dir/"].as_str().unwrap();
    let evil = url.replace("photos.s3.eu-west-1.amazonaws.com", "evil.example");
    let record = json!({"url": evil, "method": "GET", "headers": {"Host": "photos.s3.eu-west-1.amazonaws.com"}});
    let found = verdicts(&["--jsonl", "--now", "2026-03-01T10:20:00Z", "--on-error", "report"], 1, &record.to_string());
    assert_eq!(found[0]["error"], "the Host header names another host than the URL");
    // A token in the list is a credential, and is not quoted.
    let found = verdicts(&["--on-error", "report"], 1, "k8s-aws-v1.aHR0cHM6Ly9zdHM\nk8s-aws-v1.???\nhush\n");
    let errors: Vec<_> = found.iter().map(|report| report["error"].as_str().unwrap()).collect();
    assert!(errors[0].contains("not signed") && errors[1].contains("damaged"), "{errors:?}");
    assert_eq!(errors[2], "the record is not a URL or a token: expected https:// or http://");
    assert!(!errors.concat().contains("aHR0") && !errors.concat().contains("???"), "{errors:?}");
}
