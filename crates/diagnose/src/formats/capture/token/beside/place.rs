//! The place of a token in a text of several lines: the lines that it is in, and those around it that no other token is nearer to.

use std::borrow::Cow;
use std::ops::Range;

use crate::formats::Token;
use crate::formats::capture::token::escapes;
use sigvet_core::internal::encode::{Plus, decode};

/// Stands for the token in a line. No text that is read has it.
pub(super) const MARK: &str = "\u{1}";
/// How often a token is percent-encoded at most.
const DEEPEST: usize = 3;
/// How many lines a command has at most.
const MOST_LINES: usize = 64;

/// The place of a token.
pub(in crate::formats::capture::token) struct Place<'t> {
    /// The whole text.
    pub(in crate::formats::capture::token) text: &'t str,
    /// Its lines, without marks of quotations.
    pub(in crate::formats::capture::token) lines: &'t [&'t str],
    /// The lines of the token.
    pub(in crate::formats::capture::token) own: Range<usize>,
    /// Those that no other token is in: from the token before it to the one behind it.
    pub(in crate::formats::capture::token) free: Range<usize>,
    /// Whether it is the first token, and the last.
    pub(in crate::formats::capture::token) is_first: bool,
    pub(in crate::formats::capture::token) is_last: bool,
}

impl<'t> Place<'t> {
    /// The line with those that continue it, as a shell joins them; the lines of a wrapped token are one word.
    pub(super) fn line(&self) -> String {
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

    /// The lines in which a server may answer the client of this token: those behind it, and for the first those before it.
    pub(super) fn answers(&self) -> impl Iterator<Item = &'t str> {
        let before = if self.is_first { self.free.start..self.own.start } else { 0..0 };
        before.chain(self.own.end..self.free.end).filter_map(|at| self.lines.get(at).copied())
    }

    /// The lines above, from the nearest, and below.
    pub(super) fn above(&self) -> impl Iterator<Item = &'t str> {
        (self.free.start..self.own.start).rev().filter_map(|at| self.lines.get(at).copied())
    }

    /// The lines below, from the nearest.
    pub(super) fn below(&self) -> impl Iterator<Item = &'t str> {
        (self.own.end..self.free.end).filter_map(|at| self.lines.get(at).copied())
    }
}

/// The line with a mark in place of the token; none if it is written in a way that has nothing beside it.
pub(super) fn marked(line: &str, token: &Token) -> Option<String> {
    let line = escapes::unescaped(line);
    let (_, bare) = token.url.split_once("://")?;
    if line.contains(bare) {
        return Some(line.replacen(bare, MARK, 1));
    }
    let is_around = |c: char| c.is_whitespace() || "\"'`:=@&?<>;,".contains(c);
    let encoded = line.split(is_around).find(|word| word.contains('%') && is_encoded(word, bare))?;
    Some(line.replacen(encoded, MARK, 1))
}

fn is_encoded(word: &str, bare: &str) -> bool {
    let mut word = Cow::Borrowed(word.as_bytes());
    (0..DEEPEST).any(|_| {
        word = Cow::Owned(decode(&word, Plus::Literal));
        word.as_ref() == bare.as_bytes()
    })
}
