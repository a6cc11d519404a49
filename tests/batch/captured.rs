//! Requests as programs log them: headers in several forms, a path for a URL, a method in lower case; and records that
//! have something else than what they should have.

use serde_json::{Value, json};
use sigvet_testing::Sigvet;

use crate::{botocore, presign, sorted};

const KEYS: [&str; 4] =
    ["--access-key", "AKIAIOSFODNN7EXAMPLE", "--secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"];

/// The headers of AWS's own example of a signed GET (*Authenticating requests: using the Authorization header*).
fn headers() -> Vec<(&'static str, &'static str)> {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
        SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, \
        Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    vec![
        ("Host", "examplebucket.s3.amazonaws.com"),
        ("Range", "bytes=0-9"),
        ("X-Amz-Date", "20130524T000000Z"),
        ("X-Amz-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("Authorization", authorization),
    ]
}

fn verify(record: &Value, code: i32) -> Value {
    let words = [&["verify", "--batch", "--jsonl", "--now", "20130524T000500Z", "--on-error", "report"], &KEYS[..]];
    let ran = Sigvet::new(&words.concat()).input(record.to_string().as_bytes()).run().expect(code);
    serde_json::from_str(&ran.text()).unwrap()
}

/// Go's `http.Header`, HAR, Postman, Python's pairs, Node's `headers` and `rawHeaders`; HTTP/2 in HAR.
#[test]
fn headers_are_read_in_the_forms_of_programs() {
    let headers = headers();
    let object = |value: &dyn Fn(&str) -> Value| -> Value {
        Value::Object(headers.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect())
    };
    let list = |element: &dyn Fn(&str, &str) -> Value| -> Value {
        headers.iter().map(|(name, value)| element(name, value)).collect()
    };
    let of_http_2: Value =
        [(":method", "GET"), (":authority", headers[0].1), (":path", "/test.txt"), (":scheme", "https")]
            .into_iter()
            .chain(headers[1..].iter().copied())
            .map(|(name, value)| json!({"name": name.to_lowercase(), "value": value}))
            .collect();
    let flat: Value = headers.iter().flat_map(|(name, value)| [*name, *value]).map(Value::from).collect();
    for headers in [
        object(&|text| json!(text)),
        object(&|text| json!([text])),
        list(&|name, value| json!([name, value])),
        list(&|name, value| json!({"name": name, "value": value, "comment": ""})),
        list(&|name, value| json!({"key": name.to_lowercase(), "value": value})),
        flat,
        of_http_2,
    ] {
        for url in ["https://examplebucket.s3.amazonaws.com/test.txt", "/test.txt"] {
            let found = verify(&json!({"method": "GET", "url": url, "headers": headers}), 0);
            assert_eq!((&found["verdict"], &found["signature_matches"]), (&"valid".into(), &true.into()), "{headers}");
        }
    }
    let found = verify(&json!({"method": "GET", "url": "/test.txt", "headers": headers[1..]}), 1);
    assert_eq!(
        found["error"],
        "the URL has only a path: expected https://… or http://, or a header Host with the host"
    );
}

/// axios logs `get`, and sends `GET`. Another method in lower case is as wrong as in capitals.
#[test]
fn a_method_in_lower_case_may_have_been_sent_in_capitals() {
    let url = "https://examplebucket.s3.amazonaws.com/test.txt";
    let record = |method: &str| json!({"method": method, "url": url, "headers": headers()});
    let found = verify(&record("get"), 0);
    assert_eq!((&found["verdict"], &found["method"]), (&"valid".into(), &"GET".into()));
    assert_eq!((&found["assumed"], &found["findings"]), (&json!(["method"]), &json!([])));
    assert_eq!(verify(&record("GET"), 0).get("assumed"), None);
    for method in ["put", "PUT", "gett"] {
        let found = verify(&record(method), 1);
        assert_eq!((&found["verdict"], &found["signature_matches"]), (&"invalid".into(), &false.into()), "{method}");
    }
    // A signature for the method as it is written is right too: curl sends it like this.
    let date = ["--date", "2026-03-01T10:11:12Z", "--region", "eu-west-1"];
    let signed = Sigvet::new(&[&["presign", "-X", "get", "s3://b/k"], &date[..]].concat()).run().expect(0);
    assert!(signed.stderr.contains("the method get is signed as it is written, but most clients send GET"));
    let record = json!({"method": "get", "url": signed.text().trim_end()}).to_string();
    let words = ["verify", "--batch", "--jsonl", "--now", "2026-03-01T10:12:00Z"];
    let found: Value =
        serde_json::from_str(&Sigvet::new(&words).input(record.as_bytes()).run().expect(0).text()).unwrap();
    assert_eq!((&found["verdict"], &found["method"]), (&"valid".into(), &"get".into()));
    let ran = presign(&["--jsonl"])
        .input(b"{\"url\":\"s3://b/k\",\"method\":\"get\"}\n{\"url\":\"s3://b/l\",\"method\":\"get\"}\n");
    assert_eq!(ran.run().expect(0).stderr.matches("the method get is signed as it is written").count(), 1);
}

/// The forms of headers are the same for signing.
#[test]
fn headers_to_sign_are_read_in_the_same_forms() {
    let all = botocore();
    for headers in [json!({"Content-Type": ["image/png"]}), json!([{"name": "Content-Type", "value": "image/png"}])] {
        let record = json!({"url": "s3://photos/cat.png", "method": "PUT", "expires": "15m", "headers": headers});
        let text = presign(&["--jsonl"]).input(record.to_string().as_bytes()).run().expect(0).text();
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(sorted(found["presigned_url"].as_str().unwrap()), sorted(all["put"].as_str().unwrap()));
    }
}

/// A secret in the wrong field, or in the wrong form, is not in the error, wherever that is printed.
#[test]
fn values_are_not_quoted() {
    let hush = "HUSH-SECRET";
    let mut records: Vec<String> = [
        json!({"headers": [format!("X-Amz-Security-Token: {hush}")]}),
        json!({"headers": format!("X-Amz-Security-Token: {hush}")}),
        json!({"headers": {format!("X-Amz-Security-Token: {hush}"): "x"}}),
        json!({"headers": {format!("X-Amz-Security-Token: {hush}"): null}}),
        json!({"headers": [["a", hush, "b"]]}),
        json!({"headers": [{"name": hush}]}),
        json!({"headers": [[hush, {}]]}),
        json!({"headers": {"x-amz-server-side-encryption-customer-key": {"key": hush}}}),
        json!({"headers": {"x-amz-security-token": format!("{hush}\n")}}),
        json!({"method": [hush]}),
        json!({"method": format!("Bearer {hush}")}),
    ]
    .into_iter()
    .map(|mut record| {
        record["url"] = "https://photos.s3.eu-west-1.amazonaws.com/k".into();
        record.to_string()
    })
    .collect();
    records.extend([json!([hush]).to_string(), json!(hush).to_string(), format!("{{\"url\":[\"{hush}\"]}}")]);
    let of_presign = ["expires", "bucket", "region"].map(|field| json!({"key": "k", field: {"a": hush}}).to_string());
    let texts =
        ["expires", "bucket", "region"].map(|field| json!({"key": "k", field: format!("a {hush}")}).to_string());
    let of_verify = ["body", "body_base64"].map(|field| json!({"url": "https://h/", field: [hush]}).to_string());
    for (command, further) in [("presign", [&of_presign[..], &texts].concat()), ("verify", of_verify.to_vec())] {
        for record in records.iter().chain(&further) {
            for on_error in ["report", "fail"] {
                let words = [command, "--batch", "--jsonl", "--on-error", on_error];
                let words = match (command, record.contains("\"key\":\"k\"") && !record.contains("bucket")) {
                    ("presign", true) => [&words[..], &["--region", "eu-west-1", "--base", "s3://b"]].concat(),
                    ("presign", _) => [&words[..], &["--region", "eu-west-1"]].concat(),
                    _ => words.to_vec(),
                };
                let ran = Sigvet::new(&words).input(record.as_bytes()).run();
                assert_ne!(ran.code, Some(0), "{command} {record}: {}", ran.text());
                let error = match serde_json::from_str::<Value>(&ran.text()) {
                    Ok(report) => report["error"].as_str().unwrap_or_else(|| panic!("{report}")).to_owned(),
                    Err(_) => ran.stderr.clone(),
                };
                assert!(!error.contains("HUSH") && error.len() > 20, "{command} {record}: {error}");
            }
        }
    }
}

/// An access point is named by its ARN wherever boto3 takes it as the bucket (`arns.py`).
#[test]
fn a_bucket_may_be_an_arn() {
    let arns: Value = serde_json::from_str(include_str!("arns.json")).unwrap();
    for (arn, url) in arns["urls"].as_object().unwrap() {
        let record = json!({"bucket": arn, "key": "a b/ü?"}).to_string();
        let text = presign(&["--jsonl"]).input(record.as_bytes()).run().expect(0).text();
        let found: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(sorted(found["presigned_url"].as_str().unwrap()), sorted(url.as_str().unwrap()), "{arn}");
    }
    for arn in ["arn:aws:s3:eu-west-1:123456789012:accesspoint/myap/k", "arn:aws:s3", "arn:aws:s3:eu-west-1:1:x y"] {
        let record = json!({"bucket": arn, "key": "k"}).to_string();
        presign(&["--jsonl"]).input(record.as_bytes()).run().expect(1);
    }
}

/// The field that is read may be one that is written.
#[test]
fn a_field_that_is_read_and_written_occurs_once() {
    let record = b"{\"id\":1,\"presigned_url\":\"s3://photos/cat.png\"}\n";
    let text = presign(&["--jsonl", "--field", "presigned_url"]).input(record).run().expect(0).text();
    assert_eq!(text.matches("\"presigned_url\"").count(), 1, "{text}");
    assert!(text.starts_with("{\"id\":1,\"presigned_url\":\"https://"), "{text}");
    // A record that cannot be presigned keeps what it had.
    let words = ["--jsonl", "--field", "presigned_url", "--on-error", "report"];
    let text = presign(&words).input(b"{\"presigned_url\":\"nonsense\",\"error\":1}\n").run().expect(1).text();
    assert!(text.starts_with("{\"presigned_url\":\"nonsense\",\"error\":\"the record is not a URL"), "{text}");
}

/// The error is about the field, not about an option that was not given.
#[test]
fn a_region_of_version_4a_is_refused_by_its_field() {
    let record = b"{\"url\":\"s3://b/k\",\"region\":\"us-east-1\"}\n";
    let words = ["presign", "--batch", "--jsonl", "--scheme", "v4a", "--region-set", "*"];
    let ran = Sigvet::new(&words).env("AWS_REGION", "eu-west-1").input(record).run().expect(1);
    assert!(
        ran.stderr.contains("field 'region': Version 4A signs for a set of regions, not for us-east-1"),
        "{}",
        ran.stderr
    );
}
