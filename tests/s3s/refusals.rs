//! The result of a server's refusal: its words unchanged, or with `-f` an exit code.

use crate::common::{KEY, SECRET, Sigvet};
use crate::server::{bucket, file, send, servers};

const WRONG: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEX";

/// What the server replied, and what to run next.
const REFUSED: &str = "refused: SignatureDoesNotMatch, no message
  hint: check the secret key first, then the region (us-east-1); --explain shows each step of the signature";

/// Without `-f` the server's answer is the result, as with curl. Catches a refusal that is hidden.
#[test]
fn the_answer_to_a_wrong_secret_is_printed() {
    let url = bucket("wrong-secret");
    let refused = send(&[&url]).env("AWS_SECRET_ACCESS_KEY", WRONG).run().expect(0);
    assert!(refused.text().contains("<Code>SignatureDoesNotMatch</Code>"), "{}", refused.text());
    assert_eq!(refused.stderr, format!("{REFUSED}\n"));
    let silent = send(&["-s", &url]).env("AWS_SECRET_ACCESS_KEY", WRONG).run().expect(0);
    assert_eq!(silent.stderr, "");
}

/// Catches `-f` that prints the body, writes the file of `-o`, or shows a secret.
#[test]
fn a_wrong_secret_fails_with_f() {
    let url = bucket("wrong-secret-f");
    let refused = send(&["-f", &url]).env("AWS_SECRET_ACCESS_KEY", WRONG).run().expect(22);
    assert_eq!(refused.text(), "");
    assert_eq!(refused.stderr, format!("{REFUSED}\nerror: the server answered 403 Forbidden\n"));

    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("out");
    let words = ["-f", "-o", out.to_str().unwrap(), &url];
    send(&words).env("AWS_SECRET_ACCESS_KEY", WRONG).run().expect(22);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn an_unknown_access_key_is_refused() {
    let url = bucket("unknown-key");
    let refused = send(&["-i", &url]).env("AWS_ACCESS_KEY_ID", "AKIDNOBODY").run().expect(0).text();
    assert!(refused.starts_with("HTTP/1.1 4") && refused.contains("<Code>NotSignedUp</Code>"), "{refused}");
    send(&["-f", &url]).env("AWS_ACCESS_KEY_ID", "AKIDNOBODY").run().expect(22);
}

/// The server hashes the body. Catches a declared hash that differs from the one that is signed and sent.
#[test]
fn a_body_with_another_hash_is_refused() {
    let url = format!("{}/object", bucket("wrong-hash"));
    let (_directory, path) = file(b"hello");
    let put = |hash: &str| send(&["-f", "--payload-hash", hash, "-T", &path, &url]).run();
    // SHA-256 of an empty body, and of "hello".
    put("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855").expect(22);
    assert!(!servers().root.join("wrong-hash/object").exists());
    put("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824").expect(0);
    assert_eq!(std::fs::read(servers().root.join("wrong-hash/object")).unwrap(), b"hello");
}

/// Catches a clock that is not the one from `--date`.
#[test]
fn yesterdays_request_is_refused() {
    let url = bucket("yesterday");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let refused = send(&["--date", &(now - 86_400).to_string(), &url]).run().expect(0).text();
    assert!(refused.contains("<Code>RequestTimeTooSkewed</Code>"), "{refused}");
}

/// Catches keys that come from an unknown place, and a request that is sent unsigned.
#[test]
fn without_keys_nothing_is_sent() {
    let url = bucket("no-keys");
    let words = ["send", "--region", "us-east-1", "--service", "s3", &url];
    let refused = Sigvet::anonymous(&words).run().expect(3);
    assert_eq!(refused.text(), "");
    assert!(refused.stderr.starts_with("error: "), "{}", refused.stderr);
    let half = Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", KEY).run().expect(3);
    assert!(half.stderr.contains("AWS_SECRET_ACCESS_KEY"), "{}", half.stderr);
    // The same arguments with `-u` are enough.
    let user = format!("{KEY}:{SECRET}");
    let list = Sigvet::anonymous(&[&words[..], &["-f", "-u", &user]].concat()).run().expect(0);
    assert!(list.text().contains("<ListBucketResult"), "{}", list.text());
}
