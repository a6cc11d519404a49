//! Presigned URLs, used by a curl without credentials.

use std::fs;

use jiff::{Timestamp, ToSpan};
use tempfile::tempdir;

use crate::server::Server;
use crate::sigvet::{Credentials, Sigvet, curl};

pub fn get(server: &Server) {
    let bucket = server.new_bucket("presigned-get");
    bucket.put("key", "body");
    curl([&bucket.url("key")]).expect_refused();
    curl([&server.sigvet().presign(["--expires", "1h", &bucket.url("key")])]).expect_status(200).expect_body(b"body");
}

pub fn put(server: &Server) {
    let bucket = server.new_bucket("presigned-put");
    let sigvet = server.sigvet();
    let url = sigvet.presign(["-X", "PUT", "--expires", "15m", &bucket.url("key")]);
    curl(["--request", "PUT", "--data-binary", "first", &url]).expect_status(200);
    sigvet.send([&bucket.url("key")]).expect_status(200).expect_body(b"first");

    let directory = tempdir().unwrap();
    let file = directory.path().join("body");
    fs::write(&file, "second").unwrap();
    curl(["--upload-file", file.to_str().unwrap(), &url]).expect_status(200);
    sigvet.send([&bucket.url("key")]).expect_status(200).expect_body(b"second");
}

pub fn put_with_bound_content_type(server: &Server) {
    let bucket = server.new_bucket("presigned-type");
    let url = server.sigvet().presign(["-X", "PUT", "-H", "Content-Type: text/csv", &bucket.url("key")]);
    let put = ["--request", "PUT", "--data-binary", "a,b", &url];
    curl(put.into_iter().chain(["--header", "Content-Type:"])).expect_error(403, "SignatureDoesNotMatch");
    curl(put.into_iter().chain(["--header", "Content-Type: text/plain"])).expect_error(403, "SignatureDoesNotMatch");
    curl(put.into_iter().chain(["--header", "Content-Type: text/csv"])).expect_status(200);
    let stored = server.sigvet().send([&bucket.url("key")]).expect_status(200).expect_body(b"a,b");
    assert_eq!(stored.header("content-type"), Some("text/csv"));
}

pub fn head(server: &Server) {
    let bucket = server.new_bucket("presigned-head");
    bucket.put("key", "twelve bytes");
    let reply = curl(["--head", &server.sigvet().presign(["-X", "HEAD", &bucket.url("key")])]).expect_status(200);
    assert_eq!(reply.header("content-length"), Some("12"));
}

pub fn delete(server: &Server) {
    let bucket = server.new_bucket("presigned-delete");
    bucket.put("key", "body");
    curl(["--request", "DELETE", &server.sigvet().presign(["-X", "DELETE", &bucket.url("key")])]).expect_status(204);
    server.sigvet().send([&bucket.url("key")]).expect_error(404, "NoSuchKey");
}

pub fn method_is_bound(server: &Server) {
    let bucket = server.new_bucket("presigned-method");
    bucket.put("key", "body");
    let url = server.sigvet().presign([&bucket.url("key")]);
    curl(["--request", "DELETE", &url]).expect_error(403, "SignatureDoesNotMatch");
    curl(["--request", "PUT", "--data-binary", "other", &url]).expect_error(403, "SignatureDoesNotMatch");
    curl([&url]).expect_status(200).expect_body(b"body");
}

/// A custom query is signed with the rest, with the characters that a file name contains.
pub fn overridden_response_header(server: &Server) {
    let bucket = server.new_bucket("presigned-override");
    bucket.put("key", "body");
    let query = "key?response-content-disposition=attachment%3B%20filename%3D%22a%2Bb%20c.txt%22";
    let reply = curl([&server.sigvet().presign([&bucket.url(query)])]).expect_status(200).expect_body(b"body");
    assert_eq!(reply.header("content-disposition"), Some("attachment; filename=\"a+b c.txt\""));
}

pub fn subresource(server: &Server) {
    let bucket = server.new_bucket("presigned-subresource");
    let reply = curl([&server.sigvet().presign([&bucket.url("?acl")])]).expect_status(200);
    assert_eq!(reply.elements("Permission"), ["FULL_CONTROL"]);
}

/// Seven days is S3's maximum.
pub fn seven_days(server: &Server) {
    let bucket = server.new_bucket("presigned-week");
    bucket.put("key", "body");
    curl([&server.sigvet().presign(["--expires", "7d", &bucket.url("key")])]).expect_status(200).expect_body(b"body");
}

pub fn still_valid(server: &Server) {
    let bucket = server.new_bucket("presigned-still-valid");
    bucket.put("key", "body");
    let url = server.sigvet().presign(["--date", &minutes_from_now(-30), "--expires", "1h", &bucket.url("key")]);
    curl([&url]).expect_status(200).expect_body(b"body");
}

pub fn expired(server: &Server) {
    let bucket = server.new_bucket("presigned-expired");
    bucket.put("key", "body");
    for (date, expires) in [(minutes_from_now(-10), "5m"), ("20130524T000000Z".to_owned(), "7d")] {
        let url = server.sigvet().presign(["--date", &date, "--expires", expires, &bucket.url("key")]);
        curl([&url]).expect_error(403, "AccessDenied");
    }
}

/// AWS refuses a URL from the future as not yet valid; neither of these servers does.
pub fn valid_too_early(server: &Server) {
    let bucket = server.new_bucket("presigned-early");
    bucket.put("key", "body");
    let url = server.sigvet().presign(["--date", &minutes_from_now(60), "--expires", "5m", &bucket.url("key")]);
    curl([&url]).expect_status(200).expect_body(b"body");
}

pub fn tampered_query(server: &Server) {
    let bucket = server.new_bucket("presigned-tampered");
    bucket.put("key", "body");
    let url = server.sigvet().presign(["--expires", "600", &bucket.url("key")]);
    curl([&url]).expect_status(200);
    curl([&format!("{url}&added=1")]).expect_error(403, "SignatureDoesNotMatch");
    let longer = url.replace("X-Amz-Expires=600", "X-Amz-Expires=6000");
    assert_ne!(longer, url);
    curl([&longer]).expect_error(403, "SignatureDoesNotMatch");
}

pub fn wrong_secret_when_presigning(server: &Server) {
    let bucket = server.new_bucket("presigned-secret");
    let wrong = Sigvet::new(Credentials { secret: "not the secret", ..server.user });
    curl([&wrong.presign([&bucket.url("key")])]).expect_error(403, "SignatureDoesNotMatch");
}

/// A time in the format of `--date` and of the signature.
pub fn minutes_from_now(minutes: i64) -> String {
    (Timestamp::now() + minutes.minutes()).strftime("%Y%m%dT%H%M%SZ").to_string()
}
