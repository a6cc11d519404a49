//! Presigned POSTs, sent by the real curl as anyone would paste it, to a server with its own policy checks.
//!
//! s3s compares the date of a policy with its clock, and so accepts a form only for a quarter of an hour.

use crate::common::Sigvet;
use crate::curl::run_in_shell;
use crate::server::{bucket, file, servers};

/// A printed command, with words appended.
fn printed(words: &[&str]) -> String {
    let command = Sigvet::new(&[&["form", "--as", "curl", "--region", "us-east-1"], words].concat());
    command.run().expect(0).text().trim_end().to_owned()
}

/// The status and the body of the server's answer to a pasted command.
#[track_caller]
fn paste(command: &str) -> (String, String) {
    let said =
        run_in_shell(&format!("{command} --silent --show-error --max-time 30 --noproxy '*' -w '\\n%{{http_code}}'"));
    let said = String::from_utf8(said).unwrap();
    let (body, status) = said.rsplit_once('\n').unwrap();
    (status.to_owned(), body.to_owned())
}

#[test]
fn a_form_uploads_what_its_policy_allows() {
    let url = bucket("form-allowed");
    let (_directory, path) = file(b"hello");
    for scheme in ["v4", "v2"] {
        let key = format!("{url}/in {scheme}/it's ${{filename}}");
        let words =
            ["--scheme", scheme, "--content-length-range", "1,1kB", "--success-status", "201", "--file", &path, &key];
        let (status, body) = paste(&printed(&[&words[..], &["--field", "x-amz-meta-note=\"a\" @<b;"]].concat()));
        assert_eq!(status, "201", "{body}");
        // Unlike other servers, s3s leaves the variable as it is.
        let stored = servers().root.join(format!("form-allowed/in {scheme}/it's ${{filename}}"));
        assert_eq!(std::fs::read(stored).unwrap(), b"hello");
    }
}

/// Each command is right except for one thing, which the server finds itself.
#[test]
fn uploads_that_the_policy_does_not_allow_are_refused() {
    let url = bucket("form-refused");
    let (_directory, path) = file(b"hello");
    let form = |words: &[&str], key: &str| printed(&[words, &["--file", &path, &format!("{url}/{key}")]].concat());
    let sound = form(&[], "in/${filename}");
    let past = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() - 600;
    for (what, command, code) in [
        ("wrong prefix", sound.replace("key=in/", "key=out/"), "InvalidPolicyDocument"),
        ("too large", form(&["--content-length-range", "1,10"], "a").replace(&path, &large(&path)), "EntityTooLarge"),
        ("too small", form(&["--content-length-range", "5,10"], "a").replace(&path, "/dev/null"), "EntityTooSmall"),
        ("not in the policy", sound.replace(" --form ", " --form-string acl=private --form "), "AccessDenied"),
        ("expired", form(&["--expires", "5m", "--date", &past.to_string()], "a"), "AccessDenied"),
        ("forged", sound.replace("x-amz-signature=", "x-amz-signature=0"), "SignatureDoesNotMatch"),
    ] {
        let (status, body) = paste(&command);
        assert!(status.starts_with('4') && body.contains(&format!("<Code>{code}</Code>")), "{what}: {status} {body}");
    }
    assert_eq!(paste(&sound).0, "204");
}

/// A file next to another that is longer than it.
fn large(path: &str) -> String {
    let large = format!("{path}-large");
    std::fs::write(&large, "0123456789ab").unwrap();
    large
}
