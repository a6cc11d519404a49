//! Compares `man/` and `completions/` with what the definition of the command line gives, and tries the completion itself.
//!
//! It catches an option that was added, renamed or reworded without its manual.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use sigvet::cli::man;
use sigvet::cli::options::complete;

const HOW_TO_RENEW: &str = "renew them: SIGVET_RENEW=1 cargo test --test generated";

#[test]
fn the_manual_is_up_to_date() {
    compare("man", &man::pages().unwrap());
}

#[test]
fn the_completions_are_up_to_date() {
    compare("completions", &complete::registrations().unwrap());
}

/// With `SIGVET_RENEW` set, writes instead of comparing. A file that nothing generates any more is stale as well.
fn compare(directory: &str, generated: &[(String, Vec<u8>)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    if std::env::var_os("SIGVET_RENEW").is_some() {
        return renew(&root, generated);
    }
    let stale = |(name, text): &&(String, Vec<u8>)| !is_same_text(&root.join(name), text);
    let mut files: BTreeSet<String> = generated.iter().filter(stale).map(|(name, _)| name.clone()).collect();
    let expected = |name: &String| generated.iter().any(|(generated, _)| generated == name);
    files.extend(names_in(&root).into_iter().filter(|name| !expected(name)));
    assert!(files.is_empty(), "stale in {directory}/: {files:?}; {HOW_TO_RENEW}");
}

fn renew(root: &Path, generated: &[(String, Vec<u8>)]) {
    std::fs::create_dir_all(root).unwrap();
    for name in names_in(root) {
        std::fs::remove_file(root.join(name)).unwrap();
    }
    for (name, text) in generated {
        std::fs::write(root.join(name), text).unwrap();
    }
}

/// A checkout may have other line ends.
fn is_same_text(path: &Path, text: &[u8]) -> bool {
    let committed = std::fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n");
    committed.as_bytes() == text
}

fn names_in(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).into_iter().flatten();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

const PROFILES: &str = "default = \"hetzner\"\n\
    [profile.hetzner]\naccess_key_id = \"AKIDEXAMPLE\"\nsecret_access_key = \"hush-hush\"\n\
    [profile.home]\naccess_key_id = \"AKIDHOME\"\nsecret_access_key = \"hush-hush\"\n";

fn profile_file() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("profiles.toml");
    std::fs::write(&path, PROFILES).unwrap();
    (directory, path)
}

/// Asks as the script for bash asks; `words` end with the one that is being typed.
fn offered(words: &[&str], profiles: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_sigvet"))
        .env("COMPLETE", "bash")
        .env("_CLAP_COMPLETE_INDEX", (words.len() - 1).to_string())
        .env("_CLAP_COMPLETE_COMP_TYPE", "9")
        .env("_CLAP_COMPLETE_SPACE", "true")
        .env("_CLAP_IFS", "\n")
        .env("SIGVET_PROFILES", profiles)
        .arg("--")
        .args(words)
        .output()
        .unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_tab_after_profile_offers_the_names_and_nothing_else_of_the_file() {
    let (_directory, profiles) = profile_file();
    assert_eq!(offered(&["sigvet", "sign", "--profile", ""], &profiles), "hetzner\nhome");
    assert_eq!(offered(&["sigvet", "send", "--profile", "he"], &profiles), "hetzner");
    assert_eq!(offered(&["sigvet", "sign", "--profile", ""], Path::new("no-such-file")), "");
}

#[test]
fn a_tab_offers_commands_and_options() {
    let (_directory, profiles) = profile_file();
    let commands = offered(&["sigvet", ""], &profiles);
    for command in ["sign", "send", "presign", "verify", "explain", "key", "profile"] {
        assert!(commands.lines().any(|line| line == command), "{commands}");
    }
    assert_eq!(offered(&["sigvet", "presign", "--exp"], &profiles), "--expires");
}

/// The script itself, in a real shell, where there is one.
#[cfg(unix)]
#[test]
fn bash_completes_profiles_by_the_script() {
    const PRESS_TAB: &str = "
        COMP_WORDS=(sigvet sign --profile h) COMP_CWORD=3 COMP_TYPE=9
        _clap_complete_sigvet sigvet h --profile
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let (_directory, profiles) = profile_file();
    let sigvet = Path::new(env!("CARGO_BIN_EXE_sigvet")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([sigvet].into_iter().chain(std::env::split_paths(&path))).unwrap();
    let (_, script) = complete::registrations().unwrap().remove(0);
    let program = String::from_utf8(script).unwrap() + PRESS_TAB;
    let mut bash = Command::new("bash");
    let output = match bash.args(["--norc", "-c", &program]).env("PATH", path).env("SIGVET_PROFILES", profiles).output()
    {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
        output => output.unwrap(),
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout), "hetzner\nhome\n", "{output:?}");
}
