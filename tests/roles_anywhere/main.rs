//! Tests IAM Roles Anywhere end to end: the built binary, a service on loopback, and openssl to verify the signatures.
//!
//! Catches a request that deviates from the procedure in AWS's user guide, a key file that cannot be read, a wrong exit
//! code, a secret in an error, and a gateway that keeps using a session after it has ended.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test fails by panicking and has no public API")]

mod judged;
mod service;
mod typed;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use service::{Arrived, Service};
use sha2::{Digest, Sha256};
use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

const TRUST_ANCHOR: &str = "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/a1";
const PROFILE: &str = "arn:aws:rolesanywhere:eu-west-1:123456789012:profile/b2";
const ROLE: &str = "arn:aws:iam::123456789012:role/workload";
const ARNS: [&str; 6] = ["--trust-anchor-arn", TRUST_ANCHOR, "--profile-arn", PROFILE, "--role-arn", ROLE];

/// A directory with certificates and keys that only their owner can read.
struct World(tempfile::TempDir);

impl World {
    fn new() -> Self {
        let world = Self(tempfile::tempdir().unwrap());
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/core/tests/x509/keys");
        for entry in fs::read_dir(keys).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            world.write(path.file_name().unwrap().to_str().unwrap(), &fs::read(&path).unwrap());
        }
        world
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).unwrap();
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// The command that requests a session from the service with this certificate and key.
    fn credentials(&self, certificate: &str, key: &str, service: &Service, more: &[&str]) -> Sigvet {
        let (certificate, key) = (self.path(certificate), self.path(key));
        let words = ["credentials", "roles-anywhere", "--certificate", &certificate, "--private-key", &key];
        Sigvet::anonymous(&[&words[..], &ARNS, &["--endpoint", &service.url], more].concat())
    }

    /// Runs openssl. `None` if it is not installed; in CI it must be.
    fn openssl(&self, words: &[&str]) -> Option<Vec<u8>> {
        self.openssl_reading(words, b"")
    }

    fn openssl_reading(&self, words: &[&str], input: &[u8]) -> Option<Vec<u8>> {
        let started = Command::new("openssl")
            .args(words)
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut child = match started {
            Ok(child) => child,
            Err(error) if std::env::var_os("CI").is_some() => panic!("openssl: {error}"),
            Err(_) => return None,
        };
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "openssl {words:?}");
        Some(output.stdout)
    }
}

fn session(id: &str, expiration: &str) -> String {
    let credentials = json!({
        "accessKeyId": id, "secretAccessKey": format!("secret/of+{id}"), "sessionToken": format!("token-of-{id}=="),
        "expiration": expiration,
    });
    json!({
        "credentialSet": [{
            "assumedRoleUser": { "arn": "arn:aws:sts::123456789012:assumed-role/workload/1", "assumedRoleId": "AROA:1" },
            "credentials": credentials, "packedPolicySize": 10, "roleArn": ROLE, "sourceIdentity": "CN=rsa",
        }],
        "subjectArn": "arn:aws:rolesanywhere:eu-west-1:123456789012:subject/s1",
    })
    .to_string()
}

fn granting() -> Service {
    Service::start(201, &session("ASIAEXAMPLE", "2036-01-01T00:00:00Z"))
}

/// Computes the string to sign of a request that arrived, after *Task 1* and *Task 2* of the user guide's signing
/// process. Also returns the names of the signed headers and the signature.
fn string_to_sign(request: &Arrived) -> (String, Vec<String>, String) {
    let authorization = request.header("authorization").unwrap();
    let part = |name: &str| {
        let (_, rest) = authorization.split_once(&format!("{name}=")).unwrap();
        rest.split(',').next().unwrap().to_owned()
    };
    let signed: Vec<String> = part("SignedHeaders").split(';').map(str::to_owned).collect();
    let headers: String = signed.iter().map(|name| format!("{name}:{}\n", request.header(name).unwrap())).collect();
    let target = request.line.split(' ').nth(1).unwrap();
    let hash = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let canonical = format!("POST\n{target}\n\n{headers}\n{}\n{}", signed.join(";"), hash(&request.body));
    let (algorithm, _) = authorization.split_once(' ').unwrap();
    let (_, scope) = part("Credential").split_once('/').map(|(id, scope)| (id.to_owned(), scope.to_owned())).unwrap();
    let date = request.header("x-amz-date").unwrap();
    let text = format!("{algorithm}\n{date}\n{scope}\n{}", hash(canonical.as_bytes()));
    (text, signed, part("Signature"))
}

#[test]
fn a_session_is_requested_as_in_the_user_guide_and_openssl_verifies_the_signature() {
    let world = World::new();
    for (name, algorithm, serial) in [
        ("rsa", "AWS4-X509-RSA-SHA256", "543661159748278989157804827405126840476567151429"),
        ("p256", "AWS4-X509-ECDSA-SHA256", "917402727119340645277675950225804437405660422707"),
        ("p384", "AWS4-X509-ECDSA-SHA256", "17"),
        ("p521", "AWS4-X509-ECDSA-SHA256", "725356579634933709000052573293323440254068224386"),
    ] {
        let (service, middle) = (granting(), world.path("middle.pem"));
        let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
        let more = ["--intermediates", &middle, "--session-duration", "900", "--role-session-name", "night"];
        let outcome = world.credentials(&certificate, &key, &service, &more).run().expect(0);
        let printed: Value = serde_json::from_str(&outcome.line()).unwrap();
        assert_eq!(outcome.stderr, "");
        assert_eq!(
            printed,
            json!({
                "Version": 1, "AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret/of+ASIAEXAMPLE",
                "SessionToken": "token-of-ASIAEXAMPLE==", "Expiration": "2036-01-01T00:00:00Z",
            })
        );
        let request = &service.arrived()[0];
        assert_eq!(request.line, "POST /sessions HTTP/1.1");
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(
            body,
            json!({
                "durationSeconds": 900, "profileArn": PROFILE, "roleArn": ROLE, "trustAnchorArn": TRUST_ANCHOR,
                "roleSessionName": "night",
            })
        );
        let authorization = request.header("authorization").unwrap();
        let day = &request.header("x-amz-date").unwrap()[..8];
        let start =
            format!("{algorithm} Credential={serial}/{day}/eu-west-1/rolesanywhere/aws4_request, SignedHeaders=");
        assert!(authorization.starts_with(&start), "{authorization}");
        let base64 = |file: &str| {
            let text = fs::read_to_string(world.path(file)).unwrap();
            text.lines().filter(|line| !line.starts_with("-----")).collect::<String>()
        };
        assert_eq!(request.header("x-amz-x509").unwrap(), base64(&certificate));
        assert_eq!(request.header("x-amz-x509-chain").unwrap(), base64("middle.pem"));
        let (text, signed, signature) = string_to_sign(request);
        for name in ["host", "content-type", "x-amz-date", "x-amz-x509", "x-amz-x509-chain"] {
            assert!(signed.iter().any(|signed| signed == name), "{name}");
        }
        world.write("signature", &hex::decode(signature).unwrap());
        let Some(public) = world.openssl(&["x509", "-in", &certificate, "-noout", "-pubkey"]) else { return };
        world.write("public.pem", &public);
        let verify = ["dgst", "-sha256", "-verify", "public.pem", "-signature", "signature"];
        world.openssl_reading(&verify, text.as_bytes()).unwrap();
    }
}

#[test]
fn keys_in_every_format_that_openssl_writes_are_read() {
    let world = World::new();
    let service = granting();
    let hush = ["-passout", "pass:hush hush"];
    for (name, words) in [
        ("rsa", &["pkcs8", "-topk8", "-nocrypt"][..]),
        ("p256", &["pkcs8", "-topk8", "-nocrypt"]),
        ("p384", &["pkcs8", "-topk8", "-nocrypt"]),
        ("rsa", &[&["pkcs8", "-topk8", "-v2", "aes-256-cbc"][..], &hush].concat()),
        ("p256", &[&["pkcs8", "-topk8", "-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"][..], &hush].concat()),
        ("p384", &[&["pkcs8", "-topk8", "-scrypt"][..], &hush].concat()),
    ] {
        let key = format!("{name}.key");
        if world.openssl(&[words, &["-in", &key, "-out", "other.key"]].concat()).is_none() {
            return;
        }
        let certificate = format!("{name}.pem");
        let sigvet = world.credentials(&certificate, "other.key", &service, &[]);
        sigvet.env("SIGVET_KEY_PASSPHRASE", "hush hush").run().expect(0);
    }
    world.write("passphrase", b"hush hush\n");
    let file = world.path("passphrase");
    world.credentials("p384.pem", "other.key", &service, &["--passphrase-file", &file]).run().expect(0);
    world.credentials("p384.pem", "other.key", &service, &["--pkcs8-password", "hush hush"]).run().expect(0);
    let together = [fs::read(world.path("p256.pem")).unwrap(), fs::read(world.path("p256.key")).unwrap()].concat();
    world.write("together.pem", &together);
    world.credentials("together.pem", "together.pem", &service, &[]).run().expect(0);
}

/// Each case has a mistake, the exit code, and the text that the first line must contain.
#[test]
fn unusable_files_are_reported_in_one_line_without_a_secret() {
    let world = World::new();
    let service = granting();
    let made = [
        &["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", "pass:hush", "-in", "rsa.key", "-out", "encrypted.key"]
            [..],
        &["rsa", "-aes128", "-traditional", "-passout", "pass:hush", "-in", "rsa.key", "-out", "old.key"],
        &["genpkey", "-algorithm", "ed25519", "-out", "ed.key"],
        &["ecparam", "-name", "secp224r1", "-genkey", "-noout", "-out", "p224.key"],
        &["genrsa", "-out", "short.key", "1024"],
        &["req", "-x509", "-new", "-key", "short.key", "-subj", "/CN=s", "-out", "of-short.pem"],
        &["req", "-x509", "-new", "-key", "ed.key", "-subj", "/CN=e", "-out", "of-ed.pem"],
        &["pkcs12", "-export", "-in", "rsa.pem", "-inkey", "rsa.key", "-passout", "pass:", "-out", "all.p12"],
        &["x509", "-in", "rsa.pem", "-outform", "DER", "-out", "rsa.der"],
    ];
    if made.iter().any(|words| world.openssl(words).is_none()) {
        return;
    }
    let reversed = [fs::read(world.path("middle.pem")).unwrap(), fs::read(world.path("rsa.pem")).unwrap()].concat();
    world.write("reversed.pem", &reversed);
    world.write("nothing.pem", b"nothing\n");
    world.write("cut.pem", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    for (certificate, key, code, start) in [
        (
            "rsa.pem",
            "p256.key",
            3,
            "the private key in WORLD/p256.key does not belong to the certificate in WORLD/rsa.pem",
        ),
        (
            "rsa.pem",
            "encrypted.key",
            3,
            "the private key in WORLD/encrypted.key is encrypted, and there is no passphrase for it",
        ),
        ("rsa.pem", "old.key", 3, "the private key in WORLD/old.key is encrypted in a way that is not supported"),
        (
            "rsa.pem",
            "ed.key",
            3,
            "the private key in WORLD/ed.key cannot be used: it is Ed25519; expected RSA with 2048 to 4096 bits, or EC on curve P-256, P-384 or P-521",
        ),
        (
            "rsa.pem",
            "p224.key",
            3,
            "the private key in WORLD/p224.key cannot be used: it is EC on curve P-224; expected",
        ),
        (
            "rsa.pem",
            "short.key",
            3,
            "the private key in WORLD/short.key cannot be used: it is RSA with 1024 bits; expected",
        ),
        (
            "of-short.pem",
            "short.key",
            3,
            "the certificate in WORLD/of-short.pem has a key that cannot sign requests: RSA with 1024 bits",
        ),
        (
            "of-ed.pem",
            "rsa.key",
            3,
            "the certificate in WORLD/of-ed.pem has a key that cannot sign requests: Ed25519; expected RSA",
        ),
        (
            "reversed.pem",
            "rsa.key",
            3,
            "the private key in WORLD/rsa.key belongs to certificate 2 in WORLD/reversed.pem; expected that",
        ),
        ("all.p12", "rsa.key", 3, "WORLD/all.p12 is a PKCS#12 file; expected PEM"),
        ("rsa.der", "rsa.key", 3, "WORLD/rsa.der is DER; expected PEM"),
        ("nothing.pem", "rsa.key", 3, "WORLD/nothing.pem contains no certificate; expected PEM with"),
        ("rsa.key", "rsa.key", 3, "WORLD/rsa.key contains no certificate; expected PEM with"),
        ("cut.pem", "rsa.key", 3, "certificate 1 in WORLD/cut.pem cannot be read: not an X.509 certificate"),
        ("rsa.pem", "rsa.pem", 3, "WORLD/rsa.pem contains no private key; expected PEM with"),
        ("gone.pem", "rsa.key", 2, "cannot read WORLD/gone.pem: no such file or directory"),
    ] {
        let outcome = world.credentials(certificate, key, &service, &[]).run().expect(code);
        let said = outcome.stderr.replace(&world.path(""), "WORLD/");
        assert!(said.starts_with(&format!("error: {start}")), "{said}");
        assert!(said.lines().skip(1).all(|line| line.starts_with("  hint: ")), "{said}");
        assert!(!said.contains("hush") && outcome.stdout.is_empty(), "{said}");
    }
    let wrong = world.credentials("rsa.pem", "encrypted.key", &service, &[]);
    let wrong = wrong.env("SIGVET_KEY_PASSPHRASE", "hunter2").run().expect(3).stderr;
    assert!(wrong.contains("the passphrase for the private key in ") && wrong.contains(" is wrong"), "{wrong}");
    assert!(!wrong.contains("hunter2"));
    assert!(service.arrived().is_empty(), "nobody is asked for what cannot be signed");
}

#[test]
fn invalid_parameters_are_reported_before_the_service_is_called() {
    let world = World::new();
    let service = granting();
    let other = PROFILE.replace("eu-west-1", "eu-west-2");
    for (words, said) in [
        (&["--role-arn", "workload"][..], "invalid role_arn; expected arn:aws:iam::ACCOUNT:role/NAME"),
        (&["--profile-arn", TRUST_ANCHOR], "expected arn:aws:rolesanywhere:REGION:ACCOUNT:profile/ID"),
        (&["--profile-arn", &other], "the trust anchor is in region eu-west-1, but the profile is in eu-west-2"),
        (&["--session-duration", "60"], "invalid session duration of 60 s; expected 900 to 43200 s"),
        (&["--private-key", "pkcs11:object=key"], "pkcs11:object=key names a key outside of files"),
        (&["--cert-selector", "Key=x509Subject,Value=CN=x"], "--cert-selector is about keys in tokens"),
        (&["--pkcs11-pin", "1234"], "--pkcs11-pin is about keys in tokens"),
        (&["--endpoint", "nope://x"], "invalid endpoint of IAM Roles Anywhere: invalid URL 'nope://x/sessions'"),
        (&["--role-session-name", "a b"], "invalid role session name; expected 2 to 64 letters"),
    ] {
        let outcome = world.credentials("rsa.pem", "rsa.key", &service, words).run().expect(2);
        assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    }
    assert!(service.arrived().is_empty());
}

/// Catches a session whose requests every service would refuse, and one that SDKs would never renew.
#[test]
fn a_session_with_a_missing_field_or_that_has_ended_is_refused() {
    let world = World::new();
    let whole: Value = serde_json::from_str(&session("ASIAIOSFODNN7EXAMPLE", "2199-01-01T00:00:00Z")).unwrap();
    for field in ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"] {
        let mut lacking = whole.clone();
        lacking["credentialSet"][0]["credentials"].as_object_mut().unwrap().remove(field);
        let service = Service::start(201, &lacking.to_string());
        let ran = world.credentials("rsa.pem", "rsa.key", &service, &[]).run().expect(3);
        assert!(ran.stderr.contains(&format!("has no {field}")) && ran.stdout.is_empty(), "{}", ran.stderr);
    }
    let service = Service::start(201, &session("ASIAIOSFODNN7EXAMPLE", "2020-01-01T00:00:00Z"));
    let ran = world.credentials("rsa.pem", "rsa.key", &service, &[]).run().expect(3);
    assert!(ran.stderr.contains("ended at 2020-01-01T00:00:00Z") && ran.stdout.is_empty(), "{}", ran.stderr);
}

/// Catches secrets on the screen: the body of a redirect, for example, is not an error message.
#[test]
fn a_body_with_credentials_is_not_shown_with_any_status() {
    let world = World::new();
    for status in [307, 400, 500] {
        let service = Service::start(status, &session("ASIAIOSFODNN7EXAMPLE", "2199-01-01T00:00:00Z"));
        let ran = world.credentials("rsa.pem", "rsa.key", &service, &[]).run().expect(3);
        assert!(ran.stderr.contains(&format!("was refused: status {status}")), "{}", ran.stderr);
        assert!(!ran.stderr.contains("credentialSet"), "{}", ran.stderr);
    }
}

#[test]
fn signing_chunks_with_a_certificate_is_refused() {
    let world = World::new();
    world.write("body", b"hello");
    let (certificate, key, body) = (world.path("rsa.pem"), world.path("rsa.key"), world.path("body"));
    let words =
        ["sign", "--certificate", &certificate, "--private-key", &key, "--region", "eu-west-1", "--service", "s3"];
    let more = ["--payload", "streaming", "-T", &body, "https://b.s3.eu-west-1.amazonaws.com/k"];
    let ran = Sigvet::anonymous(&[&words[..], &more].concat()).run().expect(2);
    assert!(ran.stderr.contains("chunks cannot be signed with the key of a certificate"), "{}", ran.stderr);
}

/// The message is from issue 108 of AWS's helper.
#[test]
fn a_refusal_shows_the_message_of_the_service() {
    let world = World::new();
    let service = Service::start(403, r#"{"message":"Untrusted signing certificate"}"#);
    let said = world.credentials("rsa.pem", "rsa.key", &service, &[]).run().expect(3).stderr;
    assert!(said.contains("CreateSession of IAM Roles Anywhere at http://127.0.0.1:"), "{said}");
    assert!(said.contains("AccessDeniedException: Untrusted signing certificate (status 403)"), "{said}");
    let empty = Service::start(201, r#"{"credentialSet":[]}"#);
    let said = world.credentials("rsa.pem", "rsa.key", &empty, &[]).run().expect(3).stderr;
    assert!(said.contains("the answer of IAM Roles Anywhere has no credentials"), "{said}");
}

#[test]
fn a_key_that_others_can_read_and_an_expired_certificate_cause_warnings() {
    let world = World::new();
    let service = granting();
    fs::set_permissions(world.path("rsa.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let said = world.credentials("expired.pem", "rsa.key", &service, &[]).run().expect(0).stderr;
    assert!(said.contains("warning: others can read ") && said.contains("rsa.key (mode 0644)"), "{said}");
    assert!(said.contains("expired.pem: the certificate expired at 2026-02-01T00:00:00Z, "), "{said}");
    let several = [fs::read(world.path("p256.pem")).unwrap(), fs::read(world.path("middle.pem")).unwrap()].concat();
    world.write("several.pem", &several);
    let said = world.credentials("several.pem", "p256.key", &service, &[]).run().expect(0).stderr;
    assert!(said.contains("several.pem contains 2 certificates; only the first is sent"), "{said}");
}

/// Writes a profile file that names files in its own directory.
fn profiles(world: &World, service: &Service, more: &str) -> String {
    let text = format!(
        "[profile.workload]\ncertificate = \"p256.pem\"\nprivate_key = \"p256.key\"\nintermediates = \"middle.pem\"\n\
         trust_anchor_arn = \"{TRUST_ANCHOR}\"\nprofile_arn = \"{PROFILE}\"\nrole_arn = \"{ROLE}\"\n\
         rolesanywhere_endpoint_url = \"{}\"\nregion = \"eu-west-1\"\n{more}",
        service.url
    );
    world.write("profiles.toml", text.as_bytes());
    world.path("profiles.toml")
}

#[test]
fn a_profile_with_a_certificate_signs_with_its_session() {
    let world = World::new();
    let service = granting();
    let file = profiles(&world, &service, "duration_seconds = 1800\n");
    let words = ["sign", "--profile", "workload", "--profile-file", &file, "https://sqs.eu-west-1.amazonaws.com/"];
    let signed = Sigvet::anonymous(&words).run().expect(0).text();
    assert!(signed.contains("Credential=ASIAEXAMPLE/") && signed.contains("token-of-ASIAEXAMPLE=="), "{signed}");
    let body: Value = serde_json::from_slice(&service.arrived()[0].body).unwrap();
    assert_eq!(body["durationSeconds"], 1800);
    assert_eq!(body.get("roleSessionName"), None);
    let words = ["credentials", "roles-anywhere", "--profile", "workload", "--profile-file", &file];
    let printed: Value = serde_json::from_str(&Sigvet::anonymous(&words).run().expect(0).line()).unwrap();
    assert_eq!(printed["AccessKeyId"], "ASIAEXAMPLE");
    let shown = Sigvet::anonymous(&["profile", "--profile-file", &file, "show", "workload"]).run().expect(0).text();
    assert!(shown.contains(TRUST_ANCHOR) && shown.contains("p256.key"), "{shown}");
}

#[test]
fn a_profile_with_a_missing_field_or_two_kinds_of_keys_is_refused() {
    let world = World::new();
    let service = granting();
    let run = |file: &str| {
        let words = ["sign", "--profile", "workload", "--profile-file", file, "https://sqs.eu-west-1.amazonaws.com/"];
        Sigvet::anonymous(&words).run()
    };
    let file = profiles(&world, &service, "access_key_id = \"AKIDEXAMPLE\"\n");
    let said = run(&file).expect(4).stderr;
    assert!(said.contains("certificate and access_key_id are both given; expected one of them"), "{said}");
    let text = fs::read_to_string(&file).unwrap();
    world.write("profiles.toml", text.replace("access_key_id", "#").replace("role_arn", "#").as_bytes());
    let said = run(&file).expect(3).stderr;
    assert!(said.contains("has certificate but no role_arn"), "{said}");
    let file = profiles(&world, &service, "duration_seconds = \"1h\"\n");
    assert!(run(&file).expect(4).stderr.contains("duration_seconds must be a number of seconds"));
}

#[test]
fn a_passphrase_comes_from_the_variable_or_command_in_the_profile() {
    let world = World::new();
    let words = ["pkcs8", "-topk8", "-passout", "pass:hush", "-in", "p256.key", "-out", "encrypted.key"];
    if world.openssl(&words).is_none() {
        return;
    }
    let service = granting();
    for (field, variable) in [
        ("passphrase_command = [\"printf\", \"hush\"]", "OTHER"),
        ("passphrase_env = \"WORKLOAD_PASSPHRASE\"", "WORKLOAD_PASSPHRASE"),
    ] {
        let file = profiles(&world, &service, &format!("{field}\n"));
        let text = fs::read_to_string(&file).unwrap().replace("p256.key", "encrypted.key");
        world.write("profiles.toml", text.as_bytes());
        let words = ["sign", "--profile", "workload", "--profile-file", &file, "https://sqs.eu-west-1.amazonaws.com/"];
        let outcome = Sigvet::anonymous(&words).env(variable, "hush").run().expect(0);
        assert!(!outcome.stderr.contains("hush"));
    }
}

/// The session lasts twelve seconds and is renewed when three are left.
#[test]
fn a_proxy_renews_the_session_of_its_certificate() {
    let world = World::new();
    let (service, upstream) = (granting(), Service::start(200, "{}"));
    let end = std::time::SystemTime::now() + std::time::Duration::from_secs(12);
    let end = sigvet_core::time::Timestamp::from(end).to_rfc3339();
    service.answer_next(201, session("ASIAFIRST", &end));
    let file = profiles(&world, &service, "");
    let options = ["--to", &upstream.url, "--profile", "workload", "--profile-file", &file, "--service", "sqs"];
    let proxy = Serving::start_proxy(&options, &[]);
    let ask = || {
        // Whoever closes their side of the connection to a proxy has left, so this waits for the proxy to close it.
        let mut stream = proxy.connect();
        stream.write_all(b"GET /queue HTTP/1.1\r\nHost: proxy\r\nConnection: close\r\n\r\n").unwrap();
        std::io::read_to_string(stream).unwrap()
    };
    let ids = || {
        let arrived = upstream.arrived();
        let credential = |request: &Arrived| request.header("authorization").unwrap().to_owned();
        arrived.iter().map(credential).collect::<Vec<_>>()
    };
    assert!(ask().starts_with("HTTP/1.1 200"));
    assert!(ids()[0].contains("Credential=ASIAFIRST/"), "{:?}", ids());
    let began = std::time::Instant::now();
    while !ids().last().unwrap().contains("Credential=ASIAEXAMPLE/") {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "it was not renewed: {:?}", ids());
        std::thread::sleep(std::time::Duration::from_millis(500));
        assert!(ask().starts_with("HTTP/1.1 200"));
    }
}

#[test]
fn the_output_of_sign_can_be_verified_and_explained() {
    let world = World::new();
    let (certificate, key) = (world.path("rsa.pem"), world.path("rsa.key"));
    let url = "https://rolesanywhere.eu-west-1.amazonaws.com/sessions";
    let words =
        ["sign", "--certificate", &certificate, "--private-key", &key, "--date", "20260301T120000Z", "-d", "{}", url];
    let signed = Sigvet::anonymous(&words).run().expect(0).stdout;
    let judged = Sigvet::anonymous(&["verify", "--now", "20260301T120000Z"]).input(&signed).run().expect(0).text();
    assert_eq!(
        judged,
        "valid: signed by 543661159748278989157804827405126840476567151429 for 20260301/eu-west-1/rolesanywhere/aws4_request\n  \
         note: whether the certificate is trusted was not checked: anybody can make a certificate\n"
    );
    let shown = Sigvet::anonymous(&["explain", "--steps", "--now", "20260301T120000Z"]).input(&signed).run().expect(0);
    assert!(shown.text().contains("AWS4-X509-RSA-SHA256"), "{}", shown.text());
    // The same request as a curl command gets the same verdict.
    let as_curl = Sigvet::anonymous(&[&words[..], &["--as", "curl"]].concat()).run().expect(0).stdout;
    let of_curl = Sigvet::anonymous(&["verify", "--now", "20260301T120000Z"]).input(&as_curl).run().expect(0).text();
    assert_eq!(of_curl, judged);
    let unsigned =
        Sigvet::anonymous(&["verify"]).input(b"curl --aws-sigv4 aws:amz:eu-west-1:s3 https://h.example/").run();
    assert!(unsigned.expect(2).stderr.starts_with("error: the curl command has no signature"));
    let presigned = Sigvet::anonymous(&["presign", "--certificate", &certificate, "--private-key", &key, url]);
    let said = presigned.run().expect(2).stderr;
    assert!(said.contains("a URL cannot be presigned with the key of a certificate"), "{said}");
    let other = ["sign", "--scheme", "v4", "--certificate", &certificate, "--private-key", &key, url];
    let said = Sigvet::new(&other).run().expect(2).stderr;
    assert!(said.contains("--certificate, --private-key and --intermediates are for --scheme x509"), "{said}");
    // As in AWS's helper, one file may contain both.
    let half = Sigvet::anonymous(&["sign", "--scheme", "x509", "--certificate", &certificate, url]).run().expect(3);
    assert!(half.stderr.contains("rsa.pem contains no private key"), "{}", half.stderr);
    let both = [std::fs::read(&certificate).unwrap(), std::fs::read(&key).unwrap()].concat();
    world.write("both.pem", &both);
    let both = world.path("both.pem");
    Sigvet::anonymous(&["sign", "--certificate", &both, "--region", "eu-west-1", "--service", "s3", url])
        .run()
        .expect(0);
}
