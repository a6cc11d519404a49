//! One long upload of zeros, with a hashed payload, an unhashed one, or one signed in chunks.

use std::fs::File;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Instant, SystemTime};

use sigvet::transport::{BodyFile, ChunkedReader, Pass};
use sigvet_core::credentials::Credentials;
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::prepare::{Identity, PayloadChoice, Prepared, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::{ChunkSize, Plan, Protection};

use super::load::{connect, exchange};
use super::peers::{self, PLACEHOLDER, Peer};

const PIECE: usize = 1 << 20;

/// Makes the head of an upload of this many bytes.
type Head = fn(&Peer, u64) -> Vec<u8>;

/// Measures each kind of upload through each relay that supports it.
pub(crate) fn run(upstream: SocketAddr, gibibytes: f64) {
    let length = (gibibytes * 1024.0) as u64 * PIECE as u64;
    println!(
        "\n{:42} {:>8} {:>14} {:>16}",
        format!("upload of {gibibytes} GiB"),
        "MB/s",
        "of the relay",
        "KiB above idle"
    );
    let plain = |to| peers::plain(to);
    let floor = measure(&plain(upstream), "not hashed", length, None, |peer| unsigned(peer, length));
    let rows: [(&str, Head); 2] = [("hashed ahead", hashed), ("not hashed", unsigned)];
    for start in [|to| peers::nginx(to), peers::mitmproxy] as [super::Start; 2] {
        let Some(peer) = start(upstream) else { continue };
        measure(&peer, "not hashed", length, Some(floor), |peer| unsigned(peer, length));
    }
    // A relay that hashes what it has before it passes it on cannot be quicker than both one after the other.
    let in_turn = 1.0 / (1.0 / floor + 1.0 / hashing_speed());
    println!("{:42} {in_turn:8.0} {:14.2}", "the plain relay and SHA-256, in turn", in_turn / floor);
    for (name, head) in rows {
        measure(&peers::sigvet_inbound(upstream), name, length, Some(floor), |peer| head(peer, length));
    }
    let peer = peers::sigvet_inbound(upstream);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("chunks");
    let head = write_chunks(&peer, length, &file);
    let encoded = std::fs::metadata(&file).unwrap().len();
    report(&peer, "signed chunks", encoded, Some(floor), || {
        let (mut stream, mut pieces) = (connect(peer.address), File::open(&file).unwrap());
        stream.write_all(&head).unwrap();
        let mut buffer = vec![0; PIECE];
        loop {
            match pieces.read(&mut buffer).unwrap() {
                0 => break exchange(&mut stream, b"", &[]),
                // A server that answers early says why.
                read if stream.write_all(&buffer[..read]).is_err() => break exchange(&mut stream, b"", &[]),
                _ => {}
            }
        }
    });
}

/// Sends a head followed by zeros.
fn measure(peer: &Peer, name: &str, length: u64, floor: Option<f64>, head: impl Fn(&Peer) -> Vec<u8>) -> f64 {
    let (head, zeros) = (head(peer), vec![0; PIECE]);
    report(peer, name, length, floor, || {
        let mut stream = connect(peer.address);
        stream.write_all(&head).unwrap();
        (0..length / PIECE as u64).for_each(|_| stream.write_all(&zeros).unwrap());
        exchange(&mut stream, b"", &[]);
    })
}

/// Prints the speed, its ratio to the baseline, and the memory used.
fn report(peer: &Peer, name: &str, length: u64, floor: Option<f64>, send: impl FnOnce()) -> f64 {
    let (idle, began) = (peer.memory("VmRSS"), Instant::now());
    send();
    let speed = length as f64 / 1e6 / began.elapsed().as_secs_f64();
    let above = peer.memory("VmHWM").saturating_sub(idle);
    let ratio = floor.map_or_else(String::new, |floor| format!("{:.2}", speed / floor));
    println!("{:42} {speed:8.0} {ratio:>14} {above:>16}", format!("{}, {name}", peer.name));
    speed
}

/// MB/s of SHA-256 alone.
fn hashing_speed() -> f64 {
    let (mut hasher, zeros, began) = (Sha256Hasher::new(), vec![0; PIECE], Instant::now());
    (0..512).for_each(|_| hasher.update(&zeros));
    std::hint::black_box(hasher.finish());
    512.0 * PIECE as f64 / 1e6 / began.elapsed().as_secs_f64()
}

fn hashed(peer: &Peer, length: u64) -> Vec<u8> {
    let (mut hasher, zeros) = (Sha256Hasher::new(), vec![0; PIECE]);
    (0..length / PIECE as u64).for_each(|_| hasher.update(&zeros));
    head(peer, Body::Elsewhere { sha256: Some(hasher.finish()), length }, PayloadChoice::Hashed)
}

fn unsigned(peer: &Peer, length: u64) -> Vec<u8> {
    head(peer, Body::Elsewhere { sha256: None, length }, PayloadChoice::Unsigned)
}

fn head(peer: &Peer, body: Body, payload: PayloadChoice) -> Vec<u8> {
    let mut request = request(peer);
    request.headers.push("content-length", body.length().unwrap().to_string()).unwrap();
    request.body = body;
    text(&prepared(request, payload).sign_once(&credentials().secret_access_key).request)
}

/// Writes a body in chunks, and returns the head.
fn write_chunks(peer: &Peer, length: u64, file: &Path) -> Vec<u8> {
    let plain = file.with_extension("zeros");
    File::create(&plain).unwrap().set_len(length).unwrap();
    let plan = Plan { protection: Protection::Signed, chunk_size: ChunkSize::DEFAULT, checksum: None };
    let mut request = request(peer);
    request.body = Body::Elsewhere { sha256: None, length };
    plan.declare(&mut request, Scheme::V4, &Dialect::AWS4).unwrap();
    let prepared = prepared(request, PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm)));
    let terms = prepared.terms.clone();
    let key = SigningKey::derive(&credentials().secret_access_key, &terms.dialect, &terms.scope);
    let signed = prepared.sign(&key).unwrap();
    let encoder = plan.encoder(length, &terms, &key, &signed.signature);
    let source = BodyFile::look(&plain).unwrap().unwrap().open(Pass::Unhashed).unwrap();
    let (mut reader, mut encoded) = (ChunkedReader::new(source, encoder), File::create(file).unwrap());
    let mut buffer = vec![0; reader.room()];
    while !reader.is_at_end() {
        let read = reader.read(&mut buffer).unwrap();
        encoded.write_all(&buffer[..read]).unwrap();
    }
    let mut request = signed.request;
    request.headers.push("content-length", std::fs::metadata(file).unwrap().len().to_string()).unwrap();
    text(&request)
}

fn credentials() -> Credentials {
    Credentials::new(PLACEHOLDER.0, PLACEHOLDER.1)
}

fn request(peer: &Peer) -> Request {
    Request::new("PUT", &RequestUrl::parse(&format!("http://{}/bucket/key", peer.address)).unwrap()).unwrap()
}

fn prepared(request: Request, payload: PayloadChoice) -> Prepared {
    let mut settings = Settings::new("us-east-1", "s3");
    settings.payload = payload;
    prepare(request, &Identity::from(&credentials()), &settings, SystemTime::now().into()).unwrap()
}

fn text(request: &Request) -> Vec<u8> {
    let mut text = [request.method().as_bytes(), b" ", request.target(), b" HTTP/1.1\r\n"].concat();
    for header in &request.headers {
        text.extend([header.name.as_bytes(), b": ", &header.value, b"\r\n"].concat());
    }
    text.extend(b"\r\n");
    text
}
