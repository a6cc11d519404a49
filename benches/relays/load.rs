//! The client and the upstream.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::peers::Peer;

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// How long an event stream is silent after its head.
const SILENCE: Duration = Duration::from_millis(20);

/// Answers each request with two bytes after its body, and `/events` with one event.
pub(crate) struct Upstream {
    address: SocketAddr,
    /// When an event was sent.
    sent: Arc<Mutex<Instant>>,
}

impl Upstream {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, sent) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Instant::now())));
        let event = Arc::clone(&sent);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let event = Arc::clone(&event);
                std::thread::spawn(move || answer(stream.unwrap(), &event));
            }
        });
        Self { address, sent }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The median delay of an event between the upstream and the client.
    pub(crate) fn delay_of_first_byte(&self, peer: &Peer) -> Duration {
        let mut delays: Vec<Duration> = (0..51)
            .map(|_| {
                let mut stream = connect(peer.address);
                let host = peer.address;
                stream.write_all(format!("GET /events HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).unwrap();
                let mut seen = Vec::new();
                while !seen.windows(6).any(|window| window == b"data: ") {
                    read_some(&mut stream, &mut seen);
                }
                let arrived = Instant::now();
                arrived - *self.sent.lock().unwrap()
            })
            .collect();
        delays.sort();
        delays[delays.len() / 2]
    }
}

fn answer(mut stream: TcpStream, event: &Mutex<Instant>) {
    stream.set_nodelay(true).unwrap();
    let (mut seen, mut sink) = (Vec::new(), vec![0; 1 << 20]);
    loop {
        let Some(head) = read_head(&mut stream, &mut seen) else { return };
        let rest = std::mem::take(&mut seen);
        let length = header(&head, "content-length").and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
        let mut left = length - rest.len() as u64;
        while left > 0 {
            let wanted = sink.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            match stream.read(&mut sink[..wanted]) {
                Ok(0) | Err(_) => return,
                Ok(read) => left -= read as u64,
            }
        }
        let answered = if head.starts_with("GET /events ") {
            let head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
            let began = stream.write_all(head);
            std::thread::sleep(SILENCE);
            *event.lock().unwrap() = Instant::now();
            let _ = began.and_then(|()| stream.write_all(b"data: 1\n\n"));
            return;
        } else {
            stream.write_all(OK)
        };
        if answered.is_err() {
            return;
        }
    }
}

/// The result of a few seconds of small requests.
pub(crate) struct Asked {
    pub(crate) count: u32,
    pub(crate) cpu: Duration,
}

impl Asked {
    /// Microseconds of CPU for one request.
    pub(crate) fn cpu_of_one(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / f64::from(self.count)
    }
}

/// Sends small requests over this many connections at once.
pub(crate) fn ask(peer: &Peer, connections: usize, span: Duration) -> Asked {
    let request = format!("GET /bucket/key HTTP/1.1\r\nHost: {}\r\n\r\n", peer.address).into_bytes();
    // The first request opens connections and derives the signing key of the day.
    exchange(&mut connect(peer.address), &request, &[]);
    let (before, began) = (peer.cpu(), Instant::now());
    let count = std::thread::scope(|scope| {
        let ask = || {
            let (mut stream, mut count) = (connect(peer.address), 0);
            while began.elapsed() < span {
                exchange(&mut stream, &request, &[]);
                count += 1;
            }
            count
        };
        let threads: Vec<_> = (0..connections).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    Asked { count, cpu: peer.cpu() - before }
}

pub(crate) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(600))).unwrap();
    stream
}

/// Sends a head and the pieces of a body, and expects a short response with status 200.
pub(crate) fn exchange(stream: &mut TcpStream, head: &[u8], pieces: &[&[u8]]) {
    stream.write_all(head).unwrap();
    pieces.iter().for_each(|piece| stream.write_all(piece).unwrap());
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\nok") {
        read_some(stream, &mut seen);
    }
    assert!(seen.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&seen));
}

fn read_some(stream: &mut TcpStream, seen: &mut Vec<u8>) {
    let mut buffer = [0; 4096];
    let read = stream.read(&mut buffer).unwrap();
    assert_ne!(read, 0, "{}", String::from_utf8_lossy(seen));
    seen.extend_from_slice(&buffer[..read]);
}

/// Reads a head and leaves what follows it.
fn read_head(stream: &mut TcpStream, seen: &mut Vec<u8>) -> Option<String> {
    let mut buffer = [0; 64 * 1024];
    loop {
        if let Some(at) = seen.windows(4).position(|window| window == b"\r\n\r\n") {
            let rest = seen.split_off(at + 4);
            return Some(String::from_utf8_lossy(&std::mem::replace(seen, rest)).into_owned());
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
    }
}

fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}
