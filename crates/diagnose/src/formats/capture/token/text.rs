//! Finds the tokens in a text of several lines, including tokens that are wrapped over lines.

use std::ops::Range;

use super::beside::{self, Place};
use super::line::{self, FoundToken};
use super::{LONGEST, container, escapes, without_quote};
use crate::formats::note::Note;
use crate::formats::{Token, is_url};

/// The maximum number of tokens to read.
pub(super) const MOST_TOKENS: usize = 64;
/// The maximum number of lines that one token may be wrapped over.
const MOST_LINES: usize = 1024;
/// The minimum width of wrapped lines; nothing wraps tokens more narrowly.
const NARROWEST: usize = 16;
/// Words with which programs report a failed login.
const FAILURES: [&str; 10] =
    ["fail", "denied", "fatal", "refused", "reject", "unauthorized", "error", "invalid", "expired", "forbidden"];

/// A token, and whether the words around it report a failure.
pub(super) struct Located {
    pub(super) found: FoundToken,
    pub(super) has_failed: bool,
    lines: Range<usize>,
}

/// The tokens in a text, without repetitions. Damaged tokens are included only if there are no others.
pub(super) fn all(text: &str) -> Vec<Located> {
    let lines: Vec<&str> = text.lines().map(without_quote).collect();
    let mut all: Vec<Located> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let mut found = line::all(line);
        let mut taken = 1;
        if let Some((whole, length)) = continued(&found, lines.get(at..).unwrap_or_default()) {
            (found, taken) = (whole, length);
        }
        let has_failed = says_failure(line);
        let own = at..at + taken;
        match (found.is_empty(), all.last_mut()) {
            (true, Some(last)) => last.has_failed |= has_failed,
            _ => found.into_iter().for_each(|found| add(&mut all, Located { found, has_failed, lines: own.clone() })),
        }
        at += taken;
    }
    if all.iter().any(|located| located.found.token.is_ok()) {
        all.retain(|located| located.found.token.is_ok());
    }
    all
}

/// The tokens in a text, with notes on what the text around each one shows.
pub(super) fn all_with_surroundings(text: &str) -> Vec<Located> {
    let mut all = all(text);
    let lines: Vec<&str> = text.lines().map(without_quote).collect();
    let own: Vec<Range<usize>> = all.iter().map(|located| located.lines.clone()).collect();
    for (at, located) in all.iter_mut().enumerate() {
        let start = own.iter().take(at).map(|range| range.end).max().unwrap_or(0);
        let end = own.iter().skip(at + 1).map(|range| range.start).min().unwrap_or(lines.len());
        let free = start.min(located.lines.start)..end.max(located.lines.end);
        let (is_first, is_last) = (at == 0, at + 1 == own.len());
        let place = Place { text, lines: &lines, own: located.lines.clone(), free, is_first, is_last };
        let FoundToken { token, notes } = &mut located.found;
        notes.extend(token.iter().flat_map(|token| beside::notes(&place, token)));
        let is_known = notes.iter().any(|note| matches!(note, Note::PasswordAltered(_)));
        let altered = token.iter().find_map(|token| container::altered(&place, token)).filter(|_| !is_known);
        notes.extend(altered.map(Note::PasswordAltered));
    }
    all
}

fn add(all: &mut Vec<Located>, new: Located) {
    // One more shows that there are more.
    let is_full = all.len() > MOST_TOKENS;
    match all.iter_mut().find(|known| known.found.token == new.found.token) {
        Some(known) => known.has_failed |= new.has_failed,
        None if !is_full => all.push(new),
        None => {}
    }
}

/// Joins the first line with the following lines if they continue its last token. Returns its tokens and the number
/// of joined lines.
fn continued(found: &[FoundToken], lines: &[&str]) -> Option<(Vec<FoundToken>, usize)> {
    let is_broken = found.last()?.token.as_ref().map_or(true, |token| !token.is_whole());
    let (first, rest) = lines.split_first().filter(|_| is_broken)?;
    let is_more = |line: &&&str| is_piece(line) && line::all(line).is_empty();
    let more: Vec<&str> = rest.iter().take(MOST_LINES).take_while(is_more).copied().collect();
    let joined = [first.trim_end()].into_iter().chain(more.iter().copied()).collect::<String>();
    if more.is_empty() || joined.len() > LONGEST {
        return None;
    }
    let mut whole = line::all(&joined);
    let last = whole.last_mut().filter(|last| last.token.as_ref().is_ok_and(Token::is_whole))?;
    last.notes.push(Note::JoinedLines { line: 1 });
    (whole.len() == found.len()).then_some((whole, more.len() + 1))
}

/// Whether a line can be a piece of a wrapped token: a single word with the characters of a URL or of base64.
fn is_piece(line: &str) -> bool {
    let is_of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%&=/:?+".contains(&byte);
    !line.is_empty() && line.bytes().all(is_of_token) && !is_url(line)
}

/// Joins a text of one word per line if the result is a token. The lines must have the same length, or the token must
/// be complete.
pub(super) fn joined(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(without_quote).filter(|line| !line.is_empty()).collect();
    let (last, others) = lines.split_last().filter(|(_, others)| !others.is_empty() && others.len() < MOST_LINES)?;
    let width = others.first()?.len();
    let is_even = width >= NARROWEST && others.iter().all(|line| line.len() == width) && last.len() <= width;
    if lines.iter().any(|line| line.contains(char::is_whitespace)) || is_url(others.first()?) {
        return None;
    }
    // In the source of a mail, each line that continues ends with `=` (RFC 2045 §6.7).
    let is_of_mail = text.contains("=3D") && others.iter().all(|line| line.ends_with('='));
    let soft = if is_of_mail { "=" } else { "" };
    let word: String = lines.iter().map(|line| line.strip_suffix(soft).unwrap_or(line)).collect();
    let begins_one = |line: &&str| line::all(line).iter().any(|found| found.token.as_ref().is_ok_and(Token::is_whole));
    let is_several = lines.iter().any(begins_one) || line::starts(&word) > 1;
    let token = Token::parse(&escapes::unescaped(&word)).filter(|_| !is_several)?;
    (is_even || token.is_ok_and(|token| token.is_whole())).then_some(word)
}

/// Whether the line has a word for a failure. Words that are too long are skipped: they are tokens.
fn says_failure(line: &str) -> bool {
    let is_of_word = |c: char| c.is_alphanumeric() || "-_.+/=%&?:~".contains(c);
    let words = line.split(|c| !is_of_word(c)).filter(|word| word.len() <= 64);
    words.map(str::to_ascii_lowercase).any(|word| FAILURES.iter().any(|failure| word.contains(failure)))
}
