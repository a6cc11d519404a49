//! A server on loopback that records what it receives, byte for byte, and answers as the test says.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use crate::common::Sigvet;

/// An empty answer.
pub const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

pub struct Recorder {
    pub host: String,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// A request as it was captured.
#[derive(Debug)]
pub struct Captured {
    pub raw: Vec<u8>,
    pub line: String,
    /// Names as sent.
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Recorder {
    /// A server that answers each request with these bytes, and closes the connection.
    pub fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::replying(move |_, _| answer.clone())
    }

    /// The same with an answer that depends on the request, and on the number of earlier ones.
    pub fn replying(reply: impl Fn(usize, &Captured) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read_request(&mut stream);
                let mut requests = kept.lock().unwrap();
                requests.push(request.clone());
                let before = requests.len() - 1;
                drop(requests);
                // A client may disconnect before it has read everything.
                drop(stream.write_all(&reply(before, &Captured::parse(&request))));
            }
        });
        Self { host, requests }
    }

    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.host)
    }

    /// The number of requests.
    pub fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// The only request.
    #[track_caller]
    pub fn only_request(&self) -> Captured {
        let mut requests = self.requests();
        assert_eq!(requests.len(), 1, "one request arrives, no more");
        requests.remove(0)
    }

    /// All requests so far, in order.
    pub fn requests(&self) -> Vec<Captured> {
        self.requests.lock().unwrap().iter().map(|raw| Captured::parse(raw)).collect()
    }
}

/// Head and body; also ends when the client closes.
pub fn read_request(stream: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 64 * 1024];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return bytes,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
        let Some(end) = head_end(&bytes) else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length = head.split("\r\ncontent-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
        let length: usize = length.map_or(0, |length| length.parse().unwrap());
        if bytes.len() >= end + length {
            return bytes;
        }
    }
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

impl Captured {
    /// Parses an HTTP/1.1 request strictly: no folding, no bare line feeds.
    pub fn parse(raw: &[u8]) -> Self {
        let end = head_end(raw).expect("a head ends in an empty line");
        let mut lines =
            raw[..end - 4].split(|&byte| byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let line = String::from_utf8(lines.next().unwrap().to_vec()).unwrap();
        let field = |line: &[u8]| {
            let at = line.iter().position(|&byte| byte == b':').unwrap();
            (String::from_utf8(line[..at].to_vec()).unwrap(), line[at + 1..].trim_ascii().to_vec())
        };
        Self { raw: raw.to_vec(), line, headers: lines.map(field).collect(), body: raw[end..].to_vec() }
    }

    /// The values of a name, in order.
    pub fn values(&self, name: &str) -> Vec<String> {
        let named = self.headers.iter().filter(|(found, _)| found.eq_ignore_ascii_case(name));
        named.map(|(_, value)| String::from_utf8(value.clone()).unwrap()).collect()
    }
}

/// `sigvet send` to an unknown server: region and service have to be given.
pub fn send(words: &[&str]) -> Sigvet {
    Sigvet::new(&[&["send", "--region", "us-east-1", "--service", "s3"], words].concat())
}
