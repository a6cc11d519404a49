//! Requests for each protocol, signed by the library and then broken in one way.

use std::time::Duration;

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::time::Timestamp;

use crate::keys::{NOW, REGION};

/// A request to sign.
#[derive(Debug, Clone)]
pub struct Draft {
    pub method: &'static str,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub service: &'static str,
    pub region: &'static str,
    pub credentials: Credentials,
    pub at: Timestamp,
    pub payload: PayloadChoice,
}

impl Draft {
    pub fn new(method: &'static str, target: &str, service: &'static str, credentials: &Credentials) -> Self {
        Self {
            method,
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            service,
            region: REGION,
            credentials: credentials.clone(),
            at: Timestamp::parse(NOW).unwrap(),
            payload: PayloadChoice::Hashed,
        }
    }

    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn with_body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    pub fn in_region(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    pub fn by(mut self, credentials: &Credentials) -> Self {
        self.credentials = credentials.clone();
        self
    }

    /// Signed this many minutes after the server's time, or before it if negative.
    pub fn minutes_off(mut self, minutes: i64) -> Self {
        self.at = Timestamp::from_epoch_seconds(self.at.epoch_seconds() + minutes * 60);
        self
    }

    fn unsigned(&self) -> Request {
        let url = RequestUrl::parse(&format!("http://replies.example{}", self.target)).unwrap();
        let mut request = Request::new(self.method, &url).unwrap();
        self.headers.iter().for_each(|(name, value)| request.headers.push(name, value.as_str()).unwrap());
        request.body = Body::Bytes(self.body.clone());
        request
    }

    /// Not signed at all.
    pub fn plain(&self) -> Request {
        self.unsigned()
    }

    /// Signed in its header.
    pub fn signed(&self) -> Request {
        let mut settings = Settings::new(self.region, self.service);
        settings.payload = self.payload.clone();
        self.sign(&settings)
    }

    /// Signed in its URL, which is valid for this long.
    pub fn presigned(&self, seconds: u64) -> Request {
        self.sign(&Settings::new(self.region, self.service).presigned(Duration::from_secs(seconds)))
    }

    fn sign(&self, settings: &Settings) -> Request {
        let prepared = prepare(self.unsigned(), &Identity::from(&self.credentials), settings, self.at).unwrap();
        prepared.sign_once(&self.credentials.secret_access_key).request
    }
}

/// The request as on the wire, which asks for the connection to be closed.
pub fn on_the_wire(request: &Request) -> Vec<u8> {
    let mut text =
        [request.method().as_bytes(), b" ", request.target(), b" HTTP/1.1\r\nConnection: close\r\n"].concat();
    for header in &request.headers {
        text.extend([header.name.as_bytes(), b": ", &header.value, b"\r\n"].concat());
    }
    let body = match &request.body {
        Body::Bytes(body) => body.as_slice(),
        _ => &[],
    };
    if !body.is_empty() && !request.headers.contains("content-length") {
        text.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
    }
    [&text, &b"\r\n"[..], body].concat()
}

/// The same bytes with the first occurrence of a text replaced.
pub fn with_change(request: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = request.windows(from.len()).position(|bytes| bytes == from.as_bytes());
    let at = at.unwrap_or_else(|| panic!("{from:?} is not in {}", String::from_utf8_lossy(request)));
    [&request[..at], to.as_bytes(), &request[at + from.len()..]].concat()
}
