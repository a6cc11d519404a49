//! The official suites of Version 4 and 4A, posted to running servers: each case in both forms, unchanged and with one
//! digit of its signature changed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sigvet_testing::official_suite;

use sigvet_testing::serving::Serving;

use crate::answer::{Answer, ask};

const FORMS: [&str; 2] = ["header", "query"];

/// The result for a request with the suite's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Valid,
    /// The suite signs differently from a service with the usual path rule, and the server says how.
    Refused(&'static str),
    /// A blank within the target: no HTTP server can receive this (RFC 9112 §3.2).
    NoHttp,
}

fn expected(case: &str) -> Expected {
    match case {
        "get-space-normalized" | "get-space-unnormalized" => Expected::NoHttp,
        "get-relative-relative-unnormalized"
        | "get-relative-unnormalized"
        | "get-slash-dot-slash-unnormalized"
        | "get-slash-pointless-dot-unnormalized"
        | "get-slash-unnormalized"
        | "get-slashes-unnormalized" => Expected::Refused("path-not-normalized"),
        _ => Expected::Valid,
    }
}

/// Servers by the settings that a case needs: its session token, whether it was signed, and how long to search.
#[derive(Default)]
struct Servers(BTreeMap<(Option<String>, bool, &'static str), Serving>);

impl Servers {
    fn of(&mut self, context: &Value, form: &str, limit: &'static str) -> &Serving {
        let token = context["credentials"]["token"].as_str().map(str::to_owned);
        // In the header form an unsigned token is visible.
        let is_unsigned = context["omit_session_token"] == true && form == "query";
        let begin = || start(context, token.as_deref(), is_unsigned, limit);
        self.0.entry((token.clone(), is_unsigned, limit)).or_insert_with(begin)
    }
}

fn start(context: &Value, token: Option<&str>, is_unsigned: bool, limit: &str) -> Serving {
    let keys = &context["credentials"];
    let mut profile = format!(
        "[profile.suite]\naccess_key_id = {}\nsecret_access_key = {}\n",
        keys["access_key_id"], keys["secret_access_key"]
    );
    profile.extend(token.map(|token| format!("session_token = \"{token}\"\n")));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("serve");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("suite-{}-{is_unsigned}-{limit}.toml", token.map_or(0, str::len)));
    write_private(&file, &profile);
    let now = context["timestamp"].as_str().unwrap();
    let scope = ["--service", "service", "--region", "us-east-1", "--now", now, "--time-limit", limit];
    let keys = ["--profile", "suite", "--profile-file", file.to_str().unwrap()];
    let unsigned: &[&str] = if is_unsigned { &["--token-unsigned"] } else { &[] };
    Serving::start_without_key(&[&scope, &keys[..], unsigned].concat())
}

fn write_private(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn the_official_suites_are_judged_correctly_over_the_wire() {
    let mut servers = Servers::default();
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::new();
    for suite in ["v4", "v4a"] {
        for folder in cases(suite) {
            for form in FORMS {
                let count: &mut usize = counts.entry(suite).or_default();
                match judge(&mut servers, &folder, form) {
                    Ok(()) => *count += 1,
                    Err(problem) => wrong.push(problem),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{counts:?}\n{}", wrong.join("\n"));
    assert_eq!(counts, BTreeMap::from([("v4", 76), ("v4a", 76)]));
}

fn cases(suite: &str) -> Vec<PathBuf> {
    let folder = official_suite::package_root().join("aws-signing-test-suite").join(suite);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("context.json").is_file());
    folders.sort();
    folders
}

/// Posts a case unchanged, and with a wrong digit.
fn judge(servers: &mut Servers, folder: &Path, form: &str) -> Result<(), String> {
    let name = folder.file_name().unwrap().to_str().unwrap();
    let context: Value = serde_json::from_slice(&std::fs::read(folder.join("context.json")).unwrap()).unwrap();
    let raw = std::fs::read(folder.join(format!("{form}-signed-request.txt"))).unwrap();
    let right = ask(servers.of(&context, form, "10s"), &on_the_wire(&raw));
    // No mistake explains a changed digit, so none is searched for.
    let broken = ask(servers.of(&context, form, "0s"), &on_the_wire(&with_another_digit(&raw)));
    let problem = |what: &str, answer: &Answer| Err(format!("{} {form}: {what}: {answer:?}", folder.display()));
    let has_held = match expected(name) {
        Expected::Valid => (right.status, right.verdict()) == (200, "valid"),
        Expected::Refused(cause) => (right.status, right.cause()) == (403, cause),
        Expected::NoHttp => right.status == 400 && right.verdict() != "valid",
    };
    match expected(name) {
        _ if !has_held => problem("as signed", &right),
        Expected::NoHttp => Ok(()),
        _ if (broken.status, broken.verdict()) != (403, "invalid") => problem("with a wrong digit", &broken),
        _ => Ok(()),
    }
}

/// Changes the last digit of the signature.
fn with_another_digit(raw: &[u8]) -> Vec<u8> {
    let text = raw.windows(10).position(|word| word == b"Signature=").unwrap() + 10;
    let end = raw[text..].iter().position(|byte| !byte.is_ascii_hexdigit()).map_or(raw.len(), |length| text + length);
    let mut broken = raw.to_vec();
    broken[end - 1] = if broken[end - 1] == b'0' { b'1' } else { b'0' };
    broken
}

/// The suite uses `\n` for line ends, and folds lines, which servers no longer accept: each becomes a proper HTTP line.
fn on_the_wire(raw: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(raw.to_vec()).unwrap();
    let (head, body) = text.split_once("\n\n").unwrap_or((text.trim_end(), ""));
    let mut wire = head.replace("\n ", " ").replace('\n', "\r\n");
    if !head.to_ascii_lowercase().contains("\ncontent-length:") && !body.is_empty() {
        wire += &format!("\r\nContent-Length: {}", body.len());
    }
    format!("{wire}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}
