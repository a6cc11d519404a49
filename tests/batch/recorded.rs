//! Requests as servers and proxies record them: placeholders for headers that were not sent, another host in the URL, copies
//! of the request in other fields.

use serde_json::{Value, json};
use sigvet_testing::Sigvet;

const NOW: [&str; 2] = ["--now", "2026-03-01T10:12:00Z"];

fn verify(record: &str, code: i32) -> Value {
    let words = [&["verify", "--batch", "--jsonl"], &NOW[..]].concat();
    serde_json::from_str(&Sigvet::new(&words).input(record.as_bytes()).run().expect(code).text()).unwrap()
}

/// The verdict about the same record as a file of its own.
fn verify_alone(record: &str) -> (Option<i32>, Value) {
    let ran = Sigvet::new(&[&["verify", "--json"], &NOW[..]].concat()).input(record.as_bytes()).run();
    (ran.code, serde_json::from_str(&ran.text()).unwrap())
}

/// What botocore signed, as nginx logged it (`nginx.py`). nginx logs `-` for a header that was sent empty too, if not in
/// JSON: then what was signed cannot be known.
#[test]
fn the_log_of_a_server_is_judged_like_the_requests() {
    for record in include_str!("nginx.jsonl").lines() {
        let has_lost = record.contains("x-amz-meta-e,") && record.contains(r#""x-amz-meta-e":"-""#);
        let code = i32::from(has_lost);
        let found = verify(record, code);
        assert_eq!(found["signature_matches"], json!(!has_lost), "{record}: {found}");
        let (alone, whole) = verify_alone(record);
        assert_eq!((alone, &whole["verdict"]), (Some(code), &found["verdict"]), "{record}: {whole}");
        if !has_lost {
            assert_eq!(found["findings"], json!([]), "{record}");
        }
    }
}

/// A session token and a signature in other fields of a record would be enough to send the request again.
#[test]
fn copies_of_a_request_are_not_written_again() {
    let token = "TOKEN/SECRET+123456==";
    let records = include_str!("nginx.jsonl").lines().filter(|record| record.contains("Security-Token"));
    for record in records {
        let mut record: Value = serde_json::from_str(record).unwrap();
        let url = record["url"].as_str().unwrap().to_owned();
        let signature = url.split_once("Signature=").unwrap().1.to_owned();
        let query: Vec<Value> = url
            .split_once('?')
            .unwrap()
            .1
            .split('&')
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap();
                json!({"name": name, "value": value})
            })
            .collect();
        record["queryString"] = query.clone().into();
        record["cookies"] = json!([{"name": "session", "value": token}]);
        record["own"] = json!({"query": query, "token": [token], "line": format!("GET {url} HTTP/1.1")});
        for broken in [false, true] {
            if broken {
                record["method"] = json!({});
            }
            let words = [&["verify", "--batch", "--jsonl", "--on-error", "report"], &NOW[..]].concat();
            let ran = Sigvet::new(&words).input(record.to_string().as_bytes()).run().expect(i32::from(broken));
            let found: Value = serde_json::from_str(&ran.text()).unwrap();
            assert_eq!((&found["id"], found["own"].is_object()), (&record["id"], true), "{found}");
            assert!(found.get("queryString").is_none() && found.get("cookies").is_none(), "{found}");
            // The token in `own.token` is only known by its value.
            let hidden = if broken { &["TOKEN%2FSECRET"][..] } else { &["SECRET", signature.as_str()] };
            for text in hidden {
                assert!(!ran.text().contains(text), "{text} in {found}");
            }
        }
    }
}

/// The body as HAR has it, of AWS's own example of a signed PUT (*Authenticating requests: using the Authorization header*).
#[test]
fn the_body_of_a_har_record_is_judged() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
        SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, \
        Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
    let headers = [
        (":authority", "examplebucket.s3.amazonaws.com"),
        ("date", "Fri, 24 May 2013 00:00:00 GMT"),
        ("x-amz-date", "20130524T000000Z"),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"),
        ("authorization", authorization),
        ("content-length", "21"),
    ];
    let headers: Vec<Value> = headers.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let keys = ["--access-key", "AKIAIOSFODNN7EXAMPLE", "--secret-key", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"];
    for (text, encoding, verdict) in [
        ("Welcome to Amazon S3.", Value::Null, "valid"),
        ("V2VsY29tZSB0byBBbWF6b24gUzMu", json!("base64"), "valid"),
        ("Welcome to Amazon S4.", Value::Null, "invalid"),
    ] {
        let record = json!({"method": "PUT", "url": "https://examplebucket.s3.amazonaws.com/test%24file.text",
            "httpVersion": "h2", "headers": headers, "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 21,
            "postData": {"mimeType": "text/plain", "text": text, "encoding": encoding}});
        for way in [&["--batch", "--jsonl"][..], &["--json"]] {
            let words = [&["verify", "--now", "20130524T000500Z"], way, &keys].concat();
            let ran = Sigvet::new(&words).input(record.to_string().as_bytes()).run();
            let found: Value = serde_json::from_str(&ran.text()).unwrap();
            let assumed = found.get("assumed").cloned().unwrap_or(json!([]));
            assert_eq!((&found["verdict"], assumed), (&json!(verdict), json!([])), "{way:?}: {found}");
            assert!(found.get("postData").is_none());
        }
    }
}

/// NULL fields, as databases write them, are as if they were absent.
#[test]
fn null_is_absent() {
    let mut record: Value = serde_json::from_str(include_str!("nginx.jsonl").lines().next().unwrap()).unwrap();
    let host = record["headers"]["host"].clone();
    for headers in [
        json!({"host": host, "authorization": null, "x-amz-acl": [null]}),
        json!([["host", host], ["authorization", null]]),
        json!([{"name": "host", "value": host}, null, {"name": "authorization", "value": null}]),
        json!(["host", host, "authorization", null]),
    ] {
        record["headers"] = headers;
        record["body"] = Value::Null;
        record["body_base64"] = Value::Null;
        for posted in [Value::Null, json!({}), json!({"mimeType": "a/b", "text": null}), json!({"params": []})] {
            record["postData"] = posted;
            assert_eq!(verify(&record.to_string(), 0)["verdict"], "valid");
        }
    }
    let record = json!({"url": null, "key": "k", "bucket": "b", "method": null, "headers": {"x-amz-acl": null},
        "expires": null, "region": null});
    let ran = crate::presign(&["--jsonl"]).input(record.to_string().as_bytes()).run().expect(0);
    let found: Value = serde_json::from_str(&ran.text()).unwrap();
    assert!(!found["presigned_url"].as_str().unwrap().contains("acl"), "{found}");
    assert!(found.get("send_headers").is_none(), "{found}");
}
