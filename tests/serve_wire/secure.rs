//! TLS and HTTP/2.

use std::process::Command;

use crate::signed::SECRET;
use sigvet_testing::serving::Serving;

fn curl(server: &Serving, options: &[&str]) -> String {
    let url = format!("https://{}/b/k?a=b", server.address());
    let key = format!("AKIAIOSFODNN7EXAMPLE:{SECRET}");
    let signing = ["--aws-sigv4", "aws:amz:us-east-1:s3", "-u", &key, "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"];
    let words = [
        "-s",
        "-q",
        "-o",
        if cfg!(windows) { "NUL" } else { "/dev/null" },
        "-w",
        "%{http_code} %{http_version} %{exitcode}",
    ];
    let output = Command::new("curl").args(words).args(signing).args(options).arg(url).output().expect("curl is there");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_certificate_is_made_whose_ca_can_be_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    let authority = authority.to_str().unwrap();
    let server = Serving::start(&["--tls-ca", authority]);
    assert_eq!(curl(&server, &["--cacert", authority, "--http1.1"]), "200 1.1 0");
    assert_eq!(curl(&server, &["--cacert", authority, "--http2"]), "200 2 0");
    assert_eq!(curl(&server, &[]), "000 0 60");
    server.wait_for("the TLS handshake failed: the other side does not trust the certificate\n", 1);
    server.converse(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    server.wait_for("the TLS handshake failed: the other side does not speak TLS\n", 1);
}

#[test]
fn a_given_certificate_is_presented() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    std::fs::write(path("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let server = Serving::start(&["--tls-cert", &path("cert.pem"), "--tls-key", &path("key.pem")]);
    assert_eq!(curl(&server, &["--cacert", &path("cert.pem")]), "200 2 0");
}

/// Catches a page that uses another scheme for itself than the one it is served over, and a host check that HTTP/2
/// bypasses.
#[test]
fn the_page_is_served_over_tls_only_to_its_own_host() {
    let folder = tempfile::tempdir().unwrap();
    let authority = folder.path().join("ca.pem");
    let authority = authority.to_str().unwrap();
    let server = Serving::start(&["--tls-ca", authority]);
    let address = server.address().to_owned();
    server.wait_for(&format!("page: https://{address}/_sigvet/\n"), 1);
    let port = address.rsplit(':').next().unwrap();
    let own = format!("https://{address}");
    let page = |fields: &[&str], version: &str| {
        let url = format!("{own}/_sigvet/");
        let fields = fields.iter().flat_map(|field| ["-H", *field]);
        let words = ["-s", "-q", "--cacert", authority, version, "-w", "\n%{http_code} %{http_version}", &url];
        let output = Command::new("curl").args(words).args(fields).output().expect("curl is there");
        let text = String::from_utf8(output.stdout).unwrap();
        let (body, status) = text.rsplit_once('\n').unwrap();
        (status.to_owned(), body.contains("<html") || body.contains("<!doctype"))
    };
    let (host, origin) = (format!("Host: localhost:{port}"), format!("Origin: {own}"));
    for (option, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
        let answer = |status: u16| (format!("{status} {version}"), status == 200);
        assert_eq!(page(&[], option), answer(200));
        assert_eq!(page(&[&host], option), answer(200));
        assert_eq!(page(&[&origin], option), answer(200));
        for (field, status) in [
            (format!("Host: evil.example:{port}"), 421),
            ("Host: localhost".to_owned(), 421),
            (format!("Origin: http://{address}"), 403),
            ("Sec-Fetch-Site: cross-site".to_owned(), 403),
        ] {
            assert_eq!(page(&[&field], option), answer(status), "{field} by {option}");
        }
    }
}
