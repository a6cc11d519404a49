//! The library does not know the command line: none of its texts names an option of `sigvet` or says to run it.
//!
//! Catches a hint in an error, a note or a fix of the signer, the diagnosis, the profiles or the transport, which would
//! mislead anyone who uses them without the command line. Catalogue rows about other clients name those clients'
//! options, and so may the documentation of the curl trace parsers. The code is read as text: string literals and
//! documentation are extracted; other comments, byte strings and test modules are skipped.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use sigvet::cli::args::Cli;
use sigvet_diagnose::catalogue;

/// Code that must not know the command line.
const LIBRARIES: [&str; 4] = ["crates/core/src", "crates/diagnose/src", "src/profiles", "src/transport"];

/// Code that reads commands of other programs names their options; also a file of tests.
const ABOUT_OTHERS: [&str; 6] = [
    "crates/diagnose/src/diagnosis/catalogue/tokens.rs",
    "crates/diagnose/src/formats/note.rs",
    "crates/diagnose/src/formats/token/kind.rs",
    "crates/diagnose/src/formats/capture/curl/",
    "crates/diagnose/src/formats/capture/token/beside/",
    "crates/core/src/verify/tests/oddities.rs",
];

#[test]
fn no_text_of_the_library_names_an_option_or_a_command() {
    let words = Words::of_command_line();
    let about_clients: BTreeSet<&str> =
        catalogue::all().flat_map(|mistake| mistake.clients).map(|(_, change)| *change).collect();
    let (mut count, mut found) = (0, Vec::new());
    let is_about_others = |path: &PathBuf| ABOUT_OTHERS.iter().any(|other| path.display().to_string().contains(other));
    for path in LIBRARIES.iter().flat_map(|folder| sources(folder)).filter(|path| !is_about_others(path)) {
        for text in literals(&std::fs::read_to_string(&path).unwrap()) {
            count += 1;
            if !about_clients.contains(text.as_str()) && words.is_in(&text) {
                found.push(format!("{}: {text}", path.display()));
            }
        }
    }
    assert!(count > 2_000, "only {count} literals were found");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Readers of the two crates may never have seen the command line.
#[test]
fn no_documentation_of_the_crates_refers_to_the_command_line() {
    let commands = Words::of_command_line().commands;
    for path in LIBRARIES[..2].iter().flat_map(|folder| sources(folder)) {
        let code = std::fs::read_to_string(&path).unwrap();
        let documentation =
            code.lines().map(str::trim).filter(|line| line.starts_with("///") || line.starts_with("//!"));
        for line in documentation {
            assert!(!commands.iter().any(|command| line.contains(command)), "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_catalogue_leaves_sigvet_to_the_command_line() {
    for mistake in catalogue::all() {
        assert!(mistake.clients.iter().all(|(client, _)| *client != "sigvet"), "{}", mistake.id);
    }
}

/// Each text would mislead; if it were not found, the test would be worthless.
#[test]
fn options_and_commands_are_recognised() {
    let words = Words::of_command_line();
    for text in [
        "more time, by --time-limit",
        "give --region=NAME",
        "option -u is cut",
        "run 'sigvet explain'",
        "(--profile-file)",
        "'sigvet profile add NAME' makes one",
        "of the command line",
    ] {
        assert!(words.is_in(text), "{text}");
    }
    for text in ["sigvet", "sigvet/profiles.toml", "--x-s3", "aws-chunked", "- a", "--regionally", "X-Amz-Date", "a--b"]
    {
        assert!(!words.is_in(text), "{text}");
    }
}

#[test]
fn literals_are_extracted_from_code() {
    let code = r##"
        // "a comment"
        /* "another" */
        fn f<'a>(x: &'a str) -> char { g("one \"two\"", b"bytes", r"raw\", r#"raw "too""#, '"', '\''); h("a \
            b") }
        #[error("in an attribute")]
    mod x;
mod tests {
    const T: &str = "of a test";
"##;
    let expected = ["one \"two\"", "raw\\", "raw \"too\"", "a b", "in an attribute"];
    assert_eq!(literals(code), expected);
}

/// Words that only the command line may use.
struct Words {
    /// `--region`, `-u`.
    options: BTreeSet<String>,
    /// `sigvet explain`.
    commands: Vec<String>,
}

impl Words {
    fn of_command_line() -> Self {
        let mut command = Cli::command();
        command.build();
        let mut words = Self { options: BTreeSet::new(), commands: Vec::new() };
        words.add(&command);
        assert!(words.options.len() > 60 && words.commands.len() > 8);
        words
    }

    fn add(&mut self, command: &Command) {
        for option in command.get_arguments() {
            let names = option.get_long_and_visible_aliases().unwrap_or_default();
            self.options.extend(names.into_iter().map(|name| format!("--{name}")));
            self.options.extend(option.get_short().map(|letter| format!("-{letter}")));
        }
        for command in command.get_subcommands() {
            self.commands.push(format!("sigvet {}", command.get_name()));
            self.add(command);
        }
    }

    fn is_in(&self, text: &str) -> bool {
        let is_between = |c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_';
        text.split(is_between).any(|word| self.options.contains(word))
            || self.commands.iter().any(|command| text.contains(command))
            || text.contains("command line")
    }
}

/// The source files of a folder, without those of tests.
fn sources(folder: &str) -> Vec<PathBuf> {
    let (mut sources, mut folders) = (Vec::new(), vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.file_name().and_then(|name| name.to_str()) {
                Some("tests" | "tests.rs") => {}
                _ if path.is_dir() => folders.push(path),
                Some(name) if name.ends_with(".rs") => sources.push(path),
                _ => {}
            }
        }
    }
    sources
}

/// The values of the string literals in code. A test module, which the house style puts last, is skipped.
fn literals(code: &str) -> Vec<String> {
    let code = code.split("\nmod tests {").next().unwrap_or_default();
    let (mut found, mut rest) = (Vec::new(), code);
    while let Some(first) = rest.chars().next() {
        let piece = Piece::at_start_of(rest);
        found.extend(piece.value);
        rest = &rest[piece.length.max(first.len_utf8())..];
    }
    found
}

/// A comment or a literal at the beginning of a text; anything else is empty.
#[derive(Default)]
struct Piece {
    /// Its length in the code, in bytes.
    length: usize,
    /// The value of a string literal.
    value: Option<String>,
}

impl Piece {
    fn at_start_of(text: &str) -> Self {
        let up_to = |end: &str, from: usize| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
        let raw = |start: &str, end: &str| {
            let length = up_to(end, start.len());
            Self { length, value: Some(text[start.len()..length - end.len()].to_owned()) }
        };
        let mut after_quote = text.chars().skip(1);
        match text {
            _ if text.starts_with("//") => Self { length: up_to("\n", 0), value: None },
            _ if text.starts_with("/*") => Self { length: up_to("*/", 2), value: None },
            _ if text.starts_with("r#\"") => raw("r#\"", "\"#"),
            _ if text.starts_with("r\"") => raw("r\"", "\""),
            _ if text.starts_with('"') => Self::quoted(text),
            // Byte strings are read or written, but not shown to anybody.
            _ if text.starts_with("b\"") => Self { length: 1 + Self::quoted(&text[1..]).length, value: None },
            _ if text.starts_with("'\\") => Self { length: up_to("'", 3), value: None },
            // A character; otherwise it is a lifetime.
            _ if text.starts_with('\'') && after_quote.nth(1) == Some('\'') => {
                Self { length: up_to("'", 1), value: None }
            }
            _ => Self::default(),
        }
    }

    /// A quoted string, with its escapes decoded as far as words are concerned.
    fn quoted(text: &str) -> Self {
        let (mut value, mut characters) = (String::new(), text.char_indices().skip(1).peekable());
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => return Self { length: at + 1, value: Some(value) },
                '\\' => match characters.next() {
                    Some((_, '\n')) => while characters.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, escaped)) => value.push(escaped),
                    None => break,
                },
                _ => value.push(character),
            }
        }
        Self { length: text.len(), value: Some(value) }
    }
}
