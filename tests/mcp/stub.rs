//! An MCP server that records what it receives, and answers as the test says. One connection for each request.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Maximum time to wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// The session id of the well-behaved server.
pub const SESSION: &str = "session-1";

pub struct Stub {
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Heard {
    pub method: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Heard {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The message, if it is one.
    pub fn message(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The JSON-RPC method.
    pub fn rpc(&self) -> String {
        self.message()["method"].as_str().unwrap_or_default().to_owned()
    }

    /// The tool that was called.
    pub fn tool(&self) -> String {
        self.message()["params"]["name"].as_str().unwrap_or_default().to_owned()
    }
}

impl Stub {
    /// Passes each request to `answer`.
    pub fn start(answer: impl Fn(&Heard, &mut Wire) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (answer, all) = (Arc::new(answer), Arc::clone(&heard));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, all) = (Arc::clone(&answer), Arc::clone(&all));
                std::thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    stream.set_read_timeout(Some(PATIENCE)).unwrap();
                    let Some(request) = read(&mut stream) else { return };
                    all.lock().unwrap().push(request.clone());
                    answer(&request, &mut Wire(stream));
                });
            }
        });
        Self { url, heard }
    }

    /// Answers as a server should; the test supplies the tools.
    pub fn with_tools(tools: impl Fn(&Heard, &mut Wire) + Send + Sync + 'static) -> Self {
        Self::start(move |heard, wire| match (heard.method.as_str(), heard.rpc().as_str()) {
            ("GET", _) => wire.empty(405),
            ("DELETE", _) => wire.empty(200),
            (_, "initialize") => {
                let result =
                    json!({"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "stub"}});
                wire.answer(heard, &[("Mcp-Session-Id", SESSION)], &result);
            }
            (_, "tools/call") => tools(heard, wire),
            (_, "tools/list") => wire.answer(heard, &[], &json!({"tools": []})),
            _ => wire.empty(202),
        })
    }

    /// The requests received so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().unwrap().clone()
    }

    /// Waits for the first request that matches.
    pub fn wait_for(&self, is_wanted: impl Fn(&Heard) -> bool) -> Heard {
        let began = Instant::now();
        loop {
            if let Some(found) = self.heard().into_iter().find(|heard| is_wanted(heard)) {
                return found;
            }
            assert!(began.elapsed() < PATIENCE, "{:#?}", self.heard());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

/// The response side of the connection.
pub struct Wire(TcpStream);

impl Wire {
    fn write(&mut self, text: &str) {
        // The other side may have closed.
        let _ = self.0.write_all(text.as_bytes());
        let _ = self.0.flush();
    }

    pub fn empty(&mut self, status: u16) {
        self.body(status, &[], "text/plain", "");
    }

    pub fn body(&mut self, status: u16, headers: &[(&str, &str)], kind: &str, body: &str) {
        let fields: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        self.write(&format!(
            "HTTP/1.1 {status} X\r\n{fields}Content-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ));
    }

    /// Answers a request with a JSON result.
    pub fn answer(&mut self, heard: &Heard, headers: &[(&str, &str)], result: &Value) {
        self.body(200, headers, "application/json; charset=utf-8", &result_of(heard, result).to_string());
    }

    /// Whether the other side closes the connection within this time.
    pub fn is_closed_within(&mut self, time: Duration) -> bool {
        self.0.set_read_timeout(Some(time)).unwrap();
        let read = self.0.read(&mut [0]);
        match read {
            Ok(length) => length == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }

    /// Begins an event stream.
    pub fn begin_events(&mut self) {
        self.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
    }

    /// Sends lines of a stream, followed by an empty one.
    pub fn event(&mut self, lines: &str) {
        self.write(&format!("{lines}\n\n"));
    }
}

/// The response to a request.
pub fn result_of(heard: &Heard, result: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": heard.message()["id"], "result": result})
}

fn read(stream: &mut TcpStream) -> Option<Heard> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let method = first.split(' ').next()?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut heard = Heard { method, headers, body: String::new() };
    let length = heard.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    heard.body = String::from_utf8(body).unwrap();
    Some(heard)
}
