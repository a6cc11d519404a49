//! The cost per record of whole runs of `presign --batch` and `verify --batch`, compared with the hash function
//! alone.
//!
//! Goals, with AVX-512: 2.5 million plain keys per second with one thread (1.9 million without AVX-512), 1.9 times
//! that with two threads on two cores; one million JSON objects per thread; 700,000 verdicts per thread. The lower
//! bound is the time that SHA-256 takes for a presigned URL: nine compressions, one after the other. `cargo bench
//! --bench batch`
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::fmt::Write as _;
use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sha2::{Digest, Sha256};

const RECORDS: u64 = 500_000;
const COMPRESSIONS: usize = 9;

fn lists(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, line: &dyn Fn(u64) -> String| {
        let mut text = String::new();
        (0..RECORDS).for_each(|number| writeln!(text, "{}", line(number)).unwrap());
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let key = |number: u64| format!("photos/2026/{:04}/img-{number:08}.jpg", number / 1_000);
    let keys = file("keys", &key);
    let objects =
        file("objects", &|number| format!("{{\"id\":{number},\"key\":\"{}\",\"size\":{}}}", key(number), number * 37));
    let urls = folder.path().join("urls");
    let presign = ["presign", "--batch", "--base", "s3://bucket/", "--region", "eu-west-1", "--expires", "7d"];
    run(&presign, &[], &keys, File::create(&urls).unwrap().into());

    let mut group = criterion.benchmark_group(format!("lists of {RECORDS}"));
    group.sample_size(10).measurement_time(Duration::from_secs(5)).throughput(Throughput::Elements(RECORDS));
    let verify = ["verify", "--batch"];
    for (name, words, more, list) in [
        ("presign, keys, one thread", &presign[..], &["-j", "1"][..], &keys),
        ("presign, keys, two threads", &presign, &["-j", "2"], &keys),
        ("presign, JSON objects, one thread", &presign, &["-j", "1", "--jsonl"], &objects),
        ("verify, URLs, one thread", &verify, &["-j", "1"], &urls),
        ("verify, URLs, two threads", &verify, &["-j", "2"], &urls),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| run(words, more, list, Stdio::null())));
    }
    group.bench_function("floor: SHA-256 alone", |bencher| {
        let message = [0; COMPRESSIONS * 64 - 9];
        bencher.iter(|| (0..RECORDS).for_each(|_| _ = black_box(Sha256::digest(black_box(&message)))));
    });
    group.finish();
}

fn run(words: &[&str], more: &[&str], list: &PathBuf, output: Stdio) {
    let mut command = Command::new(Path::new(env!("CARGO_BIN_EXE_sigvet")));
    command.args(words).args(more).arg(list).env_clear().stdout(output).stderr(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    assert!(command.status().unwrap().success(), "{words:?} {more:?}");
}

criterion_group!(benches, lists);
criterion_main!(benches);
