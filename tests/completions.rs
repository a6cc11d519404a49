//! What Tab offers: asked of the program itself, and tried in the machine's shells, whose scripts are those in
//! `completions/`.
//!
//! Catches a name that is not offered, and a script that loses words because its shell splits them differently.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg_attr(unix, expect(clippy::print_stdout, reason = "what was not tried is said"))]

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

#[cfg(unix)]
use sigvet::cli::options::complete;

const PROFILES: &str = "default = \"hetzner\"\n\
    [profile.hetzner]\naccess_key_id = \"AKIDEXAMPLE\"\nsecret_access_key = \"hush-hush\"\n\
    [profile.home]\naccess_key_id = \"AKIDHOME\"\nsecret_access_key = \"hush-hush\"\n";

fn profile_file() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("profiles.toml");
    std::fs::write(&path, PROFILES).unwrap();
    (directory, path)
}

/// Asks as the bash script asks; the last of `words` is the one being typed.
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

const AWS_CONFIG: &str = "[profile home]\nregion = eu-west-1\n[profile work]\nregion = eu-west-1\n";

/// A folder with profiles, including AWS's, and files to complete.
fn folder() -> tempfile::TempDir {
    let (directory, _) = profile_file();
    std::fs::write(directory.path().join("aws"), AWS_CONFIG).unwrap();
    std::fs::write(directory.path().join("refused.http"), "").unwrap();
    directory
}

/// The environment in which `sigvet` is found, and its settings.
fn surround(command: &mut Command, directory: &Path) {
    let sigvet = Path::new(env!("CARGO_BIN_EXE_sigvet")).parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: OsString = std::env::join_paths([sigvet].into_iter().chain(std::env::split_paths(&path))).unwrap();
    command.current_dir(directory).env("PATH", path).env("HOME", directory).env("TERM", "dumb");
    command.env("SIGVET_PROFILES", directory.join("profiles.toml")).env("AWS_CONFIG_FILE", directory.join("aws"));
    command.env("AWS_SHARED_CREDENTIALS_FILE", directory.join("none")).env_remove("AWS_PROFILE");
}

#[test]
fn a_tab_offers_profiles_of_aws_too() {
    let directory = folder();
    let offered = |typed: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sigvet"));
        surround(&mut command, directory.path());
        command.env("COMPLETE", "fish").args(["--", "sigvet", "sign", "--profile", typed]);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    // The name that is in both files gets AWS's prefix.
    assert_eq!(offered(""), "hetzner\nhome\naws:home\nwork\n");
    assert_eq!(offered("aws:"), "aws:home\naws:work\n");
}

/// A line typed up to a Tab, and its completion.
#[cfg(unix)]
const LINES: [(&str, &str); 9] = [
    ("sigvet sign --profile het", "sigvet sign --profile hetzner"),
    ("sigvet sign --profile aws:ho", "sigvet sign --profile aws:home"),
    ("sigvet profile show wo", "sigvet profile show work"),
    ("sigvet explain --id path-double-e", "sigvet explain --id path-double-encoded"),
    ("sigvet explain refu", "sigvet explain refused.http"),
    ("sigvet send -d @refu", "sigvet send -d @refused.http"),
    ("sigvet send -F f=@refu", "sigvet send -F f=@refused.http"),
    ("sigvet sign --encode-path tw", "sigvet sign --encode-path twice"),
    ("sigvet sign --sche", "sigvet sign --scheme"),
];

#[cfg(unix)]
fn registered(file: &str, directory: &Path) -> PathBuf {
    let (_, script) = complete::registrations().unwrap().into_iter().find(|(name, _)| name == file).unwrap();
    let path = directory.join(file);
    std::fs::write(&path, script).unwrap();
    path
}

/// Runs a shell; none if it is not on the machine, which is a failure in CI.
#[cfg(unix)]
fn run(shell: &str, arguments: &[&str], script: &str, directory: &Path) -> Option<String> {
    let mut command = Command::new(shell);
    surround(&mut command, directory);
    command
        .args(arguments)
        .args(["-c", script])
        .env("SCRIPT", directory.join("script"))
        .env("TYPED", directory.join("typed"));
    match command.output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(std::env::var_os("CI").is_none(), "{shell} is not on this machine");
            println!("NOT TRIED, for it is not on this machine: {shell}");
            None
        }
        output => Some(String::from_utf8(output.unwrap().stdout).unwrap()),
    }
}

/// bash splits words at `:`, `=` and `@`. These are the words and the argument that it passes to the script (bash 5.2).
#[cfg(unix)]
#[test]
fn bash_completes_by_the_script() {
    const PRESS_TAB: &str = r#"
        press() {
            COMP_LINE=$1 COMP_WORDS=("${@:3}") COMP_CWORD=$(($# - 3)) COMP_TYPE=9 COMPREPLY=()
            _sigvet sigvet "$2" "${COMP_WORDS[COMP_CWORD - 1]}"
            (IFS='|'; echo "${COMPREPLY[*]}")
        }
        press 'sigvet sign --profile h' h sigvet sign --profile h
        press 'sigvet sign --profile aws:h' h sigvet sign --profile aws : h
        press 'sigvet sign --profile aws:' '' sigvet sign --profile aws :
        press 'sigvet sign --profile=het' het sigvet sign --profile = het
        press 'sigvet send -d @refu' @refu sigvet send -d @ refu
        press 'sigvet send -F f=@refu' @refu sigvet send -F f =@ refu
        press "sigvet send -H 'X: y' -T refu" refu sigvet send -H "'X: y'" -T refu
        press 'sigvet explain --id path-double-e' path-double-e sigvet explain --id path-double-e
        press 'sigvet sign --encode-path ' '' sigvet sign --encode-path ''"#;
    const OFFERED: &str = "hetzner|home\nhome\nhome|work\nhetzner\n@refused.http\n@refused.http\nrefused.http\n\
        path-double-encoded\nonce|twice\n";
    let directory = folder();
    let script = std::fs::read_to_string(registered("sigvet.bash", directory.path())).unwrap();
    if let Some(printed) = run("bash", &["--norc"], &(script + PRESS_TAB), directory.path()) {
        assert_eq!(printed, OFFERED);
    }
}

#[cfg(unix)]
#[test]
fn fish_completes_by_the_script() {
    let directory = folder();
    let script = registered("sigvet.fish", directory.path());
    let lines: String = LINES.iter().map(|(typed, _)| format!("complete -C '{typed}'\n")).collect();
    let program = format!("source {}\n{lines}", script.display());
    if let Some(printed) = run("fish", &["-N"], &program, directory.path()) {
        let offered: Vec<&str> = printed.lines().map(|line| line.split('\t').next().unwrap()).collect();
        let last_word = |line: &'static str| line.rsplit(' ').next().unwrap();
        assert_eq!(offered, LINES.map(|(_, whole)| last_word(whole)));
    }
}

/// A zsh at its own terminal, into which lines are typed. It records each line as it is when Enter is pressed, and runs
/// nothing.
#[cfg(unix)]
#[test]
fn zsh_completes_by_the_script() {
    const TYPE: &str = r#"
        zmodload zsh/zpty
        zpty z zsh -f -i
        zpty -w z 'PS1=; autoload -Uz compinit; compinit -u -D; source $SCRIPT'
        zpty -w z 'finish() { print -r -- "$BUFFER" >> $TYPED; [[ $BUFFER == exit ]] || BUFFER= }; zle -N zle-line-finish finish'
        for line in "${(f)LINES_TO_TYPE}"; do zpty -w -n z "$line"$'\t\n'; done
        zpty -w z exit
        while zpty -r z output; do :; done"#;
    let directory = folder();
    std::fs::copy(registered("_sigvet", directory.path()), directory.path().join("script")).unwrap();
    let lines: Vec<&str> = LINES.iter().map(|(typed, _)| *typed).collect();
    let program = format!("LINES_TO_TYPE='{}'\n{TYPE}", lines.join("\n"));
    if run("zsh", &["-f"], &program, directory.path()).is_some() {
        let typed = std::fs::read_to_string(directory.path().join("typed")).unwrap();
        let typed: Vec<&str> = typed.lines().map(str::trim_end).collect();
        assert_eq!(typed[..LINES.len()], LINES.map(|(_, whole)| whole));
    }
}
