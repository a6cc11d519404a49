//! A request as a broken client sends it, the reply of a real server, and what `sigvet explain` says about both.

use std::fmt::{self, Display};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;
use tempfile::tempdir;

use crate::server::{Bucket, Server};
use crate::signer::{Signed, Wire};
use crate::sigvet::{Sigvet, run};

/// Longer than either server takes on a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The evidence that the user has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    Secret,
    /// No secret, and the client's log.
    Log,
    /// Only the request and the reply.
    Nothing,
}

/// A request and its reply, each byte as on the wire.
pub struct Exchange {
    server: &'static Server,
    signed: Signed,
    pub reply: Vec<u8>,
}

/// The parts of the `explain --json` output that matter here.
#[derive(Debug, Default)]
pub struct Said {
    pub verdict: String,
    /// The proof of each explanation, and the ids of its mistakes, sorted.
    pub explanations: Vec<(String, Vec<String>)>,
    pub next: Vec<String>,
}

impl Exchange {
    /// Sends the request as it was signed.
    pub fn with(bucket: &Bucket<'static>, signed: Signed) -> Self {
        Self::through(bucket, signed, bucket.server.port)
    }

    /// Sends the request to another port, in front of the server's.
    pub fn through(bucket: &Bucket<'static>, signed: Signed, port: u16) -> Self {
        let reply = send(&signed.wire.to_bytes(), port);
        Self { server: bucket.server, signed, reply }
    }

    pub fn status(&self) -> u16 {
        self.text().split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
    }

    /// The `Code` of an S3 error; empty if there is none.
    pub fn code(&self) -> String {
        let text = self.text();
        let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        code.map(|(code, _)| code.to_owned()).unwrap_or_default()
    }

    /// Status and code, as a table of expectations writes them: `403 SignatureDoesNotMatch`.
    pub fn answer(&self) -> String {
        format!("{} {}", self.status(), self.code()).trim_end().to_owned()
    }

    /// The answer of `sigvet explain`.
    pub fn explain(&self, has: Has) -> Said {
        let directory = tempdir().unwrap();
        let file = |name: &str, content: &[u8]| {
            let path = directory.path().join(name);
            fs::write(&path, content).unwrap();
            path
        };
        let mut command = Sigvet::without_credentials().command("explain");
        command.arg("--json").arg("--response").arg(file("reply.http", &self.reply));
        match has {
            Has::Secret => {
                let user = self.server.user;
                command.env("AWS_ACCESS_KEY_ID", user.id).env("AWS_SECRET_ACCESS_KEY", user.secret);
            }
            Has::Log => {
                command.arg("--no-credentials").arg("--client-log").arg(file("client.log", &self.log()));
            }
            Has::Nothing => {
                command.arg("--no-credentials");
            }
        }
        let output = run(command.arg(file("request.http", &self.signed.wire.to_bytes())));
        let value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{self}\nno JSON: {}", String::from_utf8_lossy(&output.stderr)));
        Said::read(&value)
    }

    /// The two texts that the client computed, as the Go SDK logs them.
    fn log(&self) -> Vec<u8> {
        let stages = &self.signed.stages;
        format!(
            "SDK 2026/01/01 12:00:00 DEBUG Request Signature:\n---[ CANONICAL STRING  ]-----------------------------\n\
             {}\n---[ STRING TO SIGN ]--------------------------------\n{}\n\
             -----------------------------------------------------\n",
            stages.canonical_request, stages.string_to_sign
        )
        .into_bytes()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.reply).into_owned()
    }
}

/// What a failure shows.
impl Display for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wire { method, target, headers, .. } = &self.signed.wire;
        writeln!(f, "> {method} {target}")?;
        headers.iter().try_for_each(|(name, value)| writeln!(f, "> {name}: {value}"))?;
        self.text().lines().try_for_each(|line| writeln!(f, "< {line}"))
    }
}

impl Said {
    /// Whether the first explanation has this proof, and names one of these sets.
    pub fn names(&self, proof: &str, sets: &[&[&str]]) -> bool {
        let is = |ids: &Vec<String>| sets.iter().any(|set| sorted(set) == *ids);
        self.explanations.first().is_some_and(|(how, ids)| how == proof && is(ids))
    }

    /// Whether any explanation names it.
    pub fn mentions(&self, id: &str) -> bool {
        self.explanations.iter().any(|(_, ids)| ids.iter().any(|known| known == id))
    }

    fn read(value: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let explanation = |explanation: &Value| {
            let mut ids: Vec<String> = list(&explanation["mistakes"]).iter().map(|made| text(&made["id"])).collect();
            ids.sort();
            (text(&explanation["proof"]), ids)
        };
        Self {
            verdict: text(&value["verdict"]),
            explanations: list(&value["explanations"]).iter().map(explanation).collect(),
            next: list(&value["next"]).iter().map(text).collect(),
        }
    }
}

fn sorted(set: &[&str]) -> Vec<String> {
    let mut set: Vec<String> = set.iter().map(|id| (*id).to_owned()).collect();
    set.sort();
    set
}

/// Sends bytes, and reads until the server closes, as the request asks it to.
pub fn send(request: &[u8], port: u16) -> Vec<u8> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(TIME_LIMIT)).unwrap();
    stream.write_all(request).unwrap();
    let mut reply = Vec::new();
    // A server that refuses before it has read the body may reset the connection; what it sent counts.
    let ended = stream.read_to_end(&mut reply);
    assert!(!reply.is_empty(), "no reply: {ended:?}");
    reply
}
