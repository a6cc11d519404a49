//! Requests whose query is part of the signature.

use crate::server::Server;

const KEYS: [&str; 8] = ["=&x", "a b", "a%20b", "a+b", "dir/one", "dir/two", "é", "~t"];

/// A prefix, as spelt in the query, and the keys under it.
const PREFIXES: [(&str, &[&str]); 9] = [
    ("a%20b", &["a b"]),
    ("a%2Bb", &["a+b"]),
    ("a%2520b", &["a%20b"]),
    ("%3D%26", &["=&x"]),
    ("%C3%A9", &["é"]),
    ("~", &["~t"]),
    ("%7E", &["~t"]),
    ("dir/", &["dir/one", "dir/two"]),
    ("dir%2Fo", &["dir/one"]),
];

pub fn prefixes_with_odd_characters(server: &Server) {
    let bucket = server.new_bucket("odd-prefixes");
    for spelling in ["%3D%26x", "a%20b", "a%2520b", "a%2Bb", "dir/one", "dir/two", "%C3%A9", "~t"] {
        bucket.put(spelling, "");
    }
    let list = |query: &str| server.sigvet().send([&bucket.url(query)]).expect_status(200);
    let mut all = KEYS;
    all.sort_unstable();
    assert_eq!(list("?list-type=2").elements("Key"), all);
    for (prefix, keys) in PREFIXES {
        assert_eq!(list(&format!("?prefix={prefix}&max-keys=10")).elements("Key"), keys, "prefix={prefix}");
        assert_eq!(list(&format!("?list-type=2&prefix={prefix}")).elements("Key"), keys, "list-type=2&prefix={prefix}");
    }
    assert_eq!(list("?prefix=dir/&max-keys=1").elements("Key"), ["dir/one"]);
    assert_eq!(list("?delimiter=/&prefix=d").elements("Prefix"), ["d", "dir/"]);
}

/// A name without a value is signed as if its value were empty.
pub fn canned_subresources(server: &Server) {
    let bucket = server.new_bucket("subresources");
    let sigvet = server.sigvet();
    for query in ["?acl", "?acl="] {
        let acl = sigvet.send([&bucket.url(query)]).expect_status(200);
        assert_eq!(acl.elements("Permission"), ["FULL_CONTROL"], "{query}");
    }
    let uploads = sigvet.send([&bucket.url("?uploads")]).expect_status(200);
    assert_eq!(uploads.element("Bucket").as_deref(), Some("subresources"));
    let location = sigvet.send([&bucket.url("?location")]).expect_status(200);
    assert!(location.text().contains("<LocationConstraint"), "{}", location.text());
}

pub fn multipart_upload(server: &Server) {
    let bucket = server.new_bucket("multipart");
    let sigvet = server.sigvet();
    let started = sigvet.send(["-X", "POST", &bucket.url("key?uploads")]).expect_status(200);
    let upload = started.element("UploadId").expect("an upload id");
    let listed = sigvet.send([&bucket.url("?uploads")]).expect_status(200);
    assert_eq!(listed.elements("UploadId"), [upload.as_str()]);

    let part = bucket.url(&format!("key?partNumber=1&uploadId={upload}"));
    let stored = sigvet.send(["-X", "PUT", "--data-binary", "the only part", &part]).expect_status(200);
    let etag = stored.header("etag").expect("an entity tag").trim_matches('"');
    let parts = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part></CompleteMultipartUpload>"
    );
    let complete = bucket.url(&format!("key?uploadId={upload}"));
    sigvet
        .send(["-X", "POST", "-H", "Content-Type: application/xml", "--data-binary", &parts, &complete])
        .expect_status(200);
    sigvet.send([&bucket.url("key")]).expect_status(200).expect_body(b"the only part");
}

pub fn radosgw_has_policies(server: &Server) {
    let bucket = server.new_bucket("no-policy-yet");
    server.sigvet().send([&bucket.url("?policy")]).expect_error(404, "NoSuchBucketPolicy");
}

pub fn swift_has_no_policies(server: &Server) {
    let bucket = server.new_bucket("no-policy-ever");
    server.sigvet().send([&bucket.url("?policy")]).expect_error(501, "NotImplemented");
}
