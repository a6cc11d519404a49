//! The place of a token in a text: its own lines, and the surrounding lines that belong to no other token.

use std::borrow::Cow;
use std::ops::Range;

use crate::formats::Token;
use crate::formats::capture::token::escapes;
use crate::formats::capture::token::line::{SHORTEST_BASE64, behind_name};
use crate::formats::token::decoded;
use sigvet_core::internal::encode::{Plus, decode};

/// Replaces the token in a line. It does not occur in the texts that are read.
pub(super) const MARK: &str = "\u{1}";
/// The maximum number of times that a token may be percent-encoded.
const DEEPEST: usize = 3;
/// The maximum number of lines of a command.
const MOST_LINES: usize = 64;

/// The place of a token in a text.
pub(in crate::formats::capture::token) struct Place<'t> {
    /// The whole text.
    pub(in crate::formats::capture::token) text: &'t str,
    /// The lines of the text, without quote prefixes such as `>`.
    pub(in crate::formats::capture::token) lines: &'t [&'t str],
    /// The lines that the token is in.
    pub(in crate::formats::capture::token) own: Range<usize>,
    /// The lines between the token before this one and the token after it.
    pub(in crate::formats::capture::token) free: Range<usize>,
    /// Whether this is the first token of the text.
    pub(in crate::formats::capture::token) is_first: bool,
    pub(in crate::formats::capture::token) is_last: bool,
}

impl<'t> Place<'t> {
    /// The token's line, joined with its continuation lines as a shell does; the lines of a wrapped token become one
    /// word.
    pub(in crate::formats::capture::token) fn line(&self) -> String {
        let Range { mut start, mut end } = self.own;
        while start > self.free.start && self.is_continued(start - 1) && self.own.start - start < MOST_LINES {
            start -= 1;
        }
        while end < self.free.end && self.is_continued(end - 1) && end - self.own.end < MOST_LINES {
            end += 1;
        }
        let mut whole = String::new();
        for at in start..end {
            let line = self.lines.get(at).copied().unwrap_or_default();
            whole.push_str(if self.is_continued(at) { line.get(..line.len() - 1).unwrap_or_default() } else { line });
            let is_wrapped = self.own.contains(&at) && self.own.contains(&(at + 1));
            whole.push_str(if is_wrapped { "" } else { " " });
        }
        whole
    }

    fn is_continued(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| line.ends_with(['\\', '`', '^']))
    }

    /// The lines in which a server may answer this token's client: those after the token, and also those before the
    /// first token.
    pub(super) fn answers(&self) -> impl Iterator<Item = &'t str> {
        let before = if self.is_first { self.free.start..self.own.start } else { 0..0 };
        before.chain(self.own.end..self.free.end).filter_map(|at| self.lines.get(at).copied())
    }

    /// The lines above the token, nearest first.
    pub(in crate::formats::capture::token) fn above(&self) -> impl Iterator<Item = &'t str> {
        (self.free.start..self.own.start).rev().filter_map(|at| self.lines.get(at).copied())
    }

    /// The commands below the token, each joined with its continuation lines.
    pub(super) fn commands_below(&self) -> impl Iterator<Item = String> {
        let mut whole = String::new();
        let lines = (self.own.end..self.free.end).take(MOST_LINES);
        lines.filter_map(move |at| {
            let line = self.lines.get(at).copied().unwrap_or_default();
            whole.push_str(line.trim_end_matches(['\\', '`', '^']));
            whole.push(' ');
            (!self.is_continued(at)).then(|| escapes::unescaped(&std::mem::take(&mut whole)).into_owned())
        })
    }

    /// The lines below the token, nearest first.
    pub(super) fn below(&self) -> impl Iterator<Item = &'t str> {
        (self.own.end..self.free.end).filter_map(|at| self.lines.get(at).copied())
    }
}

/// A line with the token replaced by [`MARK`].
pub(super) struct Marked {
    pub(super) line: String,
    /// Whether the token is written in base64, as in the `data` of a Kubernetes Secret; the values beside it then are
    /// too.
    pub(super) is_base64: bool,
}

/// Replaces the token in the line by [`MARK`]. `None` if the token is written in a form that cannot stand next to
/// other settings.
pub(super) fn marked(line: &str, token: &Token) -> Option<Marked> {
    let line = escapes::unescaped(line);
    let (_, bare) = token.url.split_once("://")?;
    if line.contains(bare) {
        return Some(Marked { line: without_value_braces(&line.replacen(bare, MARK, 1)), is_base64: false });
    }
    let is_around = |c: char| c.is_whitespace() || "\"'`:=@&?<>;,".contains(c);
    let is_written = |word: &&str| word.contains('%') && is_encoded(word, bare);
    let mut words = line.split(is_around).map(|word| word.trim_start_matches('/'));
    if let Some(encoded) = words.find(is_written) {
        return Some(Marked { line: line.replacen(encoded, MARK, 1), is_base64: false });
    }
    let word = base64_words(&line).find(|(_, text)| text.trim() == bare)?.0;
    Some(Marked { line: line.replacen(word, MARK, 1), is_base64: true })
}

/// The line without the braces that ODBC's connection strings have around values: `Driver={PostgreSQL};PWD={TOKEN}`.
fn without_value_braces(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once("={") {
        let value = behind.split_once('}').filter(|(value, _)| !value.contains(['=', ':', ';', ',', '"', '\'', '{']));
        plain.push_str(before);
        plain.push('=');
        rest = match value {
            Some((value, behind)) => {
                plain.push_str(value);
                behind
            }
            None => {
                plain.push('{');
                behind
            }
        };
    }
    plain + rest
}

/// The text in a line's base64 that contains the token and other settings.
pub(super) fn text_in_base64(line: &str, token: &Token) -> Option<String> {
    let line = escapes::unescaped(line);
    let (_, bare) = token.url.split_once("://")?;
    base64_words(&line).map(|(_, text)| text).find(|text| text.trim() != bare && marked(text, token).is_some())
}

/// The words of a line that are base64 of a text long enough for a token.
fn base64_words(line: &str) -> impl Iterator<Item = (&str, String)> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
    let words = line.split(move |c| !is_digit(c)).map(behind_name).filter(|word| word.len() >= SHORTEST_BASE64);
    words.filter_map(|word| Some((word, decoded(word)?)))
}

fn is_encoded(word: &str, bare: &str) -> bool {
    let mut word = Cow::Borrowed(word.as_bytes());
    (0..DEEPEST).any(|_| {
        word = Cow::Owned(decode(&word, Plus::Literal));
        word.trim_ascii() == bare.as_bytes()
    })
}
