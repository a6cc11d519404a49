//! Signature Version 2, which s3s also accepts: in a header, and in a URL that anyone may use.

use crate::common::{Sigvet, all_bytes};
use crate::presigned::client;
use crate::server::{bucket, servers};

fn send(words: &[&str]) -> Sigvet {
    Sigvet::new(&[&["send", "--scheme", "v2"], words].concat())
}

fn presign(words: &[&str]) -> String {
    Sigvet::new(&[&["presign", "--scheme", "v2"], words].concat()).run().expect(0).line()
}

/// Catches a date, a content type or a resource that is signed differently than it is sent.
#[test]
fn an_object_survives_the_round_trip() {
    let url = format!("{}/an%20object", bucket("version-2"));
    let body = all_bytes();
    send(&["-f", "-T", "-", "-H", "Content-Type: image/png", "-H", "x-amz-meta-a: 1", &url])
        .input(&body)
        .run()
        .expect(0);
    assert!(std::fs::read(servers().root.join("version-2/an object")).unwrap() == body);
    assert!(send(&["-f", &url]).run().expect(0).stdout == body);
    send(&["-f", "-u", "AKIDOTHER:secret", &url]).run().expect(22);
}

/// Catches a URL whose method, expiry or sub-resource is not bound.
#[test]
fn a_url_is_valid_for_one_method_until_it_expires() {
    let url = format!("{}/object", bucket("version-2-link"));
    let put = presign(&["-X", "PUT", "--expires", "15m", &url]);
    assert!(put.contains("AWSAccessKeyId=") && put.contains("&Expires="), "{put}");
    assert_eq!(client().put(&put).body("body").send().unwrap().status(), 200);
    assert_eq!(client().get(&put).send().unwrap().status(), 403);
    let get = presign(&[&format!("{url}?response-content-type=text%2Fcsv")]);
    let response = client().get(&get).send().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/csv");
    let plain = presign(&[&url]);
    assert_eq!(client().get(&plain).send().unwrap().text().unwrap(), "body");
    let over = presign(&["--date", "20200101T000000Z", &url]);
    assert_eq!(client().get(&over).send().unwrap().status(), 403);
}
