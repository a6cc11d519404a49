//! Which credentials sign: profiles, session tokens, and keys that were derived before.

use crate::common::{KEY, SECRET, Sigvet};
use crate::server::{bucket, presign, send, servers};

/// A profile file with both ways to refer to a secret outside it.
fn profiles() -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("profiles.toml");
    let endpoint = &servers().files;
    let profile = |name: &str, secret: &str| {
        format!(
            "[profile.{name}]\naccess_key_id = \"{KEY}\"\n{secret}\nregion = \"us-east-1\"\nservice = \"s3\"\n\
             endpoint_url = \"{endpoint}\"\naddressing = \"path\"\n"
        )
    };
    let by_command = profile("by-command", &format!("secret_command = [\"printf\", \"%s\\\\n\", \"{SECRET}\"]"));
    let by_variable = profile("by-variable", "secret_env = \"STORE_SECRET\"");
    std::fs::write(&path, format!("default = \"by-command\"\n{by_command}{by_variable}")).unwrap();
    (directory, path.to_str().unwrap().to_owned())
}

/// Catches a secret with its newline, an endpoint or region that is not taken from the profile, a default that is not
/// one.
#[test]
fn a_profile_supplies_everything_a_request_needs() {
    bucket("profiles");
    let (_directory, path) = profiles();
    let run = |words: &[&str]| Sigvet::anonymous(words).env("SIGVET_PROFILES", &path).env("STORE_SECRET", SECRET).run();
    let object = "s3://profiles/object";
    run(&["send", "-f", "-X", "PUT", "--data-raw", "by default", object]).expect(0);
    assert_eq!(run(&["send", "-f", object]).expect(0).text(), "by default");
    assert_eq!(run(&["send", "-f", "--profile", "by-command", object]).expect(0).text(), "by default");
    assert_eq!(run(&["send", "-f", "--profile", "by-variable", object]).expect(0).text(), "by default");
    let link = run(&["presign", "--profile", "by-variable", object]).expect(0).line();
    let response = crate::presigned::client().get(link).send().unwrap();
    assert_eq!((response.status().as_u16(), response.text().unwrap().as_str()), (200, "by default"));
}

/// Catches a profile that signs with another's secret, or an error that shows one.
#[test]
fn a_profile_without_its_secret_sends_nothing() {
    bucket("profile-secrets");
    let (_directory, path) = profiles();
    let words = ["send", "--profile", "by-variable", "s3://profile-secrets/"];
    let unset = Sigvet::anonymous(&words).env("SIGVET_PROFILES", &path).run().expect(3);
    assert_eq!(unset.text(), "");
    assert!(unset.stderr.contains("STORE_SECRET") && !unset.stderr.contains(SECRET), "{}", unset.stderr);
    let wrong = Sigvet::anonymous(&words).env("SIGVET_PROFILES", &path).env("STORE_SECRET", "no").run().expect(0);
    assert!(wrong.text().contains("<Code>SignatureDoesNotMatch</Code>"), "{}", wrong.text());
}

/// The server checks the token's header as a signed one. Catches a token that is added after signing.
#[test]
fn a_session_token_is_signed() {
    let url = format!("{}/object", bucket("tokens"));
    let token = "IQoJb3JpZ2luX2VjE+/==";
    let put = ["-f", "-v", "-X", "PUT", "-d", "x", &url];
    let sent = send(&put).env("AWS_SESSION_TOKEN", token).run().expect(0);
    assert!(sent.stderr.contains("x-amz-security-token,") || sent.stderr.contains("x-amz-security-token;"));
    assert!(sent.stderr.to_lowercase().contains("> x-amz-security-token: [redacted]"), "{}", sent.stderr);
    assert!(!sent.stderr.contains(token) && !sent.stderr.contains(SECRET), "{}", sent.stderr);

    let link = presign(&[&url]).env("AWS_SESSION_TOKEN", token).run().expect(0).line();
    assert!(link.contains("&X-Amz-Security-Token=IQoJb3JpZ2luX2VjE%2B%2F%3D%3D&"), "{link}");
    let client = crate::presigned::client();
    assert_eq!(client.get(&link).send().unwrap().status(), 200);
    let other = link.replace("Token=IQoJ", "Token=JQoJ");
    assert_eq!(client.get(&other).send().unwrap().status(), 403);
}

/// Catches a derived key that differs from the one for the secret, and one that is used outside its scope.
#[test]
fn a_derived_key_signs_only_within_its_scope() {
    let url = format!("{}/object", bucket("derived"));
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key.json");
    let file = file.to_str().unwrap();
    Sigvet::new(&["key", "--region", "eu-test-1", "--service", "s3", "-o", file]).run().expect(0);
    assert!(!std::fs::read_to_string(file).unwrap().contains(SECRET));

    let send = |words: &[&str]| Sigvet::anonymous(&[&["send", "-f", "--signing-key", file], words].concat()).run();
    send(&["-X", "PUT", "--data-raw", "by key", &url]).expect(0);
    assert_eq!(send(&[&url]).expect(0).text(), "by key");
    let refused = send(&["--region", "eu-test-2", &url]).expect(3);
    assert!(refused.stderr.contains("eu-test-2") && refused.text().is_empty(), "{}", refused.stderr);
    let link = Sigvet::anonymous(&["presign", "--signing-key", file, &url]).run().expect(0).line();
    assert_eq!(crate::presigned::client().get(link).send().unwrap().text().unwrap(), "by key");
}
