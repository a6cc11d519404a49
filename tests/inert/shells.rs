//! The machine's shells, and words that have to reach programs unchanged.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sigvet::cli::shell::quote;

/// How a line is given to a shell.
#[derive(Debug, Clone, Copy)]
enum Entry {
    /// As a script.
    Script,
    /// At a prompt, where `!` and `^` mean the history. Without a line editor: pasted text does not go through its key
    /// bindings.
    Prompt,
}

/// A shell with its options; those for zsh make it expand more than other shells do.
#[derive(Debug, Clone, Copy)]
pub struct Shell {
    words: &'static [&'static str],
    entry: Entry,
}

const SHELLS: [Shell; 8] = [
    Shell { words: &["sh"], entry: Entry::Script },
    Shell { words: &["dash"], entry: Entry::Script },
    Shell { words: &["bash", "--norc", "--noprofile"], entry: Entry::Script },
    Shell { words: &["bash", "--norc", "--noprofile", "--noediting", "-O", "extglob", "-i"], entry: Entry::Prompt },
    Shell { words: &["zsh", "-f"], entry: Entry::Script },
    Shell {
        words: &["zsh", "-f", "-o", "extendedglob", "-o", "rcquotes", "-o", "magicequalsubst"],
        entry: Entry::Script,
    },
    Shell { words: &["zsh", "-f", "-i"], entry: Entry::Prompt },
    Shell { words: &["dash", "-i"], entry: Entry::Prompt },
];

/// The shells on the machine; in CI all of them have to be there.
pub fn shells() -> Vec<Shell> {
    let (present, absent): (Vec<Shell>, Vec<Shell>) = SHELLS.into_iter().partition(|shell| is_present(shell.words[0]));
    let names: Vec<&str> = absent.iter().map(|shell| shell.words[0]).collect();
    assert!(names.is_empty() || std::env::var_os("CI").is_none(), "not on this machine: {names:?}");
    names.iter().for_each(|name| println!("NOT TRIED, for it is not on this machine: {name}"));
    present
}

fn is_present(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(program).is_file())
}

impl Shell {
    /// Runs a line in a directory, without the user's settings.
    pub fn run(self, line: &[u8], directory: &Path) {
        let mut command = Command::new(self.words[0]);
        command.args(&self.words[1..]).current_dir(directory).env_clear().env("HOME", directory).env("TERM", "dumb");
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path))).env("LC_ALL", "C.UTF-8");
        if let Entry::Script = self.entry {
            command.arg("-c").arg(OsStr::from_bytes(line));
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        if let Entry::Prompt = self.entry {
            // Something that the history can return.
            stdin.write_all(b"true before\n").unwrap();
            stdin.write_all(line).unwrap();
            stdin.write_all(b"\nexit\n").unwrap();
        }
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{self:?}: {}\n{said}", String::from_utf8_lossy(line));
    }

    /// The words as a program in the shell receives them.
    fn arrived(self, quoted: &[String]) -> Vec<Vec<u8>> {
        let directory = tempfile::tempdir().unwrap();
        // Names that a glob could match.
        for name in ["a", "b", "ab", "x.y"] {
            std::fs::write(directory.path().join(name), "").unwrap();
        }
        self.run(format!("printf '%s\\0' {} > .arrived", quoted.join(" ")).as_bytes(), directory.path());
        let mut arrived = std::fs::read(directory.path().join(".arrived")).unwrap();
        assert_eq!(arrived.pop(), Some(0));
        arrived.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect()
    }
}

const HOSTILE: [&str; 47] = [
    "",
    " ",
    "{x,--output,victim}",
    "{1..3}",
    "a{b,c}d",
    "!!",
    "!-1",
    "a!b",
    "^true^false^",
    "~",
    "~root",
    "a:~",
    "a=~",
    "=ls",
    "==ls",
    "a==ls",
    "a:=ls",
    "-n",
    "--",
    "-",
    "*",
    "?",
    "[ab]",
    "a*",
    "!(a)",
    "@(a|b)",
    "a#b",
    "#",
    "$HOME",
    "${HOME}",
    "$(id)",
    "`id`",
    "\\",
    "\\n",
    "a\\",
    "'",
    "''",
    "'a'",
    "\"",
    "$'a'",
    "a\nb\n",
    "a\n^true^false^",
    "a\n!!\n!-1",
    "^\n''^'!'\n\n^",
    "\tq\t",
    "%1",
    "a;b&c|d<e>f(g)",
];

#[test]
fn hostile_words_arrive_as_they_were() {
    let words: Vec<String> = HOSTILE
        .iter()
        .map(|word| (*word).to_owned())
        .chain(["é—…😀\u{200d}\u{301}".to_owned(), "x".repeat(100_000)])
        .collect();
    shells().into_iter().for_each(|shell| assert_arrive(shell, &words));
}

#[test]
fn random_words_arrive_as_they_were() {
    let special = r"[-a-c0-2 \t\n'\x22`$!^~*?\[\]{}(),.;:&|<>#%@+=_/\\é😀]{0,12}";
    let words = proptest::collection::vec(prop_oneof![4 => special, 1 => r"[^\p{Cc}\p{Cf}]{0,8}"], 100);
    let mut runner =
        TestRunner::new(Config { cases: 12, max_shrink_iters: 40, failure_persistence: None, ..Config::default() });
    let shells = shells();
    runner
        .run(&words, |words| {
            shells.iter().for_each(|shell| assert_arrive(*shell, &words));
            Ok(())
        })
        .unwrap();
}

#[track_caller]
fn assert_arrive(shell: Shell, words: &[String]) {
    let quoted: Vec<String> = words.iter().map(|word| quote(word).unwrap().into_owned()).collect();
    let arrived = shell.arrived(&quoted);
    assert_eq!(arrived.len(), words.len(), "{shell:?}");
    for ((word, quoted), arrived) in words.iter().zip(&quoted).zip(arrived) {
        assert_eq!(String::from_utf8_lossy(&arrived), *word, "{shell:?} reads {quoted}");
    }
}
