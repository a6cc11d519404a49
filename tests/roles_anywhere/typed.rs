//! Tests options and profiles: the helper's command line, other keys besides a certificate, passphrases, and bad
//! values.

use std::fs;

use serde_json::Value;
use sigvet_testing::Sigvet;

use super::{ARNS, World, granting, profiles};

/// The command lines are from the README of `aws_signing_helper` and from its users.
#[test]
fn the_command_line_of_the_helper_works_unchanged() {
    let world = World::new();
    let service = granting();
    let (certificate, key, middle) = (world.path("rsa.pem"), world.path("rsa.key"), world.path("middle.pem"));
    let own = ["credential-process", "--certificate", &certificate, "--private-key", &key];
    let helpers = [
        &["--debug=false", "--no-verify-ssl=false", "--with-proxy=true", "--region", "", "--role-session-name="][..],
        &["--intermediates", &middle, "--session-duration", "900", "--region", "eu-west-1"],
    ];
    for words in helpers {
        let line = [&own[..], &ARNS, &["--endpoint", &service.url], words].concat();
        let printed: Value = serde_json::from_str(&Sigvet::anonymous(&line).run().expect(0).line()).unwrap();
        assert_eq!(printed["AccessKeyId"], "ASIAEXAMPLE");
    }
    assert_eq!(service.arrived().len(), 2);
    assert_eq!(serde_json::from_slice::<Value>(&service.arrived()[0].body).unwrap().get("roleSessionName"), None);
    let line = [&own[..], &ARNS, &["--trust-anchor", "x"]].concat();
    let said = Sigvet::anonymous(&line).run().expect(2).stderr;
    assert!(said.contains("there is no option --trust-anchor") && said.contains("use --trust-anchor-arn"), "{said}");
}

/// Catches a request that is signed with one of the two keys while the other is ignored.
#[test]
fn another_key_besides_a_certificate_is_refused_and_both_options_are_named() {
    let world = World::new();
    let (certificate, key) = (world.path("rsa.pem"), world.path("rsa.key"));
    let url = "https://rolesanywhere.eu-west-1.amazonaws.com/sessions";
    let words = ["sign", "--certificate", &certificate, "--private-key", &key, "-d", "{}", url];
    for (more, said) in [
        (&["-u", "AKID:hush"][..], "-u cannot be used with --certificate"),
        (&["--access-key", "AKID", "--secret-key", "hush"], "--access-key cannot be used with --certificate"),
        (&["--session-token", "hush"], "--session-token cannot be used with --certificate"),
        (&["--profile", "work"], "--profile cannot be used with --certificate"),
        (&["-H", "X-Amz-X509: abc"], "the request has the header x-amz-x509 already"),
        (&["-H", "X-Amz-X509-Chain: abc"], "the request has the header x-amz-x509-chain already"),
    ] {
        let stderr = Sigvet::anonymous(&[&words[..], more].concat()).run().expect(2).stderr;
        assert!(stderr.starts_with(&format!("error: {said}")) && !stderr.contains("hush"), "{stderr}");
    }
    let stderr = Sigvet::anonymous(&["sign", "--scheme", "x509", "-u", "AKID:hush", url]).run().expect(2).stderr;
    assert!(stderr.contains("-u cannot be used with --scheme x509"), "{stderr}");
}

#[test]
fn the_passphrase_from_the_environment_takes_precedence_over_the_profile() {
    let world = World::new();
    let words = ["pkcs8", "-topk8", "-passout", "pass:hush", "-in", "p256.key", "-out", "encrypted.key"];
    if world.openssl(&words).is_none() {
        return;
    }
    let service = granting();
    for (field, name) in [("passphrase_env = \"NOT_SET\"", "x"), ("passphrase_command = [\"printf\", \"wrong\"]", "y")]
    {
        let file = profiles(&world, &service, &format!("{field}\n"));
        let text = fs::read_to_string(&file).unwrap().replace("p256.key", "encrypted.key");
        world.write("profiles.toml", text.as_bytes());
        let words = ["credentials", "roles-anywhere", "--profile", "workload", "--profile-file", &file];
        Sigvet::anonymous(&words).env("SIGVET_KEY_PASSPHRASE", "hush").run().expect(0);
        let said = Sigvet::anonymous(&words).env("SIGVET_KEY_PASSPHRASE", "").run().expect(3).stderr;
        assert!(!said.contains("hush") && said.contains("passphrase"), "{name}: {said}");
        // The option takes precedence over both.
        let typed = [&words[..], &["--pkcs8-password", "hush"]].concat();
        Sigvet::anonymous(&typed).env("SIGVET_KEY_PASSPHRASE", "wrong").run().expect(0);
    }
}

/// The key file is one that openssl wrote, changed so that scrypt fills 16 MiB two thousand times.
#[test]
fn an_encrypted_key_that_takes_too_much_work_is_refused_immediately() {
    use base64::Engine;
    let base64 = base64::engine::general_purpose::STANDARD;
    let world = World::new();
    let words = ["pkcs8", "-topk8", "-scrypt", "-passout", "pass:hush", "-in", "p256.key", "-out", "slow.key"];
    if world.openssl(&words).is_none() {
        return;
    }
    let text = fs::read_to_string(world.path("slow.key")).unwrap();
    let mut der = base64.decode(text.lines().filter(|line| !line.starts_with("-----")).collect::<String>()).unwrap();
    let costs = [2, 2, 0x40, 0, 2, 1, 8, 2, 1, 1];
    let at = der.windows(costs.len()).position(|bytes| bytes == costs).unwrap();
    der[at..at + costs.len()].copy_from_slice(&[2, 2, 0x40, 0, 2, 1, 127, 2, 1, 127]);
    let pem =
        format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{}\n-----END ENCRYPTED PRIVATE KEY-----\n", base64.encode(der));
    world.write("slow.key", pem.as_bytes());
    let began = std::time::Instant::now();
    let ran = world.credentials("p256.pem", "slow.key", &granting(), &[]).env("SIGVET_KEY_PASSPHRASE", "hush");
    let said = ran.run().expect(3).stderr;
    assert!(said.contains("is encrypted with scrypt over 32258 MiB; expected at most 1024 MiB"), "{said}");
    assert!(began.elapsed() < std::time::Duration::from_secs(20));
}

#[test]
fn a_bad_value_in_a_profile_and_a_missing_file_have_different_exit_codes() {
    let world = World::new();
    let service = granting();
    for (field, value, code, said) in [
        (
            "trust_anchor_arn",
            "nope",
            4,
            "profile 'workload' provides no credentials: caused by invalid trust_anchor_arn",
        ),
        ("rolesanywhere_endpoint_url", "nope://x", 4, "caused by invalid endpoint of IAM Roles Anywhere"),
        ("role_session_name", "a b", 4, "caused by invalid role session name"),
        ("certificate", "gone.pem", 3, "gone.pem: no such file or directory"),
    ] {
        let file = profiles(&world, &service, "role_session_name = \"night\"\n");
        let text = fs::read_to_string(&file).unwrap();
        let line = text.lines().find(|line| line.starts_with(&format!("{field} ="))).unwrap();
        world.write("profiles.toml", text.replace(line, &format!("{field} = \"{value}\"")).as_bytes());
        let sign = ["sign", "--profile", "workload", "--profile-file", &file, "https://sqs.eu-west-1.amazonaws.com/"];
        let ask = ["credentials", "roles-anywhere", "--profile", "workload", "--profile-file", &file];
        for words in [&sign[..], &ask] {
            let stderr = Sigvet::anonymous(words).run().expect(code).stderr;
            assert!(stderr.contains(said), "{stderr}");
        }
    }
    world.write(
        "profiles.toml",
        b"[profile.workload]\nscheme = \"x509\"\naccess_key_id = \"AKIDEXAMPLE\"\nsecret_access_key = \"x\"\n",
    );
    let file = world.path("profiles.toml");
    let sign = ["sign", "--profile", "workload", "--profile-file", &file, "https://sqs.eu-west-1.amazonaws.com/"];
    let ask = ["credentials", "roles-anywhere", "--profile", "workload", "--profile-file", &file];
    for words in [&sign[..], &ask] {
        let said = Sigvet::anonymous(words).run().expect(4).stderr;
        assert!(said.contains("the profile has scheme x509, but no certificate"), "{said}");
    }
}
