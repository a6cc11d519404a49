//! Several URLs, and `--next`: splits a command line into one for each transfer, so that the rest of the code
//! handles only one.
//!
//! Pairs options with URLs as curl does: the first `-o`, `-O` or `-T` belongs to the first URL, the second to the
//! second. All other options apply to each URL up to the next `--next`, and those about messages to all URLs.

use std::ffi::OsString;

use super::config_file::is_send;
use super::known::{Cluster, KnownOptions, Value};

/// Options that belong to one URL, by long name.
const OUTPUTS: [&str; 2] = ["output", "remote-name"];
const UPLOAD: &str = "upload-file";
/// Options about messages apply to every transfer, wherever they are.
const GLOBAL: [&str; 6] = ["verbose", "silent", "show-error", "no-progress-meter", "progress-bar", "fail-early"];

/// Whether a command line has options that only [`split`] can pair. If it only has several URLs, parsing detects
/// that.
pub fn is_paired(words: &[OsString]) -> bool {
    let mut paired = words.iter().skip(2).filter_map(|word| word.to_str()).filter(|word| may_be_paired(word));
    is_send(words) && (words.iter().any(|word| is_next(&word.to_string_lossy())) || paired.nth(1).is_some())
}

fn may_be_paired(word: &str) -> bool {
    let long = || OUTPUTS.iter().chain([&UPLOAD]).any(|name| word[2..].split('=').next() == Some(*name));
    if word.starts_with("--") { long() } else { word.starts_with('-') && word.contains(['o', 'O', 'T']) }
}

fn is_next(word: &str) -> bool {
    word == "--next" || (word.starts_with('-') && !word.starts_with("--") && word.contains(':'))
}

/// The command lines of the individual transfers, in order.
pub fn split(words: Vec<OsString>, definition: fn() -> clap::Command) -> Vec<Vec<OsString>> {
    let known = KnownOptions::of_send(definition());
    let mut words = words.into_iter();
    let command: Vec<OsString> = words.by_ref().take(2).collect();
    let mut groups = Groups::default();
    while let Some(word) = words.next() {
        groups.take(&known, word, &mut words);
    }
    groups.close();
    let Groups { global, done, .. } = groups;
    done.into_iter().map(|line| [command.as_slice(), &global, &line].concat()).collect()
}

#[derive(Default)]
struct Groups {
    global: Vec<OsString>,
    done: Vec<Vec<OsString>>,
    open: Group,
}

/// The words between two `--next`.
#[derive(Default)]
struct Group {
    shared: Vec<OsString>,
    urls: Vec<OsString>,
    outputs: Vec<Vec<OsString>>,
    uploads: Vec<Vec<OsString>>,
}

impl Groups {
    fn take(&mut self, known: &KnownOptions, word: OsString, rest: &mut dyn Iterator<Item = OsString>) {
        match word.to_str() {
            Some("--") => self.open.urls.extend(rest),
            Some("--next") => self.close(),
            Some(text) if text.starts_with("--") => self.long(known, text, rest),
            Some(text) if text.starts_with('-') && text.len() > 1 => self.letters(known, &text[1..], rest),
            _ => self.open.urls.push(word),
        }
    }

    fn long(&mut self, known: &KnownOptions, word: &str, rest: &mut dyn Iterator<Item = OsString>) {
        let name = word.trim_start_matches("--");
        let (name, has_value) = name.split_once('=').map_or((name, false), |(name, _)| (name, true));
        let mut option = vec![word.into()];
        if !has_value && known.longs.get(name) == Some(&Value::Needed) {
            option.extend(rest.next());
        }
        self.place(name, option);
    }

    /// Splits letters in one word, because each may belong to another URL. Unknown letters are left for clap to
    /// refuse.
    fn letters(&mut self, known: &KnownOptions, text: &str, rest: &mut dyn Iterator<Item = OsString>) {
        let Ok(Cluster { flags, last }) = known.cluster(text) else {
            return self.open.shared.push(format!("-{text}").into());
        };
        for flag in flags.chars() {
            match flag {
                ':' => self.close(),
                flag => self.place(known.long_of(flag), vec![format!("-{flag}").into()]),
            }
        }
        if let Some((letter, long, attached)) = last {
            let mut option = vec![OsString::from(format!("-{letter}{attached}"))];
            if attached.is_empty() {
                option.extend(rest.next());
            }
            self.place(long.unwrap_or_default(), option);
        }
    }

    fn place(&mut self, name: &str, option: Vec<OsString>) {
        match name {
            UPLOAD => self.open.uploads.push(option),
            name if OUTPUTS.contains(&name) => self.open.outputs.push(option),
            name if GLOBAL.contains(&name.strip_prefix("no-").unwrap_or(name)) || GLOBAL.contains(&name) => {
                self.global.extend(option);
            }
            _ => self.open.shared.extend(option),
        }
    }

    /// Ends a group, and adds a command line for each of its URLs. A group without a URL is left for clap to
    /// refuse.
    fn close(&mut self) {
        let Group { shared, urls, outputs, uploads } = std::mem::take(&mut self.open);
        if urls.is_empty() {
            return self.done.push([shared, outputs.concat(), uploads.concat()].concat());
        }
        for (at, url) in urls.into_iter().enumerate() {
            let own = [&outputs, &uploads].into_iter().filter_map(|options| options.get(at)).flatten();
            let line = shared.iter().chain(own).cloned().chain(["--".into(), url]);
            self.done.push(line.collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    fn lines(line: &[&str]) -> Vec<String> {
        let words = ["sigvet", "send"].iter().chain(line).map(OsString::from).collect();
        let joined =
            |line: Vec<OsString>| line[2..].iter().map(|word| word.to_str().unwrap()).collect::<Vec<_>>().join(" ");
        split(words, Cli::command).into_iter().map(joined).collect()
    }

    /// The right column is what curl 7.88 wrote and sent.
    #[test]
    fn each_url_gets_the_output_and_the_upload_at_its_position() {
        for (line, expected) in [
            (&["-o", "a", "-o", "b", "h/1"][..], &["-o a -- h/1"][..]),
            (&["-O", "-o", "x", "h/1", "h/2"], &["-O -- h/1", "-o x -- h/2"]),
            (&["-Ts", "h/1", "-T", "t", "h/2", "-X", "POST"], &["-X POST -Ts -- h/1", "-X POST -T t -- h/2"]),
            (&["-sGo", "x", "h/1", "--", "-o"], &["-s -G -o x -- h/1", "-s -G -- -o"]),
            (&["h/1", "-d", "x", "--next", "-v", "h/2"], &["-v -d x -- h/1", "-v -- h/2"]),
            (&["h/1", "-:", "-Gd", "--next", "h/2"], &["-- h/1", "-G -d --next -- h/2"]),
            (&["h/1", "--next", "-d", "x"], &["-- h/1", "-d x"]),
            (&["--output=a", "h/1", "--silent", "--no-silent"], &["--silent --no-silent --output=a -- h/1"]),
        ] {
            assert_eq!(lines(line), expected, "{line:?}");
        }
    }

    /// A command line that needs no pairing is parsed only once, without a second definition of the command line.
    #[test]
    fn most_command_lines_need_no_pairing() {
        let is_paired =
            |line: &[&str]| is_paired(&["sigvet", "send"].iter().chain(line).map(OsString::from).collect::<Vec<_>>());
        for line in [&["h"][..], &["-o", "x", "h"], &["-XPOST", "h"], &["h/1", "h/2"]] {
            assert!(!is_paired(line), "{line:?}");
        }
        for line in [&["-o", "x", "-O", "h"][..], &["h", "--next", "h"], &["-vT", "a", "-sO", "h"]] {
            assert!(is_paired(line), "{line:?}");
        }
    }
}
