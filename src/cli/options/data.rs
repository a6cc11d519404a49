//! The body as in curl's options `-d`, `--data-raw`, `--data-binary`, `--data-urlencode` and `--json`.
//!
//! All pieces are combined into one body in the order typed, regardless of their options. They are joined with `&`,
//! except for `--json`.

use std::io::Read;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::complete::{files_after_any_at, files_after_at};
use super::value::read_all;
use crate::cli::failure::Failure;
use sigvet_core::internal::encode::{Slash, encode};

/// The pieces of the body, in the order typed. Commands whose `--json` is about their output set `JSON` to false.
#[derive(Debug, Clone, Default)]
pub struct Data<const JSON: bool>(Vec<Piece>);

#[derive(Debug, Clone)]
struct Piece {
    kind: Kind,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// `@file` is read without its line breaks and NULs.
    Ascii,
    /// Used as typed.
    Raw,
    /// `@file` is read unchanged.
    Binary,
    /// Percent-encoded, with curl's five forms.
    Urlencode,
    /// Like `Binary`, joined without `&`.
    Json,
}

/// Long name, short name, kind, help.
type DataOption = (&'static str, Option<char>, Kind, &'static str);

const OPTIONS: [DataOption; 5] = [
    (
        "data",
        Some('d'),
        Kind::Ascii,
        "Send this body, as a form; @FILE reads a file\n\nLine breaks in the file are left out.",
    ),
    ("data-raw", None, Kind::Raw, "Send this body; '@' is not special"),
    ("data-binary", None, Kind::Binary, "Send this body; @FILE reads a file as it is"),
    (
        "data-urlencode",
        None,
        Kind::Urlencode,
        "Send this body percent-encoded: TEXT, =TEXT, NAME=TEXT, @FILE, NAME@FILE",
    ),
    (
        "json",
        None,
        Kind::Json,
        "Send this JSON body; @FILE reads a file\n\nContent-Type and Accept are set to application/json.",
    ),
];

impl<const JSON: bool> Data<JSON> {
    fn options() -> impl Iterator<Item = DataOption> {
        OPTIONS.into_iter().filter(|(_, _, kind, _)| JSON || *kind != Kind::Json)
    }

    /// Whether no data was given.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `--json` was used.
    pub fn is_json(&self) -> bool {
        self.0.iter().any(|piece| piece.kind == Kind::Json)
    }

    /// The file that is the whole body: a single `--data-binary @FILE` or `--json @FILE`; `-` is standard input.
    pub fn whole_file(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece { kind: Kind::Binary | Kind::Json, text }] => text.strip_prefix('@'),
            _ => None,
        }
    }

    /// The body, combined from all pieces.
    pub fn read(&self, stdin: &mut dyn Read) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        for (at, piece) in self.0.iter().enumerate() {
            if at > 0 && piece.kind != Kind::Json {
                body.push(b'&');
            }
            body.extend(piece.read(stdin)?);
        }
        Ok(body)
    }
}

impl Piece {
    fn read(&self, stdin: &mut dyn Read) -> Result<Vec<u8>, Failure> {
        let file = self.text.strip_prefix('@');
        match (self.kind, file) {
            (Kind::Urlencode, _) => read_urlencoded(&self.text, stdin),
            (Kind::Ascii, Some(name)) => {
                let mut bytes = read_all(name, stdin)?;
                bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
                Ok(bytes)
            }
            (Kind::Binary | Kind::Json, Some(name)) => read_all(name, stdin),
            _ => Ok(self.text.clone().into_bytes()),
        }
    }
}

/// curl's forms: `content`, `=content`, `name=content`, `@file`, `name@file`. A `=` has priority wherever it is;
/// `@` only counts if there is no `=`. A space becomes `+`.
fn read_urlencoded(text: &str, stdin: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    let at = text.find('=').or_else(|| text.find('@'));
    let (name, content) = match at {
        None => ("", text.as_bytes().to_vec()),
        Some(at) if text.as_bytes()[at] == b'=' => (&text[..at], text.as_bytes()[at + 1..].to_vec()),
        Some(at) => (&text[..at], read_all(&text[at + 1..], stdin)?),
    };
    let mut out = name.as_bytes().to_vec();
    if !name.is_empty() {
        out.push(b'=');
    }
    for (at, word) in content.split(|&byte| byte == b' ').enumerate() {
        if at > 0 {
            out.push(b'+');
        }
        encode(word, Slash::Encode, &mut out);
    }
    Ok(out)
}

/// A piece of `--url-query`: as for `--data-urlencode`, or after a `+` the query text unchanged.
pub(super) fn read_query_piece(text: &str, stdin: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    match text.strip_prefix('+') {
        Some(raw) => Ok(raw.as_bytes().to_vec()),
        None => read_urlencoded(text, stdin),
    }
}

impl<const JSON: bool> Args for Data<JSON> {
    fn augment_args(command: Command) -> Command {
        Self::options().fold(command, |command, (name, short, _, help)| {
            let value = if name == "json" { "JSON" } else { "DATA" };
            let arg = Arg::new(name).long(name).value_name(value).action(ArgAction::Append);
            let first = help.split("\n\n").next().unwrap_or(help);
            let arg = arg.help(first).long_help(help).add(match name {
                "data-urlencode" => files_after_any_at(),
                _ => files_after_at(),
            });
            // curl takes the next word as the body, whatever it begins with: a number, a boundary.
            let arg = arg.allow_hyphen_values(true);
            // For curl it is one option with two names.
            let arg = if name == "data" { arg.alias("data-ascii") } else { arg };
            command.arg(match short {
                Some(short) => arg.short(short),
                None => arg,
            })
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const JSON: bool> FromArgMatches for Data<JSON> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut pieces = Vec::new();
        for (name, _, kind, _) in Self::options() {
            let texts = matches.get_many::<String>(name).into_iter().flatten();
            let places = matches.indices_of(name).into_iter().flatten();
            pieces.extend(places.zip(texts).map(|(place, text)| (place, Piece { kind, text: text.clone() })));
        }
        pieces.sort_by_key(|(place, _)| *place);
        Ok(Self(pieces.into_iter().map(|(_, piece)| piece).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        data: Data<true>,
    }

    fn body(words: &[&str]) -> String {
        let line = Line::parse_from([&["test"], words].concat());
        String::from_utf8(line.data.read(&mut "from\r\nstdin".as_bytes()).unwrap()).unwrap()
    }

    /// The right column is recorded from curl 7.88.1, as a server received it.
    #[test]
    fn pieces_are_joined_as_by_curl() {
        for (words, expected) in [
            (&["-d", "a=1", "--data-raw", "@b", "--data-ascii", "c"][..], "a=1&@b&c"),
            (&["--data-raw", "1", "-d", "@-"], "1&fromstdin"),
            (&["-d", "-1", "--data-raw", "--boundary", "--data-binary", "-d"], "-1&--boundary&-d"),
            (&["--data-binary", "@-"], "from\r\nstdin"),
            (
                &["--data-urlencode", "a b", "--data-urlencode", "=c=d", "--data-urlencode", "n=x/y"],
                "a+b&c%3Dd&n=x%2Fy",
            ),
            (&["--data-urlencode", "n=a b/\u{fc}~+"], "n=a+b%2F%C3%BC~%2B"),
            (&["--data-urlencode", "a@b=c"], "a@b=c"),
            (&["--data-urlencode", "n=a@b"], "n=a%40b"),
            (&["--data-urlencode", ""], ""),
            (&["--data-urlencode", "n=", "--data-urlencode", "m=x"], "n=&m=x"),
            (&["--data-urlencode", "@-"], "from%0D%0Astdin"),
            (&["-d", "", "-d", "x"], "&x"),
            (&["-d", "x", "-d", "", "-d", "y"], "x&&y"),
            (&["--json", "{}", "-d", "x"], "{}&x"),
            (&["-d", "x", "--json", "{}"], "x{}"),
            (&["--data-urlencode", "n@-"], "n=from%0D%0Astdin"),
            (&["--json", "{\"a\":", "--json", "1}"], "{\"a\":1}"),
        ] {
            assert_eq!(body(words), expected);
        }
    }
}
