//! Summarises a reply in one line. A server's text is not trusted, because it may come from anywhere and is
//! printed to a terminal.

use std::fmt::Write;

use super::Reply;

const LONGEST_NAME: usize = 80;
const LONGEST_MESSAGE: usize = 300;

/// `Code: message (request id …)`; without a code, the status and any words.
pub(super) fn of(reply: &Reply) -> String {
    let message = reply.message.as_deref().map(|message| clean(message, LONGEST_MESSAGE));
    let mut line = match (&reply.code, message) {
        (Some(code), Some(message)) => format!("{}: {message}", clean(code, LONGEST_NAME)),
        (Some(code), None) => format!("{}, no message", clean(code, LONGEST_NAME)),
        (None, Some(message)) => format!("{}: {message}", status(reply)),
        (None, None) => format!("{}, no error message", status(reply)),
    };
    if let Some(id) = &reply.request_id {
        // Writing to a string cannot fail.
        let _ = write!(line, " (request id {})", clean(id, LONGEST_NAME));
    }
    line
}

fn status(reply: &Reply) -> String {
    reply.status.map_or_else(|| "no status".to_owned(), |status| format!("status {status}"))
}

/// The text on one line and shortened to the maximum length. White space becomes single spaces, and
/// characters that a terminal would interpret are escaped.
fn clean(text: &str, longest: usize) -> String {
    let mut cleaned = String::new();
    for (count, character) in text.split_whitespace().flat_map(|word| word.chars().chain([' '])).enumerate() {
        if count >= longest {
            return format!("{}…", cleaned.trim_end());
        }
        if moves_a_terminal(character) {
            cleaned.extend(character.escape_unicode());
        } else {
            cleaned.push(character);
        }
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// Whether a character is a control character, changes the direction of writing, or is invisible.
fn moves_a_terminal(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
