//! Reads tokens that are presigned URLs as the requests that their servers rebuild from them. A token may stand
//! alone, in a line of other text, or in the request that carries it.

mod escapes;
mod line;
mod beside;
mod container;
mod text;
mod carried;

pub(super) use carried::judged_alone;
pub(super) use line::is_of_database;

use std::borrow::Cow;

use crate::formats::note::Note;
use crate::formats::{DamagedToken, Token, is_url, parse_url};
use sigvet_core::request::Request;

use super::exchange::{Exchange, Prefer, choose};
use super::{Capture, CaptureKind, UnreadableCapture};

/// The maximum length of a token, including its session token.
const LONGEST: usize = 64 * 1024;

/// Reads a text that is a single token as the request in it.
pub(super) fn read(text: &[u8]) -> Option<Result<Exchange, UnreadableCapture>> {
    let text = std::str::from_utf8(text.get(..=LONGEST).is_none().then_some(text)?).ok()?;
    let joined = text::joined(text);
    let word = joined.as_deref().unwrap_or(text);
    // Escapes in a URL stay: they are a mistake, which is reported later.
    let plain = if is_url(word.trim_start()) { Cow::Borrowed(word) } else { escapes::unescaped(word) };
    if is_query_alone(&plain) {
        return Some(Err(UnreadableCapture::TokenWithoutHost));
    }
    let mut notes = Vec::new();
    notes.extend(joined.is_some().then_some(Note::JoinedLines { line: 1 }));
    Some(exchange_of(Token::parse(&plain)?, notes))
}

/// Whether the text is the query of a token, without the host before it.
fn is_query_alone(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['"', '\'', '/', '?']);
    let is_query = ["Action=", "X-Amz-Algorithm="].iter().any(|name| text.starts_with(name));
    is_query && text.contains("&X-Amz-") && !text.contains(char::is_whitespace)
}

/// Whether the text contains a token.
pub(super) fn is_in(text: &str) -> bool {
    !text::all(text).is_empty()
}

/// Captures one of the tokens in a text: the one numbered `entry`; otherwise the first that the words around it
/// report as failed; otherwise the first that other settings in the text contradict; otherwise the first.
pub(super) fn read_among(text: &str, entry: Option<usize>) -> Option<Result<Capture, UnreadableCapture>> {
    let mut all = text::all_with_surroundings(text);
    let has_more = all.len() > text::MOST_TOKENS;
    all.truncate(text::MOST_TOKENS);
    let is_contradicted = |located: &text::Located| {
        located
            .found
            .notes
            .iter()
            .any(|note| matches!(note, Note::OtherLogin(_) | Note::PasswordNotEscaped | Note::PasswordAltered(_)))
    };
    let failed = all.iter().position(|located| located.has_failed).or_else(|| all.iter().position(is_contradicted));
    let failed = failed.map(|at| at + 1);
    let exchanges: Result<Vec<Exchange>, _> =
        all.into_iter().map(|located| exchange_of(located.found.token, located.found.notes)).collect();
    let exchanges = match exchanges {
        Ok(exchanges) if exchanges.is_empty() => return None,
        Ok(exchanges) => exchanges,
        Err(error) => return Some(Err(error)),
    };
    let total = exchanges.len();
    let chosen = entry.or(failed.filter(|_| total > 1));
    let mut capture = match choose(CaptureKind::Token, exchanges, chosen, Prefer::First) {
        Ok(capture) => capture,
        Err(error) => return Some(Err(error)),
    };
    for note in &mut capture.notes {
        if let Note::SeveralRequests { total, taken } = *note {
            let read = text::MOST_TOKENS;
            *note = if has_more { Note::ManyTokens { read, taken } } else { Note::SeveralTokens { total, taken } };
        }
    }
    Some(Ok(capture))
}

/// The line without leading quote prefixes such as `>` and `|`, and without surrounding white space.
fn without_quote(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>', '|', '\u{2502}']).trim()
}

fn exchange_of(token: Result<Token, DamagedToken>, notes: Vec<Note>) -> Result<Exchange, UnreadableCapture> {
    let token = token?;
    let url = parse_url(&token.url)?;
    let request = Request::new(token.method, &url).map_err(|_| UnreadableCapture::Empty)?;
    let notes = notes.into_iter().chain(token.flaws).collect();
    Ok(Exchange { request: Some(request), url: Some(url), reply: None, notes })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token with a wrong signature; these tests do not verify signatures.
    fn token(user: &str) -> String {
        let digits = "0a".repeat(32);
        format!(
            "db.example:5432/?Action=connect&DBUser={user}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F1%2Fr%2Frds-db%2F\
             aws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature={digits}"
        )
    }

    fn user(text: &str) -> (String, Vec<Note>) {
        let capture =
            crate::formats::capture::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(capture.kind, CaptureKind::Token, "{text}");
        let url = capture.url.unwrap_or_else(|| panic!("{text}")).to_string();
        let user = url.split_once("DBUser=").unwrap().1.split('&').next().unwrap().to_owned();
        assert_eq!(url, format!("https://{}", token(&user)), "{text}");
        (user, capture.notes)
    }

    #[test]
    fn the_failed_one_of_several_tokens_is_taken_and_the_others_are_noted() {
        let (a, b) = (token("alice"), token("bob"));
        let note = |total, taken| vec![Note::SeveralTokens { total, taken }];
        for (text, expected, notes) in [
            (format!("{a}\n{b}\n"), "alice", note(2, 1)),
            (format!("{a} {b}"), "alice", note(2, 1)),
            (format!("10:00 connect {a} OK\n10:01 connect {b} FAILED\n"), "bob", note(2, 2)),
            (format!("connect {a}\nconnected\nconnect {b}\nFATAL: PAM authentication failed\n"), "bob", note(2, 2)),
            (format!("login {a} denied\nlogin {b} denied\n"), "alice", note(2, 1)),
            (format!("try {a}\ntry {a}\n"), "alice", vec![]),
        ] {
            assert_eq!(user(&text), (expected.to_owned(), notes), "{text}");
        }
        let second = crate::formats::capture::read(format!("{a}\n{b}").as_bytes(), Some(2)).unwrap();
        assert!(second.url.unwrap().to_string().contains("DBUser=bob"));
        assert!(crate::formats::capture::read(format!("{a}\n{b}").as_bytes(), Some(3)).is_err());
    }

    #[test]
    fn the_text_around_a_token_is_not_part_of_it() {
        let t = token("u");
        for text in [
            format!("\u{201c}{t}\u{201d}"),
            format!("{t}."),
            format!("I used (token {t}) and it failed."),
            format!("see [{t}]; it failed"),
            format!("{{\"log\":\"PGPASSWORD={t}\\n\",\"stream\":\"stdout\"}}"),
            format!("PGPASSWORD={t}\\r\\n"),
            format!("{t}%"),
            format!("my token: `{t}`!"),
        ] {
            assert_eq!(user(&text), ("u".to_owned(), vec![]), "{text}");
        }
    }

    /// Tokens as wrapped by coreutils' `fold`, a mail program and a terminal.
    #[test]
    fn a_wrapped_token_is_joined() {
        let t = token("u");
        let folded = |width: usize, before: &str, end: &str| {
            let lines = t.as_bytes().chunks(width).map(|line| String::from_utf8_lossy(line).into_owned());
            lines.map(|line| format!("{before}{line}{end}")).collect::<String>()
        };
        for width in [20, 64, 76, 80, 120] {
            for (before, end) in [("", "\n"), ("", "\r\n"), ("> ", "\n"), ("  ", "\n"), ("| ", "\r\n")] {
                let (found, notes) = user(&folded(width, before, end));
                assert_eq!((found.as_str(), notes.len()), ("u", 1), "{width} {before}");
            }
        }
        let text = format!("export PGPASSWORD={}\nthen psql says FATAL\n", folded(76, "", "\n").trim_end());
        assert_eq!(user(&text), ("u".to_owned(), vec![Note::JoinedLines { line: 1 }]));
        // Words after a complete token are not part of it.
        assert_eq!(user(&format!("{t}\nFAILED\n")), ("u".to_owned(), vec![]));
    }

    #[test]
    fn a_query_without_a_host_is_an_error_that_says_so() {
        let t = token("u");
        let query = t.split_once("/?").unwrap().1;
        for text in [query.to_owned(), format!("?{query}"), format!("/?{query}"), format!("'{query}'\n")] {
            assert_eq!(
                crate::formats::capture::read(text.as_bytes(), None),
                Err(UnreadableCapture::TokenWithoutHost),
                "{text}"
            );
        }
    }
}
