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

/// AWS's own example of a signed GET with the parts of its scope in the wrong places.
#[test]
fn a_list_names_the_mistakes_that_a_single_request_has() {
    let keys = ["--access-key", "AKIAIOSFODNN7EXAMPLE", "--secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"];
    for (scope, expected) in [
        ("20130524/us-east-1/s3/aws4_request", &[][..]),
        ("20130524/us-east-1/s3//aws4_request", &["access-key-unknown", "scope-date", "scope-order"]),
        ("20130524/s3/us-east-1/aws4_request", &["scope-order"]),
        ("20130524/us-east-1/s3/aws4", &["scope-order"]),
        ("20130525/us-east-1/s3/aws4_request", &["scope-date"]),
        ("20130524/eu-west-1/s3/aws4_request", &[]),
    ] {
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/{scope}, \
             SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
             Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        );
        let record = json!({
            "method": "GET",
            "url": "https://examplebucket.s3.us-east-1.amazonaws.com/test.txt",
            "headers": {
                "Host": "examplebucket.s3.us-east-1.amazonaws.com",
                "Range": "bytes=0-9",
                "x-amz-date": "20130524T000000Z",
                "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "Authorization": authorization,
            },
        });
        let words = [&["--now", "20130524T000500Z"], &keys[..]].concat();
        let found = verdicts(&[&["--jsonl"], &words[..]].concat(), 1, &record.to_string());
        let ran = Sigvet::new(&[&["verify", "--json"], &words[..]].concat()).input(record.to_string().as_bytes());
        let single: Value = serde_json::from_str(&ran.run().expect(1).text()).unwrap();
        let explanations = single["explanations"].as_array().unwrap().iter();
        let mistakes = explanations.flat_map(|explanation| explanation["mistakes"].as_array().unwrap());
        let ids: Vec<&Value> = mistakes.map(|mistake| &mistake["id"]).collect();
        assert_eq!(json!(ids), found[0]["findings"], "{scope}");
        for id in expected {
            assert!(ids.contains(&&json!(id)), "{scope}: {ids:?}");
        }
    }
}

/// botocore's presigned URLs are valid until they expire, and only if nothing was changed.
#[test]
fn urls_are_judged_as_one_by_one() {
    let all = botocore();
    let urls: Vec<&str> = all["keys"].as_object().unwrap().values().map(|url| url.as_str().unwrap()).collect();
    let found = verdicts(&["--now", "2026-03-01T10:20:00Z"], 0, &(urls.join("\n") + "\n"));
    assert_eq!(found.len(), urls.len());
    for (line, verdict) in (1..).zip(found) {
        assert_eq!(
            verdict,
            json!({"line": line, "verdict": "valid", "findings": [], "signature_matches": true, "access_key_id": KEY,
                "method": "GET", "assumed": ["method", "headers"]})
        );
    }
    let lines = [urls[0].to_owned(), urls[0].replace("50%25", "51%25"), "https://h.example/".to_owned()].join("\n");
    let found = verdicts(&["--now", "2026-03-01T12:00:00Z", "--on-error", "report"], 1, &lines);
    assert_eq!(
        found[0],
        json!({"line": 1, "verdict": "invalid", "findings": ["expired"], "signature_matches": true,
            "access_key_id": KEY, "method": "GET", "assumed": ["method", "headers"]})
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
    assert_eq!((&found[0]["verdict"], &found[0]["id"], &found[0]["line"]), (&"valid".into(), &7.into(), &1.into()));
    assert!(found[0].get("url").is_none() && found[0].get("headers").is_none(), "{found:?}");
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
    let run = |words: &[&str], code: i32| {
        let ran = Sigvet::anonymous(&[&["verify", "--batch", "--now", "2026-03-01T10:12:00Z"], words].concat());
        let ran =
            ran.env("AWS_SHARED_CREDENTIALS_FILE", file.to_str().unwrap()).input(lines.as_bytes()).run().expect(code);
        ran.text().lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    };
    let found = run(&[], 1);
    assert_eq!(found[0]["verdict"], "valid");
    assert_eq!((&found[1]["verdict"], &found[1]["findings"]), (&"invalid".into(), &json!(["access-key-unknown"])));
    let found = run(&["--no-credentials"], 3);
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

/// Keys that a program or a service has could be those of a record: nobody asked for them to be fetched, so the verdict
/// is open. A broken profile file ends the run, as for a single request.
#[test]
fn keys_that_are_not_read_leave_the_verdict_open() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let keys = file("keys", &format!("[one]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"));
    let all = botocore();
    let url = all["keys"]["dir/"].as_str().unwrap();
    let unknown = url.replace("AKIDEXAMPLE", "AKIDNOBODY");
    let run = |variable: &str, path: &str, lines: &str, code: i32| {
        let ran = Sigvet::anonymous(&["verify", "--batch", "--now", "2026-03-01T10:12:00Z"])
            .env("AWS_SHARED_CREDENTIALS_FILE", &keys)
            .env(variable, path);
        ran.input(lines.as_bytes()).run().expect(code)
    };
    let config = file("config", &format!("[profile later]\ncredential_process = touch {}\n", file("x", "")));
    let profiles = file("p.toml", "[profile.sealed]\naccess_key_id = \"AKIDSEALED\"\nsecret_command = [\"false\"]\n");
    for (variable, path, name) in [("AWS_CONFIG_FILE", &config, "aws:later"), ("SIGVET_PROFILES", &profiles, "sealed")]
    {
        let ran = run(variable, path, &[&unknown, &unknown, url].join("\n"), 3);
        let found: Vec<Value> = ran.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let all: Vec<_> = found.iter().map(|verdict| verdict["verdict"].as_str().unwrap()).collect();
        assert_eq!(all, ["unknown", "unknown", "valid"], "{found:?}");
        assert_eq!((&found[0]["findings"], &found[0]["signature_matches"]), (&json!([]), &Value::Null));
        let said = ran.stderr.matches("warning: no key has the ID AKIDNOBODY").count();
        assert!(said == 1 && ran.stderr.contains(name), "{}", ran.stderr);
        assert_eq!(run(variable, path, url, 0).stderr, "");
    }
    let broken = file("broken.toml", "[profile.");
    run("SIGVET_PROFILES", &broken, url, 4);
    let ran =
        Sigvet::anonymous(&["verify", "--batch", "--profile-file", "/nope"]).input(url.as_bytes()).run().expect(4);
    assert!(ran.stderr.contains("/nope") && ran.text().is_empty(), "{}", ran.stderr);
}

/// Catches a URL for another method that is judged as if it were one for GET, alone and among others that are alike.
#[test]
fn the_method_of_a_url_is_found() {
    let lines: Vec<u8> = (0..100).flat_map(|number| format!("s3://photos/k{number}\n").into_bytes()).collect();
    let list = |method: &str| crate::presign(&["-X", method]).input(&lines).run().expect(0).text();
    let (get, put, wrong) = (list("GET"), list("PUT"), list("PATCH"));
    let mixed: Vec<&str> =
        get.lines().zip(put.lines()).zip(wrong.lines()).flat_map(|((get, put), wrong)| [get, put, wrong]).collect();
    let found = verdicts(&["--now", "2026-03-01T10:12:00Z"], 1, &mixed.join("\n"));
    for (number, three) in found.chunks(3).enumerate() {
        let [get, put, wrong] = three else { panic!("{three:?}") };
        assert_eq!((&get["verdict"], &get["method"]), (&json!("valid"), &json!("GET")));
        assert_eq!((&put["verdict"], &put["method"]), (&json!("valid"), &json!("PUT")));
        assert_eq!((&wrong["verdict"], &wrong["signature_matches"]), (&json!("invalid"), &json!(false)));
        assert_eq!((wrong.get("method"), wrong["line"].as_u64()), (None, Some(number as u64 * 3 + 3)));
    }
}

/// Signatures that do not match are judged side by side too, so they do not take many times as long: each of these was
/// once read with five methods from the beginning.
#[test]
fn wrong_signatures_take_no_longer() {
    let lines: Vec<u8> = (0..20_000).flat_map(|number| format!("k{number}\n").into_bytes()).collect();
    let urls = crate::presign(&["--base", "s3://photos"]).input(&lines).run().expect(0).text();
    let wrong = urls.replace("/k", "/x");
    let time = |urls: &str, code: i32| {
        let began = std::time::Instant::now();
        verify(&["--now", "2026-03-01T10:12:00Z", "-j", "1"]).input(urls.as_bytes()).run().expect(code);
        began.elapsed()
    };
    let (right, wrong) = (time(&urls, 0), time(&wrong, 1));
    // Five methods instead of one, and a wide margin for a busy machine.
    assert!(wrong < right * 20 + std::time::Duration::from_millis(500), "{right:?}, {wrong:?} if wrong");
}

/// A request whose method was not captured: what it may have sent as its body is unknown too.
#[test]
fn a_request_without_its_method_is_not_contradicted() {
    let url = "https://examplebucket.s3.eu-west-1.amazonaws.com/k";
    let words =
        ["sign", "--date", "20260301T101112Z", "--region", "eu-west-1", "--as", "json", "-X", "PUT", "-d", "x", url];
    let signed: Value = serde_json::from_str(&Sigvet::new(&words).run().expect(0).text()).unwrap();
    for method in [Value::Null, json!("PUT")] {
        let record = json!({ "url": url, "headers": signed["headers"], "method": method });
        let found = verdicts(&["--jsonl", "--now", "20260301T101200Z"], 0, &record.to_string());
        assert_eq!((&found[0]["verdict"], &found[0]["method"]), (&json!("valid"), &json!("PUT")));
        let assumed = if method.is_null() { json!(["method", "body"]) } else { json!(["body"]) };
        assert_eq!((&found[0]["assumed"], &found[0]["findings"]), (&assumed, &json!([])));
    }
}

/// Tokens in objects are read as tokens in lines.
#[test]
fn tokens_are_judged_in_objects() {
    let all = botocore();
    let tokens: Vec<&str> = all["tokens"].as_array().unwrap().iter().map(|token| token.as_str().unwrap()).collect();
    let records: Vec<String> = tokens.iter().take(2).map(|token| json!({"id": 1, "url": token}).to_string()).collect();
    let found = verdicts(&["--jsonl", "--now", "20261130T013350Z"], 0, &records.join("\n"));
    assert!(found.len() == 2 && found.iter().all(|verdict| verdict["verdict"] == "valid"), "{found:?}");
}

/// The exit code for a record that cannot be read is the one for a single request.
#[test]
fn an_unreadable_record_ends_the_run_as_a_single_one() {
    let ran = verify(&[]).input(b"https://h.example/\n").run().expect(2);
    assert!(ran.stderr.starts_with("error: standard input, line 1: the request is not signed"), "{}", ran.stderr);
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

/// Catches a request for one host that is silently listed with the URL of another.
#[test]
fn a_host_header_that_is_not_the_host_of_the_url_is_shown() {
    let all = botocore();
    let url = all["keys"]["dir/"].as_str().unwrap();
    let evil = url.replace("photos.s3.eu-west-1.amazonaws.com", "evil.example");
    let record = json!({"url": evil, "method": "GET", "headers": {"Host": "photos.s3.eu-west-1.amazonaws.com"}});
    let now = ["--jsonl", "--now", "2026-03-01T10:20:00Z"];
    let found = verdicts(&now, 0, &record.to_string());
    let host = "photos.s3.eu-west-1.amazonaws.com";
    assert_eq!((&found[0]["verdict"], &found[0]["signed_host"]), (&"valid".into(), &host.into()));
    let record = json!({"url": url, "method": "GET", "headers": {"Host": "evil.example"}});
    let found = verdicts(&now, 1, &record.to_string());
    assert_eq!((&found[0]["signature_matches"], &found[0]["signed_host"]), (&false.into(), &"evil.example".into()));
    // A token in the list is a credential, and is not quoted.
    let found = verdicts(&["--on-error", "report"], 1, "k8s-aws-v1.aHR0cHM6Ly9zdHM\nk8s-aws-v1.???\nhush\n");
    let errors: Vec<_> = found.iter().map(|report| report["error"].as_str().unwrap()).collect();
    assert!(errors[0].contains("not signed") && errors[1].contains("damaged"), "{errors:?}");
    assert_eq!(errors[2], "the record is not a URL or a token: expected https:// or http://");
    assert!(!errors.concat().contains("aHR0") && !errors.concat().contains("???"), "{errors:?}");
}
