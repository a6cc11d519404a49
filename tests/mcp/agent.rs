//! An agent: it starts `sigvet mcp` like any MCP server, and communicates in lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sigvet_testing::Sigvet;
use sigvet_testing::serving::Serving;

/// The key of `serve --demo-keys`.
pub const KEY: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

/// The scope of AgentCore in Oregon, which a loopback address does not imply.
pub const SCOPE: [&str; 4] = ["--region", "us-west-2", "--service", "bedrock-agentcore"];

/// Maximum time to wait for a line.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Agent {
    pub child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<(Instant, String)>,
    stderr: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

/// Puts a server in front of this one that lets only correctly signed requests pass.
pub fn guard(upstream: &str) -> Serving {
    Serving::start(&[&SCOPE[..], &["--upstream", upstream, "--no-page", "--log", "json"]].concat())
}

impl Agent {
    /// With the right key.
    pub fn start(url: &str, options: &[&str]) -> Self {
        let key = [("AWS_ACCESS_KEY_ID", KEY.0), ("AWS_SECRET_ACCESS_KEY", KEY.1)];
        Self::start_with(url, options, &key)
    }

    pub fn start_with(url: &str, options: &[&str], environment: &[(&str, &str)]) -> Self {
        let url = format!("{url}/mcp");
        let sigvet = Sigvet::anonymous(&[&["mcp", &url], &SCOPE[..], options].concat());
        let sigvet = environment.iter().fold(sigvet, |sigvet, (name, value)| sigvet.env(name, value));
        let mut child = sigvet.into_command().spawn().unwrap();
        let (send, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines() {
                let _ = send.send((Instant::now(), line.unwrap()));
            }
        });
        let stderr = Arc::new(Mutex::new(String::new()));
        let (mut errors, all) = (child.stderr.take().unwrap(), Arc::clone(&stderr));
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = errors.read(&mut buffer) {
                all.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..length]));
            }
        });
        let stdin = child.stdin.take();
        Self { child, stdin, lines, stderr, reader: Some(reader) }
    }

    /// Sends a text and a line break.
    pub fn say(&mut self, text: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        stdin.write_all(b"\n").unwrap();
        stdin.flush().unwrap();
    }

    pub fn request(&mut self, id: impl Into<Value>, method: &str, params: Value) {
        self.say(&json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params}).to_string());
    }

    pub fn call(&mut self, id: impl Into<Value>, tool: &str) {
        self.request(id, "tools/call", json!({"name": tool, "arguments": {}}));
    }

    pub fn notify(&mut self, method: &str) {
        self.say(&json!({"jsonrpc": "2.0", "method": method}).to_string());
    }

    /// Performs the initial handshake.
    pub fn initialize(&mut self) {
        self.request(0, "initialize", json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {}}));
        assert_eq!(self.hear()["result"]["protocolVersion"], "2025-06-18");
        self.notify("notifications/initialized");
    }

    /// The next line.
    pub fn hear(&self) -> Value {
        self.hear_at().1
    }

    /// The next line unparsed, and when it came.
    pub fn hear_line(&self) -> (Instant, String) {
        let heard = self.lines.recv_timeout(PATIENCE);
        heard.unwrap_or_else(|error| panic!("{error}; stderr: {}", self.errors()))
    }

    /// The next line, and when it came.
    pub fn hear_at(&self) -> (Instant, Value) {
        let (at, line) = self.hear_line();
        (at, serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}")))
    }

    /// The error in the next line, which has to be for this id.
    pub fn hear_error(&self, id: impl Into<Value>) -> (i64, String) {
        let heard = self.hear();
        assert_eq!((&heard["jsonrpc"], &heard["id"]), (&json!("2.0"), &id.into()), "{heard}");
        (heard["error"]["code"].as_i64().unwrap(), heard["error"]["message"].as_str().unwrap().to_owned())
    }

    /// Standard error so far.
    pub fn errors(&self) -> String {
        self.stderr.lock().unwrap().clone()
    }

    pub fn wait_for_errors(&self, text: &str) {
        let began = Instant::now();
        while !self.errors().contains(text) {
            assert!(began.elapsed() < PATIENCE, "{text:?} is not in {:?}", self.errors());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn close_input(&mut self) {
        self.stdin = None;
    }

    pub fn terminate(&self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    }

    /// Waits for the end; returns the exit code, the rest of standard output, and standard error.
    pub fn wait(mut self) -> (Option<i32>, Vec<Value>, String) {
        let began = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        };
        self.reader.take().unwrap().join().unwrap();
        let rest = self.lines.iter().map(|(_, line)| serde_json::from_str(&line).unwrap()).collect();
        (code, rest, self.errors())
    }

    /// Closes standard input, and waits.
    pub fn end(mut self) -> (Option<i32>, Vec<Value>, String) {
        self.close_input();
        self.wait()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
