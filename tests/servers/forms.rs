//! Presigned POSTs: the real curl sends what `sigvet form` printed, as anyone would paste it.

use std::fs;

use jiff::{Timestamp, ToSpan};
use tempfile::{TempDir, tempdir};

use crate::reply::Reply;
use crate::server::{Bucket, Server};
use crate::sigvet::{Sigvet, shell};

/// A file to upload: its directory, which is removed with the value, and its path.
struct File(TempDir, String);

fn file(name: &str, bytes: &[u8]) -> File {
    let directory = tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    let path = path.to_str().unwrap().to_owned();
    File(directory, path)
}

fn printed(sigvet: &Sigvet, words: &[&str]) -> String {
    sigvet.print("form", [&["--as", "curl"], words].concat())
}

#[track_caller]
fn paste(command: &str) -> Reply {
    shell(&format!("{command} -i -sS --max-time 60"))
}

/// Both schemes, a key that contains the file's name, metadata that a shell or curl could change, each success status.
pub fn forms_upload_what_their_policies_allow(server: &Server) {
    let bucket = server.new_bucket("forms");
    let sigvet = server.sigvet();
    let File(_directory, path) = file("it's a, é.txt", b"hello\r\n--\r\n\xff");
    for (scheme, status) in [("v4", "200"), ("v4", "201"), ("v4", "204"), ("v2", "204")] {
        let key = format!("up {status}/${{filename}}");
        let words = [
            ["--scheme", scheme],
            ["--success-status", status],
            ["--content-length-range", "1,1kB"],
            ["--field", "x-amz-meta-note=@<b; \"q\" $HOME"],
            ["--field", "Content-Type=text/csv"],
            ["--file", &path],
        ];
        let command = printed(&sigvet, &[words.concat().as_slice(), &[&bucket.url(&key)]].concat());
        paste(&command).expect_status(status.parse().unwrap());
        let name = "it's%20a%2C%20%C3%A9.txt";
        let stored = sigvet.send([&bucket.url(&format!("up%20{status}/{name}"))]).expect_status(200);
        let stored = stored.expect_body(b"hello\r\n--\r\n\xff");
        assert_eq!(stored.header("x-amz-meta-note"), Some("@<b; \"q\" $HOME"), "{scheme}");
        assert_eq!(stored.header("content-type"), Some("text/csv"), "{scheme}");
    }
}

/// Each command is right except for one thing, which the server finds itself.
pub fn forms_are_refused_what_their_policies_do_not_allow(server: &Server) {
    let bucket = server.new_bucket("forms-refused");
    let (small, large, empty) = (file("a.txt", b"hello"), file("a.txt", b"hello, hello"), file("a.txt", b""));
    let form = |words: &[&str], key: &str| {
        printed(&server.sigvet(), &[words, &["--file", &small.1, &bucket.url(key)]].concat())
    };
    let sound = form(&["--starts-with", "x-amz-meta-a=b"], "in/${filename}");
    let ranged = form(&["--content-length-range", "1,10"], "in/b");
    let past = (Timestamp::now() - 600.seconds()).strftime("%Y%m%dT%H%M%SZ").to_string();
    for (command, status, code) in [
        (sound.replace("key=in/", "key=out/"), 403, "AccessDenied"),
        (sound.replace("x-amz-meta-a=b", "x-amz-meta-a=c"), 403, "AccessDenied"),
        (sound.replace("x-amz-meta-a=b", "x-amz-meta-x=b"), 403, "AccessDenied"),
        (ranged.replace(&small.1, &large.1), 400, "EntityTooLarge"),
        (ranged.replace(&small.1, &empty.1), 400, "EntityTooSmall"),
        (sound.replace(" --form ", " --form-string x-amz-meta-z=1 --form "), 403, "AccessDenied"),
        (form(&["--expires", "5m", "--date", &past], "in/b"), 403, "AccessDenied"),
        (sound.replace("x-amz-signature=", "x-amz-signature=0"), 403, "AccessDenied"),
        (elsewhere(server, &sound, &bucket), 403, "AccessDenied"),
    ] {
        paste(&command).expect_error(status, code);
    }
    server.sigvet().send([&bucket.url("in/a.txt")]).expect_error(404, "NoSuchKey");
    paste(&sound).expect_status(204);
}

fn elsewhere(server: &Server, command: &str, bucket: &Bucket<'_>) -> String {
    let other = server.new_bucket("forms-elsewhere");
    command.replace(&format!("/{}", bucket.name), &format!("/{}", other.name))
}
