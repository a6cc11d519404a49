//! Clients with their own signing code against running `sigvet serve` servers, and the recipes in `docs/testing.md`.
//!
//! Run by name, `cargo test --test clients`: a client that is not on the machine is skipped, which is a failure if
//! `$CI` is set. Catches a correct SDK request that is refused, a reply that an SDK cannot read, and a mistake with the
//! wrong name. What each client sends, and what it has to get, is in its script in `clients/`; the number of checks is
//! also counted here, so that a script which ends early does not look successful.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "clients/chunks.rs"]
mod chunks;
#[path = "recipes/signing.rs"]
mod recipe_for_cargo;

use std::path::{Path, PathBuf};
use std::process::Command;

use sigvet_testing::serving::Serving;

/// Where Debian's package `junit5` installs it.
const JUNIT: &str = "/usr/share/java/junit-platform-console-standalone.jar";

/// AWS's example of a session token.
const TOKEN: &str =
    "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c/LTo6UDdyJwOOvEVPvLXCrrrUtdnniCEXAMPLE";

#[test]
fn boto3_and_minio_are_judged_correctly() {
    let Some(python) = python("boto3, minio") else { return };
    expect(python, "boto.py", "24 right, 40 broken\n");
}

#[test]
fn awscrt_is_judged_correctly() {
    let Some(python) = python("awscrt, boto3") else { return };
    expect(python, "crt.py", "14 right, 17 broken\n");
}

#[test]
fn the_aws_cli_and_curl_are_judged_correctly() {
    let Some(python) = python("awscli").filter(|_| has("curl", "--version")) else { return };
    expect(python, "tools.py", "11 right, 18 broken\n");
}

#[test]
fn the_sdk_for_javascript_is_judged_correctly() {
    let Some(node) = node() else { return };
    expect(node, "javascript.mjs", "13 right, 24 broken\n");
}

#[test]
fn restic_is_judged_correctly() {
    let Some(python) = python("json").filter(|_| has("restic", "version")) else { return };
    expect(python, "restic.py", "4 right, 2 broken\n");
}

/// `sigvet mcp` between the public MCP client and the public MCP server.
#[test]
fn an_mcp_client_works_over_sigvet_mcp() {
    let Some(mut python) = python("mcp, uvicorn") else { return };
    assert_eq!(run(python.arg(here("clients/mcp_client.py"))), "9 sessions\n");
}

/// The clients have keys that give no access, or access only to the proxy.
#[test]
fn boto3_awscrt_and_minio_pass_through_the_proxy() {
    let Some(mut python) = python("awscrt, boto3, minio") else { return };
    let server = Serving::start(&["--region", "us-east-1", "--time-limit", "10s"]);
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.toml");
    let identity = "[identity.agent]\naccess_key_id = 'AKIAPLACEHOLDER00001'\n\
        secret_access_key = 'placeholder/secret+that/opens+nothing0001'\n";
    std::fs::write(&keys, identity).unwrap();
    let real = [
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ];
    let to = ["--to", &server.url, "--region", "us-east-1", "--service", "s3"];
    let signing = Serving::start_proxy(&to, &real);
    let inbound = Serving::start_proxy(&["--to", &server.url, "--inbound", keys.to_str().unwrap()], &real);
    let (routes, ca) = (folder.path().join("routes.toml"), folder.path().join("ca.pem"));
    std::fs::write(&routes, format!("[[route]]\nhost = '*.amazonaws.com'\nto = '{}'\n", server.url)).unwrap();
    let forward = ["--config", routes.to_str().unwrap(), "--ca", ca.to_str().unwrap()];
    let keys = ["--inbound", keys.to_str().unwrap()];
    let forward = Serving::start_proxy(&[&keys[..], &forward].concat(), &real);
    python.env("SIGVET_SIGNING", &signing.url).env("SIGVET_INBOUND", &inbound.url);
    python.env("HTTPS_PROXY", &forward.url).env("AWS_CA_BUNDLE", &ca);
    assert_eq!(run(python.arg(here("clients/through.py"))), "43 right, 5 broken\n");
}

/// gRPC calls and streams end in HTTP/2 trailers.
#[test]
fn grpc_passes_through_the_proxy() {
    let Some(mut python) = python("grpc") else { return };
    assert_eq!(run(python.arg(here("clients/grpc_calls.py"))), "10 right, 57 calls signed\n");
}

/// boto3 requests a session by itself. The bucket's session never reaches it.
#[test]
fn boto3_uses_s3_express_sessions_through_the_proxy() {
    let Some(mut python) = python("boto3") else { return };
    assert_eq!(run(python.arg(here("clients/express.py"))), "5 requests in sessions\n");
}

#[test]
fn the_recipe_for_pytest_works() {
    let Some(mut python) = python("boto3, pytest") else { return };
    let said = run(python.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(here("recipes")));
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn the_recipe_for_junit_works() {
    if !has("javac", "-version") || !is_there(Path::new(JUNIT)) {
        return;
    }
    let classes = tempfile::tempdir().unwrap();
    let test = here("recipes/SigningTest.java");
    run(isolated("javac").args(["-cp", JUNIT, "-d"]).arg(classes.path()).arg(test));
    let path = format!("{JUNIT}:{}", classes.path().display());
    let junit = "org.junit.platform.console.ConsoleLauncher";
    let said = run(isolated("java").args(["-cp", &path, junit, "--disable-banner", "--select-class", "SigningTest"]));
    assert!(said.contains("2 tests successful"), "{said}");
}

/// Runs a script against its own servers.
fn expect(mut program: Command, script: &str, counts: &str) {
    let folder = tempfile::tempdir().unwrap();
    let (keys, authority) = (folder.path().join("keys.toml"), folder.path().join("ca.pem"));
    write_keys(&keys);
    let plain = Serving::start(&["--region", "us-east-1", "--time-limit", "10s"]);
    let profiles = ["--profile", "session", "--profile", "permanent", "--profile-file", keys.to_str().unwrap()];
    // If a token is missing there is nothing to find, however long the search.
    let scope = ["--region", "us-east-1", "--service", "s3", "--time-limit", "3s"];
    let tls = ["--tls-ca", authority.to_str().unwrap()];
    let strict = Serving::start_without_key(&[&profiles[..], &scope, &tls].concat());
    program.env("SIGVET_URL", &plain.url).env("SIGVET_STRICT", &strict.url).env("SIGVET_TOKEN", TOKEN);
    program.env("AWS_CA_BUNDLE", &authority).env("NODE_EXTRA_CA_CERTS", &authority);
    assert_eq!(run(program.arg(here("clients").join(script))), counts);
}

/// AWS's example keys, one with a session.
fn write_keys(file: &Path) {
    let (permanent, session) = ("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY");
    let profiles = format!(
        "[profile.permanent]\naccess_key_id = 'AKIAIOSFODNN7EXAMPLE'\nsecret_access_key = '{permanent}'\n\
         [profile.session]\naccess_key_id = 'ASIAIOSFODNN7EXAMPLE'\nsecret_access_key = '{session}'\n\
         session_token = '{TOKEN}'\n"
    );
    std::fs::write(file, profiles).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve").join(name)
}

/// Python, if it has these modules.
fn python(modules: &str) -> Option<Command> {
    let program = std::env::var("CLIENTS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    has(&program, &format!("-cimport {modules}")).then(|| isolated(&program))
}

/// Node, if the packages of `clients/package.json` are in `$CLIENTS_NODE`.
fn node() -> Option<Command> {
    let folder = std::env::var_os("CLIENTS_NODE").map_or_else(|| here("../../target/clients"), PathBuf::from);
    let is_here = has("node", "--version") && is_there(&folder.join("node_modules/@aws-sdk/client-s3"));
    let mut command = isolated("node");
    command.arg("--no-warnings").env("CLIENTS_NODE", folder);
    is_here.then_some(command)
}

/// A program isolated from the user's keys and settings.
fn isolated(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("SIGVET", sigvet_testing::binary());
    command
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

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}
