//! The profile file: many writers, other owners, and paths that are not files.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;
use std::process::Command;

use crate::common::{Outcome, Sigvet};

fn profile(path: &Path, words: &[&str]) -> Sigvet {
    Sigvet::anonymous(&[&["profile", "--profile-file", path.to_str().unwrap()], words].concat())
}

fn sign(path: &Path, name: &str) -> Outcome {
    let words =
        ["sign", "--profile-file", path.to_str().unwrap(), "--profile", name, "https://b.s3.us-east-1.amazonaws.com/"];
    Sigvet::anonymous(&words).run()
}

/// Catches profiles that are reported as added, but are lost: each writer had read the file before another wrote it.
#[test]
fn twenty_concurrent_writers_add_twenty_profiles() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("profiles.toml");
    std::thread::scope(|scope| {
        for number in 0..20 {
            let path = &path;
            scope.spawn(move || {
                let name = format!("p{number}");
                profile(path, &["add", &name]).input(b"AKID\nhush\n").run().expect(0);
            });
        }
    });
    let listed = profile(&path, &["list"]).run().expect(0).text();
    assert_eq!(listed.lines().filter(|line| line.contains('p')).count(), 20, "{listed}");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches("[profile.p").count(), 20, "{text}");
}

const FILE: &str = "[profile.run]\naccess_key_id='AKID'\nsecret_command=['touch','PROOF']\n\
                    [profile.plain]\naccess_key_id='AKID'\nsecret_access_key='hush'\n";

/// Catches a program that is run because somebody else wrote it into the file.
#[test]
fn a_command_is_run_only_from_a_file_that_nobody_else_can_write() {
    let directory = tempfile::tempdir().unwrap();
    let (path, proof) = (directory.path().join("p.toml"), directory.path().join("proof"));
    fs::write(&path, FILE.replace("PROOF", proof.to_str().unwrap())).unwrap();
    for (mode, is_run) in [(0o600, true), (0o644, true), (0o620, false), (0o602, false), (0o666, false)] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let outcome = sign(&path, "run");
        assert_eq!(fs::remove_file(&proof).is_ok(), is_run, "{mode:o}");
        if !is_run {
            assert_eq!(outcome.code, Some(4), "{}", outcome.stderr);
            assert!(outcome.stderr.contains("others can write to") && outcome.stderr.contains("chmod 600"));
        }
        // Without a command it is a warning.
        let plain = sign(&path, "plain").expect(0);
        assert_eq!(plain.stderr.contains("others can write to"), !is_run, "{mode:o}: {}", plain.stderr);
    }
}

/// Only root can give a file to another user: elsewhere only the unit tests cover this.
#[test]
fn a_file_of_another_user_is_treated_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let (path, proof) = (directory.path().join("p.toml"), directory.path().join("proof"));
    fs::write(&path, FILE.replace("PROOF", proof.to_str().unwrap())).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    if chown(&path, Some(65534), None).is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI runs as root");
        return;
    }
    assert_eq!(sign(&path, "run").code, Some(4));
    assert!(!proof.exists());
    let plain = sign(&path, "plain").expect(0);
    assert!(plain.stderr.contains("belongs to another user"), "{}", plain.stderr);
}

const AWS_FILE: &str = "[profile run]\ncredential_process = sh -c 'touch PROOF; echo not-json'\n\
                        [profile plain]\naws_access_key_id = AKID\naws_secret_access_key = hush\n";

/// Signs with a profile from AWS's file `config` or `credentials`.
fn sign_by_aws(variable: &str, path: &Path, name: &str) -> Outcome {
    let words = ["sign", "--profile", &format!("aws:{name}"), "https://b.s3.us-east-1.amazonaws.com/"];
    Sigvet::anonymous(&words).env(variable, path.to_str().unwrap()).run()
}

/// Catches a `credential_process` that is run because somebody else wrote it into AWS's file.
#[test]
fn aws_files_follow_the_same_rule() {
    let directory = tempfile::tempdir().unwrap();
    let (path, proof) = (directory.path().join("aws"), directory.path().join("proof"));
    for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
        let text = AWS_FILE.replace("PROOF", proof.to_str().unwrap());
        let is_config = variable == "AWS_CONFIG_FILE";
        fs::write(&path, if is_config { text } else { text.replace("profile ", "") }).unwrap();
        for (mode, is_run) in [(0o600, true), (0o644, true), (0o620, false), (0o666, false)] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let outcome = sign_by_aws(variable, &path, "run");
            assert_eq!(fs::remove_file(&proof).is_ok(), is_run, "{variable} {mode:o}: {}", outcome.stderr);
            let says = ["credential_process of profile 'run' is not run", "chmod 600"];
            assert_eq!(says.map(|says| outcome.stderr.contains(says)), [!is_run; 2], "{}", outcome.stderr);
            assert_eq!(outcome.code, Some(if is_run { 3 } else { 4 }));
            let plain = sign_by_aws(variable, &path, "plain").expect(0);
            assert_eq!(plain.stderr.contains("others can write to"), !is_run, "{mode:o}: {}", plain.stderr);
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        if chown(&path, Some(65534), None).is_ok() {
            assert_eq!(sign_by_aws(variable, &path, "run").code, Some(4));
            assert!(!proof.exists());
            let plain = sign_by_aws(variable, &path, "plain").expect(0);
            assert!(plain.stderr.contains("belongs to another user"), "{}", plain.stderr);
        }
        fs::remove_file(&path).unwrap();
    }
}

/// Catches a run that hangs, or uses up all memory.
#[test]
fn a_path_that_is_too_large_or_not_a_file_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    fs::File::create(path("large")).unwrap().set_len(1 << 30).unwrap();
    assert!(Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    for (file, says) in [
        (path("large"), "larger than 1 MiB"),
        (path("pipe"), "not a regular file"),
        ("/dev/zero".into(), "larger than 1 MiB"),
    ] {
        let name = file.to_str().unwrap();
        let refused = |outcome: Outcome, code: i32| {
            let outcome = outcome.expect(code);
            assert!(outcome.stderr.contains(name) && outcome.stderr.contains(says), "{name}: {}", outcome.stderr);
        };
        refused(sign(&file, "a"), 4);
        refused(profile(&file, &["list"]).run(), 4);
        refused(profile(&file, &["add", "a"]).input(b"AKID\nhush\n").run(), 4);
        for variable in ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"] {
            let words = ["sign", "https://b.s3.us-east-1.amazonaws.com/"];
            refused(Sigvet::anonymous(&words).env(variable, name).run(), 4);
        }
        let identity = Sigvet::anonymous(&["sign", "https://b.s3.us-east-1.amazonaws.com/"]);
        refused(
            identity.env("AWS_WEB_IDENTITY_TOKEN_FILE", name).env("AWS_ROLE_ARN", "arn:aws:iam::1:role/r").run(),
            3,
        );
    }
    fs::File::create(path("large")).unwrap().set_len(11 << 20).unwrap();
    for (file, says) in [(path("large"), "larger than 10 MiB"), (path("pipe"), "not a regular file")] {
        let outcome = Sigvet::new(&["send", "-K", file.to_str().unwrap()]).run().expect(26);
        assert!(outcome.stderr.contains(says), "{}", outcome.stderr);
    }
    // The path that means "no settings" to many tools still does.
    let words = ["sign", "--profile-file", "/dev/null", "https://b.s3.us-east-1.amazonaws.com/"];
    Sigvet::new(&words).env("AWS_CONFIG_FILE", "/dev/null").run().expect(0);
}
