//! Runs one command line with curl and with sigvet, each in its own folder, and compares the results.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::recorder::{Captured, Recorder};
use crate::server;

/// The curl to compare with.
#[derive(Debug, Clone, Copy)]
pub struct Curl {
    /// Whether it is the version whose differences are listed.
    pub is_reference: bool,
}

/// A command line to run with both.
#[derive(Debug, Clone)]
pub struct Case {
    /// `{}` is replaced with the server.
    pub words: Vec<String>,
    /// The contents of an additional file `k`.
    pub config: String,
    /// Why the result deliberately differs.
    pub differs: Option<&'static str>,
    /// Whether numbers are measurements, of which only the format counts.
    pub is_measured: bool,
}

impl Case {
    /// An ordinary command line; words are separated by blanks, and `␣` is a blank within a word.
    pub fn new(line: &str) -> Self {
        let words = line.split(' ').map(|word| word.replace('␣', " ")).collect();
        Self { words, config: String::new(), differs: None, is_measured: false }
    }
}

/// The result of a case.
#[derive(Debug)]
pub struct Outcome {
    pub is_same: bool,
    pub is_named: bool,
    pub problem: Option<String>,
}

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Traces {
    exit: Option<i32>,
    stdout: String,
    files: BTreeMap<String, String>,
    requests: Vec<String>,
}

/// Runs a case with both.
pub fn compare(case: &Case, curl: Curl) -> Outcome {
    let ours = run(case, Path::new(env!("CARGO_BIN_EXE_sigvet")), &["send", "--no-sign-request"]);
    let theirs = run(case, Path::new("curl"), &["-q", "-sS", "-H", "Expect:"]);
    let is_same = ours == theirs;
    let line = case.words.join(" ");
    let problem = match case.differs {
        None if !is_same => Some(format!("not as curl: {line}\n{}\ncurl:   {theirs:?}\nsigvet: {ours:?}", case.config)),
        Some(reason) if is_same && curl.is_reference => Some(format!("as curl after all: {line} ({reason})")),
        _ => None,
    };
    if let (Some(reason), false) = (case.differs, is_same) {
        eprintln!("  otherwise: {line}: {reason}");
    }
    Outcome { is_same, is_named: case.differs.is_some() && !is_same, problem }
}

fn run(case: &Case, program: &Path, before: &[&str]) -> Traces {
    let server = server::start();
    let folder = tempfile::tempdir().unwrap();
    let next = if before.contains(&"send") { "next\nno-sign-request" } else { "next" };
    let config = case.config.replace("NEXT", next);
    let files = [
        ("body", "line 1\nline 2\r\n\0end"),
        ("text", "a=1\n"),
        ("fmt", "%{http_code}\n|"),
        ("kept", "kept"),
        ("partial", "0123"),
        ("headers", "X-From: file\n"),
        (
            "cookies",
            "# Netscape HTTP Cookie File\n127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\ts\n127.0.0.1\tFALSE\t/a\tFALSE\t4000000000\tdeep\td\n",
        ),
        ("k", config.as_str()),
    ];
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text.replace("{}", &format!("http://{}", server.host))).unwrap();
    }
    // Options before --next no longer apply after it.
    let is_next = |word: &&String| matches!(word.as_str(), "--next" | "-:") && before.contains(&"send");
    let words = case
        .words
        .iter()
        .flat_map(|word| [Some(word.as_str()), is_next(&word).then_some("--no-sign-request")].into_iter().flatten());
    let words =
        words.map(|word| word.replace("{}", &format!("http://{}", server.host)).replace("{host}", &server.host));
    let mut child = Command::new(program)
        .args(before)
        .args(words)
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that does not read it closes it.
    drop(std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"from stdin\n"));
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&server.host, "HOST");
    let mut stdout = text(&output.stdout);
    if case.is_measured {
        stdout = without_numbers(&stdout);
    }
    let files = files_in(folder.path(), &server);
    Traces { exit: output.status.code(), stdout, files, requests: server.requests().iter().map(shown).collect() }
}

fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if !character.is_ascii_digit() {
            out.push(character);
        } else if !out.ends_with('N') {
            out.push('N');
        }
    }
    out
}

/// The files, without the comment lines that name the program that wrote them.
fn files_in(folder: &Path, server: &Recorder) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read(&path)
            .map_or_else(|_| "a folder".to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
        let mut lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("# ") && !line.is_empty()).collect();
        if text.starts_with("# Netscape") {
            lines.sort_unstable();
        }
        // The -K file is not a result.
        if path.ends_with("k") {
            continue;
        }
        files.insert(
            path.file_name().unwrap().to_string_lossy().into_owned(),
            lines.join("\n").replace(&server.host, "HOST"),
        );
    }
    files
}

/// A request without parts that name the program, or are random.
fn shown(request: &Captured) -> String {
    let boundary =
        request.values("content-type").first().and_then(|value| Some(value.split_once("boundary=")?.1.to_owned()));
    let mut fields: Vec<String> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), String::from_utf8_lossy(value).into_owned()))
        .filter(|(name, value)| !(name == "user-agent" && (value.starts_with("curl/") || value.starts_with("sigvet/"))))
        .filter(|(name, _)| name != "expect" && (boundary.is_none() || name != "content-length"))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    fields.sort();
    let mut text = format!("{} {} | ", request.line, fields.join(", "));
    write!(text, "{}", String::from_utf8_lossy(&request.body)).unwrap();
    let text = boundary.map_or(text.clone(), |boundary| text.replace(&boundary, "BOUNDARY"));
    text.replace(request.values("host").first().map_or("\0", String::as_str), "HOST")
}
