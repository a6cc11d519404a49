//! boto3, with the signers of botocore and of awscrt, and minio-py against a running `sigvet serve`; and the recipe for pytest.
//!
//! Run by name, `cargo test --test clients`: Python with `requirements.txt` has to be on the machine, as `$CLIENTS_PYTHON` or
//! `python3`, and it fails when something is missing. It catches a right request of an SDK that is refused, a reply that an
//! SDK cannot read, and a mistake that is named otherwise.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;

use sigvet_testing::serving::Serving;

#[test]
fn clients_that_sign_for_themselves_are_judged_right() {
    let server = Serving::start(&["--region", "us-east-1", "--time-limit", "10s"]);
    let said = run(python().arg(here("clients.py")).arg(&server.url));
    assert_eq!(said, "17 right, 25 broken\n");
}

#[test]
fn the_recipe_for_pytest_works() {
    let said = run(python().args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]).arg(here("recipes")));
    assert!(said.contains("1 passed"), "{said}");
}

fn here(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/serve").join(name)
}

/// Python in a world without the user's keys and settings.
fn python() -> Command {
    let mut command = Command::new(std::env::var("CLIENTS_PYTHON").unwrap_or_else(|_| "python3".to_owned()));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command.env("AWS_CONFIG_FILE", "/dev/null").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("SIGVET", sigvet_testing::binary());
    command
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}
