//! The printed commands, run in each shell: a server receives what was signed.

use std::path::Path;

use crate::common::{Outcome, Sigvet};
use crate::recorder::{Captured, OK, Recorder};
use crate::shells::{Shell, shells};

const NOW: &str = "20260301T100000Z";

fn sign(words: &[&str]) -> Outcome {
    sign_as("curl", words)
}

fn sign_as(form: &str, words: &[&str]) -> Outcome {
    let fixed = ["sign", "--as", form, "--date", NOW, "--region", "us-east-1", "--service", "s3"];
    Sigvet::new(&[fixed.as_slice(), words].concat()).run()
}

/// The request line that `sign` prints for programs that send it.
fn signed_line(words: &[&str]) -> String {
    sign_as("http", words).expect(0).text().lines().next().unwrap_or_default().to_owned()
}

/// What a server receives when a command is pasted into a shell, in a directory with a file that other patterns could
/// match.
fn received(shell: Shell, command: &str, recorder: &Recorder) -> Captured {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("file"), "not this").unwrap();
    let before = recorder.count();
    // Appended, so that the command stays as it was printed.
    let line = format!("{} --silent --show-error --max-time 30 --noproxy '*'", command.trim_end());
    shell.run(line.as_bytes(), directory.path());
    assert_eq!(recorder.count(), before + 1, "{command}");
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(
        left.iter().all(|name| name == "file" || name.to_string_lossy().starts_with('.')),
        "{command} wrote {left:?}"
    );
    recorder.requests().remove(before)
}

/// A signature covers everything that matters: the method, the path, the query, the signed headers and the body.
#[track_caller]
fn assert_valid(request: &Captured, command: &str) {
    let outcome = Sigvet::new(&["verify", "--now", NOW, "-"]).input(&request.raw).run();
    assert!(outcome.text().starts_with("valid: "), "{command}\n{}{}", outcome.text(), outcome.stderr);
}

const BODIES: [&str; 25] = [
    "{x,--output,victim}",
    "@file",
    "@-",
    "<file",
    "-d",
    "--output",
    "=ls",
    "~",
    "!!",
    "^a^b",
    "$HOME `id` $(id)",
    "it's \"quoted\"",
    "two\nlines\t\n",
    "two\n^lines^!!\n!x",
    "\\ \\n",
    "é😀",
    "*",
    "[a-z]",
    "#",
    "a;b&c|d",
    "a=1&b=%20",
    "a==",
    "{\"k\": [1, 2]}",
    ";type=x",
    "x",
];

#[test]
fn a_body_arrives_as_it_was_signed() {
    let recorder = Recorder::answering(OK);
    for body in BODIES {
        let command = sign(&["-X", "PUT", "--data-raw", body, &recorder.url("/b/k")]).expect(0).text();
        for shell in shells() {
            let request = received(shell, &command, &recorder);
            assert_eq!(String::from_utf8_lossy(&request.body), body, "{command}");
            assert_valid(&request, &command);
        }
    }
}

#[test]
fn method_headers_and_url_arrive_as_they_were_signed() {
    let recorder = Recorder::answering(OK);
    let requests: [(&[&str], &str); 16] = [
        (&[], "/a/../b/./c//d"),
        (&[], "/{a,b}/[1-3]/x"),
        (&[], "/a\\b|c^d`e\"f'g$h!i~j*k(l)"),
        (&[], "/k?q={x,y}&list-type=2&a=%20+b&empty"),
        (&[], "/k?a;b&'c'&$(id)"),
        (&["-X", "PURGE"], "/k"),
        (&["-X", "get"], "/k"),
        (&["-I"], "/k"),
        (&["-X", "POST"], "/k"),
        (&["-X", "PUT", "-H", "content-type: text/plain"], "/k"),
        (&["-H", "x-note: {a,b} @file 'it''s' $HOME !! \\"], "/k"),
        (&["-H", "x-empty;", "-H", "x-tab: a\tb"], "/k"),
        (&["-H", "x-note: é", "-H", "x-semicolon: a;"], "/k"),
        (&["-H", "x-two: 1", "-H", "x-two: 2"], "/k"),
        (&["-X", "DELETE", "-d", "a=b"], "/k"),
        (&["--session-token", "to/ken+=="], "/k"),
    ];
    for (words, target) in requests {
        let url = recorder.url(target);
        let words = [words, &["-u", "AKIDEXAMPLE:wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", &url]].concat();
        let command = sign(&words).expect(0).text();
        let line = signed_line(&words);
        for shell in shells() {
            let request = received(shell, &command, &recorder);
            assert_eq!(request.line, line, "{command}");
            assert_valid(&request, &command);
        }
    }
}

/// Catches a file name that the shell, or curl after its `@`, interprets.
#[test]
fn a_file_of_any_name_is_found() {
    let recorder = Recorder::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    for name in ["plain", "a b", "{a,b}", "it's", "$HOME", "=ls", "-", "é", "a;type=x", "tab\t"] {
        let path = directory.path().join(name);
        std::fs::write(&path, b"\0binary\r\n\xff").unwrap();
        let command = sign(&["-T", path.to_str().unwrap(), &recorder.url("/b/k")]).expect(0).text();
        for shell in shells() {
            let request = received(shell, &command, &recorder);
            assert_eq!(request.body, b"\0binary\r\n\xff", "{command}");
            assert_valid(&request, &command);
        }
    }
}

#[test]
fn a_command_that_no_shell_accepts_is_refused_with_what_to_do() {
    for hostile in ["a\rb", "a\x1b]0;x\x07", "\x7f", "\u{9b}31m", "\u{202e}", "a\r\nb"] {
        for words in [["--data-raw", hostile], ["-H", &format!("x-note: {}", hostile.replace(['\r', '\n'], "\x1b"))]] {
            let outcome = sign(&[words.as_slice(), &["https://b.s3.us-east-1.amazonaws.com/k"]].concat()).expect(2);
            assert!(outcome.stdout.is_empty(), "{hostile:?}");
            // A header may have been refused before, because no request may contain a control character in one.
            assert!(outcome.stderr.contains("--as http") || outcome.stderr.contains("header"), "{}", outcome.stderr);
        }
    }
    let body = sign(&["--data-raw", "a\rb", "https://b.s3.us-east-1.amazonaws.com/k"]).expect(2).stderr;
    assert!(body.contains("U+000D") && body.contains("--as http") && body.contains("@FILE"), "{body}");
    let head = sign(&["-X", "HEAD", "-d", "a", "https://b.s3.us-east-1.amazonaws.com/k"]).expect(2).stderr;
    assert!(head.contains("curl sends no body with HEAD"), "{head}");
}

/// Catches a field or a file name that curl interprets.
#[test]
fn a_form_arrives_as_it_was_signed() {
    let recorder = Recorder::answering(OK);
    let directory = tempfile::tempdir().unwrap();
    // A line break is refused earlier, because browsers change it in transit.
    let values = ["{a,b}", "@file", "<file", "a;type=x", "it's \"x\"", "-d", "$HOME !! ~", "=ls", "a=b", "é"];
    for name in ["a,b;type=x \"q\" \\", "-", "{a,b}"] {
        let path = directory.path().join(name);
        std::fs::write(&path, "uploaded").unwrap();
        let fields: Vec<String> =
            values.iter().enumerate().map(|(at, value)| format!("x-amz-meta-{at}={value}")).collect();
        let mut words = vec!["form", "--as", "curl", "--date", NOW, "--region", "us-east-1", "--bucket", "b"];
        fields.iter().for_each(|field| words.extend(["--field", field]));
        let url = recorder.url("/b/k");
        words.extend(["--file", path.to_str().unwrap(), &url]);
        let command = Sigvet::new(&words).run().expect(0).text();
        for shell in shells() {
            let request = received(shell, &command, &recorder);
            let body = String::from_utf8_lossy(&request.body);
            for (at, value) in values.iter().enumerate() {
                assert!(body.contains(&format!("name=\"x-amz-meta-{at}\"\r\n\r\n{value}\r\n--")), "{command}\n{body}");
            }
            assert!(body.contains("\r\n\r\nuploaded\r\n--"), "{command}\n{body}");
        }
    }
}

/// A pasted command from a hint works on this file, and on no other.
#[test]
fn a_hint_quotes_the_file_that_it_names() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for shell in shells() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("my $(touch victim) profiles; 'x'.toml");
        std::fs::write(&path, "[profile.a]\naccess_key_id = \"A\"\nsecret_access_key = \"B\"\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let words = ["profile", "list", "--profile-file", path.to_str().unwrap()];
        let said = Sigvet::anonymous(&words).run().expect(0).stderr;
        let command = &said[said.find("chmod 600").unwrap()..said.rfind(" keeps it private").unwrap()];
        shell.run(command.as_bytes(), directory.path());
        assert_eq!((mode(&path), directory.path().join("victim").exists()), (0o600, false), "{said}");
    }
}
