//! Compares the cost of the search for mistakes with the cost of the hash function alone.
//!
//! The request is realistic: an S3 upload with a query and a few headers. Its signature is random, so the
//! search tries everything. The lower bound is the number of SHA-256 compressions that the hypotheses cannot
//! do without: the last two blocks of the inner hash, and one block of the outer hash. Measured on one core,
//! then on all of them.
//! `cargo bench --bench explain`
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sha2::block_api::compress256;
use sigvet_core::credentials::Credentials;
use sigvet_core::parse_request;
use sigvet_core::request::Request;
use sigvet_core::time::Timestamp;
use sigvet_diagnose::{Diagnosis, Evidence, Hints, Limits, diagnose};

const COMPRESSIONS: u64 = 3;

const REQUEST: &[u8] = b"PUT /photos/a%20b.jpg?partNumber=2&uploadId=VCVsb2FkIElE&x-id=UploadPart HTTP/1.1\r\n\
Host: examplebucket.s3.eu-west-1.amazonaws.com\r\n\
Content-Type: image/jpeg\r\n\
X-Amz-Content-Sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\r\n\
X-Amz-Date: 20250915T120000Z\r\n\
X-Amz-Meta-Note: three blind mice\r\n\
Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250915/eu-west-1/s3/aws4_request, \
SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-meta-note, \
Signature=00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\r\n\
Content-Length: 5\r\n\r\nhello";

fn every_mistake(c: &mut Criterion) {
    let request = parse_request(REQUEST).unwrap();
    for (depth, threads) in [(2, 1), (2, cores()), (3, 1), (3, cores())] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let hypotheses = pool.install(|| explain(&request, depth)).search.hypotheses;
        let mut group = c.benchmark_group(format!("{depth} mistakes at once"));
        group.sample_size(10).measurement_time(Duration::from_secs(10)).throughput(Throughput::Elements(hypotheses));
        group.bench_with_input(BenchmarkId::new("sigvet, threads", threads), &request, |b, request| {
            b.iter(|| pool.install(|| explain(request, depth)));
        });
        if threads == 1 {
            group.bench_function("floor: SHA-256 alone", |b| b.iter(|| floor(hypotheses * COMPRESSIONS)));
        }
        group.finish();
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn explain(request: &Request, deepest: usize) -> Diagnosis {
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let hints = Hints::default();
    let evidence = Evidence {
        request: Some(request),
        credentials: Some(&credentials),
        ..Evidence::new(Timestamp::parse("20250915T120000Z").unwrap(), &hints)
    };
    let diagnosis = diagnose(&evidence, Limits { deepest, to_the_end: 2, is_time_up: &|| false });
    assert!(diagnosis.search.is_exhausted && diagnosis.search.deepest == deepest);
    diagnosis
}

fn floor(compressions: u64) -> [u32; 8] {
    let mut state = [0; 8];
    let block = [7; 64];
    for _ in 0..compressions {
        compress256(&mut state, black_box(std::slice::from_ref(&block)));
    }
    state
}

criterion_group!(benches, every_mistake);
criterion_main!(benches);
