//! curl's `-K`, `--config FILE`: replaces the option with the contents of the file, before any argument is parsed.
//!
//! Each line is an option, with or without its dashes, and its value after white space, `=` or `:`, in double
//! quotes if the value contains white space. `--url` becomes the URL that it names. Lines that curl reads
//! differently than they look (a value cut off at its first blank, a quote that is never closed) are refused. No
//! value is ever shown, because it may be a secret.

use std::ffi::OsString;

use super::config_line::{Problem, Setting, Spelling};
use super::known::{Cluster, KnownOptions, Value};
use crate::cli::failure::Failure;

/// Maximum nesting depth of files.
const DEEPEST: usize = 10;
/// Maximum number of files: two files that name each other twice would be read a thousand times before they are too
/// deep.
const MOST_FILES: usize = 100;
/// Maximum number of words: a hundred times what a system accepts on a command line.
const MOST_WORDS: usize = 1_000_000;

/// The largest file that is read, in bytes: curl accepts no longer line.
pub const LARGEST: u64 = 10 * 1024 * 1024;

/// Reads the file of that name; `-` is standard input.
pub type ReadFile<'a> = &'a mut dyn FnMut(&str) -> Result<Vec<u8>, Failure>;

/// Whether the words are a command line of `sigvet send`.
pub fn is_send(words: &[OsString]) -> bool {
    words.get(1).is_some_and(|word| word == "send" || word == "curl")
}

/// Replaces each `-K` with the words of its file. Other commands than `send` are left unchanged. Which options take
/// a value comes from the definition of the command line, which is built only if needed.
///
/// # Errors
/// A file cannot be read, or a line in it is not an option.
pub fn expand(
    words: Vec<OsString>,
    definition: fn() -> clap::Command,
    read: ReadFile<'_>,
) -> Result<Vec<OsString>, Failure> {
    if !is_send(&words) || !words.iter().filter_map(|word| word.to_str()).any(may_matter) {
        return Ok(words);
    }
    let mut expansion = Expansion {
        known: KnownOptions::of_send(definition()),
        words: Vec::with_capacity(words.len()),
        read,
        depth: 0,
        files: 0,
    };
    expansion.command_line(words)?;
    Ok(expansion.words)
}

/// A quick check, which is sufficient for most command lines.
fn may_matter(word: &str) -> bool {
    word.starts_with("--config") || word.starts_with("--url") || (word.starts_with('-') && word.contains('K'))
}

struct Expansion<'a> {
    known: KnownOptions,
    words: Vec<OsString>,
    read: ReadFile<'a>,
    depth: usize,
    files: usize,
}

impl Expansion<'_> {
    fn command_line(&mut self, words: Vec<OsString>) -> Result<(), Failure> {
        let mut words = words.into_iter();
        self.words.extend(words.by_ref().take(2));
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--") => {
                    self.words.push(word);
                    self.words.extend(words.by_ref());
                }
                Some(text) if text.starts_with("--") => self.long_word(text, &mut words)?,
                Some(text) if text.starts_with('-') && text.len() > 1 => self.short_word(text, &mut words)?,
                _ => self.words.push(word),
            }
        }
        Ok(())
    }

    fn long_word(&mut self, text: &str, rest: &mut dyn Iterator<Item = OsString>) -> Result<(), Failure> {
        let (name, value) = text[2..].split_once('=').map_or((&text[2..], None), |(name, value)| (name, Some(value)));
        let mut value_of = || value.map(OsString::from).or_else(|| rest.next());
        match name {
            "config" => self.file_of_word(value_of()),
            "url" => {
                let url = value_of().ok_or_else(|| Failure::usage("--url lacks its URL"))?;
                self.url(url).map_err(|problem| problem.to_failure(""))
            }
            _ => {
                self.words.push(text.into());
                if value.is_none() && self.known.longs.get(name) == Some(&Value::Needed) {
                    self.words.extend(rest.next());
                }
                Ok(())
            }
        }
    }

    fn short_word(&mut self, text: &str, rest: &mut dyn Iterator<Item = OsString>) -> Result<(), Failure> {
        let config = match self.known.cluster(&text[1..]) {
            Ok(Cluster { flags, last: Some(('K', _, name)) }) => Some((flags.to_owned(), name.to_owned())),
            Ok(Cluster { last: Some((_, _, "")), .. }) => {
                self.words.push(text.into());
                self.words.extend(rest.next());
                return Ok(());
            }
            _ => None,
        };
        let Some((flags, name)) = config else {
            self.words.push(text.into());
            return Ok(());
        };
        self.flags(&flags);
        self.file_of_word(if name.is_empty() { rest.next() } else { Some(name.into()) })
    }

    fn flags(&mut self, flags: &str) {
        if !flags.is_empty() {
            self.words.push(format!("-{flags}").into());
        }
    }

    fn file_of_word(&mut self, name: Option<OsString>) -> Result<(), Failure> {
        let name = name.ok_or_else(|| Failure::usage("-K lacks the name of a file"))?;
        let name = name.into_string().map_err(|_| Failure::usage("the name of the file after -K is not UTF-8"))?;
        self.file(&name)
    }

    fn file(&mut self, name: &str) -> Result<(), Failure> {
        if self.depth == DEEPEST {
            return Err(Failure::usage(format!("{name}: files of -K name each other more than {DEEPEST} deep")));
        }
        self.depth += 1;
        self.files += 1;
        if self.files > MOST_FILES || self.words.len() > MOST_WORDS {
            let limits = format!("more than {MOST_FILES} files, or {MOST_WORDS} words");
            return Err(Failure::usage(format!("{name}: the files of -K are {limits}")));
        }
        let bytes = (self.read)(name)?;
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let shown = if name == "-" { "standard input" } else { name };
        for (at, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
            let place = format!("{shown}:{}: ", at + 1);
            let line = std::str::from_utf8(line).map_err(|_| Failure::usage(format!("{place}not UTF-8")))?;
            let setting = Setting::parse(line.trim_matches(|c: char| c.is_ascii_whitespace()));
            let nested = setting.and_then(|setting| self.setting(setting));
            if let Some(nested) = nested.map_err(|problem| problem.to_failure(&place))? {
                self.file(&nested)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Adds the words of a line, or returns the file that it names.
    fn setting(&mut self, setting: Option<Setting<'_>>) -> Result<Option<String>, Problem> {
        let Some(setting) = setting else { return Ok(None) };
        match setting.option {
            Spelling::Long(long) => match self.known.longs.get(long) {
                None => Err(Problem::unknown(format!("--{long}"))),
                Some(Value::None) => {
                    setting.check_no_value(long)?;
                    self.words.push(format!("--{long}").into());
                    Ok(None)
                }
                Some(Value::Needed) => self.with_value(long, setting.value(long)?),
            },
            Spelling::Letters(letters) => self.letters(letters, &setting),
        }
    }

    fn letters(&mut self, letters: &str, setting: &Setting<'_>) -> Result<Option<String>, Problem> {
        let cluster = self.known.cluster(letters).map_err(|letter| Problem::unknown(format!("-{letter}")))?;
        let flags = cluster.flags.to_owned();
        let Some((letter, long, attached)) = cluster.last else {
            setting.check_no_value(letters)?;
            self.flags(&flags);
            return Ok(None);
        };
        let long = long.map_or_else(|| letter.to_string(), str::to_owned);
        let value = if attached.is_empty() {
            setting.value(&long)?
        } else if setting.rest.is_empty() || setting.rest.starts_with('#') {
            attached.to_owned()
        } else {
            return Err(Problem::WhiteSpace(long));
        };
        self.flags(&flags);
        self.with_value(&long, value)
    }

    fn with_value(&mut self, long: &str, value: String) -> Result<Option<String>, Problem> {
        match long {
            "config" => return Ok(Some(value)),
            "url" => self.url(value.into())?,
            // One word, so that a value may begin with a dash.
            long => self.words.push(format!("--{long}={value}").into()),
        }
        Ok(None)
    }

    fn url(&mut self, url: OsString) -> Result<(), Problem> {
        if url.to_str().is_some_and(|url| url.starts_with('-')) {
            return Err(Problem::UrlLikeOption);
        }
        self.words.push(url);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;
    use crate::cli::failure::Exit;

    const FILES: [(&str, &str); 4] = [
        ("deep", "silent-as-a-file"),
        ("loop", "config = loop"),
        ("outer", "-X PUT\nconfig = \"inner\"\n-G"),
        ("inner", "header = A:1"),
    ];

    /// Expands a command line where the file `k` has this text.
    fn expanded(line: &[&str], k: &str) -> Result<Vec<String>, Failure> {
        let words = ["sigvet", "send"].iter().chain(line).map(OsString::from).collect();
        let mut read = |name: &str| match FILES.iter().find(|(other, _)| *other == name) {
            Some((_, text)) => Ok(text.as_bytes().to_vec()),
            None if name == "k" || name == "-" => Ok(k.as_bytes().to_vec()),
            None => Err(Failure::new(Exit::CannotRead, format!("cannot read {name}: no such file or directory"))),
        };
        let words = expand(words, Cli::command, &mut read)?;
        Ok(words.into_iter().skip(2).map(|word| word.into_string().unwrap()).collect())
    }

    fn in_file(k: &str) -> Vec<String> {
        expanded(&["-K", "k"], k).unwrap()
    }

    /// The right column is what curl 7.88 sent.
    #[test]
    fn a_line_is_read_as_by_curl() {
        for (line, expected) in [
            ("header=X:1", "--header=X:1"),
            ("header = X:1", "--header=X:1"),
            ("header: X:1", "--header=X:1"),
            ("header := X:1", "--header=X:1"),
            ("header==X:1", "--header=X:1"),
            ("header\t=\tX:1", "--header=X:1"),
            ("header \"X: 1\"", "--header=X: 1"),
            ("  header = \"X: 1\"   # c", "--header=X: 1"),
            ("header = X:1 #c", "--header=X:1"),
            ("header = X:1#c", "--header=X:1#c"),
            ("header = X:1\r", "--header=X:1"),
            ("header = \"X:q\\\"uo\\\\te\\n\\t\\v\\r\\z\\u41\"", "--header=X:q\"uo\\te\n\t\x0b\rzu41"),
            ("--header X:1", "--header=X:1"),
            ("header = -X:", "--header=-X:"),
            ("-HX:1", "--header=X:1"),
            ("-H X:1", "--header=X:1"),
            ("-H = ", "--header=="),
            ("data = \"\"", "--data="),
            ("get", "--get"),
            ("get # c", "--get"),
            ("-G", "-G"),
            ("-vG", "-vG"),
            ("url = \"http://h/?a=1\"", "http://h/?a=1"),
            ("# get", ""),
            ("", ""),
        ] {
            assert_eq!(in_file(line).join("|"), expected, "{line}");
        }
        assert_eq!(in_file("-vX PUT"), ["-v", "--request=PUT"]);
    }

    /// A `-K` or a `K` that curl reads as the value of another option is not expanded.
    #[test]
    fn words_replace_their_option() {
        let k = "request = PUT\nheader = A:1";
        let words = ["--request=PUT", "--header=A:1"];
        for (line, expected) in [
            (&["-v", "-K", "k", "http://h/"][..], [&["-v"], &words[..], &["http://h/"]].concat()),
            (&["-Kk", "-v"], [&words[..], &["-v"]].concat()),
            (&["-vGKk"], [&["-vG"], &words[..]].concat()),
            (&["-vK", "-"], [&["-v"], &words[..]].concat()),
            (&["--config", "k"], words.to_vec()),
            (&["--config=k"], words.to_vec()),
            (&["-H", "-K", "x"], vec!["-H", "-K", "x"]),
            (&["-XK"], vec!["-XK"]),
            (&["--data", "--config", "-uK"], vec!["--data", "--config", "-uK"]),
            (&["--data=1", "-Kk"], [&["--data=1"], &words[..]].concat()),
            (&["--", "-Kk"], vec!["--", "-Kk"]),
            (&["--url", "http://h/", "-G"], vec!["http://h/", "-G"]),
            (&["--url=http://h/"], vec!["http://h/"]),
            (&["-bK"], vec!["-bK"]),
        ] {
            assert_eq!(expanded(line, k).unwrap(), expected, "{line:?}");
        }
    }

    #[test]
    fn files_may_name_files_up_to_a_limit() {
        assert_eq!(expanded(&["-K", "outer"], "").unwrap(), ["--request=PUT", "--header=A:1", "-G"]);
        let failure = expanded(&["-K", "loop"], "").unwrap_err();
        assert_eq!((failure.exit, failure.to_string().contains("10 deep")), (Exit::Usage, true));
        assert_eq!(expanded(&["-K", "gone"], "").unwrap_err().exit, Exit::CannotRead);
        assert!(expanded(&["-K", "deep"], "").is_err());
        assert!(expanded(&["-K"], "").is_err());
    }

    #[test]
    fn errors_contain_file_and_line_but_never_a_value() {
        for (line, expected) in [
            ("header = X: hush", "k:2: the value of header contains whitespace"),
            ("-HX: hush", "k:2: the value of header contains whitespace"),
            ("user = \"hush", "k:2: the value of user has no closing quote"),
            ("user = \"a\" hush", "k:2: the value of user has text after its closing quote"),
            ("user", "k:2: user lacks its value"),
            ("user =", "k:2: user lacks its value"),
            ("-u", "k:2: user lacks its value"),
            ("get = hush", "k:2: get takes no value"),
            ("-G hush", "k:2: G takes no value"),
            ("digest = hush", "k:2: 'sigvet send' has no option --digest"),
            ("-zhush", "k:2: 'sigvet send' has no option -z"),
            ("-z=hush", "k:2: 'sigvet send' has no option -z"),
            ("hush", "k:2: the line does not begin with an option"),
            ("-ühush", "k:2: the line does not begin with an option"),
            ("= hush", "k:2: the line does not begin with an option"),
            ("http://hush/", "k:2: the line does not begin with an option"),
            ("url = -hush", "k:2: a URL does not begin with a dash"),
        ] {
            let failure = expanded(&["-K", "k"], &format!("# first\n{line}\n")).unwrap_err();
            assert_eq!((failure.exit, failure.to_string().as_str()), (Exit::Usage, expected), "{line}");
            assert!(!failure.hints().concat().contains("hush"), "{line}");
        }
        let failure = expanded(&["-K", "-"], "time-cond = hush").unwrap_err();
        assert!(failure.to_string().starts_with("standard input:1: "), "{failure}");
        assert!(failure.hints().concat().contains("If-Modified-Since"));
    }

    #[test]
    fn other_commands_keep_their_words() {
        let words: Vec<OsString> = ["sigvet", "sign", "-K", "k"].iter().map(OsString::from).collect();
        let mut read = |_: &str| Err(Failure::usage("read"));
        assert_eq!(expand(words.clone(), Cli::command, &mut read).unwrap(), words);
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_other_text_is_refused() {
        assert_eq!(in_file("\u{feff}get"), ["--get"]);
        let words = ["sigvet", "curl", "-Kk"].iter().map(OsString::from).collect();
        let failure = expand(words, Cli::command, &mut |_: &str| Ok(b"get\nuser = \xff".to_vec())).unwrap_err();
        assert_eq!(failure.to_string(), "k:2: not UTF-8");
    }
}
