//! Runs whole command lines, up to where something would be sent.

use std::ffi::OsString;

use crate::cli;
use crate::cli::context::testing;
use crate::profiles::Environment;

/// Runs a command line, and returns its exit code and output.
fn run(words: &[&str], stdin: &str) -> (u8, String, String) {
    let variables = [("AWS_EC2_METADATA_DISABLED", "true"), ("AWS_SESSION_TOKEN", "token-e")];
    let (mut context, stdout, stderr) = testing::context(Environment::new(variables, None), stdin);
    let exit = cli::run(["sigvet"].iter().chain(words).map(OsString::from), &mut context);
    (exit, stdout.text(), stderr.text())
}

#[test]
fn the_error_for_an_unsupported_curl_option_says_what_to_do_instead() {
    for words in [["send", "--time-cond=hush", "http://h/"], ["curl", "-zhush", "http://h/"]] {
        let (exit, _, stderr) = run(&words, "");
        assert_eq!(exit, 2);
        assert!(stderr.starts_with("error: 'sigvet send' has no option -"), "{stderr}");
        assert!(stderr.ends_with("\n  hint: send -H 'If-Modified-Since: …'\n"), "{stderr}");
        assert!(!stderr.contains("hush"), "{stderr}");
    }
}

#[test]
fn a_file_of_options_is_read_before_arguments_are_parsed() {
    let config = "url = http://h/\nsigning-key = \"/nowhere/key file\"\n";
    let (exit, _, stderr) = run(&["send", "-gK", "-"], config);
    assert_eq!((exit, stderr.as_str()), (26, "error: cannot read /nowhere/key file: no such file or directory\n"));
    let (exit, _, stderr) = run(&["send", "-K", "-"], "user = a b");
    assert_eq!(exit, 2);
    assert!(stderr.starts_with("error: standard input:1: the value of user contains whitespace"), "{stderr}");
}

const SIGN: [&str; 8] = ["sign", "--as", "headers", "--region", "r", "--service", "s3", "http://127.0.0.1:9000/"];

#[test]
fn a_host_to_sign_is_sent_instead_of_the_urls_host() {
    let (exit, stdout, _) = run(&[&SIGN[..], &["-u", "A:s", "--sign-host", "bucket.example:81"]].concat(), "");
    let (_, by_header, _) = run(&[&SIGN[..], &["-u", "A:s", "-H", "host: bucket.example:81"]].concat(), "");
    let signature = |text: &str| text.split("Signature=").nth(1).map(str::to_owned);
    assert_eq!(exit, 0);
    assert!(stdout.starts_with("Host: bucket.example:81\n"), "{stdout}");
    assert!(signature(&stdout).is_some());
    assert_eq!(signature(&stdout), signature(&by_header));
    for header in ["Host: x", "host:", "HOST;"] {
        let words = [&SIGN[..], &["-u", "A:s", "--sign-host", "h", "-H", header]].concat();
        let (exit, _, stderr) = run(&words, "");
        assert_eq!(exit, 2, "{header}");
        assert!(stderr.starts_with("error: two hosts to sign"), "{stderr}");
    }
}

#[test]
fn a_key_in_parts_signs_without_a_token_from_elsewhere() {
    let (exit, stdout, _) = run(&[&SIGN[..], &["--access_key", "AKID", "--secret_key", "hush"]].concat(), "");
    assert_eq!(exit, 0);
    assert!(stdout.contains("Credential=AKID/") && !stdout.contains("token-e"), "{stdout}");
    let (exit, _, stderr) = run(&[&SIGN[..], &["--secret_key", "hush"]].concat(), "");
    assert_eq!(exit, 2);
    assert!(stderr.starts_with("error: --access-key is missing") && !stderr.contains("hush"), "{stderr}");
}
