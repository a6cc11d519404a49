//! One line of a `-K` file: the option, its value, and errors in them.
//!
//! A value that may be a secret is not shown; if a line is not an option, even its name is not shown.

use super::table::{find, hint_for};
use crate::cli::failure::Failure;

/// An option as a line spells it.
#[derive(Clone, Copy)]
pub(super) enum Spelling<'a> {
    Long(&'a str),
    Letters(&'a str),
}

/// A line: the option, and the raw text after it.
pub(super) struct Setting<'a> {
    pub(super) option: Spelling<'a>,
    pub(super) rest: &'a str,
}

impl<'a> Setting<'a> {
    /// Parses a line without surrounding white space; `None` for an empty line or a comment.
    pub(super) fn parse(line: &'a str) -> Result<Option<Self>, Problem> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let (separators, dashes): (&[char], usize) = match line {
            line if line.starts_with("--") => (&['='], 2),
            line if line.starts_with('-') => (&[], 1),
            _ => (&['=', ':'], 0),
        };
        let line = &line[dashes..];
        let separates = |c: char| c.is_ascii_whitespace() || separators.contains(&c);
        let (name, rest) = line.split_at(line.find(separates).unwrap_or(line.len()));
        let option = if dashes == 1 { Spelling::Letters(name) } else { Spelling::Long(name) };
        match name {
            "" => Err(Problem::NotAnOption),
            _ => Ok(Some(Self { option, rest: rest.trim_start_matches(separates) })),
        }
    }

    pub(super) fn check_no_value(&self, name: &str) -> Result<(), Problem> {
        match self.rest {
            rest if rest.is_empty() || rest.starts_with('#') => Ok(()),
            _ => Err(Problem::NeedlessValue(name.to_owned())),
        }
    }

    pub(super) fn value(&self, name: &str) -> Result<String, Problem> {
        let name = || name.to_owned();
        let (value, behind) = match self.rest.strip_prefix('"') {
            Some(quoted) => unquote(quoted).ok_or_else(|| Problem::OpenQuote(name()))?,
            None => {
                let end = self.rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(self.rest.len());
                (self.rest[..end].to_owned(), &self.rest[end..])
            }
        };
        let is_quoted = self.rest.starts_with('"');
        match behind.trim_ascii_start() {
            behind if !behind.is_empty() && !behind.starts_with('#') => {
                Err(if is_quoted { Problem::TextBehindQuote(name()) } else { Problem::WhiteSpace(name()) })
            }
            _ if value.is_empty() && !is_quoted => Err(Problem::NoValue(name())),
            _ => Ok(value),
        }
    }
}

/// The text up to the closing quote, and the text after it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'v' => '\x0b',
                other => other,
            }),
            other => value.push(other),
        }
    }
    None
}

/// What is wrong with a line, without its value.
pub(super) enum Problem {
    Unknown(String),
    NotAnOption,
    NoValue(String),
    NeedlessValue(String),
    WhiteSpace(String),
    OpenQuote(String),
    TextBehindQuote(String),
    UrlLikeOption,
}

impl Problem {
    /// A name that curl has may be shown; any other may be a secret that ended up at the start of a line.
    pub(super) fn unknown(spelling: String) -> Self {
        if find(&spelling).is_some() { Self::Unknown(spelling) } else { Self::NotAnOption }
    }

    pub(super) fn to_failure(&self, place: &str) -> Failure {
        let quotes = "put the value in double quotes; \\\" is a quote in it";
        match self {
            Self::Unknown(option) => {
                Failure::usage(format!("{place}'sigvet send' has no option {option}")).with_hints(hint_for(option))
            }
            Self::NotAnOption => Failure::usage(format!("{place}the line does not begin with an option"))
                .hint("write 'option = value'; write a URL as 'url = …'"),
            Self::NoValue(option) => Failure::usage(format!("{place}{option} lacks its value")),
            Self::NeedlessValue(option) => Failure::usage(format!("{place}{option} takes no value")),
            Self::WhiteSpace(option) => {
                Failure::usage(format!("{place}the value of {option} contains whitespace")).hint(quotes)
            }
            Self::OpenQuote(option) => {
                Failure::usage(format!("{place}the value of {option} has no closing quote")).hint(quotes)
            }
            Self::TextBehindQuote(option) => {
                Failure::usage(format!("{place}the value of {option} has text after its closing quote")).hint(quotes)
            }
            Self::UrlLikeOption => Failure::usage(format!("{place}a URL does not begin with a dash")),
        }
    }
}
