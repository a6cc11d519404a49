//! Real clients, each with the token format made for it: the bare token must arrive at their server.
//!
//! These tests catch an escape that a client reads differently, a variable name that it does not know, and a file
//! that it refuses.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

const KEYS: [(&str, &str); 4] = [
    ("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE"),
    ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("AWS_SESSION_TOKEN", "FQoGZXIvYXdzEBYaD+token/="),
    ("AWS_EC2_METADATA_DISABLED", "true"),
];
const DATE: &str = "20260301T101112Z";

/// The real libpq, in psql, sends the password in cleartext, because this server offers nothing else.
#[test]
fn psql_sends_the_token_of_each_form() {
    if !has("psql") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    for form in ["env", "uri", "pgpass"] {
        let (port, password) = password_server();
        let words = ["rds", "--host", "localhost", "--port", &port, "--user", "jane", "--region", "eu-west-1"];
        let bare = printed(&words);
        let text = printed(&[&words[..], &["--as", form]].concat());
        let mut psql = match form {
            "env" => shell(&format!("{text}\nexec psql -d postgres -c ''")),
            // The URL requires TLS, which this server does not have.
            "uri" => {
                let mut psql = isolated("psql");
                psql.args([text.replace("sslmode=require", "sslmode=disable").as_str(), "-c", ""]);
                psql
            }
            _ => {
                let file = place.path().join("pgpass");
                std::fs::write(&file, text + "\n").unwrap();
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
                let mut psql = isolated("psql");
                psql.args(["-h", "localhost", "-p", &port, "-U", "jane", "-d", "postgres", "-c", ""]);
                psql.env("PGPASSFILE", file);
                psql
            }
        };
        let output = psql.env("PGGSSENCMODE", "disable").output().unwrap();
        assert_eq!(password.join().unwrap(), bare, "{form}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// kubectl runs sigvet itself, and sends the token in its output; it does so only over TLS.
#[test]
fn kubectl_sends_the_token_of_an_exec_credential() {
    if !has("kubectl") || !has("openssl") {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let mut server = TlsServer::start(place.path());
    let config = place.path().join("config");
    let words = ["token", "eks", "--cluster-name", "c", "--region", "eu-west-1", "--as", "exec-credential"];
    let text = format!(
        "{{apiVersion: v1, kind: Config, current-context: c,\n\
         clusters: [{{name: c, cluster: {{server: 'https://{}', insecure-skip-tls-verify: true}}}}],\n\
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}], users: [{{name: u, user: {{exec: {{\n\
         apiVersion: client.authentication.k8s.io/v1beta1, command: '{}', args: {words:?}, interactiveMode: Never}}}}}}]}}",
        server.address,
        sigvet_testing::binary().display()
    );
    std::fs::write(&config, text).unwrap();
    let mut kubectl = isolated("kubectl");
    kubectl.env("KUBECONFIG", config).args(["get", "--raw", "/x", "--request-timeout", "20s"]);
    let mut kubectl = kubectl.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let header = server.line_with("Authorization: ");
    kubectl.kill().unwrap();
    kubectl.wait().unwrap();
    assert!(header.starts_with("Authorization: Bearer k8s-aws-v1."), "{header}");
}

/// openssl as a TLS server that prints the requests it receives.
struct TlsServer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    address: String,
}

impl TlsServer {
    fn start(place: &Path) -> Self {
        let (key, certificate) = (place.join("key.pem"), place.join("certificate.pem"));
        let mut request = Command::new("openssl");
        request.args(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost".split(' '),
        );
        let made = request.arg("-keyout").arg(&key).arg("-out").arg(&certificate).stderr(Stdio::null()).status();
        assert!(made.unwrap().success());
        let mut server = Command::new("openssl");
        server.args(["s_server", "-accept", "127.0.0.1:0", "-key"]).arg(key).arg("-cert").arg(certificate);
        let server = server.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = server.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut server = Self { child, lines, address: String::new() };
        server.address = server.line_with("ACCEPT ").trim_start_matches("ACCEPT ").to_owned();
        server
    }

    fn line_with(&mut self, start: &str) -> String {
        self.lines.by_ref().map(Result::unwrap).find(|line| line.starts_with(start)).unwrap_or_default()
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// See `clients.py`: SQLAlchemy, redis-py, kafka-python, and confluent-kafka with its librdkafka.
#[test]
fn clients_in_python_read_each_form() {
    let python = std::env::var("TOKENS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let modules = "import confluent_kafka, kafka, psycopg, redis, sqlalchemy";
    let is_there = Command::new(&python).args(["-c", modules]).stderr(Stdio::null()).status();
    if !is_there.is_ok_and(|status| status.success()) {
        return leave_out(&format!("{python} with the packages of tests/tokens/requirements.txt"));
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tokens/clients.py");
    let output = isolated(&python).arg(script).env("SIGVET", sigvet_testing::binary()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().count(), 5, "{said}");
}

/// The output of `sigvet token`, without the final line break.
fn printed(words: &[&str]) -> String {
    let output = isolated(&sigvet_testing::binary().display().to_string())
        .arg("token")
        .args(words)
        .args(["--date", DATE])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// A server that returns the password a PostgreSQL client sends, and its port (PostgreSQL, *Message Formats*).
fn password_server() -> (String, JoinHandle<String>) {
    serve(|stream| {
        loop {
            let message = read_message(stream);
            // SSLRequest: refused, because there is no TLS here.
            match message.get(..4) {
                Some([4, 210, 22, 47]) => stream.write_all(b"N").unwrap(),
                _ => break,
            }
        }
        // AuthenticationCleartextPassword.
        stream.write_all(b"R\0\0\0\x08\0\0\0\x03").unwrap();
        let mut kind = [0];
        stream.read_exact(&mut kind).unwrap();
        assert_eq!(&kind, b"p");
        let password = read_message(stream);
        String::from_utf8(password).unwrap().trim_end_matches('\0').to_owned()
    })
}

fn read_message(stream: &mut TcpStream) -> Vec<u8> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut message = vec![0; u32::from_be_bytes(length) as usize - 4];
    stream.read_exact(&mut message).unwrap();
    message
}

fn serve(answer: impl FnOnce(&mut TcpStream) -> String + Send + 'static) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("localhost:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    (port, std::thread::spawn(move || answer(&mut listener.accept().unwrap().0)))
}

fn shell(script: &str) -> Command {
    let mut sh = isolated("sh");
    sh.args(["-c", script]);
    sh
}

/// A command with the test's keys in its environment, and nothing of the user's except PATH.
fn isolated(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().envs(KEYS).envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.env("HOME", home()).env("PYTHONDONTWRITEBYTECODE", "1").stdin(Stdio::null());
    command
}

fn home() -> PathBuf {
    sigvet_testing::binary().with_file_name("no-home")
}

fn has(program: &str) -> bool {
    let words: &[&str] = match program {
        "kubectl" => &["version", "--client"],
        "openssl" => &["version"],
        _ => &["--version"],
    };
    let mut command = Command::new(program);
    command.args(words).stdout(Stdio::null()).stderr(Stdio::null());
    let is_there = command.status().is_ok_and(|status| status.success());
    if !is_there {
        leave_out(program);
    }
    is_there
}

/// Reports what is missing; fails in CI, where nothing may be.
#[expect(clippy::print_stderr, reason = "whoever runs the test should know what was not tested")]
fn leave_out(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "{what} is not on this machine");
    eprintln!("left out, because it is not on this machine: {what}");
}
