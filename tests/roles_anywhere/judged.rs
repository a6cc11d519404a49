//! Tests which certificates cause warnings, and which are trusted.

use std::fs;

use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

use super::{World, granting};

#[test]
fn certificates_and_chains_that_the_service_refuses_cause_warnings() {
    let world = World::new();
    let service = granting();
    let warned = |certificate: &str, key: &str, chain: &str| {
        let chain = world.path(chain);
        let ran = world.credentials(certificate, key, &service, &["--intermediates", &chain]).run().expect(0);
        ran.stderr.replace(&world.path(""), "WORLD/")
    };
    let whole = ["rsa.pem", "middle.pem", "root.pem"].map(|name| fs::read(world.path(name)).unwrap()).concat();
    world.write("fullchain.pem", &whole);
    for (certificate, key, chain, warning) in [
        (
            "middle.pem",
            "middle.key",
            "root.pem",
            "WORLD/middle.pem: the certificate cannot sign requests: it is a CA certificate",
        ),
        (
            "selfie.pem",
            "p256.key",
            "root.pem",
            "WORLD/selfie.pem: the certificate cannot sign requests: it is self-signed",
        ),
        (
            "sha1.pem",
            "rsa.key",
            "middle.pem",
            "WORLD/sha1.pem: the certificate cannot sign requests: it is signed with SHA-1",
        ),
        ("rsa.pem", "rsa.key", "root.pem", "WORLD/root.pem: the certificate chain does not contain the issuer"),
        (
            "rsa.pem",
            "rsa.key",
            "middle-other.pem",
            "WORLD/middle-other.pem: certificate 1 of the chain is named as the issuer",
        ),
        (
            "rsa.pem",
            "rsa.key",
            "middle-leaf.pem",
            "WORLD/middle-leaf.pem: certificate 1 of the chain is not a CA certificate",
        ),
        ("rsa.pem", "rsa.key", "middle-expired.pem", "WORLD/middle-expired.pem: certificate 1 of the chain expired at"),
        (
            "rsa.pem",
            "rsa.key",
            "fullchain.pem",
            "WORLD/fullchain.pem begins with the certificate itself, which is left out",
        ),
    ] {
        let said = warned(certificate, key, chain);
        assert!(said.contains(&format!("warning: {warning}")), "{chain}: {said}");
    }
    assert_eq!(warned("rsa.pem", "rsa.key", "middle.pem"), "");
    let sent = service.arrived().iter().rev().nth(1).unwrap().header("x-amz-x509-chain").unwrap().to_owned();
    assert_eq!(sent.split(',').count(), 2, "the certificate itself is left out");
}

/// Catches a server that accepts any certificate, and one that refuses a certificate it should trust.
#[test]
fn serve_and_verify_trust_only_certificates_under_their_trust_anchors() {
    let world = World::new();
    let (certificate, key, middle) = (world.path("p256.pem"), world.path("p256.key"), world.path("middle.pem"));
    let send = |url: &str| {
        let words = ["send", "--certificate", &certificate, "--private-key", &key, "--intermediates", &middle];
        let url = format!("{url}/sessions");
        Sigvet::anonymous(&[&words[..], &["--region", "eu-west-1", "-d", "{}", &url]].concat()).run()
    };
    let (root, other) = (world.path("root.pem"), world.path("rsa.pem"));
    let trusting = Serving::start(&["--trust-anchor", &root]);
    let accepted = send(&format!("http://{}", trusting.address())).expect(0).text();
    assert!(accepted.contains("rolesanywhere"), "{accepted}");
    for options in [&[][..], &["--trust-anchor", &other]] {
        let server = Serving::start(options);
        let refused = send(&format!("http://{}", server.address()));
        assert!(refused.stderr.contains("Untrusted signing certificate"), "{}", refused.stderr);
        server.wait_for("certificate-untrusted", 1);
    }
    let words = ["sign", "--certificate", &certificate, "--private-key", &key, "--intermediates", &middle, "-d", "{}"];
    let more = ["--date", "20260301T120000Z", "https://rolesanywhere.eu-west-1.amazonaws.com/sessions"];
    let signed = Sigvet::anonymous(&[&words[..], &more].concat()).run().expect(0).stdout;
    let verify = |anchor: &str| {
        Sigvet::anonymous(&["verify", "--now", "20260301T120000Z", "--trust-anchor", anchor]).input(&signed).run()
    };
    assert!(!verify(&root).expect(0).text().contains("was not checked"));
    assert!(verify(&other).expect(1).text().starts_with("not valid: no trust anchor vouches for the certificate"));
    let said = verify(&world.path("rsa.key")).expect(2).stderr;
    assert!(said.contains("rsa.key contains no certificate"), "{said}");
}
