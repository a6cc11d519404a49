//! A proxy with the key that its upstream knows, and conversations with it.

use std::io::{Read, Write};
use std::time::SystemTime;

use sigvet_core::credentials::Credentials;
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::{ChunkSize, InOrder, Plan, Protection};
use sigvet_testing::serving::Serving;

/// The key that upstreams know: the one of `serve --demo-keys`.
pub(crate) const REAL: (&str, &str) = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

/// The key of an inbound proxy's clients.
pub(crate) const PLACEHOLDER: (&str, &str) = ("AKIAPLACEHOLDER00001", "placeholder/secret+that/opens+nothing0001");

/// A proxy that signs with the real key.
pub(crate) fn proxy(options: &[&str]) -> Serving {
    let key = [("AWS_ACCESS_KEY_ID", REAL.0), ("AWS_SECRET_ACCESS_KEY", REAL.1)];
    Serving::start_proxy(options, &key)
}

/// A proxy to one S3 server.
pub(crate) fn proxy_to(upstream: &str, options: &[&str]) -> Serving {
    proxy(&[&["--to", upstream, "--region", "us-east-1", "--service", "s3"], options].concat())
}

/// A proxy that accepts requests signed with the placeholder, for one server or, without one, for the hosts that they
/// name. The file lives as long as the second value.
pub(crate) fn inbound_proxy(upstream: &str, more: &str, options: &[&str]) -> (Serving, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = write_keys(&folder, more);
    let to: &[&str] = if upstream.is_empty() { &[] } else { &["--to", upstream] };
    (proxy(&[to, &["--inbound", &file], options].concat()), folder)
}

/// A file with the placeholder, and additional text about its holder.
pub(crate) fn write_keys(folder: &tempfile::TempDir, more: &str) -> String {
    let file = folder.path().join("keys.toml");
    let (id, secret) = PLACEHOLDER;
    let text = format!("[identity.agent]\naccess_key_id = \"{id}\"\nsecret_access_key = \"{secret}\"\n{more}");
    std::fs::write(&file, text).unwrap();
    set_mode(&file, 0o600);
    file.into_os_string().into_string().unwrap()
}

/// Sets who may read and write a file, on systems with modes.
pub(crate) fn set_mode(file: &std::path::Path, mode: u32) {
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
    #[cfg(not(unix))]
    let _ = (file, mode);
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends a request and reads its answer to the end of the connection.
pub(crate) fn ask(server: &Serving, request: &[u8]) -> Answer {
    let mut stream = server.connect();
    // A server that refuses early may close before everything is written.
    let _ = stream.write_all(request);
    read_answer(&mut stream)
}

/// Reads one answer.
pub(crate) fn read_answer(stream: &mut impl Read) -> Answer {
    read_body(read_head(stream), stream)
}

/// Reads an answer up to its body.
pub(crate) fn read_head(stream: &mut impl Read) -> Answer {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap_or(0), 1, "{}", String::from_utf8_lossy(&head));
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: Vec::new() }
}

/// Reads the body after the head of an answer.
pub(crate) fn read_body(answer: Answer, stream: &mut impl Read) -> Answer {
    let mut body = Vec::new();
    match answer.header("content-length").map(|length| length.parse::<usize>().unwrap()) {
        Some(length) => {
            body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
        }
        None if answer.header("transfer-encoding").is_some() => body = read_chunks(stream),
        None if answer.status != 204 && answer.status >= 200 => drop(stream.read_to_end(&mut body)),
        None => {}
    }
    Answer { body, ..answer }
}

fn read_chunks(stream: &mut impl Read) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            line.push(byte[0]);
        }
        let length = usize::from_str_radix(String::from_utf8_lossy(&line).trim(), 16).unwrap();
        let mut piece = vec![0; length + 2];
        stream.read_exact(&mut piece).unwrap();
        body.extend_from_slice(&piece[..length]);
        if length == 0 {
            return body;
        }
    }
}

/// A request without a signature.
pub(crate) fn plain(method: &str, host: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n").into_bytes();
    for (name, value) in headers {
        text.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    if !body.is_empty() {
        text.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
    }
    [&text, &b"\r\n"[..], body].concat()
}

/// How a client signs.
pub(crate) struct Client {
    pub(crate) key: (&'static str, &'static str),
    pub(crate) scheme: Scheme,
    pub(crate) payload: PayloadChoice,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
}

impl Client {
    /// The holder of the placeholder, signing with Version 4.
    pub(crate) fn new() -> Self {
        let (scheme, payload) = (Scheme::V4, PayloadChoice::Hashed);
        Self { key: PLACEHOLDER, scheme, payload, headers: Vec::new(), region: "us-east-1", service: "s3" }
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::new(if self.scheme == Scheme::V4a { "*" } else { self.region }, self.service);
        (settings.scheme, settings.payload) = (self.scheme, self.payload.clone());
        settings
    }

    fn credentials(&self) -> Credentials {
        Credentials::new(self.key.0, self.key.1)
    }

    fn unsigned(&self, method: &str, host: &str, target: &str) -> Request {
        let url = RequestUrl::parse(&format!("http://{host}{target}")).unwrap();
        let mut request = Request::new(method, &url).unwrap();
        self.headers.iter().for_each(|(name, value)| request.headers.push(name, *value).unwrap());
        request
    }

    /// A request signed in its header.
    pub(crate) fn sign(&self, method: &str, host: &str, target: &str, body: &[u8]) -> Vec<u8> {
        let mut request = self.unsigned(method, host, target);
        request.body = Body::Bytes(body.to_vec());
        let credentials = self.credentials();
        let now = SystemTime::now().into();
        let prepared = prepare(request, &Identity::from(&credentials), &self.settings(), now).unwrap();
        text_of(&prepared.sign_once(&credentials.secret_access_key).request, body)
    }

    /// A request with a presigned URL.
    pub(crate) fn presign(&self, method: &str, host: &str, target: &str, body: &[u8]) -> Vec<u8> {
        let request = self.unsigned(method, host, target);
        let credentials = self.credentials();
        let mut settings = self.settings().presigned(std::time::Duration::from_secs(60));
        settings.payload = PayloadChoice::ByService;
        let prepared = prepare(request, &Identity::from(&credentials), &settings, SystemTime::now().into()).unwrap();
        text_of(&prepared.sign_once(&credentials.secret_access_key).request, body)
    }

    /// An upload in chunks.
    pub(crate) fn stream(&self, host: &str, payload: &[u8], protection: Protection) -> Vec<u8> {
        let mut request = self.unsigned("PUT", host, "/b/k");
        request.body = Body::Bytes(payload.to_vec());
        let plan = Plan { protection, chunk_size: ChunkSize::DEFAULT, checksum: None };
        plan.declare(&mut request, self.scheme, &Dialect::AWS4).unwrap();
        let mut settings = self.settings();
        settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm_for(self.scheme)));
        let credentials = self.credentials();
        let now = SystemTime::now().into();
        let prepared = prepare(request, &Identity::from(&credentials), &settings, now).unwrap();
        let terms = prepared.terms.clone();
        let key = SigningKey::for_scheme(self.scheme, &credentials, &terms.dialect, &terms.scope);
        let signed = prepared.sign(&key).unwrap();
        let body = plan.encoder(payload.len() as u64, &terms, &key, &signed.signature).encode(payload, &InOrder);
        text_of(&signed.request, &body)
    }
}

/// A request as HTTP/1.1 text.
pub(crate) fn text_of(request: &Request, body: &[u8]) -> Vec<u8> {
    let mut text =
        [request.method().as_bytes(), b" ", request.target(), b" HTTP/1.1\r\nConnection: close\r\n"].concat();
    for header in &request.headers {
        text.extend([header.name.as_bytes(), b": ", &header.value, b"\r\n"].concat());
    }
    if !body.is_empty() && !request.headers.contains("content-length") {
        text.extend(format!("Content-Length: {}\r\n", body.len()).into_bytes());
    }
    [&text, &b"\r\n"[..], body].concat()
}
