//! An upstream that records every byte, and answers as the test says.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Maximum time to wait.
const PATIENCE: Duration = Duration::from_secs(20);

/// An upstream that records every byte.
pub(crate) struct Recorder {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recorder {
    /// Passes each connection to `answer`, with the bytes received up to the end of its first head.
    pub(crate) fn start(answer: impl Fn(&mut TcpStream, &Heard) + Send + Sync + 'static) -> Self {
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
                    let number = {
                        let mut all = all.lock().unwrap();
                        all.push(Vec::new());
                        all.len() - 1
                    };
                    let own = Heard { all, number };
                    if own.read_until(&mut stream, |bytes| find(bytes, b"\r\n\r\n").is_some()) {
                        answer(&mut stream, &own);
                    }
                });
            }
        });
        Self { url, heard }
    }

    /// Reads each request with its body, answers OK, and closes the connection.
    pub(crate) fn polite() -> Self {
        Self::start(|stream, heard| {
            heard.read_body(stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok").unwrap();
        })
    }

    pub(crate) fn host(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// What was received on each connection so far.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// What was received on the only connection.
    pub(crate) fn only(&self) -> String {
        let heard = self.heard();
        assert_eq!(heard.len(), 1, "{heard:?}");
        heard.into_iter().next().unwrap()
    }
}

/// What was received on one connection.
pub(crate) struct Heard {
    all: Arc<Mutex<Vec<Vec<u8>>>>,
    pub(crate) number: usize,
}

impl Heard {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.all.lock().unwrap()[self.number].clone()
    }

    /// Reads until `is_enough` is true; returns whether that happened before the connection ended.
    pub(crate) fn read_until(&self, stream: &mut TcpStream, is_enough: impl Fn(&[u8]) -> bool) -> bool {
        let began = Instant::now();
        let mut buffer = [0; 64 * 1024];
        while !is_enough(&self.bytes()) {
            assert!(began.elapsed() < PATIENCE);
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => return false,
                Ok(length) => self.all.lock().unwrap()[self.number].extend_from_slice(&buffer[..length]),
            }
        }
        true
    }

    /// Reads a body with the length in the head, or in HTTP's own chunks.
    pub(crate) fn read_body(&self, stream: &mut TcpStream) -> bool {
        let bytes = self.bytes();
        let at = find(&bytes, b"\r\n\r\n").unwrap() + 4;
        let head = String::from_utf8_lossy(&bytes[..at]).to_lowercase();
        if head.contains("transfer-encoding: chunked") {
            return self.read_until(stream, |bytes| bytes.ends_with(b"0\r\n\r\n"));
        }
        let length = head.split("\r\ncontent-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        self.read_until(stream, |bytes| bytes.len() >= at + length.unwrap_or(0))
    }
}

pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
