//! A loopback server that stands in for IAM Roles Anywhere. It records requests and returns the responses it is given.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A request that the service received.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub line: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Arrived {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// The running service.
pub struct Service {
    pub url: String,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    answers: Arc<Mutex<VecDeque<(u16, String)>>>,
}

impl Service {
    /// Starts a service that answers every request with this response.
    pub fn start(status: u16, body: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let service = Self { url, arrived: Arc::default(), answers: Arc::default() };
        let (arrived, answers) = (Arc::clone(&service.arrived), Arc::clone(&service.answers));
        let usual = (status, body.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = read(&mut BufReader::new(&stream)) else { continue };
                arrived.lock().unwrap().push(request);
                let (status, body) = answers.lock().unwrap().pop_front().unwrap_or_else(|| usual.clone());
                let kind = if status == 403 { "x-amzn-ErrorType: AccessDeniedException\r\n" } else { "" };
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{kind}Content-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                // The client may have closed the connection.
                let _ = stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice());
            }
        });
        service
    }

    /// Answers the next request with this response instead. Several responses are used in order.
    pub fn answer_next(&self, status: u16, body: String) {
        self.answers.lock().unwrap().push_back((status, body));
    }

    /// All requests so far.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

fn read(stream: &mut impl BufRead) -> Option<Arrived> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let mut lines = lines.into_iter();
    let line = lines.next()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':').map(|(name, value)| (name.to_owned(), value.trim().to_owned())))
        .collect();
    let mut request = Arrived { line, headers, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body = vec![0; length];
    stream.read_exact(&mut request.body).ok()?;
    Some(request)
}
