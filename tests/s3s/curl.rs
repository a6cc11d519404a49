//! `sign --as curl` prints a command that the real curl runs as intended. curl has to be on the machine, with a shell.

use std::process::{Command, Stdio};

use crate::common::{SECRET, Sigvet, all_bytes};
use crate::server::{bucket, file, send, servers};

/// Runs the printed command as if pasted into sh, in an environment without keys; returns its output.
#[track_caller]
fn paste(command: &str) -> Vec<u8> {
    run_in_shell(&format!("{command} --silent --show-error --fail --max-time 30 --noproxy '*'"))
}

/// Runs a line in sh, in an environment without keys; returns its output.
#[track_caller]
pub fn run_in_shell(command: &str) -> Vec<u8> {
    let mut shell = Command::new("sh");
    shell.env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path))).stdin(Stdio::null());
    let output = shell.args(["-c", command]).output().expect("sh and curl are on the machine");
    assert!(output.status.success(), "{command}\n{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[track_caller]
fn printed(words: &[&str]) -> String {
    let command = Sigvet::new(&[&["sign", "--as", "curl", "--region", "us-east-1", "--service", "s3"], words].concat());
    let command = command.run().expect(0).text();
    assert!(!command.contains(SECRET), "the secret stays here");
    command.trim_end().to_owned()
}

/// Catches quoting that a shell undoes, and changes that curl makes to a body or a path unless told not to.
#[test]
fn text_that_a_shell_or_curl_could_change_arrives_as_signed() {
    let shelf = &servers().shelf_url;
    for (key, body) in [
        ("plain", "hello"),
        ("quotes'\"", "it's \"quoted\" and 'more'"),
        ("percent%25", "100% %s %2F"),
        ("a/../b", "dots in the path"),
        ("[a-c]{x,y}", "what curl would expand"),
        ("lines", "one\ntwo\n\n$HOME `id` !! \\ \\n"),
        ("at", "@/etc/hostname"),
        ("empty", ""),
        ("é ü", "grün"),
    ] {
        let url = format!("{shelf}/pasted/{key}");
        let put = printed(&["-X", "PUT", "-H", "x-amz-meta-note: it's  \"$HOME\" !", "--data-raw", body, &url]);
        paste(&put);
        assert_eq!(send(&["-f", &url]).run().expect(0).text(), body, "{put}");
        assert_eq!(paste(&printed(&[&url])), body.as_bytes(), "{put}");
    }
}

#[test]
fn a_binary_body_is_sent_from_its_file() {
    let url = format!("{}/object", bucket("pasted-files"));
    let (_directory, path) = file(&all_bytes());
    paste(&printed(&["-T", &path, &url]));
    assert!(paste(&printed(&[&url])) == all_bytes());
}
