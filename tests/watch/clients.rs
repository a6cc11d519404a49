//! Clients of several runtimes, watched on their way to `sigvet serve`, which has an AWS host name there.
//!
//! Run by name, `cargo test --test watch_clients`: a client that is not on the machine is skipped, which is a failure
//! if `$CI` is set. Catches a runtime that does not find the proxy or does not trust its certificate, a correct request
//! that is refused behind it, and a wrong one that is not explained.
#![cfg(unix)]
#![expect(clippy::unwrap_used, unreachable_pub, dead_code, reason = "a test fails by panicking and has no public API")]

mod world;

use std::path::{Path, PathBuf};
use std::process::Command;

use sigvet_testing::serving::Serving;
use world::{KEY, World, text, unrouted};

/// An extra letter is a mistake that can only be named with the right secret.
const MISTAKE: &str = "[secret-mistyped]";

#[test]
fn boto3_is_watched() {
    let Some(python) = python("boto3") else { return };
    watched(&[&python, &here("sdk.py"), "boto3"], 0);
}

#[test]
fn requests_is_watched() {
    let Some(python) = python("botocore, requests") else { return };
    watched(&[&python, &here("sdk.py"), "requests"], 0);
}

#[test]
fn aiobotocore_is_watched() {
    // aiobotocore works with only one version of botocore, so it has a separate environment.
    let Some(python) = python_of("AIOBOTOCORE_PYTHON", "aiobotocore") else { return };
    watched(&[&python, &here("sdk.py"), "aiobotocore"], 0);
}

#[test]
fn the_aws_cli_is_watched() {
    let Some(python) = python("awscli") else { return };
    let aws = Path::new(&python).with_file_name("aws");
    watched(&[text(&aws), "s3api", "list-objects-v2", "--bucket", "bucket", "--region", "us-east-1"], 255);
}

#[test]
fn the_sdk_for_javascript_is_watched() {
    let folder = std::env::var("CLIENTS_NODE").unwrap_or_else(|_| "target/clients".to_owned());
    if has("node", "--version") && is_there(&Path::new(&folder).join("node_modules/@aws-sdk/client-s3")) {
        for client in ["s3", "dynamodb"] {
            watched(&["node", "--no-warnings", &here("sdk.mjs"), &folder, client], 0);
        }
    }
}

/// Agents of Node's own modules, agents of a program, and fetch, over http:// and https://, from a folder whose name has
/// quotes.
#[test]
fn node_is_watched() {
    if has("node", "--version") {
        let world = World::new();
        let (secure, plain) = (world.serve(), Serving::start(&[]));
        let folder = world.path("q\"u'o\\te s");
        std::fs::create_dir(&folder).unwrap();
        let url = format!("{}/bucket/key", plain.url);
        let (way, authority) = (format!("s3.us-east-1.amazonaws.com:443:{}", secure.address()), world.authority());
        let options = ["--all", "--host", "127.0.0.1", "--cacert", text(&authority), "--connect-to", &way];
        let program =
            ["node", "--no-warnings", &here("plain.mjs"), &url, "https://s3.us-east-1.amazonaws.com/bucket/key"];
        let ended = unrouted(&world, &options, &program).env("TMPDIR", text(&folder)).run();
        assert_eq!(ended.text(), "403\n".repeat(9), "{}", ended.stderr);
        assert_eq!(ended.stderr.matches(&format!("sigvet: 403 GET {url} (")).count(), 5, "{}", ended.stderr);
        assert_eq!(ended.stderr.matches("sigvet: 403 GET https://s3.").count(), 4, "{}", ended.stderr);
    }
}

/// Go takes its certificates from `SSL_CERT_FILE`, and its proxy from `HTTPS_PROXY`.
#[test]
fn restic_is_watched() {
    if has("restic", "version") {
        // restic would retry for a quarter of an hour.
        let program = ["timeout", "10", "restic", "-r", "s3:https://s3.us-east-1.amazonaws.com/bucket/r", "init"];
        let (_, wrong) = both(&program);
        assert!(wrong.stderr.contains(MISTAKE), "{}", wrong.stderr);
    }
}

#[test]
fn rclone_is_watched() {
    if has("rclone", "version") {
        let remote = ":s3,provider=AWS,env_auth=true,region=us-east-1:bucket";
        let once = ["--retries", "1", "--low-level-retries", "1", "--config", "/dev/null"];
        let (right, wrong) = both(&[&["rclone", "lsf", remote], &once[..]].concat());
        right.expect_silence();
        assert!(wrong.stderr.contains(MISTAKE), "{}", wrong.stderr);
    }
}

/// The two clients of Java's own library do not sign; they reach a watched host and an unwatched one with their trust
/// store.
#[test]
fn java_is_watched() {
    if has("java", "-version") {
        let world = World::new();
        let server = world.serve();
        let ended = world.watch(server.address(), &["--all"], &["java", &here("Reach.java")]).run();
        assert_eq!(ended.text(), "403 403\n", "{}", ended.stderr);
        assert_eq!(
            ended.stderr.matches("sigvet: 403 GET https://s3.us-east-1.amazonaws.com/").count(),
            2,
            "{}",
            ended.stderr
        );
    }
}

/// Runs a client with the right secret, for which nothing is printed, and with a wrong one, which is explained.
fn watched(program: &[&str], refused: i32) {
    let (right, wrong) = both(program);
    right.expect_silence();
    wrong.expect(refused).expect_explained();
}

fn both(program: &[&str]) -> (Ended, Ended) {
    let world = World::new();
    let server = world.serve();
    let run = |secret: &str| {
        let secret = format!("AWS_SECRET_ACCESS_KEY={secret}");
        let isolated = ["env", &secret, "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null"];
        let more =
            ["AWS_MAX_ATTEMPTS=1", "RESTIC_PASSWORD=p", "AWS_EC2_METADATA_DISABLED=true", "PYTHONDONTWRITEBYTECODE=1"];
        let ended = world.watch(server.address(), &[], &[&isolated[..], &more, program].concat()).run();
        Ended { code: ended.code, stdout: ended.text(), stderr: ended.stderr }
    };
    (run(KEY.1), run(&format!("{}x", KEY.1)))
}

struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Ended {
    fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.stdout, self.stderr);
        self
    }

    fn expect_silence(&self) {
        assert!(!self.stderr.contains("sigvet: "), "{}{}", self.stdout, self.stderr);
    }

    fn expect_explained(&self) {
        assert!(self.stderr.contains(MISTAKE), "{}{}", self.stdout, self.stderr);
    }
}

fn here(name: &str) -> String {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/watch/clients").join(name);
    file.to_str().unwrap().to_owned()
}

/// Python, if it has these modules.
fn python(modules: &str) -> Option<String> {
    python_of("CLIENTS_PYTHON", modules)
}

fn python_of(variable: &str, modules: &str) -> Option<String> {
    let program = std::env::var(variable).unwrap_or_else(|_| "python3".to_owned());
    has(&program, &format!("-cimport {modules}")).then_some(program)
}

/// Whether a program runs with this argument.
fn has(program: &str, word: &str) -> bool {
    let succeeds = Command::new(program).arg(word).output().is_ok_and(|output| output.status.success());
    succeeds || is_left_out(&format!("{program} {word}"))
}

fn is_there(path: &Path) -> bool {
    path.exists() || is_left_out(&path.display().to_string())
}

/// Reports what is missing; in CI nothing may be.
#[expect(clippy::print_stderr, reason = "whoever runs the test should know what was not tested")]
fn is_left_out(what: &str) -> bool {
    assert!(std::env::var_os("CI").is_none(), "{what} is not on this machine");
    eprintln!("left out, because it is not on this machine: {what}");
    false
}
