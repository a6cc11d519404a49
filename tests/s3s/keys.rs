//! Odd keys: the server stores exactly the intended key, through `s3://` and through a full URL.

use crate::common::{Sigvet, all_bytes};
use crate::server::{DOMAIN, file, presign, send, servers};

const KEYS: [&str; 36] = [
    "plain",
    "with space",
    " leading and trailing ",
    "a+b",
    "100%",
    "%41",
    "a%2Fb",
    "%2e%2e/%2E",
    "é",
    "e\u{301}",
    "日本語/ключ/🗝\u{fe0f}",
    "a//b",
    "a///",
    "/leading",
    "//two",
    "folder/",
    "=&@:,$;!*'()~",
    "a=b&c=d",
    "-_.~",
    "trailing.",
    "trailing..",
    "dots/.../more",
    ".hidden",
    "..hidden/..hidden",
    "#fragment",
    "[brackets]{braces}<angles>",
    "quote\"s'`",
    "pipe|caret^back\\slash",
    "tab\tand\nnewline\r\n",
    "\u{7f}\u{1}",
    "\u{85}\u{2028}\u{feff}",
    "s3://other/key",
    "http://h/",
    "a;b,c",
    "X-Amz-Signature=1",
    "aws4_request/",
];

/// Every byte as `%XX`, a spelling that needs no rule about what to encode.
fn spelt_out(key: &str) -> String {
    key.bytes().map(|byte| if byte == b'/' { "/".to_owned() } else { format!("%{byte:02x}") }).collect()
}

fn by_s3(words: &[&str]) -> Sigvet {
    send(&[&["-f", "--endpoint-url", &servers().shelf_url], words].concat())
}

/// Keys that `s3://` can name: it accepts text, and `?` begins the query.
fn keys() -> Vec<String> {
    let long = ["é+/".repeat(250), "x".repeat(1024), format!("{}%", "long/".repeat(190))];
    KEYS.into_iter().map(str::to_owned).chain(long).collect()
}

/// Catches a key that is encoded twice, decoded, normalised, or cut before it is stored.
#[test]
fn a_key_put_by_s3_url_is_the_key_on_the_server() {
    let body = all_bytes();
    let (_directory, path) = file(&body);
    for key in keys() {
        by_s3(&["-X", "PUT", "--data-binary", &format!("@{path}"), &format!("s3://inbox/{key}")]).run().expect(0);
        assert!(servers().shelf.take("inbox", &key) == Some(body.clone()), "{key:?}");
        assert_eq!(servers().shelf.keys("inbox"), [""; 0], "{key:?} made no other key");
    }
}

/// Catches a signature over a path other than the one on the wire: here every byte is escaped, in lowercase.
#[test]
fn a_key_put_by_escapes_comes_back_by_s3_url() {
    let shelf = &servers().shelf_url;
    for key in keys() {
        let body = format!("body of {key}");
        let url = format!("{shelf}/out/{}", spelt_out(&key));
        send(&["-f", "-X", "PUT", "--data-raw", &body, &url]).run().expect(0);
        assert!(servers().shelf.get("out", &key) == Some(body.clone().into_bytes()), "{key:?}");
        assert_eq!(by_s3(&[&format!("s3://out/{key}")]).run().expect(0).text(), body, "{key:?}");
        assert_eq!(send(&["-f", &url]).run().expect(0).text(), body, "{key:?}");
    }
}

/// Reserved characters as people and other programs leave them in a path. Catches one that is sent differently than
/// signed.
#[test]
fn a_path_as_typed_is_signed_as_sent() {
    let shelf = &servers().shelf_url;
    for (typed, key) in [
        ("=&@:,$;!*'()~", "=&@:,$;!*'()~"),
        ("a+b", "a+b"),
        ("é ü", "é ü"),
        ("%7Euser%2D", "~user-"),
        ("[x]", "[x]"),
        ("a//b/", "a//b/"),
        ("a|b\\c^d", "a|b\\c^d"),
        ("a/../b", "a/../b"),
        ("./a/.", "./a/."),
        ("x/.%2e/%2E", "x/../."),
        ("..", ".."),
    ] {
        let url = format!("{shelf}/typed/{typed}");
        send(&["-f", "-X", "PUT", "-d", "x", &url]).run().expect(0);
        assert_eq!(servers().shelf.take("typed", key).as_deref(), Some(&b"x"[..]), "{typed}");
    }
}

/// Catches a presigned URL whose path is encoded for the signature but not in the URL.
#[test]
fn a_presigned_url_of_an_odd_key_leads_to_it() {
    let client = crate::presigned::client();
    for key in keys() {
        let url = presign(&["-X", "PUT", "--endpoint-url", &servers().shelf_url, &format!("s3://links/{key}")]);
        let url = url.run().expect(0).line();
        let response = client.put(&url).body(key.clone()).send().unwrap();
        assert_eq!(response.status(), 200, "{key:?}: {}", response.text().unwrap());
        assert_eq!(servers().shelf.take("links", &key), Some(key.clone().into_bytes()), "{key:?}");
    }
}

/// The bucket in the host, which is signed and sent as given. Catches a `Host` that the HTTP library makes itself.
#[test]
fn a_bucket_in_the_host_is_signed_with_it() {
    let url = format!("{}/a%20key", servers().shelf_url);
    let host = format!("Host: hosted.{DOMAIN}");
    send(&["-f", "-H", &host, "-X", "PUT", "-d", "x", &url]).run().expect(0);
    assert_eq!(servers().shelf.get("hosted", "a key").as_deref(), Some(&b"x"[..]));
    assert_eq!(send(&["-f", "-H", &host, &url]).run().expect(0).text(), "x");
}
