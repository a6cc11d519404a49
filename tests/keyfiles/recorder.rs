//! A local proxy that forwards nothing; it records the heads of the requests that it receives.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub struct Recorder {
    address: String,
    heads: Arc<Mutex<Vec<Head>>>,
}

/// The head of a request, with the URL that was requested from the proxy.
#[derive(Debug, Clone)]
pub struct Head {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
}

impl Recorder {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heads);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let kept = Arc::clone(&kept);
                std::thread::spawn(move || answer(&stream.unwrap(), &kept));
            }
        });
        Self { address, heads }
    }

    /// Host and port.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests received since the last call.
    pub fn take(&self) -> Vec<Head> {
        std::mem::take(&mut self.heads.lock().unwrap())
    }
}

impl Head {
    fn parse(lines: &[String]) -> Option<Self> {
        let mut words = lines.first()?.split(' ');
        let (method, target) = (words.next()?, words.next()?);
        let headers = lines[1..].iter().filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        let path = target.strip_prefix("http://").map_or(Some(target), |rest| rest.find('/').map(|at| &rest[at..]))?;
        Some(Self { method: method.to_owned(), path: path.to_owned(), headers: headers.collect() })
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(there, _)| there == name).map(|(_, value)| value.as_str())
    }

    /// The request as a server would receive it.
    pub fn as_http(&self) -> String {
        let headers: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!("{} {} HTTP/1.1\r\n{headers}\r\n", self.method, self.path)
    }
}

/// Answers a request for the location of the bucket, and all others with 404.
fn answer(stream: &TcpStream, heads: &Mutex<Vec<Head>>) {
    let mut lines = Vec::new();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        match line.as_str() {
            "" => break,
            _ => lines.push(line),
        }
    }
    let Some(head) = Head::parse(&lines) else { return };
    let is_of_location = head.path.contains("?location");
    heads.lock().unwrap().push(head);
    let (status, body) = match is_of_location {
        true => ("200 OK", "<LocationConstraint xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
        false => ("404 Not Found", ""),
    };
    let length = body.len();
    let reply = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    // A client that has disconnected does not matter.
    let _ = { stream }.write_all(reply.as_bytes());
}
