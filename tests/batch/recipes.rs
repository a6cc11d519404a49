//! The recipes in `docs/batch.md` for more than one process.
//!
//! Run by name, `cargo test --test recipes`: an engine that is not on the machine is skipped, which is a failure if
//! `$CI` is set. Catches a recipe that gives other URLs than the command alone, or fewer.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sigvet_testing::{KEY, SECRET};

/// Number of keys to presign with Spark.
const KEYS: &str = "1000000";

#[test]
fn spark_gives_the_same_urls_as_one_command() {
    let python = std::env::var("SPARK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if !has(&python, "-cimport pyspark") || !has("java", "-version") {
        return;
    }
    let mut spark = Command::new(python);
    spark.arg(here("recipes/spark.py")).arg(KEYS);
    assert_eq!(run(&mut spark), "1000000 by rdd.pipe, 10000 by TRANSFORM\n");
}

/// xargs splits a list among processes; GNU parallel is called the same way. A second run does not take the results of the
/// first for lists.
#[test]
fn xargs_gives_the_same_urls_as_one_command() {
    let folder = tempfile::tempdir().unwrap();
    let keys: String = (0..4_000).map(|number| format!("key {number}\n")).collect();
    std::fs::write(folder.path().join("keys.txt"), keys).unwrap();
    let presign = "\"$SIGVET\" presign --batch --base s3://photos/ --region eu-west-1 --date 20260301T101112Z";
    let script = format!(
        "mkdir -p urls && ls part.* | xargs -P 2 -I FILE sh -c '{presign} FILE > urls/FILE' && cat urls/part.*"
    );
    let script = format!("split -l 1000 keys.txt part. && ({script}) > /dev/null && {script}");
    let mut parts = Command::new("sh");
    parts.args(["-c", &script]).current_dir(folder.path());
    let mut alone = Command::new("sh");
    alone.args(["-c", &format!("{presign} keys.txt")]).current_dir(folder.path());
    let urls = run(&mut parts);
    assert_eq!(urls.lines().count(), 4_000);
    assert!(urls == run(&mut alone));
}

fn run(command: &mut Command) -> String {
    command.env("AWS_ACCESS_KEY_ID", KEY).env("AWS_SECRET_ACCESS_KEY", SECRET).env("AWS_EC2_METADATA_DISABLED", "true");
    let ran = command.env("SIGVET", sigvet_testing::binary()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap()
}

fn has(program: &str, word: &str) -> bool {
    let ran = Command::new(program).arg(word).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_here = ran.is_ok_and(|status| status.success());
    assert!(is_here || std::env::var_os("CI").is_none(), "CI has to have it: {program} {word}");
    is_here
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/batch").join(name)
}
