//! Every form of request that botocore signs: Version 4 in headers and in URLs, S3 Express sessions, Version 2, forms.

use std::collections::BTreeMap;

use serde_json::Value;
use sigvet_core::form::{FormClaim, Policy};
use sigvet_core::request::{Body, Request};
use sigvet_core::resign::Outbound;
use sigvet_core::time::Timestamp;

use super::{credentials, fields, passed_on, pieces, request};

pub(crate) fn oracle() -> Value {
    serde_json::from_str(include_str!("botocore.json")).unwrap()
}

pub(crate) fn now(oracle: &Value) -> Timestamp {
    Timestamp::from_epoch_seconds(oracle["now"].as_i64().unwrap())
}

fn by_botocore(row: &Value, which: &str) -> Request {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let headers: Vec<(String, String)> =
        row[which]["headers"].as_array().unwrap().iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let is_in_chunks = row["name"] == "s3 unsigned trailer";
    let mut request =
        request(&text(&row["method"]), &text(&row[which]["url"]), &headers, text(&row["body"]).as_bytes());
    if is_in_chunks {
        request.body = Body::Unknown;
    }
    request
}

/// The outbound head must be the one that botocore makes with the outbound key, to the last header and parameter.
#[test]
fn outbound_requests_equal_those_that_botocore_signs_with_the_other_key() {
    let oracle = oracle();
    let rows = oracle["requests"].as_array().unwrap();
    for row in rows {
        let (from, to) = (credentials(&row["inbound"]), credentials(&row["outbound"]));
        let name = format!("{} {} {}", row["name"], from.access_key_id, to.access_key_id);
        let arrived = by_botocore(row, "arrived");
        let resigned = passed_on(arrived.clone(), &from, &Outbound::new(&to), now(&oracle));
        let out = resigned.unwrap_or_else(|error| panic!("{name}: {error}")).request;
        let expected = by_botocore(row, "expected");
        assert_eq!(fields(&out.headers), fields(&expected.headers), "{name}");
        assert_eq!((out.path(), pieces(&out)), (expected.path(), pieces(&expected)), "{name}");
        assert_eq!((out.method(), &out.body), (arrived.method(), &arrived.body), "{name}");
    }
    assert_eq!(rows.len(), 46);
}

/// An upload with the fields of a presigned POST, and one field that botocore leaves to the uploader.
pub(crate) fn upload(post: &Value) -> Request {
    let mut body = Vec::new();
    let own = [("x-amz-meta-a", "b c")];
    let fields =
        post["fields"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    for (name, value) in fields.chain(own) {
        body.extend(format!("--AaB03x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = "--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a \\\"b\\\".txt\"\r\nContent-Type: text/plain";
    body.extend(format!("{head}\r\n\r\n--AaB03\r\nhello\r\n--AaB03x--\r\n").bytes());
    let headers =
        [("Content-Type", "multipart/form-data; boundary=AaB03x"), ("Content-Length", &*body.len().to_string())]
            .map(|(name, value)| (name, value.to_owned()));
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    request("POST", post["url"].as_str().unwrap(), &headers, &body)
}

fn conditions(policy: &Policy) -> Vec<String> {
    let mut conditions: Vec<String> = policy.conditions.iter().map(ToString::to_string).collect();
    conditions.sort();
    conditions
}

/// Fields and conditions must be botocore's. The order in the policy differs, so its signature is verified instead of
/// compared.
#[test]
fn forms_have_the_fields_and_the_policy_that_botocore_makes_with_the_other_key() {
    let oracle = oracle();
    for post in oracle["posts"].as_array().unwrap() {
        let (from, to) = (credentials(&post["inbound"]), credentials(&post["outbound"]));
        let name = format!("{} {} {}", post["version"], from.access_key_id, to.access_key_id);
        let arrived = upload(&post["arrived"]);
        let resigned = passed_on(arrived.clone(), &from, &Outbound::new(&to), now(&oracle));
        let out = resigned.unwrap_or_else(|error| panic!("{name}: {error}")).request;
        let claim = |request: &Request| FormClaim::extract(request).unwrap().unwrap();
        let (out_claim, expected) = (claim(&out), claim(&upload(&post["expected"])));
        let values = |claim: &FormClaim| -> BTreeMap<String, String> {
            let signed = ["policy", "signature", "x-amz-signature"];
            let fields = claim.fields.iter().filter(|(name, _)| !signed.contains(name));
            fields.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
        };
        assert_eq!(values(&out_claim), values(&expected), "{name}");
        let (policy, expected_policy) = (out_claim.policy.unwrap(), expected.policy.unwrap());
        assert_eq!(conditions(&policy), conditions(&expected_policy), "{name}");
        assert_eq!(policy.expiration, expected_policy.expiration, "{name}");
        assert_eq!(out_claim.file, claim(&arrived).file, "{name}");
        assert_eq!(out.headers.content_length(), out.body.length(), "{name}");
        let Body::Bytes(body) = out.body else { panic!("{name}") };
        assert!(body.ends_with(b"\r\n\r\n--AaB03\r\nhello\r\n--AaB03x--\r\n"), "{name}");
    }
}
