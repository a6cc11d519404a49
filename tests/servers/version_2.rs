//! Signature Version 2, which both servers still accept: in headers and in URLs, for both addressing styles.

use crate::server::{Bucket, Server};
use crate::sigvet::{curl, isolated, run, shell};

const V2: [&str; 2] = ["--scheme", "v2"];

pub fn version_2_in_headers(server: &Server) {
    let bucket = server.new_bucket("version-2");
    let sigvet = server.sigvet_v2();
    let put = ["-X", "PUT", "-H", "Content-Type: text/plain", "-H", "x-amz-meta-B: two", "-H", "X-Amz-Meta-A: one"];
    let url = bucket.url("a%20k%C3%AAy");
    sigvet.send(V2.into_iter().chain(put).chain(["--data-binary", "body", &url])).expect_status(200);
    let reply = sigvet.send(V2.into_iter().chain([url.as_str()])).expect_status(200).expect_body(b"body");
    assert_eq!(reply.header("x-amz-meta-a"), Some("one"));
    sigvet.send(V2.into_iter().chain(["-X", "DELETE", &url])).expect_status(204);
}

pub fn version_2_for_virtual_hosts(server: &Server) {
    let bucket = server.new_bucket("version-2-host");
    bucket.put("key", "body");
    let (url, resolve) = (format!("http://{}/key", bucket.host()), bucket.resolve());
    let sigvet = server.sigvet_v2();
    let there = ["--resolve", &resolve, "--bucket", "version-2-host", &url];
    sigvet.send(V2.into_iter().chain(there)).expect_status(200).expect_body(b"body");
    let endpoint = format!("http://s3.localhost:{}", server.port);
    let known = ["--resolve", &resolve, "--endpoint-url", &endpoint, &url];
    sigvet.send(V2.into_iter().chain(known)).expect_status(200).expect_body(b"body");
    // Without its bucket it is a different resource.
    let unknown = ["--resolve", &resolve, "--bucket", "", &url];
    sigvet.send(V2.into_iter().chain(unknown)).expect_error(403, "SignatureDoesNotMatch");
}

pub fn version_2_presigned(server: &Server) {
    let bucket = server.new_bucket("version-2-presigned");
    let presign = |words: &[&str]| presign(server, words);
    let put = presign(&["-X", "PUT", "-H", "Content-Type: text/csv", &bucket.url("key")]);
    curl(["--request", "PUT", "--data-binary", "a,b", "--header", "Content-Type: text/csv", &put]).expect_status(200);
    curl(["--request", "PUT", "--data-binary", "a,b", "--header", "Content-Type: text/plain", &put])
        .expect_error(403, "SignatureDoesNotMatch");
    let get = presign(&["--expires", "15m", &bucket.url("key")]);
    curl([&get]).expect_status(200).expect_body(b"a,b");
    let overridden = presign(&[&bucket.url("key?response-content-type=text%2Fplain")]);
    assert_eq!(curl([&overridden]).expect_status(200).header("content-type"), Some("text/plain"));
    let over = presign(&["--date", "20260101T000000Z", "--expires", "60", &bucket.url("key")]);
    curl([&over]).expect_refused();
}

pub fn version_2_subresources(server: &Server) {
    let bucket: Bucket<'_> = server.new_bucket("version-2-parts");
    let sigvet = server.sigvet_v2();
    for query in ["acl", "location", "versioning", "uploads", "prefix=a&max-keys=2"] {
        let url = bucket.url(&format!("?{query}"));
        sigvet.send(V2.into_iter().chain([url.as_str()])).expect_status(200);
    }
}

/// The forms of a date that clients send (RFC 9110 §5.6.7, RFC 5322); rclone writes `UTC`.
pub fn version_2_dates(server: &Server) {
    let bucket = server.new_bucket("version-2-dates");
    let sigvet = server.sigvet_v2();
    for form in [
        "%a, %d %b %Y %H:%M:%S GMT",
        "%a, %d %b %Y %H:%M:%S UTC",
        "%a, %d %b %Y %H:%M:%S +0000",
        "%A, %d-%b-%y %H:%M:%S GMT",
        "%A, %d-%b-%y %H:%M:%S UTC",
        "%a %b %e %H:%M:%S %Y",
    ] {
        let date = run(isolated("date").args(["-u", &format!("+{form}")]));
        let date = String::from_utf8(date.stdout).unwrap();
        for name in ["Date", "x-amz-date"] {
            let header = format!("{name}: {}", date.trim_end());
            sigvet.send(V2.into_iter().chain(["-H", &header, &bucket.url("")])).expect_status(200);
        }
    }
}

/// botocore signs `/bucket/` and sends `/bucket` for path-style addresses (boto3 issue 4433). Neither server accepts
/// that, so `verify` does not either, and names the slash.
pub fn version_2_signs_the_path_as_it_is_sent(server: &Server) {
    let bucket = server.new_bucket("version-2-slash");
    let (with, without) = (format!("{}/", bucket.url("")), bucket.url(""));
    for url in [&with, &without] {
        let words = V2.into_iter().chain(["--as", "curl", url.as_str()]);
        let printed = server.sigvet_v2().print("sign", words);
        shell(&format!("{printed} -i -sS")).expect_status(200);
        let other = if *url == with { &without } else { &with };
        let moved = printed.replace(url.as_str(), other);
        assert_ne!(moved, printed);
        shell(&format!("{moved} -i -sS")).expect_error(403, "SignatureDoesNotMatch");
    }
}

fn presign(server: &Server, words: &[&str]) -> String {
    let url = server.sigvet_v2().print("presign", V2.iter().chain(words));
    assert!(url.contains("AWSAccessKeyId=") && url.contains("&Signature="), "not of version 2: {url}");
    url
}
