//! Compares signatures with the key of a certificate to those of awslabs' own library for IAM Roles Anywhere.
//!
//! `make.py` writes `requests.json`: the library signs with its clock frozen, and openssl checks each signature.
//! Derivations and RSA signatures must be equal byte for byte. ECDSA signatures differ, so each side must accept those
//! of the other.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    reason = "a test reads its files, runs openssl, and fails by panicking"
)]

use serde_json::Value;

use sigvet_core::claim::Claim;
use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, PrepareError, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Scheme, SigningKey};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{
    CertificateFault, ExpectedScope, Finding, Judge, Outcome, Rejection, Verdict, is_judged_by_certificate,
    judge_certificates, verify,
};
use sigvet_core::x509::{
    Certificate, CertificateForm, CertificateHeaders, CertifiedKey, InvalidPrivateKey, KeyAlgorithm, PrivateKey,
    parse_presented,
};

const NOW: &str = "20260301T120000Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("requests.json")).unwrap()
}

fn text<'v>(case: &'v Value, name: &str) -> &'v str {
    case[name].as_str().unwrap()
}

/// The bytes of the only block of a PEM file.
fn der(pem: &str) -> Vec<u8> {
    use base64::Engine;
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(lines).unwrap()
}

fn certificate(name: &str) -> Certificate {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/x509/keys/{name}.pem"));
    Certificate::from_der(&der(&std::fs::read_to_string(path).unwrap())).unwrap()
}

fn private_key(name: &str) -> PrivateKey {
    match name {
        "rsa" => PrivateKey::from_pkcs1(&der(include_str!("keys/rsa.key"))),
        "p256" => PrivateKey::from_sec1(&der(include_str!("keys/p256.key"))),
        "p521" => PrivateKey::from_sec1(&der(include_str!("keys/p521.key"))),
        _ => PrivateKey::from_sec1(&der(include_str!("keys/p384.key"))),
    }
    .unwrap()
}

fn certified(name: &str, chain: &[&str]) -> CertifiedKey {
    let chain = chain.iter().map(|name| certificate(name)).collect();
    CertifiedKey::new(certificate(name), chain, private_key(name)).unwrap()
}

/// The request of a case, with only the wanted headers.
fn request(case: &Value, is_wanted: impl Fn(&str) -> bool) -> Request {
    let url: RequestUrl = text(case, "url").parse().unwrap();
    let mut request = Request::new("POST", &url).unwrap();
    request.body = Body::Bytes(text(case, "body").as_bytes().to_vec());
    for header in case["headers"].as_array().unwrap() {
        let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
        if name != "Host" && is_wanted(name) {
            request.headers.push(name, value).unwrap();
        }
    }
    request
}

fn sign(request: Request, key: &CertifiedKey) -> Request {
    let mut settings = Settings::new("eu-west-1", "rolesanywhere");
    settings.scheme = Scheme::X509(key.algorithm());
    settings.certificates = Some(key.headers());
    let identity = Identity { access_key_id: key.certificate().serial.clone(), session_token: None, expires_at: None };
    let prepared = prepare(request, &identity, &settings, now()).unwrap();
    let signing_key = SigningKey::for_certificate(key.private_key(), prepared.terms.scope.clone());
    prepared.sign(&signing_key).unwrap().request
}

fn judge(request: &Request) -> Verdict {
    verify(request, &Judge::new(None, now(), ExpectedScope::Any)).unwrap()
}

fn faults(verdict: &Verdict) -> Vec<&Finding> {
    verdict.findings.iter().filter(|finding| finding.is_fatal()).collect()
}

#[test]
fn requests_are_derived_and_signed_as_by_the_library_of_awslabs() {
    for case in cases() {
        let (name, is_with_chain) = (text(&case, "name"), case["chain"] == true);
        let chain: &[&str] = if is_with_chain { &["middle"] } else { &[] };
        let unsigned = request(&case, |name| name == "Content-Type");
        let signed = sign(unsigned, &certified(name, chain));
        let claim = Claim::extract(&signed).unwrap();
        let derivation = claim.derive(&signed);
        assert_eq!(derivation.canonical_request.to_string(), text(&case, "canonical_request"), "{name}");
        assert_eq!(derivation.string_to_sign, text(&case, "string_to_sign"), "{name}");
        assert_eq!(judge(&signed).outcome(), Outcome::Valid, "{name}");
        if name == "rsa" {
            let expected = request(&case, |_| true);
            let authorization = |request: &Request| request.headers.first_text("authorization").map(str::to_owned);
            assert_eq!(authorization(&signed), authorization(&expected));
        }
    }
}

#[test]
fn requests_signed_by_the_library_of_awslabs_are_valid_but_not_trusted() {
    for case in cases() {
        let verdict = judge(&request(&case, |_| true));
        assert_eq!(verdict.outcome(), Outcome::Valid, "{:?}", verdict.findings);
        assert_eq!(verdict.findings, [Finding::Certificate(CertificateFault::TrustUnjudged)]);
        assert!(!verdict.is_acceptable() && !verdict.is_acceptable_before_body());
        let rejection = verdict.accept().unwrap_err();
        assert!(matches!(rejection, Rejection::Findings(against) if against.len() == 1));
    }
}

#[test]
fn a_secret_access_key_cannot_make_the_signature_of_a_certificates_key() {
    let case = &cases()[0];
    let credentials = Credentials::new(certificate("rsa").serial, "secret");
    let claim = Claim::extract(&request(case, |_| true)).unwrap();
    let key = SigningKey::for_scheme(claim.terms.scheme, &credentials, &claim.terms.dialect, &claim.terms.scope);
    assert_eq!(key.sign(&claim.terms.scope, b"anything").unwrap().as_str(), "");
    // A judge with credentials still verifies with the certificate.
    let judge = Judge::new(Some(&credentials), now(), ExpectedScope::Any);
    assert!(verify(&request(case, |_| true), &judge).unwrap().accept().is_err());
}

#[test]
fn a_change_to_anything_that_is_signed_is_detected() {
    for case in cases() {
        for change in ["body", "date", "type", "signature"] {
            let mut changed = request(&case, |_| true);
            match change {
                "body" => changed.body = Body::Bytes(b"{}x".to_vec()),
                "date" => replace(&mut changed, "X-Amz-Date", "20260301T120001Z"),
                "type" => replace(&mut changed, "Content-Type", "application/json"),
                _ => {
                    let text = changed.headers.first_text("authorization").unwrap();
                    let last = if text.ends_with('0') { '1' } else { '0' };
                    let text = format!("{}{last}", &text[..text.len() - 1]);
                    replace(&mut changed, "Authorization", &text);
                }
            }
            let verdict = judge(&changed);
            assert_eq!(verdict.is_signature_right(), Some(false), "{change}");
            assert_eq!(faults(&verdict), [&Finding::SignatureMismatch], "{change}");
        }
    }
}

fn replace(request: &mut Request, name: &str, value: &str) {
    request.headers.remove(name);
    request.headers.push(name, value).unwrap();
}

#[test]
fn the_validity_period_of_the_certificate_is_checked_in_addition_to_the_signature() {
    let case = &cases()[1];
    let judged_at = |time: &str| {
        let now = Timestamp::parse(time).unwrap();
        let judge = Judge::new(None, now, ExpectedScope::Any).with_window(std::time::Duration::from_secs(1 << 40));
        let verdict = verify(&request(case, |_| true), &judge).unwrap();
        faults(&verdict).into_iter().cloned().collect::<Vec<_>>()
    };
    let at = |time: &str| Timestamp::parse(time).unwrap();
    let (start, end) = ("20260101T000000Z", "20360101T000000Z");
    assert_eq!(judged_at(start), []);
    assert_eq!(judged_at(end), []);
    let (early, late) = ("20251231T235959Z", "20360101T000001Z");
    assert_eq!(
        judged_at(early),
        [Finding::Certificate(CertificateFault::NotYetValid { from: at(start), now: at(early) })]
    );
    assert_eq!(judged_at(late), [Finding::Certificate(CertificateFault::Expired { at: at(end), now: at(late) })]);
}

/// The expected serial numbers are those of `openssl x509 -serial`, converted from hex to decimal with Python.
#[test]
fn serial_numbers_are_decimal() {
    for (name, serial) in [
        ("rsa", "543661159748278989157804827405126840476567151429"),
        ("p256", "917402727119340645277675950225804437405660422707"),
        ("p384", "17"),
        ("p521", "725356579634933709000052573293323440254068224386"),
        ("middle", "77"),
    ] {
        assert_eq!(certificate(name).serial, serial);
    }
    let case = &cases()[0];
    let mut hex = request(case, |_| true);
    let authorization = hex.headers.first_text("authorization").unwrap();
    let authorization = authorization.replace(&certificate("rsa").serial, "5F3A9C0B1D2E4F60718293A4B5C6D7E8F9012345");
    replace(&mut hex, "Authorization", &authorization);
    let verdict = judge(&hex);
    assert!(matches!(faults(&verdict)[..], [Finding::Certificate(CertificateFault::Serial { .. })]));
    assert_eq!(verdict.is_signature_right(), Some(true), "the credential is not signed");
}

/// The key is openssl's `genrsa -3`, which it takes for a good one.
#[test]
fn the_small_exponent_of_an_rsa_key_is_named_as_the_reason() {
    let error = PrivateKey::from_pkcs1(&der(include_str!("keys/exponent3.key"))).unwrap_err();
    assert_eq!(error, InvalidPrivateKey::SmallExponent(3));
    assert!(error.to_string().contains("public exponent is 3"), "{error}");
}

#[test]
fn the_permitted_uses_of_a_certificate_are_read() {
    let (leaf, root) = (certificate("rsa"), certificate("root"));
    assert!(leaf.is_v3 && leaf.may_sign && !leaf.is_authority && !leaf.is_self_issued());
    assert!(root.is_v3 && !root.may_sign && root.is_authority && root.is_self_issued());
    assert!(leaf.names_as_issuer(&certificate("middle")) && !leaf.names_as_issuer(&root));
    let kinds = ["rsa", "p256", "p384", "p521"].map(|name| certificate(name).key.description());
    assert_eq!(kinds, ["RSA with 2048 bits", "EC on curve P-256", "EC on curve P-384", "EC on curve P-521"]);
    // A request that is signed with the key of a CA certificate is not accepted.
    let key = PrivateKey::from_sec1(&der(include_str!("keys/root.key"))).unwrap();
    let key = CertifiedKey::new(root, Vec::new(), key).unwrap();
    let verdict = judge(&sign(request(&cases()[0], |name| name == "Content-Type"), &key));
    let is_unsuitable =
        |finding: &&Finding| matches!(finding, Finding::Certificate(CertificateFault::Unsuitable { .. }));
    assert_eq!(faults(&verdict).iter().filter(|finding| is_unsuitable(finding)).count(), 2);
}

#[test]
fn a_chain_in_the_wrong_order_is_noted_and_the_request_stays_valid() {
    for (chain, is_noted) in
        [(&["middle", "root"][..], false), (&["root", "middle"], true), (&["rsa", "middle"], true), (&["root"], true)]
    {
        let verdict = judge(&sign(request(&cases()[0], |_| false), &certified("rsa", chain)));
        let is_order = |finding: &Finding| matches!(finding, Finding::Certificate(CertificateFault::ChainOrder { .. }));
        assert_eq!(verdict.findings.iter().any(is_order), is_noted, "{chain:?}");
        assert_eq!(verdict.outcome(), Outcome::Valid);
    }
}

#[test]
fn the_wrong_format_of_a_certificate_header_is_recognized() {
    let pem = include_str!("keys/rsa.pem");
    let right = CertificateHeaders::new(&certificate("rsa"), &[]).certificate;
    let encoded = |text: &str| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    for (value, form) in [
        (pem.replace('\n', ""), CertificateForm::Pem),
        (pem.replace('\n', "\\n"), CertificateForm::Pem),
        (pem.replace('\n', "%0A"), CertificateForm::Pem),
        (encoded(pem), CertificateForm::EncodedPem),
        (right.replace('+', "-").replace('/', "_"), CertificateForm::OtherBase64),
        (right.trim_end_matches('=').to_owned(), CertificateForm::OtherBase64),
        (format!("{} {}", &right[..70], &right[70..]), CertificateForm::Spaced),
        (format!("{}\\n{}", &right[..70], &right[70..]), CertificateForm::Spaced),
        (encoded_der(&["rsa", "middle"]), CertificateForm::Joined),
        (encoded("something else"), CertificateForm::NotCertificate),
        ("CN=workload".to_owned(), CertificateForm::NotBase64),
    ] {
        assert_eq!(parse_presented(&value).unwrap_err(), form, "{value}");
    }
    assert_eq!(parse_presented(&right).unwrap(), certificate("rsa"));
}

fn encoded_der(names: &[&str]) -> String {
    use base64::Engine;
    let ders: Vec<u8> = names.iter().flat_map(|name| certificate(name).as_der().to_vec()).collect();
    base64::engine::general_purpose::STANDARD.encode(ders)
}

#[test]
fn signing_needs_the_certificate_and_cannot_presign_a_url() {
    let mut settings = Settings::new("eu-west-1", "rolesanywhere");
    settings.scheme = Scheme::X509(KeyAlgorithm::Rsa);
    let identity = Identity { access_key_id: "17".to_owned(), session_token: None, expires_at: None };
    let plain = || request(&cases()[0], |_| false);
    assert_eq!(prepare(plain(), &identity, &settings, now()).unwrap_err(), PrepareError::CertificateMissing);
    let url = settings.presigned(std::time::Duration::from_secs(60));
    assert_eq!(prepare(plain(), &identity, &url, now()).unwrap_err(), PrepareError::CertificateInQuery);
    let mut without = sign(plain(), &certified("rsa", &[]));
    without.headers.remove("x-amz-x509");
    let verdict = judge(&without);
    assert!(
        faults(&verdict)
            .iter()
            .any(|finding| matches!(finding, Finding::Certificate(CertificateFault::Missing { .. })))
    );
    assert_eq!(verdict.expected, None);
}

#[test]
fn the_key_of_another_certificate_is_refused_and_debug_shows_no_key() {
    assert!(CertifiedKey::new(certificate("rsa"), Vec::new(), private_key("p256")).is_err());
    let shown = format!("{:?} {:?}", private_key("p256"), certified("rsa", &[]));
    assert!(shown.contains("[redacted]"));
    let number = hex::encode(&der(include_str!("keys/p256.key"))[7..39]);
    assert!(!shown.contains(&number));
    for garbage in [&b""[..], b"\x30", b"\x30\x03\x02\x01\x00", &der(include_str!("keys/rsa.pem"))] {
        assert!(PrivateKey::from_pkcs8(garbage).is_err());
        assert!(PrivateKey::from_pkcs1(garbage).is_err());
        assert!(PrivateKey::from_sec1(garbage).is_err());
    }
}

/// Catches a reader that runs past the end, and one that accepts a truncated certificate or one with trailing bytes.
#[test]
fn truncated_certificates_and_trailing_bytes_are_refused() {
    let whole = der(include_str!("keys/rsa.pem"));
    for end in 0..whole.len() {
        assert!(Certificate::from_der(&whole[..end]).is_err(), "{end}");
    }
    assert!(Certificate::from_der(&[&whole[..], b"\0"].concat()).is_err());
    for at in 0..whole.len() {
        for byte in [0x00, 0x7f, 0x80, 0xff] {
            let mut changed = whole.clone();
            changed[at] = byte;
            // The result does not matter, but parsing must end.
            let _ = Certificate::from_der(&changed);
        }
    }
}

/// Catches an issuer's algorithm that is mistaken for another, and a signature that is accepted with a changed bit.
#[test]
fn issuers_signatures_are_verified_with_every_supported_algorithm() {
    let names = [
        "rsa-sha256",
        "rsa-sha384",
        "rsa-sha512",
        "pss-sha256",
        "pss-sha384",
        "pss-sha512",
        "p256-sha512",
        "p384-sha256",
        "p384-sha384",
        "p521-sha256",
        "p521-sha512",
        "ed25519",
    ];
    let issuer = |name: &str| certificate(&format!("issuers/{name}"));
    for name in names {
        let own = issuer(name);
        assert_eq!(own.is_signed_by(&own), Some(true), "{name}");
        let mut der = own.as_der().to_vec();
        *der.last_mut().unwrap() ^= 1;
        let changed = Certificate::from_der(&der).unwrap();
        assert_eq!(changed.is_signed_by(&own), Some(false), "{name}");
        let other = if name == "p256-sha512" { "p384-sha256" } else { "p256-sha512" };
        assert_eq!(own.is_signed_by(&issuer(other)), Some(false), "{name} by {other}");
    }
    for name in ["pss-salt20", "rsa1024", "ed448", "p224", "sha1"] {
        let own = issuer(name);
        assert_eq!(own.is_signed_by(&own), None, "{name}");
    }
    assert_eq!(issuer("sha1").weak_hash(), Some("SHA-1"));
    assert_eq!(issuer("pss-salt20").weak_hash(), None);
    assert!(!issuer("ed25519").key.can_sign() && !issuer("ed25519").key.can_verify());
    assert!(!issuer("rsa1024").key.can_sign() && issuer("rsa1024").key.can_verify());
}

/// The faults of a certificate and its chain at [`NOW`], as text.
fn faults_of(name: &str, chain: &[&str]) -> Vec<String> {
    let chain: Vec<Certificate> = chain.iter().map(|name| certificate(name)).collect();
    judge_certificates(&certificate(name), &chain, now()).iter().map(ToString::to_string).collect()
}

#[test]
fn each_link_of_a_chain_is_checked_for_its_signature_key_usage_and_validity_period() {
    for (chain, fault) in [
        (&["middle"][..], None),
        (&["middle", "root"], None),
        (
            &["middle-other"],
            Some(
                "certificate 1 of the chain is named as the issuer of the one below it, but its key did not sign that one",
            ),
        ),
        (&["middle-leaf"], Some("certificate 1 of the chain is not a CA certificate")),
        (
            &["middle-mute"],
            Some("certificate 1 of the chain may not sign certificates: its key usage does not include it"),
        ),
        (&["middle-expired", "root"], Some("certificate 1 of the chain expired at 2026-02-01T00:00:00Z")),
        (
            &["below-above", "above", "root"],
            Some("certificate 2 of the chain allows 0 CA certificates below it, and there are 1"),
        ),
        (&["rsa", "middle"], Some("the certificate chain contains the certificate itself")),
        (&["root", "middle"], Some("the certificate chain does not go from the issuer of the certificate upwards")),
        (&["root"], Some("the certificate chain does not contain the issuer of the certificate")),
    ] {
        assert_eq!(faults_of("rsa", chain), fault.into_iter().collect::<Vec<_>>(), "{chain:?}");
    }
    let six = faults_of("rsa", &["middle", "root", "root", "root", "root", "root"]);
    assert!(six.contains(&"the certificate chain has 6 certificates; expected at most 5".to_owned()), "{six:?}");
    let unsuitable = "the certificate cannot sign requests:";
    assert_eq!(faults_of("sha1", &[]), [format!("{unsuitable} it is signed with SHA-1; expected SHA-256 or stronger")]);
    assert_eq!(faults_of("selfie", &[]), [format!("{unsuitable} it is self-signed, so no CA vouches for it")]);
}

#[test]
fn a_certificate_is_trusted_only_if_a_chain_of_signatures_leads_to_a_trust_anchor() {
    let is_accepted = |chain: &[&str], anchors: &[&str]| {
        let request = sign(request(&cases()[0], |name| name == "Content-Type"), &certified("rsa", chain));
        let anchors: Vec<Certificate> = anchors.iter().map(|name| certificate(name)).collect();
        let judge = Judge::new(None, now(), ExpectedScope::Any).with_trust_anchors(&anchors);
        let verdict = verify(&request, &judge).unwrap();
        let is_untrusted = verdict.findings.contains(&Finding::Certificate(CertificateFault::Untrusted));
        let is_accepted = verdict.accept().is_ok();
        assert_ne!(is_untrusted, is_accepted, "{chain:?}");
        is_accepted
    };
    for (chain, anchors) in [
        (&["middle"][..], &["root"][..]),
        (&[], &["middle"]),
        (&["middle"], &["middle"]),
        (&["root", "middle"], &["root"]),
        (&["rsa", "middle"], &["root"]),
        (&["middle-other", "middle"], &["issuers/rsa-sha256", "root"]),
    ] {
        assert!(is_accepted(chain, anchors), "{chain:?} {anchors:?}");
    }
    for (chain, anchors) in [
        (&["middle"][..], &[][..]),
        (&[], &["root"]),
        (&["middle"], &["issuers/rsa-sha256"]),
        (&["middle-other"], &["root"]),
        (&["middle-leaf"], &["root"]),
        (&["middle-mute"], &["root"]),
        (&["middle-odd"], &["root"]),
        (&["middle-expired"], &["root"]),
        (&["below-above", "above"], &["root"]),
        (&[], &["middle-leaf"]),
        (&[], &["middle-expired"]),
        (&[], &["rsa"]),
    ] {
        assert!(!is_accepted(chain, anchors), "{chain:?} {anchors:?}");
    }
}

/// Compares with openssl, if it is installed; in CI it must be. Catches a rule that only we have.
#[test]
fn openssl_agrees_on_which_chains_lead_to_the_root() {
    let keys = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/x509/keys");
    for (chain, is_fine) in [
        ("middle", true),
        ("middle-other", false),
        ("middle-leaf", false),
        ("middle-mute", false),
        ("middle-odd", false),
        ("middle-expired", false),
    ] {
        let (root, above, own) = (keys.join("root.pem"), keys.join(format!("{chain}.pem")), keys.join("rsa.pem"));
        let time = now().epoch_seconds().to_string();
        let ran = std::process::Command::new("openssl")
            .args(["verify", "-no-CApath", "-attime", &time, "-CAfile"])
            .args([&root, std::path::Path::new("-untrusted"), &above, &own])
            .output();
        match ran {
            Ok(ran) => assert_eq!(ran.status.success(), is_fine, "{chain}: {}", String::from_utf8_lossy(&ran.stderr)),
            Err(error) => assert!(std::env::var_os("CI").is_none(), "openssl: {error}"),
        }
    }
}

/// A certificate header that the request already has must not replace the signing certificate.
#[test]
fn a_different_certificate_header_on_the_request_is_refused_and_an_equal_one_is_accepted() {
    let key = certified("rsa", &["middle"]);
    let mut settings = Settings::new("eu-west-1", "rolesanywhere");
    settings.scheme = Scheme::X509(key.algorithm());
    settings.certificates = Some(key.headers());
    let identity = Identity { access_key_id: key.certificate().serial.clone(), session_token: None, expires_at: None };
    let prepared = |name: &str, value: &str| {
        let mut request = request(&cases()[0], |_| false);
        request.headers.push(name, value).unwrap();
        prepare(request, &identity, &settings, now()).map(drop)
    };
    let other = CertificateHeaders::new(&certificate("p256"), &[]).certificate;
    for name in ["x-amz-x509", "x-amz-x509-chain"] {
        assert_eq!(prepared(name, &other), Err(PrepareError::CertificateDiffers { name: name.to_owned() }));
    }
    assert_eq!(prepared("X-Amz-X509", &key.headers().certificate), Ok(()));
}

/// IAM Roles Anywhere accepts ML-DSA keys, so a request that is signed with one is not malformed.
#[test]
fn signatures_of_post_quantum_keys_are_reported_as_unsupported() {
    let mut request = sign(request(&cases()[0], |_| false), &certified("rsa", &[]));
    let authorization = request.headers.first_text("authorization").unwrap();
    let authorization = authorization.replace("AWS4-X509-RSA-SHA256", "AWS4-X509-MLDSA");
    replace(&mut request, "Authorization", &authorization);
    let error = Claim::extract(&request).unwrap_err();
    assert!(error.to_string().starts_with("signed with 'AWS4-X509-MLDSA', which "), "{error}");
}

/// The request names the algorithm for secret keys, but carries the certificate whose serial number is in the
/// credential.
#[test]
fn a_request_with_a_certificate_and_the_algorithm_for_secret_keys_is_judged_without_a_secret_key() {
    let mut request = sign(request(&cases()[0], |_| false), &certified("rsa", &[]));
    let authorization = request.headers.first_text("authorization").unwrap();
    let authorization = authorization.replace("AWS4-X509-RSA-SHA256", "AWS4-HMAC-SHA256");
    replace(&mut request, "Authorization", &authorization);
    let verdict = judge(&request);
    let fault = CertificateFault::Algorithm {
        expected: "AWS4-X509-RSA-SHA256".to_owned(),
        presented: "AWS4-HMAC-SHA256".to_owned(),
    };
    assert_eq!(faults(&verdict), [&Finding::Certificate(fault)]);
    assert!(is_judged_by_certificate(&request, &Claim::extract(&request).unwrap()));
}
