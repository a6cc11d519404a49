//! Encodes a file of 1 GiB in signed chunks, compared with plain SHA-256 over the same file.
//!
//! `cargo bench --bench streaming`, or with `-- --quick` for one round. Both read the file from the page cache and
//! discard the result. Chunks are hashed in parallel, which the plain hash cannot be, so with more than one core
//! the chunks are faster.
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use sigvet::transport::{BodyFile, ChunkedReader, PIECE, Pass};
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::credentials::Credentials;
use sigvet_core::crypto::Sha256Hasher;
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::{ChunkSize, Encoder, Plan, Protection};
use sigvet_core::time::Timestamp;

const LENGTH: u64 = 1 << 30;
const KIB: usize = 1024;

/// The goal: this fraction of the speed of the plain hash, with this much memory.
const LEAST: f64 = 0.85;
const MOST_KIB: u64 = 32 * 1024;

fn main() {
    let rounds = if std::env::args().any(|argument| argument == "--quick") { 1 } else { 5 };
    let directory = tempfile::tempdir().expect("a directory for 1 GiB");
    let path = directory.path().join("body");
    write_body(&path);
    // Read once, so that no measured pass is the first one to touch the file.
    plain(&path);

    let chunk_sizes = [64, 128, 256, 1024].map(|kib| (kib, None));
    let with_checksum = [(64, Some(ChecksumAlgorithm::Crc64Nvme)), (64, Some(ChecksumAlgorithm::Sha256))];
    for (kib, checksum) in chunk_sizes.into_iter().chain(with_checksum) {
        let (mut floor, mut chunks) = (Duration::MAX, Duration::MAX);
        for _ in 0..rounds {
            floor = floor.min(plain(&path));
            chunks = chunks.min(streamed(&path, kib * KIB, checksum));
        }
        let ratio = floor.as_secs_f64() / chunks.as_secs_f64();
        let verdict = if ratio >= LEAST { "" } else { "  BELOW 0.85" };
        let checksum = checksum.map_or("-", ChecksumAlgorithm::name);
        println!(
            "chunks of {kib:>4} KiB, checksum {checksum:<9}  {:>6.0} MB/s  plain SHA-256 {:>6.0} MB/s  ratio {ratio:.2}{verdict}",
            speed(chunks),
            speed(floor)
        );
    }
    match peak_kib() {
        Some(peak) => println!("peak memory {peak} KiB, at most {MOST_KIB} KiB are asked for"),
        None => println!("peak memory is told by /proc alone"),
    }
}

fn write_body(path: &Path) {
    let mut file = File::create(path).expect("a file for 1 GiB");
    let mut state = 1_u64;
    let mut piece = vec![0; PIECE];
    for _ in 0..LENGTH / PIECE as u64 {
        for word in piece.chunks_exact_mut(8) {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&piece).expect("room for 1 GiB");
    }
}

fn plain(path: &Path) -> Duration {
    let begun = Instant::now();
    let (mut file, mut hasher) = (File::open(path).expect("the file"), Sha256Hasher::new());
    let mut buffer = vec![0; PIECE];
    loop {
        match file.read(&mut buffer).expect("the file is read") {
            0 => break,
            read => hasher.update(&buffer[..read]),
        }
    }
    std::hint::black_box(hasher.finish());
    begun.elapsed()
}

fn streamed(path: &Path, chunk_size: usize, checksum: Option<ChecksumAlgorithm>) -> Duration {
    let encoder = encoder(chunk_size, checksum);
    let begun = Instant::now();
    let file = BodyFile::look(path).expect("the file").expect("a regular file");
    let expected = encoder.layout().encoded_length();
    let mut reader = ChunkedReader::new(file.open(Pass::Unhashed).expect("the file"), encoder);
    let mut buffer = vec![0; reader.room()];
    let mut length = 0;
    while !reader.is_at_end() {
        length += reader.read(&mut buffer).expect("the file is read") as u64;
        std::hint::black_box(&buffer);
    }
    let took = begun.elapsed();
    assert_eq!(length, expected, "the body is as long as was declared");
    took
}

fn encoder(chunk_size: usize, checksum: Option<ChecksumAlgorithm>) -> Encoder {
    let chunk_size = ChunkSize::new(chunk_size).expect("at least 8 KiB");
    let plan = Plan { protection: Protection::Signed, chunk_size, checksum };
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let url = RequestUrl::parse("https://s3.amazonaws.com/examplebucket/object").expect("a URL");
    let mut request = Request::new("PUT", &url).expect("a method");
    request.body = Body::Elsewhere { sha256: None, length: LENGTH };
    plan.declare(&mut request, Scheme::V4, &Dialect::AWS4).expect("it can be streamed");
    let mut settings = Settings::new("us-east-1", "s3");
    settings.payload = PayloadChoice::Declared(plan.word(&Dialect::AWS4.algorithm));
    let now = Timestamp::from_epoch_seconds(1_369_353_600);
    let prepared = prepare(request, &Identity::from(&credentials), &settings, now).expect("it can be prepared");
    let terms = prepared.terms.clone();
    let key = SigningKey::derive(&credentials.secret_access_key, &terms.dialect, &terms.scope);
    let signed = prepared.sign(&key).expect("the key is of that scope");
    plan.encoder(LENGTH, &terms, &key, &signed.signature)
}

fn speed(took: Duration) -> f64 {
    LENGTH as f64 / 1e6 / took.as_secs_f64()
}

/// The peak memory of this process so far.
fn peak_kib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
