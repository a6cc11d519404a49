//! Runs a test against `sigvet serve`, and shows what it found when the test fails.
#![expect(clippy::print_stderr, reason = "cargo test shows what a failed test printed")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;

/// On the PATH; in its own project, where cargo has just built it.
const SIGVET: &str = match option_env!("CARGO_BIN_EXE_sigvet") {
    Some(path) => path,
    None => "sigvet",
};

/// A server on a free port, which ends with the value.
struct Sigvet {
    server: Child,
    url: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Sigvet {
    fn start() -> Self {
        let mut command = Command::new(SIGVET);
        command.args(["serve", "--demo-keys", "--port", "0", "--log", "json"]).stderr(Stdio::piped());
        let mut server = command.spawn().unwrap();
        let mut log = BufReader::new(server.stderr.take().unwrap());
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
        Self { server, url, log }
    }
}

impl Drop for Sigvet {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        // A line of JSON for each request, with its "cause".
        eprint!("{log}");
    }
}

#[test]
fn what_is_signed_is_accepted() {
    let sigvet = Sigvet::start();
    let answer = send(signed(&format!("{}/bucket/key?list-type=2", sigvet.url)));
    assert_eq!(answer.headers()["x-sigvet-verdict"], "valid", "{:?}", answer.headers().get("x-sigvet-cause"));
}

/// Your own signer.
fn signed(url: &str) -> http::Request<&'static str> {
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let identity = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "test").into();
    let params = SigningParams::builder().identity(&identity).region("us-east-1").name("execute-api");
    let params = params.time(SystemTime::now()).settings(SigningSettings::default()).build().unwrap().into();
    let mut request = http::Request::get(url).body("").unwrap();
    let signable = SignableRequest::new("GET", url, std::iter::empty(), SignableBody::Bytes(b"")).unwrap();
    sign(signable, &params).unwrap().into_parts().0.apply_to_request_http1x(&mut request);
    request
}

/// Your own client.
fn send(request: http::Request<&'static str>) -> reqwest::blocking::Response {
    // Only because this project builds reqwest without a default for TLS.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::new().execute(request.try_into().unwrap()).unwrap()
}
