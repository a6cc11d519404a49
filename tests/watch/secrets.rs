//! The CA's key, and the variables that refer to its certificate.

use super::upstream::Upstream;
use super::world::{WATCHED, World, unrouted};

/// The beginning of a P-256 key in PKCS #8 (RFC 5958), whose DER occurs in no text.
const PRIVATE_KEY: &[u8] = b"\x02\x01\x00\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";

/// Searches the whole temporary directory while a certificate of the CA is in use.
#[test]
fn the_key_of_the_ca_is_in_no_file() {
    let world = World::new();
    let upstream = Upstream::secure(&world, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let script = format!("curl -sS https://{WATCHED}/ && cp -R \"$TMPDIR\" \"$TMPDIR/../copy\"");
    world.watch(&upstream.address, &[], &["sh", "-c", &script]).run().expect(0);
    assert_eq!(upstream.heard().len(), 1);
    let copy = world.path("copy");
    let directory = std::fs::read_dir(&copy).unwrap().next().unwrap().unwrap().path();
    let mut names = Vec::new();
    for file in std::fs::read_dir(directory).unwrap() {
        let file = file.unwrap();
        let bytes = std::fs::read(file.path()).unwrap();
        let has = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
        assert!(!has(b"PRIVATE KEY") && !has(PRIVATE_KEY), "{file:?}");
        names.push(file.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["ca.pem", "node.cjs", "truststore.jks"]);
    assert_eq!(std::fs::read_dir(world.temporary()).unwrap().count(), 0, "the files stay behind");
    let key = rcgen::KeyPair::generate().unwrap().serialize_der();
    assert!(key.windows(PRIVATE_KEY.len()).any(|window| window == PRIVATE_KEY), "the test looks for something else");
}

#[test]
fn each_runtime_has_its_variables() {
    let world = World::new();
    let options = ["--endpoint-url", "https://store.example"];
    let ended =
        unrouted(&world, &options, &["env"]).env("NO_PROXY", "a").env("NODE_OPTIONS", "--no-warnings").run().expect(0);
    let text = ended.text();
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("{name} is not in {text}")).to_owned()
    };
    let proxy = value("HTTPS_PROXY");
    assert!(proxy.starts_with("http://127.0.0.1:"), "{proxy}");
    for name in ["https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        assert_eq!(value(name), proxy);
    }
    let bundle = value("AWS_CA_BUNDLE");
    for name in
        ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT"]
    {
        assert_eq!(value(name), bundle);
    }
    assert_eq!([value("NO_PROXY"), value("no_proxy")], ["", ""]);
    assert_eq!(value("NODE_USE_ENV_PROXY"), "1");
    assert!(value("NODE_OPTIONS").starts_with("--no-warnings --require \""));
    let port = proxy.rsplit(':').next().unwrap();
    assert!(value("JAVA_TOOL_OPTIONS").contains(&format!("-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort={port}")));
    assert_eq!(value("AWS_ENDPOINT_URL"), "https://store.example");
    // Node takes backslashes between quotes as escapes; Java knows none, but two kinds of quotes.
    let folder = world.path("q\"u'o\\te s");
    std::fs::create_dir(&folder).unwrap();
    let ended = unrouted(&world, &[], &["env"]).env("TMPDIR", folder.to_str().unwrap()).run().expect(0);
    assert!(ended.text().contains("/q\\\"u'o\\\\te s/sigvet-watch-"), "{}", ended.text());
    assert!(ended.text().contains("/q\"'\"'\"u'o\\te s/sigvet-watch-"), "{}", ended.text());
    assert!(!unrouted(&world, &[], &["env"]).run().expect(0).text().contains("AWS_ENDPOINT_URL"));
}
