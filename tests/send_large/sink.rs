//! A server that counts and hashes what it receives, and keeps none of it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use sha2::{Digest, Sha256};

/// Longer than any upload here takes.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// What arrived with a request.
#[derive(Debug)]
pub struct Arrived {
    /// The declared length.
    pub declared: u64,
    /// The number of bytes received.
    pub length: u64,
    /// The `x-amz-content-sha256` of the request.
    pub signed_hash: String,
    /// The hash of the received bytes.
    pub hash: String,
}

pub struct Sink {
    pub url: String,
    arrived: Receiver<Arrived>,
}

impl Sink {
    /// Accepts one request. `meanwhile` is called with the number of bytes after each part of the body.
    pub fn taking(meanwhile: impl FnMut(u64) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/object", listener.local_addr().unwrap());
        let (sender, arrived) = channel();
        std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            sender.send(take(&mut stream, meanwhile)).unwrap();
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
        });
        Self { url, arrived }
    }

    pub fn arrived(&self) -> Arrived {
        self.arrived.recv_timeout(TIME_LIMIT).unwrap()
    }
}

fn take(stream: &mut TcpStream, mut meanwhile: impl FnMut(u64)) -> Arrived {
    let head = read_head(stream);
    let field = |name: &str| {
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
        line.map(|line| line[name.len() + 2..].to_owned()).unwrap_or_default()
    };
    let declared: u64 = field("content-length").parse().unwrap();
    let (mut length, mut hash) = (0, Sha256::new());
    let mut buffer = vec![0; 256 * 1024];
    while length < declared {
        let Ok(read @ 1..) = stream.read(&mut buffer) else { break };
        hash.update(&buffer[..read]);
        length += read as u64;
        meanwhile(length);
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Arrived { declared, length, signed_hash: field("x-amz-content-sha256"), hash }
}

/// Byte by byte, so that no part of the body is consumed.
pub fn read_head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}
