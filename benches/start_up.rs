//! The cost of a whole `sigvet presign` process with static keys, compared with an empty clap program.
//!
//! Goal: at most 1.5 times. Run `cargo build --release --examples` first, so that both programs have the same
//! profile.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};

const SIGVET: &str = env!("CARGO_BIN_EXE_sigvet");

fn start_up(criterion: &mut Criterion) {
    let empty = empty_program();
    let mut group = criterion.benchmark_group("start-up");
    group.bench_function("an empty program of clap's", |bencher| bencher.iter(|| run(&empty, &[])));
    group.bench_function("sigvet --version", |bencher| bencher.iter(|| run(Path::new(SIGVET), &["--version"])));
    let words = ["presign", "https://bucket.s3.eu-central-1.amazonaws.com/key"];
    group.bench_function("sigvet presign", |bencher| bencher.iter(|| run(Path::new(SIGVET), &words)));
    group.finish();
}

fn empty_program() -> PathBuf {
    let directory = Path::new(SIGVET).parent().unwrap().join("examples");
    let program = directory.join(format!("empty_clap{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "no {}: run 'cargo build --release --examples'", program.display());
    program
}

fn run(program: &Path, words: &[&str]) {
    let mut command = Command::new(program);
    command.args(words).env_clear().stdout(Stdio::null()).stderr(Stdio::null());
    command.env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE").env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    assert!(command.status().unwrap().success(), "{} {words:?}", program.display());
}

criterion_group!(benches, start_up);
criterion_main!(benches);
