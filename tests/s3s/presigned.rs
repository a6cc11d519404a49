//! Presigned URLs, used by a client without any signing code.

use reqwest::blocking::Client;

use crate::common::all_bytes;
use crate::server::{bucket, presign, send, servers};

/// A client like any other, except for proxies.
pub fn client() -> Client {
    // Another test may already have installed it.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().build().unwrap()
}

#[test]
fn a_presigned_get_gives_the_object() {
    let url = format!("{}/object", bucket("link-get"));
    let body = all_bytes();
    send(&["-f", "-T", "-", &url]).input(&body).run().expect(0);
    let link = presign(&[&url]).run().expect(0).line();
    let response = client().get(&link).send().unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.bytes().unwrap() == body);
    // The method and every parameter are signed too.
    assert_eq!(client().put(&link).body("x").send().unwrap().status(), 403);
    assert_eq!(client().get(format!("{link}&versionId=null")).send().unwrap().status(), 403);
}

#[test]
fn a_presigned_put_stores_the_body() {
    let url = format!("{}/object", bucket("link-put"));
    let link = presign(&["-X", "PUT", "--expires", "15m", &url]).run().expect(0).line();
    assert!(link.contains("X-Amz-Expires=900&"), "{link}");
    assert_eq!(client().put(&link).body(all_bytes()).send().unwrap().status(), 200);
    assert!(std::fs::read(servers().root.join("link-put/object")).unwrap() == all_bytes());
}

/// A signed header has to be sent as it was signed. Catches one that is left out of the signature.
#[test]
fn a_bound_header_is_needed() {
    let url = format!("{}/object", bucket("link-bound"));
    let words = ["-X", "PUT", "-H", "Content-Type: image/png", "--as", "json", &url];
    let json: serde_json::Value = serde_json::from_slice(&presign(&words).run().expect(0).stdout).unwrap();
    assert_eq!(json["send_headers"], serde_json::json!([["content-type", "image/png"]]));
    let link = json["url"].as_str().unwrap();
    let put = |content_type: Option<&str>| {
        let request = client().put(link).body("x");
        let request = content_type.into_iter().fold(request, |request, value| request.header("content-type", value));
        request.send().unwrap().status().as_u16()
    };
    assert_eq!((put(None), put(Some("image/jpeg"))), (403, 403));
    assert!(!servers().root.join("link-bound/object").exists());
    assert_eq!(put(Some("image/png")), 200);
    let head = send(&["-I", &url]).run().expect(0).text();
    assert!(head.contains("\r\ncontent-type: image/png\r\n"), "{head}");
}

/// Existing parameters are signed with the others. Catches one that is lost, or comes after the signature.
#[test]
fn a_presigned_url_keeps_its_query() {
    let url = format!("{}/object", bucket("link-query"));
    send(&["-f", "-X", "PUT", "-d", "x", &url]).run().expect(0);
    let link = presign(&[&format!("{url}?response-content-type=text/x+y%2Bz")]).run().expect(0).line();
    let response = client().get(&link).send().unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/x y+z");
}

#[test]
fn a_presigned_url_expires() {
    let url = format!("{}/object", bucket("link-late"));
    send(&["-f", "-X", "PUT", "-d", "x", &url]).run().expect(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let get = |age: u64, life: &str| {
        let link = presign(&["--date", &(now - age).to_string(), "--expires", life, &url]).run().expect(0).line();
        let response = client().get(&link).send().unwrap();
        (response.status().as_u16(), response.text().unwrap())
    };
    assert_eq!(get(3_600, "2h"), (200, "x".to_owned()));
    let (status, text) = get(3_600, "30m");
    assert!(status == 403 && text.contains("expired"), "{text}");
}
